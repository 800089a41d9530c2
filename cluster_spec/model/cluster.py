"""A cluster as rules, renderers and reports see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from cluster_spec.model.namespace import NameTable
from cluster_spec.records import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.diagnostics import Location
    from cluster_spec.model.namespace import NameGroup
    from cluster_spec.model.origins import Origins
    from cluster_spec.model.parts import Layout, Part
    from cluster_spec.model.tables import Cables, Devices, Endpoints, Links, Racks, UltraNodes


@record(frozen=True, slots=True)
class Hall:
    """A hall: limits of power, air heat, liquid heat (mW) and floor load (g/m2); None is not declared."""

    name: str
    power: int | None
    air: int | None
    liquid: int | None
    floor: int | None
    origin: int


@record(frozen=True, slots=True)
class Row:
    """A row of racks: hall index, origin (um), pitch (um), direction of growth, limits (mW)."""

    name: str
    hall: int
    x: int
    y: int
    pitch: int
    along: str
    facing: str | None
    power: int | None
    air: int | None
    origin: int


@record(frozen=True, slots=True)
class Tier:
    """A tier of a fabric: which devices, under what, and why it has that many.

    `switches` are device rows `first` to `first + count - 1` for tiers that the tool derived; explicit switches
    carry their tier in `devices.tier`. `down_ports` and `up_ports` are what one switch offers in each direction.
    """

    name: str
    part: int
    over: str | None
    down_ports: int | None
    up_ports: int | None
    reserved: int
    spread: str
    why: str
    origin: int
    budget: int | None = None  # data ports that the part has
    per: tuple[str, ...] = ()  # the coordinates by which the tier is grouped


@record(frozen=True, slots=True)
class LinkClass:
    """All links between two tiers of a fabric: `node-leaf`, with their rate (bit/s, None unknown) and media."""

    fabric: int
    name: str
    lower: int  # tier index, -1 for endpoints
    upper: int
    rate: int | None
    media: tuple[int, ...]  # indices into Cluster.media, in order of preference
    origin: int


@record(frozen=True, slots=True)
class Uplink:
    """Links from the top of a fabric to another fabric or an external end, `count` in all."""

    to: str
    external: bool
    count: int
    origin: int


@record(frozen=True, slots=True)
class Fabric:
    """A network: protocol, rate, tiers bottom first, endpoints, and what is declared about it."""

    name: str
    role: str
    protocol: str
    rate: int | None
    cabled: bool
    tiers: tuple[Tier, ...]
    endpoints: Endpoints
    disjoint: tuple[str, ...]
    homing: str | None
    lmc: int
    oversubscription: float | None
    uplink: Uplink | None
    subnet_limit: int | None
    subnet_counts: tuple[str, ...]
    origin: int
    kind: str | None = None


@record(frozen=True, slots=True)
class Internal:
    """A fabric inside an ultra-node part: counted, not expanded; `links` per ultra-node."""

    part: int
    name: str
    links: int | None
    bandwidth: int | None
    ultra_nodes: int


@record(frozen=True, slots=True)
class PowerNode:
    """An element of the power train: capacity mW (or apparent mVA), its sources by index, efficiency in ppm.

    `efficiency` is the declared point nearest to full load, at the load `efficiency_at` (ppm; None: one figure for
    all loads). With several sources each must carry the whole (transfer), unless they run in parallel: then
    `parallel` of them carry it. `per_rack` marks the PDUs of one side of an entry of racks: the capacity is that of
    one rack, `RackFeeds.group` says which racks. `external` ones belong to others.
    """

    name: str
    kind: str
    capacity: int | None
    apparent: int | None
    sources: tuple[int, ...]
    efficiency: int | None
    managed: str | None
    origin: int
    external: bool = False
    efficiency_at: int | None = None
    parallel: int = 0
    per_rack: bool = False


@record(frozen=True, slots=True, eq=False)
class RackFeeds:
    """Who feeds a rack: per rack row the power nodes of each side, and its PDUs as device rows."""

    sides: tuple[str, ...]
    node: np.ndarray  # racks x sides -> power node index, -1 none
    pdu: np.ndarray  # racks x sides -> first device row of the PDUs, -1 none; they follow each other
    pdu_count: np.ndarray  # racks x sides
    group: np.ndarray  # racks x sides -> power node that stands for the rack's PDUs, -1 none
    declared: np.ndarray  # bool per rack: feeds or PDUs are declared
    absent: np.ndarray  # bool per rack: not fed on purpose (`none: why`)
    single: np.ndarray  # bool per rack: all cords go to the first side
    origin: np.ndarray  # per rack, -1 undeclared


@record(frozen=True, slots=True)
class Sink:
    """Where heat leaves: capacity (mW), electrical power (mW) or its share of the heat (ppm), feeding nodes."""

    name: str
    kind: str
    capacity: int | None
    power: int | None
    share: int | None
    feeds: tuple[int, ...]
    origin: int
    external: bool = False


@record(frozen=True, slots=True)
class Loop:
    """What takes heat: capacity of one unit and of all (mW), units, how many are needed, redundancy declared.

    `power` (mW) or `share` (ppm of the heat) is what it draws from the power nodes `feeds`; `sinks` index
    `Cooling.sinks`. `device` is its device row where it has a part, else -1.
    """

    name: str
    kind: str
    part: int
    each: int | None
    capacity: int | None
    units: int
    needed: int | None
    redundancy: str | None
    liquid: bool
    sinks: tuple[int, ...]
    power: int | None
    share: int | None
    feeds: tuple[int, ...]
    device: int
    origin: int


@record(frozen=True, slots=True, eq=False)
class Cooling:
    """Loops, sinks, and the loop of each rack for liquid and for air (-1 none).

    A rack with `loop` alone gives it all heat; with `air` as well, `loop` takes what goes to liquid.
    """

    loops: tuple[Loop, ...]
    sinks: tuple[Sink, ...]
    loop: np.ndarray
    air: np.ndarray
    origin: np.ndarray  # per rack, -1 undeclared
    declared: np.ndarray
    absent: np.ndarray  # bool per rack: not cooled on purpose


@record(frozen=True, slots=True, eq=False)
class Network:
    """An address space: prefix as integers, and the addresses given out: devices, ports and integers by row.

    `ports` are numbers in the device's layout. `pool` indexes `pools`, -1 is what follows the pools.
    """

    name: str
    fabric: int
    prefix: str
    version: int
    first: int
    bits: int
    vlan: int | None
    vrf: str
    gateway: int | None
    nested_in: str | None
    devices: np.ndarray
    ports: np.ndarray
    addresses: np.ndarray  # object dtype for IPv6, int64 for IPv4
    pool: np.ndarray
    pools: tuple[str, ...]
    origin: int
    pool_origins: tuple[int, ...] = ()


@record(frozen=True, slots=True)
class Claim:
    """One headline: what it is of (`("switches", "compute", "leaf")`), relation, wanted value, and its place.

    `unit` is `count`, `ratio`, or a dimension of `units`, in whose base unit `wanted` is. `direction` is what a
    claim of bandwidth says (one, both, unstated; None: nothing).
    """

    subject: tuple[str, ...]
    relation: str
    wanted: int | float
    unit: str
    origin: int
    direction: str | None = None


@record(frozen=True, slots=True)
class Waiver:
    """An accepted finding: code, the selector as written, reason, owner, end date, place."""

    name: str
    code: str
    of: object
    because: str
    by: str
    until: str
    origin: int


@record(frozen=True, slots=True)
class Assumed:
    """A value from `assume:` that the calculation used."""

    part: str
    value: str
    because: str


@record(frozen=True, slots=True)
class Cabling:
    """How lengths are ordered (um) and labels are written."""

    slack_in_rack: int
    slack_between: int
    in_rack: int | None
    side_transfer: int
    label: str | None
    origin: int


@record(frozen=True, slots=True)
class Policy:
    """Thresholds by rule code, and the rules or families that must be decided."""

    thresholds: Mapping[str, int | float | str] = field(default_factory=dict)
    must_decide: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Extent:
    """How many elements of a family of a section there are now, and at its final extent."""

    section: str
    label: str
    names: NameGroup  # of what is there now
    now: int
    final: int

    def folded(self) -> str:
        """Return the names of what is there now: `un[01-16]`."""
        rows = np.arange(self.names.first, self.names.first + self.now)
        return NameTable((self.names,)).fold(rows) if self.now else self.label


@record(frozen=True, slots=True)
class Failed:
    """A section that could not be resolved: rules that need it are unknown because of this."""

    section: str
    code: str
    location: Location


class Geometry(Protocol):
    """Where devices sit and how cables run between them."""

    def explain(self, a: int, z: int) -> str:
        """Return the arithmetic of the length that two device rows need."""


@record(frozen=True, slots=True, eq=False)
class Cluster:
    """Everything that exists. Row numbers are private to one resolved cluster and never leave it."""

    name: str
    title: str | None
    digest: str
    parameters: Mapping[str, int | str | bool]
    assumptions: Mapping[str, str]
    parts: tuple[Part, ...]
    layouts: tuple[Layout, ...]
    media: tuple[int, ...]  # part index of each medium
    halls: tuple[Hall, ...]
    rows: tuple[Row, ...]
    racks: Racks
    ultra_nodes: UltraNodes
    devices: Devices
    fabrics: tuple[Fabric, ...]
    classes: tuple[LinkClass, ...]
    links: Links
    cables: Cables
    internals: tuple[Internal, ...]
    power: tuple[PowerNode, ...]
    feeds: RackFeeds | None
    cooling: Cooling | None
    networks: tuple[Network, ...]
    claims: tuple[Claim, ...]
    waivers: tuple[Waiver, ...]
    policy: Policy
    cabling: Cabling
    origins: Origins
    phases: tuple[str, ...]
    externals: Mapping[str, str]
    assumed: tuple[Assumed, ...]
    failed: tuple[Failed, ...]
    groups: Mapping[str, tuple[str, np.ndarray]]
    none_of: np.ndarray  # per device: index into none_sets, -1 nothing
    none_sets: tuple[Mapping[str, str], ...]
    assets: tuple[Asset, ...]
    has_site: bool
    trays: bool
    geometry: Geometry | None = None
    growth: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    extents: tuple[Extent, ...] = ()

    def failure(self, *sections: str) -> Failed | None:
        """Return the failed section among those named (or below them) that a rule would have needed."""
        for failed in self.failed:
            if any(failed.section == s or failed.section.startswith(s + ".") for s in sections):
                return failed
        return None


@record(frozen=True, slots=True)
class Asset:
    """What arrived for a device."""

    device: int
    name: str
    manufacturer: str | None
    serial: str | None
    asset_tag: str | None
    origin: int
