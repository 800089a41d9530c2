"""TOP010: no more endpoints than a non-oversubscribed Clos network of these switches can hold."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.coordinates import leaves
from cluster_spec.analysis.graph import built, switched, switches
from cluster_spec.analysis.tiers import data_ports, oversubscription_limit
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster


@rule(
    "TOP010",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="Al-Fares, Loukissas, Vahdat, SIGCOMM 2008: k^3/4 hosts in three tiers of radix k",
    sections=("fabrics",),
)
def scale_bound(cluster: Cluster) -> Verdict:
    """A fabric that is not to be oversubscribed has more endpoints than its tiers can hold at full bandwidth.

    Why:
        Below the top each switch gives half of its ports up, so n tiers of radix k hold at most 2 (k/2)^n
        endpoints: k^2/2 in two tiers, k^3/4 in three. Tables of vendors break this now and then, and a plan
        copied from one fails when the last block arrives. With unequal switches the product of half radices
        and the full radix of the top holds. The bound is for each connected network, and only for fabrics
        whose limit of oversubscription is 1.
    Bad:
        grow_to: {un: 2}
        claims: {switches: null}
        fabrics:
          compute:
            topology:
              tiers:
                leaf: {down: 4, up: 1, place: {per_rack: 3}}
                spine: {down: 5, place: {per_rack: 3}}
        part:
          sugon-scalefabric-80x400:
            radix: 5
            cages: {"cage[1-40]": null, "cage[1-5]": {form: qsfp112, modes: {1x400: {label: "{cage}"}}}}
    Good:
        fabrics: {compute: {topology: {tiers: {leaf: {down: 16, up: 16}}}}}
    Also:
        TOP005: so many endpoints fit only where the leaves are oversubscribed.
    """
    bad: list[Bad] = []
    decided = 0
    for fabric in built(cluster):
        own = cluster.fabrics[fabric]
        limit = oversubscription_limit(cluster, fabric)
        if own.kind not in {None, "clos"} or limit is None or limit > 1 or not own.endpoints.device.size:
            continue
        radix = _radix(cluster, fabric)
        bound = prod(radix) // 2 ** (len(radix) - 1)
        parts, leaf = switched(cluster, fabric), leaves(cluster, fabric)
        leaf = leaf[leaf >= 0] if (leaf < 0).any() else leaf
        count = _ends(parts.count, parts.of, leaf)
        decided += leaf.size
        over = np.flatnonzero(count > bound)
        if over.size:
            bad.append(_finding(cluster, fabric, int(count.max()), bound, radix))
    return Verdict("fabrics", decided, tuple(bad))


def _ends(components: int, of: np.ndarray, leaf: np.ndarray) -> np.ndarray:
    """Count endpoints per component."""
    if components <= 1:
        return np.array([leaf.size])
    found = of[leaf]
    return np.bincount(found[found >= 0], minlength=components)


def _radix(cluster: Cluster, fabric: int) -> list[int]:
    """Return the data ports of a switch of each tier: of its largest where they differ."""
    mine = switches(cluster, fabric)
    tier, ports = cluster.devices.tier[mine], data_ports(cluster, mine)
    found = [ports[tier == i] for i in range(len(cluster.fabrics[fabric].tiers))]
    return [int(p.max()) for p in found if p.size]


def _finding(cluster: Cluster, fabric: int, count: int, bound: int, radix: list[int]) -> Bad:
    own = cluster.fabrics[fabric]
    return Bad(
        np.array([fabric]),
        lambda s, _: f"{s}: {count:,} endpoints, {len(radix)} tiers of radix {_list(radix)} hold {bound:,}",
        count,
        bound,
        "endpoints",
        origin=np.array([own.origin]),
        formula=lambda _: _formula(radix, bound),
    )


def _list(radix: list[int]) -> str:
    return str(radix[0]) if len(set(radix)) == 1 else ", ".join(map(str, radix))


def _formula(radix: list[int], bound: int) -> str:
    if len(set(radix)) == 1:
        return f"2 x ({radix[0]} / 2)^{len(radix)} = {bound:,}"
    halves = " x ".join(f"{k} / 2" for k in radix[:-1])
    return f"{halves} x {radix[-1]} = {bound:,}"
