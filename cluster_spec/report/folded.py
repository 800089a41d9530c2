"""The tables of `show` for people: rows that are alike come together, in few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.figures import accelerators
from cluster_spec.analysis.growth import growth
from cluster_spec.analysis.linkkinds import kind_of, link_kinds
from cluster_spec.analysis.rackuse import rack_use
from cluster_spec.model.tables import BASES, STATES
from cluster_spec.report.terminal import clean, fit
from cluster_spec.units import spell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cluster_spec.model.cluster import Cluster

NAMES = 48
"""Cells that a folded set of names takes before it is cut."""
Row = tuple[str, ...]


def folded(cluster: Cluster, name: str, fabric: str | None = None) -> list[Row]:
    """Return the rows of a table for people, the header first. KeyError: there is no such table."""
    index = None if fabric is None else next(i for i, f in enumerate(cluster.fabrics) if f.name == fabric)
    return [tuple(clean(cell) for cell in row) for row in _MAKERS[name](cluster, index)]


def _groups(*columns: np.ndarray) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
    """Yield the distinct combinations of some columns, in order, and the rows of each."""
    if not columns[0].size:
        return
    order = np.lexsort(columns[::-1])
    key = np.stack([column[order] for column in columns])
    starts = np.flatnonzero(np.r_[True, (key[:, 1:] != key[:, :-1]).any(axis=0)])
    for start, end in zip(starts, [*starts[1:], order.size], strict=True):
        yield tuple(key[:, start].tolist()), np.sort(order[start:end])


def _names(fold: Callable[[np.ndarray], str], rows: np.ndarray) -> str:
    return fit(fold(rows), NAMES)


def _devices(cluster: Cluster, fabric: int | None) -> Iterator[Row]:
    yield "DEVICES", "COUNT", "ROLE", "PART", "STATE", "ACCELERATORS"
    own, held = cluster.devices, accelerators(cluster).per_device
    keep = np.ones(len(own), dtype=bool)
    if fabric is not None:
        keep = own.fabric == fabric
        keep[cluster.fabrics[fabric].endpoints.device] = True
    chosen = np.flatnonzero(keep)
    for (role, _, part, state), at in _groups(
        *(c[chosen] for c in (own.role, own.origin, own.part, own.state))
    ):
        rows = chosen[at]
        cards = int(held[rows].sum())
        yield (
            _names(own.names.fold, rows),
            f"{rows.size:,}",
            own.roles[role],
            cluster.parts[part].name,
            STATES[state],
            f"{cards:,}" if cards else "",
        )


def _links(cluster: Cluster, fabric: int | None) -> Iterator[Row]:
    yield "FABRIC", "LINKS", "COUNT", "RATE", "LOWER PORTS", "UPPER PORTS", "MEDIUM"
    for kind in _kinds(cluster, fabric):
        yield (
            cluster.fabrics[kind.fabric].name,
            kind.klass.name,
            f"{kind.count:,}",
            "?" if kind.klass.rate is None else spell(kind.klass.rate, "rate"),
            kind.a.label.removesuffix(" ports"),
            kind.z.label.removesuffix(" ports"),
            kind.medium_name or "?",
        )


def _kinds(cluster: Cluster, fabric: int | None) -> list[Kind]:
    kinds = [k for k in link_kinds(cluster).items if fabric is None or k.fabric == fabric]
    return sorted(kinds, key=lambda k: (k.fabric, k.klass.lower, k.klass.upper, -k.count))


def _cables(cluster: Cluster, fabric: int | None) -> Iterator[Row]:
    yield "FABRIC", "LINKS", "MEDIUM", "LENGTH", "BASIS", "CABLES"
    cables, links = cluster.cables, cluster.links
    if not len(cables):
        return
    klass = links.klass[cables.link]
    for (own, medium, length, basis), rows in _groups(klass, cables.medium, cables.length, cables.basis):
        found = cluster.classes[own]
        if fabric is not None and found.fabric != fabric:
            continue
        yield (
            cluster.fabrics[found.fabric].name,
            found.name,
            cluster.parts[cluster.media[medium]].name if medium >= 0 else "?",
            spell(length, "length") if length >= 0 else "?",
            BASES[basis],
            f"{rows.size:,}",
        )


def _ports(cluster: Cluster, fabric: int | None) -> Iterator[Row]:
    yield "PART", "PORTS", "ROLE", "RATE", "COUNT", "IN USE"
    from cluster_spec.analysis.lanes import used_ports

    used, own = used_ports(cluster), cluster.devices
    taken = np.concatenate([[0], np.cumsum(used)])
    found: dict[tuple[str, str, str, str], list[int]] = {}
    for index, layout in enumerate(cluster.layouts):
        devices = np.flatnonzero(own.layout == index)
        if fabric is not None:
            devices = devices[own.fabric[devices] == fabric]
        first = own.first_port[devices]
        part = cluster.parts[layout.part].name
        for local, port in enumerate(layout.ports if devices.size else ()):
            rate = "?" if port.rate is None else spell(port.rate, "rate")
            tally = found.setdefault((part, kind_of(port), port.role, rate), [0, 0])
            tally[0] += int(devices.size)
            tally[1] += int((taken[first + local + 1] - taken[first + local]).sum())
    for key in sorted(found):
        yield (*key, f"{found[key][0]:,}", f"{found[key][1]:,}")


def _racks(cluster: Cluster, fabric: int | None) -> Iterator[Row]:
    yield "RACKS", "COUNT", "ROW", "PART", "DEVICES", "U IN USE", "POWER"
    racks, use = cluster.racks, rack_use(cluster)
    keep = np.ones(len(racks), dtype=bool)
    if fabric is not None:
        keep[:] = False
        mine = cluster.devices.rack[cluster.devices.fabric == fabric]
        keep[mine[mine >= 0]] = True
    chosen = np.flatnonzero(keep)
    columns = (racks.family, racks.row, racks.part, use.devices, use.used, use.power)
    for (_, row, part, count, height, draw), at in _groups(*(c[chosen] for c in columns)):
        units = int(use.units[chosen[at[0]]])
        yield (
            _names(racks.names.fold, chosen[at]),
            f"{at.size:,}",
            cluster.rows[row].name if row >= 0 else "",
            cluster.parts[part].name,
            f"{count:,}",
            f"{height / 1000:g} of {units}" if height >= 0 and units >= 0 else "?",
            spell(draw, "power") if draw >= 0 else "?",
        )


def _growth(cluster: Cluster, fabric: int | None) -> Iterator[Row]:
    yield "RESOURCE", "NAME", "NOW", "AT GROW_TO", "CAPACITY", "FREE", "NOTE"
    for line in growth(cluster, fabric):
        figures = (line.now, line.at_grow_to, line.capacity, line.free)
        cells = ("" if value is None else f"{value:,}" for value in figures)
        yield (line.resource, fit(line.name, NAMES), *cells, line.note)


_MAKERS = {
    "devices": _devices,
    "ports": _ports,
    "links": _links,
    "cables": _cables,
    "racks": _racks,
    "growth": _growth,
}

if TYPE_CHECKING:
    from cluster_spec.analysis.linkkinds import Kind
