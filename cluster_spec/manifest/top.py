"""The head of a manifest and small sections: parameters, assumptions, assume, phases, groups, external."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from cluster_spec.manifest.fields import (
    Assign,
    Entry,
    Expr,
    Formula,
    Key,
    Length,
    Many,
    Name,
    Symbol,
    Text,
    patterned,
)

Scalar = Annotated[str, Field(min_length=1, max_length=65536)] | bool | int | float
Extent = (
    Annotated[int, Field(ge=1, le=10_000_000)]
    | Formula
    | Annotated[str, patterned(r"(\[[^\x00-\x1f\x7f\[\]]+\])+", "a range", "[101-132]")]
)


class Head(Entry):
    """What every manifest says: the version of the language and the name of the cluster."""

    clusterspec: Annotated[int, Field(ge=1, le=1, description="the version of the language, 1")]
    name: Name
    title: Text | None = None
    notes: Text | list[Text] | None = None
    include: Text | list[Text] | None = None


class Parameter(Entry):
    """A value that `--set NAME=VALUE` may change, within its bounds."""

    type: Literal["integer", "boolean", "string"] = "integer"
    default: bool | int | str
    min: Expr | None = None
    max: Expr | None = None
    choices: list[int | str] | None = None
    help: Text | None = None


class Assumptions(Entry):
    """What the arithmetic may take for granted about the site."""

    electrical: Literal["iec", "nec"] | None = None
    power_basis: Literal["idle", "typical", "max", "nameplate"] | None = None
    altitude: Length | None = None
    region: Text | None = None


class Assumed(Entry):
    """Facts of a part that are not public, each `path: value`, and why these values are taken."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Scalar]
    because: Text


class Phase(Entry):
    """A step of the build; it comes after the phases it names."""

    after: Many | None = None
    title: Text | None = None


class Group(Entry):
    """A named set of devices, ultra-nodes or racks; usable as a coordinate, blast domain or claim scope."""

    members: Many
    assign: Assign | None = None


class External(Entry):
    """An end that others own: a legal cable end, feed or sink, outside management and bill of materials."""

    kind: Literal["network", "utility", "water", "facility", "storage", "other"]
    by: Text | None = None
    title: Text | None = None


Parameters = dict[Symbol, Parameter]
Assume = dict[Name, Assumed]
Phases = dict[Name, Phase]
Groups = dict[Key, Group]
Externals = dict[Key, External]
GrowTo = dict[Key, Extent]
