"""What several formats say alike: places, amounts, counts, and what to show first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from cluster_spec.diagnostics import Severity, State
from cluster_spec.units import spell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cluster_spec.diagnostics import Finding, Location, NotChecked, Report

T = TypeVar("T")

FATAL = frozenset({"SCH008", "BUG001"})
"""Codes that say the answer is not complete: the document cannot be read, or a rule crashed."""
_DECIDED = (State.PASS, State.FAIL, State.WAIVED)


def place(report: Report, location: Location) -> str:
    """Return the file of `location` from the current folder, or from the root where that is elsewhere."""
    root = report.root.removeprefix("./").rstrip("/")
    if root in {"", "."} or root.startswith(("/", "..")):
        return location.file.removeprefix("./")
    return f"{root}/{location.file.removeprefix('./')}"


BASE = {
    "b/s": "rate",
    "FLOPS": "compute",
    "B": "memory",
    "mW": "power",
    "um": "length",
    "g": "mass",
    "mA": "current",
}
"""Base units of measured values, and the dimension in which people read them."""


def amount(value: float | str, unit: str | None) -> str:
    """Return a measured value with its unit; base units are spelled for people, integers get separators."""
    if unit in BASE and isinstance(value, int | float) and not isinstance(value, bool):
        return spell(int(value), BASE[unit])
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return f"{text} {unit}" if unit else text


def plural(count: int, noun: str) -> str:
    """Return `1 error`, `2 errors`."""
    return f"{count:,} {noun}" if count == 1 or noun == "info" else f"{count:,} {noun}s"


def counts(report: Report) -> str:
    """Return the number of findings by severity: `2 errors, 1 warning, 0 info`."""
    return ", ".join(plural(report.count(severity), severity.value) for severity in Severity)


def states(report: Report) -> Counter[State]:
    """Return how many rules came to each state."""
    return Counter(rule.state for rule in report.rules)


def decided(report: Report) -> tuple[int, int]:
    """Return how many rules were decided, and of how many that apply."""
    tally = states(report)
    done = sum(tally[state] for state in _DECIDED)
    return done, done + tally[State.UNKNOWN]


def by_code(findings: Iterable[Finding]) -> str:
    """Return `PRT001 12, CBL001 5`, most frequent first."""
    return ", ".join(f"{code} {count:,}" for code, count in Counter(f.code for f in findings).most_common())


def distinct(items: Iterable[T]) -> list[T]:
    """Return the items without repeats, in order."""
    return list(dict.fromkeys(items))


def missing_codes(report: Report) -> tuple[list[str], list[str]]:
    """Return the codes of the rules not checked, and of those checked for some subjects only."""
    unknown = [rule.code for rule in report.rules if rule.state is State.UNKNOWN]
    partly = [gap.code for gap in report.not_checked if gap.code not in set(unknown)]
    return distinct(unknown), distinct(partly)


def lack(missing: str) -> str:
    """Return a missing fact as `power.max unknown`; what says itself why stays as it is."""
    return missing if missing.endswith("unknown") or missing.startswith("because") else f"{missing} unknown"


def reason(gaps: Iterable[NotChecked]) -> str:
    """Return what is missing, for a rule that was not checked."""
    return "; ".join(f"{lack(gap.missing)}{f' for {gap.subjects}' if gap.subjects else ''}" for gap in gaps)


def spread(findings: Iterable[Finding], limit: int) -> list[Finding]:
    """Return at most `limit` findings: the worst first, and each rule once before any rule twice."""
    seen: Counter[tuple[Severity, str]] = Counter()
    ranked = []
    order = {severity: index for index, severity in enumerate(Severity)}
    for index, finding in enumerate(findings):
        key = (finding.severity, finding.code)
        ranked.append((order[finding.severity], seen[key], index, finding))
        seen[key] += 1
    chosen = sorted(ranked, key=lambda item: item[:3])[:limit]
    return [item[3] for item in sorted(chosen, key=lambda item: (item[0], item[2]))]
