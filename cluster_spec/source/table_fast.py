"""The byte tokeniser of CSV lists: pieces of the file as NumPy arrays, single records where quotes ask it.

A piece begins at the start of a record. Its commas and line feeds are found at once; while no field begins
with a quote, they are the separators, so the fields between them are exact. A quoted field is as exact when
its quotes are one at each end and pairs between, also around commas; what has other quotes, line feeds in
fields, or pairs in a wanted field goes through `scan_record`, which may take several lines into one record.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.records import field, record
from cluster_spec.source.table_blank import trim_edges
from cluster_spec.source.table_quotes import Layout, Piece, hide_commas, mark_quotes
from cluster_spec.source.table_slow import RECORD_LIMIT, Flaw, scan_record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cluster_spec.source.table_slow import Field

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

ROW_LIMIT = 1 << 25
"""Rows of the longest list (33,554,432)."""

_PIECE = 1 << 20
_COMMA, _LF, _HASH = b",\n#"


@record(slots=True)
class Fault:
    """All rows with one flaw: how many, the first one's line and offset, and the lines of the first ones."""

    line: int
    at: int
    count: int = 0
    lines: list[int] = field(default_factory=list)


@record(slots=True)
class Cells:
    """What the tokeniser found: of the first `rows` rows the wanted fields' starts and lengths, and the line.

    Fields of records that were read one by one lie after the file's own bytes, in `extra`; `moved` has for
    each of them, ascending, its offset there, its offset in the file and its line.
    """

    starts: NDArray[np.int32]
    """One row per wanted column, with room for every line of the file; so have the next two."""
    lengths: NDArray[np.int32]
    lines: NDArray[np.int32]
    rows: int = 0
    extra: bytearray = field(default_factory=bytearray)
    moved: tuple[array[int], array[int], array[int]] = field(
        default_factory=lambda: (array("q"), array("q"), array("q"))
    )
    faults: dict[Flaw, Fault] = field(default_factory=dict)

    def grow(self, rows: int) -> slice:
        """Return where the next `rows` rows go."""
        self.rows += rows
        return slice(self.rows - rows, self.rows)


def tokenise(data: bytearray, low: int, line: int, layout: Layout, size: int) -> Cells:
    """Read all records of `data[low:size]`, the first of which is on line `line`; `size` is after an LF.

    Stops once there are more than `ROW_LIMIT` rows.
    """
    room, wanted = min(data.count(b"\n", low, size), ROW_LIMIT + _PIECE), len(layout.wanted)
    empty = (np.empty((wanted, room), np.int32), np.empty((wanted, room), np.int32), np.empty(room, np.int32))
    cells = Cells(*empty)
    text = np.frombuffer(data, dtype=np.uint8)
    marks = np.empty(_PIECE, dtype=bool), np.empty(_PIECE, dtype=bool)
    while low < size and cells.rows <= ROW_LIMIT:
        high = data.rfind(b"\n", low, low + _PIECE) + 1 if low + _PIECE < size else size
        if not high:
            note(cells, Flaw.LONG, [line], [low])
            low, line = data.index(b"\n", low) + 1, line + 1
            continue
        piece = _cut(text[low:high], low, line, marks)
        resume = _rows(cells, data, piece, layout)
        line += piece.last.size + (data.count(b"\n", high, resume) if resume > high else 0)
        low = max(high, resume)
    return cells


def note(cells: Cells, flaw: Flaw, lines: list[int], at: list[int]) -> None:
    """Book rows with a flaw."""
    fault = cells.faults.setdefault(flaw, Fault(lines[0], at[0]))
    fault.line, fault.at = min((fault.line, fault.at), (lines[0], at[0]))
    fault.count += len(lines)
    fault.lines += lines[: 1000 - len(fault.lines)]


def _cut(text: NDArray[np.uint8], low: int, line: int, marks: tuple[Bools, Bools]) -> Piece:
    mark, other = marks[0][: text.size], marks[1][: text.size]
    np.equal(text, _COMMA, out=mark)
    mark |= np.equal(text, _LF, out=other)
    seps = np.flatnonzero(mark)
    last = np.flatnonzero(text[seps] == _LF)
    end = seps[last]
    begin = np.empty_like(end)
    begin[0], begin[1:] = 0, end[:-1] + 1
    return Piece(low, line, text, seps, last, begin, end)


def _rows(cells: Cells, data: bytearray, piece: Piece, layout: Layout) -> int:
    """Take the rows of one piece; returns the offset where the next record begins."""
    high = piece.low + piece.text.size
    blanks = any(data.find(blank, piece.low, high) >= 0 for blank in (b" ", b"\t", b"\xc2"))
    marks = any(data.find(mark, piece.low, high) >= 0 for mark in (b'"', b"#"))
    regular = (
        not marks
        and piece.seps.size == piece.last.size * layout.width
        and bool((np.diff(piece.last, prepend=-1) == layout.width).all())
        and int((size := piece.end - piece.begin).min()) >= layout.width
        and int(size.max()) <= RECORD_LIMIT
        and not (blanks and layout.width == 1)
    )
    if regular:
        _take(cells, piece, layout, None, blanks=blanks)
        return high
    keep = _plain_lines(piece, blanks=blanks)
    resume, slow = high, np.zeros(keep.size, dtype=bool)
    before = cells.rows
    if data.find(b'"', piece.low, high) >= 0:
        slow = mark_quotes(piece, layout, hide_commas(piece), blanks=blanks)
        resume = _slow(cells, data, piece, layout, keep, slow)
    _faults(cells, piece, layout, keep)
    _take(cells, piece, layout, np.flatnonzero(keep), blanks=blanks)
    if slow.any():
        _merge(cells, before)
    return max(high, resume)


