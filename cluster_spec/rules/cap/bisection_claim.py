"""CAP004: claims of bisection bandwidth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.analysis.fabrics import bisection, is_bound
from cluster_spec.analysis.figures import Figure
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Verdict, rule
from cluster_spec.rules.claimed import Measure, compare, holds
from cluster_spec.units import spell

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Claim, Cluster


@rule(
    "CAP004",
    severity=Severity.ERROR,
    basis=Basis.POLICY,
    since="0.1",
    source="bandwidth of the least cut between two halves of the endpoints, one direction",
    needs=("claims.bisection", "fabrics.rate"),
    sections=("claims", "fabrics"),
)
def bisection_claim(cluster: Cluster) -> Verdict:
    """The bisection bandwidth that is claimed is more than the links between two halves give.

    Why:
        Number of cards times their rate is what they inject. At most half of it crosses the middle, and less where
        the fabric is oversubscribed.

    Bad:
        claims: {bisection: {compute: {at_least: 6.4 Tb/s}}}

    Good:
        claims: {bisection: {compute: {at_least: 3.2 Tb/s}}}
    """
    index = {fabric.name: i for i, fabric in enumerate(cluster.fabrics)}

    def measure(claim: Claim) -> Measure | None:
        fabric = index.get(claim.subject[1])
        if fabric is None:
            return None
        figure = bisection(cluster, fabric)
        rate, ends = cluster.fabrics[fabric].rate, int(cluster.fabrics[fabric].endpoints.device.size)
        note = ""
        if rate is not None and figure.value is not None and claim.wanted > figure.value:
            note = f" ({ends:,} endpoints inject {spell(rate * ends, 'bandwidth')}, that is no bisection)"
        within = figure.value is not None and holds(claim, figure.value)
        if within and claim.relation != "at_most" and is_bound(cluster, fabric):
            figure = Figure(None, (f"least cut of {claim.subject[1]} (its narrowest tier allows the claim)",))
        return Measure(figure, note=note)

    return compare(cluster, lambda claim: claim.subject[0] == "bisection", measure)
