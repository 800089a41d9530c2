"""What `show links` prints is valid input: read back with explicit switches it gives the same links."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cluster_spec.api import load_cluster
from cluster_spec.testing import pocket, pocket_folder
from tests.support.cli import run

if TYPE_CHECKING:
    from pathlib import Path

KEPT = ("id", "a_device", "a_port", "z_device", "z_port", "cable_id", "medium", "length_m", "class")


def _shown(folder: Path, what: str, fabric: str) -> list[dict[str, str]]:
    done = run(
        "show", what, str(folder), "--format", "csv", *(["--fabric", fabric] if what == "links" else [])
    )
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


@pytest.mark.parametrize("fabric", ["compute", "storage", "oob"])
def test_a_listed_fabric_is_the_derived_one(tmp_path: Path, fabric: str) -> None:
    """Switches written out and the printed list as `links:` give links equal in every column that describes them."""
    import shutil

    shutil.copytree(pocket_folder(), tmp_path / "listed")
    target = tmp_path / "listed"
    before = _shown(target, "links", fabric)
    rows = _shown(target, "devices", fabric)
    manifest: Any = pocket()
    entry = manifest["fabrics"][fabric]
    entry.pop("topology")
    entry["switches"] = {
        row["name"]: {
            "part": row["part"],
            "role": row["tier"],
            **({"rack": row["rack"]} if row["rack"] else {}),
            **({"u": float(row["u"]) if "." in row["u"] else int(row["u"])} if row["u"] else {}),
        }
        for row in rows
        if row["fabric"] == fabric
    }
    entry["links"] = "links.csv"
    with (target / "links.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(before[0]))
        writer.writeheader()
        writer.writerows(before)
    manifest.pop("claims", None)
    (target / "cluster.yaml").write_text(yaml.safe_dump(manifest, allow_unicode=True), encoding="utf-8")
    assert load_cluster(target).findings == ()
    after = _shown(target, "links", fabric)
    assert [{k: row[k] for k in KEPT} for row in after] == [{k: row[k] for k in KEPT} for row in before]
