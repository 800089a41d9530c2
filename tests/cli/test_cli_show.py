"""`clusterspec show` as a user runs it."""

from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.oracle.checker import COLUMNS
from tests.support.cli import ROOT, run

if TYPE_CHECKING:
    from pathlib import Path

POCKET = str(ROOT / "inventories" / "pocket")
TABLES = ("devices", "ports", "links", "cables", "racks", "growth")
KEYS = [
    "name",
    "digest",
    "accelerators",
    "nodes",
    "servers",
    "racks",
    "switches",
    "links",
    "cables",
    "modules",
    "internal_links",
    "compute_flops",
    "memory_bytes",
    "power_w",
    "fabrics",
    "unknown",
]


def test_summary_has_the_promised_keys() -> None:
    """The summary as JSON has the keys of the interface, in their order, and reasons for what is null."""
    found = json.loads(run("show", POCKET, "--format", "json").stdout)
    assert list(found) == KEYS
    assert list(found["compute_flops"]) == ["fp64", "fp32", "tf32", "fp16", "bf16", "fp8", "int8", "fp4"]
    assert set(found["power_w"]) == {"it", "facility"}
    for key, value in found["compute_flops"].items():
        assert (value is None) == (f"compute_flops.{key}" in found["unknown"])
    assert "power_w.facility" in found["unknown"]
    for fabric in found["fabrics"].values():
        assert list(fabric) == [
            "protocol", "rate_bps", "endpoints", "components", "tiers", "links", "bisection_bps", "nonblocking"
        ]  # fmt: skip
        for tier in fabric["tiers"].values():
            assert list(tier) == ["part", "switches", "down", "up", "oversubscription"]
        assert list(fabric["tiers"].values())[-1]["up"] == 0
        assert list(fabric["tiers"].values())[-1]["oversubscription"] is None


def test_summary_counts_the_pocket_cluster() -> None:
    """16 cards in 8 nodes, links by class bottom first, half of the bandwidth across the middle."""
    found = json.loads(run("show", POCKET, "--format", "json").stdout)
    assert (found["accelerators"], found["nodes"]) == (16, 8)
    compute = found["fabrics"]["compute"]
    assert list(compute["links"].items()) == [("node-leaf", 16), ("leaf-spine", 32)]
    assert compute["bisection_bps"] == 16 * 400 * 10**9 // 2
    assert found["cables"] == len(
        list(csv.DictReader(run("show", "cables", POCKET, "--format", "csv").stdout.splitlines()))
    )


@pytest.mark.parametrize("table", TABLES)
def test_csv_and_json_hold_the_same(table: str) -> None:
    """Both formats have the same rows and columns; numbers are numbers in JSON."""
    rows = list(csv.DictReader(run("show", table, POCKET, "--format", "csv").stdout.splitlines()))
    objects = json.loads(run("show", table, POCKET, "--format", "json").stdout)
    assert rows
    assert [{k: "" if v is None else str(v) for k, v in o.items()} for o in objects] == rows


@pytest.mark.parametrize("table", TABLES)
def test_text_is_short(table: str) -> None:
    """For people the rows that are alike come together under a header."""
    done = run("show", table, POCKET)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].isupper()
    assert 2 <= len(lines) <= 60


def test_links_come_in_natural_order() -> None:
    """Links are sorted by fabric, then class bottom first, then lower device and port, 2 before 10."""
    rows = list(csv.DictReader(run("show", "links", POCKET, "--format", "csv").stdout.splitlines()))
    assert list(rows[0])[: len(COLUMNS)] == COLUMNS
    assert [r["fabric"] for r in rows] == sorted(r["fabric"] for r in rows)
    compute = [r["class"] for r in rows if r["fabric"] == "compute"]
    assert compute == sorted(compute, key=["node-leaf", "leaf-spine"].index)
    ports = [r["a_port"] for r in rows if r["a_device"] == "compute-leaf-1-1" and r["class"] == "leaf-spine"]
    assert ports == sorted(ports, key=lambda p: [int(n) for n in p.split("/")])
    assert len({r["id"] for r in rows}) == len(rows)


def test_links_are_valid_input(tmp_path: Path) -> None:
    """What `show links` prints, read back as a link list, gives the same links byte for byte."""
    text = run("show", "links", POCKET, "--format", "csv", "--fabric", "compute").stdout
    _listed(tmp_path / "again", "compute", text)
    again = run("show", "links", str(tmp_path / "again"), "--format", "csv", "--fabric", "compute")
    assert again.returncode == 0, again.stderr
    assert again.stdout == text


def _listed(folder: Path, fabric: str, links: str) -> None:
    """Write the pocket cluster with one fabric given by its switches and a link list."""
    from cluster_spec.testing import dump, pocket

    devices = csv.DictReader(
        run("show", "devices", POCKET, "--format", "csv", "--fabric", fabric).stdout.splitlines()
    )
    data = pocket()
    own = data["fabrics"][fabric]
    del own["topology"]
    own["switches"] = {
        d["name"]: {"part": d["part"], "role": d["tier"], "rack": d["rack"], "u": int(d["u"])}
        for d in devices
        if d["fabric"] == fabric
    }
    own["links"] = "links.csv"
    data.pop("claims")
    shutil.copytree(POCKET, folder)
    (folder / "cluster.yaml").write_text(dump(data), "utf-8")
    (folder / "links.csv").write_text(links, "utf-8")


def test_fabric_picks_its_own() -> None:
    """With a fabric only its links, switches and endpoints are shown."""
    rows = list(
        csv.DictReader(run("show", "links", POCKET, "--fabric", "oob", "--format", "csv").stdout.splitlines())
    )
    assert {r["fabric"] for r in rows} == {"oob"}
    summary = json.loads(run("show", POCKET, "--fabric", "oob", "--format", "json").stdout)
    assert list(summary["fabrics"]) == ["oob"]


def test_parameters_and_output_file(tmp_path: Path) -> None:
    """`--set` changes what is shown, and a file holds what stdout would."""
    target = tmp_path / "devices.csv"
    done = run(
        "show", "devices", POCKET, "--set", "stores=4", "--format", "csv", "--output-file", str(target)
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "store4," in target.read_text("utf-8")
    assert run("show", "devices", POCKET, "--set", "stores=4", "--format", "csv").stdout == target.read_text(
        "utf-8"
    )


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("links", POCKET, "--fabric", "nothing"), "no fabric 'nothing'"),
        ((POCKET, "--format", "csv"), "tables are devices"),
        (("links", POCKET, "more"), "a table and a path"),
        (("links", "no-such-folder"), "no-such-folder"),
    ],
)
def test_wrong_use_is_one_line(arguments: tuple[str, ...], word: str) -> None:
    """What cannot be shown exits with 2 and says why on stderr, without a traceback."""
    done = run("show", *arguments)
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_broken_sections_are_told_and_the_rest_is_shown(tmp_path: Path) -> None:
    """Errors are told on stderr and exit with 1; what was resolved is printed, the rest is null with its reason."""
    shutil.copytree(POCKET, tmp_path / "p")
    file = tmp_path / "p" / "cluster.yaml"
    file.write_text(file.read_text("utf-8").replace("part: switch-64x400", "part: switch-64x40"), "utf-8")
    done = run("show", str(tmp_path / "p"), "--format", "json")
    assert done.returncode == 1
    assert "SCH004" in done.stderr
    found = json.loads(done.stdout)
    assert found["accelerators"] == 16
    assert found["links"] is None
    assert "SCH004" in found["unknown"]["links"]
