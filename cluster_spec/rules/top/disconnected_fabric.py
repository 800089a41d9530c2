"""TOP001: every network of a fabric is one component."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.coordinates import leaves, networks
from cluster_spec.analysis.graph import IDLE, built, components, linked_devices, working
from cluster_spec.columns import distinct, member
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cluster_spec.analysis.graph import Components
    from cluster_spec.model.cluster import Cluster

TABLE = 1 << 24


@rule(
    "TOP001",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="design: a network that is not connected is not one network",
    needs=("fabrics.*.disjoint",),
    sections=("fabrics",),
)
def disconnected_fabric(cluster: Cluster) -> Verdict:
    """A fabric or a network that `disjoint` declares falls apart, or an endpoint or switch has no link.

    Why:
        What stands in different components never exchanges a byte. Components are counted through switches
        only: a node with two ports forwards nothing from one to the other. A fabric of one tier is counted
        through the owners of its endpoints, where rails join inside the node. `disjoint: [rail]` says that
        each rail is a network of its own on purpose.
    Bad:
        fabrics: {compute: {topology: {tiers: {spine: {per: [rail]}}}}}
    Good:
        fabrics: {compute: {disjoint: [rail], topology: {tiers: {spine: {per: [rail]}}}}}
    """
    bad: list[Bad] = []
    unknown: list[Unknown] = []
    decided = 0
    for fabric in built(cluster):
        decided += cluster.fabrics[fabric].endpoints.device.size + working(cluster, fabric).size
        bad += _isolated(cluster, fabric)
        for found in _apart(cluster, fabric):
            (bad if isinstance(found, Bad) else unknown).append(found)  # type: ignore[arg-type]
    return Verdict("devices", decided, tuple(bad), tuple(unknown))


def _isolated(cluster: Cluster, fabric: int) -> Iterator[Bad]:
    """Yield endpoints and switches without any link."""
    own = cluster.fabrics[fabric]
    lost = leaves(cluster, fabric) < 0
    if lost.any():
        devices = own.endpoints.device[lost]
        devices = devices[~member(cluster.devices.state[devices], IDLE)]
        rows, ports = np.unique(devices, return_counts=True)
        yield Bad(
            rows,
            lambda s, _: f"{s}: {_count(int(ports.sum()), 'port')} of {own.name} without a working link",
            measured=ports,
            limit=0,
            unit="ports",
            origin=np.full(rows.size, own.origin),
            related=cluster.devices.origin[rows].astype(np.int64),
            related_text="declared here",
        )
    mine = working(cluster, fabric)
    alone = mine[~linked_devices(cluster, fabric)[mine]]
    if alone.size:
        yield Bad(
            alone, lambda s, _: f"{s} of {own.name}: no working link", measured=0, limit=1, unit="links"
        )


def _apart(cluster: Cluster, fabric: int) -> Iterator[Bad | Unknown]:
    """Yield the switches that are cut off from the largest component of their network."""
    own, found, planned = cluster.fabrics[fabric], components(cluster, fabric), networks(cluster, fabric)
    if isinstance(planned, str):
        yield Unknown(f"coordinate {planned} of {own.name}", working(cluster, fabric))
        return
    lost = np.flatnonzero(planned.of < 0)
    if lost.size:
        names = " or ".join(own.disjoint)
        yield Unknown(f"coordinate {names} of {own.name}", distinct(own.endpoints.device[lost]))
    linked = linked_devices(cluster, fabric) & (found.of >= 0)
    minor, parts = _minor(cluster, fabric, found, planned.of, len(planned.names), linked)
    rows = np.flatnonzero(linked & minor[found.of])
    if not rows.size:
        return
    if own.uplink is not None and found.owners and parts <= own.uplink.count:
        yield Unknown(f"the switches that carry the uplink of {own.name}", rows)
        return
    what = f"a network of {own.name} ({', '.join(own.disjoint)})" if own.disjoint else own.name
    yield Bad(
        rows,
        lambda s, _: f"{what} falls into {parts} components: no switch joins {s} to the others",
        measured=parts,
        limit=1,
        unit="components",
        origin=np.full(rows.size, own.origin),
        related=np.full(rows.size, int(cluster.devices.origin[rows[0]])),
        related_text="switches of that component",
    )


def _minor(
    cluster: Cluster, fabric: int, found: Components, network: np.ndarray, count: int, linked: np.ndarray
) -> tuple[np.ndarray, int]:
    """Return which components are cut off, and into how many the worst network falls."""
    size = max(found.count, 1)
    leaf = leaves(cluster, fabric)
    valid = (leaf >= 0) & (network >= 0)
    key = network[valid] * size + found.of[leaf[valid]]
    if not key.size:
        key, count = found.of[linked], 1
    if size * count > TABLE:
        cells, weight = np.unique(key, return_counts=True)
    else:
        table = np.bincount(key, minlength=size * count)
        cells = np.flatnonzero(table)
        weight = table[cells]
    owner, part = np.divmod(cells, size)
    order = np.lexsort((weight, owner))
    last = np.r_[owner[order][1:] != owner[order][:-1], True] if order.size else np.zeros(0, bool)
    minor = np.ones(size, dtype=bool)
    minor[part[order][last]] = False
    present = np.zeros(size, dtype=bool)
    present[found.of[linked]] = True
    empty = int((present & ~member(np.arange(size), part)).sum())
    parts = (int(np.bincount(owner).max()) if owner.size else 0) + empty
    return minor & present, parts


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
