"""`clusterspec validate`: check a cluster and report what is wrong with it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cluster_spec.cli.output import colored, emit, width, write_file
from cluster_spec.report import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cluster_spec.diagnostics import Report

FAIL_ON = ("error", "warning", "never")
_CODE = re.compile(r"[A-Z]{3}([0-9]{3})?")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def parameters(_ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Return `NAME=VALUE` options as a mapping; a name twice or no name at all is an error of use."""
    found: dict[str, str] = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals or not _NAME.fullmatch(name):
            raise click.BadParameter(f"{text!r} is not NAME=VALUE.")
        if name in found:
            raise click.BadParameter(f"{name!r} is set twice.")
        found[name] = value
    return found


def codes(_ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return rule codes and families from options that may hold several, separated by commas."""
    found = [code.strip().upper() for text in values for code in text.split(",") if code.strip()]
    for code in found:
        if not _CODE.fullmatch(code):
            raise click.BadParameter(f"{code!r} is neither a rule (PRT001) nor a family (PRT).")
    return tuple(dict.fromkeys(found))


@click.command("validate")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", help="How to report.", show_default=True
)
@click.option("--output-file", type=click.Path(path_type=Path), metavar="F", help="Write the report to F.")
@click.option(
    "--fail-on", type=click.Choice(FAIL_ON), default="error", help="Exit with 1 from here.", show_default=True
)
@click.option("--select", multiple=True, callback=codes, metavar="CODES", help="Rules or families to run.")
@click.option(
    "--ignore", multiple=True, callback=codes, metavar="CODES", help="Rules or families to leave out."
)
@click.option("--set", "given", multiple=True, callback=parameters, metavar="N=V", help="Set a parameter.")
@click.option("--phase", metavar="P", help="Check the cluster as built up to this phase.")
@click.option("--unfold", is_flag=True, help="Print every finding and every member of a folded set.")
@click.pass_context
def command(  # noqa: PLR0913 - one argument per option
    ctx: click.Context,
    *,
    path: Path,
    form: str,
    output_file: Path | None,
    fail_on: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    given: dict[str, str],
    phase: str | None,
    unfold: bool,
) -> None:
    """Check the cluster at PATH and report what is wrong with it.

    Exits with 0 when it is clean, 1 on findings at or above --fail-on, 2 when it cannot be read.
    """
    from cluster_spec.api import validate
    from cluster_spec.report import render

    known(select, ignore)
    report, excerpt = validate(
        path, parameters=given, phase=phase, select=select, ignore=ignore, unfold=unfold
    )
    color = output_file is None and colored()
    text = render(form, report, excerpt, unfold=unfold, color=color, width=width())
    if output_file is None or str(output_file) == "-":
        emit(text, machine=form != "text")
    else:
        write_file(output_file, text)
    if form == "github":
        job_summary(report)
    ctx.exit(verdict(report, fail_on))


def known(select: Iterable[str], ignore: Iterable[str]) -> None:
    """Refuse codes that no rule has: a slip in --select would otherwise check nothing and be green."""
    asked = (*select, *ignore)
    if not asked:
        return
    from cluster_spec.rules import catalogue

    there = {rule.code for rule in catalogue()}
    there |= {code[:3] for code in there}
    for code in asked:
        if code not in there:
            raise click.UsageError(f"there is no rule {code}; `clusterspec rules` lists them")


def verdict(report: Report, fail_on: str) -> int:
    """Return 2 for an answer that is not complete, 1 for findings from `fail_on` up, else 0."""
    from cluster_spec.diagnostics import Severity
    from cluster_spec.report.common import FATAL

    if any(finding.code in FATAL for finding in report.findings):
        return 2
    levels = {"error": (Severity.ERROR,), "warning": (Severity.ERROR, Severity.WARNING), "never": ()}
    return int(any(report.count(level) for level in levels[fail_on]))


def job_summary(report: Report) -> None:
    """Add the summary to the page of the job, where GitHub Actions names a file for it."""
    place = os.environ.get("GITHUB_STEP_SUMMARY")
    if not place:
        return
    from cluster_spec.report.github import summary

    try:
        with Path(place).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(summary(report))
    except OSError as error:
        click.echo(f"clusterspec: no job summary: {error.strerror}", err=True)
