"""Clusters for tests: the pocket cluster under a patch, resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.api import load_cluster
from cluster_spec.testing import write_project

if TYPE_CHECKING:
    from pathlib import Path

    from cluster_spec.diagnostics import Finding, Report
    from cluster_spec.model.cluster import Cluster


def cluster(folder: Path, text: str = "{}") -> tuple[Cluster, tuple[Finding, ...]]:
    """Return the resolved cluster of a patch (or a whole manifest), and what was found on the way."""
    outcome = load_cluster(write_project(folder, text))
    assert outcome.value is not None, outcome.findings
    return outcome.value, outcome.findings


def one(report: Report, code: str) -> Finding:
    """Return the only finding of a rule."""
    found = [f for f in report.findings if f.code == code]
    assert len(found) == 1, [(f.code, f.message) for f in report.findings]
    return found[0]


def missing(report: Report, code: str) -> set[str]:
    """Return the facts that a rule lacked."""
    return {gap.missing for gap in report.not_checked if gap.code == code}
