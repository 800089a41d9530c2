"""Links become cables: media by reach over cage bundles, lengths rounded up to what is sold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.columns import distinct, member
from cluster_spec.model.tables import BASES, Cables
from cluster_spec.records import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.model.cluster import LinkClass
    from cluster_spec.model.parts import Medium, Part
    from cluster_spec.model.tables import Devices, Links
    from cluster_spec.resolve.hardware import Hardware
    from cluster_spec.resolve.lengths import Geometry

MEASURED, CALCULATED, ASSUMED, UNKNOWN = range(4)
assert BASES[CALCULATED] == "calculated"


@record(slots=True, eq=False)
class Given:
    """What lists, wiring and exceptions say about links; -1 where nothing is said. `ids` names some cables."""

    medium: np.ndarray | None = None
    length: np.ndarray | None = None
    basis: np.ndarray | None = None
    ids: dict[int, str] = field(default_factory=dict)
    shared: np.ndarray | None = None  # link -> first link of the same cable


@record(slots=True)
class Choice:
    """The inputs of cabling."""

    hardware: Hardware
    devices: Devices
    links: Links
    classes: list[LinkClass]
    media: list[int]
    geometry: Geometry | None
    sold: Mapping[str, tuple[int, ...]]

    def medium(self, index: int) -> Medium | None:
        """Return the facts of a medium; None if its part says none."""
        return self.hardware.parts[self.media[index]].medium

    def lengths(self, index: int) -> tuple[int, ...]:
        """Return the lengths in which a medium is sold: of the manifest, else of its part."""
        part: Part = self.hardware.parts[self.media[index]]
        medium = self.medium(index)
        return self.sold.get(part.name) or (() if medium is None else medium.lengths)


def make_cables(choice: Choice, given: Given) -> tuple[Cables, np.ndarray]:
    """Return the cables and the cable of every link."""
    links = choice.links
    cable, first = _number(len(links), given)
    a, z, klass = links.a_device, links.z_device, links.klass
    if first is not None:
        a, z, klass = a[first], z[first], klass[first]
    count = a.size
    need = np.full(count, -1, dtype=np.int64)
    basis = np.full(count, UNKNOWN, dtype=np.int8)
    if choice.geometry is not None:
        need, guess = choice.geometry.needs(a, z)
        basis = np.where(need < 0, UNKNOWN, np.where(guess, ASSUMED, CALCULATED)).astype(np.int8)
    length = need.copy()
    _override(length, basis, given, first)
    medium = _media(choice, klass, length, given, first)
    _bundle(choice, medium, klass, links, first)
    ordered = _round(choice, medium, length, basis)
    rows = np.arange(len(links), dtype=np.int32) if first is None else first.astype(np.int32)
    ids: Any = given.ids if first is None or not given.ids else _ByCable(given.ids, first, len(links))
    return Cables(rows, medium, need, ordered, basis, ids), cable


@record(slots=True, eq=False)
class _ByCable:
    """Cable ids by cable where several links share one: that of its first link."""

    ids: Any
    first: np.ndarray
    links: int

    def get(self, row: int, default: str | None = None) -> str | None:
        return self.ids.get(int(self.first[row]), default)  # type: ignore[no-any-return]

    def hashes(self, _cables: int) -> np.ndarray | None:
        hashes = getattr(self.ids, "hashes", None)
        return None if hashes is None else hashes(self.links)[self.first]

    def __bool__(self) -> bool:
        return True


def _number(links: int, given: Given) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the cable of each link and the first link of each cable (None when they are one to one)."""
    if given.shared is None:
        return np.arange(links, dtype=np.int32), None
    first = distinct(given.shared)
    cable = np.searchsorted(first, given.shared).astype(np.int32)
    return cable, (None if first.size == links else first)


def _override(length: np.ndarray, basis: np.ndarray, given: Given, first: np.ndarray | None) -> None:
    """Lengths that somebody gave win over geometry."""
    if given.length is None:
        return
    told = given.length if first is None else given.length[first]
    has = np.flatnonzero(told >= 0)
    length[has] = told[has]
    assert given.basis is not None
    source = given.basis if first is None else given.basis[first]
    basis[has] = source[has]


def _media(
    choice: Choice, klass: np.ndarray, length: np.ndarray, given: Given, first: np.ndarray | None
) -> np.ndarray:
    """Choose per cable the first medium of its class that reaches; the last one when none does."""
    medium = np.full(klass.size, -1, dtype=np.int8)
    for index, own in enumerate(choice.classes):
        if not own.media:
            continue
        mine = _rows_of(klass, index)
        medium[mine] = own.media[-1]
        for option in reversed(own.media[:-1]):
            reach = _reach(choice.medium(option), own.rate, choice, index)
            if reach is None:
                continue
            near = (length[mine] >= 0) & (length[mine] <= reach)
            medium[mine] = np.where(near, option, medium[mine])
    if given.medium is not None:
        told = given.medium if first is None else given.medium[first]
        medium = np.where(told >= 0, told, medium).astype(np.int8)
    return medium


