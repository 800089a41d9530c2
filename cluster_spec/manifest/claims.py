"""`claims`: the headlines that the design must hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cluster_spec.manifest.fields import (
    Bandwidth,
    Compute,
    Entry,
    Expr,
    Key,
    LinkClass,
    Memory,
    Number,
    Percent,
    Power,
    Symbol,
    patterned,
)

Bound = Literal["at_least", "at_most", "exactly"]
Counted = dict[Bound, Expr]
Precision = Annotated[
    str, patterned("(fp64|fp32|tf32|fp16|bf16|fp8|int8|fp4)(-sparse)?", "a precision", "fp16", "fp8-sparse")
]


class Directed(Entry):
    """A bandwidth claim and the direction it counts."""

    at_least: Bandwidth | None = None
    at_most: Bandwidth | None = None
    exactly: Bandwidth | None = None
    direction: Literal["one", "both", "unstated"] | None = None


class Claims(Entry):
    """Counts, compute, memory, bandwidth, power and PUE, each with at_least, at_most or exactly."""

    accelerators: Counted | None = None
    nodes: Counted | None = None
    servers: Counted | None = None
    racks: Counted | None = None
    cables: Counted | None = None
    switches: dict[Key, dict[Symbol, Counted]] | None = None
    links: dict[Key, dict[LinkClass, Counted]] | None = None
    compute: dict[Precision, dict[Bound, Compute]] | None = None
    memory: dict[Bound, Memory] | None = None
    memory_bandwidth: Annotated[dict[Bound, Bandwidth] | None, Field(alias="memory-bandwidth")] = None
    scale_up_bandwidth: Annotated[Directed | None, Field(alias="scale-up-bandwidth")] = None
    scale_out_bandwidth: Annotated[Directed | None, Field(alias="scale-out-bandwidth")] = None
    bisection: dict[Key, Directed] | None = None
    power: dict[Literal["it", "facility"], dict[Bound, Power]] | None = None
    pue: dict[Bound, Number] | None = None
    subnet: dict[Key, Counted] | None = None
    availability: dict[Bound, Percent] | None = None
