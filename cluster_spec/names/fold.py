"""Folding names for people: `un[01-16]-b[01-80]` for 1,280 names; works on integer columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

_DIGITS = re.compile(r"([0-9]{1,18})")
_FIRST = re.compile(r"\[([0-9]+)[^\]]*\]")
_SPLIT = re.compile(r"((?<![0-9])[0-9]{1,15}(?![0-9]))")
_STRIDED = 4  # so many numbers of one stride are said as `1-9/2`


def natural_key(name: str) -> tuple[tuple[str | int, ...], str]:
    """Return a sort key by which `n2` comes before `n10`."""
    pieces: list[str | int] = list(_DIGITS.split(name))
    pieces[1::2] = map(int, pieces[1::2])
    return tuple(pieces), name


def fold(names: Iterable[str]) -> str:
    """Return the names in natural order, folded; repeats are said once.

    A family that is a product is one piece (`r[1-2]n[1-4]`); everything else is joined by commas.
    """
    names = list(names)
    if len(names) == 1:
        return names[0]
    groups: dict[tuple[str, ...], list[list[str]]] = {}
    for name in names:
        pieces = _SPLIT.split(name)
        groups.setdefault(tuple(pieces[0::2]), []).append(pieces[1::2])
    folded = [
        piece
        for literals, numbers in groups.items()
        for widths, rows in _by_width(numbers).items()
        for piece in _fold_group(literals, widths, rows)
    ]
    return ",".join(sorted(folded, key=lambda piece: natural_key(_FIRST.sub(r"\1", piece))))


def _by_width(numbers: list[list[str]]) -> dict[tuple[int, ...], list[list[str]]]:
    """Group rows by how their numbers are padded: `09` pads to two digits and takes `10` along."""
    columns = zip(*numbers, strict=True)
    padded = [{len(text) for text in column if text[0] == "0" and len(text) > 1} for column in columns]
    if not any(padded):
        return {(0,) * len(padded): numbers}
    groups: dict[tuple[int, ...], list[list[str]]] = {}
    for row in numbers:
        widths = tuple(
            len(text) if len(text) in known else 0 for text, known in zip(row, padded, strict=True)
        )
        groups.setdefault(widths, []).append(row)
    return groups


def _fold_group(literals: tuple[str, ...], widths: tuple[int, ...], rows: list[list[str]]) -> list[str]:
    if not widths:
        return [literals[0]]
    columns = [np.array([int(text) for text in column], np.int64) for column in zip(*rows, strict=True)]
    return _pieces(literals, widths, columns)


def fold_coordinates(
    literals: Sequence[str], widths: Sequence[int], columns: Sequence[NDArray[np.integer]]
) -> str:
    """Return the folded names of rows of integers; `columns[i]` stands between `literals[i]` and `[i + 1]`.

    Widths pad (0 for none). Rows may repeat and come in any order; numbers are not negative.
    """
    if not columns:
        return literals[0]
    if not len(columns[0]):
        return ""
    return ",".join(_pieces(literals, widths, columns))


def _pieces(
    literals: Sequence[str], widths: Sequence[int], columns: Sequence[NDArray[np.integer]]
) -> list[str]:
    rows = _sorted_rows([np.asarray(column, np.int64) for column in columns])
    products = _fold_rows(rows, widths)
    if len(widths) > 1 and len(products) > 1:  # the other way round may need fewer pieces
        swapped = _fold_rows(_sorted_rows(rows[::-1]), widths[::-1])
        if len(swapped) < len(products):
            products = [tuple(reversed(product)) for product in swapped]
    names = []
    for product in products:
        name = literals[0]
        for text, literal in zip(product, literals[1:], strict=True):
            name += text + literal
        names.append(name)
    return names


def _sorted_rows(columns: list[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
    """Return the distinct rows in ascending order, as columns."""
    packed = np.zeros(len(columns[0]), np.int64)
    room = 1
    spans = []
    for column in columns:
        low = int(column.min())
        span = int(column.max()) - low + 1
        spans.append((low, span))
        room *= span
    if room >= 2**62:  # too wide to pack a row into one integer
        table = np.unique(np.stack(columns, axis=1), axis=0)
        return list(np.ascontiguousarray(table.T))
    for column, (low, span) in zip(columns, spans, strict=True):
        packed = packed * span + (column - low)
    if packed.size > 1 and not (packed[1:] > packed[:-1]).all():
        packed.sort()
        packed = packed[np.concatenate(([True], packed[1:] != packed[:-1]))]
    result = []
    for low, span in reversed(spans):
        packed, rest = np.divmod(packed, span)
        result.append(rest + low)
    return result[::-1]


def _fold_rows(columns: list[NDArray[np.int64]], widths: Sequence[int]) -> list[tuple[str, ...]]:
    """Fold sorted distinct rows into products of sets, one text per column."""
    if len(columns) == 1:
        return [(_set(columns[0], widths[0]),)]
    last, heads = columns[-1], columns[:-1]
    new = np.zeros(last.size, np.bool_)
    new[0] = True
    for head in heads:
        new[1:] |= head[1:] != head[:-1]
    starts = np.flatnonzero(new)
    marks = _set_marks(last, starts)
    heads = [head[starts] for head in heads]
    ends = np.append(starts[1:], last.size)
    products = []
    for mark in dict.fromkeys(marks.tolist()):
        same = np.flatnonzero(marks == mark)
        text = _set(last[starts[same[0]] : ends[same[0]]], widths[-1])
        products += [(*front, text) for front in _fold_rows([head[same] for head in heads], widths[:-1])]
    return products


def _set_marks(last: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a number per group of rows; groups with the same set in the last column share it."""
    mixed = last.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    _, marks = np.unique(np.add.reduceat(mixed, starts), return_inverse=True)
    return marks.astype(np.int64)


def _set(values: NDArray[np.int64], width: int) -> str:
    """Spell a sorted set of numbers: `05`, `[01-16]`, `[1-9/2,20]`."""
    if values.size == 1:
        return f"{int(values[0]):0{width}d}"
    return f"[{','.join(_runs(values, width))}]"


def _runs(values: NDArray[np.int64], width: int) -> list[str]:
    steps = np.diff(values)
    edges = np.flatnonzero(np.concatenate(([True], steps[1:] != steps[:-1], [True])))
    blocks = list(zip(edges[:-1].tolist(), edges[1:].tolist(), steps[edges[:-1]].tolist(), strict=True))
    numbers = values.tolist()
    texts: list[str] = []
    at = 0  # the first number that is not said yet
    for start, end, step in blocks:  # numbers[start..end] have one step
        first = max(start, at)
        count = end - first + 1
        if (step == 1 and count > 1) or count >= _STRIDED:
            texts += [f"{n:0{width}d}" for n in numbers[at:first]]
            tail = "" if step == 1 else f"/{step}"
            texts.append(f"{numbers[first]:0{width}d}-{numbers[end]:0{width}d}{tail}")
            at = end + 1
    return texts + [f"{n:0{width}d}" for n in numbers[at:]]
