"""`policy`, `waivers`, `exceptions`, `assets`: what a site demands, accepts, changes and received."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from cluster_spec.manifest.fields import (
    Condition,
    Date,
    Entry,
    Key,
    Name,
    RuleCode,
    State,
    Template,
    Text,
    patterned,
)

MacAddress = Annotated[
    str, patterned("([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}", "a MAC address", "02:00:5e:00:00:01")
]
Guid = Annotated[
    str, patterned("(0x)?[0-9A-Fa-f]{4}(:?[0-9A-Fa-f]{4}){3}", "a GUID of 64 bits", "0x0002c90300000001")
]
Family = Annotated[str, patterned("[A-Z]{3}([0-9]{3})?", "the code of a rule or a family", "PWR015", "PWR")]


class Policy(Entry):
    """What this site demands beyond the defaults."""

    must_decide: list[Family] | None = None
    thresholds: dict[RuleCode, int | float | Text] | None = None


class Waiver(Entry):
    """A finding that the owner accepts: for which things, why, by whom, until when."""

    code: RuleCode
    of: Text | dict[str, Any]
    because: Text
    by: Text
    until: Date


class Change(Entry):
    """An exception to what was generated: exactly one of set, move, omit, add."""

    of: Text | dict[str, Any] | None = None
    set: dict[str, Any] | None = None
    move: dict[Literal["a", "z"], Template] | None = None
    omit: Literal[True] | None = None
    add: dict[str, Any] | None = None
    because: Text
    when: Condition | None = None


class Asset(Entry):
    """What arrived: bound late to a device by name."""

    serial: Text | None = None
    asset_tag: Text | None = None
    manufacturer: Text | None = None
    mac: MacAddress | None = None
    macs: dict[str, MacAddress] | None = None
    guid: Guid | None = None
    bmc: dict[str, Any] | None = None
    state: State | None = None
    notes: Text | None = None


Assets = dict[Key, Asset]
Exceptions = dict[Name, Change]
Waivers = dict[Name, Waiver]
