"""CAT006: every number of a part has a source and a grade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster

SHOWN = 4


@rule(
    "CAT006",
    severity=Severity.WARNING,
    basis=Basis.POLICY,
    since="0.1",
    source="design: a number without a source is a rumour",
    needs=("sources",),
)
def provenance(cluster: Cluster) -> Verdict:
    """A number of a part that the cluster uses is covered by no source with a grade.

    Why:
        Figures from a data sheet, a paper and a guess look alike once they stand in a plan. The grade says
        how far a result may be trusted, and the source where to look when two of them differ.
    Bad:
        part: {server-2u: {sources: {design: {covers: [airflow, power, cages, ports]}}}}
    Good:
        part: {server-2u: {sources: {design: {covers: [size, airflow, power, cages, ports]}}}}
    """
    bad = [_bad(row, list(part.unsourced)) for row, part in enumerate(cluster.parts) if part.unsourced]
    return Verdict("parts", len(cluster.parts), tuple(bad))


def _bad(row: int, paths: list[str]) -> Bad:
    shown = ", ".join(paths[:SHOWN]) + (f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else "")
    values = "a value" if len(paths) == 1 else f"{len(paths)} values"
    return Bad(
        np.array([row]), lambda subject, _: f"{subject} has {values} without a source: {shown}", len(paths), 0
    )
