"""CBL001: the ordered length reaches from end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis import arithmetic
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import NONE, Bad, Unknown, Verdict, rule
from cluster_spec.rules.by_kind import FOLDED
from cluster_spec.units import spell

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster


@rule(
    "CBL001",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    since="0.1",
    source="vertical runs + way through the trays + side transfer + slack at both ends",
    needs=("site.trays", "racks.row", "racks.slot", "nodes.u"),
    sections=("fabrics", "site", "racks"),
)
def too_short(cluster: Cluster) -> Verdict:
    """A cable is shorter than the way that it has to go, slack included.

    Why:
        A cable that is 20 cm short is a cable that is not there, and the next length takes weeks to come.

    Bad:
        exceptions:
          reused: {of: {cables: "storage:store1:data0"}, set: {length: 0.5 m}, because: one was left over}

    Good:
        exceptions:
          reused: {of: {cables: "storage:store1:data0"}, set: {length: 30 m}, because: one was left over}
    """
    cables = cluster.cables
    need, length = cables.need, cables.length
    known = (need >= 0) & (length >= 0)
    decided = int(np.count_nonzero(known))
    rows = np.flatnonzero(known & (length < need))
    measured, limit = length[rows], need[rows]

    def say(subject: str, i: int) -> str:
        return (
            f"{subject}: {spell(int(measured[i]), 'length')} long, the way with slack is {_up(int(limit[i]))}"
        )

    def formula(i: int) -> str:
        return arithmetic.need(cluster, int(rows[i]))

    bad = (Bad(rows, say, measured=measured, limit=limit, unit="um", formula=formula),) if rows.size else ()
    return Verdict("cables", decided, bad, _unknown(cluster, ~known, len(cables) - decided))


def _up(length: int) -> str:
    """Return a length for people, rounded up to a centimetre."""
    return spell(-(-length // 10_000) * 10_000, "length")


def _unknown(cluster: Cluster, lost: np.ndarray, count: int) -> tuple[Unknown, ...]:
    if not count:
        return ()
    fact = "row, slot and U of both ends" if cluster.has_site else "site: where the racks stand"
    return (Unknown(fact, np.flatnonzero(lost) if count <= FOLDED else NONE),)
