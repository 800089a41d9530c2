"""JUnit XML: one suite per family of rules, one case per rule, never one per cable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cluster_spec.diagnostics import RuleResult, Severity, State
from cluster_spec.report import common

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cluster_spec.diagnostics import Finding, Location, Report

ITEMS = 50
"""How many findings the text of one failure lists."""
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


def render(
    report: Report,
    excerpt: Callable[[Location], str | None],  # noqa: ARG001 - one signature for all formats
    *,
    unfold: bool,  # noqa: ARG001
    color: bool,  # noqa: ARG001
    width: int,  # noqa: ARG001
) -> str:
    """Return the report as JUnit XML; errors and warnings fail a case, an unknown skips it."""
    suites: dict[str, list[_Case]] = {}
    for case in _cases(report):
        suites.setdefault(case.rule.code[:3], []).append(case)
    cases = [case for suite in suites.values() for case in suite]
    out = ['<?xml version="1.0" encoding="UTF-8"?>']
    out.append(f"<testsuites {_attributes(name='clusterspec')} {_totals(cases)}>")
    for family, members in sorted(suites.items()):
        out.append(f"  <testsuite {_attributes(name=family)} {_totals(members)}>")
        for case in members:
            out += case.lines(report)
        out.append("  </testsuite>")
    return "\n".join([*out, "</testsuites>"]) + "\n"


class _Case:
    """One rule and what it came to: an error, a failure, a skip, or a pass that may have something to say."""

    __slots__ = ("findings", "kind", "note", "rule")

    def __init__(self, rule: RuleResult, findings: list[Finding], gap: str, waived: str) -> None:
        self.rule, self.findings = rule, findings
        bad = [finding for finding in findings if finding.severity is not Severity.INFO]
        self.note = "\n".join(filter(None, [gap, waived]))
        if bad:
            self.kind = "error" if any(finding.code in common.FATAL for finding in bad) else "failure"
        elif rule.state in {State.UNKNOWN, State.NOT_APPLICABLE, State.IGNORED}:
            self.kind = "skipped"
            self.note = self.note or rule.state.value.replace("_", " ")
        else:
            self.kind = "pass"

    def lines(self, report: Report) -> Iterator[str]:
        """Yield the lines of this case."""
        head = _attributes(
            classname=f"clusterspec.{self.rule.code[:3]}", name=f"{self.rule.code} {self.rule.name}"
        )
        body = "\n".join(filter(None, [_listing(report, self.findings), self.note]))
        yield f'    <testcase {head} time="0">'
        if self.kind == "skipped":
            yield f"      <skipped {_attributes(message=self.note.splitlines()[0])}/>"
        elif self.kind != "pass":
            first = self.findings[0]
            label = _attributes(message=first.message, type=first.severity.value)
            yield f"      <{self.kind} {label}>{_escape(body)}</{self.kind}>"
        elif body:
            yield f"      <system-out>{_escape(body)}</system-out>"
        yield "    </testcase>"


def _cases(report: Report) -> Iterator[_Case]:
    findings: dict[str, list[Finding]] = {}
    for finding in report.findings:
        findings.setdefault(finding.code, []).append(finding)
    listed = {rule.code for rule in report.rules}
    extra = [
        RuleResult(code, found[0].name, State.FAIL) for code, found in findings.items() if code not in listed
    ]
    for rule in [*report.rules, *extra]:
        gaps = [gap for gap in report.not_checked if gap.code == rule.code]
        waived = [f"waived: {w.because} ({w.by})" for w in report.waived if w.finding.code == rule.code]
        gap = f"not checked: {common.reason(gaps)}" if gaps else ""
        yield _Case(rule, findings.get(rule.code, []), gap, "\n".join(waived[:ITEMS]))


def _listing(report: Report, findings: list[Finding]) -> str:
    rows = [_row(report, finding) for finding in findings[:ITEMS]]
    if len(findings) > ITEMS:
        rows.append(f"and {len(findings) - ITEMS:,} more")
    return "\n".join(rows)


def _row(report: Report, finding: Finding) -> str:
    at = finding.location
    return f"{common.place(report, at)}:{at.line}:{at.column}: {finding.severity.value} {finding.message}"


def _totals(cases: list[_Case]) -> str:
    kinds = [case.kind for case in cases]
    return _attributes(
        tests=str(len(cases)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        time="0",
    )


def _attributes(**values: str) -> str:
    return " ".join(f'{key}="{_legal(text).translate(_ATTRIBUTE)}"' for key, text in values.items())


def _escape(text: str) -> str:
    return _legal(text).translate(_TEXT)


def _legal(text: str) -> str:
    """Return `text` without the characters that XML 1.0 cannot hold, not even escaped."""
    return _ILLEGAL.sub("", text)
