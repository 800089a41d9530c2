"""`site`, `racks`, `ultra_nodes`, `nodes`: where things stand and what they are."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cluster_spec.manifest.fields import (
    AreaLoad,
    Condition,
    Entry,
    Expr,
    Gap,
    Key,
    Length,
    Many,
    Name,
    One,
    Power,
    Role,
    Source,
    State,
    Text,
    TraySize,
    Where,
)

Facing = Literal["north", "south", "east", "west"]
Point = Annotated[list[Where], Field(min_length=2, max_length=2, description="a list of x and y")]
HalfUnit = Annotated[float, Field(ge=0, le=200, description="a rack unit")]
Unit = Annotated[int, Field(ge=0, le=200, description="a rack unit")]


class Hall(Entry):
    """A hall: limits of power, of heat that its air removes, and of the floor."""

    power: Power | None = None
    air: Power | None = None
    liquid: Power | None = None
    floor: AreaLoad | None = None
    title: Text | None = None


class Row(Entry):
    """A row of racks: its hall, where slot 1 begins, slot pitch, and where the fronts look."""

    hall: One
    origin: Point
    pitch: Length
    facing: One | None = None
    along: Literal["x", "y"] = "x"
    power: Power | None = None
    air: Power | None = None


class Tray(Entry):
    """A cable tray: along rows, or crossing between rows `at` a distance along them."""

    rows: Many | None = None
    between: Many | None = None
    at: Where | None = None
    size: TraySize | None = None
    height: Length | None = None
    level: Expr | None = None


class Position(Entry):
    """A place on the floor of something that is no rack: a plant unit, a CDU."""

    hall: One
    at: Point


class Site(Entry):
    """The building: halls, rows, trays."""

    halls: dict[Key, Hall]
    rows: dict[Key, Row] | None = None
    trays: dict[Key, Tray] | None = None
    positions: dict[Key, Position] | None = None


class Rack(Entry):
    """A rack: its part, its row and slot, and which units are free for devices."""

    part: One
    row: Source | None = None
    slot: Annotated[int, Field(ge=-(2**53), le=2**53)] | One | None = None
    free: Many | None = None
    facing: Facing | None = None
    power: Power | None = None
    air: Power | None = None
    state: State | None = None
    phase: One | None = None
    when: Condition | None = None
    none: dict[Gap, Text] | None = None


class Place(Entry):
    """A closed-form placement: `per_rack` in each of `racks`, at `u` or the next free units that fit."""

    racks: Many | None = None
    per_rack: Expr | None = None
    u: Unit | Many | None = None
    max_power: Power | None = None
    face: Literal["front", "rear"] | None = None
    reserve: Expr | None = None
    order: Literal["bottom", "top"] | None = None


class Device(Entry):
    """A node, an explicit switch, a PDU or a CDU: part, role, place, state, phase."""

    part: One
    role: Role | None = None
    rack: Source | None = None
    u: Unit | HalfUnit | One | None = None
    face: Literal["front", "rear"] | None = None
    place: Place | None = None
    state: State | None = None
    phase: One | None = None
    when: Condition | None = None
    none: dict[Gap, Text] | None = None


class UltraNode(Entry):
    """A scale-up domain that its part describes; the manifest says in which racks it stands."""

    part: One
    rack: Source | None = None
    bays: dict[Name, Many] | None = None
    state: State | None = None
    phase: One | None = None
    when: Condition | None = None
    none: dict[Gap, Text] | None = None


Racks = dict[Key, Rack]
UltraNodes = dict[Key, UltraNode]
Nodes = dict[Key, Device]
