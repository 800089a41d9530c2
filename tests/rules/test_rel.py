"""Rules of redundancy: adapters of accelerators and the leaves that they reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.api import validate
from cluster_spec.testing import decided, state, validate_text
from tests.support.clusters import one
from tests.support.listed import build, clos

if TYPE_CHECKING:
    from pathlib import Path

    from cluster_spec.diagnostics import Report

SHAPE = {"leaf": 2, "spine": 2}


def _run(folder: Path, more: str) -> Report:
    return validate(build(folder, clos(2, 2, 2, 8, 8), SHAPE, more=more))[0]


def test_adapters_with_one_leaf_are_one_warning(tmp_path: Path) -> None:
    """All adapters of a fabric that reach one leaf are one warning at the fabric."""
    found = [f for f in _run(tmp_path, "").findings if f.code == "REL007"]
    assert [(f.severity.value, f.message) for f in found] == [
        ("warning", "n[1-2]: 16 adapters reach one leaf of net only")
    ]
    assert (found[0].measured, found[0].limit, found[0].location.line) == (1, 2, 5)


def test_single_homing_that_is_declared_passes(tmp_path: Path) -> None:
    """`homing: single` says that one leaf is meant; the adapters are decided."""
    report = _run(tmp_path, "    homing: single")
    assert (state(report, "REL007"), decided(report, "REL007")) == ("pass", 16)


def test_fabrics_without_accelerators_do_not_apply(tmp_path: Path) -> None:
    """Ports for storage serve no accelerator."""
    links = [(a, p.replace("compute", "storage"), z, q) for a, p, z, q in clos(2, 2, 2, 2, 2)]
    report = validate(build(tmp_path, links, SHAPE, ports="storage[0-1]", more=""))[0]
    assert state(report, "REL007") == "not_applicable"


def test_an_adapter_of_two_ports_on_two_leaves_passes(tmp_path: Path) -> None:
    """Where the part gives an adapter two ports, and they reach two leaves, there is nothing to report."""
    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / "nvidia-dgx-b200.yaml").write_text(
        "part: nvidia-dgx-b200\nkind: node\ntitle: made up\n"
        'contains: {"accelerator[0-3]": nvidia-b200, "nic[0-3]": nvidia-connectx-7}\n'
        "ports:\n"
        + "".join(
            f"  compute{i}: {{role: compute, rate: 400 Gb/s, nic: nic{i // 2}, "
            f"accelerator: accelerator{i // 2}}}\n"
            for i in range(8)
        )
        + "sources:\n  design: {title: made up, grade: illustrative, covers: [contains, ports]}\n"
    )
    report = _run(tmp_path, "")
    assert (state(report, "REL007"), decided(report, "REL007")) == ("pass", 8), [
        f.message for f in report.findings
    ]


def test_a_waiver_of_some_devices_leaves_the_number_of_the_others_right() -> None:
    """The number in the message is of the devices that are left."""
    finding = one(validate_text("waivers: {one-port: {of: un1}}"), "REL007")
    assert (finding.subjects, finding.count) == ("un2-b[1-4]", 4)
    assert finding.message == "un2-b[1-4]: 8 adapters reach one leaf of compute only"
