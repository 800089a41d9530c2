"""Tiers of a fabric in figures: links and bandwidth in use per switch, balance, proofs, bisection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.balance import balance
from cluster_spec.analysis.cache import once
from cluster_spec.analysis.coordinates import networks
from cluster_spec.analysis.graph import components, degrees, switched, switches, wires
from cluster_spec.records import record

if TYPE_CHECKING:
    from cluster_spec.analysis.graph import Wires
    from cluster_spec.model.cluster import Cluster

NOT_DATA = frozenset({"oob", "console"})


@record(frozen=True, slots=True, eq=False)
class Load:
    """Links and bandwidth (bit/s, one direction) in use per device row, downwards and upwards.

    `missing` names link classes whose rate is unknown; `unknown` are the devices at their ends.
    """

    down: np.ndarray
    up: np.ndarray
    down_rate: np.ndarray
    up_rate: np.ndarray
    unknown: np.ndarray
    missing: tuple[str, ...]


def load(cluster: Cluster, fabric: int) -> Load:
    """Return what each switch of a fabric carries down and up."""
    return once(cluster, ("load", fabric), lambda _: _load(cluster, fabric))


def _load(cluster: Cluster, fabric: int) -> Load:
    size = len(cluster.devices)
    down, up, down_rate, up_rate = (np.zeros(size, dtype=np.int64) for _ in range(4))
    unknown, missing = np.zeros(size, dtype=bool), []
    for link in wires(cluster, fabric):
        if not link.a.size or link.upper < 0:
            continue
        degree = degrees(cluster, link)
        down += degree.z
        rate = link_rates(cluster, link)
        if link.lower >= 0:
            up += degree.a
        if rate is None:
            missing.append(f"rate of {cluster.fabrics[fabric].name} {link.name}")
            unknown |= (degree.z > 0) | (degree.a > 0)
            continue
        down_rate += _sum(degree.z, link.z, rate, size)
        if link.lower >= 0:
            up_rate += _sum(degree.a, link.a, rate, size)
    return Load(down, up, down_rate, up_rate, unknown, tuple(missing))


def _sum(degree: np.ndarray, ends: np.ndarray, rate: int | np.ndarray, size: int) -> np.ndarray:
    if isinstance(rate, int):
        return np.asarray(degree * rate)
    return np.bincount(ends, weights=rate, minlength=size).astype(np.int64)


def link_rates(cluster: Cluster, link: Wires) -> int | np.ndarray | None:
    """Return the rate of links in bit/s: of the class, else the lower of both ports; None is unknown."""
    if link.rate is not None:
        return link.rate
    return once(cluster, ("rates", link.klass), lambda _: _port_rates(cluster, link))


def _port_rates(cluster: Cluster, link: Wires) -> int | np.ndarray | None:
    devices, links = cluster.devices, cluster.links
    flat = [p.rate or 0 for layout in cluster.layouts for p in layout.ports]
    table = np.array(flat or [0], dtype=np.int64)
    start = np.cumsum([0, *(len(layout.ports) for layout in cluster.layouts)])
    ends = []
    for device, port in ((link.a, links.a_port), (link.z, links.z_port)):
        local = link.take(port) - devices.first_port[device]
        ends.append(table[start[devices.layout[device]] + local])
    rate = np.minimum(*ends)
    if not rate.size or int(rate.min()) == 0:
        return None
    return int(rate[0]) if int(rate.min()) == int(rate.max()) else rate


def data_ports(cluster: Cluster, devices: np.ndarray) -> np.ndarray:
    """Return how many ports of each device are for data: all but those for management."""
    count = [sum(p.role not in NOT_DATA for p in layout.ports) for layout in cluster.layouts]
    return np.asarray(np.array(count or [0], dtype=np.int64)[cluster.devices.layout[devices]])


def top_tier(cluster: Cluster, fabric: int) -> int:
    """Return the number of the highest tier."""
    return len(cluster.fabrics[fabric].tiers) - 1


@record(frozen=True, slots=True)
class TierUse:
    """A tier as reports show it: the links in use on its most oversubscribed switch.

    `ratio` is bandwidth down over bandwidth up of that switch: None for the top tier (up 0), or unknown.
    """

    name: str
    part: int
    switches: int
    down: int
    up: int
    ratio: float | None
    worst: int


def tier_use(cluster: Cluster, fabric: int) -> tuple[TierUse, ...]:
    """Return the tiers of a fabric, bottom first."""
    own, used = cluster.fabrics[fabric], load(cluster, fabric)
    mine = switches(cluster, fabric)
    return tuple(
        _use(tier.name, tier.part, mine[cluster.devices.tier[mine] == i], used, top=i == len(own.tiers) - 1)
        for i, tier in enumerate(own.tiers)
    )


def _use(name: str, part: int, rows: np.ndarray, used: Load, *, top: bool) -> TierUse:
    if not rows.size:
        return TierUse(name, part, 0, 0, 0, None, -1)
    down, up = used.down_rate[rows], used.up_rate[rows]
    if top or used.unknown[rows].any() or not up.any():
        worst = int(rows[np.argmax(used.down[rows])])
        return TierUse(
            name, part, rows.size, int(used.down[worst]), 0 if top else int(used.up[worst]), None, worst
        )
    ratio = np.where(up > 0, down / np.maximum(up, 1), np.where(down > 0, np.inf, 0.0))
    at = int(np.argmax(ratio))
    worst = int(rows[at])
    found = None if np.isinf(ratio[at]) else float(ratio[at])
    return TierUse(name, part, rows.size, int(used.down[worst]), int(used.up[worst]), found, worst)


LIMITS = {"compute": 1.0, "storage": 2.0, "frontend": 3.0}
"""The oversubscription that a role allows where nothing is declared."""


def oversubscription_limit(cluster: Cluster, fabric: int) -> float | None:
    """Return how far a fabric may be oversubscribed: as declared, by policy, by role; None: no limit."""
    own = cluster.fabrics[fabric]
    if own.oversubscription is not None:
        return own.oversubscription
    if own.role not in LIMITS:
        return None
    stated = cluster.policy.thresholds.get("TOP005")
    return float(stated) if isinstance(stated, int | float) else LIMITS[own.role]


def end_rates(cluster: Cluster, fabric: int) -> np.ndarray | int | str:
    """Return the rate of each endpoint's link (bit/s; one number where all are equal), or what is missing."""
    links = [w for w in wires(cluster, fabric) if w.lower < 0 <= w.upper and w.a.size]
    rates = [link_rates(cluster, w) for w in links]
    for link, rate in zip(links, rates, strict=True):
        if rate is None:
            return f"rate of {cluster.fabrics[fabric].name} {link.name}"
    if len(rates) == 1 and isinstance(rates[0], int):
        return rates[0]
    table = np.zeros(int(cluster.devices.first_port[-1]), dtype=np.int64)
    for link, rate in zip(links, rates, strict=True):
        assert rate is not None
        table[link.take(cluster.links.a_port)] = rate
    return np.asarray(table[cluster.fabrics[fabric].endpoints.port])


