"""CAP008: claims of bandwidth, power, PUE, availability."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.analysis.figures import NOT_YET, Figure, it_power, scale_out, scale_up
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Verdict, rule
from cluster_spec.rules.claimed import Measure, compare

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Claim, Cluster

OTHERS = {"scale-up-bandwidth", "scale-out-bandwidth", "power", "pue", "availability"}
NO_AVAILABILITY = "failure rates of the parts and repair times"


@rule(
    "CAP008",
    severity=Severity.ERROR,
    basis=Basis.POLICY,
    since="0.1",
    source="sums over the expanded cluster",
    needs=("claims", "accelerator.scale-up-bandwidth", "fabrics.rate", "power"),
    sections=("claims", "nodes", "ultra_nodes", "fabrics!"),
)
def other_claim(cluster: Cluster) -> Verdict:
    """Scale-up or scale-out bandwidth, power, PUE or availability is not what is claimed.

    Why:
        What cannot be calculated yet (PUE needs every loss and every load of the plant) is said to be not checked,
        so that nobody takes a headline for a result.

    Bad:
        claims: {power: {it: {at_most: 1 kW}}}

    Good:
        claims: {power: {it: {at_most: 60 kW}}}
    """
    return compare(cluster, lambda claim: claim.subject[0] in OTHERS, lambda claim: _measure(cluster, claim))


def _measure(cluster: Cluster, claim: Claim) -> Measure:
    basis = cluster.assumptions.get("power_basis") or "max"
    match claim.subject:
        case ("scale-up-bandwidth",):
            return Measure(scale_up(cluster))
        case ("scale-out-bandwidth",):
            return Measure(scale_out(cluster), note=", one direction")
        case ("power", "it"):
            return Measure(it_power(cluster), note=f" (power.{basis} of everything but the plant)")
        case ("availability",):
            return Measure(Figure(None, (NO_AVAILABILITY,)))
        case ("pue",):
            return Measure(Figure(None, (f"PUE ({NOT_YET})",)))
    return Measure(Figure(None, (f"facility power ({NOT_YET})",)))
