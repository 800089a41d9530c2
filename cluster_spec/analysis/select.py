"""Selectors: which rows of a table a waiver or an exception speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.analysis.subjects import subjects
from cluster_spec.columns import common, distinct, member
from cluster_spec.names import RangeError, parse_ranges

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster

SETS = {
    "nodes": "devices",
    "switches": "devices",
    "devices": "devices",
    "racks": "racks",
    "ultra_nodes": "ultra_nodes",
    "links": "links",
    "cables": "cables",
    "ports": "ports",
    "fabrics": "fabrics",
    "halls": "halls",
    "power": "power",
    "loops": "loops",
    "networks": "networks",
    "claims": "claims",
    "parts": "parts",
}


def select_rows(cluster: Cluster, over: str, of: Any) -> np.ndarray:
    """Return the rows of table `over` that a selector names.

    A text is a set of names of that table, of the devices or racks that the rows stand in, or of their fabric;
    `"*"` is everything. A mapping says the table: `{racks: "c[01-16]"}`, `{fabrics: compute}`, `{part: NAME}`.
    """
    if isinstance(of, str):
        return _by_text(cluster, over, of)
    rows: np.ndarray | None = None
    for kind, text in of.items():
        mine = _by_kind(cluster, over, kind, str(text))
        rows = mine if rows is None else common(rows, mine)
    return rows if rows is not None else np.zeros(0, dtype=np.int64)


def size_of(cluster: Cluster, over: str) -> int:
    """Return how many rows a table has."""
    many = {
        "racks": cluster.racks,
        "devices": cluster.devices,
        "ultra_nodes": cluster.ultra_nodes,
        "links": cluster.links,
        "cables": cluster.cables,
        "fabrics": cluster.fabrics,
        "halls": cluster.halls,
        "rows": cluster.rows,
        "power": cluster.power,
        "networks": cluster.networks,
        "claims": cluster.claims,
        "parts": cluster.parts,
        "waivers": cluster.waivers,
        "assets": cluster.assets,
    }
    if over == "ports":
        return int(cluster.devices.first_port[-1])
    if over == "loops":
        return len(cluster.cooling.loops) if cluster.cooling else 0
    return len(many[over]) if over in many else 1  # type: ignore[arg-type]


def _by_text(cluster: Cluster, over: str, text: str) -> np.ndarray:
    if text == "*":
        return np.arange(size_of(cluster, over))
    rows = _named(cluster, over, text)
    if rows.size:
        return rows
    for kind in ("fabrics", "racks", "ultra_nodes", "devices"):
        if kind != over:
            rows = _inside(cluster, over, kind, _named(cluster, kind, text))
            if rows.size:
                return rows
    return np.zeros(0, dtype=np.int64)


def _by_kind(cluster: Cluster, over: str, kind: str, text: str) -> np.ndarray:
    if kind == "part":
        parts = [i for i, p in enumerate(cluster.parts) if p.name == text]
        devices = np.flatnonzero(member(cluster.devices.part, parts))
        return devices if over == "devices" else _inside(cluster, over, "devices", devices)
    table = SETS.get(kind, kind)
    rows = np.arange(size_of(cluster, table)) if text == "*" else _named(cluster, table, text)
    return rows if table == over else _inside(cluster, over, table, rows)


def _named(cluster: Cluster, table: str, text: str) -> np.ndarray:
    """Return the rows of a table whose names are in a set of ranges."""
    try:
        ranges = parse_ranges(text, {})
    except RangeError:
        return np.zeros(0, dtype=np.int64)
    if table in {"racks", "devices", "ultra_nodes"}:
        return _named_bulk(cluster, table, ranges)
    names = {n for r in ranges if not r.wild for n in r.names()}
    if table in {"links", "cables", "ports"}:
        return _named_links(cluster, table, names)
    known = subjects(cluster, table)
    return np.array([i for i in range(size_of(cluster, table)) if known.name(i) in names], dtype=np.int64)


def _named_bulk(cluster: Cluster, table: str, ranges: Any) -> np.ndarray:
    tables = {"racks": cluster.racks, "devices": cluster.devices, "ultra_nodes": cluster.ultra_nodes}
    names = tables[table].names  # type: ignore[attr-defined]
    picked: list[np.ndarray] = []
    for range_ in ranges:
        if range_.wild:
            picked += [
                np.arange(g.first, g.first + g.count)
                for g in names.groups
                if range_.text == "*" or g.literals == range_.literals
            ]
            continue
        picked.append(np.flatnonzero(member(names.spelled(), range_.spelled())))
    return distinct(np.concatenate(picked)) if picked else np.zeros(0, dtype=np.int64)


def _named_links(cluster: Cluster, table: str, names: set[str]) -> np.ndarray:
    """Links and cables as `fabric:device:port`, ports as `device port`."""
    known = subjects(cluster, table)
    between = " " if table == "ports" else ":"
    devices = {n.split(between)[0 if table == "ports" else 1] for n in names if between in n}
    near = (
        _named_bulk(cluster, "devices", parse_ranges(",".join(sorted(devices)), {}))
        if devices
        else np.zeros(0, int)
    )
    rows = _inside(cluster, table, "devices", near)
    return np.array([int(r) for r in rows if known.name(int(r)) in names], dtype=np.int64)


def _inside(cluster: Cluster, over: str, kind: str, rows: np.ndarray) -> np.ndarray:
    """Return the rows of `over` that belong to rows of another table."""
    none = np.zeros(0, dtype=np.int64)
    if not rows.size:
        return none
    devices = _devices_of(cluster, kind, rows)
    if over == "devices":
        return devices
    if over == "racks" and kind != "fabrics":
        return distinct(cluster.devices.rack[devices][cluster.devices.rack[devices] >= 0])
    if over == "ports":
        first = cluster.devices.first_port
        pieces = [np.arange(first[d], first[d + 1]) for d in devices]
        return np.concatenate(pieces) if pieces else none
    if over in {"links", "cables"}:
        links = _links_of(cluster, kind, rows, devices)
        return distinct(cluster.links.cable[links]) if over == "cables" else links
    return none


def _devices_of(cluster: Cluster, kind: str, rows: np.ndarray) -> np.ndarray:
    devices = cluster.devices
    column = {"racks": devices.rack, "ultra_nodes": devices.ultra_node}.get(kind)
    if kind == "devices":
        return rows
    if kind == "fabrics":
        ends = [cluster.fabrics[int(f)].endpoints.device for f in rows]
        return distinct(np.concatenate([np.flatnonzero(member(devices.fabric, rows)), *ends]))
    if column is None:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(member(column, rows))


def _links_of(cluster: Cluster, kind: str, rows: np.ndarray, devices: np.ndarray) -> np.ndarray:
    links = cluster.links
    if kind == "fabrics":
        of = np.array([c.fabric for c in cluster.classes], dtype=np.int64)
        return np.flatnonzero(member(of[links.klass], rows))
    return np.flatnonzero(member(links.a_device, devices) | member(links.z_device, devices))
