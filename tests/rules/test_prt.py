"""Rules on ports and plugs, on the pocket cluster with one thing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cluster_spec.testing import state, validate_text

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Finding, Report

MOVED = """
exceptions:
  moved: {of: {links: "compute:un1-b1:scale-out0"}, move: {z: "compute-leaf-1-1 1/2"}, because: a slip}
"""
DATA = "part: {storage-node-2u: {ports: {'data[0-1]': {%s}}}}"


def only(report: Report, code: str) -> Finding:
    """Return the one finding of a code."""
    found = [finding for finding in report.findings if finding.code == code]
    assert len(found) == 1, [f"{f.code} {f.message}" for f in report.findings]
    return found[0]


def missing(report: Report, code: str) -> set[str]:
    """Return the facts that a rule lacks."""
    return {gap.missing for gap in report.not_checked if gap.code == code}


def test_port_used_twice_points_at_the_exception() -> None:
    """Two links in one port are found at the exception that moved one, with the generator as related place."""
    found = only(validate_text(MOVED), "PRT001")
    assert (found.measured, found.limit) == (2, 1)
    assert found.subjects == "compute-leaf-1-1 1/2"
    assert found.path[:2] == ("exceptions", "moved")
    assert found.related[0].location.line < found.location.line


def test_two_ports_on_the_lanes_of_one_cage() -> None:
    """Ports that share a cage and do not say a half of it cannot both be used."""
    found = only(validate_text(DATA % "cage: slot1"), "PRT001")
    assert "lanes of the cage" in found.message


def test_lanes_that_are_not_known_are_not_checked() -> None:
    """Two ports of one cage whose lanes nobody states are unknown, never a pass."""
    text = "part: {storage-node-2u: {cages: {'slot[1-2]': {form: null}}, ports: {'data[0-1]': {cage: slot1, lanes: null}}}}"
    report = validate_text(text)
    assert state(report, "PRT001") == "unknown"
    assert missing(report, "PRT001") == {"lanes of storage-node-2u slot1"}


def test_plug_misfit_is_one_finding_for_all_cables_of_a_kind() -> None:
    """A medium for other sockets is told once for each kind of end, with both forms."""
    report = validate_text("fabrics: {storage: {media: {node-leaf: [cat6a]}}}")
    found = [f for f in report.findings if f.code == "PRT002"]
    assert {(f.measured, f.limit) for f in found} == {("qsfp112", "rj45")}
    assert sum(f.count for f in found) > len(found)
    assert all(f.location.line > 1 for f in found)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("fabrics: {storage: {media: null}}", "medium of storage node-leaf"),
        ("part: {dr4: {medium: {forms: null}}}", "medium.forms of dr4"),
        (
            "part: {storage-node-2u: {cages: {'slot[1-2]': {form: null}}}}",
            "form of storage-node-2u data ports",
        ),
    ],
)
def test_plug_without_a_fact_is_unknown(text: str, fact: str) -> None:
    """Without medium, its forms or the form of the cage nothing is decided for those cables."""
    report = validate_text(text)
    assert fact in missing(report, "PRT002")
    assert state(report, "PRT002") == "unknown"


def test_rate_mismatch_says_both_rates() -> None:
    """A port of 400 Gb/s on links of 200 Gb/s that has no slower mode is wrong."""
    text = "part: {storage-node-2u: {cages: {'slot[1-2]': {modes: null}}, ports: {'data[0-1]': {rate: 400 Gb/s}}}}"
    found = only(validate_text(text), "PRT004")
    assert (found.measured, found.limit, found.unit) == (400 * 10**9, 200 * 10**9, "b/s")


def test_lanes_of_other_rates_do_not_match() -> None:
    """One rate on four lanes here and on two lanes there is no link."""
    found = only(validate_text(DATA % "lanes: 4"), "PRT004")
    assert "50 Gb/s" in found.message
    assert "100 Gb/s" in found.message


def test_other_modulation_does_not_match() -> None:
    """Lanes of one rate and another modulation are no link."""
    found = only(validate_text(DATA % "modulation: NRZ"), "PRT004")
    assert (found.measured, found.limit) == ("NRZ", "PAM4")


def test_rate_that_is_not_known_is_not_checked() -> None:
    """A port without a rate is unknown."""
    report = validate_text(DATA % "rate: null")
    assert "rate of storage-node-2u data ports" in missing(report, "PRT004")


def test_lanes_of_a_port_that_are_not_known_are_not_checked() -> None:
    """A port without lanes is unknown, sockets for twisted pair apart."""
    text = (
        "part: {storage-node-2u: {cages: {'slot[1-2]': {form: null}}, ports: {'data[0-1]': {lanes: null}}}}"
    )
    assert missing(validate_text(text), "PRT004") == {"lanes of storage-node-2u data ports"}


def test_protocol_mismatch_names_the_part() -> None:
    """A fabric of another protocol than its switches speak is wrong at every link."""
    report = validate_text("fabrics: {storage: {protocol: infiniband}}")
    found = [f for f in report.findings if f.code == "PRT005"]
    assert found
    assert {f.limit for f in found} == {"infiniband"}


def test_medium_of_another_protocol() -> None:
    """A cable that does not carry the protocol is wrong where both ports do."""
    found = only(validate_text("fabrics: {compute: {media: {leaf-spine: [aoc]}}}"), "PRT005")
    assert "aoc carries ethernet" in found.message


def test_protocols_that_are_not_known_are_not_checked() -> None:
    """A port that does not say what it speaks is unknown."""
    report = validate_text(DATA % "protocols: null")
    assert missing(report, "PRT005") == {"protocols of storage-node-2u data ports"}


def test_pocket_passes() -> None:
    """The pocket cluster is decided and right in every rule on ports."""
    report = validate_text("{}")
    assert {state(report, code) for code in ("PRT001", "PRT002", "PRT004", "PRT005")} == {"pass"}
