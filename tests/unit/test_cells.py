"""Tables as bytes: squeezed, quoted, in natural order."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cluster_spec.analysis.order import natural_ranks, ranks_of
from cluster_spec.model.namespace import NameGroup, NameTable
from cluster_spec.names import natural_key
from cluster_spec.report.cells import (
    Column,
    Table,
    csv_blocks,
    decimal,
    decimals,
    joined,
    json_blocks,
    numbers,
    texts,
)

PRINTABLE = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)


def column(name: str, values: list[str]) -> Column:
    """Return a column of texts."""
    cells, safe = texts(values)
    return Column(name, lambda rows: cells[rows], safe=safe)


@given(st.lists(st.tuples(PRINTABLE, PRINTABLE), max_size=20))
def test_csv_is_read_back(rows: list[tuple[str, str]]) -> None:
    """Any two columns of texts are read back by the csv module as they were."""
    table = Table(
        (column("a", [a for a, _ in rows]), column("b", [b for _, b in rows])), np.arange(len(rows))
    )
    text = b"".join(csv_blocks(table)).decode()
    assert list(csv.reader(io.StringIO(text))) == [["a", "b"], *map(list, rows)]


@given(st.lists(st.tuples(PRINTABLE, st.integers(-1, 10**12)), max_size=20))
def test_json_is_read_back(rows: list[tuple[str, int]]) -> None:
    """A text and a number that may be unknown are read back by the json module."""
    values = np.array([n for _, n in rows], dtype=np.int64)
    number = Column("n", lambda at: numbers(values[at], values[at] >= 0), number=True)
    table = Table((column("a", [a for a, _ in rows]), number), np.arange(len(rows)))
    read = json.loads(b"".join(json_blocks(table)))
    assert read == [{"a": a, "n": None if n < 0 else n} for a, n in rows]


@given(st.lists(st.integers(0, 10**10), max_size=20))
def test_decimals_round_to_the_digits(values: list[int]) -> None:
    """Micrometres are metres with at most three decimals, to the nearest, without zeros at the end."""
    found = decimals(np.array(values, dtype=np.int64), 10**6, 3).tolist() if values else []
    for value, cell in zip(values, found, strict=True):
        assert abs(float(cell) * 10**6 - value) <= 500 + 1e-3
        assert not (b"." in cell and cell.endswith(b"0"))
    assert decimal(-1, 10**6, 3) == b""


def test_pieces_side_by_side_have_no_holes() -> None:
    """Cells of different lengths with constants between them are one text each."""
    found = joined(np.array([b"a", b"bcd"]), b":", np.array([b"", b"12"]))
    assert found.tolist() == [b"a:", b"bcd:12"]


@given(st.lists(PRINTABLE, max_size=20))
def test_ranks_are_natural_order(names: list[str]) -> None:
    """Ranks sort names as the natural key does."""
    ranks = ranks_of(names)
    assert [names[i] for i in np.argsort(ranks)] == sorted(names, key=natural_key)


def test_ranks_in_bulk_agree_with_spelled_names() -> None:
    """Groups of names with numbers are ranked as their spelled names are, across groups."""
    groups = (
        NameGroup(
            0, 3, ("un", "-b", ""), (2, 0), (False, False), (np.array([1, 1, 2]), np.array([1, 10, 2]))
        ),
        NameGroup(3, 2, ("un", "-head", ""), (2, 0), (False, False), (np.array([1, 2]), np.array([1, 1]))),
        NameGroup(5, 1, ("mgmt1",)),
        NameGroup(6, 2, ("leaf-r", ""), (0,), (False,), (np.array([10, 9]),)),
    )
    names = NameTable(groups)
    spelled = [names.spell(i) for i in range(8)]
    assert natural_ranks(names).tolist() == ranks_of(spelled).tolist()


def test_names_whose_digits_touch_a_bracket_are_ranked_too() -> None:
    """`n1[0-9]` is a number of two digits for the eye, and so for the order."""
    names = NameTable(
        (NameGroup(0, 2, ("n1", ""), (0,), (False,), (np.array([9, 0]),)), NameGroup(2, 1, ("n2",)))
    )
    assert natural_ranks(names).tolist() == [2, 1, 0]
