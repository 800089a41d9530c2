"""What is said of a cluster that nobody could look at: never that it is clean."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from cluster_spec.rules import catalogue
from tests.support.cli import ROOT, run

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = {
    "shape": "clusterspec: 1\nname: x\nnodez: {}\n",
    "yaml": "clusterspec: 1\nname: [x\n",
    "empty": "",
}
SECTION = """
clusterspec: 1
name: x
racks: {r1: {part: rack-48u-800x1200}}
nodes: {n1: {part: no-such-part, role: compute, rack: r1, u: 1}}
"""


def report(folder: Path, text: str, *options: str) -> tuple[int, Any]:
    """Return the exit code and the JSON report of a manifest."""
    (folder / "cluster.yaml").write_text(text, "utf-8")
    done = run("validate", str(folder), "--format", "json", *options)
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("text", [*BROKEN.values(), SECTION], ids=[*BROKEN, "section"])
@pytest.mark.parametrize("options", [("--select", "RCK"), ("--ignore", "SCH")])
def test_no_selection_hides_what_stopped_the_rules(
    tmp_path: Path, text: str, options: tuple[str, ...]
) -> None:
    """A broken manifest fails under every selection: the rules that were asked for have not run."""
    code, found = report(tmp_path, text, *options)
    assert code in {1, 2}
    assert found["summary"]["findings"]["error"] >= 1


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_behind_a_barrier_nothing_passes(tmp_path: Path, text: str) -> None:
    """Every rule fails or is unknown, and each that is unknown is listed with the finding that is to blame."""
    _, found = report(tmp_path, text)
    rules = found["summary"]["rules"]
    assert (rules["pass"], rules["fail"], rules["not_applicable"]) == (0, 1, 1)
    assert rules["unknown"] == len(found["not_checked"]) == len(catalogue()) - 2
    assert all(gap["missing"].startswith("because of SCH0") for gap in found["not_checked"])


def test_the_text_counts_what_was_not_checked_for_one_reason(tmp_path: Path) -> None:
    """The rules behind a barrier are one line, not one line each."""
    (tmp_path / "cluster.yaml").write_text(BROKEN["shape"], "utf-8")
    said = run("validate", str(tmp_path)).stdout
    assert said.count("because of SCH003 at cluster.yaml:3:1") == 1


def test_places_open_from_the_current_folder(tmp_path: Path) -> None:
    """Text and `show` name files from here also where the project lies elsewhere; JSON from the project's root."""
    (tmp_path / "cluster.yaml").write_text(BROKEN["shape"], "utf-8")
    (tmp_path / "a" / "b").mkdir(parents=True)
    here = tmp_path / "a" / "b"
    assert "\n../../cluster.yaml:3:1: SCH003" in run("validate", "../..", cwd=here).stdout
    assert ": ../../cluster.yaml:3:1: SCH003" in run("show", "../..", cwd=here).stderr
    found = json.loads(run("validate", "../..", "--format", "json", cwd=here).stdout)
    assert found["findings"][0]["location"]["file"] == "cluster.yaml"


def test_parts_of_a_project_that_is_not_there() -> None:
    """A slip in the name of the project checks nothing, and does not say that it is clean."""
    done = run("parts", "--check", "--project", "no-such-folder")
    assert (done.returncode, done.stdout) == (2, "")


def test_a_fabric_that_failed_is_null_and_has_its_reason(tmp_path: Path) -> None:
    """The summary does not leave a failed fabric out, nor add up power without its switches."""
    text = (ROOT / "inventories" / "pocket" / "cluster.yaml").read_text("utf-8")
    broken = text.replace("leaf: {part: sugon-scalefabric-80x400", "leaf: {part: no-such", 1)
    assert broken != text
    shutil.copytree(ROOT / "inventories" / "pocket" / "parts", tmp_path / "parts")
    (tmp_path / "cluster.yaml").write_text(broken, "utf-8")
    done = run("show", str(tmp_path), "--format", "json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert list(found["fabrics"]) == ["compute", "oob", "storage"]
    assert found["fabrics"]["compute"] is found["power_w"]["it"] is found["switches"] is None
    assert {"fabrics.compute", "power_w.it", "switches"} <= set(found["unknown"])
    assert "fabrics.compute" in run("show", str(tmp_path)).stdout
