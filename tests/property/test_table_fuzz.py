"""Damaged link lists: the fast reader agrees with the standard one, or says what is wrong."""

from __future__ import annotations

import csv
import io
import pathlib
import re
import tempfile
from unittest.mock import patch

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from cluster_spec.source import table_fast
from cluster_spec.source.table import Table, read_table
from cluster_spec.source.table_blank import BLANK
from cluster_spec.source.table_slow import scan_record

HEAD = "a,b,c\n"
PARTS = [
    "x",
    "leaf-1",
    " ",
    '"',
    '""',
    ",",
    "\n",
    "\r\n",
    "\r",
    "叶",
    '"q"',
    '"p,q"',
    '"r\ns"',
    'k"',
    ',"',
    '",',
    "1,2,3\n",
    "a,b",
]
lines = st.lists(
    st.sampled_from(
        ["l1,P1,s1", '"l1","P1","s1"', 'l1,"P,1",s1', '"a""b",c,d', "l 1 , P,s", "", '"a\nb",c,d', 'x"y,z",w']
    )
)
damage = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 2), st.sampled_from(PARTS)), max_size=3)


def damaged(rows: list[str], changes: list[tuple[int, int, str]]) -> str:
    """Return the rows with some characters replaced."""
    text = "\n".join(rows)
    for at, gone, new in changes:
        place = at % (len(text) + 1)
        text = text[:place] + new + text[place + gone :]
    return text


def read(content: bytes, piece: int = 1 << 20) -> tuple[Table | None, int]:
    """Return the table and how many faults its findings count."""
    with tempfile.TemporaryDirectory() as folder, patch.object(table_fast, "_PIECE", piece):
        file = pathlib.Path(folder) / "t.csv"
        file.write_bytes(content)
        outcome = read_table(file, file.parent, ("a", "b", "c"), ())
        for finding in outcome.findings:
            assert finding.location.line >= 1
            assert finding.location.column >= 1
        return outcome.value, sum(finding.count for finding in outcome.findings)


def rows_of(table: Table) -> list[tuple[str, ...]]:
    """Return the rows in which anything is written."""
    columns = [column.texts(range(table.rows)) for column in table.columns.values()]
    return [row for row in zip(*columns, strict=True) if any(row)]


def standard(text: str) -> list[tuple[str, ...]] | None:
    """Return the same rows by the standard reader, None where it finds a fault."""
    try:
        raw = list(csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True))
    except csv.Error:
        return None
    rows = [tuple(re.sub("\r\n?", "\n", field).strip(BLANK) for field in row) for row in raw]
    rows = [row for row in rows if any(row)]
    return rows if all(len(row) == len(HEAD) // 2 for row in rows) else None


def spaced_close(text: str) -> str:
    """Return the text without the blanks after quotes, which only the standard reader refuses."""
    while '" ' in text:
        text = text.replace('" ', '"')
    return text


@given(lines, damage)
@settings(max_examples=400, deadline=None)
@example(["l1,P1,s1"], [(0, 0, '"')])
@example(["l1,P1,s1", '"a""b",c,d'], [(3, 0, "\r")])
def test_agrees_with_the_standard_reader(rows: list[str], changes: list[tuple[int, int, str]]) -> None:
    """Without findings the rows are those of csv.reader; where csv.reader fails there is a finding."""
    text = spaced_close(damaged(rows, changes))
    expected = standard(text)
    table, findings = read((HEAD + text).encode())
    assert table is not None
    event("standard reader refuses" if expected is None else "standard reader accepts")
    if expected is None:
        assert findings
    elif not findings:
        assert rows_of(table) == expected
    else:
        hollow = [line for line in text.splitlines() if line and not line.strip(' ,"')]
        assert hollow, "only a row without a word may be blank to one and too short to the other"


def exact(text: str) -> tuple[list[tuple[str, ...]], list[int], int]:
    """Return rows, lines and the number of flawed rows, record by record."""
    data = bytearray(text.replace("\r\n", "\n").replace("\r", "\n").encode() + b"\n\0")
    rows, numbers, flawed, at, line = [], [], 0, 0, 2
    while at < len(data) - 1:
        raw = bytes(data[at : data.index(b"\n", at)]).decode()
        end = at + len(raw.encode()) + 1
        if raw.strip(BLANK) and raw.strip(",") and not raw.strip(BLANK).startswith("#"):
            record = scan_record(data, at, 3)
            end, flawed = record.end, flawed + (record.flaw is not None)
            if record.flaw is None:
                rows.append(tuple(part.text.decode() for part in record.fields))
                numbers.append(line)
        line += data.count(b"\n", at, end)
        at = end
    return rows, numbers, flawed


@given(lines, damage, st.sampled_from(["#", "\t", "\u00a0", " # ", "x"]), st.integers(0, 200))
@settings(max_examples=400, deadline=None)
def test_fast_and_exact_reader_agree(
    rows: list[str], changes: list[tuple[int, int, str]], new: str, place: int
) -> None:
    """The tokeniser gives the rows, lines and flaws of the record reader, wherever pieces are cut."""
    text = damaged(rows, [*changes, (place, 0, new)])
    expected, numbers, flawed = exact(text)
    for piece in (1 << 20, 400):
        table, findings = read((HEAD + text).encode(), piece)
        assert table is not None
        columns = [column.texts(range(table.rows)) for column in table.columns.values()]
        assert list(zip(*columns, strict=True)) == expected
        assert table.line.tolist() == numbers
        assert findings == flawed


@given(st.one_of(st.binary(max_size=200), st.binary(max_size=100).map(lambda tail: HEAD.encode() + tail)))
@settings(max_examples=300, deadline=None)
@example(b"\xff\xfea\x00,\x00b\x00,\x00c\x00\n\x00")
@example(b"a,b,c\n\xa0,\xc2\xa0,\xc2")
def test_any_bytes_end_in_rows_or_findings(content: bytes) -> None:
    """No bytes end in an exception, and all fields can be asked for."""
    table, findings = read(content)
    assert table is not None or findings
    if table is not None:
        for column in table.columns.values():
            column.hashes(), column.codes(), column.numbers(), column.empty()
        for row in range(table.rows):
            assert table.location(row, "b").line >= int(table.line[row])
