"""The report for programs: stable keys, described by `clusterspec schema report`; one finding per line."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from cluster_spec.__about__ import __version__
from cluster_spec.diagnostics import Severity, State
from cluster_spec.report.common import states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cluster_spec.diagnostics import Finding, Location, NotChecked, Report, Waived


def render(
    report: Report,
    excerpt: Callable[[Location], str | None],  # noqa: ARG001 - one signature for all formats
    *,
    unfold: bool,
    color: bool,  # noqa: ARG001
    width: int,  # noqa: ARG001
) -> str:
    """Return the report as one JSON object; `unfold` adds the members of each folded set."""
    tally = states(report)
    parts = {
        "clusterspec": _dump(__version__),
        "cluster": _dump(report.cluster),
        "digest": _dump(report.digest),
        "parameters": _dump(report.parameters),
        "summary": _dump(
            {
                "rules": {state.value: tally[state] for state in State},
                "findings": {severity.value: report.count(severity) for severity in Severity},
            }
        ),
        "findings": _rows(_finding(finding, unfold=unfold) for finding in report.findings),
        "waived": _rows(_waived(waived, unfold=unfold) for waived in report.waived),
        "not_checked": _rows(map(_gap, report.not_checked)),
    }
    body = ",\n".join(f'  "{key}": {text}' for key, text in parts.items())
    return f"{{\n{body}\n}}\n"


def _finding(finding: Finding, *, unfold: bool) -> dict[str, Any]:
    subjects: dict[str, Any] = {"folded": finding.subjects, "count": finding.count}
    if unfold:
        subjects["members"] = list(finding.members)
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "basis": finding.basis.value,
        "message": finding.message,
        "subjects": subjects,
        "location": _location(finding.location),
        "related": [{"message": r.message, "location": _location(r.location)} for r in finding.related],
        "measured": _number(finding.measured),
        "limit": _number(finding.limit),
        "unit": finding.unit,
        "help": finding.help,
    }


def _waived(waived: Waived, *, unfold: bool) -> dict[str, Any]:
    waiver = {"name": waived.waiver, "because": waived.because, "by": waived.by, "until": waived.until}
    return {**_finding(waived.finding, unfold=unfold), "waiver": waiver}


def _gap(gap: NotChecked) -> dict[str, Any]:
    subjects = {"folded": gap.subjects, "count": gap.count}
    return {"code": gap.code, "missing": gap.missing, "subjects": subjects}


def _location(location: Location) -> dict[str, str | int]:
    return {"file": location.file, "line": location.line, "column": location.column}


def _number(value: float | str | None) -> float | str | None:
    """Return `value`, spelled as text where JSON has no number for it."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _rows(rows: Iterable[dict[str, Any]]) -> str:
    body = ",\n".join(f"    {_dump(row)}" for row in rows)
    return f"[\n{body}\n  ]" if body else "[]"


def _dump(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text


def _plain(value: Any) -> object:
    """Return the plain number behind a NumPy scalar, else the text of what JSON has no word for."""
    return value.item() if hasattr(value, "item") else str(value)
