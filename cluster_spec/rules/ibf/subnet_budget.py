"""IBF001: what takes an address in a subnet fits into its address space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.coordinates import leaves
from cluster_spec.analysis.graph import built, switched, switches
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.records import record
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster

WARN = 90
"""Percent of the limit from which a subnet is reported as nearly full."""


@record(frozen=True, slots=True)
class Use:
    """Addresses of the fullest network of a fabric: endpoints (before LMC) and forwarding elements."""

    endpoints: int
    switches: int
    total: int


@rule(
    "IBF001",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="OpenSM type definitions: unicast LIDs 1 to 0xBFFF; for other protocols, the protocol's part",
    needs=("subnet.limit", "subnet.counts", "fabrics.*.lmc"),
    sections=("fabrics",),
)
def subnet_budget(cluster: Cluster) -> Verdict:
    """A subnet needs more addresses than its protocol has; from 90 % on it is reported as a warning.

    Why:
        Each port of a channel adapter takes 2^LMC local addresses and each switch one; InfiniBand has 49,151.
        The subnet manager leaves the rest without address: the last racks stay dark. What counts and how many
        there are is a fact of the protocol (`subnet` of its part). Each connected network is a subnet.
        Switches count by forwarding elements, since a chassis may hold several.
    Bad:
        part:
          scalefabric: {subnet: {limit: 10}}
    Good:
        part:
          scalefabric: {subnet: {limit: 1000}}
    """
    bad: list[Bad] = []
    unknown: list[Unknown] = []
    decided = 0
    for fabric in built(cluster):
        own = cluster.fabrics[fabric]
        if own.protocol == "ethernet":
            continue
        if own.subnet_limit is None or not own.subnet_counts:
            fact = "limit" if own.subnet_limit is None else "counts"
            unknown.append(Unknown(f"subnet.{fact} of {own.protocol}", np.array([fabric])))
            continue
        decided += 1
        use = _use(cluster, fabric)
        if use.total * 100 >= own.subnet_limit * WARN:
            bad.append(_finding(cluster, fabric, use, own.subnet_limit))
    return Verdict("fabrics", decided, tuple(bad), tuple(unknown))


def _use(cluster: Cluster, fabric: int) -> Use:
    """Return the addresses of the network that takes the most."""
    own, parts = cluster.fabrics[fabric], switched(cluster, fabric)
    mine, leaf = switches(cluster, fabric), leaves(cluster, fabric)
    size = max(parts.count, 1)
    if size == 1:
        ends = np.array([own.endpoints.device.size])
    else:
        ends = np.bincount(np.maximum(parts.of[leaf[leaf >= 0]], 0), minlength=size)
    per_part = np.array([part.elements for part in cluster.parts], dtype=np.int64)
    at = parts.of[mine]
    elements = np.bincount(at[at >= 0], weights=per_part[cluster.devices.part[mine[at >= 0]]], minlength=size)
    total = np.zeros(size, dtype=np.int64)
    if "endpoints" in own.subnet_counts:
        total += ends << own.lmc
    if "switches" in own.subnet_counts:
        total += elements.astype(np.int64)
    worst = int(np.argmax(total))
    return Use(int(ends[worst]), int(elements[worst]), int(total[worst]))


def _finding(cluster: Cluster, fabric: int, use: Use, limit: int) -> Bad:
    own = cluster.fabrics[fabric]
    severity = None if use.total > limit else Severity.WARNING

    def tell(subject: str, _: int) -> str:
        share = f"{use.total * 100 / limit:.3g} % of the {limit:,}"
        return f"{subject}: one subnet takes {use.total:,} addresses, {share} that {own.protocol} has"

    terms = []
    if "endpoints" in own.subnet_counts:
        terms.append(f"{use.endpoints:,} endpoints x 2^{own.lmc}")
    if "switches" in own.subnet_counts:
        terms.append(f"{use.switches:,} switches")
    text = f"{' + '.join(terms)} = {use.total:,}"
    return Bad(
        np.array([fabric]), tell, use.total, limit, "addresses", formula=lambda _: text, severity=severity
    )
