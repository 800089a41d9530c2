"""PRT001: one plug in one port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.lanes import lane_conflicts, used_ports
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster


@rule(
    "PRT001",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="one receptacle takes one plug; a lane carries one signal",
    needs=("ports.lanes",),
    sections=("fabrics",),
)
def port_used_twice(cluster: Cluster) -> Verdict:
    """Two links end in one port, or in two ports that share lanes of one cage.

    Why:
        The second cable has no hole to go to. It lies in the tray, and its link is missing.

    Bad:
        exceptions:
          moved: {of: {links: "compute:un1-b1:scale-out0"}, move: {z: "compute-leaf-1-1 1/2"}, because: a slip}

    Good:
        exceptions:
          moved: {of: {links: "compute:un1-b1:scale-out0"}, move: {z: "compute-leaf-1-1 8/2"}, because: 1/1 is broken}
    """
    used = used_ports(cluster)
    conflicts, unknown = lane_conflicts(cluster, used)
    bad = [*_twice(cluster, used)]
    if conflicts.size:
        bad.append(_shared(cluster, conflicts))
    missing = tuple(Unknown(fact, rows) for fact, rows in unknown)
    return Verdict("ports", int(used.sum()) - sum(int(rows.size) for _, rows in unknown), tuple(bad), missing)


def _shared(cluster: Cluster, ports: np.ndarray) -> Bad:
    """Return ports whose lanes another used port of the cage has, where their links come from."""
    links = cluster.links
    origin = np.zeros(int(cluster.devices.first_port[-1]), dtype=np.int64)
    origin[links.z_port], origin[links.a_port] = links.origin, links.origin
    return Bad(
        ports,
        lambda subject, _: f"{subject}: another port on the same lanes of the cage is in use",
        origin=origin[ports],
    )


def _twice(cluster: Cluster, used: np.ndarray) -> list[Bad]:
    """Return the ports that more than one link names, where the last of those links comes from."""
    links = cluster.links
    if int(used.sum()) == 2 * len(links):
        return []
    ends = np.concatenate([links.a_port, links.z_port])
    count = np.bincount(ends, minlength=used.size)
    ports = np.flatnonzero(count > 1)
    hit = np.flatnonzero(count[ends] > 1)
    order = hit[np.lexsort((links.origin[hit % len(links)], ends[hit]))]
    first = np.searchsorted(ends[order], ports, side="left")
    last = np.searchsorted(ends[order], ports, side="right") - 1
    origin = links.origin[order[last] % len(links)].astype(np.int64)
    related = links.origin[order[first] % len(links)].astype(np.int64)
    number = count[ports]

    def say(subject: str, i: int) -> str:
        what = "one port takes" if ports.size == 1 else "each takes"
        return f"{subject}: {number[i]} links end here, {what} 1"

    return [
        Bad(
            ports,
            say,
            measured=number,
            limit=1,
            unit="links",
            origin=origin,
            related=np.where(related == origin, -1, related),
            related_text="the other link",
        )
    ]
