"""The shape of a part file: typed dictionaries that pydantic checks and that give the JSON Schema.

Shape only: keys, types and patterns. What a range or a template means is the builder's business. Sections
that only some kinds have are in `sections.py` and are built when such a part occurs.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal, Required, get_args

from pydantic import ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from cluster_spec.units import PATTERNS

CONFIG = ConfigDict(extra="forbid", strict=True)


def quantity(dimension: str) -> Any:
    """Return the field constraint of a quantity in text."""
    return Field(pattern=PATTERNS[dimension], json_schema_extra={"dimension": dimension})


Text = Annotated[str, Field(min_length=1, max_length=4096)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]*$")]
Range = Annotated[str, Field(min_length=1, max_length=1024)]
Words = list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]]
Height = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)? ?O?U$")]
Power = Annotated[str, quantity("power")]
Length = Annotated[str, quantity("length")]
Mass = Annotated[str, quantity("mass")]
Rate = Annotated[str, quantity("rate")]
Percent = Annotated[str, quantity("percent")]
Whole = Annotated[int, Field(ge=0)]
Face = Literal["front", "rear"]
Role = Literal["fabric", "compute", "storage", "frontend", "oob", "console", "scale-up"]
Grade = Literal["official", "paper", "press", "secondary", "broker", "derived", "illustrative"]
Kind = Literal[
    "accelerator",
    "nic",
    "node",
    "switch",
    "appliance",
    "rack",
    "ultra-node",
    "pdu",
    "cdm",
    "cdu",
    "medium",
    "protocol",
]
Airflow = Literal[
    "front-to-rear",
    "rear-to-front",
    "left-to-right",
    "right-to-left",
    "side-to-rear",
    "rear-to-side",
    "bottom-to-top",
    "top-to-bottom",
    "passive",
    "mixed",
    "liquid",
]

AIRFLOWS: tuple[str, ...] = get_args(Airflow)

Size = TypedDict(
    "Size",
    {"height": Height, "depth": Length, "width": Length, "mass": Mass, "half-depth": bool},
    total=False,
)


class Psus(TypedDict, total=False):
    """The supplies of a device; `full` carry its full load, `min` keep it running."""

    count: Whole
    rating: Power
    full: Whole
    min: Whole
    inlet: Text
    voltage: Annotated[str, quantity("voltage")]


class Draw(TypedDict, total=False):
    """What a device draws; `basis` says what the figures include."""

    idle: Power
    typical: Power
    max: Power
    nameplate: Power
    basis: Text
    psus: Psus


class Mode(TypedDict, total=False):
    """One way to run a cage; `label` spells its ports (`{cage}`, `{half}`, `{label}`, `{number}`)."""

    label: Text


Cage = TypedDict(
    "Cage",
    {
        "form": Text,
        "face": Face,
        "modes": dict[Annotated[str, Field(pattern=r"^[1-9][0-9]*x[1-9][0-9]*$")], Mode],
        "default": Annotated[str, Field(pattern=r"^[1-9][0-9]*x[1-9][0-9]*$")],
        "power": Power,
        "role": Role,
        "protocols": Words,
        "os-name": Text,
        "element": Whole,
    },
    total=False,
)
Port = TypedDict(
    "Port",
    {
        "role": Role,
        "cage": Range,
        "form": Text,
        "face": Face,
        "rate": Rate,
        "modulation": Literal["NRZ", "PAM4"],
        "lanes": Whole,
        "protocols": Words,
        "nic": Range,
        "accelerator": Range,
        "number": Range,
        "os-name": Range,
        "element": Whole,
    },
    total=False,
)


class Source(TypedDict, total=False):
    """Where values come from; `covers` names them by path, a section covers what is below it."""

    title: Required[Text]
    grade: Required[Grade]
    covers: Required[list[Text]]
    url: Annotated[str, Field(pattern=r"^https?://\S+$")]
    retrieved: Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]
    note: Text


class Parameter(TypedDict, total=False):
    """An integer that the part leaves open; without `value` it is unknown until somebody states it."""

    help: Text
    value: Whole


PartFile = TypedDict(  # noqa: UP013 - beside its siblings that have hyphens in their keys
    "PartFile",
    {
        "part": Required[Name],
        "kind": Required[Kind],
        "vendor": Text,
        "model": Text,
        "title": Text,
        "note": Text,
        "size": Size,
        "airflow": Airflow,
        "power": Draw,
        "powered": bool,
        "liquid": Percent,
        "parameters": dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Parameter],
        "contains": dict[Range, Name],
        "cages": dict[Range, Cage],
        "ports": dict[Range, Port],
        "elements": Annotated[int, Field(ge=1)],
        "radix": Annotated[int, Field(ge=1)],
        "sources": dict[Name, Source],
        # Sections of one kind each, checked by `sections.py`.
        "accelerator": dict[str, Any],
        "rack": dict[str, Any],
        "pdu": dict[str, Any],
        "medium": dict[str, Any],
        "subnet": dict[str, Any],
        "cooling": dict[str, Any],
        "bays": dict[str, Any],
        "nodes": dict[str, Any],
        "fabrics": dict[str, Any],
    },
    total=False,
)

for _shape in (Size, Psus, Draw, Mode, Cage, Port, Source, Parameter, PartFile):
    with_config(CONFIG)(_shape)


@cache
def part_file() -> TypeAdapter[Any]:
    """Return the validator of what all part files have in common."""
    return TypeAdapter(PartFile)
