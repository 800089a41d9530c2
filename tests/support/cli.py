"""Runs the program as a user does: another process, from the source tree, with a chosen environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def environment(**extra: str) -> dict[str, str]:
    """Return the environment of a plain terminal with our package on the path."""
    dropped = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "CLUSTERSPEC_DEBUG", "GITHUB_STEP_SUMMARY"}
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    return {**kept, "PYTHONPATH": str(ROOT), **extra}


def run(
    *arguments: str, cwd: Path | None = None, program: tuple[str, ...] = ("-m", "cluster_spec"), **extra: str
) -> subprocess.CompletedProcess[str]:
    """Run the program and return what it printed and how it ended."""
    return subprocess.run(
        [sys.executable, *program, *arguments],
        cwd=cwd,
        env=environment(**extra),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
