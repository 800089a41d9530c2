"""Finds holes in runs of port labels (`P22.0, P23.1` lacks two)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_DIGITS = re.compile(r"\d+")
LIMIT = 64


def gaps(labels: Iterable[str]) -> tuple[str, ...]:
    """Return the labels missing from runs: those of one skeleton fill the product of their numbers.

    Every number of the skeleton runs from its least to its greatest value; at most 64 holes are named.
    """
    runs: dict[str, set[tuple[int, ...]]] = {}
    for label in labels:
        runs.setdefault(_DIGITS.sub("#", label), set()).add(tuple(int(n) for n in _DIGITS.findall(label)))
    missing: list[str] = []
    for skeleton, found in runs.items():
        missing += _holes(skeleton, found)
    return tuple(missing[:LIMIT])


def _holes(skeleton: str, found: set[tuple[int, ...]]) -> list[str]:
    columns = list(zip(*found, strict=True))
    size = 1
    for column in columns:
        size *= max(column) - min(column) + 1
    if size == len(found) or size > LIMIT * max(len(found), 1):
        return []
    whole: list[tuple[int, ...]] = [()]
    for column in columns:
        whole = [(*head, n) for head in whole for n in range(min(column), max(column) + 1)]
    return [_spell(skeleton, numbers) for numbers in whole if numbers not in found]


def _spell(skeleton: str, numbers: tuple[int, ...]) -> str:
    pieces = skeleton.split("#")
    return pieces[0] + "".join(f"{n}{piece}" for n, piece in zip(numbers, pieces[1:], strict=True))
