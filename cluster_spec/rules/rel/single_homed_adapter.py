"""REL007: an adapter that serves an accelerator reaches more than one leaf, unless one is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.adapters import adapters
from cluster_spec.analysis.coordinates import PLANE, leaves, shared
from cluster_spec.analysis.graph import built
from cluster_spec.columns import distinct
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster

DUAL = 2


@rule(
    "REL007",
    severity=Severity.WARNING,
    basis=Basis.POLICY,
    since="0.1",
    source="Qian et al., Alibaba HPN, SIGCOMM 2024: a leaf that fails stops the job of single-homed nodes",
    needs=("fabrics.*.homing",),
    sections=("fabrics",),
)
def single_homed_adapter(cluster: Cluster) -> Verdict:
    """An adapter of an accelerator reaches one leaf only, and the fabric does not say `homing: single`.

    Why:
        A training job waits for its slowest member. Where each accelerator has one link to one leaf, every
        flapping module and every leaf that reboots stops the job. Many designs accept that; the fabric says
        so with `homing: single`. The ports of an adapter are those that the part gives it, else one port of
        each plane, else two in a row under `homing: dual`, else each port is taken for one adapter.
    Bad:
        waivers: {one-port: null}
    Good:
        fabrics: {compute: {homing: single}}
        waivers: {one-port: null}
    """
    bad: list[Bad] = []
    decided = 0
    for fabric in built(cluster):
        own = cluster.fabrics[fabric]
        serving = own.endpoints.accelerator
        if not serving.any():
            continue
        if own.homing == "single":
            decided += int(serving.sum())
            continue
        found = adapters(cluster, fabric, _width(cluster, fabric))
        leaf = leaves(cluster, fabric)
        reached = shared(found.count, np.where(serving, found.of, -1), leaf)
        decided += int((reached.value >= 0).sum())
        single = np.flatnonzero((reached.value >= 0) & ~reached.differ)
        if single.size:
            bad.append(_finding(cluster, fabric, found.device[single]))
    return Verdict("devices", decided, tuple(bad))


def _width(cluster: Cluster, fabric: int) -> int:
    """Return how many ports in a row make an adapter where the part does not say it."""
    own = cluster.fabrics[fabric]
    planes = own.endpoints.coordinates.get(PLANE)
    if planes is not None and (planes >= 0).any():
        return int(distinct(planes[planes >= 0]).size)
    return DUAL if own.homing == "dual" else 1


def _finding(cluster: Cluster, fabric: int, devices: np.ndarray) -> Bad:
    own = cluster.fabrics[fabric]
    rows, number = np.unique(devices, return_counts=True)

    def tell(subject: str, indices: np.ndarray) -> str:
        count = int(number[indices].sum())
        what = "1 adapter reaches" if count == 1 else f"{count:,} adapters reach"
        return f"{subject}: {what} one leaf of {own.name} only"

    return Bad(
        rows,
        lambda subject, i: tell(subject, np.array([i])),
        measured=1,
        limit=DUAL,
        unit="leaves per adapter",
        origin=np.full(rows.size, own.origin),
        say_all=tell,
        help="`homing: single` on the fabric says that this is meant",
    )
