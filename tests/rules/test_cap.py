"""Rules on claims, on the pocket cluster of 16 cards with other claims."""

from __future__ import annotations

import pytest

from cluster_spec.testing import codes, state, validate_text
from tests.rules.test_prt import missing, only

CARD = "part: {scalex-card: {accelerator: {%s}}}\n"


def claims(text: str) -> str:
    """Return a patch that adds claims."""
    return f"claims: {{{text}}}\n"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("CAP001", "compute: {fp16: {at_least: 7.873 PFLOPS}}"),
        ("CAP001", "compute: {fp16: {exactly: 8 PFLOPS}}"),
        ("CAP001", "compute: {fp16: {at_most: 7.8 PFLOPS}}"),
        ("CAP003", "memory: {at_least: 1.03 TB}"),
        ("CAP003", "memory-bandwidth: {exactly: 29 TB/s}"),
        ("CAP004", "bisection: {compute: {at_least: 3.21 Tb/s}}"),
        ("CAP007", "nodes: {exactly: 9}"),
        ("CAP007", "servers: {at_least: 100}"),
        ("CAP007", "cables: {at_most: 3}"),
        ("CAP007", "links: {compute: {node-leaf: {exactly: 17}}}"),
        ("CAP007", "switches: {compute: {leaf: {exactly: 'stores + 1'}}}"),
        ("CAP007", "subnet: {compute: {at_most: 15}}"),
        ("CAP007", "subnet: {compute: {at_least: 114001}}"),
        ("CAP008", "scale-up-bandwidth: {at_least: 7.2 TB/s}"),
        ("CAP008", "scale-out-bandwidth: {at_least: 6.5 Tb/s}"),
        ("CAP008", "power: {it: {at_most: 10 kW}}"),
    ],
)
def test_claims_that_do_not_hold(code: str, text: str) -> None:
    """A claim that the design misses is one finding at its bound, with measured and limit."""
    report = validate_text(claims(text))
    found = only(report, code)
    assert found.path[0] == "claims"
    assert found.path[-1] in {"at_least", "at_most", "exactly"}
    assert found.measured is not None
    assert found.limit is not None
    assert codes(report) == {code}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("CAP001", "compute: {fp16: {exactly: 7.9 PFLOPS}}"),
        ("CAP003", "memory: {exactly: 1.02 TB}"),
        ("CAP004", "bisection: {compute: {at_least: 3.2 Tb/s}}"),
        ("CAP007", "links: {compute: {node-leaf: {exactly: 16}}}"),
        ("CAP007", "subnet: {compute: {at_least: 114000}}"),
        ("CAP007", "subnet: {compute: {at_most: 16}}"),
        ("CAP008", "scale-out-bandwidth: {exactly: 6.4 Tb/s, direction: one}"),
    ],
)
def test_claims_that_hold(code: str, text: str) -> None:
    """A claim that the design meets passes; `exactly` of compute and memory has a tolerance."""
    report = validate_text(claims(text))
    assert state(report, code) == "pass", report.findings
    assert codes(report) == set()


@pytest.mark.parametrize(
    ("code", "text", "fact"),
    [
        (
            "CAP001",
            claims("compute: {fp64: {at_least: 1 PFLOPS}}"),
            "accelerator.compute.fp64 of scalex-card",
        ),
        (
            "CAP002",
            claims("compute: {fp64: {at_least: 1 PFLOPS}}"),
            "accelerator.compute.fp64-sparse of scalex-card",
        ),
        (
            "CAP003",
            CARD % "memory: null" + claims("memory: {at_least: 1 TB}"),
            "accelerator.memory of scalex-card",
        ),
        (
            "CAP008",
            CARD % "scale-up-bandwidth: null" + claims("scale-up-bandwidth: {at_least: 1 TB/s}"),
            "accelerator.scale-up-bandwidth of scalex-card",
        ),
        (
            "CAP005",
            claims("scale-up-bandwidth: {at_least: 1 TB/s, direction: one}"),
            "direction of accelerator.scale-up-bandwidth of scalex-card",
        ),
    ],
)
def test_claims_without_a_fact_are_unknown(code: str, text: str, fact: str) -> None:
    """A claim on a figure that the part does not state is not checked, never proved."""
    report = validate_text(text)
    assert missing(report, code) == {fact}
    assert state(report, code) == "unknown"


