"""The shapes of what only some kinds of parts have; a validator is built when it is first needed."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal, Required

from pydantic import Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from cluster_spec import compiled
from cluster_spec.catalog.schema import (
    CONFIG,
    Length,
    Mass,
    Name,
    Power,
    Range,
    Rate,
    Text,
    Whole,
    Words,
    part_file,
    quantity,
)
from cluster_spec.units import PATTERNS

Precision = Annotated[str, Field(pattern=r"^(fp64|fp32|tf32|fp16|bf16|fp8|int8|fp4)(-sparse)?$")]
Bandwidth = Annotated[str, quantity("bandwidth")]
Expression = Annotated[str, Field(min_length=1, max_length=1024)]
Symbol = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
LaneRate = Annotated[str, Field(pattern=f"^any$|{PATTERNS['rate']}")]
"""A rate per lane, or `any`."""


class ScaleUp(TypedDict, total=False):
    """Bandwidth into the scale-up fabric as the vendor prints it, and which directions the figure sums."""

    value: Required[Bandwidth]
    direction: Literal["one", "both", "unstated"]


Accelerator = TypedDict(
    "Accelerator",
    {
        "compute": dict[Precision, Annotated[str, quantity("compute")]],
        "memory": Annotated[str, quantity("memory")],
        "memory-bandwidth": Bandwidth,
        "scale-up-bandwidth": ScaleUp,
    },
    total=False,
)
Rack = TypedDict(
    "Rack",
    {
        "units": Whole,
        "unit": Literal["U", "OU"],
        "free": Range,
        "power": Power,
        "load": Mass,
        "base": Length,
        "zero-u": Whole,
    },
    total=False,
)


class Pdu(TypedDict, total=False):
    """A rack PDU: its rating, its phases and how many outlets of each type it has."""

    power: Power
    apparent: Annotated[str, quantity("apparent")]
    current: Annotated[str, quantity("current")]
    voltage: Annotated[str, quantity("voltage")]
    phases: Literal[1, 3]
    outlets: dict[Text, Whole]


Medium = TypedDict(
    "Medium",
    {
        "family": Required[
            Literal["copper", "active-copper", "aoc", "multi-mode", "single-mode", "twisted-pair"]
        ],
        "attached": Required[bool],
        "reach": dict[LaneRate, Length],
        "adapter-reach": dict[LaneRate, Length],
        "lengths": list[Length],
        "forms": Words,
        "protocols": Words,
        "module-power": dict[Rate, Power],
        "twin": bool,
    },
    total=False,
)


class Subnet(TypedDict, total=False):
    """How many addresses a protocol's subnet has and what takes one."""

    limit: Whole
    counts: list[Literal["endpoints", "switches", "routers"]]


class Cooling(TypedDict, total=False):
    """The heat that a CDU or CDM removes."""

    capacity: Power


Member = TypedDict(
    "Member",
    {
        "part": Required[Name],
        "role": Text,
        "bay": Name,
        "rack": Expression,
        "u": Expression,
        "with": dict[Symbol, Whole | Expression],
    },
    total=False,
)


class Fabric(TypedDict, total=False):
    """A fabric inside; what is not cabled is counted, the rest is what a manifest's fabric is."""

    cabled: Required[bool]
    links: Whole | Expression
    role: Text
    protocol: Name
    rate: Rate
    endpoints: dict[str, Any]
    topology: dict[str, Any]
    switches: dict[str, Any]
    wiring: dict[str, Any]
    disjoint: list[Text]
    media: dict[str, Any]
    homing: Text


for _shape in (ScaleUp, Accelerator, Rack, Pdu, Medium, Subnet, Cooling, Member, Fabric):
    with_config(CONFIG)(_shape)

SHAPES: dict[str, Any] = {
    "accelerator": Accelerator,
    "rack": Rack,
    "pdu": Pdu,
    "medium": Medium,
    "subnet": Subnet,
    "cooling": Cooling,
    "bays": dict[Name, Whole],
    "nodes": dict[Range, Member],
    "fabrics": dict[Name, Fabric],
}


@cache
def section(name: str) -> TypeAdapter[Any]:
    """Return the validator of one section."""
    return TypeAdapter(SHAPES[name])


def compile_shapes() -> str:
    """Return the text of the compiled shapes, made from the typed dictionaries."""
    return compiled.text({"part": part_file().core_schema} | {n: section(n).core_schema for n in SHAPES})
