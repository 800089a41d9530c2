"""Laws of the hardware catalogue: what it accepts and refuses, and that its own data keep them."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from cluster_spec.catalog import store
from cluster_spec.catalog.assume import apply_assumptions
from cluster_spec.catalog.checks import check_part, fabric_ports
from cluster_spec.catalog.coverage import FACTS, leaves
from cluster_spec.diagnostics import Location
from cluster_spec.model.parts import GRADES, Part

BUNDLED = sorted(store.bundled_index())
HERE = Location("cluster.yaml", 7, 3)
SMALL = """part: tiny-switch
kind: switch
size: {height: 1 U, mass: 3 kg}
power: {max: 50 W, psus: {count: 2, rating: 60 W, full: 1}}
radix: 4
cages:
  "cage[1-2]": {form: qsfp112, modes: {2x200: {label: "{cage}/{half}"}, 1x400: {}}, protocols: [ethernet]}
sources:
  sheet: {title: Sheet, grade: official, covers: [size, power, radix, cages]}
"""


def opened(name: str, **options: object) -> Part:
    """Return a bundled part."""
    outcome = store.open_part(name, None, Path(), **options)  # type: ignore[arg-type]
    assert not outcome.findings
    assert outcome.value is not None
    return outcome.value


def project(tmp_path: Path, text: str, name: str = "tiny-switch.yaml") -> Path:
    """Write one part file into a project and return its `parts/`."""
    parts = tmp_path / "parts"
    parts.mkdir(exist_ok=True)
    (parts / name).write_text(text, encoding="utf-8")
    return parts


def read(tmp_path: Path, text: str) -> Part:
    """Return the part of a good file."""
    outcome = store.open_part("tiny-switch", project(tmp_path, text), tmp_path)
    assert not outcome.findings
    assert outcome.value is not None
    return outcome.value


def findings(tmp_path: Path, text: str) -> list[tuple[str, str, int, int]]:
    """Return code and place of what is wrong with a file."""
    outcome = store.open_part("tiny-switch", project(tmp_path, text), tmp_path)
    assert outcome.value is None
    return [(f.code, f.location.file, f.location.line, f.location.column) for f in outcome.findings]


@pytest.mark.parametrize("name", BUNDLED)
def test_every_number_of_a_bundled_part_has_a_source_with_a_legal_grade(name: str) -> None:
    """A bundled part states nothing that no source covers, and every grade is one that may ship."""
    file = store.bundled_index()[name]
    outcome = store.open_file(file, store.DATA.parent)
    assert outcome.findings == ()
    part = outcome.value
    assert part is not None
    assert part.unsourced == ()
    assert {source.grade for source in part.sources} <= set(GRADES)
    assert (part.name, part.kind) == (file.stem, file.parent.name)


@pytest.mark.parametrize("name", BUNDLED)
def test_what_a_source_covers_exists(name: str) -> None:
    """A source covers no path that the part does not state, so no claim outlives its value."""
    part = opened(name)
    stated = [path for key in FACTS if key in part.data for path in leaves(part.data[key], key)]
    for source in part.sources:
        for path in source.covers:
            assert any(leaf == path or leaf.startswith(f"{path}.") for leaf in stated), (source.key, path)


@pytest.mark.parametrize("name", BUNDLED)
def test_what_is_made_up_says_so(name: str) -> None:
    """A part without any source of grade above illustrative is titled illustrative or has no figures."""
    part = opened(name)
    grades = {source.grade for source in part.sources}
    assert grades != {"illustrative"} or "illustrative" in (part.title or "")


def test_bundled_catalogue_has_no_findings() -> None:
    """`parts --check` is silent about what ships."""
    assert store.check_all(None) == []


def test_parts_inside_parts_exist() -> None:
    """Whatever a bundled part contains is bundled too."""
    inside = {content.part for name in BUNDLED for content in opened(name).contains}
    inside |= {m.part for name in BUNDLED if (u := opened(name).ultra) for m in u.members}
    assert inside <= set(BUNDLED)


def test_base_units_are_integers() -> None:
    """Quantities are kept in mW, um, g and thousandths of a rack unit."""
    part = opened("nvidia-dgx-b200")
    assert (part.height, part.depth, part.mass, part.power) == (10_000, 897_100, 142_400, {"max": 14_300_000})


def test_absent_facts_are_none() -> None:
    """What is not public is unknown, not zero."""
    part = opened("sugon-scalefabric-80x400")
    assert (part.mass, part.depth, part.power, part.psus) == (None, None, {}, None)


def test_accelerator_of_a_port_follows_the_guide() -> None:
    """GPU 0 of a DGX H100 is behind the second half of OSFP cage 4."""
    part = opened("nvidia-dgx-h100")
    port = next(p for p in part.ports if p.label == "compute0")
    assert (port.accelerator, port.panel, port.os_name) == (0, "OSFP4P2", "mlx5_0")


def test_scalex_totals_follow_from_one_card() -> None:
    """10,240 cards of 0.492 PFLOPS, 64 GB and 448 GB/s give the published totals."""
    chip = opened("scalex-card").chip
    assert chip is not None
    assert chip.flops["fp16"] * 10_240 >= 5 * 10**18
    assert (chip.memory or 0) * 10_240 >= 650 * 10**12
    assert (chip.scale_up_bandwidth or 0) * 10_240 >= 8 * 4500 * 10**12


def test_scalefabric_counts_cards_only() -> None:
    """The subnet limit of scaleFabric counts endpoints, that of InfiniBand switches and routers as well."""
    fabric, infiniband = opened("scalefabric").subnet, opened("infiniband").subnet
    assert fabric is not None
    assert infiniband is not None
    assert (fabric.limit, fabric.counts) == (114_000, ("endpoints",))
    assert (infiniband.limit, infiniband.counts) == (49_151, ("endpoints", "switches", "routers"))


def test_members_wait_for_an_unknown_parameter() -> None:
    """An ultra-node whose blades are unknown has none of them, and the rest of its members."""
    ultra = opened("sugon-scalex640").ultra
    assert ultra is not None
    assert [member.key for member in ultra.members] == ["head[1-4]"]


def test_an_assumed_parameter_spells_the_members() -> None:
    """Eighty assumed blades are b01 to b80 with eight cards each."""
    outcome = apply_assumptions(opened("sugon-scalex640"), {"blades": 80}, "not public", HERE)
    assert outcome.findings == ()
    assert outcome.value is not None
    assert outcome.value.ultra is not None
    blades = outcome.value.ultra.members[0]
    assert (blades.names[0], blades.names[-1], blades.arguments) == ("b01", "b80", {"cards": 8})


def test_an_internal_fabric_is_counted() -> None:
    """NVLink inside an NVL72 is 72 GPUs times 18 links, what its chips take, and not cabled."""
    part, chip = opened("nvidia-gb200-nvl72"), opened("nvidia-nvswitch5")
    assert part.ultra is not None
    fabric = part.ultra.fabrics[0]
    assert (fabric.name, fabric.cabled, fabric.links) == ("nvlink", False, 18 * (chip.radix or 0))
    trays, switches = part.ultra.members
    gpus = len(trays.names) * opened(trays.part).contains[0].count
    assert gpus * sum(p.group == "nvlink" for p in opened("nvidia-gb200").ports) == fabric.links
    assert len(switches.names) * opened(switches.part).elements == 18


def test_arguments_fill_the_parameters_of_a_part() -> None:
    """A blade of eight cards has eight scale-out ports, each with its own accelerator."""
    blade = opened("sugon-scalex640-blade", arguments={"cards": 8})
    ports = [p for p in blade.ports if p.group == "scale-out"]
    assert [p.accelerator for p in ports] == list(range(8))
    assert blade.contains[0].count == 8


def test_an_assumption_fills_the_unknown_and_is_remembered() -> None:
    """An assumed value is used, its reason kept, its place the manifest's, and it needs no source."""
    part = opened("sugon-scalefabric-80x400")
    outcome = apply_assumptions(part, {"power.max": "1.7 kW", "mass": "30 kg"}, "not public", HERE)
    made = outcome.value
    assert outcome.findings == ()
    assert made is not None
    assert (made.power, made.mass, made.unsourced) == ({"max": 1_700_000}, 30_000, ())
    assert made.assumed == {"power.max": "not public", "size.mass": "not public"}
    assert made.lines["power.max"] == HERE
    assert made.lines["radix"] == part.lines["radix"]


