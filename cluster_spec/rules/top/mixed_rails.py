"""TOP006: the accelerator ports of a first-tier switch are of one rail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.coordinates import RAIL, leaves, shared
from cluster_spec.analysis.graph import built
from cluster_spec.columns import distinct
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cluster_spec.model.cluster import Cluster

UNIT = "su"


@rule(
    "TOP006",
    severity=Severity.ERROR,
    basis=Basis.VENDOR,
    since="0.1",
    source="NVIDIA DGX SuperPOD reference architecture (H100): rail-optimized, NIC i of every node on leaf i",
    needs=("fabrics.*.endpoints.*.coordinates.rail",),
    sections=("fabrics",),
)
def mixed_rails(cluster: Cluster) -> Verdict:
    """A first-tier switch holds accelerator ports of two rails, or of a unit that has its own switch.

    Why:
        Collectives run inside rails: accelerator i of every node talks to accelerator i of the others over
        one switch. A port that hangs on the switch of another rail sends that traffic through the spine.
        Rails are the coordinate `rail` of endpoints; without it there is nothing to check. Where each
        scalable unit (coordinate `su`) has one switch per rail, a port on the switch of another unit is found
        as well. Ports that serve no accelerator are not looked at.
    Bad:
        fabrics: {compute: {topology: {tiers: {leaf: {per: []}}}}}
    Good:
        fabrics: {compute: {topology: {tiers: {leaf: {per: [rail]}}}}}
    Also:
        CAP007: the pocket cluster claims two leaves. TOP005 where the one leaf has too few uplinks.
    """
    bad: list[Bad] = []
    unknown: list[Unknown] = []
    decided = 0
    for fabric in built(cluster):
        ends = cluster.fabrics[fabric].endpoints
        if RAIL not in ends.coordinates or not ends.accelerator.any():
            continue
        lost = ends.accelerator & (ends.coordinates[RAIL] < 0)
        if lost.any():
            unknown.append(
                Unknown(f"coordinate rail of {cluster.fabrics[fabric].name}", distinct(ends.device[lost]))
            )
        leaf = np.where(ends.accelerator, leaves(cluster, fabric), -1) if not ends.accelerator.all() else None
        leaf = leaves(cluster, fabric) if leaf is None else leaf
        found = shared(len(cluster.devices), leaf, ends.coordinates[RAIL])
        decided += int((found.value >= 0).sum())
        if found.differ.any():
            bad += _mixed(cluster, fabric, leaf, found.differ)
        elif UNIT in ends.coordinates:
            bad += _strayed(cluster, fabric, leaf)
    return Verdict("devices", decided, tuple(bad), tuple(unknown))


def _mixed(cluster: Cluster, fabric: int, leaf: np.ndarray, differ: np.ndarray) -> Iterator[Bad]:
    rows = np.flatnonzero(differ)
    rail = cluster.fabrics[fabric].endpoints.coordinates[RAIL]
    mine = np.flatnonzero((leaf >= 0) & (rail >= 0))
    mine = mine[differ[leaf[mine]]]
    table, rails = _census(rows, leaf[mine], rail[mine])
    strangers = table.sum(axis=1) - table.max(axis=1)
    yield Bad(
        rows,
        _say(cluster, fabric, table, rails, strangers),
        (table > 0).sum(axis=1),
        1,
        "rails",
        worst=strangers,
        related=_links_origin(cluster, fabric, rows, mine, leaf, rail),
        related_text="a link of another rail",
    )


def _census(rows: np.ndarray, owner: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count the values behind each switch: a table of switches x values."""
    values, code = np.unique(value, return_inverse=True)
    at = np.searchsorted(rows, owner)
    count = np.bincount(at * values.size + code, minlength=rows.size * values.size)
    return count.reshape(rows.size, values.size), values


def _say(
    cluster: Cluster, fabric: int, table: np.ndarray, rails: np.ndarray, strangers: np.ndarray
) -> Callable[[str, int], str]:
    name = cluster.fabrics[fabric].name

    def tell(subject: str, i: int) -> str:
        most = int(rails[np.argmax(table[i])])
        others = [int(r) for r, n in zip(rails, table[i], strict=True) if n and int(r) != most]
        listed = ", ".join(map(str, others[:4])) + (", ..." if len(others) > 4 else "")  # noqa: PLR2004
        worst = " at worst" if strangers.size > 1 else ""
        ports = "port" if strangers[i] == 1 else "ports"
        return (
            f"{subject} of {name}: accelerator ports of several rails on one switch, "
            f"{table[i].max()} of rail {most} and {strangers[i]} {ports} of rail {listed}{worst}"
        )

    return tell


def _links_origin(
    cluster: Cluster, fabric: int, rows: np.ndarray, mine: np.ndarray, leaf: np.ndarray, rail: np.ndarray
) -> np.ndarray:
    """Return, per switch, the origin of a link that brings a rail other than the most frequent one."""
    from cluster_spec.analysis.coordinates import end_links

    link = end_links(cluster, fabric)[mine]
    origin = np.where(link >= 0, cluster.links.origin[link], -1).astype(np.int64)
    table, rails = _census(rows, leaf[mine], rail[mine])
    most = rails[table.argmax(axis=1)]
    stranger = rail[mine] != most[np.searchsorted(rows, leaf[mine])]
    result = np.full(rows.size, -1, dtype=np.int64)
    result[np.searchsorted(rows, leaf[mine[stranger]])] = origin[stranger]
    return result


SHARE = 4
"""Strangers are at most a quarter of the ports of a switch, and such switches a quarter of all."""


def _strayed(cluster: Cluster, fabric: int, leaf: np.ndarray) -> Iterator[Bad]:
    """Yield switches of one scalable unit that hold some ports of another one."""
    own = cluster.fabrics[fabric]
    unit = own.endpoints.coordinates[UNIT]
    found = shared(len(cluster.devices), leaf, unit)
    rows = np.flatnonzero(found.differ)
    if not rows.size or rows.size * SHARE > int((found.value >= 0).sum()):
        return
    mine = np.flatnonzero((leaf >= 0) & (unit >= 0))
    mine = mine[found.differ[leaf[mine]]]
    table, units = _census(rows, leaf[mine], unit[mine])
    strangers = table.sum(axis=1) - table.max(axis=1)
    keep = np.flatnonzero(strangers * SHARE <= table.sum(axis=1))
    if keep.size:
        yield Bad(
            rows[keep],
            lambda s, i: (
                f"{s} of {own.name}: {table[keep[i]].max()} ports of unit {units[table[keep[i]].argmax()]} "
                f"and {strangers[keep[i]]} of other units, which have a switch of their own"
            ),
            strangers[keep],
            0,
            "ports",
            cause=np.ones(keep.size, dtype=np.int64),
        )
