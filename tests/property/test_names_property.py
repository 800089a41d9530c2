"""Names: folding undoes expanding, and the numeric subset agrees with ClusterShell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluster_spec.names import (
    fold,
    fold_coordinates,
    natural_key,
    overlaps,
    parse_range,
    parse_ranges,
    spell_bytes,
)

SOME = settings(max_examples=200, deadline=None)


@st.composite
def brackets(draw: st.DrawFn, padded: bool | None = None) -> str:
    """Draw the text of a numeric bracket."""
    low, width = draw(st.integers(0, 120)), 4
    pad = draw(st.booleans()) if padded is None else padded
    form = f"0{width}d" if pad else "d"
    items = []
    for _ in range(draw(st.integers(1, 3))):
        high = low + draw(st.integers(0, 12))
        step = draw(st.integers(1, 3))
        items.append(
            f"{low:{form}}-{high:{form}}" + (f"/{step}" if step > 1 else "")
            if high > low
            else f"{low:{form}}"
        )
        low = high + draw(st.integers(1, 5))
    return f"[{','.join(items)}]"


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """Draw a pattern of one or two numeric brackets."""
    text = draw(st.sampled_from(["n", "rack-", "leaf-r", "ü"])) + draw(brackets())
    return text + draw(st.sampled_from(["-n", "x"])) + draw(brackets()) if draw(st.booleans()) else text


def expand(text: str) -> list[str]:
    """Return the names of joined patterns."""
    return [name for one in parse_ranges(text) for name in one.names()] if text else []


@SOME
@given(st.lists(patterns(), min_size=1, max_size=3), st.randoms())
def test_fold_undoes_expand(texts: list[str], random: object) -> None:
    """Folding any names and expanding them gives the same set, whatever their order."""
    names = expand(",".join(texts))
    shuffled = sorted(names, key=lambda _: random.random())  # type: ignore[attr-defined]
    folded = fold(shuffled)
    assert set(expand(folded)) == set(names)
    assert len(expand(folded)) == len(set(names))
    assert fold(names) == folded


@SOME
@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 120)), min_size=1, max_size=40))
def test_fold_of_irregular_sets(rows: set[tuple[int, int, int]]) -> None:
    """Any set of rows is folded to exactly these names."""
    columns = [np.array(column, np.int64) for column in zip(*rows, strict=True)]
    folded = fold_coordinates(("a", "-", "b", ""), (0, 2, 3), columns)
    assert sorted(expand(folded)) == sorted(f"a{x}-{y:02d}b{z:03d}" for x, y, z in rows)


@SOME
@given(patterns())
def test_agrees_with_clustershell(text: str) -> None:
    """Expansion of the numeric subset is that of ClusterShell, and it reads what we fold."""
    nodeset = pytest.importorskip("ClusterShell.NodeSet")
    names = expand(text)
    assert set(nodeset.expand(text)) == set(names)
    assert set(nodeset.expand(fold(names))) == set(names)


@SOME
@given(patterns(), patterns())
def test_overlap_is_that_of_the_names(a: str, b: str) -> None:
    """Two patterns overlap exactly when their names do."""
    one, two = parse_range(a), parse_range(b)
    common = set(one.names()) & set(two.names())
    told = overlaps(one, two)
    assert told in common if common else told is None


@SOME
@given(patterns(), patterns())
def test_selection_is_that_of_the_names(a: str, b: str) -> None:
    """A pattern selects the positions whose names it has."""
    one, two = parse_range(a), parse_range(b)
    wanted = set(one.names())
    assert one.select(two).tolist() == [i for i, name in enumerate(two.names()) if name in wanted]


@SOME
@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=30), st.integers(0, 14))
def test_bulk_spelling(values: list[int], width: int) -> None:
    """Bulk spelling is the formatting of each number."""
    spelled = spell_bytes(("a", "b"), [np.array(values, np.int64)], [width], [False])
    assert [one.decode() for one in spelled.tolist()] == [f"a{value:0{width}d}b" for value in values]


@SOME
@given(st.lists(st.text(alphabet="ab019-é", max_size=24), max_size=12))
def test_fold_and_natural_order_take_any_name(names: list[str]) -> None:
    """Any names can be folded and sorted."""
    assert sorted(names, key=natural_key) == sorted(sorted(names), key=natural_key)
    assert isinstance(fold(names), str)
