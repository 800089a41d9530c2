"""The bulk of a cluster as columns: racks, devices, endpoints, links, cables. All arrays are read-only.

Ports are numbered through the whole cluster: port = `devices.first_port[device]` + index in the device's layout;
cages likewise. -1 means "none" or "unknown" in index columns; values that may be unknown have a `_known` mask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.records import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from cluster_spec.model.namespace import NameTable

STATES = ("planned", "installed", "spare", "reserved", "broken")
BASES = ("measured", "calculated", "assumed", "unknown")


@record(frozen=True, slots=True, eq=False)
class Racks:
    """Racks: part, hall, row, position of the rack's middle on the floor (um), units; `*_known` where unknown occurs."""

    names: NameTable
    part: np.ndarray
    row: np.ndarray
    slot: np.ndarray
    hall: np.ndarray
    x: np.ndarray
    y: np.ndarray
    along: np.ndarray  # position along the row, um
    placed: np.ndarray
    family: np.ndarray
    number: np.ndarray
    state: np.ndarray
    origin: np.ndarray
    power_limit: np.ndarray  # mW, -1 none declared
    air_limit: np.ndarray
    free: tuple[tuple[int, ...], ...]  # declared free units, by `free_set`
    free_set: np.ndarray

    def __len__(self) -> int:
        return int(self.part.size)


@record(frozen=True, slots=True, eq=False)
class Devices:
    """Everything with ports, power or a place in a rack.

    `u` is the lowest unit in thousandths (1000 is U1), -1 where the device stands in no unit (0U, or inside a
    cabinet that comes built: `inside`). `fabric` and `tier` are -1 for what is no switch of a fabric. `ultra_node`
    is -1 outside; `number` counts in the family, or in the ultra-node.
    """

    names: NameTable
    part: np.ndarray
    layout: np.ndarray
    role: np.ndarray
    state: np.ndarray
    phase: np.ndarray
    rack: np.ndarray
    u: np.ndarray
    rear: np.ndarray
    inside: np.ndarray
    ultra_node: np.ndarray
    number: np.ndarray
    fabric: np.ndarray
    tier: np.ndarray
    origin: np.ndarray
    first_port: np.ndarray  # n + 1 entries
    first_cage: np.ndarray
    roles: tuple[str, ...]

    def __len__(self) -> int:
        return int(self.part.size)


@record(frozen=True, slots=True, eq=False)
class UltraNodes:
    """Scale-up domains: part, number in the family, state, first rack."""

    names: NameTable
    part: np.ndarray
    number: np.ndarray
    state: np.ndarray
    phase: np.ndarray
    rack: np.ndarray
    origin: np.ndarray

    def __len__(self) -> int:
        return int(self.part.size)


@record(frozen=True, slots=True, eq=False)
class Endpoints:
    """The ports that a fabric joins: device, port, set, and one column per coordinate."""

    device: np.ndarray
    port: np.ndarray
    member: np.ndarray  # index into `sets`
    coordinates: Mapping[str, np.ndarray]
    sets: tuple[str, ...]
    accelerator: np.ndarray  # bool: the port serves an accelerator


@record(frozen=True, slots=True, eq=False)
class Links:
    """Logical links; a is the lower end. `klass` is an index into `Cluster.classes`."""

    a_device: np.ndarray
    a_port: np.ndarray
    z_device: np.ndarray
    z_port: np.ndarray
    klass: np.ndarray
    cable: np.ndarray
    state: np.ndarray
    phase: np.ndarray
    origin: np.ndarray

    def __len__(self) -> int:
        return int(self.a_port.size)


@record(frozen=True, slots=True, eq=False)
class Cables:
    """Physical data cables: first link, medium, lengths in um, how the length is known.

    `need` is what the geometry asks for, slack included (-1 unknown); `length` is what is ordered (-1 unknown);
    `basis` indexes BASES; `medium` indexes `Cluster.media` (-1 unknown). `named` holds ids given by a link list.
    """

    link: np.ndarray
    medium: np.ndarray
    need: np.ndarray
    length: np.ndarray
    basis: np.ndarray
    named: Mapping[int, str]

    def __len__(self) -> int:
        return int(self.link.size)
