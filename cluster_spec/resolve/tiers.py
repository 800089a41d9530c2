"""The arithmetic of a Clos step: groups, positions, switch numbers and ports, on whole columns.

Everything here is at final extent (`grow_to`): what is not built keeps its number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

SMALL = 1 << 24


@record(frozen=True, slots=True, eq=False)
class Grouping:
    """Groups of equal coordinates, in the order of those coordinates.

    `group` numbers the group of each member; `keys` are the coordinate values, groups x names.
    """

    group: np.ndarray
    keys: np.ndarray
    count: int


def group_by(columns: Sequence[np.ndarray], size: int) -> Grouping:
    """Number the groups of equal values of some columns, ordered by the columns' values from left to right."""
    if not columns:
        return Grouping(
            np.zeros(size, dtype=np.int64), np.zeros((1 if size else 0, 0), np.int64), 1 if size else 0
        )
    lows = [int(c.min()) if c.size else 0 for c in columns]
    extents = [int(c.max()) - low + 1 if c.size else 1 for c, low in zip(columns, lows, strict=True)]
    key = np.zeros(size, dtype=np.int64)
    for column, low, extent in zip(columns, lows, extents, strict=True):
        key = key * extent + (column - low)
    total = int(np.prod([float(e) for e in extents]))
    if total <= max(SMALL, 4 * size) and total < 1 << 26:
        present = np.zeros(total, dtype=bool)
        present[key] = True
        found = np.flatnonzero(present)
        number = np.zeros(total, dtype=np.int64)
        number[found] = np.arange(found.size)
        group = number[key]
    else:
        found, group = np.unique(key, return_inverse=True)
    keys = np.empty((found.size, len(columns)), dtype=np.int64)
    rest = found
    for i in range(len(columns) - 1, -1, -1):
        keys[:, i] = rest % extents[i] + lows[i]
        rest = rest // extents[i]
    return Grouping(group, keys, int(found.size))


HALF_WORD = 1 << 16
"""NumPy sorts 16 bits by radix: six times faster than 64."""


def by_group(group: np.ndarray, count: int) -> np.ndarray:
    """Return the order that puts members of one group together and keeps the given order in each."""
    order = np.argsort((group % HALF_WORD).astype(np.uint16), kind="stable")
    if count > HALF_WORD:
        high = (group[order] // HALF_WORD).astype(np.uint16)
        order = order[np.argsort(high, kind="stable")]
    return order


def ranks(group: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the position of each member in its group (in given order), and the size of each group."""
    sizes = np.bincount(group, minlength=count)
    if count == 1:
        return np.arange(group.size, dtype=np.int64), sizes
    starts = np.zeros(count, dtype=np.int64)
    np.cumsum(sizes[:-1], out=starts[1:])
    position = np.empty(group.size, dtype=np.int64)
    position[by_group(group, count)] = np.arange(group.size, dtype=np.int64) - np.repeat(starts, sizes)
    return position, sizes


def unit_ranks(group: np.ndarray, count: int, unit: np.ndarray) -> np.ndarray:
    """Return the position of each member's unit among the units of its group, in order of first occurrence."""
    order = by_group(group, count)
    sorted_group, sorted_unit = group[order], unit[order]
    opens = np.ones(order.size, dtype=bool)
    opens[1:] = sorted_group[1:] != sorted_group[:-1]
    changed = opens.copy()
    changed[1:] |= sorted_unit[1:] != sorted_unit[:-1]
    running = np.cumsum(changed) - 1
    first = np.zeros(count, dtype=np.int64)
    first[sorted_group[opens]] = running[opens]
    result = np.empty(order.size, dtype=np.int64)
    result[order] = running - first[sorted_group]
    return result


def even_count(uplinks: int, lower: int, ports: int) -> int:
    """Return the smallest s >= ceil(lower * uplinks / ports) that divides the uplinks; 0 when there is none."""
    least = max(-(-lower * uplinks // ports), 1)
    return next((s for s in range(least, uplinks + 1) if uplinks % s == 0), 0)


def agree(values: np.ndarray, owner: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the value that all members of each owner share, and where they differ (bool per owner)."""
    shared = np.full(count, -1, dtype=np.int64)
    shared[owner] = values
    differ = np.zeros(count, dtype=bool)
    differ[owner[shared[owner] != values]] = True
    return shared, differ
