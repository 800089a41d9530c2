"""Spelling names in bulk: integer columns to bytes, without a Python object per name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


_MANY = 4096


def spell_bytes(
    literals: Sequence[str],
    columns: Sequence[NDArray[np.int64]],
    widths: Sequence[int],
    letters: Sequence[bool],
) -> NDArray[np.bytes_]:
    """Return the UTF-8 names `literals[0] columns[0] literals[1] ...`, dtype `S<n>`, one per row.

    Numbers are padded to `widths` (0 for none); the columns with `letters` hold ASCII code points.
    """
    texts = [literal.encode() for literal in literals]
    if not columns:
        return np.array([b"".join(texts)], np.bytes_)
    rows = len(columns[0])
    if rows == 0:
        return np.empty(0, "S1")
    lengths = [
        _lengths(column, width, letter)
        for column, width, letter in zip(columns, widths, letters, strict=True)
    ]
    varying = [length for length in lengths if isinstance(length, np.ndarray)]
    if not varying:
        return _fill(texts, columns, lengths, letters)  # type: ignore[arg-type]
    return _by_length(texts, columns, lengths, letters, _layouts(varying, rows))


def _layouts(varying: list[NDArray[np.int32]], rows: int) -> NDArray[np.int64]:
    """Return a small number per row; rows with the same digit counts share it."""
    code = np.zeros(rows, np.int64)
    for length in varying:
        code = code * (int(length.max()) + 1) + length
        if int(code.max()) > _MANY:
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
    return code


def _by_length(
    texts: list[bytes],
    columns: Sequence[NDArray[np.int64]],
    lengths: Sequence[int | NDArray[np.int32]],
    letters: Sequence[bool],
    code: NDArray[np.int64],
) -> NDArray[np.bytes_]:
    """Spell the rows of equal digit counts together: each such group has fixed places."""
    parts = []
    for value in np.flatnonzero(np.bincount(code)).tolist():
        rows = np.flatnonzero(code == value)
        fixed = [int(length[rows[0]]) if isinstance(length, np.ndarray) else length for length in lengths]
        parts.append((rows, _fill(texts, [column[rows] for column in columns], fixed, letters)))
    result = np.empty(code.size, f"S{max(part.dtype.itemsize for _, part in parts)}")
    for rows, part in parts:
        result[rows] = part
    return result


def _lengths(column: NDArray[np.int64], width: int, letter: bool) -> int | NDArray[np.int32]:  # noqa: FBT001
    """Return how many bytes each number takes; one int where all agree."""
    if letter:
        return 1
    low, high = int(column.min()), int(column.max())
    shortest, longest = max(width, len(str(low))), max(width, len(str(high)))
    if low >= 0 and shortest == longest:
        return shortest
    sizes = np.abs(column) if low < 0 else column
    digits = np.ones(column.size, np.int32)
    for power in range(1, len(str(max(high, -low)))):
        digits += sizes >= 10**power
    if low < 0:
        digits += column < 0
    return np.maximum(digits, width, out=digits)


def _fill(
    texts: list[bytes],
    columns: Sequence[NDArray[np.int64]],
    lengths: Sequence[int],
    letters: Sequence[bool],
) -> NDArray[np.bytes_]:
    total = sum(map(len, texts)) + sum(lengths)
    out = np.empty((len(columns[0]), total), np.uint8)
    at = _write(out, 0, texts[0])
    for column, length, letter, text in zip(columns, lengths, letters, texts[1:], strict=True):
        if letter:
            out[:, at] = column
        else:
            _digits(out, at, length, column)
        at = _write(out, at + length, text)
    return out.view(f"S{total}").ravel()


def _write(out: NDArray[np.uint8], at: int, text: bytes) -> int:
    if text:
        out[:, at : at + len(text)] = np.frombuffer(text, np.uint8)
    return at + len(text)


def _digits(out: NDArray[np.uint8], at: int, length: int, column: NDArray[np.int64]) -> None:
    negative = column < 0 if int(column.min()) < 0 else None
    rest = np.abs(column) if negative is not None else column
    high = int(rest.max())
    rest = rest.astype(np.uint32 if high < 2**32 else np.uint64)
    for place in range(at + length - 1, at - 1, -1):
        if high == 0 and place < at + length - 1:
            out[:, place] = 48
            continue
        quotient = rest // 10
        out[:, place] = (rest - quotient * 10 + 48).astype(np.uint8)
        rest, high = quotient, high // 10
    if negative is not None:
        out[negative, at] = 45
