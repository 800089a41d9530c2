"""CAP005: units and directions are said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.figures import scale_up, scale_up_directions
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.analysis.figures import Figure
    from cluster_spec.model.cluster import Claim, Cluster

SCALE_UP, BANDWIDTHS = "scale-up-bandwidth", {"scale-up-bandwidth", "scale-out-bandwidth", "bisection"}
WORDS = {"one": "one direction", "both": "both directions together"}
Said = tuple[str, Severity] | str | None


@rule(
    "CAP005",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    since="0.1",
    source="scale-up bandwidth is published in one direction or as the sum of both; networks count one direction",
    needs=(
        "claims",
        "accelerator.scale-up-bandwidth",
        "accelerator.scale-up-bandwidth.direction",
        "contains",
    ),
    sections=("claims", "nodes", "ultra_nodes"),
)
def claim_unit(cluster: Cluster) -> Verdict:
    """A claim has no unit, or counts another direction than the figure that it is held against.

    Why:
        900 GB/s of one vendor are 450 GB/s each way, 448 GB/s of another may be each way or not: a factor of two
        hides in a word. A claim that does not say its direction takes the one of the part, and that is printed.

    Bad:
        part: {scalex-card: {accelerator: {scale-up-bandwidth: {value: 448 GB/s, direction: both}}}}
        claims: {scale-up-bandwidth: {at_least: 7 TB/s, direction: one}}

    Good:
        part: {scalex-card: {accelerator: {scale-up-bandwidth: {value: 448 GB/s, direction: both}}}}
        claims: {scale-up-bandwidth: {at_least: 7 TB/s, direction: both}}
    """
    decided, bad, unknown = 0, [], []
    directions, figure = scale_up_directions(cluster), scale_up(cluster)
    for row, claim in enumerate(cluster.claims):
        if claim.subject[0] not in BANDWIDTHS:
            continue
        said = _scale_up(claim, directions, figure) if claim.subject[0] == SCALE_UP else _network(claim)
        rows = np.array([row], dtype=np.int64)
        if isinstance(said, str):
            unknown.append(Unknown(said, rows))
            continue
        decided += 1
        if said is not None:
            bad.append(_bad(rows, *said))
    return Verdict("claims", decided, tuple(bad), tuple(unknown))


def _bad(rows: np.ndarray, text: str, severity: Severity) -> Bad:
    return Bad(rows, lambda _subject, _i: text, severity=severity)


def _scale_up(claim: Claim, directions: dict[str, str], figure: Figure) -> Said:
    """Return what is wrong (or worth printing), the fact that is missing, or None."""
    if figure.value is None and not directions:
        return figure.reason
    for name, published in directions.items():
        if claim.direction in WORDS and published not in WORDS:
            return f"direction of accelerator.scale-up-bandwidth of {name}"
        if claim.direction in WORDS and published != claim.direction:
            text = f"{SCALE_UP}: the claim counts {WORDS[claim.direction]}, {name} counts {WORDS[published]}"
            return text, Severity.ERROR
    if claim.direction in WORDS or not directions:
        return None
    how = " and ".join(sorted({WORDS.get(d, "a direction that is not stated") for d in directions.values()}))
    return f"{SCALE_UP}: counted as the part publishes it, in {how}", Severity.INFO


def _network(claim: Claim) -> Said:
    if claim.direction == "both":
        return (
            f"{'.'.join(claim.subject)}: the claim counts both directions, networks count one",
            Severity.ERROR,
        )
    return None
