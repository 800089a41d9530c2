"""`power` and `cooling`: trains, feeds, loops and sinks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cluster_spec.manifest.fields import (
    Apparent,
    Condition,
    Current,
    Entry,
    Expr,
    HeatShare,
    Key,
    Label,
    Length,
    Many,
    Name,
    One,
    Percent,
    Power,
    Role,
    Source,
    Text,
    Voltage,
)

PowerKind = Literal[
    "utility",
    "generator",
    "transformer",
    "ups",
    "rectifier",
    "switchboard",
    "panel",
    "busway",
    "tap",
    "sts",
    "pdu",
    "shelf",
    "busbar",
]


class PowerNode(Entry):
    """An element of the power train; `from` names what feeds it."""

    kind: PowerKind
    from_: Annotated[Source | dict[Label, Source] | None, Field(alias="from")] = None
    part: One | None = None
    capacity: Power | Apparent | None = None
    voltage: Voltage | None = None
    current: Current | None = None
    phases: Annotated[int, Field(ge=1, le=3)] | None = None
    breaker: Current | None = None
    efficiency: Percent | dict[Percent, Percent] | None = None
    transfer: Text | None = None
    share: Literal["parallel", "single"] | None = None
    needed: Expr | None = None
    managed: Text | None = None
    side: Name | None = None
    when: Condition | None = None


class RackPdu(Entry):
    """The PDUs of one side in each rack: part, what feeds them, how many."""

    part: One
    from_: Annotated[Source | None, Field(alias="from")] = None
    count: Expr | None = None


class Cords(Entry):
    """How PSUs are shared out over PDUs and phases."""

    psus: Literal["alternate", "block", "single"] | None = None
    phases: Literal["rotate", "fixed"] | None = None
    length: Length | None = None


class RackPower(Entry):
    """What feeds racks: feeds by side, or PDUs by side and the cords to the PSUs."""

    feeds: dict[Label, Source] | None = None
    pdus: dict[Label, RackPdu] | None = None
    cords: Cords | None = None
    none: Text | None = None


class PowerSection(Entry):
    """The power train and how racks hang on it."""

    tree: dict[Key, PowerNode] | None = None
    racks: dict[Key, RackPower] | None = None


class Sink(Entry):
    """Where heat leaves: capacity, electrical power, feeds."""

    kind: Role
    capacity: Power | None = None
    power: Power | HeatShare | None = None
    feeds: dict[Label, Source] | None = None
    when: Condition | None = None


class Loop(Entry):
    """What takes heat from racks: a CDU, a CDM, or the air of the hall."""

    part: One | None = None
    kind: Role
    sinks: Many | None = None
    units: Expr | None = None
    each: Power | None = None
    needed: Expr | None = None
    capacity: Power | None = None
    power: Power | HeatShare | None = None
    feeds: dict[Label, Source] | None = None
    redundancy: Literal["N", "N+1", "N+2", "2N"] | None = None
    rack: One | None = None
    when: Condition | None = None


class RackCooling(Entry):
    """Which loop takes the heat of racks; `air` takes what a liquid loop leaves."""

    loop: Source | None = None
    air: Source | None = None
    none: Text | None = None


class CoolingSection(Entry):
    """Sinks, loops, and the racks on them."""

    sinks: dict[Key, Sink] | None = None
    loops: dict[Key, Loop] | None = None
    racks: dict[Key, RackCooling] | None = None
