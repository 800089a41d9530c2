"""TOP004: links and reserved ports of a switch fit into its data ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.graph import built, switches
from cluster_spec.analysis.tiers import data_ports, load
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Verdict, rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.model.cluster import Cluster


@rule(
    "TOP004",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="design: a port carries one link",
    sections=("fabrics",),
)
def port_budget(cluster: Cluster) -> Verdict:
    """A switch has more links down and up, with its reserved ports, than data ports.

    Why:
        The links and the ports kept free share the ports of one switch; those for management do not count.
        That each port is used once is PRT001's matter; here the sum is checked, reserved ports included.
    Bad:
        fabrics: {compute: {topology: {tiers: {leaf: {down: 60, up: 60}}}}}
        policy: {must_decide: null}
    Good:
        fabrics: {compute: {topology: {tiers: {leaf: {down: 16, up: 16, reserved: 40}}}}}
    Also:
        WVR001: the waiver for adapters of this fabric, which is left out.
    """
    bad: list[Bad] = []
    decided = 0
    for fabric in built(cluster):
        own, mine, used = cluster.fabrics[fabric], switches(cluster, fabric), load(cluster, fabric)
        reserved = np.array([tier.reserved for tier in own.tiers])[cluster.devices.tier[mine]]
        wanted = used.down[mine] + used.up[mine] + reserved
        budget = data_ports(cluster, mine)
        decided += mine.size
        over = np.flatnonzero(wanted > budget)
        if over.size:
            figures = (used.down[mine][over], used.up[mine][over], reserved[over], budget[over])
            bad.append(Bad(mine[over], _say(*figures), wanted[over], budget[over], "ports"))
    return Verdict("devices", decided, tuple(bad))


def _say(
    down: np.ndarray, up: np.ndarray, reserved: np.ndarray, budget: np.ndarray
) -> Callable[[str, int], str]:
    return lambda subject, i: (
        f"{subject}: down {down[i]} + up {up[i]} + reserved {reserved[i]} ports, the switch has {budget[i]}"
    )
