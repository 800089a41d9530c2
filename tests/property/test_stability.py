"""What never moves: under another order of keys, under growth, in phases, however ranges and links are written."""

from __future__ import annotations

import random
import shutil
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cluster_spec.api import load_cluster
from cluster_spec.testing import dump, pocket, read_yaml, write_project
from tests.support.stability import (
    CLOS,
    GROWING,
    IDS,
    INVENTORIES,
    ROOT,
    TABLES,
    columns,
    differing,
    facts,
    moved,
    resolved,
)

if TYPE_CHECKING:
    from pathlib import Path

# -- order of keys ------------------------------------------------------------------------------------------------


def shuffled(data: Any, rng: random.Random | None) -> Any:
    """Return data with the keys of every mapping in another order (no generator: the opposite order)."""
    if isinstance(data, list):
        return [shuffled(item, rng) for item in data]
    if not isinstance(data, dict):
        return data
    keys = list(data)
    keys.reverse() if rng is None else rng.shuffle(keys)
    return {key: shuffled(data[key], rng) for key in keys}


def reordered(folder: Path, target: Path, rng: random.Random | None) -> Path:
    """Copy a project, with its manifest and what that includes under `shuffled`.

    Part files stay as they are: the order of cages there is the order of the hardware.
    """
    shutil.copytree(folder, target)
    for file in target.rglob("*.yaml"):
        if "parts" not in file.relative_to(target).parts:
            file.write_text(dump(shuffled(read_yaml(file), rng)), encoding="utf-8")
    return target


