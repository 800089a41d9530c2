"""Laws of ranges, families, folding and bulk spelling."""

from __future__ import annotations

import time

import numpy as np
import pytest

from cluster_spec.expressions import Letters
from cluster_spec.names import (
    RangeError,
    family_groups,
    fold,
    fold_coordinates,
    natural_key,
    overlaps,
    parse_range,
    parse_ranges,
    spell_bytes,
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("c[01-03]", "c01 c02 c03"),
        ("[a-c]", "a b c"),
        ("n[1-9/4,12]", "n1 n5 n9 n12"),
        ("n[12,1,1]", "n12 n1 n1"),
        ("r[r:1-2]n[n:1-2]", "r1n1 r1n2 r2n1 r2n2"),
        ("x[08-10]", "x08 x09 x10"),
        ("x[8-10]", "x8 x9 x10"),
        ("x[01,5]", "x01 x05"),
        ("机[1-2]柜", "机1柜 机2柜"),
        ("a[{n}-{n+1}]", "a3 a4"),
        ("a[001-{n}]", "a001 a002 a003"),
        ("plain", "plain"),
    ],
)
def test_names_in_written_order(text: str, names: str) -> None:
    """A pattern has its names in written order, the last bracket fastest."""
    one = parse_range(text, {"n": 3})
    assert one.names() == names.split(" ")
    assert one.size == len(one.names())


def test_a_descending_range_from_an_expression_is_empty() -> None:
    """`[1-0]` from an expression has no names."""
    assert parse_range("a[1-{n}]b[1-3]", {"n": 0}).names() == []
    assert parse_range("a[1-{n-5}]", {"n": 0}).size == 0


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("a[16-01]", 2, "downwards"),
        ("a[01-100]", 5, "more digits"),
        ("a[1-16", 1, "not closed"),
        ("a]", 1, "outside brackets"),
        ("a[1,a]", 4, "mixed"),
        ("a[]", 2, "empty"),
        ("a[1-]", 4, "ends"),
        ("a[1-99999999]", 2, "values"),
        ("a[1-9999]b[1-9999]", 0, "names"),
        ("a,b", 1, "joins"),
        ("", 0, "empty"),
        ("a[n:1]b[n:1]", 8, "two brackets"),
        ("a[{x}]", 3, "not known"),
        ("a[1/0]", 4, "step"),
        ("a[01,001]", 5, "padded"),
        ("a[{n}-3]", 3, "below zero"),
        ("a[1\n]", 3, "expected"),
        ("a\x1b[1]", 1, "outside"),
    ],
)
def test_range_errors_name_their_column(text: str, column: int, said: str) -> None:
    """Every error of a range says what is wrong and where."""
    with pytest.raises(RangeError) as caught:
        parse_range(text, {"n": -2})
    assert said in caught.value.message
    assert caught.value.column == column or said == "two brackets"


def test_descending_has_its_fix() -> None:
    """A literal descending range is answered with the same range upwards."""
    with pytest.raises(RangeError) as caught:
        parse_range("un[16-01]x")
    assert caught.value.help == "un[01-16]x"


def test_commas_outside_brackets_join() -> None:
    """Commas join ranges outside brackets and lists inside."""
    assert [one.text for one in parse_ranges("C, N[1-4],x[1,2]y")] == ["C", "N[1-4]", "x[1,2]y"]


def test_bindings_are_columns() -> None:
    """Named brackets bind columns of the printed numbers, letters as letters."""
    bindings = parse_range("r[s:a-b][n:07-08]").bindings()
    assert isinstance(bindings["s"], Letters)
    assert bindings["s"].values.tolist() == [97, 97, 98, 98]
    assert np.asarray(bindings["n"]).tolist() == [7, 8, 7, 8]


@pytest.mark.parametrize(
    ("selector", "declared", "positions"),
    [
        ("dgx[*]", "dgx[01-10]", list(range(10))),
        ("dgx[05-07]", "dgx[01-10]", [4, 5, 6]),
        ("dgx[5-12]", "dgx[01-10]", [9]),
        ("dgx1[0-2]", "dgx[01-12]", [9, 10, 11]),
        ("r[*]n[2]", "r[1-2]n[1-2]", [1, 3]),
        ("node[*]", "dgx[1-3]", []),
        ("dgx05", "dgx[01-10]", [4]),
    ],
)
def test_selectors_pick_what_is_printed_alike(selector: str, declared: str, positions: list[int]) -> None:
    """A selector picks the declared names that are spelled as its own; `*` picks all."""
    assert parse_range(selector).select(parse_range(declared)).tolist() == positions


