"""`clusterspec parts`: the hardware of the catalogue, with the project's own over it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cluster_spec.cli.output import Failure, colored, emit, width
from cluster_spec.report.terminal import clean, fit, paint, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cluster_spec.diagnostics import Finding, Location
    from cluster_spec.model.parts import Part


@click.command("parts")
@click.argument("name", required=False)
@click.option("--check", is_flag=True, help="Check every part: shape, sources, supplies, ports.")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    default=".",
    metavar="DIR",
    help="Project whose parts/ lie over the catalogue (default: here).",
)
@click.pass_context
def command(ctx: click.Context, *, name: str | None, check: bool, project: Path) -> None:
    """List the parts of the catalogue, or show the one that NAME names with its sources."""
    if not project.is_dir():
        raise Failure(f"the project {project} is no folder")
    folder = project / "parts"
    overlay = folder if folder.is_dir() else None
    if check:
        ctx.exit(_check(overlay, project, name))
    if name is None:
        emit("\n".join(_listing(overlay, project)) + "\n")
        return
    from cluster_spec.catalog.store import open_part

    outcome = open_part(name, overlay, project)
    if outcome.value is None:
        _report(outcome.findings, project)
        ctx.exit(2)
    emit("\n".join(_page(outcome.value, color=colored())) + "\n")


def _check(overlay: Path | None, project: Path, name: str | None) -> int:
    """Report on all parts, or on one; 1 when there is an error."""
    from cluster_spec.catalog.checks import check_part
    from cluster_spec.catalog.store import check_all, open_part
    from cluster_spec.diagnostics import Severity

    if name is None:
        findings = check_all(overlay, project)
    else:
        outcome = open_part(name, overlay, project)
        findings = [*outcome.findings, *(check_part(outcome.value) if outcome.value else ())]
    _report(findings, project)
    return int(any(finding.severity is Severity.ERROR for finding in findings))


def _report(findings: Sequence[Finding], project: Path) -> None:
    from cluster_spec.diagnostics import Report
    from cluster_spec.report.text import causes

    report = Report("parts", "", {}, tuple(findings), (), (), (), root=project.as_posix())
    emit(causes(report, lambda at: _line(at, project), color=colored(), width=width()))


def _line(at: Location, project: Path) -> str | None:
    """Return the source line of a place in the project or in the catalogue."""
    from cluster_spec.catalog.store import DATA

    for root in (project, DATA.parent):
        try:
            lines = (root / at.file).read_text("utf-8", "replace").splitlines()
        except (OSError, ValueError):
            continue
        return lines[at.line - 1] if at.line <= len(lines) else None
    return None


def _listing(overlay: Path | None, project: Path) -> Iterator[str]:
    from cluster_spec.catalog.store import names, open_part, overlay_index

    index = overlay_index(overlay)
    rows = [("NAME", "KIND", "GRADES", "TITLE")]
    for name in names(index):
        part = open_part(name, index, project).value
        rows.append((clean(name), "?", "?", "cannot be read") if part is None else _row(part))
    return table(rows, width())


def _row(part: Part) -> tuple[str, str, str, str]:
    grades = ",".join(dict.fromkeys(source.grade for source in part.sources))
    title = part.title or " ".join(filter(None, (part.vendor, part.model)))
    return clean(part.name), part.kind, grades or "none", clean(title)


def _page(part: Part, *, color: bool) -> Iterator[str]:
    yield paint(clean(part.name), "strong", color=color)
    if part.data:
        yield from _spell(part.data, "  ")
    else:
        for source in part.sources:
            yield f"  source: {clean(source.title)} ({source.grade})"
    for label, values in (("no source for", part.unsourced), ("missing ports", part.gaps)):
        if values:
            yield fit(f"  {label}: {clean(', '.join(values))}", width())


def _spell(data: Mapping[str, object], indent: str) -> Iterator[str]:
    """Yield a mapping as indented lines, as it was written."""
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield f"{indent}{clean(str(key))}:"
            yield from _spell(value, indent + "  ")
        else:
            items = value if isinstance(value, list) else [value]
            yield f"{indent}{clean(str(key))}: {clean(', '.join(map(str, items)))}"
