"""What the language promises about expressions, names, tiers and growth, on small manifests with a known answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cluster_spec.api import load_cluster
from cluster_spec.report.tables import table

if TYPE_CHECKING:
    from pathlib import Path

    from cluster_spec.diagnostics import Finding
    from cluster_spec.model.cluster import Cluster

HEAD = "clusterspec: 1\nname: t\n"
NODES = 'nodes: {"n[1-8]": {part: nvidia-dgx-b200}}\n'
RACKED = 'racks: {"r[1-4]": {part: rack-48u-800x1200}}\nnodes: {%s}\n'
FABRIC = """fabrics:
  net:
    role: compute
    protocol: infiniband
    rate: 400 Gb/s
    endpoints: {g: {nodes: "n[*]", ports: compute, coordinates: {rail: port}}}
    topology: {kind: clos, tiers: {TIERS}}
"""
LEAF = "leaf: {part: nvidia-qm9700, down: 8, up: 8%s}"
SPINE = "spine: {over: leaf, part: nvidia-qm9700%s}"
GB200 = """clusterspec: 1
name: gb200
racks: {"r[n:01-CABINETS]": {part: nvidia-gb200-nvl72-rack}}
ultra_nodes: {"nvl[n:01-CABINETS]": {part: nvidia-gb200-nvl72, rack: "r{n:02}"}}
fabrics:
  compute:
    role: compute
    protocol: infiniband
    rate: 400 Gb/s
    endpoints:
      trays:
        ultra_nodes: "nvl[*]"
        ports: compute
        coordinates: {su: ultra_node // 8, cab: ultra_node % 8, rail: port, hall: su // 4}
    topology:
      kind: clos
      tiers:
        leaf: {part: nvidia-qm9700, per: [su, rail], count: 8, to: cab, down: 18, up: 18}
        spine: {over: leaf, part: nvidia-qm9700, per: [PER], count: SPINES, down: 24, up: 24}
"""


def read(folder: Path, text: str, **given: str) -> tuple[Cluster | None, tuple[Finding, ...]]:
    """Return the cluster of a manifest and what was found."""
    (folder / "cluster.yaml").write_text(text, encoding="utf-8")
    outcome = load_cluster(folder, given)
    return outcome.value, outcome.findings


def found(folder: Path, text: str, **given: str) -> list[tuple[str, int, str]]:
    """Return code, line and message of what is found in a manifest."""
    return [(f.code, f.location.line, f.message) for f in read(folder, text, **given)[1]]


def net(*tiers: str) -> str:
    """Return a manifest of eight nodes on the tiers."""
    return HEAD + NODES + FABRIC.replace("TIERS", ", ".join(tiers))


# -- numbers ------------------------------------------------------------------------------------------------------


def test_letter_is_no_number(tmp_path: Path) -> None:
    """A letter bracket in a field of numbers is a finding, whole as it stands alone."""
    text = HEAD + RACKED % '"x[s:a-b]": {part: server-2u, rack: r1, u: "{s}"}'
    assert found(tmp_path, text) == [("SCH011", 4, "u: {s} is a letter, a number is needed")]


def test_negative_unit_is_found(tmp_path: Path) -> None:
    """A rack unit that an expression makes negative is a finding and never an unknown place."""
    text = HEAD + RACKED % '"x[n:0-1]": {part: server-2u, rack: r1, u: "{n*2-3}"}'
    assert found(tmp_path, text) == [("SCH003", 4, "u comes to -3, at least 0 is needed")]


def test_place_and_rack_exclude_each_other(tmp_path: Path) -> None:
    """A device with both a closed placement and a rack of its own is a finding."""
    text = HEAD + RACKED % '"x[1-2]": {part: server-2u, rack: r1, place: {racks: "r[1-2]"}}'
    assert [(code, line) for code, line, _ in found(tmp_path, text)] == [("SCH003", 4)]


@pytest.mark.parametrize("text", [" 3", "1_0", "٣", "99999999999999999999", "2.0", ""])
def test_set_takes_plain_digits_only(tmp_path: Path, text: str) -> None:
    """What is no plain integer is said once, and no bound is tested on a value that nobody gave."""
    manifest = HEAD + "parameters: {k: {type: integer, default: 2, min: 1}}\n"
    assert found(tmp_path, manifest, k=text) == [("SCH012", 3, f"--set k: {text!r} is no integer")]


# -- names --------------------------------------------------------------------------------------------------------


def test_star_selects_every_node(tmp_path: Path) -> None:
    """`"*"` is the set of all that a section declares."""
    cluster, findings = read(tmp_path, net(LEAF % "").replace('"n[*]"', '"*"'))
    assert findings == ()
    assert cluster is not None
    assert len(cluster.links) == 64


def test_inner_coordinates_are_not_told(tmp_path: Path) -> None:
    """The known names of a message are those that a manifest may use."""
    text = net(LEAF % "").replace("rail: port", "rail: prot")
    message = "rail: `prot` is not known here; known names: node, port, rack, ultra_node"
    assert [m for _, _, m in found(tmp_path, text)] == [message]


@pytest.mark.parametrize("taken", ["rail", "k"])
def test_tiers_share_the_namespace(tmp_path: Path, taken: str) -> None:
    """A tier may not have the name of a coordinate or of a parameter."""
    text = net(LEAF.replace("leaf", taken) % "") + "parameters: {k: {type: integer, default: 2}}\n"
    kind = "coordinate" if taken == "rail" else "parameter"
    assert [m for _, _, m in found(tmp_path, text)] == [f"the tier {taken} has the name of a {kind}"]


# -- tiers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tiers",
    [
        (LEAF % ", count: 100000000",),
        (LEAF % ", to: port*1000000000000",),
        (LEAF % "", SPINE % ", count: 1000000000000"),
    ],
)
def test_switches_are_bounded(tmp_path: Path, tiers: tuple[str, ...]) -> None:
    """A tier of more switches than a range may name is a finding and takes no memory."""
    assert [code for code, _, _ in found(tmp_path, net(*tiers))] == ["SCH002"]


@pytest.mark.parametrize("cabinets", [1, 3, 8, 9, 12])
@pytest.mark.parametrize(("per", "spines", "groups"), [("su, rail", 6, 4), ("hall, rail", 18, 0)])
def test_leaf_without_endpoints_has_the_coordinates_of_its_group(
    tmp_path: Path, cabinets: int, per: str, spines: int, groups: int
) -> None:
    """A unit of eight cabinets with fewer of them has all leaves and spines: `count` builds the group whole."""
    text = GB200.replace("CABINETS", f"{cabinets:02}").replace("PER", per).replace("SPINES", str(spines))
    cluster, findings = read(tmp_path, text)
    assert findings == ()
    assert cluster is not None
    units = -(-cabinets // 8)
    tiers = cluster.devices.tier[cluster.devices.fabric == 0]
    counts = [int((tiers == i).sum()) for i in range(2)]
    assert counts == [units * 32, (units * groups or 4) * spines]
    assert len(cluster.links) == cabinets * 72 + units * 32 * 18


def test_stage_buys_what_is_needed_now(tmp_path: Path) -> None:
    """A tier with `stage` is cabled for the lower switches there are, and not for those of the final extent."""
    text = net(LEAF % "", SPINE % ", down: 32, stage: 2") + "grow_to: {n: 16}\n"
    cluster, findings = read(tmp_path, text)
    assert findings == ()
    assert cluster is not None
    assert len(cluster.links) == 64 + 64
    assert int((cluster.devices.tier == 1).sum()) == 2


# -- wiring -------------------------------------------------------------------------------------------------------

WIRED = (
    HEAD
    + """fabrics:
  net:
    role: compute
    protocol: infiniband
    rate: 400 Gb/s
    switches: {"s[a-b]": {part: nvidia-qm9700, role: leaf}, "x[1-2]": {part: nvidia-qm9700, role: spine}}
    wiring: {w: {for: {s: "[a-b]", p: "AXIS"}, a: "s{s} {p}/1", z: "x{p} 1/{1 + P}"}}
"""
)


def test_letters_of_a_pattern_are_letters(tmp_path: Path) -> None:
    """A letter range of `for` spells letters."""
    text = WIRED.replace("AXIS", "[1-2]").replace('z: "x{p} 1/{1 + P}"', 'z: "x{p} mgmt0"')
    cluster, findings = read(tmp_path, text)
    assert findings == ()
    assert cluster is not None
    assert len(cluster.links) == 4


@pytest.mark.parametrize(
    ("axis", "code"), [("s", "SCH010"), ("1-2", "SCH010"), ("[*]", "SCH010"), ("[1-9000000]", "SCH002")]
)
def test_range_of_a_pattern_is_checked(tmp_path: Path, axis: str, code: str) -> None:
    """What is no range, or comes to too many links, is a finding."""
    assert [c for c, _, _ in found(tmp_path, WIRED.replace("AXIS", axis).replace("P}", "p}"))] == [code]


def test_empty_final_extent_is_found(tmp_path: Path) -> None:
    """A final extent without numbers is a finding."""
    assert [c for c, _, _ in found(tmp_path, HEAD + NODES + 'grow_to: {n: "[*]"}\n')] == ["SCH010"]


def test_final_extent_of_no_family_is_found(tmp_path: Path) -> None:
    """A slip in `grow_to` is a finding: else nothing would be kept for growth."""
    found_ = read(tmp_path, HEAD + NODES + "grow_to: {nn: 16}\n")[1]
    assert [(f.code, f.message, f.help) for f in found_] == [
        ("SCH004", "'nn' is no family", "did you mean n?")
    ]


# -- tables -------------------------------------------------------------------------------------------------------


def test_devices_without_fabrics_are_listed(tmp_path: Path) -> None:
    """A manifest without fabrics has a table of devices."""
    cluster, _ = read(tmp_path, HEAD + NODES)
    assert cluster is not None
    assert table(cluster, "devices").rows.size == 8


# -- pools --------------------------------------------------------------------------------------------------------


def test_pool_without_ports_takes_those_of_its_fabric(tmp_path: Path) -> None:
    """A pool of a management network that names nodes alone addresses their management ports."""
    pools = 'pools: {a: {of: {nodes: "n[*]"}, start: 10.0.0.16, index: node}}'
    text = """fabrics:
  oob:
    role: oob
    protocol: ethernet
    rate: 1 Gb/s
    endpoints: {all: {every: {role: oob}}}
    topology: {kind: tree, access: {part: switch-48x1-4x25}}
"""
    cluster, findings = read(
        tmp_path, f"{HEAD}{NODES}{text}networks: {{m: {{fabric: oob, prefix: 10.0.0.0/24, {pools}}}}}\n"
    )
    assert findings == ()
    assert cluster is not None


def test_racks_are_shared_out_by_quantum(tmp_path: Path) -> None:
    """`{of, assign: block 2}` puts elements 0 and 1 into the first rack, `stripe` every other one."""
    text = """clusterspec: 1
name: x
racks: {"r[1-2]": {part: rack-48u-700x1200}}
nodes:
  "b[1-4]": {part: server-2u, rack: {of: "r[1-2]", assign: block 2}, u: "[2,6,2,6]"}
  "s[1-4]": {part: server-2u, rack: {of: "r[1-2]", assign: stripe}, u: "[12,12,16,16]"}
"""
    (tmp_path / "cluster.yaml").write_text(text, encoding="utf-8")
    outcome = load_cluster(tmp_path)
    assert outcome.findings == ()
    assert outcome.value is not None
    assert outcome.value.devices.rack.tolist() == [0, 0, 1, 1, 0, 1, 0, 1]


def test_too_few_racks_for_a_quantum_are_a_finding(tmp_path: Path) -> None:
    """Five elements in blocks of two need three racks."""
    text = """clusterspec: 1
name: x
racks: {"r[1-2]": {part: rack-48u-700x1200}}
nodes: {"b[1-5]": {part: server-2u, rack: {of: "r[1-2]", assign: block 2}}}
"""
    (tmp_path / "cluster.yaml").write_text(text, encoding="utf-8")
    assert [f.code for f in load_cluster(tmp_path).findings] == ["SCH010"]
