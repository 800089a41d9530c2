"""`fabrics`, `cabling`: endpoints, topology, wiring, links, media."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from cluster_spec.manifest.fields import (
    Address,
    Condition,
    Entry,
    Expr,
    Gap,
    Key,
    Length,
    LinkClass,
    Many,
    Name,
    Prefix,
    Rate,
    Ratio,
    Role,
    State,
    Symbol,
    Template,
    Text,
)
from cluster_spec.manifest.site import Device, Place  # noqa: TC001 - pydantic reads the annotations


class Home(Entry):
    """Several ports of one endpoint on the switches of a set."""

    spread: Literal["port"]


class Endpoints(Entry):
    """A named set of ports: of ultra-nodes, nodes or every device with a port of the role."""

    ultra_nodes: Many | None = None
    nodes: Many | None = None
    accelerators: Many | None = None
    every: dict[Literal["role"], Role] | None = None
    ports: Many | None = None
    order: int | None = None
    coordinates: dict[Symbol, Expr] | None = None
    home: Home | None = None
    when: Condition | None = None


class Tier(Entry):
    """A tier of switches: what it is over, how it is grouped, and how its ports are shared out."""

    over: Symbol | None = None
    part: Name | None = None
    per: list[Symbol] | None = None
    down: Expr | None = None
    up: Expr | None = None
    reserved: Expr | None = None
    count: Expr | None = None
    zones: dict[Literal["down", "up", "reserved"], Template] | None = None
    to: Expr | None = None
    attach: Literal["each"] | None = None
    pairs: Expr | None = None
    spread: Literal["even", "balanced"] | None = None
    stage: Expr | None = None
    twin: Literal["split", "same-peer"] | None = None
    rate: Rate | None = None
    name: Template | None = None
    role: Role | None = None
    place: Place | None = None
    state: State | None = None
    phase: Name | None = None
    when: Condition | None = None
    cases: dict[Name, Tier] | None = None
    none: dict[Gap, Text] | None = None


class Topology(Entry):
    """The kind of a fabric's graph and its tiers."""

    kind: Literal["clos", "star", "tree"]
    tiers: dict[Symbol, Tier] | None = None
    access: Tier | None = None
    aggregation: Tier | None = None


class Wiring(Entry):
    """An arithmetic pattern: for every value of the ranges, one link from `a` to `z` (`DEVICE PORT`)."""

    for_: Annotated[dict[Symbol, Many], Field(alias="for")]
    a: Template
    z: Template
    when: Condition | None = None
    medium: Name | None = None
    length: Length | None = None
    phase: Name | None = None


class Uplink(Entry):
    """Links of the top tier to another fabric or to an external end."""

    to: Name
    ports: Expr
    rate: Rate | None = None


class Fabric(Entry):
    """One network: role, protocol, endpoints, and switches by topology, wiring pattern or link list."""

    role: Role
    protocol: Role
    rate: Rate | None = None
    rates: dict[LinkClass, Rate] | None = None
    cabled: bool = True
    endpoints: dict[Name, Endpoints] | None = None
    coordinates: dict[Symbol, Expr] | None = None
    topology: Topology | None = None
    switches: dict[Key, Device] | None = None
    wiring: dict[Name, Wiring] | None = None
    links: Text | dict[Name, Text] | None = None
    homing: Literal["single", "dual"] | None = None
    media: dict[LinkClass, list[Name]] | None = None
    twin: Literal["split", "same-peer"] | None = None
    uplink: Uplink | None = None
    disjoint: list[Symbol] | None = None
    lmc: Annotated[int, Field(ge=0, le=7)] | None = None
    oversubscription: Ratio | None = None
    when: Condition | None = None


class Slack(Entry):
    """What a technician leaves at each end."""

    in_rack: Length | None = None
    between_racks: Length | None = None


class Cabling(Entry):
    """How lengths are ordered and labels are written."""

    slack: Slack | None = None
    in_rack: Length | None = None
    side_transfer: Length | None = None
    lengths: dict[Name, list[Length]] | None = None
    label: Template | None = None
    measured: dict[str, Length] | None = None


class Pool(Entry):
    """A part of a prefix: whose addresses, from where, by which index."""

    of: dict[str, Any]
    start: Address
    index: Expr | None = None


class Network(Entry):
    """An address space: the fabric it runs on, its prefix, VLAN, pools."""

    fabric: Name | None = None
    prefix: Prefix
    vlan: Annotated[int, Field(ge=1, le=4094)] | None = None
    vrf: Text | None = None
    mtu: Annotated[int, Field(ge=68, le=65535)] | None = None
    gateway: Address | None = None
    asn: Annotated[int, Field(ge=1, le=4294967295)] | dict[str, Any] | None = None
    pools: dict[Name, Pool] | None = None
    nested_in: Name | None = None
    reserved: Expr | None = None
    growth: Text | None = None
    when: Condition | None = None


Fabrics = dict[Key, Fabric]
Networks = dict[Key, Network]
