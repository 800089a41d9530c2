"""Rules of the catalogue, over the parts that a cluster uses."""

from __future__ import annotations

import pytest

from cluster_spec.testing import state, validate_text
from tests.support.clusters import missing, one


def test_a_wrong_radix_names_both_numbers() -> None:
    """Ports are counted, the radix is what the part says."""
    found = one(validate_text("part: {sugon-scalefabric-80x400: {radix: 64}}"), "CAT001")
    assert (found.measured, found.limit) == (80, 64)
    assert found.location.file.endswith(".yaml")


def test_supplies_that_carry_full_load_count() -> None:
    """Two supplies of which one carries the load are rated at one."""
    found = one(validate_text("part: {server-2u: {power: {psus: {rating: 600 W}}}}"), "CAT002")
    assert found.message == "server-2u draws 900 W, the supply that carries it gives 600 W"
    assert found.formula == "1 x 600 W = 600 W"


def test_without_a_radix_a_switch_is_unknown() -> None:
    """A radix that is not stated is no radix that fits."""
    report = validate_text("part: {sugon-scalefabric-80x400: {radix: null}}")
    assert state(report, "CAT001") == "unknown"
    assert missing(report, "CAT001") == {"radix of sugon-scalefabric-80x400"}


@pytest.mark.parametrize("fact", ["rating", "full"])
def test_without_supplies_nothing_is_proved(fact: str) -> None:
    """A set without rating, or without the number that carries full load, decides nothing."""
    report = validate_text(f"part: {{server-2u: {{power: {{psus: {{{fact}: null}}}}}}}}")
    assert missing(report, "CAT002") == {f"power.psus.{fact} of server-2u"}


def test_values_without_a_source_are_a_warning() -> None:
    """A number that no source covers is named by its path."""
    found = one(
        validate_text("part: {server-2u: {sources: {design: {covers: [airflow, power, cages, ports]}}}}"),
        "CAT006",
    )
    assert found.severity == "warning"
    assert "size" in found.message