def _take(cells: Cells, piece: Piece, layout: Layout, rows: Ints | None, *, blanks: bool) -> None:
    """Append the wanted fields of some lines (None: all), which have the right number of fields."""
    begin = piece.begin if rows is None else piece.begin[rows]
    if rows is None:
        ends = piece.seps.reshape(-1, layout.width)
    first = None if rows is None else piece.last[rows] - (layout.width - 1)
    to = cells.grow(begin.size)
    for k, at in enumerate(layout.wanted):
        if first is None:
            start, end = (ends[:, at - 1] + 1 if at else begin), ends[:, at]
        else:
            start, end = (piece.seps[first + (at - 1)] + 1 if at else begin), piece.seps[first + at]
            if piece.quoted is not None:
                quoted = piece.quoted[first + at]
                start, end = start + quoted, end - quoted
        if blanks:
            start, end = trim_edges(piece.text, start, end)
        np.subtract(end, start, out=cells.lengths[k, to], casting="unsafe")
        np.add(start, piece.low, out=cells.starts[k, to], casting="unsafe")
    lines = np.arange(begin.size) if rows is None else rows
    np.add(lines, piece.line, out=cells.lines[to], casting="unsafe")


def _plain_lines(piece: Piece, *, blanks: bool) -> Bools:
    """Return which lines are neither blank, nor only separators, nor a comment."""
    begin, end = piece.begin, piece.end
    if blanks:
        begin, end = trim_edges(piece.text, begin, end)
    fields = np.diff(piece.last, prepend=-1)
    plain: Bools = (piece.end - piece.begin) != fields - 1
    plain &= begin < end
    plain &= piece.text[begin] != _HASH
    return plain


def _slow(cells: Cells, data: bytearray, piece: Piece, layout: Layout, keep: Bools, slow: Bools) -> int:
    """Read the records that begin on slow lines; takes all lines they cover out of `keep`."""
    resume, begins = piece.low, piece.begin.tolist()
    rows: list[tuple[int, list[int], list[int]]] = []
    for at in np.flatnonzero(slow & keep).tolist():
        start = piece.low + begins[at]
        if start < resume:
            continue
        record = scan_record(data, start, layout.width)
        resume, line = record.end, piece.line + at
        keep[at : bisect_left(begins, resume - piece.low, at)] = False
        if record.flaw is None:
            rows.append((line, *_move(cells, data, [record.fields[k] for k in layout.wanted], start, line)))
        else:
            note(cells, record.flaw, [line + data.count(b"\n", start, record.flaw_at)], [record.flaw_at])
    if rows:
        to = cells.grow(len(rows))
        cells.lines[to], cells.starts[:, to], cells.lengths[:, to] = (
            np.array(part, dtype=np.int32).T for part in zip(*rows, strict=True)
        )
    return resume


def _move(
    cells: Cells, data: bytearray, fields: list[Field], start: int, line: int
) -> tuple[list[int], list[int]]:
    """Write the texts of a record, which begins at `start`, behind the file; returns starts and lengths."""
    starts = []
    for part in fields:
        starts.append(len(data) + len(cells.extra))
        cells.extra += part.text + b"\n"
        cells.moved[0].append(starts[-1])
        cells.moved[1].append(part.at)
        cells.moved[2].append(line + data.count(b"\n", start, part.at))
    return starts, [len(part.text) for part in fields]


def _merge(cells: Cells, low: int) -> None:
    """Put the rows from `low` on, slow ones first and plain ones after, into the order of the file."""
    order = np.argsort(cells.lines[low : cells.rows]) + low
    for parts in (cells.lines, *cells.starts, *cells.lengths):
        parts[low : cells.rows] = parts[order]


def _faults(cells: Cells, piece: Piece, layout: Layout, keep: Bools) -> None:
    """Book the lines of `keep` that are too long or have too few or too many fields, and drop them."""
    fields = np.diff(piece.last, prepend=-1)
    long = piece.end - piece.begin > RECORD_LIMIT
    for flaw, wrong in (
        (Flaw.LONG, long),
        (Flaw.FEW, fields < layout.width),
        (Flaw.MANY, fields > layout.width),
    ):
        at = np.flatnonzero(wrong & keep)
        keep[at] = False
        if at.size:
            offset = piece.begin[at]
            if flaw is Flaw.MANY:
                offset = piece.seps[piece.last[at] - fields[at] + layout.width] + 1
            note(cells, flaw, (at + piece.line).tolist(), (offset + piece.low).tolist())
