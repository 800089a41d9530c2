"""Rules on cables, on the pocket cluster with one thing changed."""

from __future__ import annotations

import pytest

from cluster_spec.testing import state, validate_text
from tests.rules.test_prt import missing, only

STORE = "exceptions: {odd: {of: {cables: 'storage:store1:data0'}, set: {%s}, because: a test}}"


def test_too_short_is_one_finding_at_its_exception() -> None:
    """A cable of half a metre between racks is too short, measured against the way with slack."""
    found = only(validate_text(STORE % "length: 0.5 m"), "CBL001")
    assert found.measured == 500_000
    assert isinstance(found.limit, int)
    assert found.limit > 500_000
    assert found.unit == "um"
    assert found.path[:2] == ("exceptions", "odd")


def test_without_a_site_lengths_are_not_checked() -> None:
    """Without positions of racks no cable is long enough, and none too short."""
    text = "site: null\nracks: {'c[n:1-2]': {row: null, slot: null}, 'r[n:1-2]': {row: null, slot: null}}"
    report = validate_text(text)
    assert state(report, "CBL001") == "unknown"
    assert "site: where the racks stand" in missing(report, "CBL001")


def test_beyond_reach_says_medium_and_reach() -> None:
    """A cable longer than its medium reaches is wrong, with both lengths."""
    found = only(validate_text(STORE % "length: 200 m, medium: dr4"), "CBL002")
    assert (found.measured, found.limit) == (200_000_000, 100_000_000)
    assert "dr4 reaches 100 m" in found.message


def test_reach_of_an_adapter_is_its_own() -> None:
    """Where an end is a network adapter the shorter reach of the medium holds."""
    text = "part: {dr4: {medium: {adapter-reach: {100 Gb/s: 1 m}}}}"
    report = validate_text(text)
    found = [f for f in report.findings if f.code == "CBL002"]
    assert found
    assert {f.limit for f in found} == {1_000_000}
    assert all("scale-out" in f.subjects for f in found)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("fabrics: {storage: {media: null}}", "medium of storage node-leaf"),
        ("part: {cat6a: {medium: {reach: null}}}", "medium.reach of cat6a"),
    ],
)
def test_reach_without_a_fact_is_unknown(text: str, fact: str) -> None:
    """Without medium or reach nothing is decided for those cables."""
    report = validate_text(text)
    assert state(report, "CBL002") == "unknown"
    assert any(gap.startswith(fact) for gap in missing(report, "CBL002")), missing(report, "CBL002")


@pytest.mark.parametrize(
    ("label", "word"),
    [
        ("{far} / {near}", "far end first"),
        ("{near}", "does not name the far end"),
        ("{near_rack} / {far_rack}", "not unique"),
        ("{near} / {far} {colour}", "no field 'colour'"),
    ],
)
def test_label_templates_that_are_wrong(label: str, word: str) -> None:
    """A label names both ends, near end first, is unique, and has known fields."""
    found = only(validate_text(f"cabling: {{label: {label!r}}}"), "CBL012")
    assert word in found.message
    assert found.path[0] == "cabling"


@pytest.mark.parametrize(
    "label", ["{near} / {far}", "{near_rack} {near_device} {near_port} / {far_rack} {far_u}"]
)
def test_label_templates_that_are_right(label: str) -> None:
    """Device and port of an end make a label unique."""
    assert state(validate_text(f"cabling: {{label: {label!r}}}"), "CBL012") == "pass"


def test_pocket_passes() -> None:
    """The pocket cluster is decided and right in every rule on cables."""
    report = validate_text("{}")
    assert {state(report, code) for code in ("CBL001", "CBL002", "CBL012")} == {"pass"}


def test_a_medium_that_says_nothing_is_no_crash() -> None:
    """A part of kind medium may lack all its facts; another one of the list, or nothing, is known then."""
    bare = "part: {dac: {medium: null}, dr4: {medium: null}, cat6a: {medium: null}}"
    report = validate_text(bare)
    assert (state(report, "CBL002"), state(report, "PRT002")) == ("unknown", "unknown")
