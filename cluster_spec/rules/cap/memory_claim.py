"""CAP003: claims of memory and its bandwidth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.analysis.figures import accelerators, memory, memory_bandwidth
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Verdict, rule
from cluster_spec.rules.claimed import Measure, compare
from cluster_spec.units import spell

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Claim, Cluster

TOLERANCE = 0.005


@rule(
    "CAP003",
    severity=Severity.ERROR,
    basis=Basis.POLICY,
    since="0.1",
    source="number of accelerators x memory of the part",
    needs=("claims.memory", "accelerator.memory", "accelerator.memory-bandwidth"),
    sections=("claims", "nodes", "ultra_nodes"),
)
def memory_claim(cluster: Cluster) -> Verdict:
    """The accelerators do not add up to the memory, or its bandwidth, that is claimed; `exactly` is within 0.5 %.

    Why:
        GB is not GiB, and cards of one name are sold with 180 and 192 GB.

    Bad:
        claims: {memory: {at_least: 2 TB}}

    Good:
        claims: {memory: {at_least: 1 TB}}
    """

    def measure(claim: Claim) -> Measure:
        if claim.subject[0] == "memory":
            return Measure(memory(cluster), _arithmetic(cluster, bandwidth=False))
        return Measure(memory_bandwidth(cluster), _arithmetic(cluster, bandwidth=True))

    return compare(cluster, lambda c: c.subject[0] in {"memory", "memory-bandwidth"}, measure, TOLERANCE)


def _arithmetic(cluster: Cluster, *, bandwidth: bool) -> str:
    found = []
    for name, part, count in accelerators(cluster).chips:
        chip = part.chip if part is not None else None
        value = None if chip is None else chip.memory_bandwidth if bandwidth else chip.memory
        if value is not None:
            found.append(f"{count:,} x {spell(value, 'bandwidth' if bandwidth else 'memory')} ({name})")
    return " + ".join(found)
