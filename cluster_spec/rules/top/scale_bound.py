"""TOP010: no more endpoints than a non-oversubscribed Clos network of these switches can hold."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.coordinates import leaves
from cluster_spec.analysis.graph import built, switched, switches, wires
from cluster_spec.analysis.tiers import data_ports, link_rates, load, oversubscription_limit
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

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
    unknown: list[Unknown] = []
    decided = 0
    for fabric in built(cluster):
        limit = oversubscription_limit(cluster, fabric)
        if limit is None or limit > 1 or not cluster.fabrics[fabric].endpoints.device.size:
            continue
        missing = load(cluster, fabric).missing
        if missing:
            unknown.append(Unknown(", ".join(missing), np.array([fabric])))
            continue
        count, tiers = _ends(cluster, fabric), _tiers(cluster, fabric)
        bound = _bound(tiers)
        decided += 1
        if count > bound:
            bad.append(_finding(fabric, count, bound, tiers))
    return Verdict("fabrics", decided, tuple(bad), tuple(unknown))


def _ends(cluster: Cluster, fabric: int) -> int:
    """Return the endpoints of the largest connected network."""
    parts, leaf = switched(cluster, fabric), leaves(cluster, fabric)
    leaf = leaf[leaf >= 0] if (leaf < 0).any() else leaf
    if parts.count <= 1:
        return int(leaf.size)
    found = parts.of[leaf]
    return int(np.bincount(found[found >= 0], minlength=1).max())


def _tiers(cluster: Cluster, fabric: int) -> list[tuple[int, int, int]]:
    """Return per tier the data ports of its largest switch and the rates of links down and up (bit/s)."""
    mine = switches(cluster, fabric)
    tier, ports = cluster.devices.tier[mine], data_ports(cluster, mine)
    down: dict[int, int] = {}
    up: dict[int, int] = {}
    for link in wires(cluster, fabric):
        rate = link_rates(cluster, link) if link.a.size else None
        if rate is not None:
            down[link.upper] = min(down.get(link.upper, 1 << 62), int(np.min(rate)))
            up[link.lower] = max(up.get(link.lower, 0), int(np.max(rate)))
    levels = [i for i in range(len(cluster.fabrics[fabric].tiers)) if (tier == i).any()]
    return [(int(ports[tier == i].max()), down.get(i, 1), up.get(i, down.get(i, 1))) for i in levels]


def _bound(tiers: list[tuple[int, int, int]]) -> int:
    """Return the product of what each tier can give downwards; the top gives all of its ports.

    A switch below the top has as much bandwidth up as down, so k ports give at most k x up / (up + down).
    """
    lower = tiers[:-1]
    return prod(k * up for k, _, up in lower) * tiers[-1][0] // prod(down + up for _, down, up in lower)


def _finding(fabric: int, count: int, bound: int, tiers: list[tuple[int, int, int]]) -> Bad:
    radix = ", ".join(dict.fromkeys(str(k) for k, _, _ in tiers))
    return Bad(
        np.array([fabric]),
        lambda s, _: f"{s}: {count:,} endpoints, {len(tiers)} tiers of radix {radix} hold {bound:,}",
        count,
        bound,
        "endpoints",
        formula=lambda _: _formula(tiers, bound),
    )


def _formula(tiers: list[tuple[int, int, int]], bound: int) -> str:
    if len({k for k, _, _ in tiers}) == 1 and all(down == up for _, down, up in tiers):
        return f"2 x ({tiers[0][0]} / 2)^{len(tiers)} = {bound:,}"
    terms = [
        f"{k} / 2" if down == up else f"{k} x {up // 10**9} / ({up // 10**9} + {down // 10**9})"
        for k, down, up in tiers[:-1]
    ]
    return " x ".join([*terms, str(tiers[-1][0])]) + f" = {bound:,}"
