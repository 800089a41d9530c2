"""CAP002: dense and sparse are not mixed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.figures import compute
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule
from cluster_spec.rules.cap.flops_claim import TOLERANCE
from cluster_spec.rules.claimed import amount, holds

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster

SPARSE = "-sparse"


@rule(
    "CAP002",
    severity=Severity.WARNING,
    basis=Basis.POLICY,
    since="0.1",
    source="a precision without -sparse means dense; 2:4 sparsity doubles the figure on most parts",
    needs=("claims.compute", "accelerator.compute"),
    sections=("claims", "nodes", "ultra_nodes"),
)
def sparse_claim(cluster: Cluster) -> Verdict:
    """A claim that does not say `-sparse` holds only with the figures for sparse matrices.

    Why:
        Data sheets print the sparse figure large and the word small. Trained models are dense.

    Bad:
        part: {scalex-card: {accelerator: {compute: {fp16-sparse: 0.984 PFLOPS}}}}
        claims: {compute: {fp16: {at_least: 15 PFLOPS}}}

    Good:
        part: {scalex-card: {accelerator: {compute: {fp16-sparse: 0.984 PFLOPS}}}}
        claims: {compute: {fp16: null, fp16-sparse: {at_least: 15 PFLOPS}}}

    Also:
        CAP001, which finds the dense figure too low.
    """
    decided, bad, unknown = 0, [], []
    for row, claim in enumerate(cluster.claims):
        if claim.subject[0] != "compute":
            continue
        rows = np.array([row], dtype=np.int64)
        precision = claim.subject[1]
        dense = compute(cluster, precision)
        if precision.endswith(SPARSE) or (dense.value is not None and holds(claim, dense.value, TOLERANCE)):
            decided += 1
            continue
        sparse = compute(cluster, precision + SPARSE)
        if sparse.value is None:
            unknown.append(Unknown(sparse.reason, rows))
            continue
        decided += 1
        if claim.relation != "at_most" and holds(claim, sparse.value, TOLERANCE):
            text = (
                f"compute.{precision}: {amount(claim.wanted, 'compute')} are met by the sparse figure "
                f"({amount(sparse.value, 'compute')}) only"
            )
            bad.append(_bad(rows, text, dense.value, claim.wanted, precision))
    return Verdict("claims", decided, tuple(bad), tuple(unknown))


def _bad(rows: np.ndarray, text: str, dense: int | None, wanted: float, precision: str) -> Bad:
    measured = None if dense is None else np.array([float(dense)])
    help_ = f"claim it as `{precision}{SPARSE}`"
    return Bad(rows, lambda _subject, _i: text, measured=measured, limit=wanted, unit="FLOPS", help=help_)
