"""The things findings speak of: how rows of each table are named, folded, and traced to the manifest."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Protocol

import numpy as np

from cluster_spec.columns import distinct
from cluster_spec.names import fold, natural_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cluster_spec.model.cluster import Cluster
    from cluster_spec.model.namespace import NameTable


class Subjects(Protocol):
    """Rows of one table as subjects of findings."""

    noun: str

    def name(self, row: int) -> str:
        """Return the name of one row."""

    def fold(self, rows: np.ndarray) -> str:
        """Return some rows as one folded text."""

    def origin(self, rows: np.ndarray) -> np.ndarray:
        """Return the origin of each row."""


class _Table:
    """Rows named by a name table."""

    def __init__(self, noun: str, names: NameTable, origin: np.ndarray) -> None:
        self.noun, self.names, self._origin = noun, names, origin

    def name(self, row: int) -> str:
        return self.names.spell(row)

    def fold(self, rows: np.ndarray) -> str:
        return self.names.fold(rows)

    def origin(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray(self._origin[rows], dtype=np.int64)


class _Few:
    """Rows of a tuple of records."""

    def __init__(self, noun: str, names: Sequence[str], origins: Sequence[int]) -> None:
        self.noun, self._names, self._origins = noun, names, np.array(origins, dtype=np.int64)

    def name(self, row: int) -> str:
        return self._names[row]

    def fold(self, rows: np.ndarray) -> str:
        return fold([self._names[int(r)] for r in rows])

    def origin(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray(self._origins[rows])


class _Ports:
    """Global ports: `un01-b03 compute3`."""

    noun = "port"

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def _split(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        first = self.cluster.devices.first_port
        device = np.searchsorted(first, rows, side="right") - 1
        return device, rows - first[device]

    def name(self, row: int) -> str:
        device, local = self._split(np.array([row]))
        owner = int(device[0])
        return f"{self.cluster.devices.names.spell(owner)} {port_label(self.cluster, owner, int(local[0]))}"

    def fold(self, rows: np.ndarray) -> str:
        device, local = self._split(np.asarray(rows, dtype=np.int64))
        return fold_ports(self.cluster, device, local, " ")

    def origin(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray(self.cluster.devices.origin[self._split(np.asarray(rows))[0]], dtype=np.int64)


class _Links:
    """Links, named by their lower end: `compute:un01-b03:compute3`."""

    noun = "link"

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def name(self, row: int) -> str:
        links, cluster = self.cluster.links, self.cluster
        device = int(links.a_device[row])
        local = int(links.a_port[row] - cluster.devices.first_port[device])
        fabric = cluster.fabrics[cluster.classes[int(links.klass[row])].fabric].name
        return f"{fabric}:{cluster.devices.names.spell(device)}:{port_label(cluster, device, local)}"

    def fold(self, rows: np.ndarray) -> str:
        links, cluster = self.cluster.links, self.cluster
        rows = np.asarray(rows, dtype=np.int64)
        of = np.array([c.fabric for c in cluster.classes], dtype=np.int64)[links.klass[rows]]
        pieces = []
        for fabric in distinct(of):
            mine = rows[of == fabric]
            device = links.a_device[mine].astype(np.int64)
            local = links.a_port[mine] - cluster.devices.first_port[device]
            pieces.append(f"{cluster.fabrics[int(fabric)].name}:{fold_ports(cluster, device, local, ':')}")
        return ",".join(pieces)

    def origin(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray(self.cluster.links.origin[rows], dtype=np.int64)


class _Cables(_Links):
    """Cables, named by their first link unless a list names them."""

    noun = "cable"

    def name(self, row: int) -> str:
        given = self.cluster.cables.named.get(row)
        return given or super().name(int(self.cluster.cables.link[row]))

    def fold(self, rows: np.ndarray) -> str:
        return super().fold(self.cluster.cables.link[np.asarray(rows, dtype=np.int64)])

    def origin(self, rows: np.ndarray) -> np.ndarray:
        return super().origin(self.cluster.cables.link[np.asarray(rows, dtype=np.int64)])


def port_label(cluster: Cluster, device: int, local: int) -> str:
    """Return the label of a port of a device."""
    return cluster.layouts[int(cluster.devices.layout[device])].ports[local].label


FOLD_LIMIT = 12
"""How many pieces a folded set of ports shows before it says how many more there are."""


def fold_ports(cluster: Cluster, device: np.ndarray, local: np.ndarray, between: str) -> str:
    """Fold ports: devices that share the same set of ports come together, `un[01-16]-b[01-80] compute[0-7]`."""
    layout = cluster.devices.layout[device]
    by_ports: dict[tuple[int, tuple[int, ...]], list[int]] = {}
    order = np.lexsort((local, device))
    device, local, layout = device[order], local[order], layout[order]
    starts = np.flatnonzero(np.r_[True, device[1:] != device[:-1]])
    for start, end in zip(starts, [*starts[1:], device.size], strict=True):
        key = (int(layout[start]), tuple(local[start:end].tolist()))
        by_ports.setdefault(key, []).append(int(device[start]))
    pieces = []
    for (own, ports), devices in islice(
        by_ports.items(), FOLD_LIMIT
    ):  # by their first device: rows are in order
        labels = fold([cluster.layouts[own].ports[p].label for p in ports])
        pieces.append(f"{cluster.devices.names.fold(np.array(devices))}{between}{labels}")
    more = len(by_ports) - len(pieces)
    return ",".join(sorted(pieces, key=natural_key)) + (f" and {more} more sets" if more else "")


def _few(noun: str, get: Callable[[Cluster], Sequence[object]]) -> Callable[[Cluster], Subjects]:
    def make(cluster: Cluster) -> Subjects:
        items = get(cluster)
        return _Few(
            noun, [str(getattr(i, "name", "")) for i in items], [int(getattr(i, "origin", 0)) for i in items]
        )

    return make


def _claims(cluster: Cluster) -> Subjects:
    return _Few("claim", [".".join(c.subject) for c in cluster.claims], [c.origin for c in cluster.claims])


def _whole(cluster: Cluster) -> Subjects:
    return _Few("cluster", [cluster.name], [0])


TABLES: dict[str, Callable[[Cluster], Subjects]] = {
    "racks": lambda c: _Table("rack", c.racks.names, c.racks.origin),
    "devices": lambda c: _Table("device", c.devices.names, c.devices.origin),
    "ultra_nodes": lambda c: _Table("ultra-node", c.ultra_nodes.names, c.ultra_nodes.origin),
    "ports": _Ports,
    "links": _Links,
    "cables": _Cables,
    "fabrics": _few("fabric", lambda c: c.fabrics),
    "halls": _few("hall", lambda c: c.halls),
    "rows": _few("row", lambda c: c.rows),
    "power": _few("power node", lambda c: c.power),
    "loops": _few("loop", lambda c: c.cooling.loops if c.cooling else ()),
    "networks": _few("network", lambda c: c.networks),
    "waivers": _few("waiver", lambda c: c.waivers),
    "assets": _few("asset", lambda c: c.assets),
    "claims": _claims,
    "parts": lambda c: _Few("part", [p.name for p in c.parts], [-1 - i for i in range(len(c.parts))]),
    "cluster": _whole,
}
"""The tables that a rule may run over. A negative origin -1 - i is part i's own file."""


def subjects(cluster: Cluster, table: str) -> Subjects:
    """Return the subjects of a table of a cluster."""
    return TABLES[table](cluster)
