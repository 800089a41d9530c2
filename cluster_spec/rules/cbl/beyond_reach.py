"""CBL002: the medium carries the signal as far as the cable is long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis import arithmetic
from cluster_spec.analysis.linkkinds import link_kinds
from cluster_spec.columns import member
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import NONE, Bad, Unknown, Verdict, rule
from cluster_spec.rules.by_kind import FOLDED
from cluster_spec.units import spell

if TYPE_CHECKING:
    from cluster_spec.analysis.linkkinds import Kind
    from cluster_spec.model.cluster import Cluster


@rule(
    "CBL002",
    severity=Severity.ERROR,
    basis=Basis.VENDOR,
    since="0.1",
    source="https://docs.nvidia.com/networking/display/400g100gpam4ovpub/linkx-100g-pam4-product-line-overview",
    needs=("medium.reach", "ports.lanes", "length of cables"),
    sections=("fabrics", "site", "racks"),
)
def beyond_reach(cluster: Cluster) -> Verdict:
    """A cable is longer than its medium carries at the lane rate of its ends.

    Why:
        Passive copper ends at 3 m for lanes of 100 Gb/s. A link beyond the reach comes up on a good day and fails
        under load.

    Bad:
        exceptions:
          far: {of: {cables: "storage:store1:data0"}, set: {length: 200 m, medium: dr4}, because: store1 moves}

    Good:
        exceptions:
          far: {of: {cables: "storage:store1:data0"}, set: {length: 60 m, medium: dr4}, because: store1 moves}
    """
    kinds, cables = link_kinds(cluster), cluster.cables
    if not len(cables):
        return Verdict("cables", 0)
    reach = np.full(len(kinds.items), -1, dtype=np.int64)
    lacking: dict[str, list[int]] = {}
    for index, kind in enumerate(kinds.items):
        found = _reach(kind, cluster.fabrics[kind.fabric].name)
        if isinstance(found, str):
            lacking.setdefault(found, []).append(index)
        else:
            reach[index] = found
    of = kinds.of if len(cables) == len(cluster.links) else kinds.of[cables.link]
    limit = reach[of]
    known = (limit >= 0) & (cables.length >= 0)
    rows = np.flatnonzero(known & (cables.length > limit))
    unknown = _unknown(cluster, of, lacking, (limit >= 0) & ~known)
    return Verdict("cables", int(np.count_nonzero(known)), _bad(cluster, rows, limit[rows], of), unknown)


def _bad(cluster: Cluster, rows: np.ndarray, limit: np.ndarray, of: np.ndarray) -> tuple[Bad, ...]:
    if not rows.size:
        return ()
    kinds, measured, cause = link_kinds(cluster), cluster.cables.length[rows], of[rows]

    def say(subject: str, i: int) -> str:
        kind = kinds.items[int(cause[i])]
        lane = f" at {spell(kind.lane, 'rate')} per lane" if kind.lane else ""
        reach = spell(int(limit[i]), "length")
        return (
            f"{subject}: {spell(int(measured[i]), 'length')} long, {kind.medium_name} reaches {reach}{lane}"
        )

    def formula(i: int) -> str:
        return arithmetic.length(cluster, int(rows[i]))

    return (
        Bad(
            rows,
            say,
            measured=measured,
            limit=limit,
            unit="um",
            cause=cause.astype(np.int64),
            formula=formula,
        ),
    )


def _reach(kind: Kind, fabric: str) -> int | str:
    """Return the reach of a kind of link in um, or the fact that it lacks."""
    medium = kind.medium
    if medium is None:
        return f"medium of {fabric} {kind.klass.name}"
    adapter = kind.a.port.nic is not None or kind.z.port.nic is not None
    table = {**medium.reach, **(medium.adapter_reach if adapter else {})}
    lane = kind.lane
    if lane is not None and lane in table:
        return table[lane]
    if 0 in table:
        return table[0]
    if lane is None and table:
        return f"lanes of {kind.z.label}"
    rate = f" at {spell(lane, 'rate')} per lane" if lane else ""
    return f"medium.reach of {kind.medium_name}{rate}"


def _unknown(
    cluster: Cluster, of: np.ndarray, lacking: dict[str, list[int]], lengthless: np.ndarray
) -> tuple[Unknown, ...]:
    found = []
    for fact, kinds in sorted(lacking.items()):
        rows = np.flatnonzero(member(of, kinds))
        found.append(Unknown(fact, rows if rows.size <= FOLDED else NONE))
    rows = np.flatnonzero(lengthless)
    if rows.size:
        fact = (
            "length (row, slot and U of both ends)"
            if cluster.has_site
            else "length (site: where the racks stand)"
        )
        found.append(Unknown(fact, rows if rows.size <= FOLDED else NONE))
    return tuple(found)
