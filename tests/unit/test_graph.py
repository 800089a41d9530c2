"""The graph of a fabric against networkx and plain counting, on small clusters with planted faults."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest

from cluster_spec.analysis.balance import balance
from cluster_spec.analysis.cache import once
from cluster_spec.analysis.graph import components, join, join_two_sides, switched, wires
from cluster_spec.analysis.tiers import bisection, load, nonblocking, tier_use
from tests.support.listed import Link, build, clos, loaded

if TYPE_CHECKING:
    from pathlib import Path

    from cluster_spec.model.cluster import Cluster

CASES = [(3, 2, 4), (3, 4, 8), (5, 2, 4), (5, 3, 6), (7, 2, 2), (7, 4, 8)]
FAULTS = ("none", "removed", "swapped", "moved")


def _faulty(links: list[Link], fault: str, dice: random.Random) -> list[Link]:
    """Remove some links, or exchange or move the upper ends of some."""
    links = list(links)
    if fault == "removed":
        for _ in range(dice.randint(1, 5)):
            links.pop(dice.randrange(len(links)))
    for _ in range(dice.randint(1, 3) if fault == "swapped" else 0):
        i, j = dice.sample([k for k, v in enumerate(links) if v[0].startswith("n")], 2)
        (a, p, y, q), (b, r, z, s) = links[i], links[j]
        links[i], links[j] = (a, p, z, s), (b, r, y, q)
    if fault == "moved":
        ups = [k for k, v in enumerate(links) if v[0].startswith("leaf")]
        for k in dice.sample(ups, 2):
            other = dice.choice([v[2] for v in (links[u] for u in ups) if v[2] != links[k][2]])
            links[k] = (links[k][0], links[k][1], other, f"{20 + k % 12}/{k % 2 + 1}")
    return links


def _switch_graph(links: list[Link], leaves: int, spines: int) -> nx.MultiGraph:
    graph: nx.MultiGraph = nx.MultiGraph()
    graph.add_nodes_from(f"leaf{i + 1}" for i in range(leaves))
    graph.add_nodes_from(f"spine{i + 1}" for i in range(spines))
    graph.add_edges_from((a, z) for a, _, z, _ in links if not a.startswith("n"))
    return graph


def _uneven(links: list[Link], graph: nx.MultiGraph) -> set[str]:
    """Return leaves whose links to the spines of their component differ, counted one by one."""
    bad = set()
    for part in nx.connected_components(graph):
        spines = [s for s in part if s.startswith("spine")]
        for leaf in (s for s in part if s.startswith("leaf") and len(part) > 1):
            count = Counter(z for a, _, z, _ in links if a == leaf)
            if len({count[s] for s in spines}) > 1:
                bad.add(leaf)
    return bad


def _names(cluster: Cluster, rows: np.ndarray) -> set[str]:
    return set(cluster.devices.names.spell_all(rows))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("case", CASES)
def test_components_balance_and_load_agree_with_networkx(
    tmp_path: Path, case: tuple[int, int, int], fault: str
) -> None:
    """Components, balance and oversubscription are those of the links, whatever happened to them."""
    leaves, spines, uplinks = case
    dice = random.Random(f"{case}{fault}")
    links = _faulty(clos(leaves, spines, 3, uplinks, 8), fault, dice)
    cluster = loaded(build(tmp_path, links, {"leaf": leaves, "spine": spines}, nodes=3))
    graph = _switch_graph(links, leaves, spines)
    assert switched(cluster, 0).count == nx.number_connected_components(graph)

    link = next(w for w in wires(cluster, 0) if w.lower == 0)
    found = balance(cluster, link)
    assert _names(cluster, found.low[found.most != found.least]) == _uneven(links, graph)

    used = load(cluster, 0)
    down = Counter(z for a, _, z, _ in links if a.startswith("n"))
    up = Counter(a for a, _, z, _ in links if a.startswith("leaf"))
    for row in np.flatnonzero((cluster.devices.fabric == 0) & (cluster.devices.tier == 0)):
        name = cluster.devices.names.spell(int(row))
        assert (used.down[row], used.up[row]) == (down[name], up[name])
        assert used.down_rate[row] == down[name] * 400_000_000_000


def test_random_edges_join_as_networkx_says() -> None:
    """Components of any edges, with nodes on both sides, are those that networkx finds."""
    dice = np.random.default_rng(1)
    for _ in range(60):
        size, edges = int(dice.integers(2, 40)), int(dice.integers(0, 50))
        a, z = dice.integers(0, size, edges), dice.integers(0, size, edges)
        graph = nx.Graph()
        graph.add_nodes_from(range(size))
        graph.add_edges_from(zip(a.tolist(), z.tolist(), strict=True))
        wanted = {frozenset(part) for part in nx.connected_components(graph)}
        assert _parts(join(size, a, z), range(size)) == wanted
        touched = sorted({*a.tolist(), *z.tolist()})
        linked = {part for part in wanted if part & set(touched)}
        assert _parts(join_two_sides(size, a, z), touched) == linked


def _parts(label: np.ndarray, nodes: list[int] | range) -> set[frozenset[int]]:
    parts: dict[int, set[int]] = {}
    for node in nodes:
        parts.setdefault(int(label[node]), set()).add(node)
    return {frozenset(part) for part in parts.values()}


def test_nodes_never_bridge(tmp_path: Path) -> None:
    """Two halves of a fabric that share nodes but no switch are two components."""
    links = [v for v in clos(2, 2, 2, 2, 8) if v[0].startswith("n") or (v[0][-1] == v[2][-1])]
    assert components(loaded(build(tmp_path, links, {"leaf": 2, "spine": 2})), 0).count == 2


def test_one_tier_joins_inside_nodes(tmp_path: Path) -> None:
    """Rails without a common switch are one fabric through the nodes that they serve."""
    cluster = loaded(build(tmp_path, clos(4, 1, 2, 0, 8), {"leaf": 4}))
    assert (components(cluster, 0).count, switched(cluster, 0).count) == (1, 4)


def test_a_complete_clos_is_proved_non_blocking(tmp_path: Path) -> None:
    """Even uplinks of enough bandwidth are a proof, and the bisection is half of the endpoints."""
    cluster = loaded(build(tmp_path, clos(2, 2, 2, 8, 8), {"leaf": 2, "spine": 2}))
    assert nonblocking(cluster, 0)[0] is True
    assert bisection(cluster, 0)[0] == 16 * 400_000_000_000 // 2


def test_a_lost_uplink_ends_the_proof(tmp_path: Path) -> None:
    """With one uplink less a fabric is not non-blocking, and the bisection is an upper bound that says so."""
    links = clos(2, 2, 2, 8, 8)[:-1]
    cluster = loaded(build(tmp_path, links, {"leaf": 2, "spine": 2}))
    proved, why = nonblocking(cluster, 0)
    assert proved is False
    assert "leaf2" in why
    rate, how = bisection(cluster, 0)
    assert rate == 15 * 400_000_000_000 // 2
    assert how.startswith("upper bound")


def test_broken_links_carry_nothing(tmp_path: Path) -> None:
    """A link in state broken counts for no load."""
    folder = build(tmp_path, clos(2, 2, 2, 8, 8), {"leaf": 2, "spine": 2})
    text = (folder / "links.csv").read_text().splitlines()
    states = [f"{line},{'broken' if i == len(text) - 1 else 'planned'}" for i, line in enumerate(text)]
    (folder / "links.csv").write_text("\n".join([f"{text[0]},state", *states[1:]]) + "\n")
    assert [t.up for t in tier_use(loaded(folder), 0)] == [7, 0]


def test_tiers_are_shown_by_their_worst_switch(tmp_path: Path) -> None:
    """Down, up and their ratio are those of the most oversubscribed switch; the top tier has no ratio."""
    links = [v for v in clos(2, 2, 2, 8, 8) if v[:3] != ("leaf1", "8/1", "spine1")][:-2]
    leaf, spine = tier_use(loaded(build(tmp_path, links, {"leaf": 2, "spine": 2})), 0)
    assert (leaf.switches, leaf.down, leaf.up) == (2, 8, 6)
    assert leaf.ratio == pytest.approx(8 / 6)
    assert (spine.up, spine.ratio) == (0, None)


def test_an_answer_is_worked_out_once(tmp_path: Path) -> None:
    """The second question for the same key of the same cluster does not run the function."""
    cluster = loaded(build(tmp_path, clos(2, 2, 2, 8, 8), {"leaf": 2, "spine": 2}))
    asked: list[Cluster] = []
    for _ in range(2):
        once(cluster, "test", asked.append)
    assert asked == [cluster]
