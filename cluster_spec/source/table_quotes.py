"""Quotes in one piece of a CSV list: which are plain to see, and which lines ask for the exact reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.records import record
from cluster_spec.source.table_blank import trim_edges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

_LF, _QUOTE = b'\n"'


@record(frozen=True, slots=True)
class Layout:
    """How many fields a row has, and the positions of the wanted ones."""

    width: int
    wanted: tuple[int, ...]


@record(slots=True)
class Piece:
    """One piece: its offset and bytes, the offsets in it of separators and of lines."""

    low: int
    line: int
    text: NDArray[np.uint8]
    seps: Ints
    last: Ints
    """Of each line the index in `seps` of its line feed."""
    begin: Ints
    end: Ints
    quoted: Bools | None = None


def hide_commas(piece: Piece) -> Ints:
    """Take the commas between quotes out of `seps`, as if no line had a quote that is text; returns them.

    Lines with an odd number of quotes keep all of theirs: at least one of their quotes is text or opens a
    field that goes on in the next line.
    """
    before: NDArray[np.int32] = np.cumsum(piece.text == _QUOTE, dtype=np.int32)[piece.seps]
    upto = before[piece.last]
    base = np.concatenate((np.zeros(1, dtype=np.int32), upto[:-1]))
    odd = (upto - base) % 2 == 1
    fields = np.diff(piece.last, prepend=-1)
    hidden = ((before - np.repeat(base, fields)) % 2 == 1) & ~np.repeat(odd, fields)
    commas: Ints = piece.seps[hidden]
    if commas.size:
        piece.seps = piece.seps[~hidden]
        piece.last = np.flatnonzero(piece.text[piece.seps] == _LF)
    return commas


def mark_quotes(piece: Piece, layout: Layout, hidden: Ints, *, blanks: bool) -> Bools:
    """Mark the fields whose quotes are simple, and return the lines that have others.

    A simple field has one quote at each end and only pairs between. A hidden comma elsewhere was none.
    """
    quotes = np.flatnonzero(piece.text == _QUOTE)
    mark = np.zeros(piece.text.size, dtype=np.int32)
    mark[piece.seps] = 1
    field_of = np.cumsum(mark, out=mark)
    of = field_of[quotes]
    count = np.bincount(of, minlength=piece.seps.size)
    starts = np.concatenate((np.zeros(1, dtype=np.int64), piece.seps[:-1] + 1))
    with_quotes = np.flatnonzero(count)
    start, stop, count = starts[with_quotes], piece.seps[with_quotes], count[with_quotes]
    after = np.cumsum(count)
    opening, closing = quotes[after - count], quotes[after - 1]
    indented = trim_edges(piece.text, start, stop)[0] if blanks else start
    inner = np.ones(quotes.size, dtype=bool)
    inner[after - count] = inner[after - 1] = False
    inner &= (np.arange(quotes.size) - np.repeat(after - count, count)) % 2 == 1
    unpaired = inner & (np.append(quotes[1:], 0) != quotes + 1)
    simple = (start == opening) & (closing == stop - 1) & (count % 2 == 0)
    simple &= np.bincount(of, weights=unpaired, minlength=piece.seps.size)[with_quotes] == 0
    slow = np.zeros(piece.last.size, dtype=bool)
    piece.quoted = np.zeros(piece.seps.size, dtype=bool)
    piece.quoted[with_quotes[simple]] = True
    odd = with_quotes[(indented == opening) & ~simple]
    rich = with_quotes[simple & (count > 2)]  # noqa: PLR2004 - more than one at each end
    line = np.searchsorted(piece.last, rich)
    rich = rich[np.isin(rich - piece.last[line] + layout.width - 1, layout.wanted)]
    misled = field_of[hidden]
    for fields in (odd, rich, misled[~piece.quoted[misled]]):
        slow[np.searchsorted(piece.last, fields)] = True
    return slow
