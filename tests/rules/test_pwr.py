"""Rules of power: sums over the train, density, outlets."""

from __future__ import annotations

import pytest

from cluster_spec.testing import decided, state, validate_text
from tests.support.clusters import missing, one


def test_an_overloaded_ups_is_one_finding_for_its_entry() -> None:
    """Both UPS of an entry are one cause; the worst is named with its arithmetic."""
    report = validate_text('power: {tree: {"ups-[s:a-b]": {capacity: 10 kVA}}}')
    found = one(report, "PWR015")
    assert found.subjects == "ups-a,ups-b"
    assert found.limit == 10_000_000
    assert found.unit == "mVA"
    assert isinstance(found.measured, int)
    assert found.measured > found.limit
    assert found.formula is not None
    assert "each side alone carries the whole draw; power factor 1" in found.formula
    assert found.path == ("power", "tree", "ups-[s:a-b]")


def test_losses_count_on_the_way_up() -> None:
    """What a UPS draws is its load over its efficiency: the utility above fails where the UPS passes."""
    probe = one(validate_text('power: {tree: {"ups-[s:a-b]": {capacity: 1 kVA}}}'), "PWR015")
    assert isinstance(probe.measured, int)
    room = probe.measured // 1000 + 1
    report = validate_text(
        f'power: {{tree: {{"ups-[s:a-b]": {{capacity: {room} VA}}, "utility-[s:a-b]": {{capacity: {room} VA}}}}}}'
    )
    found = one(report, "PWR015")
    assert found.subjects == "utility-a,utility-b"
    assert found.measured == pytest.approx(probe.measured / 0.96, abs=1)


def test_a_common_node_carries_a_rack_once() -> None:
    """Two sides of a rack under one transformer do not count the rack twice."""
    text = """
power:
  tree:
    big: {kind: switchboard, from: grid, capacity: CAPACITY}
    "utility-[s:a-b]": {from: big}
"""
    probe = one(validate_text(text.replace("CAPACITY", "1 kW")), "PWR015")
    side = one(validate_text('power: {tree: {"utility-[s:a-b]": {capacity: 1 kVA}}}'), "PWR015")
    assert probe.measured == side.measured


def test_parallel_sources_share_the_load() -> None:
    """Of three that run in parallel and two of which are needed, each carries half."""
    text = """
power:
  tree:
    "m[1-3]": {kind: panel, from: utility-a, capacity: CAPACITY}
    "ups-a": {kind: ups, from: {a: m1, b: m2, c: m3}, share: parallel, needed: 2, capacity: 80 kVA, efficiency: 96 %}
    "ups-[s:a-b]": null
    "ups-b": {kind: ups, from: utility-b, capacity: 80 kVA, efficiency: 96 %}
"""
    found = one(validate_text(text.replace("CAPACITY", "1 kW")), "PWR015")
    side = one(validate_text('power: {tree: {"utility-[s:a-b]": {capacity: 1 kVA}}}'), "PWR015")
    assert isinstance(side.measured, int)
    assert found.subjects == "m[1-3]"
    assert found.measured == pytest.approx(side.measured / 2, abs=2)


def test_a_named_policy_allows_less() -> None:
    """Oversubscription that a named power-cap policy manages is no finding."""
    report = validate_text('power: {tree: {"ups-[s:a-b]": {capacity: 10 kVA, managed: cap-7}}}')
    assert state(report, "PWR015") == "pass"


def test_a_pdu_that_is_too_small_names_the_worst_rack() -> None:
    """PDUs are held against the whole draw of their rack."""
    report = validate_text("part: {pdu-3p-63a-400v: {pdu: {apparent: 2 kVA}}}")
    messages = [f.message for f in report.findings if f.code == "PWR015"]
    assert len(messages) == 2
    assert all("its capacity is 2 kVA" in m and " in r" in m for m in messages)


@pytest.mark.parametrize(
    ("patch", "fact"),
    [
        ("part: {server-2u: {power: {max: null}}}", "power.max of server-2u"),
        ('power: {tree: {"ups-[s:a-b]": {capacity: null}}}', "capacity of ups-a"),
        ('power: {tree: {"ups-[s:a-b]": {efficiency: null}}}', "efficiency of ups-a"),
        ("power: null\ncooling: {sinks: {dry1: {feeds: null}}}", "power.tree"),
    ],
)
def test_without_a_fact_the_sum_is_unknown(patch: str, fact: str) -> None:
    """A missing figure, capacity or efficiency is named, and nothing passes without it."""
    report = validate_text(patch)
    assert state(report, "PWR015") == "unknown"
    assert fact in missing(report, "PWR015")


