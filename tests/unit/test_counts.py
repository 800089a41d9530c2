"""Counts of switches and links: the published tables as data, and a formula of our own everywhere else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cluster_spec.api import load_cluster
from cluster_spec.resolve.tiers import even_count

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster

ROOT = Path(__file__).parents[2]
H100 = ROOT / "inventories" / "superpod-h100"
UNPUBLISHED = (3, 5, 7, 12)
B200 = """clusterspec: 1
name: b200
parameters: {blocks: {type: integer, default: 4, min: 1, max: 64}}
racks: {"a[n:0001-{blocks*16}]": {part: rack-48u-800x1200}}
nodes: {"dgx[n:0001-{blocks*32}]": {part: nvidia-dgx-b200, rack: "a{(n-1)//2+1:04}", u: "{(n-1)%2*12+4}"}}
fabrics:
  compute:
    role: compute
    protocol: infiniband
    rate: 400 Gb/s
    endpoints: {gpus: {nodes: "dgx[*]", ports: compute, coordinates: {su: node // 32, rail: port, pod: su // 4}}}
    topology:
      kind: clos
      tiers:
        leaf: {part: nvidia-qm9700, per: [su, rail], down: 32, up: 32}
        spine:
          over: leaf
          part: nvidia-qm9700
          cases:
            two: {when: blocks <= 8, per: [], down: 64}
            three: {when: blocks > 8, per: [pod], down: 32, up: 32}
        core: {over: spine, part: nvidia-qm9700, per: [spine], down: 64, when: blocks > 8}
"""
GB200 = """clusterspec: 1
name: gb200
parameters: {units: {type: integer, default: 2, min: 1, max: 16}}
racks: {"r[n:001-{units*8}]": {part: nvidia-gb200-nvl72-rack}}
ultra_nodes: {"nvl[n:001-{units*8}]": {part: nvidia-gb200-nvl72, rack: "r{n:03}"}}
fabrics:
  compute:
    role: compute
    protocol: infiniband
    rate: 400 Gb/s
    endpoints:
      trays:
        ultra_nodes: "nvl[*]"
        ports: compute
        coordinates: {su: ultra_node // 8, cab: ultra_node % 8, rail: port}
    topology:
      kind: clos
      tiers:
        leaf: {part: nvidia-qm9700, per: [su, rail], count: 8, to: cab, down: 18, up: 18}
        spine: {over: leaf, part: nvidia-qm9700, per: [su, rail], count: 6, down: 24, up: 24}
        core: {over: spine, part: nvidia-qm9700, per: [spine], down: 64}
"""
SCALEX = """clusterspec: 1
name: scalex-structure
parameters: {cabinets: {type: integer, default: 16, min: 1, max: 20}}
assume: {sugon-scalex640: {blades: 80, because: "80 blades of 8 cards, for the test"}}
GROW
racks: {"c[n:01-{cabinets}]": {part: sugon-scalex640-cabinet}}
ultra_nodes: {"un[n:01-{cabinets}]": {part: sugon-scalex640, rack: "c{n:02}"}}
fabrics:
  compute:
    role: compute
    protocol: scalefabric
    rate: 400 Gb/s
    endpoints: {cards: {ultra_nodes: "un[*]", ports: scale-out, coordinates: {rail: port}}}
    topology:
      kind: clos
      tiers:
        leaf: {part: sugon-scalefabric-80x400, per: [rail], down: 40, up: 40}
        spine: {over: leaf, part: sugon-scalefabric-80x400, per: [rail], down: 40, up: 40}
        core: {over: spine, part: sugon-scalefabric-80x400, per: [spine], down: 80}
"""
ODD = """clusterspec: 1
name: odd
parameters: {nodes: {type: integer, default: 10, min: 1, max: 512}}
racks: {"r[n:001-{nodes}]": {part: rack-48u-800x1200}}
nodes: {"n[n:001-{nodes}]": {part: nvidia-dgx-b200, rack: "r{n:03}", u: 4}}
fabrics:
  compute:
    role: compute
    protocol: infiniband
    rate: 400 Gb/s
    endpoints: {gpus: {nodes: "n[*]", ports: compute}}
    topology:
      kind: clos
      tiers:
        leaf: {part: odd-switch, down: DOWN, up: UP}
        spine: {over: leaf, part: odd-switch}
"""
SWITCH = """part: odd-switch
kind: switch
size: {height: 1 U}
radix: RADIX
cages: {"cage[1-RADIX]": {form: qsfp112, face: front, modes: {1x400: {}}, protocols: [infiniband]}}
sources: {made: {title: Made up for a test, grade: illustrative, covers: [size, radix, cages]}}
"""


# -- what is counted, and the rule in words of its own ---------------------------------------------------------


def built(path: Path, **parameters: int) -> Cluster:
    """Return the resolved cluster; nothing may be found on the way."""
    outcome = load_cluster(path, {name: str(value) for name, value in parameters.items()})
    assert outcome.value is not None
    assert not outcome.findings, [(f.code, f.message) for f in outcome.findings]
    return outcome.value


def manifest(folder: Path, text: str) -> Path:
    """Write a manifest."""
    (folder / "cluster.yaml").write_text(text, encoding="utf-8")
    return folder


def switches(cluster: Cluster, fabric: str = "compute") -> list[int]:
    """Return how many switches each tier of a fabric has, bottom first."""
    index = [f.name for f in cluster.fabrics].index(fabric)
    tiers = cluster.devices.tier[cluster.devices.fabric == index]
    return [int((tiers == i).sum()) for i in range(len(cluster.fabrics[index].tiers))]


def links(cluster: Cluster, fabric: str = "compute") -> list[int]:
    """Return how many links join each pair of tiers of a fabric, bottom first."""
    index = [f.name for f in cluster.fabrics].index(fabric)
    classes = [(c.lower, i) for i, c in enumerate(cluster.classes) if c.fabric == index]
    return [int((cluster.links.klass == i).sum()) for _, i in sorted(classes)]


def parts(cluster: Cluster) -> Counter[str]:
    """Return how many devices of each part there are."""
    return Counter(cluster.parts[row].name for row in cluster.devices.part.tolist())


def spread(lower: int, uplinks: int, ports: int) -> int:
    """Return the fewest switches that hold all uplinks and among which each lower switch shares its own evenly."""
    enough = (s for s in range(1, uplinks + 1) if s * ports >= lower * uplinks)
    return next(s for s in enough if uplinks // s * s == uplinks)


def superpod(units: int) -> list[int]:
    """Return leaves, spines and cores of the SuperPOD: two tiers up to 8 units, above pods of 4 units."""
    leaves = 8 * units
    if units <= 8:
        return [leaves, spread(leaves, 32, 64)]
    pods, spines = -(-units // 4), spread(32, 32, 32)
    return [leaves, pods * spines, spines * spread(pods, 32, 64)]


# -- the rule ---------------------------------------------------------------------------------------------------


def test_24_leaves_of_64_ports_have_16_spines() -> None:
    """Enough ports are not enough: 12 spines hold the uplinks of 24 leaves, an even spread needs 16."""
    assert -(-24 * 32 // 64) == 12
    assert even_count(32, 24, 64) == 16


@pytest.mark.parametrize("uplinks", [1, 2, 3, 5, 7, 12, 18, 24, 31, 32, 33, 40, 45, 64])
@pytest.mark.parametrize("ports", [8, 17, 36, 64, 66, 80])
def test_the_count_is_the_smallest_even_spread(uplinks: int, ports: int) -> None:
    """The count holds all uplinks, divides those of one switch, and no smaller one does; 0 says that none can."""
    for lower in range(1, 3 * ports):
        count = even_count(uplinks, lower, ports)
        fits = lower <= ports
        assert (count > 0) == fits
        assert count == (spread(lower, uplinks, ports) if fits else 0)


# -- NVIDIA DGX SuperPOD H100 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "nodes", "gpus", "leaf", "spine", "node_leaf", "leaf_spine"),
    [
        (1, 31, 248, 8, 4, 252, 256),
        (2, 63, 504, 16, 8, 508, 512),
        (3, 95, 760, 24, 16, 764, 768),
        (4, 127, 1016, 32, 16, 1020, 1024),
    ],
)
def test_superpod_h100_has_the_published_counts(
    units: int, nodes: int, gpus: int, leaf: int, spine: int, node_leaf: int, leaf_spine: int
) -> None:
    """The inventory reproduces every row of the published table of nodes, switches and cables."""
    cluster = built(H100, blocks=units)
    assert parts(cluster)["nvidia-dgx-h100"] == nodes
    ends = cluster.fabrics[[f.name for f in cluster.fabrics].index("compute")].endpoints
    assert int(ends.accelerator.sum()) == gpus
    assert switches(cluster) == [leaf, spine]
    assert links(cluster) == [node_leaf, leaf_spine]


@pytest.mark.parametrize("units", [*UNPUBLISHED, 6, 8, 9, 16, 17, 33, 64])
def test_superpod_h100_follows_the_rule_at_any_size(units: int) -> None:
    """Sizes of no table have the counts of the even spread; each tier has as many links as the leaves have ports up."""
    cluster = built(H100, blocks=units)
    wanted = superpod(units)
    assert switches(cluster) == wanted
    above = [32 * wanted[1]] if len(wanted) == 3 else []
    assert links(cluster) == [8 * (32 * units - 1) + 4, 32 * wanted[0], *above]


def test_superpod_h100_has_the_published_bill_of_materials() -> None:
    """Four units have the racks, nodes, appliances, servers, switches and PDUs of the published bill."""
    cluster = built(H100)
    count = parts(cluster)
    assert len(cluster.racks) == 38
    assert count["nvidia-dgx-h100"] == 127
    assert count["nvidia-ufm-appliance"] == 4
    assert count["server-2u"] == 4
    assert count["nvidia-sn4600c"] == 8
    assert count["nvidia-sn2201"] == 8
    assert count["nvidia-qm9700"] == 48 + 16
    assert count["pdu-3p-63a-400v"] == 96 + 12
    assert sum(switches(cluster)) == 48
    assert sum(switches(cluster, "storage")) == 16


def test_superpod_h100_has_the_published_cable_totals() -> None:
    """The cables of four units close with the published totals, but for the UFM and the storage that the bill leaves out."""
    cluster = built(H100)
    ufm, storage = 4, 24
    assert sum(links(cluster)) == 2040 + ufm
    assert sum(links(cluster, "in-band")) == 304
    assert sum(links(cluster, "storage")) == 494 + 48 + ufm
    unlabelled = 2
    assert sum(links(cluster, "oob")) == 127 + 64 + 8 + 8 + 2 + 108 - unlabelled + storage
    uplink = cluster.fabrics[[f.name for f in cluster.fabrics].index("oob")].uplink
    assert uplink is not None
    assert uplink.count == 16


def test_superpod_h100_fills_the_published_cages() -> None:
    """Every cage of the compute switches holds a module (1,536), and so does every OSFP cage of the nodes (508)."""
    cluster = built(H100)
    index = [f.name for f in cluster.fabrics].index("compute")
    own = np.array([c.fabric == index for c in cluster.classes])[cluster.links.klass]
    found = Counter[str]()
    for device, port in (
        (cluster.links.a_device[own], cluster.links.a_port[own]),
        (cluster.links.z_device[own], cluster.links.z_port[own]),
    ):
        cages = {
            (
                d,
                int(
                    cluster.layouts[int(cluster.devices.layout[d])].cage[
                        p - int(cluster.devices.first_port[d])
                    ]
                ),
            )
            for d, p in zip(device.tolist(), port.tolist(), strict=True)
        }
        for owner, _ in cages:
            found[f"{cluster.parts[int(cluster.devices.part[owner])].name}"] += 1
    # a leaf has ports in both columns; none of its 32 cages holds a port down and a port up
    assert found["nvidia-qm9700"] == 1536
    assert found["nvidia-dgx-h100"] == 508
    assert found["nvidia-ufm-appliance"] == 4


# -- NVIDIA DGX SuperPOD B200 and GB200 --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "nodes", "gpus", "tiers", "cables"),
    [
        (2, 64, 512, [16, 8], [512, 512]),
        (4, 128, 1024, [32, 16], [1024, 1024]),
        (8, 256, 2048, [64, 32], [2048, 2048]),
        (16, 512, 4096, [128, 128, 64], [4096, 4096, 4096]),
        (32, 1024, 8192, [256, 256, 128], [8192, 8192, 8192]),
        (64, 2048, 16384, [512, 512, 256], [16384, 16384, 16384]),
    ],
)
def test_superpod_b200_has_the_published_counts(
    tmp_path: Path, units: int, nodes: int, gpus: int, tiers: list[int], cables: list[int]
) -> None:
    """One manifest reproduces every row of the published table, of two tiers and of three."""
    cluster = built(manifest(tmp_path, B200), blocks=units)
    assert parts(cluster)["nvidia-dgx-b200"] == nodes
    assert int(cluster.fabrics[0].endpoints.accelerator.sum()) == gpus
    assert switches(cluster) == tiers
    assert links(cluster) == cables


@pytest.mark.parametrize("units", [*UNPUBLISHED, 1, 6, 9, 20, 48])
def test_superpod_b200_follows_the_rule_at_any_size(tmp_path: Path, units: int) -> None:
    """Sizes of no table have the counts of the even spread."""
    cluster = built(manifest(tmp_path, B200), blocks=units)
    assert switches(cluster) == superpod(units)
    assert links(cluster)[:2] == [256 * units, 256 * units]


@pytest.mark.parametrize(
    ("units", "gpus", "tiers"),
    [
        (2, 1152, [64, 48, 18]),
        (4, 2304, [128, 96, 36]),
        (8, 4608, [256, 192, 72]),
        (16, 9216, [512, 384, 144]),
    ],
)
def test_gb200_leaf_groups_have_the_published_counts(
    tmp_path: Path, units: int, gpus: int, tiers: list[int]
) -> None:
    """Groups of 8 leaves and 6 spines for each unit and rail, and six core groups, give every published row."""
    cluster = built(manifest(tmp_path, GB200), units=units)
    assert int(cluster.fabrics[0].endpoints.accelerator.sum()) == gpus
    assert switches(cluster) == tiers
    assert links(cluster) == [gpus, gpus, gpus]


def test_a_gb200_leaf_has_three_links_to_each_spine_of_its_group(tmp_path: Path) -> None:
    """18 uplinks over 6 spines: three links join each leaf with each spine of its group, and none with another."""
    cluster = built(manifest(tmp_path, GB200), units=2)
    own = cluster.links.klass == [c.name for c in cluster.classes].index("leaf-spine")
    pairs = Counter(
        zip(cluster.links.a_device[own].tolist(), cluster.links.z_device[own].tolist(), strict=True)
    )
    assert set(pairs.values()) == {3}
    assert len(pairs) == 64 * 6


# -- scaleX structure ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cabinets", range(1, 21))
def test_scalex_structure_at_any_number_of_ultra_nodes(tmp_path: Path, cabinets: int) -> None:
    """Each rail of n ultra-nodes has 2 n leaves of 40; spines divide 40 evenly; the cores of a spine number join 8 rails."""
    cluster = built(manifest(tmp_path, SCALEX.replace("GROW\n", "")), cabinets=cabinets)
    spines = spread(2 * cabinets, 40, 40)
    assert switches(cluster) == [16 * cabinets, 8 * spines, spines * spread(8, 40, 80)]
    assert links(cluster) == [640 * cabinets, 640 * cabinets, 8 * spines * 40]


@pytest.mark.parametrize("cabinets", [1, 3, 7, 10, 16, 20])
def test_scalex_structure_buys_upper_tiers_for_its_final_extent(tmp_path: Path, cabinets: int) -> None:
    """With `grow_to` 20 there are 320 spines and 160 cores whatever is built; leaves exist as needed."""
    cluster = built(manifest(tmp_path, SCALEX.replace("GROW", "grow_to: {un: 20, c: 20}")), cabinets=cabinets)
    assert switches(cluster) == [16 * cabinets, 320, 160]
    assert links(cluster) == [640 * cabinets, 640 * cabinets, 12800]


# -- radices that nobody sells ------------------------------------------------------------------------------------


@pytest.mark.parametrize("radix", [9, 12, 18, 31, 33, 36, 45, 48, 50, 66])
def test_odd_radices_follow_the_rule(tmp_path: Path, radix: int) -> None:
    """Whatever the radix: leaves by ports down, spines by the even spread, all uplinks of all leaves cabled."""
    down = -(-radix // 2)
    up = radix - down
    (tmp_path / "parts").mkdir()
    part = SWITCH.replace("RADIX", str(radix))
    (tmp_path / "parts" / "odd-switch.yaml").write_text(part, encoding="utf-8")
    path = manifest(tmp_path, ODD.replace("DOWN", str(down)).replace("UP", str(up)))
    for nodes in (1, 3, radix // 2, radix * down // 8):
        cluster = built(path, nodes=max(nodes, 1))
        leaves = -(-8 * max(nodes, 1) // down)
        assert switches(cluster) == [leaves, spread(leaves, up, radix)]
        assert links(cluster) == [8 * max(nodes, 1), leaves * up]
