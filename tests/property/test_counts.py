"""Counts of fabrics at sizes and radices that stand in no published table, from the links alone."""

from __future__ import annotations

import json
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest

from tests.oracle import checker
from tests.support.cli import ROOT, run

if TYPE_CHECKING:
    from pathlib import Path

SWITCH = """part: odd-switch
kind: switch
size: {{height: 1 U}}
radix: {radix}
ports:
  "p[1-{radix}]": {{role: fabric, rate: 400 Gb/s, lanes: 4, protocols: [infiniband], form: qsfp112}}
sources: {{made: {{title: Made up for a test, grade: illustrative, covers: [size, radix, ports]}}}}
"""
NODE = """part: odd-node
kind: node
size: {{height: 2 U}}
contains: {{"accelerator[0-{last}]": scalex-card}}
ports:
  "hca[0-{last}]":
    {{role: compute, rate: 400 Gb/s, lanes: 4, protocols: [infiniband], form: qsfp112, accelerator: "accelerator[0-{last}]"}}
sources: {{made: {{title: Made up for a test, grade: illustrative, covers: [size, contains, ports]}}}}
"""
CLUSTER = """clusterspec: 1
name: odd
racks: {{"r[n:001-{nodes}]": {{part: rack-48u-700x1200}}}}
nodes: {{"n[n:001-{nodes}]": {{part: odd-node, rack: "r{{n:03}}", u: 2}}}}
claims:
  accelerators: {{exactly: {cards}}}
  switches: {{compute: {{leaf: {{exactly: {leaves}}}, spine: {{exactly: {spines}}}}}}}
fabrics:
  compute:
    role: compute
    protocol: infiniband
    rate: 400 Gb/s
    endpoints: {{gpus: {{nodes: "n[*]", ports: compute, coordinates: {{su: node // {block}, rail: port}}}}}}
    topology:
      kind: clos
      tiers:
        leaf: {{part: odd-switch, per: [su, rail], down: {down}, up: {up}}}
        spine: {{over: leaf, part: odd-switch, down: {radix}}}
    media: {{node-leaf: [dr4], leaf-spine: [dr4]}}
"""


def even(leaves: int, uplinks: int, ports: int) -> int:
    """Return the spines of the even spread: the first count from the least one that divides the uplinks."""
    count = ceil(leaves * uplinks / ports)
    while uplinks % count:
        count += 1
    return count


def design(folder: Path, units: int, radix: int, rails: int) -> dict[str, int]:
    """Write a cluster of `units` scalable units of radix/2 nodes, and return the counts that it must have."""
    down = radix // 2
    block = max(down - 1, 1) if units == 7 else down
    leaves, nodes = units * rails, units * block
    spines = even(leaves, down, radix)
    (folder / "parts").mkdir()
    (folder / "parts" / "odd-switch.yaml").write_text(SWITCH.format(radix=radix), "utf-8")
    (folder / "parts" / "odd-node.yaml").write_text(NODE.format(last=rails - 1), "utf-8")
    cluster = CLUSTER.format(
        nodes=f"{nodes:03}",
        cards=nodes * rails,
        leaves=leaves,
        spines=spines,
        block=block,
        down=down,
        up=down,
        radix=radix,
    )
    (folder / "cluster.yaml").write_text(cluster, "utf-8")
    return {"leaves": leaves, "spines": spines, "nodes": nodes, "down": block, "up": down}


def shown(folder: Path) -> tuple[dict[str, Any], checker.Fabric]:
    """Return the summary and the fabric as the checker reads it."""
    links = run("show", "links", str(folder), "--format", "csv")
    assert links.returncode == 0, links.stderr
    summary = run("show", str(folder), "--format", "json")
    return json.loads(summary.stdout), checker.read(links.stdout.splitlines())["compute"]


@pytest.mark.parametrize("units", [3, 5, 7, 12])
@pytest.mark.parametrize(("radix", "rails"), [(22, 1), (36, 2), (50, 3)])
def test_counts(tmp_path: Path, units: int, radix: int, rails: int) -> None:
    """Leaves, spines, links, ratio, rails and components are those of the rule, and of a second reader."""
    wanted = design(tmp_path, units, radix, rails)
    summary, fabric = shown(tmp_path)
    said = summary["fabrics"]["compute"]
    assert {t: u["switches"] for t, u in said["tiers"].items()} == {
        "leaf": wanted["leaves"],
        "spine": wanted["spines"],
    }
    assert len(fabric.switches("leaf")) == wanted["leaves"]
    assert len(fabric.switches("spine")) == wanted["spines"]
    assert said["links"] == {
        "node-leaf": wanted["nodes"] * rails,
        "leaf-spine": wanted["leaves"] * wanted["up"],
    }
    assert said["links"] == {name: len(links) for name, links in fabric.classes.items()}
    assert summary["accelerators"] == wanted["nodes"] * rails
    assert not checker.used_twice([fabric])
    assert not checker.tier_conflicts(fabric)
    assert checker.imbalance(fabric, "leaf") == 0
    assert checker.components(fabric) == said["components"] == 1
    assert checker.oversubscription(fabric, "leaf") == pytest.approx(wanted["down"] / wanted["up"])
    assert said["tiers"]["leaf"]["oversubscription"] == pytest.approx(wanted["down"] / wanted["up"])
    assert all(len(labels) == 1 for labels in checker.rails(fabric).values())


@pytest.mark.parametrize("ultra_nodes", [1, 2, 7, 13, 20])
def test_ultra_nodes(ultra_nodes: int) -> None:
    """At other sizes of scalex leaves grow with it, spines and cores are there, and the links agree."""
    folder, size = str(ROOT / "inventories" / "scalex"), f"ultra_nodes={ultra_nodes}"
    links = run("show", "links", folder, "--fabric", "scalefabric", "--format", "csv", "--set", size)
    fabric = checker.read(links.stdout.splitlines())["scalefabric"]
    assert {tier: len(fabric.switches(tier)) for tier in fabric.chain} == {
        "leaf": 16 * ultra_nodes,
        "spine": 320,
        "core": 160,
    }
    assert {name: len(own) for name, own in fabric.classes.items()} == {
        "node-leaf": 640 * ultra_nodes,
        "leaf-spine": 640 * ultra_nodes,
        "spine-core": 12_800,
    }
    assert not checker.used_twice([fabric])
    assert checker.components(fabric) == 1
    assert checker.oversubscription(fabric, "leaf") == 1
    assert [checker.imbalance(fabric, tier) for tier in ("leaf", "spine")] == [0, 0]


def test_claims_hold_and_fail(tmp_path: Path) -> None:
    """The claims of such a design pass; one switch more in the claim is CAP007 at its line."""
    design(tmp_path, 5, 22, 3)
    clean = json.loads(run("validate", str(tmp_path), "--select", "CAP", "--format", "json").stdout)
    assert clean["findings"] == []
    file = tmp_path / "cluster.yaml"
    file.write_text(file.read_text("utf-8").replace("leaf: {exactly: 15}", "leaf: {exactly: 16}"), "utf-8")
    found = json.loads(run("validate", str(tmp_path), "--select", "CAP", "--format", "json").stdout)[
        "findings"
    ]
    assert [(f["code"], f["measured"], f["limit"]) for f in found] == [("CAP007", 15, 16)]
    assert found[0]["location"]["line"] == 7
