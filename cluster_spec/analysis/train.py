"""Load flow through the power train: what each power node would have to carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.cache import once
from cluster_spec.analysis.facts import power_fact
from cluster_spec.analysis.loads import PPM, Load, loop_heat, rack_power
from cluster_spec.columns import distinct
from cluster_spec.records import field, record

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster, Cooling, Loop, PowerNode, RackFeeds, Sink

LOSSY = frozenset({"transformer", "ups", "rectifier", "shelf"})
"""Kinds that lose power: without an efficiency what they draw is unknown. Wires and switches pass it on."""


@record(slots=True)
class Consumer:
    """Things that hang on the same nodes: racks with equal feeds, or a loop or sink that draws power."""

    nodes: tuple[int, ...]
    low: int
    missing: tuple[str, ...]
    racks: np.ndarray | None = None
    name: str = ""


@record(slots=True)
class NodeLoad:
    """What a power node carries at its output: known part in mW, missing facts, shares of consumers."""

    low: float = 0.0
    drawn: float = 0.0
    missing: tuple[str, ...] = ()
    shares: dict[int, tuple[float, float]] = field(default_factory=dict)


@record(frozen=True, slots=True, eq=False)
class Train:
    """All consumers, and the load of every power node."""

    consumers: tuple[Consumer, ...]
    loads: tuple[NodeLoad, ...]

    def racks(self, node: int) -> np.ndarray:
        """Return the racks that a node feeds."""
        rows = [self.consumers[c].racks for c in self.loads[node].shares]
        found = [r for r in rows if r is not None]
        return distinct(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)


def power_train(cluster: Cluster) -> Train:
    """Return the load of each power node under the simple rule of sides.

    Each node carries what it would feed if its sides had to carry the whole draw alone: a rack with two sides
    loads both with its full draw, and a common node above both once. A node that runs in parallel with others
    carries its part of what the needed number of them carries. Conversion adds its loss: child / efficiency.
    """
    return once(cluster, "power train", _train)


def _train(cluster: Cluster) -> Train:
    consumers = [*_racks(cluster), *_plant(cluster)]
    loads = [NodeLoad() for _ in cluster.power]
    for index, consumer in enumerate(consumers):
        for node in consumer.nodes:
            loads[node].shares[index] = (1.0, 1.0)
    lossy: list[set[str]] = [set() for _ in cluster.power]
    for node in _children_first(cluster.power):
        _pass_up(cluster.power[node], loads, node, lossy)
    for node, load in enumerate(loads):
        for index, (shared, whole) in load.shares.items():
            load.low += consumers[index].low * min(shared, whole)
            load.drawn += consumers[index].low
        facts = [fact for index in load.shares for fact in consumers[index].missing]
        load.missing = tuple(dict.fromkeys([*facts, *sorted(lossy[node])]))
    return Train(tuple(consumers), tuple(loads))


def _pass_up(node: PowerNode, loads: list[NodeLoad], index: int, lossy: list[set[str]]) -> None:
    """Add what a node draws to its sources; parallel sources share it, others each carry the whole."""
    efficiency = PPM if node.efficiency is None else node.efficiency
    loss = PPM / efficiency
    for source in node.sources:
        table = loads[source].shares
        for consumer, (shared, whole) in loads[index].shares.items():
            before = table.get(consumer, (0.0, 0.0))
            part = shared * loss / (node.parallel or 1)
            table[consumer] = (before[0] + part, max(before[1], whole * loss))
        lossy[source] |= lossy[index]
        if node.efficiency is None and node.kind in LOSSY and loads[index].shares:
            lossy[source].add(f"efficiency of {node.name}")


def _children_first(nodes: tuple[PowerNode, ...]) -> list[int]:
    """Return the nodes so that each comes after all that it feeds."""
    waiting = [0] * len(nodes)
    for node in nodes:
        for source in node.sources:
            waiting[source] += 1
    ready = [i for i, count in enumerate(waiting) if not count]
    order: list[int] = []
    while ready:
        order.append(ready.pop())
        for source in nodes[order[-1]].sources:
            waiting[source] -= 1
            if not waiting[source]:
                ready.append(source)
    return order


def _racks(cluster: Cluster) -> list[Consumer]:
    """Racks that hang on the same nodes are one consumer."""
    feeds = cluster.feeds
    if feeds is None or not feeds.node.size:
        return []
    load = rack_power(cluster)
    kinds, group = np.unique(feeds.node, axis=0, return_inverse=True)
    group = group.ravel()
    total: Load = load.by(group, len(kinds))
    lacking: list[list[str]] = [[] for _ in kinds]
    for fact, rows in total.missing:
        for row in rows.tolist():
            lacking[row].append(fact)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(len(kinds) + 1))
    return [
        Consumer(
            tuple(sorted({int(n) for n in kind if n >= 0})),
            int(total.low[i]),
            tuple(dict.fromkeys(lacking[i])),
            order[starts[i] : starts[i + 1]],
        )
        for i, kind in enumerate(kinds)
        if (kind >= 0).any()
    ]


def _plant(cluster: Cluster) -> list[Consumer]:
    """Loops and sinks that name feeds draw power: a figure, a share of their heat, or that of their part."""
    cooling = cluster.cooling
    if cooling is None or not (any(c.feeds for c in cooling.loops) or any(s.feeds for s in cooling.sinks)):
        return []
    heat = loop_heat(cluster)
    found = [_loop(cluster, loop, heat, row) for row, loop in enumerate(cooling.loops) if loop.feeds]
    sinks = [_sink(cooling, sink, heat, row) for row, sink in enumerate(cooling.sinks) if sink.feeds]
    return [*(c for c in found if c is not None), *sinks]


def _loop(cluster: Cluster, loop: Loop, heat: Load, row: int) -> Consumer | None:
    if loop.power is not None:
        return Consumer(loop.feeds, loop.power, (), name=loop.name)
    if loop.share is not None:
        return Consumer(loop.feeds, int(heat.low[row]) * loop.share // PPM, heat.lacking(row), name=loop.name)
    if loop.part < 0:
        return Consumer(loop.feeds, 0, (f"power of {loop.name}",), name=loop.name)
    if loop.device >= 0 and _fed(cluster.feeds, int(cluster.devices.rack[loop.device])):
        return None
    fact, basis = power_fact(cluster), cluster.assumptions.get("power_basis") or "max"
    lacking = () if fact.known[loop.part] else (f"power.{basis} of {cluster.parts[loop.part].name}",)
    return Consumer(loop.feeds, int(fact.values[loop.part]) * loop.units, lacking, name=loop.name)


def _fed(feeds: RackFeeds | None, rack: int) -> bool:
    return feeds is not None and rack >= 0 and bool((feeds.node[rack] >= 0).any())


def _sink(cooling: Cooling, sink: Sink, heat: Load, row: int) -> Consumer:
    """The loops of a sink share their heat equally over their sinks."""
    if sink.power is not None:
        return Consumer(sink.feeds, sink.power, (), name=sink.name)
    if sink.share is None:
        return Consumer(sink.feeds, 0, (f"power of {sink.name}",), name=sink.name)
    mine = [(i, loop) for i, loop in enumerate(cooling.loops) if row in loop.sinks]
    total = sum(int(heat.low[i]) // len(loop.sinks) for i, loop in mine)
    lacking = tuple(dict.fromkeys(fact for i, _ in mine for fact in heat.lacking(i)))
    return Consumer(sink.feeds, total * sink.share // PPM, lacking, name=sink.name)