@pytest.mark.parametrize(
    ("claim", "word"),
    [
        ("pue: {at_most: 1.04}", "PUE"),
        ("availability: {at_least: 99.9 %}", "failure"),
        ("power: {facility: {at_most: 1 MW}}", "facility"),
    ],
)
def test_what_is_not_calculated_yet_is_said(claim: str, word: str) -> None:
    """PUE, availability and facility power are reported as not checked."""
    report = validate_text(claims(claim))
    assert state(report, "CAP008") == "unknown"
    assert any(word in fact for fact in missing(report, "CAP008"))


def test_sparse_figures_do_not_meet_a_dense_claim() -> None:
    """A claim that only the sparse figure meets is a warning that says how to claim it."""
    report = validate_text(
        CARD % "compute: {fp16-sparse: 0.984 PFLOPS}" + claims("compute: {fp16: {at_least: 15 PFLOPS}}")
    )
    found = only(report, "CAP002")
    assert found.severity == "warning"
    assert found.help == "claim it as `fp16-sparse`"


def test_directions_are_printed_and_compared() -> None:
    """A claim without direction is counted as published, which is printed; another direction is an error."""
    printed = only(validate_text(claims("scale-up-bandwidth: {at_least: 7 TB/s}")), "CAP005")
    assert printed.severity == "info"
    both = CARD % "scale-up-bandwidth: {value: 448 GB/s, direction: both}"
    wrong = only(
        validate_text(both + claims("scale-up-bandwidth: {at_least: 7 TB/s, direction: one}")), "CAP005"
    )
    assert wrong.severity == "error"
    assert (
        only(
            validate_text(claims("scale-out-bandwidth: {at_least: 1 Tb/s, direction: both}")), "CAP005"
        ).severity
        == "error"
    )


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("switches: {nothing: {leaf: {exactly: 1}}}", "no fabric"),
        ("switches: {compute: {core: {exactly: 1}}}", "no tier of compute"),
        ("links: {compute: {leaf-core: {exactly: 1}}}", "no class of links of compute"),
        ("links: {compute: {spine-leaf: {exactly: 1}}}", "upper tier first"),
    ],
)
def test_claims_on_nothing_dangle(text: str, word: str) -> None:
    """A claim on a fabric, tier or class that is not declared is a dangling reference at its key."""
    found = only(validate_text(claims(text)), "SCH004")
    assert word in found.message


def test_claims_on_what_was_dropped_are_not_applicable() -> None:
    """A claim on a fabric that `when` drops is left out."""
    text = claims("switches: {storage: {leaf: {exactly: 7}}}")
    text += "fabrics: {storage: {when: stores > 3}}\nnetworks: {data: null}"
    report = validate_text(text)
    assert not [f for f in report.findings if f.code == "CAP007" or f.path[:1] == ("claims",)]


def test_dense_figure_within_the_tolerance_needs_no_sparse_one() -> None:
    """What CAP001 accepts as exact, CAP002 accepts too."""
    report = validate_text("claims: {compute: {fp16: {exactly: 7.8 PFLOPS}}}")
    assert (state(report, "CAP001"), state(report, "CAP002")) == ("pass", "pass")


def test_direction_of_an_accelerator_without_figures_is_unknown() -> None:
    """A part that says nothing about its accelerator does not agree with a claim."""
    claim = "claims: {scale-up-bandwidth: {at_least: 1 TB/s, direction: one}}"
    report = validate_text(f"{claim}\npart: {{scalex-card: {{accelerator: null}}}}")
    assert state(report, "CAP005") == "unknown"