@pytest.mark.parametrize(
    ("key", "value", "code", "says"),
    [
        ("power.max", "2 kW", "SCH003", "is known"),
        ("power.maxx", "2 kW", "SCH003", "no part has"),
        ("sources.x", "y", "SCH004", "to assume"),
        ("cards", 8, "SCH004", "to assume"),
        ("airflow.x", "y", "SCH003", "no part has"),
        ("power.idle", "2 kVA", "SCH003", "power.idle"),
        ("power.idle", 200, "SCH003", "power.idle"),
        ("airflow", "upwards", "SCH003", "airflow"),
    ],
)
def test_a_wrong_assumption_is_a_finding(key: str, value: str | int, code: str, says: str) -> None:
    """Assuming over the known, over what no part has, or in a wrong form is said at the assumption."""
    outcome = apply_assumptions(opened("nvidia-dgx-b200"), {key: value}, "why", HERE)
    assert [(f.code, f.location) for f in outcome.findings] == [(code, HERE)]
    assert says in outcome.findings[0].message
    assert outcome.value is not None
    assert outcome.value.assumed == {}


def test_the_projects_part_goes_first(tmp_path: Path) -> None:
    """A part of the project replaces the bundled one of the same name."""
    parts = project(tmp_path, SMALL.replace("tiny-switch", "nvidia-qm9700"), "mine.yml")
    outcome = store.open_part("nvidia-qm9700", parts, tmp_path)
    assert outcome.value is not None
    assert (outcome.value.mass, outcome.value.where.file) == (3_000, "parts/mine.yml")


