"""What stands in each rack: devices, units in use, power."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.cache import once
from cluster_spec.analysis.facts import part_fact
from cluster_spec.analysis.loads import rack_power
from cluster_spec.analysis.space import rack_space
from cluster_spec.records import record

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster


@record(frozen=True, slots=True, eq=False)
class RackUse:
    """Per rack: how many devices, its units, thousandths of units in use, draw in mW; -1 is unknown.

    `used` counts units with something on either face; a cabinet that comes built has no units of its own.
    """

    devices: np.ndarray
    units: np.ndarray
    used: np.ndarray
    power: np.ndarray


def rack_use(cluster: Cluster) -> RackUse:
    """Return what stands in each rack (computed once)."""
    return once(cluster, "rack_use", _rack_use)


def _rack_use(cluster: Cluster) -> RackUse:
    racks, rack = cluster.racks, cluster.devices.rack
    size = len(racks)
    units = part_fact(cluster, lambda part: part.rack.units if part.rack else None).at(racks.part)
    power, known = rack_power(cluster), rack_power(cluster).known
    return RackUse(
        np.bincount(rack[rack >= 0], minlength=size),
        np.where(units.known, units.values, -1),
        _used(cluster, size),
        np.where(known, power.low, -1),
    )


def _used(cluster: Cluster, size: int) -> np.ndarray:
    """Return thousandths of units in use per rack; two devices back to back take their units once."""
    space = rack_space(cluster)
    total = np.zeros(size, dtype=np.int64)
    order = np.lexsort((space.high, space.low, space.rack))
    rack, low, high = space.rack[order], space.low[order], space.high[order]
    placed = space.placed[order]
    rack, low, high = rack[placed], low[placed], high[placed]
    if rack.size:
        span = int(high.max()) + 1
        reached = np.maximum.accumulate(rack * span + high) - rack * span
        before = np.concatenate([[0], reached[:-1]])
        before = np.where(np.concatenate([[True], rack[1:] != rack[:-1]]), 0, before)
        np.add.at(total, rack, np.maximum(high - np.maximum(low, before), 0))
    total[cluster.devices.rack[space.unknown]] = -1
    return total
