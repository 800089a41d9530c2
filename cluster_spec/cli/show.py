"""`clusterspec show`: what a cluster is, as a summary or as tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cluster_spec.cli.output import Failure, colored, emit, emit_blocks, width, write_file
from cluster_spec.cli.stream import write_blocks
from cluster_spec.cli.validate import parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cluster_spec.diagnostics import Finding
    from cluster_spec.model.cluster import Cluster

TABLES = ("devices", "ports", "links", "cables", "racks", "growth")


def request(
    _ctx: click.Context, _argument: click.Parameter, words: tuple[str, ...]
) -> tuple[str | None, Path]:
    """Return the table that is asked for (None: the summary) and the path."""
    table = words[0] if words and words[0] in TABLES else None
    rest = words[1:] if table else words
    if len(rest) > 1:
        hint = f"tables are {', '.join(TABLES)}"
        raise click.UsageError(f"show takes a table and a path, got {' '.join(words)!r}; {hint}")
    return table, Path(rest[0]) if rest else Path()


@click.command("show")
@click.argument("asked", nargs=-1, callback=request, metavar="[TABLE] [PATH]")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "csv", "json")),
    default="text",
    help="How to print.",
    show_default=True,
)
@click.option("--fabric", metavar="F", help="Only what belongs to this fabric.")
@click.option("--explain", metavar="CABLE", help="Print how the length of these cables came about.")
@click.option("--output-file", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE.")
@click.option("--set", "given", multiple=True, callback=parameters, metavar="N=V", help="Set a parameter.")
@click.option("--phase", metavar="P", help="Show the cluster as built up to this phase.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    asked: tuple[str | None, Path],
    form: str,
    fabric: str | None,
    explain: str | None,
    output_file: Path | None,
    given: dict[str, str],
    phase: str | None,
) -> None:
    """Show the cluster at PATH: a summary, or the TABLE devices, ports, links, cables, racks or growth.

    Tables are folded for people and whole as csv and json; links as csv are valid input of `links:`.
    """
    table, path = asked
    if table is None and form == "csv":
        raise click.UsageError("the summary is text or json; tables are " + ", ".join(TABLES))
    from cluster_spec.api import load_cluster

    outcome = load_cluster(path, given, phase)
    code = _troubles(outcome.findings, path)
    if outcome.value is None:
        ctx.exit(code or 2)
    cluster = outcome.value
    if fabric is not None and all(own.name != fabric for own in cluster.fabrics):
        raise Failure(
            f"there is no fabric {fabric!r}; there is {', '.join(f.name for f in cluster.fabrics) or 'none'}"
        )
    if explain is not None:
        _explained(cluster, explain, output_file)
    elif table is None:
        _summary(cluster, form, fabric, output_file)
    elif form == "text":
        _folded(cluster, table, fabric, output_file)
    else:
        _whole(cluster, table, form, fabric, output_file)
    ctx.exit(code)


def _troubles(findings: Sequence[Finding], path: Path) -> int:
    """Tell the errors of reading and resolving on stderr; 2 where the document cannot be read, 1 for others."""
    root = path if path.is_dir() else path.parent
    from cluster_spec.cli.main import say
    from cluster_spec.diagnostics import Severity
    from cluster_spec.report.common import FATAL, plural

    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    for finding in errors[:5]:
        at = finding.location
        say(f"{(root / at.file).as_posix()}:{at.line}:{at.column}: {finding.code} {finding.message}")
    if len(errors) > 1:
        say(f"{plural(len(errors), 'error')}; `clusterspec validate` explains them")
    if any(finding.code in FATAL for finding in errors):
        return 2
    return int(bool(errors))


def _put(text: str, output_file: Path | None, *, machine: bool) -> None:
    if output_file is None or str(output_file) == "-":
        emit(text, machine=machine)
    else:
        write_file(output_file, text)


def _summary(cluster: Cluster, form: str, fabric: str | None, output_file: Path | None) -> None:
    from cluster_spec.analysis.summary import summary
    from cluster_spec.report.show import text

    found: dict[str, Any] = summary(cluster)
    if fabric is not None:
        found["fabrics"] = {name: own for name, own in found["fabrics"].items() if name == fabric}
    if form == "json":
        _put(json.dumps(found, indent=2, ensure_ascii=False) + "\n", output_file, machine=True)
        return
    color = output_file is None and colored()
    _put("\n".join(text(found, cluster.title, color=color, width=width())) + "\n", output_file, machine=False)


def _explained(cluster: Cluster, cables: str, output_file: Path | None) -> None:
    from cluster_spec.analysis.arithmetic import length
    from cluster_spec.analysis.select import select_rows

    rows = select_rows(cluster, "cables", cables)
    if not rows.size:
        raise Failure(f"there is no cable {cables!r}; `show cables` lists them")
    lines = [length(cluster, int(row)) for row in rows]
    _put("\n".join(lines) + "\n", output_file, machine=True)


def _folded(cluster: Cluster, table: str, fabric: str | None, output_file: Path | None) -> None:
    from cluster_spec.report.folded import folded
    from cluster_spec.report.terminal import table as aligned

    _put("\n".join(aligned(folded(cluster, table, fabric), width())) + "\n", output_file, machine=False)


def _whole(cluster: Cluster, table: str, form: str, fabric: str | None, output_file: Path | None) -> None:
    from cluster_spec.report import tables
    from cluster_spec.report.cells import csv_blocks, json_blocks

    blocks = (csv_blocks if form == "csv" else json_blocks)(tables.table(cluster, table, fabric))
    if output_file is None or str(output_file) == "-":
        emit_blocks(blocks)
    else:
        write_blocks(output_file, blocks)
