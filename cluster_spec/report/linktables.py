"""The tables of links and cables, and what stands on labels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.labels import DEFAULT, FIELDS
from cluster_spec.report.cells import Column, Table, decimals, joined, numbers
from cluster_spec.report.ends import UM, Ends, end_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.model.cluster import Cluster

    Make = Callable[[np.ndarray], np.ndarray]


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
        *end_columns(ends, "a", own.a_device, own.a_port),
        *end_columns(ends, "z", own.z_device, own.z_port),
        Column("rate_bps", lambda r: ends.rate[own.klass[r]], number=True),
        Column("cable_id", lambda r: ends.cable_id(own.cable[r]), safe=ends.plain and not cables.named),
        Column("medium", lambda r: ends.medium[medium(r)]),
        Column("length_m", lambda r: decimals(length(r), UM, 3), number=True),
        Column("length_basis", lambda r: ends.basis[basis(r)]),
        Column("state", lambda r: ends.state[own.state[r]]),
        Column("class", lambda r: ends.klass[own.klass[r]]),
    )
    return Table(columns, order)


def cables(cluster: Cluster, fabric: int | None) -> Table:
    """Return the cables, with both ends of the first link and what stands on the labels."""
    ends, own, lines = Ends(cluster), cluster.cables, cluster.links
    order = ends.link_order()
    order = _own_first(lines.cable, own.link, order)
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
        *end_columns(ends, "a", *a),
        *end_columns(ends, "z", *z),
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


def _own_first(cable: np.ndarray, first: np.ndarray, order: np.ndarray) -> np.ndarray:
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
