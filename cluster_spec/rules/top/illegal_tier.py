"""TOP002: links join adjacent tiers, endpoints hang on the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.graph import built, degrees, wires
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Verdict, rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.analysis.graph import Wires
    from cluster_spec.model.cluster import Cluster


@rule(
    "TOP002",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    since="0.1",
    source="opensm(8), routing engines: up/down and fat-tree routing rank switches by tier",
    sections=("fabrics",),
)
def illegal_tier(cluster: Cluster) -> Verdict:
    """A link skips a tier or stays within one, or an endpoint hangs on a switch above the first tier.

    Why:
        Fat-tree routing sends a packet up and then down, one tier at a time. A link that leaves this order is
        not used, or closes a loop of credits on which a lossless fabric locks up. Such links come from lists
        and exceptions, mostly by one wrong name.
    Bad:
        exceptions:
          moved:
            of: {links: "compute:un1-b1:scale-out0"}
            move: {z: "compute-spine-1 20/1"}
            because: example
    Good:
        exceptions:
          moved:
            of: {links: "compute:un1-b1:scale-out0"}
            move: {z: "compute-leaf-1-1 40/1"}
            because: example
    """
    bad: list[Bad] = []
    decided = 0
    for fabric in built(cluster):
        own = cluster.fabrics[fabric]
        mine = cluster.devices.fabric == fabric
        tier = np.where(mine, cluster.devices.tier, -1).astype(np.int64)
        for link in wires(cluster, fabric):
            decided += link.a.size
            rows = _wrong(cluster, link, tier)
            if rows.size:
                a, z = tier[cluster.links.a_device[rows]], tier[cluster.links.z_device[rows]]
                cause = a * (len(own.tiers) + 1) + z
                bad.append(
                    Bad(
                        rows,
                        _say(cluster, fabric, rows, tier),
                        cause=cause,
                        measured=z - a,
                        limit=1,
                        unit="tiers",
                    )
                )
    return Verdict("links", decided, tuple(bad))


def _wrong(cluster: Cluster, link: Wires, tier: np.ndarray) -> np.ndarray:
    """Return the links of a class whose ends do not stand in adjacent tiers; looks at devices first."""
    if not link.a.size:
        return np.zeros(0, dtype=np.int64)
    degree = degrees(cluster, link)
    strange = ((degree.a > 0) & (tier != link.lower)).any() or ((degree.z > 0) & (tier != link.upper)).any()
    if link.upper == link.lower + 1 and not strange:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(link.rows()[tier[link.z] - tier[link.a] != 1])


def _say(cluster: Cluster, fabric: int, rows: np.ndarray, tier: np.ndarray) -> Callable[[str, int], str]:
    own, names = cluster.fabrics[fabric], cluster.devices.names

    def tell(subject: str, i: int) -> str:
        ends = []
        for device in (int(cluster.links.a_device[rows[i]]), int(cluster.links.z_device[rows[i]])):
            at = int(tier[device])
            ends.append(f"{own.tiers[at].name if at >= 0 else 'endpoint'} {names.spell(device)}")
        chain = ", ".join(["node", *(t.name for t in own.tiers)])
        return f"{subject} joins {ends[0]} to {ends[1]}, which are not adjacent in {chain}"

    return tell
