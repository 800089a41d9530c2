"""Rules of identity: host names, serials, ports, cables, open devices."""

from __future__ import annotations

import numpy as np
import pytest

from cluster_spec.analysis.hostnames import flaw, repeated
from cluster_spec.model.namespace import NameGroup
from cluster_spec.testing import state, validate_text
from tests.support.clusters import missing, one


def group(first: int, literals: tuple[str, ...], *columns: list[int]) -> NameGroup:
    """Return a group of names with unpadded numbers."""
    count = len(columns[0]) if columns else 1
    arrays = tuple(np.array(c, dtype=np.int64) for c in columns)
    return NameGroup(first, count, literals, (0,) * len(columns), (False,) * len(columns), arrays)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a_b", "`_` in it"),
        ("-a", "a label that begins or ends with `-` or is empty"),
        ("a" * 64, "a label of 64 characters, at most 63 are allowed"),
        (".".join(["a" * 60] * 5), "304 characters, a host name has at most 253"),
        ("n1.site.example", None),
        ("N1", None),
    ],
)
def test_literals_decide_what_is_a_host_name(name: str, why: str | None) -> None:
    """RFC 1123 labels, and 253 characters in all."""
    assert flaw(group(0, (name,))) == why


def test_the_longest_number_decides_the_length() -> None:
    """A bracket whose numbers grow makes the label longer."""
    assert flaw(group(0, ("a" * 62, ""), [1, 9])) is None
    assert flaw(group(0, ("a" * 62, ""), [1, 10])) is not None


def test_equal_names_are_found_across_patterns() -> None:
    """A name by itself, a pattern, and case: what spells alike is found."""
    names = [group(0, ("n", ""), [1, 2, 3]), group(3, ("N2",)), group(4, ("m", ""), [2])]
    assert [rows.tolist() for rows in repeated(names)] == [[1, 3]]


def test_numbers_that_run_together_are_found() -> None:
    """`a` + 1 + 11 and `a` + 11 + 1 are one name."""
    found = repeated([group(0, ("a", "", ""), [1, 11], [11, 1])])
    assert [rows.tolist() for rows in found] == [[0, 1]]


def test_a_repeated_coordinate_is_found() -> None:
    """A pattern that lacks a number names several things alike."""
    assert [rows.tolist() for rows in repeated([group(0, ("a", ""), [3, 1, 3])])] == [[0, 2]]


def test_case_makes_no_second_name() -> None:
    """Two nodes that differ in case are one host; both places are named."""
    found = one(validate_text("nodes: {MGMT1: {part: server-2u, rack: r1, u: 4}}"), "IDN001")
    assert found.message == "MGMT1 and mgmt1 are one host name: case makes no difference"
    assert len(found.related) == 1


def test_serials_are_unique_per_manufacturer() -> None:
    """One serial of two makers is two; of one maker it is a finding."""
    other = 'assets: {mgmt1: {manufacturer: another, serial: "P0001"}}'
    same = 'assets: {mgmt1: {manufacturer: Made Up, serial: "p0001"}}'
    assert state(validate_text(other), "IDN004") == "pass"
    assert one(validate_text(same), "IDN004").count == 2


def test_asset_tags_are_unique_everywhere() -> None:
    """A tag belongs to the owner, whoever made the device."""
    found = one(validate_text('assets: {mgmt1: {manufacturer: another, asset_tag: "A-0001"}}'), "IDN004")
    assert "asset tag, A-0001" in found.message


def test_labels_that_say_too_little_are_shared() -> None:
    """A label of racks alone is on many cables."""
    found = one(validate_text('cabling: {label: "{near_rack} / {far_rack}"}'), "IDN007")
    assert found.path[0] == "cabling"
    assert isinstance(found.measured, int)
    assert found.measured > 1


def test_a_device_without_a_place_is_one_cause() -> None:
    """No rack means no feed and no loop: they are not said again."""
    report = validate_text("nodes: {mgmt9: {part: server-2u, role: management}}")
    found = one(report, "IDN008")
    assert found.message == "mgmt9 has no place: no rack, or no unit in it"
    assert found.path == ("nodes", "mgmt9")


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ("nodes: {mgmt9: {part: server-2u, rack: r9, u: 1}}", {"feed:", "heat:"}),
        ("part: {server-2u: {ports: {bmc: null}}}", {"management:"}),
        ("networks: {mgmt: null}", {"address"}),
    ],
)
def test_each_aspect_is_found(patch: str, words: set[str]) -> None:
    """A rack without feed and loop, a host without management port, a port without address."""
    rack = "racks: {r9: {part: rack-48u-800x1200, row: A, slot: 9}}\n"
    report = validate_text(rack + patch)
    said = " ".join(f.message for f in report.findings if f.code == "IDN008").split()
    assert words <= set(said)


def test_reasons_are_accepted() -> None:
    """What is absent on purpose says so by aspect."""
    text = "nodes: {mgmt9: {part: server-2u, none: {place: desk, feed: wall, heat: room}}}"
    assert state(validate_text(text), "IDN008") == "pass"


@pytest.mark.parametrize(
    ("patch", "fact"),
    [
        ("power: null\ncooling: {sinks: {dry1: {feeds: null}}}", "power.racks"),
        ("cooling: null", "cooling.racks"),
        ("networks: null", "networks"),
        ("fabrics: {oob: null}\nnetworks: {mgmt: null}", "a fabric of role oob"),
    ],
)
def test_an_absent_section_is_unknown(patch: str, fact: str) -> None:
    """A section that is not there yet leaves its aspect open; it fails nothing."""
    report = validate_text(patch)
    assert fact in missing(report, "IDN008")
    assert not [f for f in report.findings if f.code == "IDN008"]


def test_management_without_a_network_is_unknown() -> None:
    """Without any management fabric nobody can say that a port lacks its cable."""
    report = validate_text("fabrics: {oob: null}\nnetworks: {mgmt: null}")
    assert state(report, "MGT001") == "unknown"


def test_an_uncabled_port_is_found() -> None:
    """A management port that the management fabric does not join is named with its device."""
    text = 'fabrics: {oob: {endpoints: {all: {every: null, nodes: "store[*]", ports: oob}}}}'
    messages = [f.message for f in validate_text(text).findings if f.code == "MGT001"]
    assert "mgmt1 has no cable in the management port" in messages


def test_one_serial_with_and_without_a_maker_is_undecided() -> None:
    """Whether two are one depends on the maker that one of them does not name."""
    report = validate_text('assets: {mgmt1: {serial: "P0001"}}')
    assert state(report, "IDN004") == "unknown"
    assert missing(report, "IDN004") == {"assets.*.manufacturer"}


@pytest.mark.parametrize(
    "policy", ["{must_decide: [TPO]}", "{must_decide: [TOP999]}", "{thresholds: {TOP999: 2}}"]
)
def test_a_policy_names_rules_that_exist(policy: str) -> None:
    """A demand with a slip in its code would be green for ever."""
    finding = one(validate_text(f"policy: {policy}"), "SCH004")
    assert "there is no rule T" in finding.message
    assert finding.location.line > 1
