"""What hardware is, as the model sees it: parts with facts or None, and port layouts as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.records import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from cluster_spec.diagnostics import Location

PRECISIONS = ("fp64", "fp32", "tf32", "fp16", "bf16", "fp8", "int8", "fp4")
GRADES = ("official", "paper", "press", "secondary", "broker", "derived", "illustrative")
ROLES = ("fabric", "compute", "storage", "frontend", "oob", "console", "scale-up")
"""What a port is for; the position is its number in `Layout.role`. A switch's data ports are `fabric`."""


@record(frozen=True, slots=True)
class Provenance:
    """Where a part's values come from: title, address, grade, and the value paths that it covers."""

    key: str
    title: str
    grade: str
    covers: tuple[str, ...]
    url: str | None = None
    retrieved: str | None = None
    note: str | None = None


@record(frozen=True, slots=True)
class Psus:
    """The supplies of a device: count, rating each (mW), how many carry full load, how many it must have."""

    count: int | None = None
    rating: int | None = None
    full: int | None = None
    min: int | None = None
    inlet: str | None = None
    voltage: str | None = None


@record(frozen=True, slots=True)
class Chip:
    """An accelerator: FLOPS per precision (`fp16`, `fp16-sparse`), memory (byte), bandwidths (bit/s)."""

    flops: Mapping[str, int] = field(default_factory=dict)
    memory: int | None = None
    memory_bandwidth: int | None = None
    scale_up_bandwidth: int | None = None
    scale_up_direction: str = "unstated"


@record(frozen=True, slots=True)
class Content:
    """Things inside a device: a name range and the part of each, `count` of them."""

    names: str
    part: str
    count: int


@record(frozen=True, slots=True)
class CageType:
    """One cage: label, form factor, face and the modes (`2x400`) it may run in; None is unknown.

    `group` is the label without its number (`osfp` of `osfp3`); `role`, `protocols`, `element` and `os_name`
    (a template) hold for the ports that a mode makes. `lanes` are electrical lanes.
    """

    label: str
    form: str | None = None
    face: str = "front"
    modes: Mapping[str, str] = field(
        default_factory=dict
    )  # mode -> port label template, "" where none is given
    power: int | None = None  # what the cage can feed a module, mW
    group: str = ""
    lanes: int | None = None
    role: str = "fabric"
    protocols: tuple[str, ...] = ()
    os_name: str | None = None
    element: int = 0


@record(frozen=True, slots=True)
class PortType:
    """One port of a layout.

    `cage` is the index of its cage in the layout or -1 (a port without a cage), `lane` its first lane there
    and `lanes` how many; `rate` in bit/s; `lane_rate` in bit/s per lane; None is unknown. `number` is what
    the protocol calls it (1 first; 0 unknown). `element` is the forwarding ASIC it belongs to.
    """

    label: str
    role: str
    cage: int = -1
    lane: int = 0
    lanes: int | None = None
    rate: int | None = None
    lane_rate: int | None = None
    modulation: str | None = None
    protocols: tuple[str, ...] = ()
    form: str | None = None
    face: str = "front"
    number: int = 0
    element: int = 0
    accelerator: int = -1
    nic: str | None = None
    os_name: str | None = None
    group: str = ""  # the label without its number, what `ports: scale-out` selects
    panel: str | None = None  # what is printed on the chassis, where the cage's mode says so


@record(frozen=True, slots=True)
class Medium:
    """What a link runs over: reach per lane rate (um), the lengths it is sold in (um), the plug it needs.

    `attached` says that the plugs are part of the cable (copper, AOC); otherwise a module sits in each cage.
    `reach` maps a lane rate in bit/s to um; key 0 holds for any lane rate. `adapter_reach` is the shorter
    one where an end is a network adapter; empty: the same.
    """

    family: str  # copper | active-copper | aoc | multi-mode | single-mode | twisted-pair
    attached: bool
    reach: Mapping[int, int] = field(default_factory=dict)
    lengths: tuple[int, ...] = ()
    forms: tuple[str, ...] = ()  # cages it plugs into; empty is unknown
    protocols: tuple[str, ...] = ()  # empty: any
    module_power: Mapping[int, int] = field(
        default_factory=dict
    )  # by the rate of a plug, bit/s -> mW per end
    twin: bool = False
    adapter_reach: Mapping[int, int] = field(default_factory=dict)