def test_families() -> None:
    """Patterns that differ only in the numbers of one bracket are one family."""
    texts = [
        "un[01-16]",
        "c[1-4]",
        "un[17-20]",
        "un[1-3]",
        "un[100-120]",
        "r[1-2]n[1-4]",
        "r[3]n[1-4]",
        "r[9]n[7]",
        "p",
    ]
    groups = family_groups([parse_range(text) for text in texts])
    assert groups == [[0, 2, 4], [1], [3], [5, 6], [7], [8]]


@pytest.mark.parametrize(
    ("a", "b", "name"),
    [
        ("un[01-16]", "un[16-20]", "un16"),
        ("un[01-16]", "un[1-9]", None),
        ("un[01-16]", "un[9-12]", "un10"),
        ("c1[0-9]", "c[9-12]", "c10"),
        ("un05", "un[01-16]", "un05"),
        ("a[a-c]1", "ab[1-2]", "ab1"),
        ("x[1-3]", "y[1-3]", None),
        ("a[1-2][1-3]", "a1[2-9]", "a12"),
        ("r[1-4]n[1-4]", "r[4-5]n[5-6]", None),
    ],
)
def test_overlaps_name_a_shared_name(a: str, b: str, name: str | None) -> None:
    """Two patterns overlap when they have a name in common, and that name is told."""
    assert overlaps(parse_range(a), parse_range(b)) == name
    assert overlaps(parse_range(b), parse_range(a)) == name


@pytest.mark.parametrize(
    "text",
    [
        "un[01-16]-b[01-80]",
        "a1",
        "p,q[9-10]",
        "un[01-99],un[100-120]",
        "a4b[1-2]",
        "x[009-012]",
        "n[1-9/2,20]",
        "a[1,5-6,9]",
        "leaf-r[1-8]-[01-32]",
    ],
)
def test_fold_spells_the_pattern_again(text: str) -> None:
    """Folding the names of a pattern, in any order, gives a pattern of the same names."""
    names = [name for one in parse_ranges(text) for name in one.names()]
    folded = fold(names[::-1] + names)
    assert sorted(name for one in parse_ranges(folded) for name in one.names()) == sorted(names)
    assert len(folded) <= len(text)


def test_fold_sorts_naturally() -> None:
    """Pieces come in the natural order of their first names."""
    assert fold(["r10", "r3n1", "r1n1", "r1n2", "a"]) == "a,r1n[1-2],r3n1,r10"
    assert sorted(["n10", "n2", "n1"], key=natural_key) == ["n1", "n2", "n10"]


def test_fold_of_many_coordinates_is_quick() -> None:
    """100,000 names in any order fold well under 50 ms."""
    a, b = np.repeat(np.arange(1, 317), 317), np.tile(np.arange(1, 318), 316)
    order = np.argsort((a * 7919 + b * 104_729) % 99_991)
    start = time.process_time()
    assert fold_coordinates(("a", "b", ""), (0, 3), [a[order], b[order]]) == "a[1-316]b[001-317]"
    assert time.process_time() - start < 0.25


def test_fold_of_nothing_is_empty() -> None:
    """No names fold to an empty text."""
    assert fold([]) == ""
    assert fold_coordinates(("a", ""), (0,), [np.empty(0, np.int64)]) == ""


def test_bulk_spelling_is_that_of_python() -> None:
    """Bytes are those of formatting each row, also for negative, wide and mixed numbers."""
    a = np.array([0, 9, 10, 99, 100, 12_345, -7], np.int64)
    b = np.array([97, 98, 99, 100, 101, 102, 103], np.int64)
    spelled = spell_bytes(("ü", "-", "/", ""), [a, a, b], [0, 3, 0], [False, False, True])
    assert [one.decode() for one in spelled.tolist()] == [
        f"ü{x}-{x:03d}/{chr(y)}" for x, y in zip(a.tolist(), b.tolist(), strict=True)
    ]
