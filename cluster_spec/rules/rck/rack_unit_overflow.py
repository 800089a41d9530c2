"""RCK002: devices fit into the units that a rack has free."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.facts import missing_parts, part_fact
from cluster_spec.analysis.space import MILLI, rack_space
from cluster_spec.columns import member
from cluster_spec.diagnostics import UNIT_OVERFLOW, Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.analysis.space import Space
    from cluster_spec.model.cluster import Cluster


@rule(
    UNIT_OVERFLOW.code,
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="EIA-310-E: a rack has a whole number of units",
    needs=("size.height", "rack.units", "racks.*.free"),
    sections=("racks", "nodes", "ultra_nodes", "fabrics"),
)
def rack_unit_overflow(cluster: Cluster) -> Verdict:
    """A device stands above the rack or in a unit that is not free, or all are taller than what is free.

    Why:
        A rack of 48 units ends there. Units that are not declared free are taken by what the cabinet comes
        with, or kept for something else; devices without a unit of their own count in the sum.
    Bad:
        nodes: {mgmt2: {part: server-2u, role: management, rack: r9, u: 48}}
        racks: {r9: {part: rack-48u-800x1200, row: A, slot: 8}}
        power: {racks: {r9: {feeds: {a: ups-a}}}}
        cooling: {racks: {r9: {loop: air}}}
    Good:
        nodes: {mgmt2: {part: server-2u, role: management, rack: r9, u: 47}}
        racks: {r9: {part: rack-48u-800x1200, row: A, slot: 8}}
        power: {racks: {r9: {feeds: {a: ups-a}}}}
        cooling: {racks: {r9: {loop: air}}}
    """
    space, racks = rack_space(cluster), cluster.racks
    units = part_fact(cluster, lambda p: None if p.rack is None else p.rack.units).at(racks.part)
    decidable = (racks.free_set[space.rack] >= 0) if space.rack.size else np.zeros(0, dtype=bool)
    bad: list[Bad] = []
    if len(racks):
        above = decidable & units.known[space.rack] & (space.low > 0)
        above &= space.high - MILLI > units.values[space.rack] * MILLI
        bad += _above(cluster, space, above, units.values)
        bad += _taken(cluster, space, decidable & space.placed & ~above)
        bad += _full(cluster, space, decidable)
    lost = space.rows[~decidable]
    unknown = [
        Unknown(fact, lost[racks.part[cluster.devices.rack[lost]] == part])
        for fact, part in missing_parts(cluster, racks.part[cluster.devices.rack[lost]], "rack.units")
    ]
    unknown += [
        Unknown(fact, space.unknown[cluster.devices.part[space.unknown] == part])
        for fact, part in missing_parts(cluster, cluster.devices.part[space.unknown], "size.height")
    ]
    return Verdict("devices", int(decidable.sum()), tuple(bad), tuple(unknown))


def _above(cluster: Cluster, space: Space, hit: np.ndarray, units: np.ndarray) -> list[Bad]:
    if not hit.any():
        return []
    rows, rack = space.rows[hit], space.rack[hit]
    top, limit = (space.high[hit] - MILLI) / MILLI, units[rack]

    def say(subject: str, i: int) -> str:
        name = cluster.racks.names.spell(int(rack[i]))
        return f"{subject} reaches U{top[i]:g}, {name} has {limit[i]} units"

    return [Bad(rows, say, top, limit, "U")]


def _taken(cluster: Cluster, space: Space, on: np.ndarray) -> list[Bad]:
    """Devices that stand in a unit which their rack does not declare free."""
    sets = cluster.racks.free
    if not on.any() or not sets:
        return []
    most = max(int(space.high[on].max()) // MILLI + 2, *(max(s, default=0) + 2 for s in sets))
    before = np.zeros((len(sets), most + 1), dtype=np.int32)
    for i, free in enumerate(sets):
        before[i, np.array(free, dtype=np.int64) + 1] = 1
    before = np.cumsum(before, axis=1)
    bottom = np.maximum(space.low[on] // MILLI, 0)
    top = -(-space.high[on] // MILLI)
    own = cluster.racks.free_set[space.rack[on]]
    hit = before[own, top] - before[own, bottom] < top - bottom
    if not hit.any():
        return []
    rows, rack, low = space.rows[on][hit], space.rack[on][hit], space.low[on][hit]

    def say(subject: str, i: int) -> str:
        name = cluster.racks.names.spell(int(rack[i]))
        return f"{subject} at U{low[i] / MILLI:g} of {name} takes a unit that is not free"

    return [Bad(rows, say)]


def _full(cluster: Cluster, space: Space, on: np.ndarray) -> list[Bad]:
    """Devices without a unit count too: full depth, and the taller face of half depth."""
    size = len(cluster.racks)
    height = (space.high - space.low)[on]
    rack, full, rear = space.rack[on], space.full[on], space.rear[on]
    total = np.bincount(rack[full], weights=height[full], minlength=size)
    faces = [
        np.bincount(rack[~full & (rear == face)], weights=height[~full & (rear == face)], minlength=size)
        for face in (False, True)
    ]
    total = total + np.maximum(*faces)
    room = np.array([*(len(s) for s in cluster.racks.free), 0])[cluster.racks.free_set] * MILLI
    crowded = np.bincount(rack[~space.placed[on]], minlength=size) > 0
    over = np.flatnonzero(crowded & (total > room))
    if not over.size:
        return []
    loose = np.flatnonzero(on & ~space.placed & member(space.rack, over))
    rows, at = space.rows[loose], space.rack[loose]

    def say(_: str, i: int) -> str:
        name = cluster.racks.names.spell(int(at[i]))
        return f"devices of {total[at[i]] / MILLI:g} U stand in {name}, {room[at[i]] / MILLI:g} U are free"

    return [Bad(rows, say, total[at] / MILLI, room[at] / MILLI, "U", cause=at)]
