"""CAP007: claims of counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.analysis import figures
from cluster_spec.analysis.figures import Figure
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Verdict, rule
from cluster_spec.rules.claimed import Measure, compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.model.cluster import Claim, Cluster

WHOLE: dict[str, Callable[[Cluster], Figure]] = {
    "accelerators": lambda c: figures.accelerators(c).total,
    "nodes": figures.nodes,
    "servers": figures.servers,
    "racks": lambda c: Figure(len(c.racks)),
    "cables": lambda c: Figure(figures.cables(c)),
}
FABRIC = ("switches", "links", "subnet")


@rule(
    "CAP007",
    severity=Severity.ERROR,
    basis=Basis.POLICY,
    since="0.1",
    source="counted on the expanded cluster",
    needs=("claims", "contains", "subnet.limit", "subnet.counts"),
    sections=("claims", "racks", "nodes", "ultra_nodes", "fabrics!"),
)
def count_claim(cluster: Cluster) -> Verdict:
    """There are more or fewer accelerators, nodes, racks, switches, links or cables than is claimed.

    Why:
        Counts are what is bought. A wrong one in the headline is a wrong one in the order. A claim on `subnet` is
        about addresses: `at_most` of those in use, the others of how many the protocol has.

    Bad:
        claims: {accelerators: {exactly: 15}}

    Good:
        claims: {accelerators: {exactly: 16}}
    """
    fabrics = {fabric.name: i for i, fabric in enumerate(cluster.fabrics)}

    def measure(claim: Claim) -> Measure | None:
        if claim.subject[0] in WHOLE:
            return Measure(WHOLE[claim.subject[0]](cluster))
        fabric = fabrics.get(claim.subject[1])
        return None if fabric is None else _in_fabric(cluster, fabric, claim)

    return compare(cluster, lambda c: c.subject[0] in WHOLE or c.subject[0] in FABRIC, measure)


def _in_fabric(cluster: Cluster, fabric: int, claim: Claim) -> Measure | None:
    own = cluster.fabrics[fabric]
    if claim.subject[0] == "switches":
        tiers = [i for i, tier in enumerate(own.tiers) if tier.name == claim.subject[2]]
        if not tiers:
            return None
        return Measure(Figure(figures.tier_switches(cluster, fabric, tiers[0])), own.tiers[tiers[0]].why)
    if claim.subject[0] == "links":
        counts = figures.class_counts(cluster)
        mine = [i for i, c in enumerate(cluster.classes) if c.fabric == fabric and c.name == claim.subject[2]]
        return Measure(Figure(sum(int(counts[i]) for i in mine)))
    return _subnet(cluster, fabric, claim)


def _subnet(cluster: Cluster, fabric: int, claim: Claim) -> Measure:
    """Return the addresses in use where they are bounded from above, else those that the protocol has."""
    own = cluster.fabrics[fabric]
    if claim.relation != "at_most":
        missing = () if own.subnet_limit is not None else (f"subnet.limit of {own.protocol}",)
        return Measure(Figure(own.subnet_limit, missing), note=f" (addresses of {own.protocol})")
    if not own.subnet_counts:
        return Measure(Figure(None, (f"subnet.counts of {own.protocol}",)))
    used = figures.addresses(cluster, fabric)
    if used > claim.wanted and own.disjoint:
        return Measure(Figure(None, (f"addresses in each of the networks of {own.name}",)))
    return Measure(Figure(used), note=" (addresses in use)")
