"""Sinks, loops and which loop serves which rack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tests.support.clusters import cluster

if TYPE_CHECKING:
    from pathlib import Path


def test_racks_are_on_their_loops(tmp_path: Path) -> None:
    """A rack names the loop of its liquid and the one of its air."""
    found, _ = cluster(tmp_path)
    assert found.cooling is not None
    names = [loop.name for loop in found.cooling.loops]
    rows = {found.racks.names.spell(r): r for r in range(len(found.racks))}
    assert names[int(found.cooling.loop[rows["c1"]])] == "cdu1"
    assert names[int(found.cooling.air[rows["c1"]])] == "air"
    assert found.cooling.air[rows["r1"]] == -1


def test_a_loop_with_a_part_is_a_device_in_the_rack_of_its_name(tmp_path: Path) -> None:
    """A CDU stands where the rack of its name is, fills it, and takes its capacity from the part."""
    found, _ = cluster(tmp_path)
    assert found.cooling is not None
    loop = next(loop for loop in found.cooling.loops if loop.name == "cdu1")
    assert found.devices.names.spell(loop.device) == "cdu1"
    assert found.racks.names.spell(int(found.devices.rack[loop.device])) == "cdu1"
    assert found.devices.inside[loop.device]
    assert (loop.each, loop.capacity) == (1_300_000_000, 1_300_000_000)


def test_units_multiply_capacity_and_are_numbered(tmp_path: Path) -> None:
    """A loop of several units has all their capacity, and a device for each."""
    found, _ = cluster(tmp_path, "cooling: {loops: {cdu1: {units: 3}}}")
    assert found.cooling is not None
    loop = next(loop for loop in found.cooling.loops if loop.name == "cdu1")
    assert loop.capacity == 3_900_000_000
    assert found.devices.names.spell_all(np.arange(loop.device, loop.device + 3)) == [
        "cdu1-1",
        "cdu1-2",
        "cdu1-3",
    ]


def test_power_of_heat_and_fixed_power_stay_apart(tmp_path: Path) -> None:
    """`8 % of heat` is a share, `30 kW` is power, and a sink knows what feeds it."""
    found, _ = cluster(tmp_path, "cooling: {loops: {air: {power: 30 kW}}}")
    assert found.cooling is not None
    air = next(loop for loop in found.cooling.loops if loop.name == "air")
    sink = found.cooling.sinks[0]
    assert (air.power, air.share) == (30_000_000, None)
    assert (sink.power, sink.share) == (None, 20_000)
    assert {found.power[n].name for n in sink.feeds} == {"ups-a", "ups-b"}


def test_more_needed_than_there_are_is_a_finding(tmp_path: Path) -> None:
    """A loop that needs more units than it has is named."""
    _, findings = cluster(tmp_path, "cooling: {loops: {air: {needed: 3}}}")
    assert [f.message for f in findings if f.code == "SCH003"] == ["3 units are needed, there are 2"]


def test_a_rack_on_a_loop_that_does_not_exist_is_dangling(tmp_path: Path) -> None:
    """The nearest loop is offered."""
    _, findings = cluster(tmp_path, 'cooling: {racks: {"r[1-2]": {loop: airr}}}')
    found = next(f for f in findings if f.code == "SCH004")
    assert (found.message, found.help) == ("'airr' is no loop", "did you mean air?")
