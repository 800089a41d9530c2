"""GitHub Actions: as many annotations as it shows, and the rest as a count in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.diagnostics import Severity
from cluster_spec.report import common
from cluster_spec.report.terminal import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cluster_spec.diagnostics import Finding, Location, Report

SHOWN = 10
"""GitHub shows so many annotations of each kind per step."""
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(
    report: Report,
    excerpt: Callable[[Location], str | None],  # noqa: ARG001 - one signature for all formats
    *,
    unfold: bool,  # noqa: ARG001
    color: bool,  # noqa: ARG001
    width: int,  # noqa: ARG001
) -> str:
    """Return workflow commands, at most ten of a kind, then the summary as plain lines of the log."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    for severity in Severity:
        findings = [finding for finding in report.findings if finding.severity is severity]
        shown = common.spread(findings, SHOWN)
        yield from (_annotation(report, finding) for finding in shown)
        taken = set(map(id, shown))
        rest = [finding for finding in findings if id(finding) not in taken]
        if rest:
            yield f"and {common.plural(len(rest), severity.value)} more: {clean(common.by_code(rest))}"
    done, total = common.decided(report)
    unknown, _ = common.missing_codes(report)
    gaps = f"; not checked {len(unknown)}: {', '.join(unknown)}" if unknown else ""
    verdict = f"{common.counts(report)}; decided {done} of {total} rules{gaps}"
    yield f"clusterspec {clean(report.cluster)}: {verdict}"


def _annotation(report: Report, finding: Finding) -> str:
    at = finding.location
    properties = {
        "file": common.place(report, at),
        "line": at.line,
        "endLine": at.line,
        "col": at.column,
        "title": f"{finding.code} {finding.name}",
    }
    spelled = ",".join(f"{key}={str(value).translate(_PROPERTY)}" for key, value in properties.items())
    text = f"{finding.message}\nhelp: {finding.help}" if finding.help else finding.message
    return f"::{_COMMANDS[finding.severity]} {spelled}::{_harmless(text)}"


def _harmless(text: str) -> str:
    return "\n".join(map(clean, text.split("\n"))).translate(_DATA)


def summary(report: Report) -> str:
    """Return the job summary in Markdown: the counts, then a table of the rules that failed."""
    done, total = common.decided(report)
    rows = [f"| {code} | {name} | {level} | {number} |" for (code, name, level), number in _tally(report)]
    head = ["| rule | name | severity | findings |", "| --- | --- | --- | ---: |"] if rows else []
    title = f"### clusterspec: {_inline(report.cluster)}"
    verdict = f"{common.counts(report)}; decided {done} of {total} rules"
    unknown, _ = common.missing_codes(report)
    gaps = [f"not checked: {', '.join(unknown)}"] if unknown else []
    return "\n\n".join([title, verdict, *gaps, *(["\n".join(head + rows)] if rows else [])]) + "\n"


def _tally(report: Report) -> list[tuple[tuple[str, str, str], int]]:
    tally: dict[tuple[str, str, str], int] = {}
    for finding in report.findings:
        key = (finding.code, finding.name, finding.severity.value)
        tally[key] = tally.get(key, 0) + 1
    return list(tally.items())


def _inline(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_[]<>|#!&" else char for char in clean(text))
