"""`python -m tests.bench [CASE...] [--runs N]`: what validating costs, against importing its libraries.

Prints a table and writes `build/bench.json`. It is a measurement, not a test: only a crash ends it with another
exit code than 0. The floor is an interpreter that imports click, yaml, pydantic and numpy and nothing else.
"""

from __future__ import annotations

import argparse
import compileall
import importlib.util
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path

from tests.bench.cases import BUILD, CASES, RUNS, Bench, Row
from tests.bench.measure import CrashError, least

HEAD = ("case", "wall s", "cpu s", "peak MB", "ratio", "to", "budget", "")
LINE = "{:<58} {:>7} {:>7} {:>8} {:>7}  {:<20} {:>14}  {}"


def main() -> int:
    """Measure the cases that are asked for, all of them by default."""
    reader = argparse.ArgumentParser(
        prog="python -m tests.bench", description=(__doc__ or "").partition("\n")[0]
    )
    reader.add_argument("case", nargs="*", choices=[*CASES, []], help=f"of {', '.join(CASES)}")
    reader.add_argument("--runs", type=int, default=RUNS, help="rounds of each case (default %(default)s)")
    asked = reader.parse_args()
    bench = Bench(asked.runs)
    _compile(bench)
    print(LINE.format(*HEAD).rstrip(), flush=True)
    rows: list[Row] = []
    crashed = 0
    for name in asked.case or CASES:
        try:
            for row in CASES[name](bench):
                rows.append(row)
                print(_line(row), flush=True)
        except CrashError as error:
            crashed += 1
            print(f"{name}: CRASHED: {error}", flush=True)
    _say(bench, rows)
    _write(bench, rows)
    return 2 if crashed else 0


def _compile(bench: Bench) -> None:
    """Make sure that the program is compiled, as the floor's libraries are after their first import."""
    found = importlib.util.find_spec("cluster_spec")
    where = Path(found.origin).parent if found is not None and found.origin else None
    if not bench.installed:
        print(f"clusterspec is not installed beside {sys.executable}: measuring the source tree", flush=True)
    installed = Path(sys.prefix).glob("lib/python*/site-packages/cluster_spec")
    for folder in {*installed, *([where] if where is not None else [])}:
        compileall.compile_dir(folder, quiet=2)


def _line(row: Row) -> str:
    cost = row.cost
    budget = "" if row.budget is None else f"{row.budget:g}"
    budget += "" if row.peak_budget_mb is None else f", {row.peak_budget_mb:g} MB"
    verdict = "" if not budget else "ok" if row.ok else "OVER BUDGET"
    figures = (f"{cost.wall_s:.3f}", f"{cost.cpu_s:.3f}", f"{cost.peak_mb:.0f}", f"{row.ratio:.2f}")
    return LINE.format(row.name, *figures, row.of, budget, verdict).rstrip()


def _say(bench: Bench, rows: list[Row]) -> None:
    if bench.floors:
        floor = least(bench.floors)
        print(f"\nfloor: wall {floor.wall_s:.3f} s, cpu {floor.cpu_s:.3f} s, peak {floor.peak_mb:.0f} MB")
    over = [row.name for row in rows if not row.ok]
    print(f"OVER BUDGET: {'; '.join(over)}" if over else "all within budget")


def _write(bench: Bench, rows: list[Row]) -> None:
    document = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "floor": asdict(least(bench.floors)) if bench.floors else None,
        "cases": [
            {
                "name": row.name,
                **{key: round(value, 4) for key, value in asdict(row.cost).items()},
                "ratio": round(row.ratio, 3),
                "to": row.of,
                "budget": row.budget,
                "peak_budget_mb": row.peak_budget_mb,
                "ok": row.ok,
            }
            for row in rows
        ],
    }
    (BUILD.parent / "bench.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
