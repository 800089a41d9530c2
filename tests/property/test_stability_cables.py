"""Cables: the same whichever end is written first, and never shorter than the way between their ends."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluster_spec.testing import read_yaml, write_project
from tests.support.stability import GROWING, IDS, INVENTORIES, columns, differing, facts, resolved

if TYPE_CHECKING:
    from pathlib import Path

    from cluster_spec.model.cluster import Cluster

UNIT_UM = 44_450
LISTED = """clusterspec: 1
name: listed
racks: {"r[1-4]": {part: rack-48u-800x1200}}
nodes: {"dgx[n:1-4]": {part: nvidia-dgx-b200, rack: "r{n}", u: 2}}
fabrics:
  compute:
    role: compute
    protocol: infiniband
    rate: 400 Gb/s
    endpoints: {gpus: {nodes: "dgx[*]", ports: compute}}
    switches:
      "leaf[1-2]": {part: nvidia-qm9700, rack: r1, u: "[20-21]"}
      "spine[1-2]": {part: nvidia-qm9700, rack: r2, u: "[20-21]"}
    links: links.csv
"""
HEADER = ("a_device", "a_port", "z_device", "z_port")


def listed_rows() -> list[tuple[str, str, str, str]]:
    """Return the links of four nodes on two leaves and two spines, lower end first."""
    down = [
        (f"dgx{n}", f"compute{p}", f"leaf{p // 4 + 1}", f"{2 * (n - 1) + p % 4 // 2 + 1}/{p % 2 + 1}")
        for n in range(1, 5)
        for p in range(8)
    ]
    up = [
        (f"leaf{leaf}", f"{17 + i}/1", f"spine{i % 2 + 1}", f"{leaf * 4 + i}/1")
        for leaf in (1, 2)
        for i in range(4)
    ]
    return down + up


def listed(folder: Path, rows: list[tuple[str, str, str, str]]) -> Cluster:
    """Return the cluster of a link list."""
    path = write_project(folder, LISTED)
    with (path / "links.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return resolved(path)


@settings(max_examples=15, deadline=None)
@given(swaps=st.lists(st.booleans(), min_size=40, max_size=40))
def test_cables_are_symmetric(swaps: list[bool], tmp_path_factory: pytest.TempPathFactory) -> None:
    """A link list with ends exchanged in any of its lines gives the same links, the lower end first."""
    rows = listed_rows()
    other = [
        (z, zp, a, ap) if swap else (a, ap, z, zp) for swap, (a, ap, z, zp) in zip(swaps, rows, strict=True)
    ]
    one, two = (listed(tmp_path_factory.mktemp("list"), r) for r in (rows, other))
    assert differing(columns(one), columns(two)) == []


@settings(max_examples=10, deadline=None)
@given(rows=st.permutations(listed_rows()))
def test_order_of_lines_changes_no_link(
    rows: list[tuple[str, str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A link list in another order gives the same links."""
    one, two = (listed(tmp_path_factory.mktemp("list"), r) for r in (listed_rows(), list(rows)))
    assert facts(one) == facts(two)


# -- lengths ------------------------------------------------------------------------------------------------------


def tray_height(folder: Path) -> float:
    """Return the lowest tray of a manifest in um."""
    trays = read_yaml(folder / "cluster.yaml")["site"]["trays"].values()
    return 1e6 * min(float(t.get("height", "2.4 m").removesuffix(" m")) for t in trays if "rows" in t)


def shortest(cluster: Cluster, tray: float) -> np.ndarray:
    """Return what no cable can be shorter than (um): the floor between its racks, up to the tray and down again."""
    d, r, k = cluster.devices, cluster.racks, cluster.links
    height = np.array([p.height if p.height is not None else 0 for p in cluster.parts])[d.part] / 1000
    base = np.array([p.rack.base or 0 if p.rack is not None else 0 for p in cluster.parts])[r.part[d.rack]]
    middle = base + ((d.u / 1000 - 1) + height / 2) * UNIT_UM
    first = cluster.cables.link
    a, z = k.a_device[first], k.z_device[first]
    same = d.rack[a] == d.rack[z]
    floor = np.abs(r.x[d.rack[a]] - r.x[d.rack[z]]) + np.abs(r.y[d.rack[a]] - r.y[d.rack[z]])
    in_units = (d.u[a] >= 0) & (d.u[z] >= 0)
    over = np.where(in_units, 2 * tray - middle[a] - middle[z], 0)
    least = np.where(same, np.where(in_units, np.abs(middle[a] - middle[z]), 0), floor + over)
    return np.where((d.rack[a] < 0) | (d.rack[z] < 0), 0, least)


def bounded(cluster: Cluster, tray: float) -> None:
    """Assert that no length is below the geometry, and that what is ordered is not below what is needed."""
    cables = cluster.cables
    least = shortest(cluster, tray)
    calculated = cables.basis == 1
    assert calculated.any()
    assert (cables.length[calculated] > 0).all()
    assert (cables.length[calculated] + 2 >= least[calculated]).all()
    assert (cables.need[calculated] + 2 >= least[calculated]).all()
    assert (cables.length[calculated] >= cables.need[calculated]).all()


@pytest.mark.parametrize("folder", INVENTORIES, ids=IDS)
def test_lengths_are_never_below_the_geometry(folder: Path) -> None:
    """No calculated length of an inventory is below the floor between its racks plus the way up and down."""
    bounded(resolved(folder), tray_height(folder))


@settings(max_examples=20, deadline=None)
@given(
    pitch=st.integers(1, 30),
    aisle=st.integers(1, 90),
    height=st.integers(23, 40),
    at=st.integers(0, 120),
    cabinets=st.integers(1, 4),
)
def test_lengths_are_never_below_any_geometry(
    pitch: int, aisle: int, height: int, at: int, cabinets: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same holds for any pitch, aisle, tray height and crossing."""
    text = GROWING.replace("pitch: 0.7 m", f"pitch: {pitch / 10} m").replace("{3*r} m", f"{{{aisle}*r}} dm")
    text = text.replace("height: 2.8 m", f"height: {height / 10} m").replace("{5*k} m", f"{{{at}*k}} dm")
    path = write_project(tmp_path_factory.mktemp("hall"), text.replace("dm", "cm"))
    bounded(resolved(path, cabinets=cabinets), tray_height(path))
