"""Each finding has a place: a file that exists, and in it a line and a column."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cluster_spec.api import validate
from cluster_spec.rules import catalogue
from cluster_spec.rules.page import read_page
from cluster_spec.testing import write_project
from tests.faults import kinds_cabling, kinds_document, kinds_physical, kinds_proper
from tests.faults.corpus import plant
from tests.faults.plants import KINDS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cluster_spec.diagnostics import Location, Report

PLANTED = (kinds_cabling, kinds_document, kinds_physical, kinds_proper)
"""The modules that fill KINDS when they are imported."""
NOT_BY_INPUT = "BUG001"
RULES = [rule for rule in catalogue() if rule.code != NOT_BY_INPUT]
EACH = pytest.mark.parametrize("page", [r.doc for r in RULES], ids=[r.code for r in RULES])


def lines_of(content: bytes) -> list[str]:
    """Return the lines of a file in whichever encoding lists may have; what is no text is one column a byte."""
    for encoding in ("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).splitlines() or [""]
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1").splitlines() or [""]


def places(report: Report) -> Iterator[tuple[str, Location]]:
    """Yield the place of each finding and of what is related to it."""
    for finding in (*report.findings, *(waived.finding for waived in report.waived)):
        yield finding.message, finding.location
        yield from ((related.message, related.location) for related in finding.related)


def misplaced(report: Report, folder: Path) -> list[str]:
    """Return the findings whose place does not exist."""
    wrong = []
    for message, at in places(report):
        file = folder / at.file
        if not file.is_file():
            wrong.append(f"{at}: no such file: {message}")
            continue
        lines = lines_of(file.read_bytes())
        if not 1 <= at.line <= len(lines) + 1:
            wrong.append(f"{at}: {len(lines)} lines: {message}")
        elif not 1 <= at.column <= len([*lines, ""][at.line - 1]) + 1:
            wrong.append(f"{at}: the line ends before: {message}")
    return wrong


@EACH
def test_findings_of_bad_examples_have_a_place(tmp_path: Path, page: str) -> None:
    """Whatever is said about a bad example is said about a place in its files."""
    report, _ = validate(write_project(tmp_path, read_page(page).bad))
    assert misplaced(report, tmp_path) == []


@pytest.mark.parametrize("kind", KINDS, ids=[k.name.replace(" ", "-") for k in KINDS])
def test_findings_of_planted_faults_have_a_place(tmp_path: Path, kind: Kind) -> None:
    """The same holds for the corpus of faults, in manifests and in link lists."""
    project = plant(kind, 0)
    project.write(tmp_path)
    options: dict[str, Any] = {}
    for name, value in zip(project.options[::2], project.options[1::2], strict=True):
        assert name == "--set", project.options
        options.setdefault("parameters", {}).update([value.split("=", 1)])
    report, _ = validate(tmp_path, **options)
    assert any(f.severity != "info" for f in report.findings), json.dumps(project.options)
    assert misplaced(report, tmp_path) == []
