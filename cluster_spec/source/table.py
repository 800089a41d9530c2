"""Bulk link lists: a CSV file as columns of byte slices, with the place of every field."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.diagnostics import SHAPE, SIZE_BUDGET, Finding, Findings, Location, Outcome, Related
from cluster_spec.records import field, record
from cluster_spec.source.table_column import Column
from cluster_spec.source.table_fast import ROW_LIMIT, Cells, Fault, tokenise
from cluster_spec.source.table_quotes import Layout
from cluster_spec.source.table_slow import Field, Flaw, scan_record
from cluster_spec.source.table_text import SPARE, read_text

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["Column", "Table", "read_table"]

_PREAMBLE = 100_000
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@record(frozen=True, slots=True)
class Table:
    """A link list: `rows` rows in file order, the wanted columns that are there, each row's line (from 1).

    `file` is relative to the project root; `ignored` names the columns that were not asked for.
    """

    file: str
    rows: int
    line: NDArray[np.int32]
    columns: dict[str, Column]
    ignored: tuple[str, ...]
    _data: bytearray = field(repr=False)
    _moved: tuple[list[int], list[int], list[int]] = field(repr=False)

    def location(self, row: int, column: str | None = None) -> Location:
        """Return where a field begins, or its row."""
        line = int(self.line[row])
        if column is None:
            return Location(self.file, line)
        at = int(self.columns[column].start[row])
        if at >= len(self._data):
            moved = bisect_left(self._moved[0], at)
            at, line = self._moved[1][moved], self._moved[2][moved]
        elif self._data[at - 1] == ord('"'):
            at -= 1
        return Location(self.file, line, _column(self._data, at))


@record(frozen=True, slots=True)
class _Header:
    """The first line that is no comment: names as compared, their places, and where the rows begin."""

    names: tuple[str, ...]
    places: tuple[Location, ...]
    text: str
    line: int
    end: int
    next_line: int


def read_table(
    file: pathlib.Path, root: pathlib.Path, required: tuple[str, ...], optional: tuple[str, ...]
) -> Outcome[Table]:
    """Read a CSV list whose header names at least the `required` columns, in any order.

    UNREADABLE and SIZE_BUDGET tell of the file, SHAPE of its header and of rows that do not have its fields.
    Such rows are left out of the table, which is given all the same.
    """
    name = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()
    text = read_text(file, name)
    if text.value is None:
        return Outcome(None, text.findings)
    data, findings = text.value, Findings()
    header = _header(data, name, findings)
    if header is None or not _fits(header, required, optional, findings):
        return Outcome(None, tuple(findings.items))
    wanted = tuple(column for column in (*required, *optional) if column in header.names)
    layout = Layout(len(header.names), tuple(header.names.index(column) for column in wanted))
    cells = tokenise(data, header.end, header.next_line, layout, len(data) - SPARE)
    if cells.rows > ROW_LIMIT:
        findings.add(SIZE_BUDGET, f"list has more than {ROW_LIMIT:,} rows, the limit", Location(name))
        return Outcome(None, tuple(findings.items))
    findings.items += _faults(cells, data, name, layout.width)
    return Outcome(_table(name, data, header, wanted, cells), tuple(findings.items))


def _table(name: str, data: bytearray, header: _Header, wanted: tuple[str, ...], cells: Cells) -> Table:
    buffer = np.frombuffer(data + cells.extra + bytes(SPARE) if cells.extra else data, dtype=np.uint8)
    rows, line = cells.rows, cells.lines[: cells.rows]
    starts, lengths = cells.starts[:, :rows], cells.lengths[:, :rows]
    for bulk in (buffer, starts, lengths, line):
        bulk.flags.writeable = False
    columns = {column: Column(buffer, starts[k], lengths[k]) for k, column in enumerate(wanted)}
    ignored = tuple(column for column in header.names if column and column not in wanted)
    moved = (cells.moved[0].tolist(), cells.moved[1].tolist(), cells.moved[2].tolist())
    return Table(name, rows, line, columns, ignored, data, moved)


def _header(data: bytearray, name: str, findings: Findings) -> _Header | None:
    at, line = 0, 1
    for _ in range(_PREAMBLE):
        end = data.find(b"\n", at)
        if end < 0:
            break
        if (head := bytes(data[at : min(end, at + 1000)]).strip()) and not head.startswith(b"#"):
            return _read_header(data, at, line, name, findings)
        at, line = end + 1, line + 1
    findings.add(SHAPE, "list has no header line", Location(name))
    return None


def _read_header(data: bytearray, at: int, line: int, name: str, findings: Findings) -> _Header | None:
    record = scan_record(data, at, None)
    if record.flaw is not None:
        place = _place(data, name, record.flaw_at, line + data.count(b"\n", at, record.flaw_at))
        findings.add(SHAPE, f"header has {record.flaw}", place)
        return None
    names = tuple(part.text.decode().strip().casefold() for part in record.fields)
    places = tuple(_places(data, name, record.fields, at, line))
    lines = data.count(b"\n", at, record.end)
    text = bytes(data[at : record.end]).decode()
    return _Header(names, places, text, line, record.end, line + lines)


def _places(data: bytearray, name: str, fields: tuple[Field, ...], at: int, line: int) -> Iterator[Location]:
    for part in fields:
        line += data.count(b"\n", at, part.at)
        at = part.at
        yield _place(data, name, at, line)


def _fits(header: _Header, required: tuple[str, ...], optional: tuple[str, ...], findings: Findings) -> bool:
    """Say what is missing from the header or twice in it."""
    for column in (*required, *optional):
        at = [k for k, name in enumerate(header.names) if name == column]
        if len(at) > 1:
            related = [Related("first here", header.places[at[0]])]
            findings.add(
                SHAPE, f"column {column} occurs {len(at)} times", header.places[at[1]], related=related
            )
        if not at and column in required:
            _missing(header, column, (*required, *optional), findings)
    return not findings.items


def _missing(header: _Header, column: str, known: tuple[str, ...], findings: Findings) -> None:
    from difflib import get_close_matches

    place, advice = header.places[0], None
    near = get_close_matches(column, [name for name in header.names if name not in known], 1)
    if near:
        place, advice = header.places[header.names.index(near[0])], f"did you mean {column} by {near[0]}?"
    elif len(header.names) == 1:
        other = [word for mark, word in _SEPARATORS.items() if mark in header.text]
        advice = f"fields are separated by {other[0]}, commas are expected" if other else None
    findings.add(SHAPE, f"list has no column {column}", place, help=advice)


def _faults(cells: Cells, data: bytearray, name: str, width: int) -> Iterator[Finding]:
    for flaw, fault in sorted(cells.faults.items(), key=lambda item: (item[1].line, item[1].at)):
        place = _place(data, name, fault.at, fault.line)
        due = f" ({width})" if flaw in (Flaw.FEW, Flaw.MANY) else ""
        more = f", as {fault.count - 1:,} other rows" if fault.count > 1 else ""
        yield _finding(fault, f"row has {flaw}{due}{more}", place)


def _finding(fault: Fault, message: str, place: Location) -> Finding:
    return Finding(
        SHAPE.code,
        SHAPE.name,
        SHAPE.severity,
        SHAPE.basis,
        message,
        place,
        subjects=f"line {fault.line}" + (" ..." if fault.count > 1 else ""),
        count=fault.count,
        members=tuple(f"line {line}" for line in sorted(fault.lines)),
    )


def _place(data: bytearray, name: str, at: int, line: int) -> Location:
    return Location(name, line, _column(data, at))


def _column(data: bytearray, at: int) -> int:
    """Return the column, in characters from 1, of the byte at an offset."""
    return len(data[data.rfind(b"\n", 0, at) + 1 : at].decode()) + 1