def test_a_part_is_known_by_its_key_and_not_by_its_file(tmp_path: Path) -> None:
    """The name in `part:` counts; the file's name counts only where the file states none."""
    parts = project(tmp_path, SMALL, "other.yaml")
    assert store.overlay_index(parts) == {"tiny-switch": parts / "other.yaml"}
    (parts / "nameless.yaml").write_text("kind: switch\n", encoding="utf-8")
    outcome = store.open_part("nameless", parts, tmp_path)
    assert [(f.code, f.message) for f in outcome.findings] == [("SCH003", "part is missing")]


def test_an_unknown_part_has_a_suggestion() -> None:
    """A name that is nearly a part is answered with that part, at the place that names it."""
    finding = store.open_part("nvidia-qm970", None, Path(), where=HERE).findings[0]
    assert (finding.code, finding.location, finding.help) == ("SCH004", HERE, "did you mean 'nvidia-qm9700'?")


@pytest.mark.parametrize(
    ("good", "bad", "code", "line", "column"),
    [
        ("mass: 3 kg", "mass: 3 lbs", "SCH003", 3, 27),
        ("mass: 3 kg", "weight: 3 kg", "SCH003", 3, 21),
        ("kind: switch", "kind: swich", "SCH003", 2, 7),
        ("radix: 4", "radix: four", "SCH003", 5, 8),
        ("grade: official", "grade: recall", "SCH003", 9, 32),
        ("height: 1 U", "height: 1", "SCH003", 3, 16),
        ("2x200: {label", "x200: {label", "SCH003", 7, 40),
        ('"cage[1-2]"', '"cage[2-1]"', "SCH010", 7, 3),
        ('"cage[1-2]"', '"cage[1-9999999]"', "SCH010", 7, 3),
    ],
)
def test_a_bad_part_is_a_finding_at_its_place(
    tmp_path: Path, good: str, bad: str, code: str, line: int, column: int
) -> None:
    """Whatever is wrong with a part file is said with file, line and column."""
    assert findings(tmp_path, SMALL.replace(good, bad)) == [(code, "parts/tiny-switch.yaml", line, column)]


