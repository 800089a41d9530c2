"""PWR015: every element of the power train carries what hangs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.loads import rack_power
from cluster_spec.analysis.train import power_train
from cluster_spec.columns import member
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule
from cluster_spec.units import spell

if TYPE_CHECKING:
    from cluster_spec.analysis.train import Train
    from cluster_spec.model.cluster import Cluster, PowerNode

RULE_OF_SIDES = "each side alone carries the whole draw; power factor 1"


@rule(
    "PWR015",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="design: the sum of child / efficiency at each node is at most its capacity",
    needs=("power.tree.*.capacity", "power.tree.*.efficiency", "power.racks", "power.max", "pdu.apparent"),
    sections=("power", "cooling", "racks", "nodes", "ultra_nodes", "fabrics"),
)
def overloaded_feed(cluster: Cluster) -> Verdict:
    """A power node, or the PDUs of one side of a rack, would carry more than their capacity.

    Why:
        Two sides of 50 % each are one side of 100 % when the other fails, so each side is held against the
        whole draw; losses of conversion are added on the way up. Watts are held against volt-amperes at power
        factor 1, the kindest case. `managed: NAME` names the power-cap policy that allows less on purpose.
    Bad:
        power: {tree: {"ups-[s:a-b]": {capacity: 10 kVA}}}
    Good:
        power: {tree: {"ups-[s:a-b]": {capacity: 90 kVA}}}
    """
    if not cluster.power:
        return Verdict("power", 0, (), (Unknown("power.tree"),) if len(cluster.racks) else ())
    train = power_train(cluster)
    decided = 0
    over: dict[bool, list[tuple[int, int, int]]] = {}
    unknown: dict[str, list[int]] = {}
    for row, node in enumerate(cluster.power):
        if node.external:
            continue
        load, lacking, rack = _per_rack(cluster, row) if node.per_rack else _whole(train, row)
        limit = node.capacity if node.capacity is not None else node.apparent
        if limit is None:
            lacking = (f"capacity of {node.name}",)
        elif load > limit and not node.managed:
            over.setdefault(node.capacity is None, []).append((row, load, rack))
            lacking = ()
        for fact in lacking:
            unknown.setdefault(fact, []).append(row)
        decided += not lacking
    if cluster.feeds is None and len(cluster.racks):
        failed = {row for rows in over.values() for row, _, _ in rows}
        unknown["power.racks"] = [
            i for i, n in enumerate(cluster.power) if not n.external and i not in failed
        ]
        decided = len(failed)
    gaps = tuple(Unknown(fact, np.array(rows)) for fact, rows in unknown.items())
    bad = tuple(_bad(cluster, train, rows, apparent=apparent) for apparent, rows in over.items())
    return Verdict("power", decided, bad, gaps)


def _whole(train: Train, row: int) -> tuple[int, tuple[str, ...], int]:
    load = train.loads[row]
    return round(load.low), load.missing, -1


def _per_rack(cluster: Cluster, row: int) -> tuple[int, tuple[str, ...], int]:
    """Return the worst rack behind a group of PDUs, and what any of them lacks."""
    assert cluster.feeds is not None
    racks = np.flatnonzero((cluster.feeds.group == row).any(axis=1))
    if not racks.size:
        return 0, (), -1
    load = rack_power(cluster)
    worst = int(racks[load.low[racks].argmax()])
    facts = (fact for fact, rows in load.missing if member(rows, racks).any())
    return int(load.low[worst]), tuple(dict.fromkeys(facts)), worst


def _bad(cluster: Cluster, train: Train, over: list[tuple[int, int, int]], *, apparent: bool) -> Bad:
    """Return the nodes that carry too much: (row, load, worst rack); equal entries fold into one finding."""
    nodes = [cluster.power[row] for row, _, _ in over]
    limits = [n.apparent if apparent else n.capacity for n in nodes]
    limit = np.array([0 if v is None else v for v in limits], dtype=np.int64)
    load = np.array([drawn for _, drawn, _ in over], dtype=np.int64)

    def say(subject: str, i: int) -> str:
        _, drawn, rack = over[i]
        name = nodes[i].name
        allowed = spell(int(limit[i]), "apparent" if apparent else "power")
        where = f" in {cluster.racks.names.spell(rack)}" if rack >= 0 else ""
        worst = name if subject in {name, ""} else f"{subject}: {name}"
        return f"{worst}{where} carries {spell(drawn, 'power')}, its capacity is {allowed}"

    return Bad(
        np.array([row for row, _, _ in over]),
        say,
        load,
        limit,
        "mVA" if apparent else "mW",
        formula=lambda i: _formula(cluster, train, over[i][0], nodes[i], over[i][1]),
    )


def _formula(cluster: Cluster, train: Train, row: int, node: PowerNode, load: int) -> str:
    if node.per_rack:
        return f"the whole draw of the rack; {RULE_OF_SIDES}"
    own = train.loads[row]
    racks = train.racks(row)
    names = [cluster.racks.names.fold(racks)] if racks.size else []
    plant = [c.name for i in own.shares if (c := train.consumers[i]).name]
    rest = load - round(own.drawn)
    text = f"{' + '.join([*names, *plant[:4]])} draw {spell(round(own.drawn), 'power')}"
    text += f", losses {spell(rest, 'power')}" if rest > 0 else ""
    return f"{text}; {RULE_OF_SIDES}{_efficiencies(cluster, train, row)}"


def _efficiencies(cluster: Cluster, train: Train, row: int) -> str:
    """Say which points of efficiency curves were taken below a node."""
    below = {
        node.name: node
        for i, node in enumerate(cluster.power)
        if row in node.sources and node.efficiency is not None and train.loads[i].shares
    }
    points = {
        f"{spell(n.efficiency, 'percent')}"
        + (f" (the point at {spell(n.efficiency_at, 'percent')} load)" if n.efficiency_at is not None else "")
        for n in below.values()
        if n.efficiency is not None
    }
    return f"; efficiency {', '.join(sorted(points))}" if points else ""