def test_the_known_part_alone_can_fail() -> None:
    """What is known already exceeds the limit: no missing figure can help."""
    report = validate_text(
        'part: {server-2u: {power: {max: null}}}\npower: {tree: {"ups-[s:a-b]": {capacity: 1 kVA}}}'
    )
    assert one(report, "PWR015").subjects == "ups-a,ups-b"


def test_density_is_judged_at_rack_row_and_hall() -> None:
    """A limit at each level has a finding of its own at the line that declares it."""
    report = validate_text(
        'racks: {"r[n:1-2]": {power: 2 kW}}\nsite: {halls: {h1: {power: 5 kW}}, rows: {A: {power: 4 kW}}}'
    )
    places = {f.path for f in report.findings if f.code == "PWR025"}
    assert places == {("racks", "r[n:1-2]"), ("site", "halls", "h1"), ("site", "rows", "A")}


def test_air_has_a_limit_of_its_own() -> None:
    """Heat to the air is held against the air of the hall."""
    found = one(validate_text("site: {halls: {h1: {air: 1 kW}}}"), "PWR025")
    assert "give the air" in found.message
    assert found.limit == 1_000_000


def test_density_is_unknown_without_a_figure() -> None:
    """A device whose draw is unknown leaves its rack and its hall undecided."""
    report = validate_text("part: {server-2u: {power: {max: null}}}")
    assert state(report, "PWR025") == "unknown"
    assert missing(report, "PWR025") == {"power.max of server-2u"}


def test_outlets_are_counted_by_kind_and_side() -> None:
    """Supplies take turns on the sides; each needs an outlet of its own kind."""
    found = one(validate_text("part: {pdu-3p-63a-400v: {pdu: {outlets: {C13: 24, C19: 1}}}}"), "PWR026")
    assert "C19 outlets on side a" in found.message
    assert found.limit == 1
    assert found.path == ("power", "racks", "r[1-2]")


@pytest.mark.parametrize(
    ("patch", "fact"),
    [
        ("part: {server-2u: {power: {psus: {inlet: null}}}}", "power.psus.inlet of server-2u"),
        ("part: {server-2u: {power: {psus: null}}}", "power.psus.count of server-2u"),
        ("part: {pdu-3p-63a-400v: {pdu: {outlets: null}}}", "pdu.outlets of pdu-3p-63a-400v"),
        ("power: null", "power.racks"),
    ],
)
def test_without_outlets_or_inlets_nothing_is_proved(patch: str, fact: str) -> None:
    """A missing inlet, supply count or outlet makes the racks unknown."""
    report = validate_text(patch)
    assert state(report, "PWR026") == "unknown"
    assert fact in missing(report, "PWR026")


def test_the_pocket_cluster_is_decided() -> None:
    """All rules of power look at something."""
    report = validate_text("{}")
    for code in ("PWR015", "PWR025", "PWR026"):
        assert state(report, code) == "pass"
        assert decided(report, code) > 0


@pytest.mark.parametrize("code", ["PWR015", "PWR025", "CLG005", "CAP008"])
def test_passive_blades_of_a_cabinet_without_a_figure_draw_what_nobody_knows(code: str) -> None:
    """What is fed from the inside of its cabinet is no zero when nothing says what the cabinet draws."""
    report = validate_text("part: {pocket-ultra: {power: null}}")
    assert state(report, code) == "unknown"
    assert missing(report, code) == {"power.max of pocket-ultra"}


def test_a_rack_without_a_place_leaves_the_sum_of_its_hall_open() -> None:
    """A rack that stands nowhere is in some hall; a hall that is too small without it is too small."""
    loose = 'racks: {"r[n:1-2]": {row: null, slot: null}}'
    assert missing(validate_text(loose), "PWR025") == {"row and slot of racks"}
    small = validate_text(loose + "\nsite: {halls: {h1: {power: 20 kW}}}")
    assert state(small, "PWR025") == "fail"