@record(frozen=True, slots=True)
class RackFrame:
    """A rack: units, unit (`U` or `OU`), limits of power (mW) and static load (g); None is unknown."""

    units: int | None = None
    unit: str = "U"
    free: tuple[int, ...] = ()  # units that are not taken by what the cabinet comes with; empty means all
    power: int | None = None
    load: int | None = None
    zero_u: int = 0
    base: int | None = None  # height of the lower edge of the first unit above the floor, um


@record(frozen=True, slots=True)
class Pdu:
    """A rack PDU: capacity (mW or mVA), phases, current (mA), voltage (mV, line to line), outlets by type."""

    power: int | None = None
    apparent: int | None = None
    current: int | None = None
    voltage: int | None = None
    phases: int | None = None
    outlets: Mapping[str, int] = field(default_factory=dict)


@record(frozen=True, slots=True)
class Subnet:
    """The address space of a protocol: how many, and which things take an address.

    `counts` holds of `endpoints` (ports of channel adapters, times 2^LMC), `switches`, `routers`.
    """

    limit: int | None = None
    counts: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Member:
    """Devices inside an ultra-node: a name range, its part and the arguments that the part's parameters take.

    `names` are spelled in order; `rack` is the index of the rack within the bay for each of them, `u` the
    lowest unit (None: the cabinet comes built).
    """

    key: str
    names: tuple[str, ...]
    part: str
    arguments: Mapping[str, int] = field(default_factory=dict)
    role: str | None = None
    bay: str | None = None
    rack: tuple[int, ...] = ()
    u: tuple[int, ...] | None = None


@record(frozen=True, slots=True)
class InnerFabric:
    """A fabric inside an ultra-node: counted when it is not cabled, else expanded from `data`."""

    name: str
    cabled: bool
    links: int | None
    data: Mapping[str, object]


@record(frozen=True, slots=True)
class UltraNode:
    """What an ultra-node is made of: racks per kind of bay, devices, internal fabrics."""

    bays: Mapping[str, int]
    members: tuple[Member, ...] = ()
    fabrics: tuple[InnerFabric, ...] = ()


@record(frozen=True, slots=True)
class Part:
    """One product. Base units are integers: mW, um, g, bit/s, byte; None is unknown, never zero.

    `height` counts thousandths of a rack unit (`unit`); 0 is a part that takes no units (0U).
    `where` is the place of the part's `part:` key, for findings. `parameters` are integers that the part
    leaves open (None: unknown until `assume:` or an ultra-node gives them; what depends on them is left out).
    `data` is the part as written, from which assumptions make a new one.
    """

    name: str
    kind: str
    where: Location
    vendor: str | None = None
    model: str | None = None
    title: str | None = None
    height: int | None = None
    unit: str = "U"
    full_depth: bool = True
    depth: int | None = None
    width: int | None = None
    mass: int | None = None
    airflow: str | None = None
    power: Mapping[str, int] = field(default_factory=dict)  # idle typical max nameplate -> mW
    psus: Psus | None = None
    powered: bool | None = None  # False: passive, or fed from the inside of its cabinet
    contains: tuple[Content, ...] = ()
    chip: Chip | None = None
    elements: int = 1
    radix: int | None = None
    cages: tuple[CageType, ...] = ()
    ports: tuple[PortType, ...] = ()  # the layout of a device as it comes
    medium: Medium | None = None
    rack: RackFrame | None = None
    pdu: Pdu | None = None
    subnet: Subnet | None = None
    cooling: int | None = None  # heat that a CDU or CDM removes, mW
    liquid: int | None = None  # share of heat that goes to liquid, parts per million
    sources: tuple[Provenance, ...] = ()
    lines: Mapping[str, Location] = field(default_factory=dict)  # value path ("power.max") -> place
    assumed: Mapping[str, str] = field(default_factory=dict)  # value path -> because, from `assume:`
    unsourced: tuple[str, ...] = ()  # numbers without source and grade
    gaps: tuple[str, ...] = ()  # port labels that are missing in an otherwise contiguous run
    basis: str | None = None  # what the power figures include
    parameters: Mapping[str, int | None] = field(default_factory=dict)
    ultra: UltraNode | None = None
    data: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)


@record(frozen=True, slots=True)
class Layout:
    """The ports of a part in one choice of cage modes, as columns; `lanes` etc. use -1 for unknown.

    All arrays have one entry per port, in port order; `kind` numbers ports that are equal in every fact
    that a link rule reads, so that rules work on kinds and not on ports.
    """

    part: int
    cages: tuple[CageType, ...]
    ports: tuple[PortType, ...]
    cage: NDArray[np.int32]
    half: NDArray[np.int32]
    role: NDArray[np.int32]
    kind: NDArray[np.int32]
    element: NDArray[np.int32]
