"""Rules of racks: units, faces, free units and places on the floor."""

from __future__ import annotations

import pytest

from cluster_spec.testing import state, validate_text
from tests.support.clusters import missing, one

NEW = "racks: {r9: {part: rack-48u-800x1200, row: A, slot: 8}}\n"


def test_an_overlap_names_both_and_by_how_much() -> None:
    """Two devices in one unit are one finding with the other place."""
    found = one(validate_text("nodes: {mgmt2: {part: server-2u, rack: r1, u: 3}}"), "RCK001")
    assert found.message == "mgmt2 at U3 of r1 overlaps mgmt1 by 1 U"
    assert (found.measured, found.limit, found.unit) == (1.0, 0, "U")
    assert [r.message for r in found.related] == ["the other one"]


def test_a_tall_device_overlaps_beyond_its_neighbour() -> None:
    """A device is held against everything that reaches up to it, not against its neighbour alone."""
    text = NEW + (
        "part: {server-2u: {size: {height: 10 U}}}\nnodes:\n"
        "  mgmt1: null\n  a1: {part: server-2u, rack: r9, u: 1}\n  b1: {part: storage-node-2u, rack: r9, u: 2}\n"
        "  c1: {part: storage-node-2u, rack: r9, u: 6}\nexceptions: null\n"
    )
    messages = [f.message for f in validate_text(text).findings if f.code == "RCK001"]
    assert sorted(messages) == ["b1 at U2 of r9 overlaps a1 by 2 U", "c1 at U6 of r9 overlaps a1 by 2 U"]


@pytest.mark.parametrize(("face", "verdict"), [("rear", "pass"), ("front", "fail")])
def test_half_depth_devices_share_a_unit_from_both_faces(face: str, verdict: str) -> None:
    """Front and rear of half depth fit; twice the front does not."""
    text = NEW + (
        "part: {server-2u: {size: {half-depth: true}}}\nnodes:\n"
        f"  a1: {{part: server-2u, rack: r9, u: 10}}\n  b1: {{part: server-2u, rack: r9, u: 10, face: {face}}}\n"
    )
    assert state(validate_text(text), "RCK001") == verdict


def test_a_device_above_the_rack_fails() -> None:
    """The topmost unit of a device is held against the units of its rack."""
    found = one(validate_text(NEW + "nodes: {a1: {part: server-2u, rack: r9, u: 48}}"), "RCK002")
    assert (found.message, found.measured, found.limit) == ("a1 reaches U49, r9 has 48 units", 49.0, 48)


def test_a_unit_that_is_not_free_is_taken() -> None:
    """Only declared free units may be used."""
    text = (
        'racks: {r9: {part: rack-48u-800x1200, row: A, slot: 8, free: "[10-20]"}}\n'
        "nodes: {a1: {part: server-2u, rack: r9, u: 20}}"
    )
    found = one(validate_text(text), "RCK002")
    assert found.message == "a1 at U20 of r9 takes a unit that is not free"


@pytest.mark.parametrize("code", ["RCK001", "RCK002"])
def test_without_a_height_nothing_is_proved(code: str) -> None:
    """A device of unknown height may overlap and may not fit."""
    report = validate_text("part: {server-2u: {size: {height: null}}}")
    assert state(report, code) == "unknown"
    assert missing(report, code) == {"size.height of server-2u"}


def test_units_of_the_rack_are_needed() -> None:
    """A rack whose units are unknown decides nothing about what stands in it."""
    text = NEW + "part: {rack-48u-800x1200: {rack: {units: null}}}\n"
    assert "rack.units of rack-48u-800x1200" in missing(validate_text(text), "RCK002")


def test_two_racks_in_one_slot_are_one_finding() -> None:
    """Both racks, the slot and the row are named."""
    found = one(validate_text("racks: {r9: {part: rack-48u-800x1200, row: A, slot: 5}}"), "RCK011")
    assert found.message == "r9 and r1 both stand in slot 5 of row A"


def test_a_rack_without_a_place_is_unknown() -> None:
    """A rack that has no row and slot may stand anywhere."""
    report = validate_text("racks: {r9: {part: rack-48u-800x1200}}")
    assert missing(report, "RCK011") == {"row and slot of racks"}


def test_racks_of_two_rows_overlap() -> None:
    """A row that begins 0.4 m further on the same line puts its racks into those of the first."""
    text = """clusterspec: 1
name: x
site:
  halls: {h: {}}
  rows:
    A: {hall: h, origin: [0 m, 0 m], pitch: 0.8 m}
    B: {hall: h, origin: [0.4 m, 0.2 m], pitch: 0.8 m}
racks:
  a1: {part: rack-48u-800x1200, row: A, slot: 1}
  b1: {part: rack-48u-800x1200, row: B, slot: 1}
"""
    report = validate_text(text, select=("RCK011",))
    assert [(f.code, f.location.line) for f in report.findings] == [("RCK011", 10)]
    assert report.findings[0].message == "the footprints of b1 and a1 overlap"
    apart = validate_text(text.replace("[0.4 m, 0.2 m]", "[0 m, 1.2 m]"), select=("RCK011",))
    assert apart.findings == ()
