"""RCK011: no two racks stand on one place of the floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.facts import part_fact
from cluster_spec.columns import member
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster


@rule(
    "RCK011",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="design: a slot of a row is the place of one rack",
    needs=("racks.*.row", "racks.*.slot"),
    sections=("site", "racks"),
)
def grid_position_twice(cluster: Cluster) -> Verdict:
    """Two racks stand in one slot of a row, or their footprints overlap on the floor.

    Why:
        Formulas for slots meet at their ends: the last cabinet of one entry stands where the first heat
        exchanger of the next should. On paper both fit, and every cable to one of them has the wrong length.
    Bad:
        racks: {r9: {part: rack-48u-800x1200, row: A, slot: 5}}
    Good:
        racks: {r9: {part: rack-48u-800x1200, row: A, slot: 9}}
    """
    racks = cluster.racks
    if not cluster.has_site or not len(racks):
        lacking = (Unknown("site.rows"),) if len(racks) else ()
        return Verdict("racks", 0, (), lacking)
    on = np.flatnonzero(racks.placed)
    first, second = _same(np.stack([racks.hall[on], racks.x[on], racks.y[on]]))
    twice = () if not first.size else (_bad(cluster, on[first], on[second]),)
    bad = (*twice, *_footprints(cluster, on, on[second]))
    lost = np.flatnonzero(~racks.placed)
    unknown = (Unknown("row and slot of racks", lost),) if lost.size else ()
    return Verdict("racks", int(on.size), bad, unknown)


def _same(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of columns that are equal: the first of each place, and every other."""
    order = np.lexsort(columns[::-1])
    ordered = columns[:, order]
    new = np.r_[True, (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)]
    leader = np.maximum.accumulate(np.where(new, np.arange(new.size), 0))
    return order[leader[~new]], order[~new]


def _footprints(cluster: Cluster, on: np.ndarray, told: np.ndarray) -> tuple[Bad, ...]:
    """Return racks whose footprints overlap though their places differ; racks of unknown size are left out."""
    racks = cluster.racks
    width, depth = (part_fact(cluster, get).at(racks.part) for get in (lambda p: p.width, lambda p: p.depth))
    rows = on[width.known[on] & depth.known[on] & ~member(on, told)]
    if rows.size <= 1:
        return ()
    along_x = np.array([row.along == "x" for row in cluster.rows])[racks.row[rows]]
    wide = np.where(along_x, width.values[rows], depth.values[rows])
    deep = np.where(along_x, depth.values[rows], width.values[rows])
    rows = rows[order := np.lexsort((racks.x[rows] - wide // 2, racks.hall[rows]))]
    x, y, hall = racks.x[rows], racks.y[rows], racks.hall[rows]
    wide, deep = wide[order], deep[order]
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for step in range(1, rows.size):
        a, b = slice(0, rows.size - step), slice(step, rows.size)
        near = (hall[a] == hall[b]) & (2 * (x[b] - x[a]) < wide[a] + wide[b])
        if not near.any():
            break
        hit = np.flatnonzero(near & (2 * np.abs(y[b] - y[a]) < deep[a] + deep[b]))
        pairs.append((rows[hit], rows[hit + step]))
    first, second = (np.concatenate(side) for side in zip(*pairs, strict=True)) if pairs else (on[:0], on[:0])
    if not first.size:
        return ()

    def say(subject: str, i: int) -> str:
        name, other = racks.names.spell(int(second[i])), racks.names.spell(int(first[i]))
        more = "" if subject == name else f"{subject} overlap others: "
        return f"{more}the footprints of {name} and {other} overlap"

    return (Bad(second, say, related=racks.origin[first].astype(np.int64), related_text="the other one"),)


def _bad(cluster: Cluster, first: np.ndarray, second: np.ndarray) -> Bad:
    racks = cluster.racks

    def say(subject: str, i: int) -> str:
        row = cluster.rows[int(racks.row[second[i]])].name
        name, other = racks.names.spell(int(second[i])), racks.names.spell(int(first[i]))
        more = "" if subject == name else f"{subject} stand where others do: "
        return f"{more}{name} and {other} both stand in slot {int(racks.slot[second[i]])} of row {row}"

    return Bad(second, say, related=racks.origin[first].astype(np.int64), related_text="the other one")
