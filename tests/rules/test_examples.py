"""The examples on the pages of rules are true: Bad raises the rule, Good is decided and passes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from cluster_spec.check import Run
from cluster_spec.manifest.sections import HEAD, SECTIONS
from cluster_spec.rules import Rule, catalogue
from cluster_spec.rules.page import read_page
from cluster_spec.testing import codes, decided, pocket, state, validate_text

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Report

NOT_BY_INPUT = frozenset({"BUG001"})
"""No manifest can bring these about; a test of their own does."""
RULES = [rule for rule in catalogue() if rule.code not in NOT_BY_INPUT]
EACH = pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])


@cache
def report(text: str) -> Report:
    """Return what is said about an example."""
    return validate_text(text)


def spoken(text: str) -> str:
    """Return the findings of an example in one text, for the message of a failing test."""
    found = report(text)
    lines = [f"{f.code} {f.location} {f.message}" for f in found.findings]
    lines += [f"not checked: {gap.code} {gap.missing} {gap.subjects}" for gap in found.not_checked]
    return "\n".join(lines)


@EACH
def test_bad_raises_the_rule_and_nothing_unlisted(rule: Rule) -> None:
    """The bad example raises the rule's code and at most the companions that the page names."""
    page = read_page(rule.doc)
    found = report(page.bad)
    assert rule.code in codes(found, info=True), spoken(page.bad)
    assert codes(found) - {rule.code} <= page.companions, spoken(page.bad)


@EACH
def test_bad_has_a_place(rule: Rule) -> None:
    """Each finding of the bad example has a file, a line and a column."""
    for finding in report(read_page(rule.doc).bad).findings:
        assert finding.location.file, finding
        assert finding.location.line > 0, finding
        assert finding.location.column > 0, finding


@EACH
def test_good_is_decided_and_passes(rule: Rule) -> None:
    """The good example passes, and where a rule looks at the model it has looked at something."""
    page = read_page(rule.doc)
    found = report(page.good)
    assert state(found, rule.code) == "pass", spoken(page.good)
    assert codes(found) <= page.companions, spoken(page.good)
    if rule.check is not None:
        assert decided(found, rule.code) > 0


@pytest.mark.parametrize(
    ("parameters", "phase"),
    [({}, None), ({}, "first"), ({}, "second"), ({"stores": "1"}, None), ({"stores": "4"}, None)],
)
def test_pocket_is_clean(parameters: dict[str, str], phase: str | None) -> None:
    """The cluster that examples patch has no finding of its own, and every rule that applies is decided."""
    found = validate_text("{}", parameters=parameters, phase=phase)
    assert codes(found) == set(), found.findings
    assert found.not_checked == ()


def test_pocket_has_every_section() -> None:
    """The smallest cluster shows all of the language; only `include` is left out, it is one file."""
    assert set(pocket()) == {*SECTIONS, *HEAD} - {"include"}


def test_a_crash_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that crashes is BUG001, and the rules after it still run."""
    monkeypatch.delenv("CLUSTERSPEC_DEBUG", raising=False)
    whole = len(validate_text("{}").rules)
    record = Run._record
    first = next(rule.code for rule in catalogue() if rule.check is not None)

    def crash(self: Run, rule: Rule, *rest: Any) -> None:
        if rule.code == first:
            raise ZeroDivisionError
        record(self, rule, *rest)

    monkeypatch.setattr(Run, "_record", crash)
    found = validate_text("{}")
    assert [f.code for f in found.findings if f.severity == "error"] == ["BUG001"]
    assert state(found, first) == "unknown"
    assert len(found.rules) == whole
