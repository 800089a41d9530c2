"""Rules of subnets: what counts, per network, against the limit of the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cluster_spec.api import validate
from cluster_spec.testing import state, validate_text
from tests.support.listed import build, clos

if TYPE_CHECKING:
    from pathlib import Path

    from cluster_spec.diagnostics import Finding, Report

SHAPE = {"leaf": 2, "spine": 2}


def _limit(folder: Path, subnet: str) -> Path:
    """Write the protocol with another limit beside the manifest; return the folder."""
    parts = folder / "parts"
    parts.mkdir()
    (parts / "infiniband.yaml").write_text(
        f"part: infiniband\nkind: protocol\ntitle: made up\n{subnet}"
        "sources:\n  design: {title: made up, grade: illustrative, covers: [subnet]}\n"
    )
    return folder


def _run(folder: Path, subnet: str, more: str = "    homing: single") -> Report:
    return validate(build(_limit(folder, subnet), clos(2, 2, 2, 8, 8), SHAPE, more=more))[0]


def _found(report: Report) -> list[Finding]:
    return [f for f in report.findings if f.code == "IBF001"]


@pytest.mark.parametrize(("limit", "severity"), [(19, "error"), (20, "warning"), (22, "warning"), (23, None)])
def test_endpoints_and_switches_take_addresses(tmp_path: Path, limit: int, severity: str | None) -> None:
    """16 endpoints and 4 switches need 20 addresses: an error above the limit, a warning above 90 %."""
    report = _run(tmp_path, f"subnet: {{limit: {limit}, counts: [endpoints, switches, routers]}}\n")
    found = _found(report)
    assert [f.severity.value for f in found] == ([severity] if severity else [])
    for finding in found:
        assert (finding.measured, finding.limit, finding.location.line) == (20, limit, 5)
        assert finding.formula == "16 endpoints x 2^0 + 4 switches = 20"


def test_switches_count_only_where_the_protocol_says_so(tmp_path: Path) -> None:
    """A protocol that counts endpoints needs 16 addresses for the same fabric."""
    assert state(_run(tmp_path, "subnet: {limit: 18, counts: [endpoints]}\n"), "IBF001") == "pass"


def test_the_mask_multiplies_endpoints(tmp_path: Path) -> None:
    """`lmc: 2` gives each endpoint four addresses."""
    report = _run(tmp_path, "subnet: {limit: 60, counts: [endpoints]}\n", "    homing: single\n    lmc: 2")
    assert [f.measured for f in _found(report)] == [64]


def test_each_network_is_a_subnet(tmp_path: Path) -> None:
    """Networks that are not joined have address spaces of their own."""
    links = [v for v in clos(2, 2, 2, 8, 8) if v[0].startswith("n") or v[0][-1] == v[2][-1]]
    more = "    homing: single\n    disjoint: [half]\n    coordinates: {half: port % 2}"
    folder = build(_limit(tmp_path, "subnet: {limit: 12, counts: [endpoints]}\n"), links, SHAPE, more=more)
    assert state(validate(folder)[0], "IBF001") == "pass"


def test_a_protocol_without_limit_is_unknown(tmp_path: Path) -> None:
    """Where nobody knows the limit, nothing passes."""
    report = _run(tmp_path, "")
    assert state(report, "IBF001") == "unknown"
    assert [n.missing for n in report.not_checked if n.code == "IBF001"] == ["subnet.limit of infiniband"]


@pytest.mark.parametrize(("limit", "severity"), [(41, None), (40, "warning"), (36, "warning"), (35, "error")])
def test_subnet_is_nearly_full_from_ninety_percent_on(limit: int, severity: str | None) -> None:
    """16 ports of two addresses and 4 switches are 36: 90 % of 40, all of 36, too many for 35."""
    counts = f"part: {{scalefabric: {{subnet: {{limit: {limit}, counts: [endpoints, switches]}}}}}}"
    report = validate_text(f"{counts}\nfabrics: {{compute: {{lmc: 1}}}}")
    assert [f.severity for f in report.findings if f.code == "IBF001"] == ([severity] if severity else [])
