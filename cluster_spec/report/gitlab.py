"""GitLab Code Quality: an array of issues for the artifact `gl-code-quality-report.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.report import common
from cluster_spec.report.identity import fingerprints

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.diagnostics import Finding, Location, Report

_LEVELS = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(
    report: Report,
    excerpt: Callable[[Location], str | None],  # noqa: ARG001 - one signature for all formats
    *,
    unfold: bool,  # noqa: ARG001
    color: bool,  # noqa: ARG001
    width: int,  # noqa: ARG001
) -> str:
    """Return the findings as GitLab reads them; waived findings are left out, fingerprints are unique."""
    identities = fingerprints(report.findings)
    issues = [
        _issue(report, finding, identity)
        for finding, identity in zip(report.findings, identities, strict=True)
    ]
    return json.dumps(issues, ensure_ascii=True, allow_nan=False) + "\n"


def _issue(report: Report, finding: Finding, identity: str) -> dict[str, Any]:
    return {
        "description": f"{finding.code}: {finding.message}",
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": identity,
        "severity": _severity(finding),
        "location": {
            "path": common.place(report, finding.location),
            "lines": {"begin": finding.location.line},
        },
    }


def _severity(finding: Finding) -> str:
    """Return GitLab's word: a report that is not complete blocks, an error of physics is critical."""
    if finding.code in common.FATAL:
        return "blocker"
    if finding.severity is Severity.ERROR and finding.basis is Basis.PHYSICS:
        return "critical"
    return _LEVELS[finding.severity]
