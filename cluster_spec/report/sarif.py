"""SARIF 2.1.0 for code scanning: waived findings are suppressed, what was not checked is noted."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cluster_spec.__about__ import __version__
from cluster_spec.diagnostics import Severity
from cluster_spec.report import common
from cluster_spec.report.identity import fingerprints

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.diagnostics import Finding, Location, Report, Waived

    Excerpt = Callable[[Location], str | None]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RESULTS = 5_000
"""Code scanning shows so many results of a run; it refuses a file of more than 25,000."""
PLACES = 100
"""Code scanning shows so many locations of a result; it refuses more than 1,000."""
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(
    report: Report,
    excerpt: Excerpt,
    *,
    unfold: bool,  # noqa: ARG001 - one signature for all formats
    color: bool,  # noqa: ARG001
    width: int,  # noqa: ARG001
) -> str:
    """Return the report as a SARIF log; addresses are relative, columns count Unicode code points."""
    findings = common.spread(report.findings, RESULTS)
    waived = report.waived[: RESULTS - len(findings)]
    everything = [*findings, *(item.finding for item in waived)]
    rules = {finding.code: finding for finding in everything}
    index = {code: number for number, code in enumerate(rules)}
    identities = fingerprints(everything)
    results = [
        _result(report, finding, excerpt, index[finding.code], identity)
        for finding, identity in zip(everything, identities, strict=True)
    ]
    for result, item in zip(results[len(findings) :], waived, strict=True):
        result["suppressions"] = [_suppression(item)]
    driver = {"name": "clusterspec", "version": __version__, "semanticVersion": __version__}
    run = {
        "tool": {"driver": {**driver, "rules": [_rule(finding) for finding in rules.values()]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, len(report.findings) + len(report.waived) - len(everything))],
        "results": results,
        "properties": {"cluster": report.cluster, "digest": report.digest, "decided": common.decided(report)},
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=True, allow_nan=False) + "\n"


def _rule(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.code,
        "name": finding.name,
        "shortDescription": {"text": finding.name.replace("-", " ")},
        "help": {"text": f"clusterspec rules {finding.code}"},
        "helpUri": f"urn:clusterspec:rule:{finding.code}",
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"tags": [finding.basis.value, finding.code[:3]]},
    }


def _result(report: Report, finding: Finding, excerpt: Excerpt, index: int, identity: str) -> dict[str, Any]:
    place: dict[str, Any] = {"physicalLocation": _physical(report, finding.location)}
    if finding.path:
        place["logicalLocations"] = [{"fullyQualifiedName": ".".join(map(str, finding.path))}]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [place],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{_line_hash(finding, excerpt)}:1",
            "clusterspec/v1": identity,
        },
        "properties": _properties(finding),
    }
    if finding.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "physicalLocation": _physical(report, related.location),
                "message": {"text": related.message},
            }
            for number, related in enumerate(finding.related[:PLACES], 1)
        ]
    return result


def _message(finding: Finding) -> str:
    return f"{finding.message}\nhelp: {finding.help}" if finding.help else finding.message


def _physical(report: Report, location: Location) -> dict[str, Any]:
    uri = quote(common.place(report, location).encode("utf-8", "surrogateescape"))
    return {
        "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": location.line, "startColumn": location.column},
    }


def _line_hash(finding: Finding, excerpt: Excerpt) -> str:
    line = excerpt(finding.location)
    text = f"{finding.code}\0{finding.location.file if line is None else line.strip()}"
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _properties(finding: Finding) -> dict[str, Any]:
    facts = {
        "basis": finding.basis.value,
        "subjects": finding.subjects,
        "count": finding.count,
        "measured": None if finding.measured is None else common.amount(finding.measured, finding.unit),
        "limit": None if finding.limit is None else common.amount(finding.limit, finding.unit),
        "formula": finding.formula,
    }
    return {key: value for key, value in facts.items() if value not in {None, ""}}


def _suppression(waived: Waived) -> dict[str, str]:
    until = f" until {waived.until}" if waived.until else ""
    why = f"{waived.because} ({waived.by}{until}; waiver {waived.waiver})"
    return {"kind": "inSource", "status": "accepted", "justification": why}


def _invocation(report: Report, left_out: int) -> dict[str, Any]:
    notes = [_note(f"{gap.code} not checked: {common.reason([gap])}") for gap in report.not_checked[:RESULTS]]
    notes += [_note(f"under assumption: {assumed}") for assumed in report.assumed]
    if left_out:
        notes.append(_note(f"{left_out} further results are left out"))
    clear = not any(finding.code in common.FATAL for finding in report.findings)
    return {"executionSuccessful": clear, "toolExecutionNotifications": notes}


def _note(text: str) -> dict[str, Any]:
    return {"level": "note", "message": {"text": text}}
