"""Laws of reading NetBox device types: accepted as they are, unknown stays unknown, mistakes have places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cluster_spec.catalog.checks import check_part
from cluster_spec.catalog.netbox import interface
from cluster_spec.catalog.store import open_part

if TYPE_CHECKING:
    from pathlib import Path

    from cluster_spec.diagnostics import Outcome
    from cluster_spec.model.parts import Part

TYPE = """manufacturer: Example
model: Leaf 4
slug: example-leaf-4
u_height: 1.5
is_full_depth: false
airflow: front-to-rear
weight: 22
weight_unit: lb
comments: anything goes
console-ports:
  - {name: con0, type: rj-45}
power-ports:
  - {name: psu0, type: iec-60320-c14, maximum_draw: 500}
  - {name: psu1, type: iec-60320-c14, maximum_draw: 500}
module-bays:
  - {name: PSU1, position: PSU1}
interfaces:
  - {name: mgmt0, type: 1000base-t, mgmt_only: true}
  - {name: "Eth1/1", type: 100gbase-x-qsfp28}
  - {name: "Eth1/2", type: 100gbase-x-qsfp28}
  - {name: "Eth1/4", type: 400gbase-x-osfp}
"""


def read(tmp_path: Path, text: str, name: str = "example-leaf-4") -> Outcome[Part]:
    """Write a device type into a project and open it."""
    parts = tmp_path / "parts"
    parts.mkdir(exist_ok=True)
    (parts / "leaf.yaml").write_text(text, encoding="utf-8")
    return open_part(name, parts, tmp_path)


def part(tmp_path: Path) -> Part:
    """Return the good device type."""
    outcome = read(tmp_path, TYPE)
    assert outcome.findings == ()
    assert outcome.value is not None
    return outcome.value


def test_a_device_type_is_a_part(tmp_path: Path) -> None:
    """Size, mass, airflow and inlets are taken over in base units, under the name of the slug."""
    made = part(tmp_path)
    assert (made.name, made.height, made.full_depth, made.mass) == ("example-leaf-4", 1500, False, 9979)
    assert made.airflow == "front-to-rear"
    assert made.psus is not None
    assert (made.psus.count, made.psus.inlet) == (2, "C14")


def test_what_it_lacks_is_unknown(tmp_path: Path) -> None:
    """Power, depth, ratings, cages and the protocol of pluggable ports are not guessed."""
    made = part(tmp_path)
    assert (made.power, made.depth, made.radix, made.cages) == ({}, None, None, ())
    assert made.psus is not None
    assert made.psus.rating is None
    assert made.ports[1].protocols == ()


def test_its_source_is_the_file(tmp_path: Path) -> None:
    """Every value is covered by the file itself, as a secondary source."""
    made = part(tmp_path)
    assert [(s.grade, s.title) for s in made.sources] == [("secondary", "NetBox device type parts/leaf.yaml")]
    assert made.unsourced == ()


def test_interfaces_become_ports(tmp_path: Path) -> None:
    """Management ports are out-of-band, consoles console, all others fabric, in their order."""
    ports = part(tmp_path).ports
    assert [(p.label, p.role, p.form) for p in ports] == [
        ("mgmt0", "oob", "rj45"),
        ("Eth1/1", "fabric", "qsfp28"),
        ("Eth1/2", "fabric", "qsfp28"),
        ("Eth1/4", "fabric", "osfp"),
        ("con0", "console", "rj45"),
    ]


def test_a_missing_port_is_found(tmp_path: Path) -> None:
    """A hole in the run of labels, as one published file has, is said by the check."""
    assert [f.code for f in check_part(part(tmp_path))] == ["CAT001"]


def test_the_file_name_serves_without_a_slug(tmp_path: Path) -> None:
    """A device type without slug is found by its file name."""
    outcome = read(tmp_path, TYPE.replace("slug: example-leaf-4\n", ""), "leaf")
    assert outcome.value is not None
    assert outcome.value.name == "leaf"


@pytest.mark.parametrize(
    ("kind", "form", "rate", "protocols"),
    [
        ("1000base-t", "rj45", 10**9, ("ethernet",)),
        ("2.5gbase-t", "rj45", 25 * 10**8, ("ethernet",)),
        ("10gbase-x-sfpp", "sfp+", 10**10, ()),
        ("25gbase-x-sfp28", "sfp28", 25 * 10**9, ()),
        ("100gbase-x-qsfp28", "qsfp28", 10**11, ()),
        ("400gbase-x-osfp", "osfp", 4 * 10**11, ()),
        ("400gbase-x-qsfpdd", "qsfp-dd", 4 * 10**11, ()),
        ("800gbase-x-qsfpdd", "qsfp-dd800", 8 * 10**11, ()),
        ("infiniband-ndr", None, 4 * 10**11, ("infiniband",)),
        ("virtual", None, None, ()),
        ("", None, None, ()),
    ],
)
def test_interface_types_are_read(
    kind: str, form: str | None, rate: int | None, protocols: tuple[str, ...]
) -> None:
    """Form and rate come from the type; what the type does not say is None."""
    assert interface(kind) == (form, rate, protocols)


@pytest.mark.parametrize(
    ("good", "bad", "line"),
    [
        ("u_height: 1.5", "u_height: tall", 4),
        ("u_height: 1.5", "u_height: -1", 4),
        ("weight: 22", "weight: [22]", 7),
        ("model: Leaf 4", "model: 4", 2),
        ("  - {name: con0, type: rj-45}", "  con0: rj-45", 11),
        ("  - {name: mgmt0, type: 1000base-t, mgmt_only: true}", "  - {type: 1000base-t}", 18),
        ("  - {name: mgmt0, type: 1000base-t, mgmt_only: true}", "  - mgmt0", 18),
    ],
)
def test_a_bad_device_type_is_a_finding_at_its_place(tmp_path: Path, good: str, bad: str, line: int) -> None:
    """Wrong types in what is read are findings with file and line."""
    outcome = read(tmp_path, TYPE.replace(good, bad))
    assert outcome.value is None
    assert [(f.code, f.location.file, f.location.line) for f in outcome.findings] == [
        ("SCH003", "parts/leaf.yaml", line)
    ]
