"""Cells of devices, ports and links: names, cages, racks, units, spelled once and gathered by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.order import natural_ranks, ranks_of
from cluster_spec.model.tables import BASES, STATES
from cluster_spec.report.cells import Column, decimals, joined, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.model.cluster import Cluster
    from cluster_spec.model.parts import PortType

MILLI = 1000
UM = 1_000_000


def _names(spelled: np.ndarray) -> np.ndarray:
    """Return spelled names with an empty one at the end, for index -1."""
    return np.append(spelled, np.array([b""]))


class Ends:
    """The tables from which cells of a cluster are gathered."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.device = _names(cluster.devices.names.spelled())
        self.rack = _names(cluster.racks.names.spelled())
        self.fabric, _ = texts(f.name for f in cluster.fabrics)
        self.phase, _ = texts(cluster.phases)
        self.state, _ = texts(STATES)
        self.basis, _ = texts(BASES)
        self.medium, _ = texts(cluster.parts[m].name for m in cluster.media)
        self.klass, _ = texts(c.name for c in cluster.classes)
        self.rate, _ = texts("" if c.rate is None else str(c.rate) for c in cluster.classes)
        self.class_fabric = np.array([*(c.fabric for c in cluster.classes), -1], dtype=np.int64)
        layouts = cluster.layouts
        self.start = np.cumsum([0, *(len(layout.ports) for layout in layouts)])
        self.label, self.plain = self._ports(lambda port, _cage: port.label)
        self.cage, self.plain_cage = self._ports(lambda _port, cage: cage)
        self._shift: np.ndarray | None = None

    def _ports(self, get: Callable[[PortType, str], str]) -> tuple[np.ndarray, bool]:
        found = [
            get(port, layout.cages[port.cage].label if port.cage >= 0 else "")
            for layout in self.cluster.layouts
            for port in layout.ports
        ]
        return texts(found)

    def local(self, device: np.ndarray, port: np.ndarray) -> np.ndarray:
        """Return where ports stand in the tables over all layouts."""
        devices = self.cluster.devices
        if self._shift is None:
            self._shift = self.start[devices.layout] - devices.first_port[:-1]
        return np.asarray(self._shift[device] + port)

    def port(self, device: np.ndarray, port: np.ndarray) -> np.ndarray:
        """Return port labels."""
        return np.asarray(self.label[self.local(device, port)])

    def u(self, device: np.ndarray) -> np.ndarray:
        """Return the units of devices; empty where they stand in none."""
        return decimals(self.cluster.devices.u[device], MILLI, 3)

    def link_id(self, rows: np.ndarray) -> np.ndarray:
        """Return `fabric:device:port` of the lower end of links."""
        links = self.cluster.links
        device = links.a_device[rows]
        return joined(
            self.fabric[self.class_fabric[links.klass[rows]]],
            b":",
            self.device[device],
            b":",
            self.port(device, links.a_port[rows]),
        )

    def cable_id(self, cables: np.ndarray) -> np.ndarray:
        """Return names of cables: of their first link unless a list gives one."""
        named = self.cluster.cables.named
        found = self.link_id(self.cluster.cables.link[cables])
        if not named:
            return found
        given = [named.get(int(row), "").encode() for row in cables.tolist()]
        own = np.array(given or [b""])
        return np.where(own != b"", own, found)

    def link_order(self) -> np.ndarray:
        """Return links by fabric, class bottom first, lower device and port in natural order."""
        cluster, links = self.cluster, self.cluster.links
        classes = cluster.classes
        names = ranks_of([f.name for f in cluster.fabrics])
        order = sorted(
            range(len(classes)),
            key=lambda i: (names[classes[i].fabric], classes[i].lower, classes[i].upper, i),
        )
        rank = np.zeros(max(len(classes), 1), dtype=np.int64)
        rank[order] = np.arange(len(order))
        ports = self.port_ranks()
        span = int(ports.max(initial=0)) + 1
        key = rank[links.klass] * len(cluster.devices)
        key += natural_ranks(cluster.devices.names)[links.a_device]
        key *= span
        key += ports[self.local(links.a_device, links.a_port)]
        if key.size and bool((key[1:] >= key[:-1]).all()):
            return np.arange(key.size)
        return np.argsort(key, kind="stable")

    def port_ranks(self) -> np.ndarray:
        """Return the place of each port of each layout among its ports, in natural order."""
        pieces = [ranks_of([p.label for p in layout.ports]) for layout in self.cluster.layouts]
        return np.concatenate([np.zeros(0, dtype=np.int64), *pieces])


def end_columns(ends: Ends, side: str, device: np.ndarray, port: np.ndarray) -> tuple[Column, ...]:
    """Return the columns of one end of links: device, port, cage, rack, unit."""
    rack = ends.cluster.devices.rack
    return (
        Column(f"{side}_device", lambda r: ends.device[device[r]]),
        Column(f"{side}_port", lambda r: ends.port(device[r], port[r]), safe=ends.plain),
        Column(f"{side}_cage", lambda r: ends.cage[ends.local(device[r], port[r])], safe=ends.plain_cage),
        Column(f"{side}_rack", lambda r: ends.rack[rack[device[r]]]),
        Column(f"{side}_u", lambda r: ends.u(device[r]), number=True),
    )
