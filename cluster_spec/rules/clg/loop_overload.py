"""CLG005: loops and sinks take the heat that they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.loads import loop_heat
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.records import record
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule
from cluster_spec.units import spell

if TYPE_CHECKING:
    from cluster_spec.analysis.loads import Load
    from cluster_spec.model.cluster import Cluster, Cooling, Loop

SPARE = {"N": 0, "N+1": 1, "N+2": 2}


@record(frozen=True, slots=True)
class Over:
    """A loop that is given more heat (mW) than it, or what is behind it, takes."""

    row: int
    text: str
    load: int
    limit: int
    formula: str


@rule(
    "CLG005",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="design: what cools takes the heat of what it serves; spare units count where they are declared",
    needs=("cooling.loops.*.each", "cooling.capacity", "power.max", "liquid"),
    sections=("cooling", "racks", "nodes", "ultra_nodes", "fabrics"),
)
def loop_overload(cluster: Cluster) -> Verdict:
    """A loop, or the sinks behind it, can take less heat than the racks on it give.

    Why:
        All power becomes heat, and the loop that cannot take it throttles every rack it serves. Capacity is
        physics. Where `needed` or `redundancy` declares spare units, the loop has to do without them.
    Bad:
        cooling: {loops: {air: {each: 3 kW}}}
    Good:
        cooling: {loops: {air: {each: 35 kW}}}
    """
    cooling = cluster.cooling
    if cooling is None or not bool(cooling.declared.any()):
        return Verdict("loops", 0, (), (Unknown("cooling.racks"),) if len(cluster.racks) else ())
    heat = loop_heat(cluster)
    unknown: dict[str, list[int]] = {}
    bad: list[Over] = []
    decided = 0
    for row, loop in enumerate(cooling.loops):
        over, lacking = _loop(loop, heat, row)
        if over is None and not lacking:
            over, lacking = _sinks(cooling, heat, row)
        for fact in lacking:
            unknown.setdefault(fact, []).append(row)
        bad += [over] if over is not None else []
        decided += not lacking
    gaps = tuple(Unknown(fact, np.array(rows)) for fact, rows in unknown.items())
    return Verdict("loops", decided, _joined(cooling, bad), gaps)


def usable(loop: Loop) -> tuple[int | None, str]:
    """Return what a loop takes without its declared spare units, and how that came about."""
    if loop.capacity is None:
        return None, ""
    if loop.needed is not None:
        running, why = loop.needed, f"{loop.needed} of {loop.units} units"
    elif loop.redundancy == "2N":
        running, why = loop.units // 2, f"half of {loop.units} units (2N)"
    else:
        running = max(loop.units - SPARE.get(loop.redundancy or "N", 0), 0)
        why = f"{running} of {loop.units} units" + (f" ({loop.redundancy})" if loop.redundancy else "")
    return loop.capacity * running // loop.units, why


def _loop(loop: Loop, heat: Load, row: int) -> tuple[Over | None, tuple[str, ...]]:
    limit, why = usable(loop)
    load = int(heat.low[row])
    if limit is None:
        return None, (f"capacity of {loop.name}",)
    if load <= limit:
        return None, heat.lacking(row)
    text = f"takes {spell(load, 'power')} of heat, {why} remove {spell(limit, 'power')}"
    if loop.units == 1:
        text = f"takes {spell(load, 'power')} of heat, its capacity is {spell(limit, 'power')}"
    return Over(row, text, load, limit, f"sum over the racks on it; {why}"), ()


def _sinks(cooling: Cooling, heat: Load, row: int) -> tuple[Over | None, tuple[str, ...]]:
    """Hold all loops that share the sinks of a loop against them; the first of them answers for all."""
    sinks = cooling.loops[row].sinks
    others = [i for i, loop in enumerate(cooling.loops) if loop.sinks == sinks]
    if not sinks or others[0] != row or all(cooling.sinks[s].external for s in sinks):
        return None, ()
    lacking = tuple(
        f"capacity of {cooling.sinks[s].name}" for s in sinks if cooling.sinks[s].capacity is None
    )
    limit = sum(cooling.sinks[s].capacity or 0 for s in sinks)
    load = sum(int(heat.low[i]) for i in others)
    if lacking:
        return None, lacking
    if load <= limit:
        return None, tuple(dict.fromkeys(fact for i in others for fact in heat.lacking(i)))
    names = ", ".join(cooling.sinks[s].name for s in sinks[:4])
    text = f"and what shares its sinks give {spell(load, 'power')}, {names} remove {spell(limit, 'power')}"
    return Over(row, text, load, limit, f"{len(others)} loops, {len(sinks)} sinks"), ()


def _joined(cooling: Cooling, found: list[Over]) -> tuple[Bad, ...]:
    """Join what is wrong: loops of one entry are one cause."""
    if not found:
        return ()
    names = [cooling.loops[over.row].name for over in found]

    def say(subject: str, i: int) -> str:
        return f"{names[i] if subject == names[i] else f'{subject}: {names[i]}'} {found[i].text}"

    return (
        Bad(
            np.array([over.row for over in found]),
            say,
            np.array([over.load for over in found], dtype=np.int64),
            np.array([over.limit for over in found], dtype=np.int64),
            "mW",
            formula=lambda i: found[i].formula,
        ),
    )
