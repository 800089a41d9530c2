"""CBL012: labels at both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.labels import DEFAULT, flaw
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster


@rule(
    "CBL012",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    since="0.1",
    source="ANSI/TIA-606: a label at each end of a cable, the near end first",
    needs=("cabling.label",),
    sections=("cabling",),
)
def unlabelled_cable(cluster: Cluster) -> Verdict:
    """The labels of cables do not name both ends, near end first, or are not unique.

    Why:
        Whoever holds a plug at two in the morning reads where it belongs and where the other end is, in this order.
        Fields are `near` and `far` (`device:port`), `near_rack`, `near_u`, `near_device`, `near_port` and so on.

    Bad:
        cabling: {label: "{far} / {near}"}

    Good:
        cabling: {label: "{near_rack} {near_u} {near} / {far_rack} {far_u} {far}"}
    """
    count = len(cluster.cables)
    if not count:
        return Verdict("cluster", 0)
    wrong = flaw(cluster.cabling.label or DEFAULT)
    if wrong is None:
        return Verdict("cluster", 1)
    template = cluster.cabling.label

    def say(_subject: str, _i: int) -> str:
        return f"label {template!r} of {count:,} cables: {wrong}"

    origin = np.array([cluster.cabling.origin])
    bad = Bad(np.zeros(1, dtype=np.int64), say, measured=count, limit=0, unit="cables", origin=origin)
    return Verdict("cluster", 1, (bad,))
