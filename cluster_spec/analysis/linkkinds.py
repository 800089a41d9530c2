"""Links reduced to their few distinct kinds: class, kind of port at both ends, medium.

A rule that reads facts of ports decides on the kinds, which are tens, and not on the links, which are millions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.cache import once
from cluster_spec.columns import distinct
from cluster_spec.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cluster_spec.model.cluster import Cluster, LinkClass
    from cluster_spec.model.parts import CageType, Medium, Part, PortType

NRZ_LIMIT = 28_125_000_000
"""The highest rate of a lane (bit/s) that is modulated NRZ; above it is PAM4."""
_TABLE = 1 << 22
_WIRED = frozenset({"rj45"})


@record(frozen=True, slots=True)
class End:
    """A kind of port: a port of that kind, its cage and its part."""

    port: PortType
    cage: CageType | None
    part: Part

    @property
    def form(self) -> str | None:
        """The form factor of the cage, else of the port; None is unknown."""
        return self.port.form or (self.cage.form if self.cage else None)

    @property
    def wired(self) -> bool:
        """Whether it is a socket for twisted pair, which has no optical lanes to match."""
        return self.form in _WIRED

    @property
    def label(self) -> str:
        """How messages call ports of this kind: `nvidia-qm9700 osfp ports`."""
        return f"{self.part.name} {kind_of(self.port)} ports"

    def at(self, rate: int | None) -> Lanes | None:
        """Return how the port runs at `rate` (bit/s; None: as it comes), or None where it cannot."""
        own, port = self.port.rate, self.port
        if rate is None or own is None or rate == own:
            return Lanes(own, port.lane_rate, port.modulation)
        for mode in self.cage.modes if self.cage else ():
            ports, _, speed = mode.partition("x")
            if int(speed) * 10**9 == rate:
                return _mode_lanes(rate, self.cage, int(ports))
        return None


def kind_of(port: PortType) -> str:
    """Return what ports like this one are called together: their label without its number, else their form."""
    return port.group or port.form or port.role


@record(frozen=True, slots=True)
class Lanes:
    """The rate of a port, of one of its lanes (bit/s), and how a lane is modulated; None is unknown."""

    rate: int | None
    lane: int | None
    modulation: str | None


def _mode_lanes(rate: int, cage: CageType | None, ports: int) -> Lanes:
    lanes = cage.lanes // ports if cage and cage.lanes else 0
    if not lanes:
        return Lanes(rate, None, None)
    lane = rate // lanes
    return Lanes(rate, lane, "NRZ" if lane <= NRZ_LIMIT else "PAM4")


@record(frozen=True, slots=True)
class Kind:
    """One kind of link: its class, both ends, the medium (None unknown), how many links there are of it."""

    klass: LinkClass
    fabric: int
    a: End
    z: End
    medium: Medium | None
    medium_name: str | None
    count: int

    @property
    def lane(self) -> int | None:
        """The lane rate at which the link runs (bit/s), of the end that knows it."""
        ends = [end.at(self.klass.rate) for end in (self.a, self.z)]
        return next((e.lane for e in ends if e is not None and e.lane is not None), None)


@record(frozen=True, slots=True, eq=False)
class Kinds:
    """The kinds of a cluster and, per link, which one it is."""

    items: tuple[Kind, ...]
    of: np.ndarray

    def rows(self, kinds: Sequence[int]) -> np.ndarray:
        """Return the links of some kinds."""
        chosen = np.zeros(max(len(self.items), 1), dtype=bool)
        chosen[list(kinds)] = True
        return np.flatnonzero(chosen[self.of])


def link_kinds(cluster: Cluster) -> Kinds:
    """Return the kinds of all links of a cluster (computed once)."""
    return once(cluster, "link_kinds", _kinds)


@record(frozen=True, slots=True, eq=False)
class _Ports:
    """Kinds of ports over all layouts; `table[start[layout] + local]` is the kind of a port."""

    ends: tuple[End, ...]
    table: np.ndarray
    start: np.ndarray

    def of(self, cluster: Cluster, device: np.ndarray, port: np.ndarray) -> np.ndarray:
        """Return the kind of each port, given its device."""
        devices = cluster.devices
        shift = self.start[devices.layout] - devices.first_port[:-1]
        return np.asarray(self.table[shift[device] + port])


def _key(part: Part, port: PortType, cage: CageType | None) -> tuple[object, ...]:
    """Return what ports of one kind have in common: everything but names and numbers."""
    bare = {"label": "", "number": 0, "cage": 0, "lane": 0, "accelerator": 0, "element": 0}
    nic = None if port.nic is None else "nic"
    same = replace(port, nic=nic, os_name=None, panel=None, **bare)
    return part.name, same, cage and (cage.form, tuple(cage.modes))


def _ports(cluster: Cluster) -> _Ports:
    ends: dict[tuple[object, ...], int] = {}
    shown: list[End] = []
    pieces, start = [np.zeros(0, dtype=np.int32)], [0]
    for layout in cluster.layouts:
        part = cluster.parts[layout.part]
        number = np.zeros(layout.kind.size, dtype=np.int32)
        for kind in distinct(layout.kind):
            mine = np.flatnonzero(layout.kind == kind)
            port = layout.ports[int(mine[0])]
            cage = layout.cages[port.cage] if port.cage >= 0 else None
            key = _key(part, port, cage)
            if key not in ends:
                ends[key] = len(shown)
                shown.append(End(port, cage, part))
            number[mine] = ends[key]
        pieces.append(number)
        start.append(start[-1] + number.size)
    return _Ports(tuple(shown), np.concatenate(pieces), np.array(start[:-1] or [0], dtype=np.int64))


def _kinds(cluster: Cluster) -> Kinds:
    links, ports = cluster.links, _ports(cluster)
    if not len(links):
        return Kinds((), np.zeros(0, dtype=np.int32))
    sizes = (len(cluster.classes), max(len(ports.ends), 1), max(len(ports.ends), 1), len(cluster.media) + 1)
    wide = sizes[0] * sizes[1] * sizes[2] * sizes[3] > _TABLE
    code = links.klass.astype(np.int64 if wide else np.int32)
    for size, column in zip(
        sizes[1:],
        (
            ports.of(cluster, links.a_device, links.a_port),
            ports.of(cluster, links.z_device, links.z_port),
            cluster.cables.medium[links.cable].astype(np.int32) + 1,
        ),
        strict=True,
    ):
        code = code * size + column
    found, of, counts = _dense(code, sizes[0] * sizes[1] * sizes[2] * sizes[3], wide=wide)
    return Kinds(
        tuple(_kind(cluster, ports, sizes, int(c), int(n)) for c, n in zip(found, counts, strict=True)), of
    )


def _dense(code: np.ndarray, size: int, *, wide: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the distinct codes, the index of each row among them, and how many rows each has."""
    if wide:
        return np.unique(code, return_inverse=True, return_counts=True)
    counts = np.bincount(code, minlength=size)
    found = np.flatnonzero(counts)
    index = np.zeros(size, dtype=np.int32)
    index[found] = np.arange(found.size)
    return found, index[code], counts[found]


def _kind(cluster: Cluster, ports: _Ports, sizes: tuple[int, ...], code: int, count: int) -> Kind:
    code, medium = divmod(code, sizes[3])
    code, z = divmod(code, sizes[2])
    klass, a = divmod(code, sizes[1])
    own = cluster.classes[klass]
    part = cluster.parts[cluster.media[medium - 1]] if medium else None
    return Kind(
        own,
        own.fabric,
        ports.ends[a],
        ports.ends[z],
        part.medium if part else None,
        part.name if part else None,
        count,
    )
