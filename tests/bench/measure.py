"""Measures whole processes: wall clock, processor time and peak memory, by the accounts of the system."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
HIDDEN = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "CLUSTERSPEC_DEBUG", "GITHUB_STEP_SUMMARY")
"""What must not reach a measured process: the first would have it compile itself anew each time."""


class CrashError(Exception):
    """A measured program ended with another exit code than 0 (clean) or 1 (findings)."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took: seconds of wall clock, seconds of user and system time, peak memory in megabytes."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def environment() -> dict[str, str]:
    """Return the environment of measured processes."""
    return {key: value for key, value in os.environ.items() if key not in HIDDEN}


def once(command: Sequence[str]) -> Cost:
    """Run a command from the root of the project, its output thrown away, and return what it took."""
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=errors
        )
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in {0, 1}:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()
            raise CrashError(f"{' '.join(command)} ended with {child.returncode}: {said[-2000:]}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def together(commands: Sequence[Sequence[str]], runs: int) -> list[Cost]:
    """Run commands in turn, `runs` rounds after one that warms up; return the least cost of each.

    Taking turns spreads what else the machine does over all of them. Peak memory is the greatest.
    """
    if runs > 3:
        for command in commands:
            once(command)
    rounds = [[once(command) for command in commands] for _ in range(runs)]
    return [least(costs) for costs in zip(*rounds, strict=True)]


def least(costs: Sequence[Cost]) -> Cost:
    """Return the least times and the greatest memory of several runs."""
    return Cost(min(c.wall_s for c in costs), min(c.cpu_s for c in costs), max(c.peak_mb for c in costs))
