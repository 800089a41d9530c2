"""The tables that `show` prints: devices, ports, links, cables, racks, growth, with stable columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.analysis.figures import accelerators
from cluster_spec.analysis.growth import growth
from cluster_spec.analysis.labels import DEFAULT, FIELDS
from cluster_spec.analysis.order import natural_ranks
from cluster_spec.analysis.rackuse import rack_use
from cluster_spec.report.cells import Column, Table, decimals, joined, numbers, texts
from cluster_spec.report.ends import MILLI, UM, Ends

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


def links(cluster: Cluster, fabric: int | None) -> Table:
    """Return the links; what is printed is valid input of `links:`."""
    ends, own = Ends(cluster), cluster.links
    cables = cluster.cables
    order = ends.link_order()
    if fabric is not None:
        order = order[ends.class_fabric[own.klass[order]] == fabric]

    def cable(column: np.ndarray) -> Make:
        return lambda rows: column[own.cable[rows]]

    length, medium, basis = cable(cables.length), cable(cables.medium), cable(cables.basis)
    columns = (
        Column("id", ends.link_id, safe=ends.plain),
        Column("fabric", lambda r: ends.fabric[ends.class_fabric[own.klass[r]]]),
        Column("phase", lambda r: ends.phase[own.phase[r]]),
        *_end(ends, "a", own.a_device, own.a_port),
        *_end(ends, "z", own.z_device, own.z_port),
        Column("rate_bps", lambda r: ends.rate[own.klass[r]], number=True),
        Column("cable_id", lambda r: ends.cable_id(own.cable[r]), safe=ends.plain and not cables.named),
        Column("medium", lambda r: ends.medium[medium(r)]),
        Column("length_m", lambda r: decimals(length(r), UM, 3), number=True),
        Column("length_basis", lambda r: ends.basis[basis(r)]),
        Column("state", lambda r: ends.state[own.state[r]]),
        Column("class", lambda r: ends.klass[own.klass[r]]),
    )
    return Table(columns, order)


def _end(ends: Ends, side: str, device: np.ndarray, port: np.ndarray) -> tuple[Column, ...]:
    rack = ends.cluster.devices.rack
    return (
        Column(f"{side}_device", lambda r: ends.device[device[r]]),
        Column(f"{side}_port", lambda r: ends.port(device[r], port[r]), safe=ends.plain),
        Column(f"{side}_cage", lambda r: ends.cage[ends.local(device[r], port[r])], safe=ends.plain_cage),
        Column(f"{side}_rack", lambda r: ends.rack[rack[device[r]]]),
        Column(f"{side}_u", lambda r: ends.u(device[r]), number=True),
    )


def cables(cluster: Cluster, fabric: int | None) -> Table:
    """Return the cables, with both ends of the first link and what stands on the labels."""
    ends, own, lines = Ends(cluster), cluster.cables, cluster.links
    order = ends.link_order()
    order = own_first(lines.cable, own.link, order)
    first = own.link
    if fabric is not None:
        order = order[ends.class_fabric[lines.klass[first[order]]] == fabric]
    count = np.bincount(lines.cable, minlength=len(own)) if len(lines) else np.zeros(0, dtype=np.int64)

    def link(column: np.ndarray) -> np.ndarray:
        return column[first] if len(own) else column[:0]

    a, z = (link(lines.a_device), link(lines.a_port)), (link(lines.z_device), link(lines.z_port))
    klass, state, phase = link(lines.klass), link(lines.state), link(lines.phase)
    template = cluster.cabling.label or DEFAULT
    columns = (
        Column("id", ends.cable_id, safe=ends.plain and not own.named),
        Column("fabric", lambda r: ends.fabric[ends.class_fabric[klass[r]]]),
        Column("class", lambda r: ends.klass[klass[r]]),
        Column("phase", lambda r: ends.phase[phase[r]]),
        *_end(ends, "a", *a),
        *_end(ends, "z", *z),
        Column("medium", lambda r: ends.medium[own.medium[r]]),
        Column("length_m", lambda r: decimals(own.length[r], UM, 3), number=True),
        Column("need_m", lambda r: decimals(own.need[r], UM, 3), number=True),
        Column("length_basis", lambda r: ends.basis[own.basis[r]]),
        Column("links", lambda r: numbers(count[r]), number=True),
        Column("state", lambda r: ends.state[state[r]]),
        Column("a_label", lambda r: _label(ends, template, r, (a, z), klass), safe=False),
        Column("z_label", lambda r: _label(ends, template, r, (z, a), klass), safe=False),
    )
    return Table(columns, order)


def own_first(cable: np.ndarray, first: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Return cables in the order of their first links."""
    if not first.size:
        return np.zeros(0, dtype=np.int64)
    leads = np.zeros(cable.size, dtype=bool)
    leads[first] = True
    return np.asarray(cable[order[leads[order]]])


def _label(
    ends: Ends,
    template: str,
    rows: np.ndarray,
    sides: tuple[tuple[np.ndarray, np.ndarray], ...],
    klass: np.ndarray,
) -> np.ndarray:
    """Return labels as they stand at the first of two sides; fields that no label has stay as written."""
    import re

    pieces: list[np.ndarray | bytes] = []
    for index, piece in enumerate(re.split(r"\{([^{}]*)\}", template)):
        if index % 2 == 0:
            pieces.append(piece.encode())
        else:
            pieces.append(_field(ends, piece.strip(), rows, sides, klass))
    return joined(*pieces, np.full(rows.size, b""))


def _field(
    ends: Ends,
    name: str,
    rows: np.ndarray,
    sides: tuple[tuple[np.ndarray, np.ndarray], ...],
    klass: np.ndarray,
) -> np.ndarray | bytes:
    if name not in FIELDS:
        return f"{{{name}}}".encode()
    if name == "fabric":
        return np.asarray(ends.fabric[ends.class_fabric[klass[rows]]])
    if name == "cable":
        return ends.cable_id(rows)
    if name == "medium":
        return np.asarray(ends.medium[ends.cluster.cables.medium[rows]])
    side, _, what = name.partition("_")
    device, port = sides[side == "far"]
    device, port = device[rows], port[rows]
    if what == "":
        return joined(ends.device[device], b":", ends.port(device, port))
    make: dict[str, Callable[[], np.ndarray]] = {
        "device": lambda: ends.device[device],
        "port": lambda: ends.port(device, port),
        "cage": lambda: ends.cage[ends.local(device, port)],
        "rack": lambda: ends.rack[ends.cluster.devices.rack[device]],
        "u": lambda: ends.u(device),
    }
    return np.asarray(make[what]())


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
    tier_of = np.where(own.fabric >= 0, tier_name[own.fabric * deep + own.tier], -1)
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
