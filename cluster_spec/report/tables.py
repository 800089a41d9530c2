"""The tables that `show` prints: devices, ports, links, cables, racks, growth, with stable columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.analysis.figures import accelerators
from cluster_spec.analysis.growth import growth
from cluster_spec.analysis.order import natural_ranks
from cluster_spec.analysis.rackuse import rack_use
from cluster_spec.report.cells import Column, Table, decimals, joined, numbers, texts
from cluster_spec.report.ends import MILLI, UM, Ends
from cluster_spec.report.linktables import cables, links

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.model.cluster import Cluster

    Make = Callable[[np.ndarray], np.ndarray]

TABLES = ("devices", "ports", "links", "cables", "racks", "growth")
"""The tables, as the command line names them."""


def table(cluster: Cluster, name: str, fabric: str | None = None) -> Table:
    """Return a table; `fabric` leaves only what belongs to one fabric. KeyError: there is no such table."""
    index = None if fabric is None else next(i for i, f in enumerate(cluster.fabrics) if f.name == fabric)
    return _MAKERS[name](cluster, index)


def _few(values: list[Any], indices: np.ndarray) -> Make:
    """Return a column that takes few texts by index (-1: empty)."""
    cells, _ = texts(str(v) for v in values)
    return lambda rows: cells[indices[rows]]


def devices(cluster: Cluster, fabric: int | None) -> Table:
    """Return the devices; with a fabric, its switches and the devices with endpoints in it."""
    own, ends = cluster.devices, Ends(cluster)
    order = np.argsort(natural_ranks(own.names), kind="stable")
    if fabric is not None:
        mine = own.fabric == fabric
        mine[cluster.fabrics[fabric].endpoints.device] = True
        order = order[mine[order]]
    ultra = np.append(cluster.ultra_nodes.names.spelled(), np.array([b""]))
    tiers = [(i, j, t.name) for i, f in enumerate(cluster.fabrics) for j, t in enumerate(f.tiers)]
    deep = max((j for _, j, _ in tiers), default=0) + 2
    tier_name = np.full(((len(cluster.fabrics) + 1) * deep), -1, dtype=np.int64)
    for index, (i, j, _) in enumerate(tiers):
        tier_name[i * deep + j] = index
    tier_of = np.where(own.fabric >= 0, tier_name[np.maximum(own.fabric * deep + own.tier, -1)], -1)
    held = accelerators(cluster).per_device
    columns = (
        Column("name", lambda r: ends.device[r]),
        Column("role", _few(list(own.roles), own.role)),
        Column("kind", _few([p.kind for p in cluster.parts], own.part)),
        Column("part", _few([p.name for p in cluster.parts], own.part)),
        Column("state", lambda r: ends.state[own.state[r]]),
        Column("phase", lambda r: ends.phase[own.phase[r]]),
        Column("ultra_node", lambda r: ultra[own.ultra_node[r]]),
        Column("rack", lambda r: ends.rack[own.rack[r]]),
        Column("u", ends.u, number=True),
        Column("fabric", lambda r: ends.fabric[own.fabric[r]]),
        Column("tier", _few([name for _, _, name in tiers], tier_of)),
        Column("accelerators", lambda r: numbers(held[r]), number=True),
    )
    return Table(columns, order)


def ports(cluster: Cluster, fabric: int | None) -> Table:
    """Return all ports, with the link and the other end of those in use; with a fabric, those in its use."""
    ends, own = Ends(cluster), cluster.devices
    first, lines = own.first_port, cluster.links
    total = int(first[-1])
    link = np.full(total, -1, dtype=np.int32)
    every = np.arange(len(lines), dtype=np.int32)
    link[lines.z_port], link[lines.a_port] = every, every
    order = _port_order(cluster, ends)
    if fabric is not None:
        taken = np.append(ends.class_fabric[lines.klass], -1)
        order = order[taken[link[order]] == fabric]

    def device(rows: np.ndarray) -> np.ndarray:
        return np.searchsorted(first, rows, side="right") - 1

    def local(rows: np.ndarray) -> np.ndarray:
        return ends.local(device(rows), rows)

    def far(rows: np.ndarray, what: str) -> np.ndarray:
        at = link[rows]
        if not len(lines):
            return np.full(rows.size, b"")
        low = lines.a_port[at] == rows
        there = np.where(low, lines.z_device[at], lines.a_device[at])
        cells = ends.device[there]
        if what == "port":
            cells = ends.port(there, np.where(low, lines.z_port[at], lines.a_port[at]))
        return np.where(at >= 0, cells, b"")

    def id_(rows: np.ndarray) -> np.ndarray:
        at = link[rows]
        return np.where(at >= 0, ends.link_id(at), b"") if len(lines) else np.full(rows.size, b"")

    flat = [port for layout in cluster.layouts for port in layout.ports]
    os_name, os_safe = texts(p.os_name or "" for p in flat)
    role, _ = texts(p.role for p in flat)
    rate, _ = texts("" if p.rate is None else str(p.rate) for p in flat)
    columns = (
        Column("device", lambda r: ends.device[device(r)]),
        Column("port", lambda r: ends.label[local(r)], safe=ends.plain),
        Column("cage", lambda r: ends.cage[local(r)], safe=ends.plain_cage),
        Column("role", lambda r: role[local(r)]),
        Column("rate_bps", lambda r: rate[local(r)], number=True),
        Column("os_name", lambda r: os_name[local(r)], safe=os_safe),
        Column("link", id_, safe=ends.plain),
        Column("peer_device", lambda r: far(r, "device")),
        Column("peer_port", lambda r: far(r, "port"), safe=ends.plain),
    )
    return Table(columns, order)


def _port_order(cluster: Cluster, ends: Ends) -> np.ndarray:
    """Return all ports by device and port in natural order."""
    own = cluster.devices
    sizes = np.diff(own.first_port)
    device = np.repeat(np.arange(len(own)), sizes)
    ranks = ends.port_ranks()
    span = int(ranks.max(initial=0)) + 1
    port = np.arange(device.size)
    key = natural_ranks(own.names)[device] * span + ranks[ends.local(device, port)]
    return np.argsort(key, kind="stable")


def racks(cluster: Cluster, fabric: int | None) -> Table:
    """Return the racks with their place and what stands in them; with a fabric, those with its devices."""
    own, ends, use = cluster.racks, Ends(cluster), rack_use(cluster)
    order = np.argsort(natural_ranks(own.names), kind="stable")
    if fabric is not None:
        mine = np.zeros(len(own) + 1, dtype=bool)
        chosen = devices(cluster, fabric).rows
        mine[cluster.devices.rack[chosen]] = True
        order = order[mine[:-1][order]]
    columns = (
        Column("name", lambda r: ends.rack[r]),
        Column("part", _few([p.name for p in cluster.parts], own.part)),
        Column("hall", _few([h.name for h in cluster.halls], own.hall)),
        Column("row", _few([row.name for row in cluster.rows], own.row)),
        Column("slot", lambda r: numbers(own.slot[r], own.slot[r] >= 0), number=True),
        Column("x_m", lambda r: _signed(own.x[r], own.placed[r]), number=True),
        Column("y_m", lambda r: _signed(own.y[r], own.placed[r]), number=True),
        Column("state", lambda r: ends.state[own.state[r]]),
        Column("devices", lambda r: numbers(use.devices[r]), number=True),
        Column("units", lambda r: numbers(use.units[r], use.units[r] >= 0), number=True),
        Column("units_used", lambda r: decimals(use.used[r], MILLI, 3), number=True),
        Column("power_w", lambda r: decimals(use.power[r], MILLI, 3), number=True),
    )
    return Table(columns, order)


def _signed(um: np.ndarray, known: np.ndarray) -> np.ndarray:
    minus = np.where(um < 0, b"-", b"")
    return np.where(known, joined(minus, decimals(np.abs(um), UM, 3)), b"")


def growth_table(cluster: Cluster, fabric: int | None) -> Table:
    """Return what there is now and at `grow_to`, and what is left for it."""
    found = growth(cluster, fabric)

    def column(name: str, *, number: bool = True) -> Column:
        cells, safe = texts("" if getattr(line, name) is None else str(getattr(line, name)) for line in found)
        return Column(name, lambda rows: cells[rows], number=number, safe=safe)

    names = ("resource", "name", "now", "at_grow_to", "capacity", "free", "note")
    text = {"resource", "name", "note"}
    return Table(tuple(column(n, number=n not in text) for n in names), np.arange(len(found)))


_MAKERS = {
    "devices": devices,
    "ports": ports,
    "links": links,
    "cables": cables,
    "racks": racks,
    "growth": growth_table,
}
