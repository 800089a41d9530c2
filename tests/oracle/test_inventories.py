"""The link list of every inventory, re-read by a checker that knows nothing of the product."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.oracle import checker
from tests.support.cli import ROOT, run

LARGE = frozenset({"scalex-million"})
"""Read with csv and dict these take half a minute: their small relatives are read instead."""
NAMES = sorted(
    p.parent.name for p in (ROOT / "inventories").glob("*/cluster.yaml") if p.parent.name not in LARGE
)
EACH = pytest.mark.parametrize("name", NAMES)
_KNOWN: dict[str, tuple[dict[str, Any], dict[str, checker.Fabric], str]] = {}


def shown(name: str) -> tuple[dict[str, Any], dict[str, checker.Fabric], str]:
    """Return the summary of an inventory, its fabrics as the checker reads them, and the header."""
    if name not in _KNOWN:
        folder = str(ROOT / "inventories" / name)
        links, summary = (
            run("show", *words, folder) for words in (("links", "--format", "csv"), ("--format", "json"))
        )
        assert links.returncode == summary.returncode == 0, links.stderr + summary.stderr
        lines = links.stdout.splitlines()
        _KNOWN[name] = (json.loads(summary.stdout), checker.read(lines), lines[0])
    return _KNOWN[name]


@EACH
def test_columns(name: str) -> None:
    """The promised columns come first, in their order."""
    assert shown(name)[2].split(",")[: len(checker.COLUMNS)] == checker.COLUMNS


@EACH
def test_ports_used_once(name: str) -> None:
    """No port has two links."""
    assert not checker.used_twice(shown(name)[1].values())


@EACH
def test_tiers(name: str) -> None:
    """Every device of a fabric stands in one tier; tiers, switches and links are as many as the summary says."""
    summary, fabrics, _ = shown(name)
    assert summary["links"] == sum(len(links) for f in fabrics.values() for links in f.classes.values())
    for fabric in fabrics.values():
        said = summary["fabrics"][fabric.name]
        assert not checker.tier_conflicts(fabric)
        assert list(said["tiers"]) == fabric.chain
        assert {t: u["switches"] for t, u in said["tiers"].items()} == {
            t: len(fabric.switches(t)) for t in fabric.chain
        }
        assert said["links"] == {name: len(links) for name, links in fabric.classes.items()}


@EACH
def test_oversubscription(name: str) -> None:
    """The ratio of the worst switch of each tier is what the summary says."""
    summary, fabrics, _ = shown(name)
    for fabric in fabrics.values():
        for tier in fabric.chain:
            own = checker.oversubscription(fabric, tier)
            assert summary["fabrics"][fabric.name]["tiers"][tier]["oversubscription"] == pytest.approx(own), (
                tier
            )


@EACH
def test_components(name: str) -> None:
    """The summary counts as many components as a union of the links does."""
    summary, fabrics, _ = shown(name)
    for fabric in fabrics.values():
        assert summary["fabrics"][fabric.name]["components"] == checker.components(fabric), fabric.name


@EACH
def test_balance(name: str) -> None:
    """What is called non-blocking spreads its links evenly."""
    summary, fabrics, _ = shown(name)
    for fabric in fabrics.values():
        if summary["fabrics"][fabric.name]["nonblocking"]:
            assert all(checker.imbalance(fabric, tier) == 0 for tier in fabric.chain[:-1]), fabric.name


@EACH
def test_rails(name: str) -> None:
    """On a leaf of a compute fabric with rails hang ports of one label, number for number."""
    _, fabrics, _ = shown(name)
    fabric = fabrics.get("compute") or fabrics.get("scalefabric")
    if fabric is None:
        pytest.skip("it has no compute fabric of a known name")
    numbers = {
        switch: {label.rstrip("0123456789") for label in labels if len(labels) > 1}
        for switch, labels in checker.rails(fabric).items()
    }
    mixed = {switch for switch, kinds in numbers.items() if len(kinds) == 1}
    assert not mixed, f"several ports of one kind on {sorted(mixed)[:4]}"


def test_the_checker_sees_faults() -> None:
    """A port used twice, a cable to the wrong spine and a split fabric are seen: the opinion is one."""
    good = [
        "fabric,class,a_device,a_port,z_device,z_port,rate_bps,state",
        "f,node-leaf,n1,p0,l1,1,100,planned",
        "f,node-leaf,n2,p0,l2,1,100,planned",
        "f,leaf-spine,l1,2,s1,1,50,planned",
        "f,leaf-spine,l1,3,s2,1,50,planned",
        "f,leaf-spine,l2,2,s1,2,50,planned",
        "f,leaf-spine,l2,3,s2,2,50,planned",
    ]
    fabric = checker.read(good)["f"]
    assert fabric.chain == ["leaf", "spine"]
    assert checker.components(fabric) == 1
    assert checker.oversubscription(fabric, "leaf") == 1
    assert checker.imbalance(fabric, "leaf") == 0
    assert checker.used_twice(checker.read([*good, "f,leaf-spine,l1,2,s1,3,50,planned"]).values()) == [
        ("l1", "2")
    ]
    crossed = [line.replace("l1,3,s2,1", "l1,3,s1,3") for line in good]
    assert checker.imbalance(checker.read(crossed)["f"], "leaf") == 2
    split = [line for line in good if "l1,3,s2" not in line and "l2,2,s1" not in line]
    assert checker.components(checker.read(split)["f"]) == 2
