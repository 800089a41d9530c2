"""PWR025: racks stay within what their place, row and hall allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.facts import part_fact
from cluster_spec.analysis.loads import Load, air_heat, rack_heat, rack_power, unknown_rows
from cluster_spec.columns import member
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.records import record
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule
from cluster_spec.units import spell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cluster_spec.analysis.loads import Gap
    from cluster_spec.model.cluster import Cluster


@record(frozen=True, slots=True, eq=False)
class Limit:
    """One kind of limit on groups of racks: `group` per rack (-1 none), `value` per group (-1 undeclared)."""

    where: str
    what: str
    load: Load
    group: np.ndarray
    value: np.ndarray
    names: tuple[str, ...]
    origin: np.ndarray


@rule(
    "PWR025",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="design: limits of power and of heat hold at the rack, the row and the hall",
    needs=("site.halls.*.power", "racks.*.row", "racks.*.power", "rack.power", "power.max", "liquid"),
    sections=("site", "racks", "nodes", "ultra_nodes", "power", "cooling", "fabrics"),
)
def density_ceiling(cluster: Cluster) -> Verdict:
    """Racks draw more power, or give more heat to the air, than their place, their row or their hall allows.

    Why:
        A hall with power for the sum may not have it, or the air for it, in one place. Cabinets that come
        built count their own figure once.
    Bad:
        site: {halls: {h1: {power: 20 kW}}}
    Good:
        site: {halls: {h1: {power: 90 kW}}}
    """
    size = len(cluster.racks)
    decided, undecided = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    bad: list[Bad] = []
    gaps: list[Gap] = []
    for limit in _limits(cluster):
        total = limit.load.by(limit.group, limit.value.size)
        declared = limit.value >= 0
        over = declared & (total.low > limit.value)
        bad += [_bad(limit, total, int(group)) for group in np.flatnonzero(over)] if limit.where else []
        if not limit.where and over.any():
            bad.append(_racks(limit, total, np.flatnonzero(over)))
        mine = limit.group >= 0
        open_ = declared & ~over & ~total.known
        stray = np.flatnonzero(limit.group < 0)
        if limit.where and stray.size:
            open_ = declared & ~over
            gaps.append(("row and slot of racks", np.arange(size)))
            undecided[stray] |= bool(open_.any())
        undecided[mine] |= open_[limit.group[mine]]
        decided[mine] |= (declared & ~open_)[limit.group[mine]]
        gaps += [(fact, np.flatnonzero(member(limit.group, rows))) for fact, rows in total.missing]
    unknown = [Unknown(fact, rows) for fact, rows in unknown_rows(gaps, undecided).items()]
    return Verdict("racks", int(decided.sum()), tuple(bad), tuple(unknown))


def _limits(cluster: Cluster) -> Iterator[Limit]:
    """Yield the limits that are declared somewhere."""
    racks, size = cluster.racks, len(cluster.racks)
    if not size:
        return
    power, air, liquid = rack_power(cluster), air_heat(cluster), rack_heat(cluster)[0]
    each, none = np.arange(size), np.full(size, -1)
    part = part_fact(cluster, lambda p: None if p.rack is None else p.rack.power).at(racks.part)
    own = np.where(part.known, part.values, -1)
    place = np.where(
        (racks.power_limit >= 0) & ((own < 0) | (racks.power_limit < own)), racks.power_limit, own
    )
    yield Limit("", "draw", power, each, place, (), none)
    yield Limit("", "heat to air", air, each, racks.air_limit, (), none)
    for where, group, items in (("row", racks.row, cluster.rows), ("hall", racks.hall, cluster.halls)):
        names = tuple(item.name for item in items)
        origin = np.array([item.origin for item in items], dtype=np.int64)
        loads = [("draw", power, "power"), ("heat to air", air, "air")]
        if where == "hall":
            loads.append(("heat to liquid", liquid, "liquid"))
        for what, load, key in loads:
            value = np.array([-1 if (v := getattr(i, key)) is None else v for i in items], dtype=np.int64)
            if (value >= 0).any():
                yield Limit(where, what, load, group.astype(np.int64), value, names, origin)


VERBS = {"draw": "draw", "heat to air": "give the air", "heat to liquid": "give to liquid"}


def _racks(limit: Limit, total: Load, rows: np.ndarray) -> Bad:
    measured, allowed = total.low[rows], limit.value[rows]

    def say(subject: str, i: int) -> str:
        verb = (
            VERBS[limit.what] if "[" in subject or "," in subject else VERBS[limit.what].replace(" ", "s ", 1)
        )
        verb = f"{verb}s" if verb == "draw" and "[" not in subject and "," not in subject else verb
        return (
            f"{subject} {verb} {spell(int(measured[i]), 'power')}, the rack position allows "
            f"{spell(int(allowed[i]), 'power')}"
        )

    return Bad(rows, say, measured, allowed, "mW", cause=np.full(rows.size, len(limit.what)))


def _bad(limit: Limit, total: Load, group: int) -> Bad:
    rows = np.flatnonzero(limit.group == group)
    measured, allowed = int(total.low[group]), int(limit.value[group])

    def say(_: str, __: int) -> str:
        return (
            f"racks of {limit.where} {limit.names[group]} {VERBS[limit.what]} {spell(measured, 'power')}, "
            f"the {limit.where} allows {spell(allowed, 'power')}"
        )

    return Bad(
        rows,
        say,
        np.full(rows.size, measured),
        np.full(rows.size, allowed),
        "mW",
        origin=np.full(rows.size, limit.origin[group]),
        formula=lambda _: f"sum over {rows.size} racks",
        worst=limit.load.low[rows],
    )
