"""Tables of millions of rows as bytes: columns of fixed-width text, put side by side and squeezed.

A cell column is an array of bytes (dtype S); rows are made in blocks, so that memory does not grow with them.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

BLOCK = 65_536
"""Rows that are made at once."""
_SPECIAL = re.compile(r'[",\r\n]|^[ ]|[ ]$')
Cells = "Callable[[np.ndarray], np.ndarray]"


@record(frozen=True, slots=True)
class Column:
    """A column: its name, and a function from rows to cells (bytes, empty: nothing is known).

    `safe` says that no cell needs quotes or escapes; `number` that JSON prints it bare, and empty cells as null.
    """

    name: str
    cells: Callable[[np.ndarray], np.ndarray]
    number: bool = False
    safe: bool = True


@record(frozen=True, slots=True, eq=False)
class Table:
    """Columns over the rows of a table, in the order in which they are printed."""

    columns: tuple[Column, ...]
    rows: np.ndarray


def texts(values: Iterable[str]) -> tuple[np.ndarray, bool]:
    """Return texts as cells, with an empty one at the end (index -1), and whether none needs quotes."""
    listed = [*values, ""]
    safe = not any(_SPECIAL.search(text) or "\\" in text for text in listed)
    return np.array([text.encode() for text in listed]), safe


def numbers(values: np.ndarray, known: np.ndarray | None = None) -> np.ndarray:
    """Return integers as cells; empty where they are not known."""
    found, inverse = np.unique(values, return_inverse=True)
    cells = np.array([b"%d" % v for v in found.tolist()] or [b""])[inverse]
    return cells if known is None else np.where(known, cells, b"")


def decimals(values: np.ndarray, unit: int, digits: int) -> np.ndarray:
    """Return `values / unit` as cells with at most `digits` decimals; negative values are unknown and empty."""
    found, inverse = np.unique(values, return_inverse=True)
    return np.array([decimal(v, unit, digits) for v in found.tolist()] or [b""])[inverse]


def decimal(value: int, unit: int, digits: int) -> bytes:
    """Return one value as `12.5`; b"" where it is negative."""
    if value < 0:
        return b""
    step = 10**digits
    whole, rest = divmod((value * step + unit // 2) // unit, step)
    return f"{whole}.{rest:0{digits}d}".rstrip("0").rstrip(".").encode()


def joined(*pieces: np.ndarray | bytes) -> np.ndarray:
    """Return cells made of several cells and constants side by side."""
    size = next(piece.size for piece in pieces if isinstance(piece, np.ndarray))
    return _squeeze_rows([_wide(piece, size) for piece in pieces if not isinstance(piece, bytes) or piece])


def _wide(piece: np.ndarray | bytes, size: int) -> np.ndarray:
    """Return cells as a matrix of bytes."""
    if isinstance(piece, bytes):
        return np.broadcast_to(np.frombuffer(piece, np.uint8), (size, len(piece)))
    own = np.ascontiguousarray(piece)
    return own.view(np.uint8).reshape(size, own.dtype.itemsize)


def _squeeze_rows(matrices: Sequence[np.ndarray]) -> np.ndarray:
    """Return one S column: bytes of a row moved to the left over the gaps between its pieces."""
    wide = np.concatenate(matrices, axis=1)
    used = wide != 0
    length = used.sum(axis=1)
    out = np.zeros((wide.shape[0], max(int(length.max(initial=1)), 1)), dtype=np.uint8)
    out[np.arange(out.shape[1]) < length[:, None]] = wide[used]
    return out.view(f"S{out.shape[1]}").ravel()


def csv_blocks(table: Table) -> Iterator[bytes]:
    """Yield a table as CSV (UTF-8, LF), block by block, the header first."""
    yield ",".join(column.name for column in table.columns).encode() + b"\n"
    for rows in _blocks(table.rows):
        pieces: list[np.ndarray] = []
        for index, column in enumerate(table.columns):
            cells = column.cells(rows)
            pieces.append(_wide(cells if column.safe else _each(cells, _quoted), rows.size))
            pieces.append(_wide(b"," if index + 1 < len(table.columns) else b"\n", rows.size))
        yield _flat(pieces)


def json_blocks(table: Table) -> Iterator[bytes]:
    """Yield a table as a JSON list of objects, block by block."""
    yield b"["
    first = True
    for rows in _blocks(table.rows):
        pieces: list[np.ndarray] = []
        for index, column in enumerate(table.columns):
            cells = column.cells(rows)
            key = (b"{" if index == 0 else b",") + json.dumps(column.name).encode() + b":"
            if column.number:
                pieces += [_wide(key, rows.size), _wide(np.where(cells == b"", b"null", cells), rows.size)]
                continue
            cells = cells if column.safe else _each(cells, _escaped)
            pieces += [_wide(key + b'"', rows.size), _wide(cells, rows.size), _wide(b'"', rows.size)]
        pieces.append(_wide(b"},\n", rows.size))
        block = _flat(pieces)
        yield (b"\n" if first else b",\n") + block[:-2]
        first = False
    yield b"\n]\n" if not first else b"]\n"


def _blocks(rows: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, rows.size, BLOCK):
        yield rows[start : start + BLOCK]


def _flat(pieces: Sequence[np.ndarray]) -> bytes:
    wide = np.concatenate(pieces, axis=1).ravel()
    return bytes(wide[wide != 0].tobytes())


def _each(cells: np.ndarray, change: Callable[[str], str]) -> np.ndarray:
    """Return cells changed one by one, each distinct text once."""
    found, inverse = np.unique(cells, return_inverse=True)
    changed = [change(cell.decode()).encode() for cell in found.tolist()]
    return np.array(changed or [b""])[inverse]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
