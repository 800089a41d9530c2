"""What follows the findings of a text report: waived, not checked, assumed, and not covered at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.report import common
from cluster_spec.report.terminal import clean, join, paint, table, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cluster_spec.diagnostics import NotChecked, Report, Waived

ROWS = 20
"""How many rows a section prints before the rest is counted."""
ALIKE = 3
"""How many rules that lack the same are printed each with its line."""


def tail(report: Report, *, unfold: bool, color: bool, width: int) -> Iterator[str]:
    """Yield the sections that follow the findings, each after an empty line; empty ones are left out."""
    limit = None if unfold else ROWS
    sections = (
        ("waived:", list(_waived(report, width))),
        ("not checked:", list(_gaps(report, width))),
        ("under assumption:", [line for a in report.assumed for line in wrap(clean(a), width, "  ", "    ")]),
    )
    for title, rows in sections:
        if rows:
            yield ""
            yield paint(title, "strong", color=color)
            yield from rows[:limit]
        if limit is not None and len(rows) > limit:
            yield f"  and {common.plural(len(rows) - limit, 'line')} more (--unfold prints them)"
    if report.not_covered:
        yield ""
        yield from join(map(clean, report.not_covered), width, "not covered by any rule yet: ")


def _waived(report: Report, width: int) -> Iterator[str]:
    for waived in report.waived:
        yield from wrap(_acceptance(waived), width, f"  {waived.finding.code} ", "    ")


def _acceptance(waived: Waived) -> str:
    what = waived.finding.subjects or waived.finding.message
    until = f", until {waived.until}" if waived.until else ""
    return clean(f"{what}: {waived.because} ({waived.by}{until}; waivers.{waived.waiver})")


def _gaps(report: Report, width: int) -> Iterator[str]:
    """Yield a line per rule and fact; rules that lack the very same are counted (the summary names them)."""
    alike: dict[str, list[NotChecked]] = {}
    for gap in report.not_checked:
        alike.setdefault(_missing(gap.missing, gap.subjects, gap.count), []).append(gap)
    rows = []
    for gap in report.not_checked:
        missing = _missing(gap.missing, gap.subjects, gap.count)
        same = alike[missing]
        if len(same) <= ALIKE:
            rows.append((gap.code, clean(gap.name), clean(missing)))
        elif same[0] is gap:
            rows.append((f"{len(same)} rules", "", clean(missing)))
    if rows:
        yield from table(rows, width, "  ")


def _missing(fact: str, subjects: str, count: int) -> str:
    number = f" ({count:,})" if count > 1 else ""
    return f"{common.lack(fact)}: {subjects}{number}" if subjects else common.lack(fact)
