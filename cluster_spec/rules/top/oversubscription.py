"""TOP005: bandwidth down over bandwidth up of every switch, over the links in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec import units
from cluster_spec.analysis.graph import built, switches
from cluster_spec.analysis.tiers import load, oversubscription_limit, top_tier
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cluster_spec.analysis.tiers import Load
    from cluster_spec.model.cluster import Cluster

EPSILON = 1e-9


@rule(
    "TOP005",
    severity=Severity.ERROR,
    basis=Basis.POLICY,
    since="0.1",
    source="Jiang et al., MegaScale, NSDI 2024: compute fabrics without oversubscription",
    needs=("fabrics.*.rate", "fabrics.*.oversubscription", "policy.thresholds.TOP005"),
    sections=("fabrics",),
)
def oversubscription(cluster: Cluster) -> Verdict:
    """A switch has less bandwidth up than its links down need.

    Why:
        Bandwidth counts, not ports: four uplinks at 800 Gb/s carry eight downlinks at 400 Gb/s. The limit is
        what the fabric declares (`oversubscription: "3:1"`), else `policy.thresholds.TOP005`, else 1 for
        compute, 2 for storage and 3 for frontend fabrics; others are checked where they declare it. Only
        links in use count, so a fabric that lost uplinks is seen. The top tier has nothing above it.
    Bad:
        fabrics: {compute: {topology: {tiers: {leaf: {up: 2}, spine: {count: 2}}}}}
    Good:
        fabrics: {compute: {oversubscription: "4:1", topology: {tiers: {leaf: {up: 2}, spine: {count: 2}}}}}
    """
    bad: list[Bad] = []
    unknown: list[Unknown] = []
    decided = 0
    for fabric in built(cluster):
        limit = oversubscription_limit(cluster, fabric)
        mine, used = switches(cluster, fabric), load(cluster, fabric)
        low = mine[(cluster.devices.tier[mine] < top_tier(cluster, fabric)) & (used.down[mine] > 0)]
        if limit is None or not low.size:
            continue
        open_ = used.unknown[low]
        if open_.any():
            unknown.append(Unknown(", ".join(used.missing), low[open_]))
        low = low[~open_]
        decided += low.size
        bad += _over(low, used, limit, cluster.fabrics[fabric].name)
    return Verdict("devices", decided, tuple(bad), tuple(unknown))


def _over(low: np.ndarray, used: Load, limit: float, fabric: str) -> Iterator[Bad]:
    down, up = used.down_rate[low], used.up_rate[low]
    cut = low[up == 0]
    if cut.size:
        yield Bad(
            cut,
            lambda s, i: f"{s} of {fabric}: {used.down[cut[i]]} links down and no working uplink",
            measured=0,
            limit=1,
            unit="uplinks",
            cause=np.ones(cut.size, dtype=np.int64),
        )
    ratio = down / np.maximum(up, 1)
    over = np.flatnonzero((up > 0) & (ratio > limit * (1 + EPSILON)))
    if over.size:
        rows = low[over]
        yield Bad(
            rows,
            _say(rows, used, limit, fabric),
            np.round(ratio[over], 4),
            limit,
            ":1",
            worst=ratio[over],
            formula=lambda i: _formula(int(rows[i]), used),
        )


def _say(rows: np.ndarray, used: Load, limit: float, fabric: str) -> Callable[[str, int], str]:
    def tell(subject: str, i: int) -> str:
        row = int(rows[i])
        ratio = used.down_rate[row] / used.up_rate[row]
        worst = "" if rows.size == 1 else " at worst"
        links = f"{used.down[row]} links down, {used.up[row]} up"
        return (
            f"{subject} of {fabric}: oversubscribed {ratio:.4g}:1{worst} ({links}), the limit is {limit:g}:1"
        )

    return tell


def _formula(row: int, used: Load) -> str:
    down, up = (units.spell(int(column[row]), "rate") for column in (used.down_rate, used.up_rate))
    return f"{used.down[row]} links down = {down}; {used.up[row]} links up = {up}"
