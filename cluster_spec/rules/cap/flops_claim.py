"""CAP001: claims of compute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.analysis.figures import accelerators, compute
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Verdict, rule
from cluster_spec.rules.claimed import Measure, compare
from cluster_spec.units import spell

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Claim, Cluster

TOLERANCE = 0.01


@rule(
    "CAP001",
    severity=Severity.ERROR,
    basis=Basis.POLICY,
    since="0.1",
    source="number of accelerators x peak of the part at that precision",
    needs=("claims.compute", "accelerator.compute"),
    sections=("claims", "nodes", "ultra_nodes"),
)
def flops_claim(cluster: Cluster) -> Verdict:
    """The accelerators do not add up to the compute that is claimed; `exactly` is meant within 1 %.

    Why:
        Headlines are copied from slides. The parts have a peak for each precision, and the product is what it is.

    Bad:
        claims: {compute: {fp16: {at_least: 8 PFLOPS}}}

    Good:
        claims: {compute: {fp16: {at_least: 7.8 PFLOPS}}}
    """

    def measure(claim: Claim) -> Measure:
        return Measure(compute(cluster, claim.subject[1]), arithmetic(cluster, claim.subject[1]))

    return compare(cluster, lambda claim: claim.subject[0] == "compute", measure, TOLERANCE)


def arithmetic(cluster: Cluster, precision: str) -> str:
    """Return `10,240 x 492 TFLOPS (scalex-card)`, one product for each part."""
    found = []
    for name, part, count in accelerators(cluster).chips:
        peak = part.chip.flops.get(precision) if part is not None and part.chip is not None else None
        if peak is not None:
            found.append(f"{count:,} x {spell(peak, 'compute')} ({name})")
    return " + ".join(found)
