"""CAT001: a part has the ports that its radix says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster
    from cluster_spec.model.parts import Part


@rule(
    "CAT001",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    since="0.1",
    source="data sheets: the radix is the number of logical ports",
    needs=("radix", "ports"),
)
def port_count(cluster: Cluster) -> Verdict:
    """A part has more or fewer data ports than its radix, or its port labels have holes.

    Why:
        Parts are typed or imported from libraries, where two of 64 ports may be missing. Every count of
        leaves and spines rests on this number.
    Bad:
        part: {sugon-scalefabric-80x400: {radix: 64}}
    Good:
        part: {sugon-scalefabric-80x400: {radix: 80}}
    Also:
        CAT006: the changed value has no source.
    """
    decided, bad, unknown = 0, [], []
    for row, part in enumerate(cluster.parts):
        if part.gaps:
            lost = ", ".join(part.gaps[:4])
            bad.append(_bad(row, f"lacks ports {lost} in the run of its labels", None, None))
        elif part.kind == "switch" and part.radix is None:
            unknown.append(Unknown(f"radix of {part.name}", np.array([row])))
            continue
        elif part.radix is not None and data_ports(part) != part.radix:
            text = f"has {data_ports(part)} data ports, its radix is {part.radix}"
            bad.append(_bad(row, text, data_ports(part), part.radix))
        decided += part.radix is not None or bool(part.gaps)
    return Verdict("parts", decided, tuple(bad), tuple(unknown))


def data_ports(part: Part) -> int:
    """Return how many logical data ports a part has as it comes."""
    return sum(port.role == "fabric" for port in part.ports)


def _bad(row: int, text: str, measured: int | None, limit: int | None) -> Bad:
    return Bad(np.array([row]), lambda subject, _: f"{subject} {text}", measured, limit)
