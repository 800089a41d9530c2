"""What never moves: under another order of keys, under growth, in phases, however ranges and links are written."""

from __future__ import annotations

import csv
import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cluster_spec.api import load_cluster
from cluster_spec.testing import dump, merged, pocket, read_yaml, write_project

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cluster_spec.model.cluster import Cluster

ROOT = Path(__file__).parents[2]
INVENTORIES = sorted(p.parent for p in (ROOT / "inventories").glob("*/cluster.yaml"))
IDS = [p.name for p in INVENTORIES]
TABLES = ("devices", "links", "cables", "racks", "ultra_nodes")
UNIT_UM = 44_450
GROWING = """clusterspec: 1
name: growing
parameters:
  cabinets: {type: integer, default: 2, min: 1, max: 20}
  stores: {type: integer, default: 3, min: 1, max: 40}
assume: {sugon-scalex640: {blades: 80, because: "80 blades of 8 cards, for the test"}}
grow_to: {un: 20, c: 20, store: 40, s: 20}
site:
  halls: {h1: {power: 40 MW}}
  rows:
    C: {hall: h1, origin: [0 m, 0 m], pitch: 1.2 m}
    "N[r:1-4]": {hall: h1, origin: [0 m, "{3*r} m"], pitch: 0.7 m}
    S: {hall: h1, origin: [0 m, 15 m], pitch: 0.7 m}
  trays:
    along: {rows: "C,N[1-4],S", height: 2.8 m}
    "cross[k:1-2]": {between: "C,N[1-4],S", at: "{5*k} m"}
racks:
  "c[n:01-{cabinets}]": {part: sugon-scalex640-cabinet, row: C, slot: "{n}"}
  "n[n:01-60]": {part: rack-48u-700x1200, row: "N{(n-1)//15+1}", slot: "{(n-1)%15+1}"}
  "s[n:01-{(stores+1)//2}]": {part: rack-48u-700x1200, row: S, slot: "{n}"}
ultra_nodes:
  "un[n:01-{cabinets}]": {part: sugon-scalex640, rack: "c{n:02}"}
nodes:
  "store[n:01-{stores}]": {part: storage-node-2u, role: storage, rack: "s{(n-1)//2+1:02}", u: "{2*((n-1)%2)+6}"}
fabrics:
  compute:
    role: compute
    protocol: scalefabric
    rate: 400 Gb/s
    endpoints: {cards: {ultra_nodes: "un[*]", ports: scale-out, coordinates: {rail: port}}}
    topology:
      kind: clos
      tiers:
        leaf: {part: sugon-scalefabric-80x400, per: [rail], down: 40, up: 40, place: {racks: "n[01-60]", per_rack: 14}}
        spine: {over: leaf, part: sugon-scalefabric-80x400, per: [rail], down: 40, up: 40, place: {racks: "n[01-60]", per_rack: 14}}
        core: {over: spine, part: sugon-scalefabric-80x400, per: [spine], down: 80, place: {racks: "n[01-60]", per_rack: 14}}
    media: {node-leaf: [dac, dr4], leaf-spine: [dac, dr4], spine-core: [dac, dr4]}
  storage:
    role: storage
    protocol: ethernet
    rate: 200 Gb/s
    endpoints:
      heads: {ultra_nodes: "un[*]", ports: storage, home: {spread: port}}
      stores: {nodes: "store[*]", ports: data, home: {spread: port}}
    topology:
      kind: clos
      tiers:
        leaf: {part: switch-64x400, down: 24, up: 12, pairs: 2, place: {racks: "n[01-60]", per_rack: 1, u: 40}}
        spine: {over: leaf, part: switch-64x400, down: 24, place: {racks: "n[01-60]", per_rack: 1, u: 44}}
    media: {node-leaf: [dr4], leaf-spine: [dr4]}
  oob:
    role: oob
    protocol: ethernet
    rate: 1 Gb/s
    endpoints: {all: {every: {role: oob}}}
    topology: {kind: tree, access: {part: switch-48x1-4x25, place: {racks: "n[01-60]", per_rack: 2, u: "[46,47]"}}}
    media: {node-access: [cat6a]}
power:
  tree:
    grid: {kind: utility, capacity: 40 MVA}
    "ups-[s:a-b][k:01-20]": {kind: ups, from: grid, capacity: 2 MVA}
  racks:
    "c[n:01-{cabinets}]": {feeds: {a: "ups-a{n:02}", b: "ups-b{n:02}"}}
    "s[n:01-{(stores+1)//2}]": {pdus: {a: {part: pdu-3p-63a-400v, from: "ups-a{n:02}"}, b: {part: pdu-3p-63a-400v, from: "ups-b{n:02}"}}}
networks:
  management:
    fabric: oob
    prefix: 10.0.0.0/16
    pools: {blades: {of: {ultra_nodes: "un[*]", ports: oob}, start: 10.0.64.0, index: "ultra_node*128 + node"}}
  data: {fabric: storage, prefix: 10.64.0.0/16}
"""


