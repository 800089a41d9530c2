"""Rules of cooling: loops and sinks take the heat of their racks."""

from __future__ import annotations

import pytest

from cluster_spec.testing import state, validate_text
from tests.support.clusters import missing, one


def test_a_loop_that_is_too_small_fails() -> None:
    """Heat above capacity is a finding at the loop, with both figures."""
    found = one(validate_text("cooling: {loops: {air: {each: 1 kW, needed: null}}}"), "CLG005")
    assert found.path == ("cooling", "loops", "air")
    assert found.limit == 2_000_000
    assert "2 of 2 units remove 2 kW" in found.message


def test_declared_spare_units_do_not_count() -> None:
    """Where one of two units is declared spare, one has to do."""
    heat = one(validate_text("cooling: {loops: {air: {each: 1 kW}}}"), "CLG005").measured
    assert isinstance(heat, int)
    each = heat * 2 // 3000
    both = f"cooling: {{loops: {{air: {{each: {each} W, needed: NEEDED}}}}}}"
    assert state(validate_text(both.replace("NEEDED", "2")), "CLG005") == "pass"
    assert state(validate_text(both.replace("NEEDED", "1")), "CLG005") == "fail"
    spare = f"cooling: {{loops: {{air: {{each: {each} W, needed: null, redundancy: N+1}}}}}}"
    assert "1 of 2 units (N+1)" in one(validate_text(spare), "CLG005").message


def test_sinks_are_held_against_all_their_loops() -> None:
    """A sink that two loops share takes the heat of both."""
    found = one(validate_text("cooling: {sinks: {dry1: {capacity: 1 kW}}}"), "CLG005")
    assert "share" in found.message
    assert "dry1 remove 1 kW" in found.message


@pytest.mark.parametrize(
    ("patch", "fact"),
    [
        ("part: {server-2u: {power: {max: null}}}", "power.max of server-2u"),
        ("cooling: {loops: {air: {each: null}}}", "capacity of air"),
        ("part: {cdu-row-1300kw: {cooling: null}}", "capacity of cdu1"),
        ("cooling: {sinks: {dry1: {capacity: null}}}", "capacity of dry1"),
        ("cooling: null", "cooling.racks"),
    ],
)
def test_without_a_fact_heat_is_unknown(patch: str, fact: str) -> None:
    """A missing figure or capacity is named, and the loop does not pass."""
    report = validate_text(patch)
    assert state(report, "CLG005") == "unknown"
    assert fact in missing(report, "CLG005")