def test_a_port_may_not_use_what_is_not_there(tmp_path: Path) -> None:
    """A port that names a cage the part does not have is a dangling reference at the port."""
    text = SMALL.replace("sources:", 'ports:\n  "p[1-2]": {cage: "cage[2-3]"}\nsources:')
    assert findings(tmp_path, text) == [("SCH004", "parts/tiny-switch.yaml", 9, 20)]


def test_all_shape_errors_come_at_once(tmp_path: Path) -> None:
    """Three mistakes in one file are three findings."""
    text = SMALL.replace("1 U", "1").replace("50 W", "50").replace("official", "good")
    assert len(findings(tmp_path, text)) == 3


@pytest.mark.parametrize(
    ("good", "bad", "code"),
    [
        ("radix: 4", "radix: 8", "CAT001"),
        ("max: 50 W", "max: 70 W", "CAT002"),
        ("covers: [size, power, radix, cages]", "covers: [size, radix, cages]", "CAT006"),
    ],
)
def test_check_part_finds_what_contradicts_itself(tmp_path: Path, good: str, bad: str, code: str) -> None:
    """Radix against ports, supplies against draw, values against sources; the unbroken part is clean."""
    assert check_part(read(tmp_path, SMALL)) == []
    assert [f.code for f in check_part(read(tmp_path, SMALL.replace(good, bad)))] == [code]


def test_unsourced_values_are_named_by_path(tmp_path: Path) -> None:
    """A source covers what lies below the paths it names and nothing else."""
    part = read(tmp_path, SMALL.replace("covers: [size, power,", "covers: [size.mass, power.psus,"))
    assert part.unsourced == ("size.height", "power.max")


def test_a_name_claimed_twice_is_found(tmp_path: Path) -> None:
    """Two files of a project that define one part are a finding of the check."""
    project(tmp_path, SMALL, "a.yaml")
    parts = project(tmp_path, SMALL, "b.yaml")
    assert [f.code for f in store.check_all(parts) if f.location.file.startswith("parts/")] == ["SCH001"]


def test_names_are_those_of_both_catalogues(tmp_path: Path) -> None:
    """`names` lists bundled parts and the project's own."""
    assert {"tiny-switch", "nvidia-qm9700"} <= set(store.names(project(tmp_path, SMALL)))


def test_radix_is_what_the_cages_give() -> None:
    """A QM9700 has 64 fabric ports, and its management port is not one."""
    part = opened("nvidia-qm9700")
    assert (fabric_ports(part), len(part.ports)) == (64, 66)


def _leaves(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [leaf for key, inner in steps for leaf in _leaves(inner, (*path, key))]
    return [path, *below] if path else below


@pytest.mark.parametrize(
    "name", ["nvidia-dgx-h100", "sugon-scalex640", "dac", "pdu-3p-63a-400v", "scalex-card"]
)
@pytest.mark.parametrize(
    "junk", [None, -1, 10**30, True, "", "x[1-", "{a", "{1//0}", "0.0000001 mW", [], {}, [None]]
)
def test_no_junk_raises(name: str, junk: object) -> None:
    """Whatever stands in place of a value, the answer is findings or a part, never an exception."""
    data = opened(name).data
    for path in _leaves(data):
        broken: Any = deepcopy(data)
        inner = broken
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = junk
        outcome = store.build(broken, None, HERE)
        assert (outcome.value is None) == bool(outcome.findings)


def test_an_assumption_keeps_the_arguments_of_a_part() -> None:
    """Assuming the mass of a blade leaves its eight cards alone, and they cannot be assumed again."""
    blade = opened("sugon-scalex640-blade", arguments={"cards": 8})
    outcome = apply_assumptions(blade, {"mass": "12 kg", "cards": 4}, "not public", HERE)
    assert outcome.value is not None
    assert (outcome.value.mass, outcome.value.contains[0].count) == (12_000, 8)
    assert [f.code for f in outcome.findings] == ["SCH003"]


def test_an_argument_that_the_part_does_not_take_is_a_finding() -> None:
    """An ultra-node that sets a parameter its blade does not have is told so."""
    outcome = store.open_part("sugon-scalex640-blade", None, Path(), arguments={"crads": 8})
    assert [f.code for f in outcome.findings] == ["SCH004"]
