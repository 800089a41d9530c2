"""What the bench measures: cases, what each is compared with, and what it may cost."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.measure import ROOT, Cost, CrashError, environment, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUILD = ROOT / "build" / "bench"
INVENTORIES = ROOT / "inventories"
RUNS = 7
BLOCKS = (1, 4, 16, 64)
FLOOR = "import click\nimport numpy\nimport pydantic\nimport yaml\n"


@dataclass(frozen=True, slots=True)
class Row:
    """A measured case: what it took, as a ratio to `of`, and what is allowed (None: no budget)."""

    name: str
    cost: Cost
    ratio: float
    of: str
    budget: float | None = None
    peak_budget_mb: float | None = None

    @property
    def ok(self) -> bool:
        """Whether both budgets hold."""
        within = self.budget is None or self.ratio <= self.budget
        return within and (self.peak_budget_mb is None or self.cost.peak_mb <= self.peak_budget_mb)


class Bench:
    """One run of the bench: how the program is started, how often, and the floors that were measured."""

    def __init__(self, runs: int = RUNS) -> None:
        self.runs, self.floors = runs, list[Cost]()
        script = Path(sys.executable).with_name("clusterspec")
        self.installed = script.exists()
        self.tool = [str(script)] if self.installed else [sys.executable, "-m", "cluster_spec"]
        BUILD.mkdir(parents=True, exist_ok=True)
        (BUILD / "floor.py").write_text(FLOOR, encoding="utf-8")
        self.floor = [sys.executable, str(BUILD / "floor.py")]

    def validate(self, project: Path, *options: str) -> list[str]:
        """Return the command that validates a project."""
        return [*self.tool, "validate", str(project), *options]

    def made(self, what: str) -> Path:
        """Write one of the clusters of `make.py` and return its folder."""
        folder = BUILD / what
        command = [sys.executable, "-m", "tests.bench.make", what, str(folder), *self.tool]
        done = subprocess.run(
            command, check=False, cwd=ROOT, env=environment(), capture_output=True, encoding="utf-8"
        )
        if done.returncode:
            raise CrashError(f"{what} cannot be made: {done.stderr.strip()[-2000:]}")
        return folder

    def against_floor(
        self,
        name: str,
        command: list[str],
        budget: float | None,
        peak: float | None = None,
        runs: int | None = None,
    ) -> Row:
        """Measure a command in turn with the floor."""
        floor, cost = together([self.floor, command], runs or self.runs)
        self.floors.append(floor)
        return Row(name, cost, cost.cpu_s / floor.cpu_s, "floor", budget, peak)

    def against(self, name: str, command: list[str], of: str, base: list[str], budget: float | None) -> Row:
        """Measure a command in turn with another one."""
        other, cost = together([base, command], self.runs)
        return Row(name, cost, cost.cpu_s / other.cpu_s, of, budget)


CASES: dict[str, Callable[[Bench], Iterator[Row]]] = {}
"""Cases by the word that selects them on the command line."""


def case(function: Callable[[Bench], Iterator[Row]]) -> Callable[[Bench], Iterator[Row]]:
    """Add a case."""
    CASES[function.__name__] = function
    return function


@case
def scalex(bench: Bench) -> Iterator[Row]:
    """10,240 cards by rule, and the same with one link that leaves its pattern."""
    yield bench.against_floor("scalex, 10,240 cards", bench.validate(INVENTORIES / "scalex"), 2)
    yield bench.against_floor("scalex, one exception", bench.validate(bench.made("scalex")), 2)


@case
def superpod(bench: Bench) -> Iterator[Row]:
    """A SuperPOD as it ships."""
    yield bench.against_floor("superpod-h100", bench.validate(INVENTORIES / "superpod-h100"), 2)


@case
def million(bench: Bench) -> Iterator[Row]:
    """A million cards by rule."""
    command = bench.validate(INVENTORIES / "scalex-million")
    yield bench.against_floor("scalex-million, 1,048,576 cards", command, 8, 600)


@case
def listed(bench: Bench) -> Iterator[Row]:
    """33,280 cables from a shuffled list; with exceptions; with 10,000 faults; and what a first attempt would cost."""
    clean = bench.validate(bench.made("listed"))
    yield bench.against_floor("listed, 33,280 cables, shuffled", clean, 3)
    odd = bench.validate(bench.made("odd"))
    yield bench.against_floor("listed, one odd link, one exception", odd, 3)
    for what, name in {"bad": "listed, 10,000 bad links", "lost": "listed, 10,000 ends unknown"}.items():
        yield bench.against(name, bench.validate(bench.made(what)), "clean list", clean, 1.5)
    naive = [
        sys.executable,
        str(Path(__file__).with_name("naive.py")),
        str(bench.made("cables") / "cables.yaml"),
    ]
    yield bench.against("naive pipeline, the same cables", naive, "clean list", clean, None)


@case
def millions(bench: Bench) -> Iterator[Row]:
    """3,072,000 cables from a list of 115 MB."""
    command = bench.validate(bench.made("millions"))
    yield bench.against_floor("listed, 3,072,000 cables", command, 25, 2000, runs=min(bench.runs, 3))


@case
def growth(bench: Bench) -> Iterator[Row]:
    """A SuperPOD of 1 to 64 blocks: what a link costs must not rise with their number."""
    before: float | None = None
    for blocks in BLOCKS:
        given = ("--set", f"blocks={blocks}")
        row = bench.against_floor(
            f"superpod-h100, {blocks} blocks", bench.validate(INVENTORIES / "superpod-h100", *given), None
        )
        links = _links(bench, given)
        each = row.cost.cpu_s / links
        name = f"{row.name}: {links:,} links, {each * 1e6:.1f} us each"
        of = "cost per link before"
        yield (
            replace(row, name=name)
            if before is None
            else replace(row, name=name, ratio=each / before, of=of, budget=1)
        )
        before = each


@cache
def _links(bench: Bench, given: tuple[str, ...]) -> int:
    command = [*bench.tool, "show", str(INVENTORIES / "superpod-h100"), "--format", "json", *given]
    done = subprocess.run(
        command, check=True, cwd=ROOT, env=environment(), capture_output=True, encoding="utf-8"
    )
    return int(json.loads(done.stdout)["links"])
