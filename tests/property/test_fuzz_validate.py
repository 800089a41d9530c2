"""No manifest, however mutated, ends `validate` in an exception, a crashed rule, or a finding without a place."""

from __future__ import annotations

import copy
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from cluster_spec.api import validate

ROOT = Path(__file__).parents[2]
BASES = {"pocket": ROOT / "inventories" / "pocket", "cabled": ROOT / "tests" / "faults" / "base"}
CASES, BATCHES = 15, 20
"""300 manifests in 20 tests; about 0.1 s each."""

NAMES = [
    *(
        "",
        " ",
        "a'b",
        'a"b',
        "a\nb",
        "a\r\nb",
        "{{",
        "}}",
        "{",
        "{n",
        "{0}",
        "{x}",
        "../x",
        "/etc/passwd",
        "..",
        ".",
    ),
    *(
        "\u202etxt",
        "\u200b",
        "名",
        "é",
        "e\u0301",
        "a" * 10_000,
        "-",
        "--set",
        "a,b",
        "a b",
        "[",
        "]",
        "[1-",
        "[1-9]",
    ),
    *(
        "[*]",
        "*",
        "c[01-16]",
        "c[9-1]",
        "c[1-99999999999]",
        "c[[1-2]]",
        "%s",
        "${x}",
        "`x`",
        "<b>",
        "&a",
        "null",
    ),
    *(
        "true",
        "no",
        "1e3",
        "0x1f",
        "0777",
        "NaN",
        "-1",
        "1_000",
        "\ufeff",
        "\x7f",
        "a\tb",
        "a\\b",
        "C:\\x",
        "con",
        "=1+1",
    ),
]
NUMBERS = [
    *(
        0,
        1,
        -1,
        2,
        3,
        7,
        64,
        65,
        1000,
        65_536,
        10**7,
        10**7 + 1,
        2**31,
        2**53,
        2**53 + 1,
        2**63,
        2**64,
        10**30,
    ),
    *(0.5, -0.5, 1e-300, 1e300, 3.0),
]
TEXTS = [
    *(
        "0 kW",
        "-1 kW",
        "1e9 kW",
        "99999999999999999 MW",
        "1 kg",
        "5",
        "5 kW kW",
        "0 m",
        "1 Gb/s",
        "NaN kW",
        "1/0",
    ),
    *(
        "n//0",
        "2**64",
        "9007199254740993",
        "n*n*n*n*n*n*n*n",
        "a if",
        "x and",
        "not",
        "(((((",
        "1" * 400,
        "10.0.0.0/33",
    ),
    *(
        "10.0.0.1/0",
        "::/0",
        "fe80::1",
        "255.255.255.255",
        "2099-13-45",
        "block 0",
        "block -1",
        "stripe",
        "per 1:0",
        "0:0",
    ),
]
ODD: list[Any] = [None, True, False, [], {}, [1, 2], {"a": 1}, [[]], {"": ""}, [{"a": [None]}]]


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all values below a mapping or list, its own last."""
    found: list[tuple[Any, ...]] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += paths(inner, (*path, index))
    return [*found, path] if path else found


def at(data: Any, path: tuple[Any, ...]) -> Any:
    """Return the value at a path."""
    for step in path:
        data = data[step]
    return data


def odd_value(rng: random.Random) -> Any:
    """Return a value that nobody would write."""
    pools: list[list[Any]] = [list(NAMES), list(NUMBERS), list(TEXTS), ODD]
    return copy.deepcopy(rng.choice(rng.choice(pools)))


def mutate(data: dict[str, Any], rng: random.Random) -> None:
    """Change one place: drop, copy, replace, rename, retarget, exchange."""
    known = paths(data)
    path = rng.choice(known)
    above, last = at(data, path[:-1]), path[-1]
    action = rng.randrange(7)
    if action == 0:
        del above[last]
    elif action == 1:
        above[last] = odd_value(rng)
    elif action == 2 and isinstance(above, dict):
        above[rng.choice(NAMES)] = above.pop(last)
    elif action == 3:
        other = rng.choice(known)
        one, two = copy.deepcopy(above[last]), copy.deepcopy(at(data, other))
        above[last] = two
        if other[: len(path)] != path and path[: len(other)] != other:
            at(data, other[:-1])[other[-1]] = one
    elif action == 4 and isinstance(above, dict):
        above[odd_value(rng) if rng.random() < 0.1 else rng.choice(NAMES)] = copy.deepcopy(above[last])
    elif action == 5 and isinstance(above[last], str) and above[last]:
        text, cut = above[last], rng.randrange(len(above[last]))
        above[last] = text[:cut] + rng.choice(NAMES[:60]) + text[cut + 1 :]
    else:
        above[last] = copy.deepcopy(at(data, rng.choice(known)))


PLAIN = [
    "r1",
    "c1",
    "x",
    "un[1-3]",
    "r[1-9]",
    "store[n:1-9]",
    "gpu[n:01-60]",
    "b[x:1-2][y:a-c]",
    "z[1-0]",
    "n[7-9/2]",
]
FORMULAS = [
    *(
        "n",
        "1-n",
        "n-5",
        "stores",
        "stores//0",
        "port",
        "rail",
        "node % 0",
        "index",
        "port * 9007199254740991",
        "n*0",
        "-1",
    ),
    *(
        "ultra_node",
        "leaf",
        "0",
        "1 if n else 2",
        "{n}",
        "{n-9}",
        "x{n}",
        "{n:04}",
        "{{n}}",
        "{stores}",
        "[1-3]",
        "[*]",
        "*",
    ),
]


def similar(data: dict[str, Any], rng: random.Random) -> None:
    """Change one place so that the shape mostly stays right: a value of its like, another number, name or formula."""
    known = [p for p in paths(data) if len(p) > 1]
    path = rng.choice(known)
    above, last, value = at(data, path[:-1]), path[-1], at(data, path)
    like = [p for p in known if p[-1] == last and p != path and type(at(data, p)) is type(value)]
    action = rng.randrange(6)
    if action == 0 and like:
        above[last] = copy.deepcopy(at(data, rng.choice(like)))
    elif action == 1 and isinstance(value, dict) and isinstance(above, dict):
        above[rng.choice(PLAIN)] = copy.deepcopy(value)
    elif action == 2 and isinstance(above, dict) and isinstance(last, str) and "[" in last:
        above[rng.choice([last.replace("2]", "5]"), last.replace("1", "7"), last.split("[")[0]])] = above.pop(
            last
        )
    elif action == 3 and len(path) > 2:
        del above[last]
    elif isinstance(value, int) and not isinstance(value, bool):
        above[last] = rng.choice([0, 1, 2, 3, 5, 16, 17, 63, 64, 65, 1000, 10**6, 10**9, -1, *FORMULAS[:12]])
    elif isinstance(value, str):
        figures = [i for i, letter in enumerate(value) if letter.isdigit()]
        cut = rng.choice(figures) if figures and rng.random() < 0.6 else None
        formula = rng.choice(FORMULAS)
        above[last] = formula if cut is None else value[:cut] + rng.choice("0123456789") + value[cut + 1 :]


def written(data: Any, rng: random.Random) -> str:
    """Return data as YAML text, in block or in flow style."""
    return yaml.safe_dump(
        data, sort_keys=False, allow_unicode=True, default_flow_style=rng.random() < 0.2, width=120
    )


def mutated(text: str, rng: random.Random) -> str:
    """Return a manifest with one to three changes."""
    data = yaml.safe_load(text)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        for _ in range(5):
            try:
                rng.choice([mutate, similar, similar, similar])(data, rng)
            except (TypeError, KeyError, IndexError):
                continue  # an unhashable key, or a path that an earlier change took away
            break
    return written(data, rng)


def check(folder: Path, text: str) -> None:
    """Validate a text; every finding has a place inside its file and no rule has crashed."""
    (folder / "cluster.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    report, _ = validate(folder)
    for finding in report.findings:
        assert finding.code != "BUG001", f"{finding.message}\n{text}"
        for place in (finding.location, *(r.location for r in finding.related)):
            assert place.line >= 1, text
            assert place.column >= 1, text
            assert place.file, text
            lines = (folder / place.file).read_text(encoding="utf-8").split("\n")
            assert place.line <= max(len(lines), 1), (finding, text)
            assert place.column <= len(lines[place.line - 1]) + 1, (finding, text)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_mutated_manifest_ends_in_a_report(tmp_path: Path, batch: int) -> None:
    """A mutated manifest ends in findings with places, never in an exception or a crashed rule."""
    base = list(BASES)[batch % 2]
    folder = tmp_path / "project"
    shutil.copytree(BASES[base], folder)
    text = (folder / "cluster.yaml").read_text(encoding="utf-8")
    for case in range(CASES):
        made = mutated(text, random.Random(f"{base} {batch} {case}"))
        try:
            check(folder, made)
        except AssertionError:
            raise
        except Exception as error:
            raise AssertionError(
                f"{type(error).__name__}: {error}\nbatch {batch} case {case}\n{made}"
            ) from error
