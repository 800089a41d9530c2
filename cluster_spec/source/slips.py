"""Common slips of YAML and the exact text that was meant; None wherever it is not certain."""

from __future__ import annotations

import re

from cluster_spec import units

_BRACES = r"(?:\[[^\[\]\"']*\]|\{[^{}\"']*\})"
_TOKEN = re.compile(rf"[\w.\-]+(?:{_BRACES}[\w.\-]*)+")
_ITEM = re.compile(r"(?:[a-z][a-z0-9_]*:)?[0-9A-Za-z]+(?:-[0-9A-Za-z]+)?(?:/[0-9]+)?|\*")
_EXPRESSION = re.compile(r"[-a-z0-9_+*/%<>=!() ]+(?::0[1-9][0-9]?)?")


def quote_at(line: str, column: int) -> str | None:
    """Return the quoted form of the unquoted range or template of `line` around `column` (from 0)."""
    for match in _TOKEN.finditer(line):
        inside = _outside_quotes(line[: match.start()])
        if inside and match.start() <= column <= match.end():
            return f'"{match[0]}"'
    star = re.match(r"\*(?=[\s,}\]]|$)", line[max(0, column - 1) :])
    return '"*"' if star is not None else None


def _outside_quotes(text: str) -> bool:
    return text.count('"') % 2 == 0 and text.count("'") % 2 == 0


def suggest(data: object, raw: str | None = None, wanted: str = "text") -> str | None:
    """Return the YAML text that was certainly meant by a value of the wrong type.

    `data` is the value, `raw` the scalar as written, `wanted` is `text` or a dimension of `units`:
    `[1-16]` gives `"[1-16]"`, `{rail}` gives `"{rail}"`, an unquoted `012` gives `"012"`, and
    `1,720 kW` gives `1720 kW`.
    """
    if isinstance(data, list):
        return _as_range(data)
    if isinstance(data, dict):
        return _as_template(data)
    if wanted in units.PATTERNS:
        return units.repair(raw if raw is not None else str(data), wanted)
    if raw and not isinstance(data, str):
        return f'"{raw}"'
    return None


def _as_range(data: list[object]) -> str | None:
    texts = [str(item) for item in data if isinstance(item, str | int) and not isinstance(item, bool)]
    certain = len(texts) == len(data) and any("-" in text or text == "*" for text in texts)
    if certain and all(_ITEM.fullmatch(text) for text in texts):
        return f'"[{",".join(texts)}]"'
    return None


def _as_template(data: dict[object, object]) -> str | None:
    if len(data) == 1:
        ((key, value),) = data.items()
        if value is None and _EXPRESSION.fullmatch(str(key)):
            return f'"{{{key}}}"'
    return None


def suggest_entry(mapping: dict[str, object], key: str) -> str | None:
    """Return the entry that a thousands comma cut in two: `at: 1720 kW` for `{at: 1, 720 kW: }`.

    `key` is the entry of `mapping` that is not known.
    """
    keys = list(mapping)
    at = keys.index(key) if key in mapping else 0
    match = re.fullmatch(r"([0-9]{3}(?:\.[0-9]+)?)( ?[A-Za-z%].*)?", key)
    if not at or match is None or mapping[key] is not None:
        return None
    before = mapping[keys[at - 1]]
    if isinstance(before, bool) or not isinstance(before, int) or not 0 < before < 1000:  # noqa: PLR2004 - a group of digits
        return None
    return f"{keys[at - 1]}: {before}{key}"
