"""No text, however broken, ends the reader in an exception, a hang or a crash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluster_spec import units
from cluster_spec.expressions import ExpressionError, compile_expression, compile_template
from cluster_spec.names import RangeError, fold, parse_ranges
from cluster_spec.source import load

ROOT = Path(__file__).parents[2]
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

SAMPLE = """clusterspec: 1
name: x
racks:
  "c[n:01-16]": {part: p, row: C, slot: "{(n-1)//2*3 + 1}"}   # comment
anchors: &a [1, 2.5, true, ~, 'q', "d\\n"]
again: *a
text: |
  block
  text
nested: {a: {b: {c: [x, {y: z}]}}}
"""
PIECES = [
    *(
        "[",
        "]",
        "{",
        "}",
        ": ",
        "- ",
        "\n",
        "\n  ",
        "&a ",
        "*a",
        "!!str ",
        "'",
        '"',
        "|",
        "> ",
        "#",
        "? ",
        "%",
        "@",
    ),
    *(
        "`",
        "\t",
        "<<: ",
        "---\n",
        "...\n",
        ",",
        "\\",
        "\u2028",
        "\x85",
        "\ufeff",
        "\0",
        "é",
        "\ud7ff",
        "1_0",
        ".inf",
    ),
]


def check(root: Path, content: bytes) -> None:
    """Load `content`; every finding has a place with line and column from 1."""
    (root / "cluster.yaml").write_bytes(content)
    outcome = load(root)
    assert outcome.value is not None or outcome.findings
    for finding in outcome.findings:
        assert finding.location.file
        assert finding.location.line >= 1
        assert finding.location.column >= 1
        assert finding.message.isprintable()
    if outcome.value is not None:
        walk(outcome.value.data)


def walk(data: object) -> None:
    """Keys of mappings are texts at every depth."""
    if isinstance(data, dict):
        assert all(isinstance(key, str) for key in data)
        for value in data.values():
            walk(value)
    elif isinstance(data, list):
        for value in data:
            walk(value)


@QUIET
@given(content=st.binary(max_size=200))
def test_random_bytes(tmp_path: Path, content: bytes) -> None:
    """Random bytes are read or refused."""
    check(tmp_path, content)


@QUIET
@given(pieces=st.lists(st.sampled_from([*PIECES, "a", "b1", "key: ", " "]), max_size=40))
def test_random_yaml(tmp_path: Path, pieces: list[str]) -> None:
    """Random sequences of the signs of YAML are read or refused."""
    check(tmp_path, "".join(pieces).encode())


@QUIET
@given(data=st.data())
def test_mutated_manifest(tmp_path: Path, data: st.DataObject) -> None:
    """A manifest with pieces inserted, replaced and cut is read or refused."""
    text = SAMPLE
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 8)))
        text = text[:start] + data.draw(st.sampled_from(PIECES)) + text[end:]
    check(tmp_path, text.encode())


@QUIET
@given(st.lists(st.lists(st.integers(0, 7), max_size=6), min_size=1, max_size=8))
def test_aliases(tmp_path: Path, shape: list[list[int]]) -> None:
    """Aliases in any arrangement, forward, backward and circular, are read or refused."""
    lines = [f"k{i}: &n{i} [x, {', '.join(f'*n{j}' for j in row)}]" for i, row in enumerate(shape)]
    check(tmp_path, "\n".join(lines).encode())


@pytest.mark.parametrize(
    "piece", ["[", "{", "- ", "? ", "[{a: ", "{a: [", "&a [", "!x [", "a:\n ", "'", "[*"]
)
def test_deep_nesting_does_not_crash_the_process(tmp_path: Path, piece: str) -> None:
    """100,000 opening signs are a finding; a child process survives them."""
    (tmp_path / "cluster.yaml").write_text("k: " * (piece[0] in "[{&!") + piece * 100_000)
    code = (
        "import pathlib, sys; from cluster_spec.source import load;"
        "sys.exit(0 if load(pathlib.Path(sys.argv[1])).findings else 3)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 0


@QUIET
@given(st.text(alphabet="abn01[]{}:,-/*+()%<>= .é\n", max_size=30))
def test_ranges_and_expressions(text: str) -> None:
    """Any text is a range, an expression, a template, or the error of its kind."""
    env = {"n": 3, "a": 0}
    try:
        names = [name for one in parse_ranges(text, env) if one.size < 1000 for name in one.names()]
        assert isinstance(fold(names), str)
    except RangeError as error:
        assert 0 <= error.column <= len(text)  # noqa: PT017
    for evaluate in (
        lambda: compile_expression(text).evaluate(env),
        lambda: compile_template(text).spell(env, 1),
    ):
        try:
            evaluate()
        except ExpressionError as error:
            assert 0 <= error.column <= len(text)  # noqa: PT017


@QUIET
@given(
    st.text(alphabet="0123456789.,-x kMGTWVAbBs/%LmLNDCinC\n", max_size=20), st.sampled_from(units.DIMENSIONS)
)
def test_units(text: str, dimension: str) -> None:
    """Any text is a quantity or a ValueError with a sentence."""
    try:
        value = units.parse(text, dimension)
    except ValueError as error:
        assert str(error)  # noqa: PT017
    else:
        assert isinstance(units.spell(value, dimension), str)
