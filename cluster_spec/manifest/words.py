"""The words of shape findings: what a schema expects, how a value and its place are called."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cluster_spec.diagnostics import Path

Schema = dict[str, Any]
_SHOWN = 60
_NOUNS = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
}
_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def spelled(path: Path) -> str:
    """Return the address of a value as people write it: `site.rows.C.origin[0]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def fits(schema: Schema, value: object) -> bool:
    """Return whether the type of `value` is the one the schema names (true and false are no integers)."""
    kinds = _KINDS.get(schema.get("type", ""))
    if kinds is None:
        return True
    return isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)


def shown(value: object) -> str:
    """Return a value for a message: what kind of thing a container is, a scalar as YAML spells it."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return "empty" if value is None else str(value)
    text = value.encode("unicode_escape").decode() if not value.isprintable() else value
    return f"`{text if len(text) <= _SHOWN else text[: _SHOWN - 3] + '...'}`"


def expected(schema: Schema) -> str:
    """Return what may stand there: `a mapping with of, assign`, `one of clos, star`, `mass such as 3 kg`."""
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return shown(schema["const"])
    if schema.get("type") == "object":
        keys = list(schema.get("properties", ()))
        return f"a mapping with {', '.join(keys)}" if 0 < len(keys) <= 4 else "a mapping"  # noqa: PLR2004 - a line
    noun = str(schema.get("description") or _NOUNS.get(schema.get("type", ""), "a value"))
    examples = [str(example) for example in schema.get("examples", ())]
    return f"{noun} such as {' or '.join(examples)}" if examples else noun


def any_of(schemas: Iterable[Schema]) -> str:
    """Return what may stand there when there is a choice, in one sentence."""
    nouns = list(dict.fromkeys(expected(schema) for schema in schemas))
    if len(nouns) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(nouns)
    return f"{', '.join(nouns[:-1])}, or {nouns[-1]}" if len(nouns) > 2 else " or ".join(nouns)  # noqa: PLR2004


def matches(schema: Schema, text: str) -> bool:
    """Return whether a text keeps the pattern, choices and length of its schema."""
    if "enum" in schema and text not in schema["enum"]:
        return False
    if "const" in schema and text != schema["const"]:
        return False
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)):
        return False
    return "pattern" not in schema or has_form(schema["pattern"], text)


def has_form(pattern: str, text: str) -> bool:
    """Return whether the whole text matches an anchored pattern; `$` is the end, also before a line break."""
    return re.fullmatch(pattern.removeprefix("^").removesuffix("$"), text) is not None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant; case, `-` and `_` make no difference."""
    return _nearest(word, tuple(known))


@lru_cache(maxsize=256)
def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    from difflib import get_close_matches

    plain = {_plain(one): one for one in known}
    near = get_close_matches(_plain(word), list(plain), 1, 0.7)
    return plain[near[0]] if near else None


def _plain(word: str) -> str:
    return word.lower().replace("_", "-")