# -- what is compared ---------------------------------------------------------------------------------------------


def resolved(path: Path, phase: str | None = None, **parameters: int) -> Cluster:
    """Return a cluster in which nothing went wrong."""
    outcome = load_cluster(path, {k: str(v) for k, v in parameters.items()}, phase)
    assert outcome.value is not None
    assert not outcome.findings, [(f.code, f.message) for f in outcome.findings]
    return outcome.value


def columns(cluster: Cluster) -> dict[str, Any]:
    """Return every column of the bulk tables; origins as manifest paths, names spelled."""
    found: dict[str, Any] = {}
    for table in TABLES:
        value = getattr(cluster, table)
        for name in value.__slots__:
            column = getattr(value, name)
            if name == "names":
                column = column.spelled()
            elif name == "origin":
                column = [cluster.origins.path(int(o)) for o in column[:: max(1, column.size // 2000)]]
            found[f"{table}.{name}"] = column
    found["parts"] = [p.name for p in cluster.parts]
    found["fabrics"] = [(f.name, tuple(t.name for t in f.tiers)) for f in cluster.fabrics]
    found["addresses"] = [(n.name, n.addresses.tolist(), n.devices.tolist(), n.ports.tolist()) for n in cluster.networks]
    if cluster.feeds is not None:
        names = [p.name for p in cluster.power]
        found["feeds"] = [[names[i] if i >= 0 else None for i in row] for row in cluster.feeds.node.tolist()]
    return found


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return the names of columns that are not equal."""
    assert one.keys() == other.keys()
    return [
        name
        for name, value in one.items()
        if not (np.array_equal(value, other[name]) if isinstance(value, np.ndarray) else value == other[name])
    ]


def facts(cluster: Cluster) -> dict[Any, Any]:
    """Return everything by name: what a thing is and where, what each port is joined to, addresses, feeds."""
    d, r, u = cluster.devices, cluster.racks, cluster.ultra_nodes
    device, rack = _text(d.names), [*_text(r.names), None]
    owner = [*_text(u.names), None]
    part = [p.name for p in cluster.parts]
    found: dict[Any, Any] = {
        ("rack", rack[i]): (part[r.part[i]], int(r.row[i]), int(r.slot[i]), int(r.x[i]), int(r.y[i]))
        for i in range(len(r))
    }
    rows = zip(d.part.tolist(), d.rack.tolist(), d.u.tolist(), d.ultra_node.tolist(), d.number.tolist(), strict=True)
    for name, (p, where, unit, ultra, number) in zip(device, rows, strict=True):
        found["device", name] = (part[p], rack[where], unit, owner[ultra], number)
    k, c = cluster.links, cluster.cables
    labels = [[p.label for p in layout.ports] for layout in cluster.layouts]
    own = [labels[i] for i in d.layout.tolist()]
    a = k.a_port - d.first_port[k.a_device]
    z = k.z_port - d.first_port[k.z_device]
    name = [(cluster.fabrics[c.fabric].name, c.name) for c in cluster.classes]
    media = [*(part[m] for m in cluster.media), None]
    ends = zip(
        k.klass.tolist(), k.a_device.tolist(), a.tolist(), k.z_device.tolist(), z.tolist(),
        c.medium[k.cable].tolist(), c.length[k.cable].tolist(), strict=True,
    )  # fmt: skip
    for klass, a_device, a_port, z_device, z_port, medium, length in ends:
        key = ("link", *name[klass], device[a_device], own[a_device][a_port])
        found[key] = (device[z_device], own[z_device][z_port], media[medium], length)
    for network in cluster.networks:
        for row, port, address in zip(network.devices, network.ports, network.addresses, strict=True):
            found["address", network.name, device[row], int(port)] = int(address)
    if cluster.feeds is not None:
        nodes = [*(p.name for p in cluster.power), None]
        found |= {("feed", rack[i]): [nodes[n] for n in own] for i, own in enumerate(cluster.feeds.node.tolist())}
    return found


def _text(names: Any) -> list[str]:
    return [n.decode() for n in names.spelled().tolist()]


def moved(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> list[tuple[Any, Any, Any]]:
    """Return what was there before and is not, or not the same, afterwards (the first few)."""
    return [(k, v, after.get(k)) for k, v in before.items() if after.get(k) != v][:5]


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
    rng = None if seed is None else random.Random(seed)  # noqa: S311 - a shuffle, not a secret
    other = resolved(reordered(folder, tmp_path / "other", rng))
    assert differing(columns(resolved(folder)), columns(other)) == []


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_order_of_keys_changes_nothing_in_a_growing_cluster(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same holds for a cluster with growth, pools, pairs, feeds and three fabrics, under any order."""
    plain = write_project(tmp_path_factory.mktemp("plain"), GROWING)
    rng = random.Random(seed)  # noqa: S311 - a shuffle, not a secret
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
    more = GROWING.replace(keys, '"un[n:01-07]": {part: sugon-scalex640, rack: "c{n:02}"}\n  ' + keys.replace("01-", "08-"))
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
    without = GROWING + 'exceptions: {late: {of: {ultra_nodes: "un[03]"}, omit: true, because: it comes later}}\n'
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


CLOS = """clusterspec: 1
name: any-clos
parameters: {{racks: {{type: integer, default: 2, min: 1, max: 6}}}}
grow_to: {{rn: 6, k: 6, m: 12}}
racks:
  "k[r:1-{{racks}}]": {{part: rack-48u-800x1200}}
  "z[1-20]": {{part: rack-48u-800x1200}}
nodes:
  "r[r:1-{{racks}}]n[n:1-4]": {{part: nvidia-dgx-b200, rack: "k{{r}}", u: "{{(n-1)*11+2}}"}}
  "m[n:1-{{2*racks}}]": {{part: server-2u, rack: "z{{n}}", u: 2}}
fabrics:
  compute:
    role: compute
    protocol: infiniband
    rate: 400 Gb/s
    coordinates: {{rail: port, plane: "port % 2", half: "node // 12"}}
    endpoints: {{gpus: {{nodes: "r[*]n[*]", ports: compute}}}}
    topology:
      kind: clos
      tiers:
        leaf: {{part: nvidia-qm9700, per: {leaf}, down: {down}, up: {up}, place: {{racks: "z[1-20]", per_rack: 15}}}}
        spine: {{over: leaf, part: nvidia-qm9700, per: {spine}, spread: {spread}, down: 32, up: 32, place: {{racks: "z[1-20]", per_rack: 15}}}}
        core: {{over: spine, part: nvidia-qm9700, per: {core}, spread: {spread}, place: {{racks: "z[1-20]", per_rack: 15}}}}
  front:
    role: frontend
    protocol: ethernet
    rate: 100 Gb/s
    endpoints: {{hosts: {{nodes: "m[*]", ports: inband, home: {{spread: port}}}}}}
    topology:
      kind: clos
      tiers:
        leaf: {{part: switch-32x100, pairs: 2, down: {pair}, up: 4, place: {{racks: "z[1-20]", per_rack: 1, u: 40}}}}
        spine: {{over: leaf, part: switch-32x100, place: {{racks: "z[1-20]", per_rack: 1, u: 42}}}}
  oob:
    role: oob
    protocol: ethernet
    rate: 1 Gb/s
    endpoints: {{all: {{every: {{role: oob}}}}}}
    topology: {{kind: tree, access: {{part: switch-48x1-4x25, per: [rack]}}, aggregation: {{part: switch-32x100, count: 2}}}}
networks:
  management: {{fabric: oob, prefix: 10.0.0.0/20}}
  front: {{fabric: front, prefix: 10.1.0.0/24}}
"""


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
    patch = {
        "racks": {"c[n:1-2]": None, "c[n:1-4]": {"part": "sugon-scalex640-cabinet", "row": "A", "slot": "{n if n < 3 else n + 5}"}},
        "ultra_nodes": {"un[3-4]": {"part": "pocket-ultra", "rack": "c[3-4]"}},
        "power": {"racks": {"c[1-2],cdu1": None, "c[1-4],cdu1": {"feeds": {"a": "ups-a", "b": "ups-b"}}}},
        "cooling": {"racks": {"c[1-2]": None, "c[1-4]": {"loop": "cdu1", "air": "air"}}},
    }  # fmt: skip
    grown = write_project(tmp_path, dump(patch))
    before = facts(resolved(ROOT / "inventories" / "pocket", stores=stores))
    assert moved(before, facts(resolved(grown, stores=4))) == []


# -- ranges -------------------------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(cut=st.integers(1, 8), data=st.data())
def test_a_range_may_be_written_in_pieces(cut: int, data: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
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


# -- links of a list ----------------------------------------------------------------------------------------------

LISTED = """clusterspec: 1
name: listed
racks: {"r[1-4]": {part: rack-48u-800x1200}}
nodes: {"dgx[n:1-4]": {part: nvidia-dgx-b200, rack: "r{n}", u: 2}}
fabrics:
  compute:
    role: compute
    protocol: infiniband
    rate: 400 Gb/s
    endpoints: {gpus: {nodes: "dgx[*]", ports: compute}}
    switches:
      "leaf[1-2]": {part: nvidia-qm9700, rack: r1, u: "[20-21]"}
      "spine[1-2]": {part: nvidia-qm9700, rack: r2, u: "[20-21]"}
    links: links.csv
"""
HEADER = ("a_device", "a_port", "z_device", "z_port")


def listed_rows() -> list[tuple[str, str, str, str]]:
    """Return the links of four nodes on two leaves and two spines, lower end first."""
    down = [
        (f"dgx{n}", f"compute{p}", f"leaf{p // 4 + 1}", f"{2 * (n - 1) + p % 4 // 2 + 1}/{p % 2 + 1}")
        for n in range(1, 5)
        for p in range(8)
    ]
    up = [(f"leaf{leaf}", f"{17 + i}/1", f"spine{i % 2 + 1}", f"{leaf * 4 + i}/1") for leaf in (1, 2) for i in range(4)]
    return down + up


def listed(folder: Path, rows: list[tuple[str, str, str, str]]) -> Cluster:
    """Return the cluster of a link list."""
    path = write_project(folder, LISTED)
    with (path / "links.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return resolved(path)


@settings(max_examples=15, deadline=None)
@given(swaps=st.lists(st.booleans(), min_size=40, max_size=40))
def test_cables_are_symmetric(swaps: list[bool], tmp_path_factory: pytest.TempPathFactory) -> None:
    """A link list with ends exchanged in any of its lines gives the same links, the lower end first."""
    rows = listed_rows()
    other = [(z, zp, a, ap) if swap else (a, ap, z, zp) for swap, (a, ap, z, zp) in zip(swaps, rows, strict=True)]
    one, two = (listed(tmp_path_factory.mktemp("list"), r) for r in (rows, other))
    assert differing(columns(one), columns(two)) == []


@settings(max_examples=10, deadline=None)
@given(rows=st.permutations(listed_rows()))
def test_order_of_lines_changes_no_link(
    rows: list[tuple[str, str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A link list in another order gives the same links."""
    one, two = (listed(tmp_path_factory.mktemp("list"), r) for r in (listed_rows(), list(rows)))
    assert facts(one) == facts(two)


# -- lengths ------------------------------------------------------------------------------------------------------


def tray_height(folder: Path) -> float:
    """Return the lowest tray of a manifest in um."""
    trays = read_yaml(folder / "cluster.yaml")["site"]["trays"].values()
    return 1e6 * min(float(t.get("height", "2.4 m").removesuffix(" m")) for t in trays if "rows" in t)


def shortest(cluster: Cluster, tray: float) -> np.ndarray:
    """Return what no cable can be shorter than (um): the floor between its racks, up to the tray and down again."""
    d, r, k = cluster.devices, cluster.racks, cluster.links
    height = np.array([p.height if p.height is not None else 0 for p in cluster.parts])[d.part] / 1000
    base = np.array([p.rack.base or 0 if p.rack is not None else 0 for p in cluster.parts])[r.part[d.rack]]
    middle = base + ((d.u / 1000 - 1) + height / 2) * UNIT_UM
    first = cluster.cables.link
    a, z = k.a_device[first], k.z_device[first]
    same = d.rack[a] == d.rack[z]
    floor = np.abs(r.x[d.rack[a]] - r.x[d.rack[z]]) + np.abs(r.y[d.rack[a]] - r.y[d.rack[z]])
    in_units = (d.u[a] >= 0) & (d.u[z] >= 0)
    over = np.where(in_units, 2 * tray - middle[a] - middle[z], 0)
    least = np.where(same, np.where(in_units, np.abs(middle[a] - middle[z]), 0), floor + over)
    return np.where((d.rack[a] < 0) | (d.rack[z] < 0), 0, least)


def bounded(cluster: Cluster, tray: float) -> None:
    """Assert that no length is below the geometry, and that what is ordered is not below what is needed."""
    cables = cluster.cables
    least = shortest(cluster, tray)
    calculated = cables.basis == 1
    assert calculated.any()
    assert (cables.length[calculated] > 0).all()
    assert (cables.length[calculated] + 2 >= least[calculated]).all()
    assert (cables.need[calculated] + 2 >= least[calculated]).all()
    assert (cables.length[calculated] >= cables.need[calculated]).all()


@pytest.mark.parametrize("folder", INVENTORIES, ids=IDS)
def test_lengths_are_never_below_the_geometry(folder: Path) -> None:
    """No calculated length of an inventory is below the floor between its racks plus the way up and down."""
    bounded(resolved(folder), tray_height(folder))


@settings(max_examples=20, deadline=None)
@given(
    pitch=st.integers(1, 30),
    aisle=st.integers(1, 90),
    height=st.integers(23, 40),
    at=st.integers(0, 120),
    cabinets=st.integers(1, 4),
)
def test_lengths_are_never_below_any_geometry(
    pitch: int, aisle: int, height: int, at: int, cabinets: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same holds for any pitch, aisle, tray height and crossing."""
    text = GROWING.replace("pitch: 0.7 m", f"pitch: {pitch / 10} m").replace("{3*r} m", f"{{{aisle}*r}} dm")
    text = text.replace("height: 2.8 m", f"height: {height / 10} m").replace("{5*k} m", f"{{{at}*k}} dm")
    path = write_project(tmp_path_factory.mktemp("hall"), text.replace("dm", "cm"))
    bounded(resolved(path, cabinets=cabinets), tray_height(path))


# -- phases -------------------------------------------------------------------------------------------------------


def in_phases() -> str:
    """Return the growing cluster in three phases, by keys and by one value for each element."""
    document = GROWING.replace("site:", "phases: {one: {}, two: {after: one}, three: {after: two}}\nsite:", 1)
    whole = '"un[n:01-{cabinets}]": {part: sugon-scalex640, rack: "c{n:02}"}'
    keys = [f'"un[n:{r}]": {{part: sugon-scalex640, rack: "c{{n:02}}"{p}}}'
            for r, p in (("01-02", ""), ("03-05", ", phase: two"), ("06-09", ", phase: three"))]  # fmt: skip
    return document.replace(whole, "\n  ".join(keys))


def nested(path: Path, phases: tuple[str, ...], pick: Callable[[Cluster], Any] = facts, **parameters: int) -> None:
    """Assert that each phase holds all of the one before, unmoved, and that the last one is everything."""
    found = [pick(resolved(path, phase, **parameters)) for phase in phases]
    for before, after in zip(found, found[1:], strict=False):
        assert moved(before, after) == []
        assert len(before) < len(after)
    assert found[-1] == pick(resolved(path, **parameters))


def test_phases_hold_what_was_before(tmp_path: Path) -> None:
    """`--phase` builds up to a phase: nothing of an earlier one is missing later, or moved."""
    nested(write_project(tmp_path, in_phases()), ("one", "two", "three"), cabinets=9)


def test_phases_of_the_pocket_cluster_hold_what_was_before() -> None:
    """The same holds for the pocket cluster."""
    assert list(pocket()["phases"]) == ["first", "second"]
    nested(ROOT / "inventories" / "pocket", ("first", "second"))


def test_a_patch_leaves_other_sections_alone() -> None:
    """The patches of this file only add what they say."""
    assert merged({"a": {"b": 1}}, {"a": {"c": 2}}) == {"a": {"b": 1, "c": 2}}