def nonblocking(cluster: Cluster, fabric: int) -> tuple[bool | None, str]:
    """Return whether a fabric is proved non-blocking by its links, and why (None: it cannot be said).

    The certificate: every switch below the top has at least as much bandwidth up as down, evenly to every
    upper switch of its group, and every declared network is one component.
    """
    return once(cluster, ("nonblocking", fabric), lambda _: _nonblocking(cluster, fabric))


def _nonblocking(cluster: Cluster, fabric: int) -> tuple[bool | None, str]:
    own, used = cluster.fabrics[fabric], load(cluster, fabric)
    failed = _no_certificate(cluster, fabric, used)
    if failed is not None:
        return failed
    mine = switches(cluster, fabric)
    low = mine[cluster.devices.tier[mine] < len(own.tiers) - 1]
    over = used.down_rate[low] > used.up_rate[low]
    if over.any():
        name = cluster.devices.names.spell(int(low[np.argmax(over)]))
        return (
            False,
            f"{int(over.sum())} of {low.size} switches have less bandwidth up than down, {name} first",
        )
    for link in wires(cluster, fabric):
        if 0 <= link.lower < link.upper and link.a.size:
            even = balance(cluster, link)
            if (even.most != even.least).any():
                return None, f"links of {link.name} are not spread evenly, so there is no proof"
    if len(own.tiers) == 1 and switched(cluster, fabric).count > 1:
        return True, "each switch is a crossbar; they join inside the nodes"
    return True, "every switch has as much bandwidth up as down, evenly to every switch above"


def _no_certificate(cluster: Cluster, fabric: int, used: Load) -> tuple[bool | None, str] | None:
    """Return the answer where no certificate can be had: no links, unknown rates, several components."""
    if not used.down.any():
        return None, "the fabric has no links in use"
    if used.missing:
        return None, f"{used.missing[0]} is unknown"
    for link in wires(cluster, fabric):
        if link.a.size and link.upper != link.lower + 1:
            return None, f"links of {link.name} do not join adjacent tiers"
    found, planned = components(cluster, fabric).count, networks(cluster, fabric)
    expected = 1 if isinstance(planned, str) else len(planned.names)
    if found > expected and cluster.fabrics[fabric].role != "scale-up":
        return False, f"the fabric has {found} components, {expected} declared"
    return None


def bisection(cluster: Cluster, fabric: int) -> tuple[int | None, str]:
    """Return the bisection bandwidth of a fabric in one direction (bit/s), and how it is known.

    Non-blocking: half of the bandwidth of all endpoints (closed form). Otherwise half of the bandwidth of
    the narrowest tier, which is an upper bound and says so.
    """
    proved, why = nonblocking(cluster, fabric)
    if proved is None and (not load(cluster, fabric).down.any() or load(cluster, fabric).missing):
        return None, why
    cuts: dict[tuple[int, int], tuple[int, str]] = {}
    for link in wires(cluster, fabric):
        rate = link_rates(cluster, link)
        if not link.a.size or rate is None or link.upper <= link.lower:
            continue
        total = link.a.size * rate if isinstance(rate, int) else int(rate.sum())
        before = cuts.get((link.lower, link.upper), (0, link.name))
        cuts[link.lower, link.upper] = (before[0] + total, link.name)
    ends = sum(total for (lower, _), (total, _) in cuts.items() if lower < 0)
    if proved:
        return ends // 2, "half of the bandwidth of all endpoints, since the fabric is non-blocking"
    if not cuts:
        return None, why
    narrow, name = min(cuts.values())
    return narrow // 2, f"upper bound: half of the bandwidth of {name}; {why}"
