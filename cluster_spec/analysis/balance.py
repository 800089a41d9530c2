"""How evenly the links of a tier pair are spread over the upper switches of each connected group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.cache import once
from cluster_spec.analysis.graph import degrees, groups
from cluster_spec.records import record

if TYPE_CHECKING:
    from cluster_spec.analysis.graph import Wires
    from cluster_spec.model.cluster import Cluster

DENSE = 1 << 22
"""How many pairs without a link a table may hold."""


@record(frozen=True, slots=True, eq=False)
class Balance:
    """The links of a tier pair, counted between each lower switch and each upper one of its connected group.

    All columns have one entry per lower switch, groups together: device row, group number, links up in use,
    least and most links to one upper switch of the group, and how many upper switches the group has.
    """

    link: Wires
    low: np.ndarray
    group: np.ndarray
    total: np.ndarray
    least: np.ndarray
    most: np.ndarray
    uppers: np.ndarray


def balance(cluster: Cluster, link: Wires) -> Balance:
    """Return how evenly the links of a tier pair are spread."""
    return once(cluster, ("balance", link.klass), lambda _: _balance(cluster, link))


def _balance(cluster: Cluster, link: Wires) -> Balance:
    degree, label = degrees(cluster, link), groups(cluster, link)
    low, high = np.flatnonzero(degree.a), np.flatnonzero(degree.z)
    number = np.zeros(label.size, dtype=np.int64)
    present = np.zeros(label.size, dtype=bool)
    present[label[high]] = True
    number = np.cumsum(present) - 1
    own, upper = number[label[low]], number[label[high]]
    low, own = low[(order := np.argsort(own, kind="stable"))], own[order]
    width = np.bincount(upper)
    uppers = width[own]
    if int(uppers.sum()) > 8 * link.a.size + DENSE:
        least, most = _sparse(link, label.size, low, uppers)
    else:
        least, most = _dense(link, label.size, low, uppers, _ranks(high, upper, width))
    return Balance(link, low, own, degree.a[low], least, most, uppers)


def _ranks(high: np.ndarray, group: np.ndarray, width: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return upper switches and the index of each in its group."""
    order = np.argsort(group, kind="stable")
    start = np.cumsum(width) - width
    return high[order], np.arange(high.size) - start[group[order]]


def _dense(
    link: Wires, size: int, low: np.ndarray, uppers: np.ndarray, rank: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    start = np.cumsum(uppers) - uppers
    base, index = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    base[low], index[rank[0]] = start, rank[1]
    count = np.bincount(base[link.a] + index[link.z], minlength=int(uppers.sum()))
    if not low.size:
        return start, start
    return np.minimum.reduceat(count, start), np.maximum.reduceat(count, start)


def _sparse(link: Wires, size: int, low: np.ndarray, uppers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count pairs by sorting: for large groups of which few pairs are joined."""
    pair, count = np.unique(link.a * size + link.z, return_counts=True)
    lower = pair // size
    least, most = np.full(size, np.iinfo(np.int64).max), np.zeros(size, dtype=np.int64)
    np.minimum.at(least, lower, count)
    np.maximum.at(most, lower, count)
    reached = np.bincount(lower, minlength=size)[low]
    return np.where(reached < uppers, 0, least[low]), most[low]


def tolerance(cluster: Cluster, fabric: int, tier: int) -> int:
    """Return by how many links the switches under a tier may differ: one under `spread: balanced`."""
    return int(cluster.fabrics[fabric].tiers[tier].spread == "balanced")


def usual(balance_: Balance) -> np.ndarray:
    """Return, per lower switch, the number of uplinks that most switches of its group have in use."""
    groups_ = int(balance_.group.max()) + 1 if balance_.group.size else 0
    extent = int(balance_.total.max()) + 1 if balance_.total.size else 1
    count = np.bincount(balance_.group * extent + balance_.total, minlength=groups_ * extent)
    by_group = count.reshape(groups_, extent)[:, ::-1]
    return np.asarray((extent - 1 - by_group.argmax(axis=1))[balance_.group])


def suspects(found: Balance, uneven: np.ndarray) -> np.ndarray:
    """Return which lower switches with uneven links are to blame.

    One cable in the wrong place joins two groups, and then no switch reaches all uppers of the joined one.
    Where that makes most of a group uneven, only switches that are wired like no other are named.
    """
    if not uneven.any():
        return uneven
    count = np.bincount(found.group, weights=uneven)
    size = np.bincount(found.group)
    crowded = (count * 2 > size)[found.group] & uneven
    if not crowded.any():
        return uneven
    link = found.link
    weight = np.random.default_rng(0).integers(1, 1 << 62, size=int(link.z.max()) + 1, dtype=np.int64)
    mark = np.zeros(max(int(link.a.max()), int(link.z.max())) + 1, dtype=np.int64)
    np.add.at(mark, link.a, weight[link.z])
    _, same, many = np.unique(mark[found.low], return_inverse=True, return_counts=True)
    alone = crowded & (many[same] == 1)
    blamed = np.zeros(size.size, dtype=bool)
    blamed[found.group[alone]] = True
    return np.asarray(np.where(crowded & blamed[found.group], alone, uneven))
