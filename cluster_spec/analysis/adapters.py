"""Network adapters: which endpoints are ports of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.cache import once
from cluster_spec.analysis.coordinates import end_ports
from cluster_spec.records import record

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster


@record(frozen=True, slots=True, eq=False)
class Adapters:
    """Network adapters: per endpoint the number of its adapter, per adapter its device row and key."""

    of: np.ndarray
    device: np.ndarray

    @property
    def count(self) -> int:
        """How many adapters there are."""
        return int(self.device.size)


def adapters(cluster: Cluster, fabric: int, ports: int) -> Adapters:
    """Return the adapter of each endpoint: as the part says, else `ports` ports of a device in a row.

    Where the part says nothing and endpoints have no number among the ports of their node, each is its own.
    """
    return once(cluster, ("adapters", fabric, ports), lambda _: _adapters(cluster, fabric, ports))


def _adapters(cluster: Cluster, fabric: int, ports: int) -> Adapters:
    ends, devices = cluster.fabrics[fabric].endpoints, cluster.devices
    if not ends.device.size:
        return Adapters(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    if ports == 1 and not _several(cluster, ends.device):
        return Adapters(np.arange(ends.device.size), ends.device)
    number, start, width = _adapter_table(cluster)
    device = ends.device.astype(np.int64)
    local = end_ports(cluster, fabric) - devices.first_port[device]
    named = number[start[devices.layout[device]] + local]
    index = ends.coordinates.get("port")
    index = local if index is None else index.astype(np.int64)
    rows = int(index.max()) // ports + 1
    unnamed = width + ends.member.astype(np.int64) * rows + index // ports
    extent = width + max(len(ends.sets), 1) * rows
    key = device * extent + np.where(named >= 0, named, unnamed)
    present = np.zeros(len(devices) * extent, dtype=bool)
    present[key] = True
    found = np.flatnonzero(present)
    rank = np.cumsum(present) - 1
    return Adapters(rank[key], found // extent)


def _several(cluster: Cluster, device: np.ndarray) -> bool:
    """Return whether a part of some devices gives an adapter several ports."""
    for layout in np.flatnonzero(np.bincount(cluster.devices.layout[device])):
        named = [p.nic for p in cluster.layouts[int(layout)].ports if p.nic is not None]
        if len(set(named)) < len(named):
            return True
    return False


def _adapter_table(cluster: Cluster) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the adapter of each port of all layouts (-1 unnamed), where each layout starts, and how many."""
    numbers: list[int] = []
    starts: list[int] = []
    most = 0
    for layout in cluster.layouts:
        starts.append(len(numbers))
        seen: dict[str, int] = {}
        numbers += [-1 if p.nic is None else seen.setdefault(p.nic, len(seen)) for p in layout.ports]
        most = max(most, len(seen))
    return np.array(numbers or [-1], dtype=np.int64), np.array(starts or [0], dtype=np.int64), most
