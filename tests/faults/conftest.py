"""Prints the table of the corpus at the end of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was planted, what was detected, and false alarms."""
    from tests.faults.corpus import RESULTS, table

    if RESULTS:
        terminalreporter.section("planted faults")
        terminalreporter.write_line(table(RESULTS))
