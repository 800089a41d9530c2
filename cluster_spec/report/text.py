"""The report for people: the summary first, the causes next, everything else on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.diagnostics import Severity
from cluster_spec.report import common
from cluster_spec.report.tail import tail
from cluster_spec.report.terminal import ELLIPSIS, cells, clean, join, lines, paint, table, window, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cluster_spec.diagnostics import Finding, Location, Report

IN_FULL = 20
"""How many findings are printed in full before the rest is counted by rule."""
REACH = 500
"""How many characters of a source line are looked at before and after the column."""


def render(
    report: Report,
    excerpt: Callable[[Location], str | None],
    *,
    unfold: bool,
    color: bool,
    width: int,
) -> str:
    """Return the report as text; `unfold` prints all findings and the members of their folded sets."""
    out = list(_summary(report, color=color, width=width))
    out += _causes(report, excerpt, unfold=unfold, color=color, width=width)
    out += tail(report, unfold=unfold, color=color, width=width)
    return "\n".join(out) + "\n"


def causes(report: Report, excerpt: Callable[[Location], str | None], *, color: bool, width: int) -> str:
    """Return the counts and the findings alone, for what is checked outside a cluster."""
    blocks = _causes(report, excerpt, unfold=False, color=color, width=width)
    return "\n".join([_counts(report, color=color), *blocks]) + "\n"


def _causes(
    report: Report,
    excerpt: Callable[[Location], str | None],
    *,
    unfold: bool,
    color: bool,
    width: int,
) -> Iterator[str]:
    shown = common.spread(report.findings, len(report.findings) if unfold else IN_FULL)
    for finding in shown:
        yield ""
        yield from _block(report, finding, excerpt, unfold=unfold, color=color, width=width)
    yield from _rest(report, shown, width)


NAMED = 24
"""How many codes the summary spells; more than that is a barrier, and the codes say nothing."""


def _summary(report: Report, *, color: bool, width: int) -> Iterator[str]:
    name, headline = clean(report.cluster), clean(report.headline)
    title = headline if not name or headline.startswith(name) else f"{name}: {headline}".removesuffix(": ")
    if title:
        yield paint(title, "strong", color=color)
    waived = f", {len(report.waived)} waived" if report.waived else ""
    yield _counts(report, color=color) + waived
    yield from wrap(f"{_verdicts(report)}", width, then="  ")


def _counts(report: Report, *, color: bool) -> str:
    pieces = []
    for severity in Severity:
        count = report.count(severity)
        text = common.plural(count, severity.value)
        pieces.append(paint(text, severity.value, color=color) if count else text)
    return ", ".join(pieces)


def _verdicts(report: Report) -> str:
    done, total = common.decided(report)
    if not report.rules:
        return "no rule was run"
    unknown, partly = common.missing_codes(report)
    text = f"decided {done} of {total} rules"
    if unknown:
        text += f"; not checked {len(unknown)}" + (f": {', '.join(unknown)}" if len(unknown) <= NAMED else "")
    if partly:
        text += f"; checked in part {len(partly)}: {', '.join(partly)}"
    tally = common.states(report)
    for state in ("not_applicable", "ignored"):
        count = sum(number for key, number in tally.items() if key.value == state)
        text += f"; {state.replace('_', ' ')} {count}" if count else ""
    return text


def _block(
    report: Report,
    finding: Finding,
    excerpt: Callable[[Location], str | None],
    *,
    unfold: bool,
    color: bool,
    width: int,
) -> Iterator[str]:
    at, message = finding.location, lines(finding.message)
    severity = paint(finding.severity.value, finding.severity.value, color=color)
    yield f"{_spot(report, at)}: {paint(finding.code, 'strong', color=color)} {severity} {message[0]}"
    yield from (f"  {line}" for line in message[1:])
    yield from _excerpt(at, excerpt(at), color=color, width=width)
    if finding.subjects and finding.subjects not in finding.message:
        count = f" ({finding.count:,})" if finding.count > 1 else ""
        yield from wrap(clean(finding.subjects) + count, width, "  of: ")
    yield from _details(report, finding, width)
    if unfold and finding.members:
        yield from join(map(clean, finding.members), width, "  members: ")


def _spot(report: Report, at: Location) -> str:
    """Return a place as terminals and editors open it from the current folder."""
    root = report.root.rstrip("/")
    file = f"{root}/{at.file}" if root.startswith(("/", "..")) else common.place(report, at)
    return f"{clean(file)}:{at.line}:{at.column}"


def _excerpt(at: Location, line: str | None, *, color: bool, width: int) -> Iterator[str]:
    if line is None or not line.strip():
        return
    line, column = line.rstrip("\r\n").replace("\t", " "), at.column - 1
    if column > REACH:
        line, column = ELLIPSIS + line[column - REACH :], REACH + 1
    before = clean(line[:column])
    text = before + clean(line[column : column + REACH])
    gutter = f"  {at.line} | "
    shown, cell = window(text, len(before), max(width - cells(gutter), 40))
    yield paint(gutter, "faint", color=color) + shown
    blank = " " * (cells(gutter) - 2) + "| "
    yield paint(blank, "faint", color=color) + " " * cell + paint("^", "error", color=color)


def _details(report: Report, finding: Finding, width: int) -> Iterator[str]:
    if finding.measured is not None:
        text = f"measured {clean(common.amount(finding.measured, finding.unit))}"
        if finding.limit is not None:
            text += f", limit {clean(common.amount(finding.limit, finding.unit))}"
        yield f"  {text}"
    if finding.formula:
        yield from _prose("  formula: ", finding.formula, width)
    for related in finding.related:
        spot = _spot(report, related.location)
        yield from wrap(clean(related.message), width, f"  see {spot}: ", "    ")
    if finding.help:
        yield from _prose("  help: ", finding.help, width)


def _prose(label: str, text: str, width: int) -> Iterator[str]:
    first, *others = lines(text)
    yield from wrap(first, width, label)
    yield from (" " * len(label) + line for line in others)


def _rest(report: Report, shown: list[Finding], width: int) -> Iterator[str]:
    left = len(report.findings) - len(shown)
    if left <= 0:
        return
    taken = set(map(id, shown))
    rest = [finding for finding in report.findings if id(finding) not in taken]
    yield ""
    yield f"and {common.plural(left, 'finding')} more, by rule (--unfold prints them):"
    tally: dict[tuple[str, str, str], int] = {}
    for finding in rest:
        key = (finding.code, finding.severity.value, finding.name)
        tally[key] = tally.get(key, 0) + 1
    ranked = sorted(tally.items(), key=lambda item: -item[1])[:IN_FULL]
    yield from table([(code, level, f"{n:,}", name) for (code, level, name), n in ranked], width, "  ")
