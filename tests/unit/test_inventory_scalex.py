"""The scaleX inventories: counts, headlines, what is not checked, and growth that moves nothing."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from cluster_spec.api import load_cluster, report

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Report
    from cluster_spec.model.cluster import Cluster

INVENTORIES = Path(__file__).parents[2] / "inventories"
SCALEX, MILLION = INVENTORIES / "scalex", INVENTORIES / "scalex-million"
LEAST, BOUGHT, MOST = 1, 16, 20
STEPS = (1, 2, 3, 5, 8, 9, 13, 16, 17, 20)
PUBLISHED = 10_240
SUBNET = 114_000


@cache
def _scalex(ultra_nodes: int) -> Cluster:
    found = load_cluster(SCALEX, {"ultra_nodes": str(ultra_nodes)}).value
    assert found is not None
    return found


@cache
def _report(ultra_nodes: int) -> Report:
    return report(SCALEX, {"ultra_nodes": ultra_nodes})


def _links(cluster: Cluster, fabric: str) -> dict[str, int]:
    index = [f.name for f in cluster.fabrics].index(fabric)
    counts = np.bincount(cluster.links.klass, minlength=len(cluster.classes))
    return {k.name: int(counts[i]) for i, k in enumerate(cluster.classes) if k.fabric == index}


def _switches(cluster: Cluster, fabric: str) -> dict[str, int]:
    index = [f.name for f in cluster.fabrics].index(fabric)
    tiers = cluster.devices.tier[cluster.devices.fabric == index]
    return {t.name: int((tiers == i).sum()) for i, t in enumerate(cluster.fabrics[index].tiers)}


def _of_part(cluster: Cluster, rows: Any, part: str) -> int:
    return int((rows == [p.name for p in cluster.parts].index(part)).sum())


def test_switches_of_each_tier() -> None:
    """16 ultra-nodes need 256 leaves; spines and core stand for 20: 320 and 160."""
    assert _switches(_scalex(BOUGHT), "scalefabric") == {"leaf": 256, "spine": 320, "core": 160}


def test_links_of_each_class() -> None:
    """Every card has one link, the leaves as many up as down, and every spine 40 to the core."""
    expected = {"node-leaf": PUBLISHED, "leaf-spine": PUBLISHED, "spine-core": 12_800}
    assert _links(_scalex(BOUGHT), "scalefabric") == expected


def test_one_cdm_for_two_cabinets() -> None:
    """16 cabinets that come built, 8 CDMs beside them."""
    racks = _scalex(BOUGHT).racks
    assert _of_part(_scalex(BOUGHT), racks.part, "sugon-scalex640-cabinet") == BOUGHT
    assert _of_part(_scalex(BOUGHT), racks.part, "sugon-cdm") == BOUGHT // 2


@pytest.mark.parametrize("ultra_nodes", [BOUGHT, MOST])
def test_no_finding_at_or_above_warning(ultra_nodes: int) -> None:
    """The design is clean as it is bought and at its final extent."""
    found = [f for f in _report(ultra_nodes).findings if f.severity.value in {"error", "warning"}]
    assert found == []


def test_nothing_is_waived() -> None:
    """What holds, holds without a waiver."""
    assert _report(BOUGHT).waived == ()


def test_unknown_is_what_nobody_publishes() -> None:
    """PUE and availability are claimed and cannot be calculated; all else is decided."""
    assert {open_.code for open_ in _report(BOUGHT).not_checked} == {"CAP008"}
    assert {open_.missing.split()[0] for open_ in _report(BOUGHT).not_checked} == {"PUE", "failure"}


def test_headlines_of_a_smaller_system_fail() -> None:
    """15 ultra-nodes do not hold the published totals: the claims are compared, not repeated."""
    codes = {f.code for f in _report(15).findings}
    assert {"CAP001", "CAP003", "CAP008"} <= codes


def _cables(ultra_nodes: int) -> set[tuple[object, ...]]:
    """Return the links by name: both ends, the length that is ordered, the medium."""
    cluster = _scalex(ultra_nodes)
    names, links, cables = cluster.devices.names.spelled(), cluster.links, cluster.cables
    first = cluster.devices.first_port
    media = np.array([cluster.parts[m].name for m in cluster.media])
    columns = (
        names[links.a_device],
        links.a_port - first[links.a_device],
        names[links.z_device],
        links.z_port - first[links.z_device],
        cables.length[links.cable],
        media[cables.medium[links.cable]],
    )
    return set(zip(*(column.tolist() for column in columns), strict=True))


def _places(ultra_nodes: int) -> set[tuple[object, ...]]:
    """Return what stands where: device, rack, unit; rack, place on the floor, feeds."""
    cluster = _scalex(ultra_nodes)
    devices, racks, feeds = cluster.devices, cluster.racks, cluster.feeds
    assert feeds is not None
    names, own = devices.names.spelled(), racks.names.spelled()
    power = np.array([node.name for node in cluster.power])[feeds.node]
    stands = zip(names.tolist(), own[devices.rack].tolist(), devices.u.tolist(), strict=True)
    floor = zip(own.tolist(), racks.x.tolist(), racks.y.tolist(), map(tuple, power.tolist()), strict=True)
    return {*stands, *floor}


def _addresses(ultra_nodes: int) -> set[tuple[object, ...]]:
    cluster = _scalex(ultra_nodes)
    names = cluster.devices.names.spelled()
    return {
        (network.name, *row)
        for network in cluster.networks
        for row in zip(
            names[network.devices].tolist(), network.ports.tolist(), network.addresses.tolist(), strict=True
        )
    }


@pytest.mark.parametrize(("fewer", "more"), list(pairwise(STEPS)))
@pytest.mark.parametrize("facts", [_cables, _places, _addresses])
def test_growth_moves_nothing(fewer: int, more: int, facts: Any) -> None:
    """Links, lengths, media, racks, units, feeds and addresses of the smaller are those of the larger."""
    assert facts(fewer) <= facts(more)


@cache
def _million() -> Cluster:
    found = load_cluster(MILLION).value
    assert found is not None
    return found


def test_million_totals() -> None:
    """1,640 ultra-nodes of 640 make more than 2^20 cards on 16 rails of three full tiers."""
    assert _links(_million(), "scalefabric") == dict.fromkeys(
        ("node-leaf", "leaf-spine", "spine-core"), 1_049_600
    )
    assert _switches(_million(), "scalefabric") == {"leaf": 26_240, "spine": 26_240, "core": 13_440}


def test_million_keeps_the_subnet_limit() -> None:
    """Each rail is a network of its own, below the published 114,000 cards."""
    fabric = next(f for f in _million().fabrics if f.name == "scalefabric")
    sizes = np.bincount(fabric.endpoints.coordinates["rail"])
    assert fabric.disjoint == ("rail",)
    assert sizes.sum() >= 1 << 20
    assert sizes.max() <= SUBNET


def test_million_is_clean_and_short() -> None:
    """Below 250 lines, no finding at or above warning, nothing waived, nothing unchecked."""
    found = report(MILLION)
    assert [f for f in found.findings if f.severity.value in {"error", "warning"}] == []
    assert (found.waived, found.not_checked) == ((), ())
    assert len((MILLION / "cluster.yaml").read_text(encoding="utf-8").splitlines()) < 250


def test_both_say_what_is_made_up() -> None:
    """Titles say illustrative or synthetic."""
    assert "illustrative" in (_scalex(BOUGHT).title or "")
    assert "synthetic" in (_million().title or "")
