"""Where endpoints hang and what they have in common: leaves, networks, values shared by switches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.cache import once
from cluster_spec.analysis.graph import degrees, groups, wires
from cluster_spec.records import record

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster

PLANE = "plane"
RAIL = "rail"
_NONE = np.zeros(0, dtype=np.int64)


def leaves(cluster: Cluster, fabric: int) -> np.ndarray:
    """Return the switch (device row) that each endpoint of a fabric hangs on, -1 without a working link."""
    return once(cluster, ("leaves", fabric), lambda _: _leaves(cluster, fabric))


def _leaves(cluster: Cluster, fabric: int) -> np.ndarray:
    ends = cluster.fabrics[fabric].endpoints
    port = end_ports(cluster, fabric)
    links = [w for w in wires(cluster, fabric) if w.lower < 0 <= w.upper]
    if len(links) == 1 and links[0].a.size == port.size:
        own = links[0].take(cluster.links.a_port)
        if np.array_equal(own, port):
            return links[0].z
    table = np.full(int(cluster.devices.first_port[-1]), -1, dtype=np.int64)
    for link in links:
        table[link.take(cluster.links.a_port)] = link.z
    return np.asarray(table[port]) if ends.port.size else np.zeros(0, dtype=np.int64)


def end_ports(cluster: Cluster, fabric: int) -> np.ndarray:
    """Return the global port of each endpoint of a fabric."""
    return cluster.fabrics[fabric].endpoints.port


@record(frozen=True, slots=True, eq=False)
class Shared:
    """One value per device row, -1 where it has none; `differ` where what it joins has several."""

    value: np.ndarray
    differ: np.ndarray


def shared(size: int, owner: np.ndarray, value: np.ndarray) -> Shared:
    """Return the value that all members of each owner share, and which owners have several.

    Members without owner or value (-1) are passed over.
    """
    if owner.size and (int(owner.min()) < 0 or int(value.min()) < 0):
        valid = (owner >= 0) & (value >= 0)
        owner, value = owner[valid], value[valid]
    common = np.full(size, -1, dtype=np.int64)
    common[owner] = value
    wrong = common[owner] != value
    differ = np.zeros(size, dtype=bool)
    if wrong.any():
        differ[owner[wrong]] = True
    return Shared(common, differ)


def leaf_values(cluster: Cluster, fabric: int, coordinate: str) -> Shared:
    """Return the value of a coordinate that the endpoints of each first switch share."""
    column = cluster.fabrics[fabric].endpoints.coordinates[coordinate]
    return once(
        cluster,
        ("leaf_values", fabric, coordinate),
        lambda _: shared(len(cluster.devices), leaves(cluster, fabric), column),
    )


def raise_values(cluster: Cluster, fabric: int, values: Shared) -> Shared:
    """Carry values from the first switches to those above.

    A connected group of a tier pair whose lower switches agree gives its value to its upper switches. In one
    that does not, each upper switch is asked for itself; those with several values pass nothing on.
    """
    value, differ = values.value.copy(), values.differ.copy()
    for link in sorted(wires(cluster, fabric), key=lambda w: (w.lower, w.upper)):
        if link.lower < 0 or link.upper <= link.lower or not link.a.size:
            continue
        label = groups(cluster, link)
        lower = np.flatnonzero(degrees(cluster, link).a)
        sound = np.where(differ[lower], -1, value[lower])
        common = shared(value.size, label[lower], sound)
        upper = np.flatnonzero(degrees(cluster, link).z)
        if not common.differ.any():
            _give(value, differ, upper, common.value[label[upper]])
            continue
        own = shared(value.size, link.z, np.where(differ[link.a], -1, value[link.a]))
        _give(value, differ, upper, own.value[upper])
        differ |= own.differ
    return Shared(value, differ)


def _give(value: np.ndarray, differ: np.ndarray, rows: np.ndarray, given: np.ndarray) -> None:
    """Give switches a value; one that has another already joins two."""
    before = value[rows]
    differ[rows[(before >= 0) & (given >= 0) & (before != given)]] = True
    value[rows] = np.where(given >= 0, given, before)


@record(frozen=True, slots=True, eq=False)
class Networks:
    """The networks of a fabric that are separate on purpose: number per endpoint (-1 unknown), and names."""

    of: np.ndarray
    names: tuple[str, ...]


def networks(cluster: Cluster, fabric: int) -> Networks | str:
    """Return the networks that `disjoint` declares, or the coordinate that is missing; without it one.

    A scale-up fabric is one network in each ultra-node.
    """
    return once(cluster, ("networks", fabric), lambda _: _networks(cluster, fabric))


def _networks(cluster: Cluster, fabric: int) -> Networks | str:
    own = cluster.fabrics[fabric]
    size = own.endpoints.device.size
    declared = own.disjoint
    if (
        not declared
        and own.role == "scale-up"
        and (own.endpoints.coordinates.get("ultra_node", _NONE) >= 0).any()
    ):
        declared = ("ultra_node",)
    if not declared:
        return Networks(np.zeros(size, dtype=np.int64), ("",))
    key, known = np.zeros(size, dtype=np.int64), np.ones(size, dtype=bool)
    names = [""]
    for coordinate in declared:
        column = own.endpoints.coordinates.get(coordinate)
        if column is None:
            return coordinate
        column = column.astype(np.int64)
        known &= column >= 0
        extent = int(column.max()) + 1 if column.size else 1
        key, names = _narrow(key * extent + np.maximum(column, 0), extent, names, coordinate)
    return Networks(np.where(known, key, -1), tuple(names))


def _narrow(key: np.ndarray, extent: int, names: list[str], coordinate: str) -> tuple[np.ndarray, list[str]]:
    """Number the combinations that occur."""
    present = np.zeros(len(names) * extent, dtype=bool)
    present[key] = True
    found = np.flatnonzero(present)
    number = np.cumsum(present) - 1
    spelled = [f"{names[v // extent]} {coordinate} {v % extent}".strip() for v in found.tolist()]
    return number[key], spelled


def end_links(cluster: Cluster, fabric: int) -> np.ndarray:
    """Return the row of the working link of each endpoint, -1 without one."""
    table = np.full(int(cluster.devices.first_port[-1]), -1, dtype=np.int64)
    for link in wires(cluster, fabric):
        if link.lower < 0 <= link.upper:
            table[link.take(cluster.links.a_port)] = link.rows()
    return np.asarray(table[end_ports(cluster, fabric)])
