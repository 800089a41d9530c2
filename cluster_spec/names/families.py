"""Which patterns are numbered together, and whether two of them have a name in common."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.columns import common
from cluster_spec.names.ranges import overlap_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cluster_spec.names.bracket import Bracket
    from cluster_spec.names.ranges import Range


def family_groups(ranges: Sequence[Range]) -> list[list[int]]:
    """Return the families as lists of indices, both in the order of their first member.

    Two patterns are of one family when their literals agree and they differ in the numbers of at most one
    bracket (`un[01-16]` and `un[17-20]`); membership is passed on. Padding must print alike: `un[01-99]` and
    `un[100-120]` are one family, `un[01-16]` and `un[1-16]` are two.
    """
    parents = list(range(len(ranges)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = index = parents[parents[index]]
        return index

    for bucket in _buckets(ranges):
        first = bucket[0]
        for other in bucket[1:]:
            low, high = sorted((root(first), root(other)))
            parents[high] = low
    groups: dict[int, list[int]] = {}
    for index in range(len(ranges)):
        groups.setdefault(root(index), []).append(index)
    return list(groups.values())


def _buckets(ranges: Sequence[Range]) -> list[list[int]]:
    """Return lists of ranges that agree in everything but the numbers of one bracket."""
    buckets: dict[tuple[object, int, object, object], list[int]] = {}
    for index, one in enumerate(ranges):
        for free, bracket in enumerate(one.brackets):
            others = tuple(_signature(b) for i, b in enumerate(one.brackets) if i != free)
            buckets.setdefault((one.literals, free, bracket.letters, others), []).append(index)
    return [part for key, bucket in buckets.items() for part in _same_padding(ranges, bucket, key[1])]


def _signature(bracket: Bracket) -> tuple[object, ...]:
    return (bracket.width, bracket.letters, np.sort(bracket.values).tobytes())


def _same_padding(ranges: Sequence[Range], bucket: list[int], free: int) -> list[list[int]]:
    """Split a bucket by the padding of bracket `free`; unpadded numbers join what prints them alike."""
    widths = {ranges[index].brackets[free].width for index in bucket} - {0}
    parts: dict[int, list[int]] = {}
    for index in bucket:
        bracket = ranges[index].brackets[free]
        width = bracket.width
        if not width and bracket.values.size and not bracket.letters:
            digits = len(str(int(bracket.values.min())))
            width = max((w for w in widths if w <= digits), default=0)
        parts.setdefault(width, []).append(index)
    return list(parts.values())


def overlaps(a: Range, b: Range) -> str | None:
    """Return a name that both patterns have, or None; names are spelled only where shapes leave it open."""
    if not a.size or not b.size or _skeleton(a, b) != _skeleton(b, a):
        return None
    if a.literals == b.literals and _separable(a):
        return _first_common(a, b)
    shared = common(a.spelled(), b.spelled())
    return shared[0].decode() if shared.size else None


def _skeleton(one: Range, other: Range) -> str:
    """Return the literals with all that may be a bracket's doing collapsed to marks."""
    letters = any(bracket.letters for bracket in (*one.brackets, *other.brackets))
    text = "0".join(one.literals)
    return re.sub(r"[0-9A-Za-z]+", "@", text) if letters else re.sub(r"[0-9]+", "#", text)


def _separable(one: Range) -> bool:
    """Return whether a name can be cut into literals and numbers in one way only."""
    inner = one.literals[1:-1]
    if any(bracket.letters for bracket in one.brackets):
        return all(inner) and not any(re.search(r"[0-9A-Za-z]", text[0] + text[-1]) for text in inner)
    edges = [text[:1] + text[-1:] for text in inner] + [one.literals[0][-1:], one.literals[-1][:1]]
    return all(inner) and not any(re.search(r"[0-9]", edge) for edge in edges)


def _first_common(a: Range, b: Range) -> str | None:
    name = a.literals[0]
    for mine, theirs, literal in zip(a.brackets, b.brackets, a.literals[1:], strict=True):
        shared = overlap_values(mine, theirs)
        if not shared.size:
            return None
        value = int(shared[0])
        width = max(mine.width, theirs.width)
        name += (chr(value) if mine.letters else f"{value:0{width}d}" if width else str(value)) + literal
    return name
