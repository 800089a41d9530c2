"""Claims against figures: relation, tolerance, arithmetic, and what is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.records import record
from cluster_spec.rules.base import Bad, Unknown, Verdict
from cluster_spec.units import spell

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.analysis.figures import Figure
    from cluster_spec.model.cluster import Claim, Cluster

WORDS = {"at_least": "at least", "at_most": "at most", "exactly": "exactly"}


@record(frozen=True, slots=True)
class Measure:
    """What a claim is held against: the figure, how it came about, and words that follow the message."""

    figure: Figure
    formula: str | None = None
    note: str = ""


def compare(
    cluster: Cluster,
    mine: Callable[[Claim], bool],
    measure: Callable[[Claim], Measure | None],
    tolerance: float = 0.0,
) -> Verdict:
    """Hold the claims that are `mine` against their figures; None is not to be judged by this rule.

    `tolerance` (a share) widens `exactly` only: a bound is a bound.
    """
    decided, bad, unknown = 0, [], []
    for row, claim in enumerate(cluster.claims):
        found = measure(claim) if mine(claim) else None
        if found is None:
            continue
        rows = np.array([row], dtype=np.int64)
        if found.figure.value is None:
            unknown.append(Unknown(found.figure.reason, rows))
            continue
        decided += 1
        if not holds(claim, found.figure.value, tolerance):
            bad.append(_bad(claim, rows, found, tolerance))
    return Verdict("claims", decided, tuple(bad), tuple(unknown))


def holds(claim: Claim, value: float, tolerance: float = 0.0) -> bool:
    """Whether a value satisfies a claim."""
    if claim.relation == "at_least":
        return value >= claim.wanted
    if claim.relation == "at_most":
        return value <= claim.wanted
    return abs(value - claim.wanted) <= tolerance * abs(claim.wanted)


def amount(value: float, unit: str) -> str:
    """Return a value of a claim for people."""
    return f"{value:,}" if unit in {"count", "ratio"} else spell(int(value), unit)


def _bad(claim: Claim, rows: np.ndarray, found: Measure, tolerance: float) -> Bad:
    value = found.figure.value
    assert value is not None
    name = ".".join(claim.subject)
    near = f" (within {tolerance * 100:g} %)" if tolerance and claim.relation == "exactly" else ""
    text = (
        f"{name}: the design has {amount(value, claim.unit)}, claimed is "
        f"{WORDS[claim.relation]} {amount(claim.wanted, claim.unit)}{near}{found.note}"
    )
    formula = found.formula
    return Bad(
        rows,
        lambda _subject, _i: text,
        measured=np.array([float(value)]) if abs(value) > 2**62 else np.array([value]),
        limit=claim.wanted,
        unit=None if claim.unit in {"count", "ratio"} else BASE.get(claim.unit, claim.unit),
        formula=(lambda _i: formula) if formula else None,
    )


BASE = {
    "compute": "FLOPS",
    "memory": "B",
    "bandwidth": "b/s",
    "power": "mW",
    "percent": "ppm",
}
"""The base units in which measured values and limits are given."""
