"""One column of a link list: slices of the file's bytes, read as texts, numbers or few distinct values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.records import record
from cluster_spec.source.lookup import LONG, NameIndex, blocks, mix, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_FEW = 16384
_SAMPLE = 1024
_DIGITS = 18


@record(frozen=True, slots=True)
class Column:
    """A column as byte slices; `start` and `length` are int32, one per row, `buffer` is shared UTF-8."""

    buffer: NDArray[np.uint8]
    start: NDArray[np.int32]
    length: NDArray[np.int32]

    def raw(self, row: int) -> bytes:
        """Return the bytes of one field."""
        start = int(self.start[row])
        return self.buffer[start : start + int(self.length[row])].tobytes()

    def text(self, row: int) -> str:
        """Return one field as text."""
        return self.raw(row).decode()

    def texts(self, rows: Iterable[int]) -> list[str]:
        """Return some fields as texts, in the order asked."""
        return [self.text(row) for row in rows]

    def empty(self) -> NDArray[np.bool_]:
        """Return where nothing is written."""
        return np.equal(self.length, 0)

    def hashes(self) -> NDArray[np.uint64]:
        """Return a 64-bit hash of each field's bytes; equal texts hash alike in every column and file."""
        result = np.empty(self.start.size, dtype=np.uint64)
        for rows in blocks(result.size):
            result[rows] = mix(words(self, rows))
        if int(self.length.max(initial=0)) <= LONG:
            return result
        from hashlib import blake2b

        for row in np.flatnonzero(self.length > LONG).tolist():
            result[row] = int.from_bytes(blake2b(self.raw(row), digest_size=8).digest(), "little")
        return result

    def codes(self) -> tuple[NDArray[np.int32], list[str]]:
        """Return each row's number among the distinct values, and those values as texts.

        Made for columns of few values (a medium, a state, a port label); with more than some ten thousand
        the whole column is sorted by hash. The order of the values is not that of the rows.
        """
        names: list[bytes] = []
        index = NameIndex(names)
        codes = np.empty(self.start.size, dtype=np.int32)
        for block in blocks(codes.size):
            found = index.find_rows(self, block)
            while (missing := np.flatnonzero(found < 0) + block.start).size:
                if len(names) > _FEW:
                    return self._many_codes()
                sample = missing[:: -(-missing.size // _SAMPLE)].tolist()
                names += dict.fromkeys(self.raw(row) for row in sample)
                index = NameIndex(names)
                found[missing - block.start] = index.find_rows(self, missing)
            codes[block] = found
        return codes, [name.decode() for name in names]

    def _many_codes(self) -> tuple[NDArray[np.int32], list[str]]:
        hashes = self.hashes()
        _, first, codes = np.unique(hashes, return_index=True, return_inverse=True)
        index = NameIndex(names := [self.raw(row) for row in first.tolist()])
        if np.array_equal(index.find(self), codes):
            return codes.astype(np.int32), [name.decode() for name in names]
        known: dict[bytes, int] = {}
        exact = [known.setdefault(self.raw(row), len(known)) for row in range(hashes.size)]
        return np.array(exact, dtype=np.int32), [name.decode() for name in known]

    def numbers(self, places: int = 6) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return decimal numbers as exact integers of 10^-`places`, and where a number is written.

        `length_m` comes out in micrometres. Nothing is rounded: a finer number, an exponent, a unit, more
        than 18 digits in all and an empty field are no numbers here, their value is zero.
        """
        codes, texts = self.codes()
        parsed = [_fixed(text, places) for text in texts]
        values = np.array([value or 0 for value in parsed], dtype=np.int64)
        valid = np.array([value is not None for value in parsed], dtype=bool)
        return values[codes], valid[codes]


def _fixed(text: str, places: int) -> int | None:
    sign = -1 if text.startswith("-") else 1
    whole, _, part = text.removeprefix("-" if sign < 0 else "+").partition(".")
    part = part.rstrip("0") if part.isdecimal() else part
    if len(whole.lstrip("0")) > _DIGITS - places or len(part) > places or not text.isascii():
        return None
    digits = whole + part.ljust(places, "0")
    written = text.lstrip("+-").strip(".")
    return sign * int(digits) if digits.isdecimal() and written else None
