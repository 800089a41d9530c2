"""The device table as it grows: blocks of columns, global port and cage numbers, and populations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.model.namespace import NameGroup, NameTable
from cluster_spec.model.tables import Devices
from cluster_spec.records import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.resolve.hardware import Hardware

COLUMNS = {
    "part": 0,
    "layout": 0,
    "role": 0,
    "state": 0,
    "phase": -1,
    "rack": -1,
    "u": -1,
    "rear": 0,
    "inside": 0,
    "ultra_node": -1,
    "number": 0,
    "fabric": -1,
    "tier": -1,
    "origin": 0,
    "none_of": -1,
}


@record(slots=True, eq=False)
class Population:
    """Devices that are numbered together, at their final extent, built or not.

    All columns have one entry per number: `device` is the row (-1 not built), `ultra_node` and `node` the
    coordinates, `rack_family` and `rack` the family and the number in it of the rack, `layout` the port layout
    (of the nearest built neighbour where nothing is built). `brackets` are the printed numbers.
    """

    label: str
    kind: str
    device: np.ndarray
    ultra_node: np.ndarray
    node: np.ndarray
    layout: np.ndarray
    rack_family: np.ndarray
    rack: np.ndarray
    brackets: Mapping[str, Any]
    owner: tuple[str, ...] = ()  # literals of the family in its section
    per: int = 1  # devices per number of the owning family (an ultra-node has many)
    fabric: int = -1


@record(slots=True)
class Census:
    """Collects device blocks; rows are numbered in the order of addition."""

    hardware: Hardware
    groups: list[NameGroup] = field(default_factory=list)
    blocks: list[dict[str, np.ndarray]] = field(default_factory=list)
    ports: list[np.ndarray] = field(default_factory=list)
    cages: list[np.ndarray] = field(default_factory=list)
    populations: list[Population] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    none_sets: list[Mapping[str, str]] = field(default_factory=list)
    size: int = 0

    def role(self, name: str) -> int:
        """Return the number of a role."""
        if name not in self.roles:
            self.roles.append(name)
        return self.roles.index(name)

    def none(self, reasons: Mapping[str, str] | None) -> int:
        """Return the number of a set of things that are absent on purpose."""
        if not reasons:
            return -1
        self.none_sets.append(dict(reasons))
        return len(self.none_sets) - 1

    def add(self, groups: list[NameGroup], count: int, **columns: Any) -> np.ndarray:
        """Add `count` devices; `groups` number from 0 within the block. Return their rows."""
        first = self.size
        for g in groups:
            if g.count:
                self.groups.append(
                    NameGroup(first + g.first, g.count, g.literals, g.widths, g.letters, g.columns)
                )
        block = {
            name: np.broadcast_to(np.asarray(columns.get(name, default), dtype=np.int32), count)
            for name, default in COLUMNS.items()
        }
        sizes = np.array(
            [[layout.cage.size, len(layout.cages)] for layout in self.hardware.layouts], dtype=np.int64
        )
        sizes = sizes.reshape(-1, 2)[block["layout"]]
        self.blocks.append(block)
        self.ports.append(sizes[:, 0])
        self.cages.append(sizes[:, 1])
        self.size += count
        return np.arange(first, first + count)

    def relayout(self, device: int, layout: int) -> None:
        """Give one device other cage modes."""
        first = 0
        for number, block in enumerate(self.blocks):
            size = block["layout"].size
            if device < first + size:
                own = self.hardware.layouts[layout]
                block["layout"] = block["layout"].copy()
                block["layout"][device - first] = layout
                self.ports[number] = self.ports[number].copy()
                self.ports[number][device - first] = own.cage.size
                break
            first += size
        for population in self.populations:
            population.layout = np.where(population.device == device, layout, population.layout)

    def column(self, name: str) -> np.ndarray:
        """Return one column over all devices so far."""
        return np.concatenate([b[name] for b in self.blocks]) if self.blocks else np.zeros(0, dtype=np.int32)

    def first_ports(self) -> np.ndarray:
        """Return the first global port of every device, and the total at the end."""
        return _starts(self.ports)

    def devices(self) -> Devices:
        """Return the finished table."""
        columns = {name: self.column(name) for name in COLUMNS if name != "none_of"}
        columns["rear"] = columns["rear"].astype(bool)
        columns["inside"] = columns["inside"].astype(bool)
        return Devices(
            NameTable(tuple(self.groups)),
            first_port=self.first_ports(),
            first_cage=_starts(self.cages),
            roles=tuple(self.roles),
            **columns,
        )


def _starts(sizes: list[np.ndarray]) -> np.ndarray:
    flat = np.concatenate(sizes) if sizes else np.zeros(0, dtype=np.int64)
    starts = np.zeros(flat.size + 1, dtype=np.int64)
    np.cumsum(flat, out=starts[1:])
    return starts


def fill_forward(values: np.ndarray, built: np.ndarray) -> np.ndarray:
    """Give what is not built the value of its nearest built predecessor, or of the first built one."""
    if not built.any():
        return values
    index = np.where(built, np.arange(values.size), -1)
    index = np.maximum.accumulate(index)
    first = int(np.flatnonzero(built)[0])
    return np.asarray(values[np.where(index < 0, first, index)])
