"""Which ports are in use, and which of them share lanes of a cage."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.columns import distinct

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster
    from cluster_spec.model.parts import Layout, PortType


def used_ports(cluster: Cluster) -> np.ndarray:
    """Return per port of the cluster whether a link ends in it."""
    used = np.zeros(int(cluster.devices.first_port[-1]), dtype=bool)
    used[cluster.links.a_port] = True
    used[cluster.links.z_port] = True
    return used


def overlap(a: PortType, b: PortType) -> bool | None:
    """Whether two ports of one cage share lanes; None where their lanes are not known."""
    if a.lanes is None or b.lanes is None:
        return None
    return a.lane < b.lane + b.lanes and b.lane < a.lane + a.lanes


def _pairs(layout: Layout) -> list[tuple[int, int, bool | None]]:
    by_cage: dict[int, list[int]] = {}
    for index, cage in enumerate(layout.cage.tolist()):
        if cage >= 0:
            by_cage.setdefault(cage, []).append(index)
    pairs = [pair for ports in by_cage.values() for pair in combinations(ports, 2)]
    judged = ((a, b, overlap(layout.ports[a], layout.ports[b])) for a, b in pairs)
    return [pair for pair in judged if pair[2] is not False]


def lane_conflicts(cluster: Cluster, used: np.ndarray) -> tuple[np.ndarray, list[tuple[str, np.ndarray]]]:
    """Return the used ports that share lanes with another used one, and those whose lanes are not known."""
    devices = cluster.devices
    bad: list[np.ndarray] = []
    unknown: dict[str, list[np.ndarray]] = {}
    for index, layout in enumerate(cluster.layouts):
        pairs = _pairs(layout)
        if not pairs:
            continue
        first = devices.first_port[:-1][devices.layout == index]
        for a, b, shared in pairs:
            both = first[used[first + a] & used[first + b]]
            if both.size and shared:
                bad.append(both + b)
            elif both.size:
                fact = f"lanes of {cluster.parts[layout.part].name} {layout.cages[int(layout.cage[a])].label}"
                unknown.setdefault(fact, []).append(both + b)
    rows = distinct(np.concatenate(bad)) if bad else np.zeros(0, dtype=np.int64)
    return rows, [(fact, distinct(np.concatenate(found))) for fact, found in sorted(unknown.items())]
