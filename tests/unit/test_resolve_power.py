"""The power train as a graph, what feeds racks, and PDUs as devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.support.clusters import cluster

if TYPE_CHECKING:
    from pathlib import Path


def test_sources_follow_templates_and_externals(tmp_path: Path) -> None:
    """A template over brackets joins element to element, and an external utility is a legal source."""
    found, _ = cluster(tmp_path)
    by_name = {node.name: node for node in found.power}
    assert found.power[by_name["ups-b"].sources[0]].name == "utility-b"
    assert found.power[by_name["utility-a"].sources[0]].external


def test_capacity_in_watts_and_volt_amperes_stay_apart(tmp_path: Path) -> None:
    """A capacity in kVA is apparent power, one in kW is power, and neither becomes the other."""
    found, _ = cluster(tmp_path, "power: {tree: {rect: {kind: rectifier, from: ups-a, capacity: 5 kW}}}")
    by_name = {node.name: node for node in found.power}
    assert (by_name["rect"].capacity, by_name["rect"].apparent) == (5_000_000, None)
    assert (by_name["ups-a"].capacity, by_name["ups-a"].apparent) == (None, 80_000_000)


def test_of_an_efficiency_curve_the_point_nearest_to_full_load_counts(tmp_path: Path) -> None:
    """The point nearest to 100 % load is taken, and the node says which it was."""
    text = 'power: {tree: {"ups-[s:a-b]": {efficiency: {20 %: 90 %, 60 %: 97 %, 90 %: 96 %}}}}'
    found, _ = cluster(tmp_path, text)
    ups = next(node for node in found.power if node.name == "ups-a")
    assert (ups.efficiency, ups.efficiency_at) == (960_000, 900_000)


def test_current_and_voltage_rate_a_node_without_capacity(tmp_path: Path) -> None:
    """Three phases of 63 A at 400 V between lines are 43.6 kVA."""
    text = "power: {tree: {p1: {kind: panel, from: ups-a, voltage: 400 V L-L, breaker: 63 A, phases: 3}}}"
    found, _ = cluster(tmp_path, text)
    panel = next(node for node in found.power if node.name == "p1")
    assert panel.apparent == 43_647_660


def test_blocks_assign_racks_to_feeds_by_position(tmp_path: Path) -> None:
    """Element i of a key goes to source i // q, whatever else exists."""
    text = """
power:
  tree: {"rect-[n:1-2]": {kind: rectifier, from: utility-a, capacity: 90 kW, efficiency: 98 %}}
  racks: {"r[1-2]": null, "c[1-2],cdu1": null, "c[1-2],r[1-2]": {feeds: {a: {of: "rect-[1-2]", assign: block 2}}}}
"""
    found, _ = cluster(tmp_path, text)
    assert found.feeds is not None
    names = {
        found.racks.names.spell(row): found.power[int(found.feeds.node[row, 0])].name
        for row in range(len(found.racks))
        if found.feeds.node[row, 0] >= 0
    }
    assert names == {"c1": "rect-1", "c2": "rect-1", "r1": "rect-2", "r2": "rect-2"}


def test_too_few_sources_for_a_block_are_named(tmp_path: Path) -> None:
    """A block assignment that runs out of sources says how many it needs."""
    text = 'power: {racks: {"r[1-2]": {pdus: {a: {from: {of: ups-a, assign: block 1}}}}}}'
    _, findings = cluster(tmp_path, text)
    assert [f.message for f in findings if f.code == "SCH010"] == [
        "2 elements in blocks of 1 need 2 of ups-a, it names 1"
    ]


def test_pdus_are_devices_of_their_rack(tmp_path: Path) -> None:
    """A PDU is called after rack and side, stands there in no unit, and has its part."""
    found, _ = cluster(tmp_path)
    row = found.devices.names.spell_all(np.arange(len(found.devices))).index("r2-pdu-b")
    assert found.racks.names.spell(int(found.devices.rack[row])) == "r2"
    assert found.devices.u[row] == -1
    assert found.parts[int(found.devices.part[row])].name == "pdu-3p-63a-400v"


def test_several_pdus_of_a_side_are_numbered(tmp_path: Path) -> None:
    """With a count above one the PDUs of a side carry a number, and follow each other."""
    found, _ = cluster(tmp_path, 'power: {racks: {"r[1-2]": {pdus: {a: {count: 2}}}}}')
    assert found.feeds is not None
    rack = next(r for r in range(len(found.racks)) if found.racks.names.spell(r) == "r1")
    first = int(found.feeds.pdu[rack, 0])
    assert found.devices.names.spell_all(np.arange(first, first + 2)) == ["r1-pdu-a1", "r1-pdu-a2"]
    assert found.feeds.pdu_count[rack, 0] == 2


def test_pdus_of_a_rack_with_height_stand_at_its_top(tmp_path: Path) -> None:
    """A PDU that has a height takes units from the top of the free ones, one side below the other."""
    text = """
part: {pdu-3p-63a-400v: {size: {height: 1 U}}}
racks: {r9: {part: rack-48u-800x1200, row: A, slot: 8}}
power: {racks: {r9: {pdus: {a: {part: pdu-3p-63a-400v, from: ups-a}, b: {part: pdu-3p-63a-400v, from: ups-b}}}}}
"""
    found, _ = cluster(tmp_path, text)
    names = found.devices.names.spell_all(np.arange(len(found.devices)))
    units = [int(found.devices.u[names.index(f"r9-pdu-{side}")]) for side in "ab"]
    assert units == [48_000, 47_000]


def test_a_cycle_is_one_finding(tmp_path: Path) -> None:
    """A node that feeds itself through others is named with the way round."""
    text = 'power: {tree: {"utility-[s:a-b]": {from: "ups-{s}"}}}'
    _, findings = cluster(tmp_path, text)
    assert [f.message for f in findings if "feeds itself" in f.message] == [
        "ups-a feeds itself: ups-a from utility-a from ups-a"
    ]


@pytest.mark.parametrize("name", ["ups-z", "nothing"])
def test_a_source_that_does_not_exist_is_dangling(tmp_path: Path, name: str) -> None:
    """A feed that nobody declared is a finding at its place."""
    _, findings = cluster(tmp_path, f'power: {{racks: {{"r[1-2]": {{pdus: {{a: {{from: {name}}}}}}}}}}}')
    found = [f for f in findings if f.code == "SCH004"]
    assert [f.message for f in found] == [f"{name!r} is no power node"]
    assert found[0].path == ("power", "racks", "r[1-2]", "pdus", "a", "from")


def test_two_entries_for_one_rack_are_named(tmp_path: Path) -> None:
    """A rack that two entries speak of is a finding with both places."""
    _, findings = cluster(tmp_path, "power: {racks: {r1: {feeds: {a: ups-a}}}}")
    found = next(f for f in findings if f.code == "SCH001")
    assert found.message == "r[1-2] and r1 both say it for r1"
    assert len(found.related) == 1
