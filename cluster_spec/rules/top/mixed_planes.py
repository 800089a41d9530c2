"""TOP008: separate planes and networks share no switch, and adapters reach every plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.adapters import adapters
from cluster_spec.analysis.coordinates import PLANE, leaf_values, leaves, raise_values
from cluster_spec.analysis.graph import built, wires
from cluster_spec.analysis.tiers import end_rates
from cluster_spec.columns import distinct
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cluster_spec.model.cluster import Cluster


@rule(
    "TOP008",
    severity=Severity.ERROR,
    basis=Basis.VENDOR,
    since="0.1",
    source="Qian et al., Alibaba HPN, SIGCOMM 2024: two planes without a common switch",
    needs=("fabrics.*.endpoints.*.coordinates.plane", "fabrics.*.disjoint"),
    sections=("fabrics",),
)
def mixed_planes(cluster: Cluster) -> Verdict:
    """A switch joins two planes or two disjoint networks, or an adapter does not have one port in each plane.

    Why:
        Planes are there so that a fault in one leaves the other alone. One cable between them spreads its
        faults and its traffic, and an adapter with two ports in one plane is lost with that plane. Planes are
        the coordinate `plane` of endpoints; coordinates in `disjoint` are held apart in the same way.
    Bad:
        fabrics: {compute: {disjoint: [rail]}}
    Good:
        fabrics: {compute: {disjoint: [rail], topology: {tiers: {spine: {per: [rail]}}}}}
    """
    bad: list[Bad] = []
    unknown: list[Unknown] = []
    decided = 0
    for fabric in built(cluster):
        own = cluster.fabrics[fabric]
        known = own.endpoints.coordinates
        planes = (PLANE,) if PLANE in known else ()
        for coordinate in dict.fromkeys((*planes, *own.disjoint)):
            if coordinate not in known:
                unknown.append(Unknown(f"coordinate {coordinate} of {own.name}"))
                continue
            values = raise_values(cluster, fabric, leaf_values(cluster, fabric, coordinate))
            decided += int((values.value >= 0).sum())
            rows = np.flatnonzero(values.differ)
            if rows.size:
                bad.append(_joined(cluster, fabric, coordinate, rows))
        if planes:
            count, found, open_ = _adapters(cluster, fabric)
            decided += count
            bad += found
            unknown += open_
    return Verdict("devices", decided, tuple(bad), tuple(unknown))


def _joined(cluster: Cluster, fabric: int, coordinate: str, rows: np.ndarray) -> Bad:
    """Word the finding for switches that join several values of a coordinate."""
    values = leaf_values(cluster, fabric, coordinate)
    column = cluster.fabrics[fabric].endpoints.coordinates[coordinate]
    leaf = leaves(cluster, fabric)

    def below(row: int) -> list[int]:
        found = set(column[(leaf == row) & (column >= 0)].tolist())
        carried = raise_values(cluster, fabric, values)
        for link in wires(cluster, fabric):
            if link.lower >= 0:
                lower = link.a[link.z == row]
                found |= set(carried.value[lower[~carried.differ[lower]]].tolist()) - {-1}
        return sorted(found)

    def tell(subject: str, i: int) -> str:
        values = below(int(rows[i]))
        which = " and ".join(f"{coordinate} {v}" for v in values[:2]) or f"several values of {coordinate}"
        return f"{subject} of {cluster.fabrics[fabric].name} joins {which}, which are separate on purpose"

    cause = np.full(rows.size, sum(map(ord, coordinate)), dtype=np.int64)
    measured = np.array([max(len(below(int(r))), 2) for r in rows[:1]])
    return Bad(rows, tell, np.broadcast_to(measured, rows.shape), 1, f"values of {coordinate}", cause=cause)


def _adapters(cluster: Cluster, fabric: int) -> tuple[int, list[Bad], list[Unknown]]:
    """Check that each adapter has exactly one port in each plane, at one rate."""
    own = cluster.fabrics[fabric]
    plane = own.endpoints.coordinates[PLANE].astype(np.int64)
    valid = plane >= 0
    planes = int(distinct(plane[valid]).size)
    if planes <= 1:
        return 0, [], []
    found = adapters(cluster, fabric, planes)
    values, code = np.unique(plane[valid], return_inverse=True)
    count = np.bincount(found.of[valid] * planes + code, minlength=found.count * planes).reshape(
        found.count, planes
    )
    wrong = (count != 1).any(axis=1) & (count > 0).any(axis=1)
    rates = end_rates(cluster, fabric)
    unknown = [Unknown(rates)] if isinstance(rates, str) else []
    bad = list(_ports(cluster, fabric, found.device, count, wrong, values))
    if not isinstance(rates, str):
        bad += _rates(cluster, fabric, found.of, found.device, rates)
    return found.count, bad, unknown


def _ports(
    cluster: Cluster,
    fabric: int,
    device: np.ndarray,
    count: np.ndarray,
    wrong: np.ndarray,
    planes: np.ndarray,
) -> Iterator[Bad]:
    if not wrong.any():
        return
    rows, first = np.unique(device[wrong], return_index=True)
    table = count[np.flatnonzero(wrong)[first]]
    own = cluster.fabrics[fabric]
    number = int(wrong.sum())

    def tell(subject: str, i: int) -> str:
        at = int(np.argmax(np.abs(table[i] - 1)))
        adapter = "1 adapter has" if number == 1 else f"{number:,} adapters have"
        found = f"{table[i][at]} in plane {planes[at]}"
        return f"{subject}: {adapter} not one port in each plane of {own.name} ({found})"

    measured = table[np.arange(rows.size), np.abs(table - 1).argmax(axis=1)]
    yield Bad(
        rows,
        tell,
        measured,
        1,
        "ports per plane",
        cause=np.full(rows.size, -1),
        related=_own(own.origin, rows),
    )


def _rates(
    cluster: Cluster, fabric: int, of: np.ndarray, device: np.ndarray, rates: np.ndarray | int
) -> Iterator[Bad]:
    if isinstance(rates, int):
        return
    low, high = np.full(device.size, np.iinfo(np.int64).max), np.zeros(device.size, dtype=np.int64)
    linked = rates > 0
    np.minimum.at(low, of[linked], rates[linked])
    np.maximum.at(high, of[linked], rates[linked])
    wrong = np.flatnonzero(low < high)
    if wrong.size:
        rows, first = np.unique(device[wrong], return_index=True)
        pick = wrong[first]
        own = cluster.fabrics[fabric]
        yield Bad(
            rows,
            lambda s, i: (
                f"{s}: ports of one adapter run at {low[pick[i]] // 10**9} and {high[pick[i]] // 10**9} Gb/s "
                f"in the planes of {own.name}"
            ),
            low[pick],
            high[pick],
            "bit/s",
            cause=np.full(rows.size, -2),
            related=_own(own.origin, rows),
        )


def _own(origin: int, rows: np.ndarray) -> np.ndarray:
    return np.full(rows.size, origin, dtype=np.int64)