def _reach(medium: Medium | None, rate: int | None, choice: Choice, index: int) -> int | None:
    """Return the reach of a medium at the lane rate of a class; None is unknown."""
    if medium is None or not medium.reach:
        return None
    lane = lane_rate(choice, index)
    if lane is not None and lane in medium.reach:
        return medium.reach[lane]
    if 0 in medium.reach:
        return medium.reach[0]
    del rate
    return None if lane is not None else min(medium.reach.values())


def lane_rate(choice: Choice, index: int) -> int | None:
    """Return the lane rate of the ports of a class, from one of its links."""
    links, devices = choice.links, choice.devices
    rows = np.flatnonzero(links.klass == index)[:1]
    for row in rows:
        for device, port in (
            (links.z_device[row], links.z_port[row]),
            (links.a_device[row], links.a_port[row]),
        ):
            layout = choice.hardware.layouts[int(devices.layout[device])]
            rate = layout.ports[int(port - devices.first_port[device])].lane_rate
            if rate is not None:
                return rate
    return None


def _bundle(
    choice: Choice, medium: np.ndarray, klass: np.ndarray, links: Links, first: np.ndarray | None
) -> None:
    """Links that share a module share its medium: of two options in one cage the longer reaching wins, both ends."""
    mixed = [
        i for i, c in enumerate(choice.classes) if len(c.media) > 1 and distinct(medium[klass == i]).size > 1
    ]
    if not mixed:
        return
    rows = np.flatnonzero(member(klass, mixed))
    ends = rows if first is None else first[rows]
    cages = [
        _cage(choice, links.a_device[ends], links.a_port[ends]),
        _cage(choice, links.z_device[ends], links.z_port[ends]),
    ]
    shared = any(_shared(choice, mixed))
    if not shared:
        return
    rank = np.zeros(rows.size, dtype=np.int8)
    for index in mixed:
        own = klass[rows] == index
        table = np.zeros(len(choice.media), dtype=np.int8)
        for position, option in enumerate(choice.classes[index].media):
            table[option] = position
        rank[own] = table[medium[rows[own]]]
    top = np.zeros(int(max(c.max() for c in cages)) + 1, dtype=np.int8)
    while True:
        for cage in cages:
            np.maximum.at(top, cage, rank)
        new = np.maximum(top[cages[0]], top[cages[1]])
        if np.array_equal(new, rank):
            break
        rank = new
    for index in mixed:
        own = np.flatnonzero(klass[rows] == index)
        options = np.array(choice.classes[index].media, dtype=np.int8)
        medium[rows[own]] = options[np.minimum(rank[own], options.size - 1)]


def _shared(choice: Choice, classes: list[int]) -> list[bool]:
    """Whether the layouts at the ends of some classes have cages with several ports."""
    found = []
    for layout in choice.hardware.layouts:
        own = layout.cage[layout.cage >= 0]
        found.append(bool(own.size and np.bincount(own).max() > 1))
    del classes
    return found


def _cage(choice: Choice, device: np.ndarray, port: np.ndarray) -> np.ndarray:
    """Return global cages of ports; a port without a cage counts as one of its own behind all cages."""
    devices = choice.devices
    width = max((layout.cage.size for layout in choice.hardware.layouts), default=1)
    table = np.full((len(choice.hardware.layouts), max(width, 1)), -1, dtype=np.int64)
    for i, layout in enumerate(choice.hardware.layouts):
        table[i, : layout.cage.size] = layout.cage
    local = table[devices.layout[device], port - devices.first_port[device]]
    cage = devices.first_cage[device] + local
    return np.asarray(np.where(local >= 0, cage, devices.first_cage[-1] + port))


def _round(choice: Choice, medium: np.ndarray, length: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Round lengths up to what is sold; measured ones stay, what exceeds the longest stays as it is."""
    ordered = length.copy()
    for index in range(-1, len(choice.media)):
        sold = np.array(sorted(choice.lengths(index)) if index >= 0 else (), dtype=np.int64)
        if not sold.size:
            continue
        mine = _rows_of(medium, index)
        want = length[mine]
        place = np.searchsorted(sold, want)
        up = sold[np.minimum(place, sold.size - 1)]
        keep = (want < 0) | (place >= sold.size) | (basis[mine] == MEASURED)
        ordered[mine] = np.where(keep, want, up)
    return ordered


def _rows_of(column: np.ndarray, index: int) -> np.ndarray | slice:
    """Return the rows of one value; a slice when they follow each other."""
    rows = np.flatnonzero(column == index)
    if rows.size and int(rows[-1]) - int(rows[0]) + 1 == rows.size:
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def sold_lengths(scope: Any, cabling: Any) -> dict[str, tuple[int, ...]]:
    """Return `cabling.lengths`: medium -> lengths in um."""
    if cabling is None or not cabling.lengths:
        return {}
    return {
        name: tuple(
            sorted(scope.quantity(v, "length", ("cabling", "lengths", name, i)) for i, v in enumerate(values))
        )
        for name, values in cabling.lengths.items()
    }
