"""Blanks around fields: space, tab and no-break space (two bytes of UTF-8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

BLANK = " \t\u00a0"
"""What is trimmed from both ends of every field."""

_SPACE, _TAB = b" \t"
_NBSP = b"\xc2\xa0"
_TRIMS = 64


def trim(text: bytes) -> bytes:
    """Return UTF-8 without blanks at its ends."""
    return text.decode().strip(BLANK).encode()


def trim_edges(text: NDArray[np.uint8], start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return the bounds of slices of `text` without blanks (space, tab, NBSP) at both ends."""
    start, end = start.copy(), end.copy()
    left = np.flatnonzero(start < end)
    for _ in range(_TRIMS):
        s, e = start[left], end[left]
        first, final = text[s], text[e - 1]
        ahead = ((first == _SPACE) | (first == _TAB)).astype(np.int64)
        ahead += 2 * ((first == _NBSP[0]) & (text[s + 1] == _NBSP[1]))
        behind = ((final == _SPACE) | (final == _TAB)).astype(np.int64)
        behind += 2 * ((final == _NBSP[1]) & (text[e - 2] == _NBSP[0]))
        start[left], end[left] = s + ahead, np.maximum(e - behind, s + ahead)
        left = left[(ahead + behind > 0) & (start[left] < end[left])]
        if not left.size:
            return start, end
    for at in left.tolist():
        raw = text[start[at] : end[at]].tobytes().decode()
        start[at] += len(raw.encode()) - len(raw.lstrip(BLANK).encode())
        end[at] = start[at] + len(raw.strip(BLANK).encode())
    return start, end