@pytest.mark.parametrize("folder", INVENTORIES, ids=IDS)
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_order_of_keys_changes_nothing(folder: Path, seed: int | None, tmp_path: Path) -> None:
    """Every inventory, with all its mappings in another order, gives the same columns and the same names."""
    rng = None if seed is None else random.Random(seed)
    other = resolved(reordered(folder, tmp_path / "other", rng))
    assert differing(columns(resolved(folder)), columns(other)) == []


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_order_of_keys_changes_nothing_in_a_growing_cluster(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same holds for a cluster with growth, pools, pairs, feeds and three fabrics, under any order."""
    plain = write_project(tmp_path_factory.mktemp("plain"), GROWING)
    rng = random.Random(seed)
    other = reordered(plain, tmp_path_factory.mktemp("x") / "other", rng)
    assert differing(columns(resolved(plain)), columns(resolved(other))) == []


# -- growth -------------------------------------------------------------------------------------------------------


def test_nothing_moves_while_ultra_nodes_are_added(tmp_path: Path) -> None:
    """From 1 to 20 ultra-nodes, over every step of the even spread, what is there stays as it is."""
    path = write_project(tmp_path, GROWING)
    final = facts(resolved(path, cabinets=20, stores=40))
    for cabinets in range(1, 20):
        assert moved(facts(resolved(path, cabinets=cabinets, stores=3)), final) == []


def test_nothing_moves_while_nodes_are_added(tmp_path: Path) -> None:
    """From 1 to 40 storage nodes, over every step of the leaf pairs, what is there stays as it is."""
    path = write_project(tmp_path, GROWING)
    final = facts(resolved(path, cabinets=2, stores=40))
    for stores in (1, 2, 3, 5, 8, 12, 13, 20, 23, 24, 25, 31, 39):
        assert moved(facts(resolved(path, cabinets=2, stores=stores)), final) == []


def test_nothing_moves_when_keys_are_added(tmp_path: Path) -> None:
    """A second key of a family adds to it as a longer range does."""
    path = write_project(tmp_path / "one", GROWING)
    keys = '"un[n:01-{cabinets}]": {part: sugon-scalex640, rack: "c{n:02}"}'
    more = GROWING.replace(
        keys, '"un[n:01-07]": {part: sugon-scalex640, rack: "c{n:02}"}\n  ' + keys.replace("01-", "08-")
    )
    assert more != GROWING
    other = write_project(tmp_path / "two", more)
    final = facts(resolved(path, cabinets=11))
    assert moved(facts(resolved(path, cabinets=7)), final) == []
    assert facts(resolved(other, cabinets=11)) == final


def test_nothing_moves_when_a_gap_is_filled(tmp_path: Path) -> None:
    """What is left out in the middle keeps its number: filled in later, it moves nothing."""
    gap = GROWING.replace('"un[n:01-{cabinets}]"', '"un[n:01-03,06-{cabinets}]"')
    path = write_project(tmp_path / "gap", gap)
    whole = write_project(tmp_path / "whole", GROWING)
    assert moved(facts(resolved(path, cabinets=9)), facts(resolved(whole, cabinets=9))) == []


def test_an_omitted_ultra_node_keeps_its_place(tmp_path: Path) -> None:
    """An exception that omits something takes away what is its own, and moves nothing else."""
    path = write_project(tmp_path / "whole", GROWING)
    without = (
        GROWING + 'exceptions: {late: {of: {ultra_nodes: "un[03]"}, omit: true, because: it comes later}}\n'
    )
    fewer = facts(resolved(write_project(tmp_path / "fewer", without), cabinets=6))
    whole = facts(resolved(path, cabinets=6))
    assert moved(fewer, whole) == []
    owner = {"device": 1, "link": 3, "address": 2, "rack": 1, "feed": 1}
    lost = {key[1] for key in whole.keys() - fewer.keys() if key[0] == "device"}
    assert all(key[owner[key[0]]] in lost for key in whole.keys() - fewer.keys())
    assert len([name for name in lost if not name.startswith("un03-")]) == 2 * 8  # its leaves


def test_without_a_final_extent_growth_does_move_cables(tmp_path: Path) -> None:
    """The laws above are no accident: without `grow_to` the even spread changes, and cables with it."""
    loose = write_project(tmp_path, "\n".join(x for x in GROWING.splitlines() if not x.startswith("grow_to")))
    assert moved(facts(resolved(loose, cabinets=2)), facts(resolved(loose, cabinets=3))) != []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_nothing_moves_in_any_clos(data: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever the groups, ports and spread: a family of two brackets grows in its first, and nothing moves."""
    draw = data.draw
    leaf = draw(st.sampled_from([[], ["rail"], ["plane"], ["half"], ["half", "rail"], ["plane", "half"]]))
    spine = [c for c in leaf if draw(st.booleans())]
    core = draw(st.sampled_from([spine, [], ["spine"]]))
    text = CLOS.format(
        leaf=leaf, spine=spine, core=core, spread=draw(st.sampled_from(["even", "balanced"])),
        down=draw(st.integers(3, 32)), up=draw(st.integers(1, 32)), pair=draw(st.integers(1, 12)),
    )  # fmt: skip
    path = write_project(tmp_path_factory.mktemp("clos"), text)
    assume(not load_cluster(path, {"racks": "6"}).findings)
    final = facts(resolved(path, racks=6))
    small = facts(resolved(path, racks=draw(st.integers(1, 6))))
    assert moved(small, final) == []


@pytest.mark.parametrize("stores", [1, 2, 3])
def test_nothing_moves_in_the_pocket_cluster(stores: int, tmp_path: Path) -> None:
    """The pocket cluster grows by stores and by ultra-nodes of its own part, and moves nothing."""
    cabinets = {"part": "sugon-scalex640-cabinet", "row": "A", "slot": "{n if n < 3 else n + 5}"}
    more: dict[str, Any] = {"racks": {"c[n:1-2]": None, "c[n:1-4]": cabinets}}
    more["ultra_nodes"] = {"un[3-4]": {"part": "pocket-ultra", "rack": "c[3-4]"}}
    for section in ("power", "cooling"):
        for key, entry in pocket()[section]["racks"].items():
            if key.startswith("c[1-2]"):
                more[section] = {"racks": {key: None, key.replace("1-2", "1-4"): entry}}
    grown = write_project(tmp_path, dump(more))
    before = facts(resolved(ROOT / "inventories" / "pocket", stores=stores))
    assert moved(before, facts(resolved(grown, stores=4))) == []


# -- ranges -------------------------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(cut=st.integers(1, 8), data=st.data())
def test_a_range_may_be_written_in_pieces(
    cut: int, data: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One key, two keys, or a list of all numbers in any order: the cluster is the same."""
    numbers = data.draw(st.permutations(range(cut + 1, 10)))
    pieces = {f"un[n:01-{cut:02}]": None, "un[n:" + ",".join(f"{n:02}" for n in numbers) + "]": None}
    entry = {"part": "sugon-scalex640", "rack": "c{n:02}"}
    folder = write_project(tmp_path_factory.mktemp("pieces"), GROWING)
    document = read_yaml(folder / "cluster.yaml")
    document["ultra_nodes"] = dict.fromkeys(pieces, entry)
    (folder / "cluster.yaml").write_text(dump(document), encoding="utf-8")
    whole = resolved(write_project(tmp_path_factory.mktemp("whole"), GROWING), cabinets=9)
    parts = columns(resolved(folder, cabinets=9))
    origins = [f"{table}.origin" for table in TABLES]
    assert [d for d in differing(columns(whole), parts) if d not in origins] == []


# -- phases -------------------------------------------------------------------------------------------------------


def in_phases() -> str:
    """Return the growing cluster in three phases, by keys and by one value for each element."""
    document = GROWING.replace("site:", "phases: {one: {}, two: {after: one}, three: {after: two}}\nsite:", 1)
    whole = '"un[n:01-{cabinets}]": {part: sugon-scalex640, rack: "c{n:02}"}'
    keys = [f'"un[n:{r}]": {{part: sugon-scalex640, rack: "c{{n:02}}"{p}}}'
            for r, p in (("01-02", ""), ("03-05", ", phase: two"), ("06-09", ", phase: three"))]  # fmt: skip
    return document.replace(whole, "\n  ".join(keys))


def nested(path: Path, phases: tuple[str, ...], **parameters: int) -> None:
    """Assert that each phase holds all of the one before, unmoved, and that the last one is everything."""
    found = [facts(resolved(path, phase, **parameters)) for phase in phases]
    for before, after in pairwise(found):
        assert moved(before, after) == []
        assert len(before) < len(after)
    assert found[-1] == facts(resolved(path, **parameters))


def test_phases_hold_what_was_before(tmp_path: Path) -> None:
    """`--phase` builds up to a phase: nothing of an earlier one is missing later, or moved."""
    nested(write_project(tmp_path, in_phases()), ("one", "two", "three"), cabinets=9)


def test_phases_of_the_pocket_cluster_hold_what_was_before() -> None:
    """The same holds for the pocket cluster."""
    assert list(pocket()["phases"]) == ["first", "second"]
    nested(ROOT / "inventories" / "pocket", ("first", "second"))
