"""Runs the program on planted faults and judges what it says."""

from __future__ import annotations

import atexit
import json
import random
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.faults.plants import Kind, Project, files_of
from tests.support.cli import run

if TYPE_CHECKING:
    from collections.abc import Iterable


SHARE = "SCH007"
LEFT_OUT = {f"SCH{n:03}" for n in range(1, 14)} | {"IDN006", "TOP004", "RCK002", "ETH004"}
"""Codes that leave a section out: the share of decided rules then falls, which is said as an information."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one plant: the codes that were found, and what is wrong with the run ("" nothing)."""

    kind: Kind
    seed: int
    codes: tuple[str, ...]
    missed: bool
    alarms: tuple[str, ...]
    broken: str
    messages: tuple[str, ...]

    def told(self) -> str:
        """Return what a person needs to see it again."""
        wrong = self.broken or ("missed" if self.missed else f"false alarm {', '.join(self.alarms)}")
        found = "; ".join(self.messages) or "nothing"
        return f"{self.kind.name} seed {self.seed} ({self.kind.code}): {wrong}; found: {found}"


COMPILED = tempfile.mkdtemp(prefix="faults-pyc-")
"""A folder for byte code: without one each of some hundred runs would compile everything again."""
atexit.register(shutil.rmtree, COMPILED, ignore_errors=True)


def validate(project: Project) -> tuple[int, dict[str, Any] | None, str]:
    """Run the program on a project; return its exit code, its report, and what it said beside it."""
    with tempfile.TemporaryDirectory() as folder:
        project.write(Path(folder))
        done = run(
            "validate",
            folder,
            "--format",
            "json",
            *project.options,
            PYTHONDONTWRITEBYTECODE="",
            PYTHONPYCACHEPREFIX=COMPILED,
        )
    try:
        return done.returncode, json.loads(done.stdout), done.stderr
    except json.JSONDecodeError:
        return done.returncode, None, done.stderr + done.stdout[:300]


@cache
def clean_state(base: str) -> frozenset[str]:
    """Return the codes of the notes that an unplanted base carries; none is an error or a warning."""
    _, report, beside = validate(Project(dict(files_of(base))))
    if report is None or any(f["severity"] != "info" for f in report["findings"]):
        raise ValueError(f"the base {base} is not clean: {beside}")
    return frozenset(f["code"] for f in report["findings"])


def plant(kind: Kind, seed: int) -> Project:
    """Return the base of a kind with the fault at the place that the seed says."""
    project = Project(dict(files_of(kind.base)))
    kind.plant(project, random.Random(f"{kind.name} {seed}"))
    if project.files == files_of(kind.base) and not project.options:
        raise ValueError(f"{kind.name}: nothing was planted with seed {seed}")
    return project


def judge(kind: Kind, seed: int) -> Verdict:
    """Plant a fault, run the program, and compare what it found with what it should."""
    project = plant(kind, seed)
    code, report, beside = validate(project)
    if report is None:
        return Verdict(kind, seed, (), True, (), f"no report, exit code {code}: {beside[-300:]}", ())
    findings = report["findings"]
    codes = tuple(sorted({f["code"] for f in findings}))
    allowed = {
        kind.code,
        *clean_state(kind.base),
        *kind.companions,
        *((SHARE,) if kind.code in LEFT_OUT else ()),
    }
    alarms = tuple(c for c in codes if c not in allowed)
    messages = tuple(f"{f['code']} {f['message']}" for f in findings)
    broken = fault_of_report(project, code, findings, beside)
    return Verdict(kind, seed, codes, kind.code not in codes, alarms, broken, messages)


def fault_of_report(project: Project, code: int, findings: list[dict[str, Any]], beside: str) -> str:
    """Return what is wrong with the report itself: exit code, places, noise; "" when all is right."""
    severe = any(f["severity"] == "error" for f in findings)
    if code not in {0, 1, 2} or (severe and code == 0) or (not severe and code != 0):
        return f"exit code {code}"
    if beside and "Traceback" in beside:
        return beside[-300:]
    for finding in findings:
        where = finding["location"]
        if where["line"] < 1 or where["column"] < 1 or not where["file"]:
            return f"{finding['code']} has no place"
        content = project.files.get(where["file"])
        if content is None:
            return f"{finding['code']} points into {where['file']}, which is no file of the project"
        if where["line"] > content.count(b"\n") + 1:
            return f"{finding['code']} points behind the end of {where['file']}"
    return ""


def judge_all(kinds: Iterable[Kind], seeds: int) -> list[Verdict]:
    """Judge every kind with seeds 0 to `seeds` - 1, two runs at a time."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda pair: judge(*pair), [(kind, s) for kind in kinds for s in range(seeds)]))


def table(verdicts: list[Verdict]) -> str:
    """Return the table of detection and false alarms, one line per kind and the totals."""
    kinds = list(dict.fromkeys(v.kind for v in verdicts))
    rows: list[tuple[str, ...]] = [("kind", "base", "code", "planted", "detected", "false alarms")]
    rows += [_row(k.name, k.base, k.code, [v for v in verdicts if v.kind is k]) for k in kinds]
    rows.append(_row(f"{len(kinds)} kinds", "", "", verdicts))
    widths = [max(len(row[i]) for row in rows) for i in range(6)]
    return "\n".join(
        "  ".join(
            cell.rjust(w) if i > 2 else cell.ljust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _row(name: str, base: str, code: str, mine: list[Verdict]) -> tuple[str, ...]:
    detected = sum(not v.missed and not v.broken for v in mine)
    return name, base, code, str(len(mine)), str(detected), str(sum(bool(v.alarms) for v in mine))


RESULTS: list[Verdict] = []
"""What the runs of this session came to."""
