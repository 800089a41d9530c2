"""Pluggable modules: one in each cage that a cable with loose ends runs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.figures import Figure
from cluster_spec.analysis.linkkinds import link_kinds

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster


def modules(cluster: Cluster) -> Figure:
    """Return how many modules there are; a cage holds one, however many links use it.

    Cables whose plugs are part of them need none, nor do sockets for twisted pair.
    """
    kinds = link_kinds(cluster)
    missing: list[str] = []
    a_side, z_side = [], []
    for index, kind in enumerate(kinds.items):
        fabric = cluster.fabrics[kind.fabric]
        if not fabric.cabled or (kind.a.wired and kind.z.wired):
            continue
        if kind.medium is None:
            missing.append(f"medium of {fabric.name} {kind.klass.name}")
        elif not kind.medium.attached:
            a_side.append((index, kind.a))
            z_side.append((index, kind.z))
    if missing:
        return Figure(None, tuple(dict.fromkeys(missing)))
    links = cluster.links
    used = np.zeros(int(cluster.devices.first_cage[-1]), dtype=bool)
    loose = 0
    for sides, device, port in (
        (a_side, links.a_device, links.a_port),
        (z_side, links.z_device, links.z_port),
    ):
        rows = kinds.rows([index for index, end in sides if not end.wired])
        loose += _mark(cluster, used, device[rows], port[rows])
    return Figure(int(used.sum()) + loose)


def _mark(cluster: Cluster, used: np.ndarray, device: np.ndarray, port: np.ndarray) -> int:
    """Mark the cages of ports; return how many ports have no cage and hold a module of their own."""
    devices = cluster.devices
    start, pieces = [0], [np.zeros(0, dtype=np.int32)]
    for layout in cluster.layouts:
        pieces.append(layout.cage)
        start.append(start[-1] + layout.cage.size)
    table, shift = np.concatenate(pieces), np.array(start[:-1] or [0], dtype=np.int64)
    local = table[shift[devices.layout[device]] + port - devices.first_port[device]]
    caged = local >= 0
    used[devices.first_cage[device[caged]] + local[caged]] = True
    return int((~caged).sum())
