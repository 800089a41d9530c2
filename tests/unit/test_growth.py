"""`show growth`: what there is now, what there will be, what was bought ahead."""

from __future__ import annotations

from functools import cache

from cluster_spec.analysis.growth import Line, growth
from cluster_spec.api import load_cluster
from tests.support.cli import ROOT


@cache
def lines(ultra_nodes: int) -> dict[tuple[str, str], Line]:
    """Return the lines of scaleX by resource and family."""
    cluster = load_cluster(ROOT / "inventories" / "scalex", {"ultra_nodes": str(ultra_nodes)}).value
    assert cluster is not None
    return {(line.resource, line.name.partition("[")[0]): line for line in growth(cluster)}


def test_families_go_to_what_grow_to_states() -> None:
    """Racks, ultra-nodes and nodes: 16 of 20, with their CDMs and storage; what states no extent stays."""
    found = {key: (line.now, line.at_grow_to) for key, line in lines(16).items()}
    assert found["ultra-nodes", "un"] == found["racks", "c"] == (16, 20)
    assert found["racks", "cdm"] == (8, 10)
    assert found["nodes", "store"] == (32, 40)
    assert found["nodes", "mgmt"] == (4, 4)
    assert found["racks", "n"] == (88, 88)


def test_tiers_above_the_first_are_bought_ahead() -> None:
    """Leaves come as they are needed, spines and core are there for the final extent, and it says so."""
    leaf, spine = (lines(16)["switches", f"scalefabric {tier}"] for tier in ("leaf", "spine"))
    assert (leaf.now, leaf.at_grow_to) == (256, 320)
    assert (spine.now, spine.at_grow_to) == (320, 320)
    assert "bought now" in spine.note
    assert "bought now" not in leaf.note


def test_at_the_final_extent_nothing_is_ahead() -> None:
    """Twenty ultra-nodes are what they grow to."""
    own = [line for line in lines(20).values() if line.at_grow_to is not None]
    assert all(line.now == line.at_grow_to for line in own)
    assert not any("bought now" in line.note for line in own)
