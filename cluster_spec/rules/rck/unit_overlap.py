"""RCK001: no two devices stand in one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.facts import missing_parts
from cluster_spec.analysis.space import MILLI, rack_space
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.analysis.space import Space
    from cluster_spec.model.cluster import Cluster

ROOM = 1 << 24
"""More thousandths of a unit than any rack has."""


@rule(
    "RCK001",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="EIA-310-E: 1 U is 44.45 mm, and holds one device on each face at most",
    needs=("size.height", "nodes.*.u"),
    sections=("racks", "nodes", "ultra_nodes", "fabrics"),
)
def unit_overlap(cluster: Cluster) -> Verdict:
    """Two devices take the same unit of a rack on the same face.

    Why:
        Only one of them fits. Devices of half depth may share a unit when one is mounted from the rear
        (`face: rear`); devices of full depth take both faces.
    Bad:
        nodes: {mgmt2: {part: server-2u, role: management, rack: r1, u: 3}}
    Good:
        nodes: {mgmt2: {part: server-2u, role: management, rack: r1, u: 4}}
    """
    space = rack_space(cluster)
    seen = np.zeros(len(cluster.devices), dtype=bool)
    bad: list[Bad] = []
    for rear in (False, True):
        pair = _overlaps(space, rear=rear)
        pair = pair[:, ~seen[pair[1]]]
        seen[pair[1]] = True
        if pair.size:
            bad.append(_bad(cluster, space, pair))
    unknown = [
        Unknown(fact, space.unknown[cluster.devices.part[space.unknown] == part])
        for fact, part in missing_parts(cluster, cluster.devices.part[space.unknown], "size.height")
    ]
    return Verdict("devices", int(space.placed.sum()), tuple(bad), tuple(unknown))


def _overlaps(space: Space, *, rear: bool) -> np.ndarray:
    """Return pairs of device rows on one face: who stood there, and who overlaps it."""
    on = np.flatnonzero(space.placed & (space.full | (space.rear == rear)))
    start = space.rack[on] * ROOM + space.low[on]
    end = space.rack[on] * ROOM + space.high[on]
    order = np.argsort(start, kind="stable")
    start, end, on = start[order], end[order], on[order]
    if start.size < 2:  # noqa: PLR2004 - two make a pair
        return np.zeros((2, 0), dtype=np.int64)
    reach = np.maximum.accumulate(end)
    hit = np.flatnonzero(start[1:] < reach[:-1]) + 1
    before = np.searchsorted(reach, start[hit], side="right")
    return np.stack([space.rows[on[np.minimum(before, hit - 1)]], space.rows[on[hit]]])


def _bad(cluster: Cluster, space: Space, pair: np.ndarray) -> Bad:
    first, second = pair
    devices = cluster.devices
    at = np.searchsorted(space.rows, pair)
    common = np.minimum(space.high[at[0]], space.high[at[1]]) - np.maximum(space.low[at[0]], space.low[at[1]])

    def say(subject: str, i: int) -> str:
        names = devices.names
        rack = cluster.racks.names.spell(int(devices.rack[second[i]]))
        unit = f"U{devices.u[second[i]] / MILLI:g}"
        more = "" if subject == names.spell(int(second[i])) else f"{subject}: "
        return (
            f"{more}{names.spell(int(second[i]))} at {unit} of {rack} overlaps {names.spell(int(first[i]))} "
            f"by {common[i] / MILLI:g} U"
        )

    return Bad(
        second.astype(np.int64),
        say,
        common / MILLI,
        0,
        "U",
        related=devices.origin[first].astype(np.int64),
        related_text="the other one",
        worst=common,
    )
