"""Exact search of many byte strings at once: eight bytes per step, hashed, and verified on the bytes.

A string is seen as little-endian 64-bit words, zero after its end (no text here holds a NUL byte), so two
strings of at most `LONG` bytes are equal when their words are. Longer ones take a dictionary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

LONG = 64
"""Strings of more bytes than this are compared one by one."""
BLOCK = 32768
"""Rows handled at once, so that all temporaries stay in the cache."""

_LEVELS = 6
_SMALLEST = 12
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], dtype=np.uint64)
_FOLD = np.uint64(32)
_FIRST = np.uint64(0x9E3779B97F4A7C15)
_NEXT = np.uint64(0xD6E8FEB86659FD93)


class Strings(Protocol):
    """Rows of byte strings: slices of one buffer that has at least 8 spare bytes at its end."""

    @property
    def buffer(self) -> NDArray[np.uint8]:
        """The bytes."""

    @property
    def start(self) -> NDArray[np.int32]:
        """Offset of each row's first byte."""

    @property
    def length(self) -> NDArray[np.int32]:
        """Bytes of each row."""

    def raw(self, row: int) -> bytes:
        """Return the bytes of one row."""


def blocks(rows: int) -> Iterator[slice]:
    """Yield slices that cover `rows` rows."""
    for low in range(0, rows, BLOCK):
        yield slice(low, min(low + BLOCK, rows))


def words(strings: Strings, rows: slice | NDArray[np.intp]) -> list[NDArray[np.uint64]]:
    """Return the 64-bit words of some rows, first word first; bytes after `LONG` are left out."""
    start, length = strings.start[rows], strings.length[rows]
    text = strings.buffer
    unaligned = np.ndarray(text.size - 7, dtype="<u8", buffer=text, strides=(1,))
    shortest, longest = (int(length.min()), min(int(length.max()), LONG)) if length.size else (0, 0)
    found = []
    for low in range(0, max(longest, 1), 8):
        if shortest >= low + 8:
            found.append(unaligned[start + np.int32(low)])
            continue
        left = np.clip(length - low, 0, 8)
        word = unaligned[start + np.minimum(length, low)]
        word &= _MASKS.take(left)
        found.append(word)
    return found


def mix(parts: list[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """Hash rows of words to 64 bits, best bits on top; the same string hashes alike in any column."""
    total = parts[0] ^ (parts[0] >> _FOLD)
    total *= _FIRST
    for part in parts[1:]:
        step = total ^ part
        step ^= step >> _FOLD
        step *= _NEXT
        np.copyto(total, step, where=part != 0)
    return total


class NameIndex:
    """Finds which of some names each row of a column is; exact, and indifferent to the order of rows.

    `names` are UTF-8 bytes without NUL; of equal names the first counts. Tables of growing depth hold the
    names whose slots collide, and what is left after six of them, or longer than `LONG`, is in a dictionary.
    """

    __slots__ = ("_collided", "_levels", "_rest", "_words", "size")

    def __init__(self, names: NDArray[np.bytes_] | Sequence[bytes]) -> None:
        """Build the tables; some 0.1 us a name."""
        self.size = len(names)
        self._rest: dict[bytes, int] = {}
        long: list[int] = []
        short = self._short(names, long)
        table = np.array(short, dtype=bytes) if self.size else np.zeros(0, dtype="S8")
        count = -(-max(table.dtype.itemsize, 1) // 8)
        packed = table.astype(f"S{8 * count}").view("<u8").reshape(self.size, count)
        self._words = [np.ascontiguousarray(packed[:, k]).astype(np.uint64) for k in range(count)]
        self._levels: list[tuple[np.uint64, NDArray[np.int32]]] = []
        self._place(np.delete(np.arange(self.size, dtype=np.int32), long), names)

    def _short(
        self, names: NDArray[np.bytes_] | Sequence[bytes], long: list[int]
    ) -> NDArray[np.bytes_] | list[bytes]:
        if isinstance(names, np.ndarray) and names.dtype.itemsize <= LONG:
            return names
        short = []
        for at, name in enumerate(names):
            if len(name) > LONG:
                self._rest.setdefault(bytes(name), at)
                long.append(at)
            short.append(b"" if len(name) > LONG else bytes(name))
        return short

    def _place(self, left: NDArray[np.int32], names: NDArray[np.bytes_] | Sequence[bytes]) -> None:
        hashed = mix([word[left] for word in self._words]) if left.size else np.zeros(0, np.uint64)
        for _ in range(_LEVELS):
            if not left.size:
                break
            shift = np.uint64(64 - max(_SMALLEST, int(left.size * 8 - 1).bit_length()))
            slot = (hashed >> shift).astype(np.intp)
            table = np.full(1 << (64 - int(shift)), left[0], dtype=np.int32)
            table[slot[::-1]] = left[::-1]
            self._levels.append((shift, table))
            winner = table[slot]
            lost = np.zeros(left.size, dtype=bool)
            for word in self._words:
                lost |= word[winner] != word[left]
            left, hashed = left[lost], _again(hashed[lost])
        self._collided = bool(left.size)
        for at in left.tolist():
            self._rest.setdefault(bytes(names[at]), at)

    def find(self, column: Strings) -> NDArray[np.int32]:
        """Return for each row of `column` the index of its name, or -1."""
        found = np.full(column.start.size, -1, dtype=np.int32)
        if self.size:
            for rows in blocks(found.size):
                found[rows] = self.find_rows(column, rows)
        return found

    def find_rows(self, column: Strings, rows: slice | NDArray[np.intp]) -> NDArray[np.int32]:
        """Return the index of the name, or -1, for some rows of `column`."""
        parts = words(column, rows)
        hashed = mix(parts)
        found = np.full(hashed.size, -1, dtype=np.int32)
        left: NDArray[np.intp] | None = None
        for shift, table in self._levels:
            candidate = table.take((hashed >> shift).view(np.int64))
            same = self._same(candidate, parts)
            if left is None:
                found = np.where(same, candidate, np.int32(-1))
                left = np.flatnonzero(~same)
            else:
                found[left[same]] = candidate[same]
                left = left[~same]
            if not left.size:
                break
            parts = [part[~same] for part in parts]
            hashed = _again(hashed[~same])
        self._long(column, rows, found)
        return found

    def _same(self, names: NDArray[np.int32], parts: list[NDArray[np.uint64]]) -> NDArray[np.bool_]:
        same: NDArray[np.bool_] = self._words[0].take(names) == parts[0]
        for k in range(1, max(len(parts), len(self._words))):
            if k >= len(parts):
                same &= self._words[k].take(names) == 0
            elif k >= len(self._words):
                same &= parts[k] == 0
            else:
                same &= self._words[k].take(names) == parts[k]
        return same

    def _long(self, column: Strings, rows: slice | NDArray[np.intp], found: NDArray[np.int32]) -> None:
        """Ask the dictionary for what no table can hold: long rows, and names that collided to the last."""
        long = column.length[rows] > LONG
        if not self._collided and not long.any():
            return
        found[long] = -1
        for at in np.flatnonzero(long | (found < 0) & self._collided).tolist():
            row = at + rows.start if isinstance(rows, slice) else int(rows[at])
            found[at] = self._rest.get(column.raw(row), -1)


def _again(hashed: NDArray[np.uint64]) -> NDArray[np.uint64]:
    again = hashed ^ (hashed >> _FOLD)
    again *= _NEXT
    return again
