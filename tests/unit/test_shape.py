# ruff: noqa: E501, ISC004 - a table of slips reads best with one message per line
"""The shape of a manifest: every slip is found at its place and said in plain words."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from cluster_spec.manifest import Manifest, parse
from cluster_spec.manifest.errors import published
from cluster_spec.manifest.json_schema import manifest_schema, part_schema, spell, write
from cluster_spec.source import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.diagnostics import Finding, Outcome

HEAD = "clusterspec: 1\nname: lab\n"
SCHEMAS = Path(__file__).parents[2] / "cluster_spec" / "schemas"


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Outcome[Manifest]]:
    """Parse a text as the manifest of a project."""

    def run(text: str) -> Outcome[Manifest]:
        (tmp_path / "cluster.yaml").write_text(text, encoding="utf-8")
        source = load(tmp_path).value
        assert source is not None
        return parse(source)

    return run


def only(outcome: Outcome[Manifest]) -> Finding:
    """Return the single finding of a manifest that failed."""
    assert outcome.value is None
    assert len(outcome.findings) == 1, [finding.message for finding in outcome.findings]
    return outcome.findings[0]


SLIPS = {
    "unknown top-level key": (
        "rack: {}",
        ("SCH003", 3, 1, "unknown key `rack`", "did you mean `racks`?"),
    ),
    "key of a section at the top": (
        "halls: {}",
        ("SCH003", 3, 1, "unknown key `halls`", "`halls` belongs inside `site`"),
    ),
    "section inside an entry": (
        "racks: {a: {part: x, nodes: {}}}",
        ("SCH003", 3, 22, "unknown key `nodes` in racks.a", "`nodes` is a section of its own: write it at the top level"),
    ),
    "unknown key": (
        "racks: {a: {part: x, faceing: north}}",
        ("SCH003", 3, 22, "unknown key `faceing` in racks.a", "did you mean `facing`?"),
    ),
    "underscore for a hyphen": (
        "claims: {memory_bandwidth: {at_least: 1 TB/s}}",
        ("SCH003", 3, 10, "unknown key `memory_bandwidth` in claims", "did you mean `memory-bandwidth`?"),
    ),
    "renamed required key": (
        "nodes: {a: {parts: x}}",
        ("SCH003", 3, 13, "unknown key `parts` in nodes.a", "did you mean `part`?"),
    ),
    "missing key": (
        "racks: {a: {row: A}}",
        ("SCH003", 3, 9, "racks.a: `part` is missing", None),
    ),
    "no reason for an assumption": (
        "assume: {x: {mass: 3 kg}}",
        ("SCH003", 3, 10, "assume.x: `because` is missing", None),
    ),
    "no unit": (
        "racks: {a: {part: x, power: 860}}",
        ("SCH003", 3, 29, "racks.a.power: `860` has no unit; write it like 860 kW", None),
    ),
    "wrong dimension": (
        "racks: {a: {part: x, power: 20 kVA}}",
        ("SCH003", 3, 29, "racks.a.power: `20 kVA` is apparent power (kVA), not power; write it like 860 kW", None),
    ),
    "repairable unit": (
        "assumptions: {altitude: 1,200 m}",
        ("SCH003", 3, 27, "assumptions: `200 m` is no key; a comma has cut a number in two", "altitude: 1200 m"),
    ),
    "quoted comma": (
        'assumptions: {altitude: "1,200 m"}',
        ("SCH003", 3, 25, "assumptions.altitude: `1,200 m` is not read as length; write 1200 m", "1200 m"),
    ),
    "number for a name": (
        "racks: {a: {part: 0123}}",
        ("SCH005", 3, 19, "racks.a.part is 123, a number, expected one name, a range or a template", '"0123"'),
    ),
    "boolean for a name": (
        "racks: {a: {part: true}}",
        ("SCH005", 3, 19, "racks.a.part is true, a boolean, expected one name, a range or a template", '"true"'),
    ),
    "null for a name": (
        "racks: {a: {part: null}}",
        ("SCH005", 3, 19, "racks.a.part is null, expected one name, a range or a template", '"null"'),
    ),
    "nothing behind a key": (
        "racks: {a: {part: x, row: }}",
        ("SCH003", 3, 27, "racks.a.row is empty, expected one name, a range or a template", None),
    ),
    "empty section": ("racks:", ("SCH003", 3, 7, "racks is empty, expected a mapping", None)),
    "enum": (
        "power: {tree: {u: {kind: upps}}}",
        ("SCH003", 3, 26, "power.tree.u.kind is `upps`, expected one of utility, generator,", "did you mean `ups`?"),
    ),
    "topology of a later release": (
        "fabrics: {f: {role: compute, protocol: x, topology: {kind: torus, dims: [4, 4]}}}",
        ("SCH003", 3, 60, "fabrics.f.topology.kind is `torus`, expected one of clos, star, tree", None),
    ),
    "pattern": (
        "waivers: {w: {code: PWR15, of: x, because: y, by: z, until: 2027-01-01}}",
        ("SCH003", 3, 21, "waivers.w.code is `PWR15`, expected the code of a rule such as PWR015", None),
    ),
    "open bracket in a key": (
        '"racks": {"c[1-4": {part: x}}',
        ("SCH003", 3, 11, "racks: `c[1-4` is no key here, expected a name or a range of names", None),
    ),
    "bound": (
        "claims: {pue: {at_mst: 1.04}}",
        ("SCH003", 3, 16, "claims.pue: `at_mst` is no key here, expected one of at_least, at_most", "did you mean `at_most`?"),
    ),
    "text for an integer": (
        'networks: {m: {prefix: 10.0.0.0/8, vlan: "10"}}',
        ("SCH003", 3, 42, "networks.m.vlan is the text `10`, expected an integer", "10"),
    ),
    "integer out of range": (
        "networks: {m: {prefix: 10.0.0.0/8, vlan: 5000}}",
        ("SCH003", 3, 42, "networks.m.vlan is 5000, expected 1 to 4094", None),
    ),
    "fraction for an integer": (
        "fabrics: {f: {role: compute, protocol: x, lmc: 1.0}}",
        ("SCH003", 3, 48, "fabrics.f.lmc is 1.0, expected an integer", "1"),
    ),
    "boolean for an integer": (
        "power: {tree: {u: {kind: ups, phases: true}}}",
        ("SCH003", 3, 39, "power.tree.u.phases is true, expected an integer", None),
    ),
    "text for a boolean": (
        'fabrics: {f: {role: compute, protocol: x, cabled: "false"}}',
        ("SCH003", 3, 51, "fabrics.f.cabled is the text `false`, expected true or false", "false"),
    ),
    "range without quotes": (
        "racks: {a: {part: x, slot: [1-16]}}",
        ("SCH003", 3, 28, "racks.a.slot is a list, expected an integer or one name, a range", '"[1-16]"'),
    ),
    "template without quotes": (
        "racks: {a: {part: x, row: {rail}}}",
        ("SCH003", 3, 27, "racks.a.row is a mapping, expected one name, a range or a template", '"{rail}"'),
    ),
    "text for a list": (
        "policy: {must_decide: PWR}",
        ("SCH003", 3, 23, "policy.must_decide is the text `PWR`, expected a list", None),
    ),
    "list for a mapping": (
        "racks: {a: [x]}",
        ("SCH003", 3, 12, "racks.a is a list, expected a mapping", None),
    ),
    "list of three for a point": (
        "site: {halls: {h: {}}, positions: {p: {hall: h, at: [1 m, 2 m, 3 m]}}}",
        ("SCH003", 3, 53, "site.positions.p.at has 3 items, expected 2", None),
    ),
    "none of the branches": (
        "power: {tree: {u: {kind: ups, from: [x]}}}",
        ("SCH003", 3, 37, "power.tree.u.from is a list, expected one name, a range or a template such as r1 or r{n}, "
         "a mapping with of, assign, or a mapping", None),
    ),
    "slip inside a branch": (
        "power: {tree: {u: {kind: ups, from: {of: x, assign: blok 2}}}}",
        ("SCH003", 3, 53, "power.tree.u.from.assign is `blok 2`, expected `block N` or `stripe`", None),
    ),
    "slip in the keys of a branch": (
        "power: {tree: {u: {kind: ups, from: {of: x, asign: stripe}}}}",
        ("SCH003", 3, 45, "unknown key `asign` in power.tree.u.from", "did you mean `assign`?"),
    ),
    "two quantities of one field": (
        "power: {tree: {u: {kind: ups, capacity: 20 kg}}}",
        ("SCH003", 3, 41, "power.tree.u.capacity: `20 kg` is mass (kg), not power", None),
    ),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_slip_is_one_finding(slip: str, read: Callable[[str], Outcome[Manifest]]) -> None:
    """Every kind of slip is one finding with its code, line, column, words and certain help."""
    text, (code, line, column, message, fix) = SLIPS[slip]
    finding = only(read(HEAD + text + "\n"))
    place = finding.location
    assert (finding.code, place.file, place.line, place.column) == (code, "cluster.yaml", line, column)
    assert finding.message.startswith(message)
    assert finding.help == fix


HEADS = {
    "name: lab\n": ("SCH006", 1, 1, "clusterspec: the version of the language is missing", "clusterspec: 1"),
    "name: lab\nclusterspec: 2\n": ("SCH006", 2, 14, "clusterspec is 2, this release reads version 1", None),
    "name: lab\nclusterspec: v1\n": (
        "SCH006",
        2,
        14,
        "clusterspec is `v1`, this release reads",
        "clusterspec: 1",
    ),
    "name: lab\nclusterspec: 1.0\n": (
        "SCH006",
        2,
        14,
        "clusterspec is 1.0, this release reads",
        "clusterspec: 1",
    ),
    "name: lab\nclusterspec: true\n": ("SCH006", 2, 14, "clusterspec is true, this release reads", None),
    "clusterspec: 1\n": ("SCH006", 1, 1, "name: the name of the cluster is missing", None),
    "clusterspec: 1\nname: 12\n": ("SCH005", 2, 7, "name is 12, a number, expected one name", '"12"'),
}


@pytest.mark.parametrize("text", HEADS)
def test_head_says_version_and_name(text: str, read: Callable[[str], Outcome[Manifest]]) -> None:
    """A manifest says `clusterspec: 1` and a name; what lacks one is SCH006, a number for a name SCH005."""
    code, line, column, message, fix = HEADS[text]
    finding = only(read(text))
    assert (finding.code, finding.location.line, finding.location.column) == (code, line, column)
    assert finding.message.startswith(message)
    assert finding.help == fix


def test_all_errors_of_all_sections_in_file_order(read: Callable[[str], Outcome[Manifest]]) -> None:
    """Shape errors of every section come at once, several per section, ordered by line and column."""
    text = """\
        clusterspec: 1
        name: lab
        nodes:
          a: {part: 1, u: {}}
          b: {}
        racks:
          c: {part: x, power: 5}
          d: {part: x, facing: up}
        fabric: {}
        """
    outcome = read(dedent(text))
    places = [(finding.location.line, finding.location.column) for finding in outcome.findings]
    assert places == [(4, 13), (4, 19), (5, 3), (7, 23), (8, 24), (9, 1)]
    assert outcome.value is None


def test_every_finding_has_the_path_of_its_value(read: Callable[[str], Outcome[Manifest]]) -> None:
    """A finding carries the manifest path, which feeds its fingerprint."""
    finding = only(
        read(HEAD + "site: {halls: {h: {}}, rows: {A: {hall: h, origin: [0 m, 3], pitch: 1 m}}}\n")
    )
    assert finding.path == ("site", "rows", "A", "origin", 1)


def test_value_of_a_secret_is_not_repeated(read: Callable[[str], Outcome[Manifest]]) -> None:
    """No shape message repeats what stands behind a key that is named like a secret."""
    outcome = read(
        HEAD + 'networks: {m: {prefix: 10.0.0.0/8, pools: {password: {of: {}, start: "hunter 2"}}}}\n'
    )
    assert outcome.value is None
    assert not any("hunter" in finding.message for finding in outcome.findings)


def test_absent_sections_are_empty(read: Callable[[str], Outcome[Manifest]]) -> None:
    """An absent section is an empty mapping, or None where it is one thing."""
    manifest = read(HEAD).value
    assert manifest is not None
    assert (manifest.racks, manifest.fabrics, manifest.assume, manifest.waivers) == ({}, {}, {}, {})
    assert (manifest.site, manifest.power, manifest.claims, manifest.title) == (None, None, None, None)


def test_values_stay_as_written(read: Callable[[str], Outcome[Manifest]]) -> None:
    """Shape converts nothing: keys, templates, `when`, `cases` and extents are what the file says."""
    text = """\
        clusterspec: 1
        name: lab
        grow_to: {un: 20, c: "[101-132]", d: "blocks*4"}
        assume: {x: {power.max: 1.7 kW, blades: 80, because: why}}
        racks: {"c[n:01-16]": {part: cab, slot: "{3*n-1}", when: "blocks > 8"}}
        nodes: {a: {part: x, u: 2}, b: {part: x, u: 2.5}, "c[n:1-2]": {part: x, u: "{2*n}"}}
        power: {tree: {u: {kind: ups, from: {a: X, b: {of: "r[1-8]", assign: block 2}}}}}
        """
    manifest = read(dedent(text)).value
    assert manifest is not None
    assert manifest.grow_to == {"un": 20, "c": "[101-132]", "d": "blocks*4"}
    assert manifest.assume == {"x": {"power.max": "1.7 kW", "blades": 80, "because": "why"}}
    assert manifest.racks["c[n:01-16]"].slot == "{3*n-1}"
    assert manifest.racks["c[n:01-16]"].when == "blocks > 8"
    assert [repr(node.u) for node in manifest.nodes.values()] == ["2", "2.5", "'{2*n}'"]
    tree = manifest.power.tree if manifest.power else None
    source = tree["u"].from_ if tree else None
    assert isinstance(source, dict)
    assert getattr(source["b"], "assign", None) == "block 2"


def test_many_meet_few_is_read_as_such(read: Callable[[str], Outcome[Manifest]]) -> None:
    """`{of, assign}` is one source with an assignment, not two named sources."""
    manifest = read(HEAD + "power: {tree: {u: {kind: ups, from: {of: x, assign: stripe}}}}\n").value
    tree = manifest.power.tree if manifest and manifest.power else None
    assert tree is not None
    assert getattr(tree["u"].from_, "of", None) == "x"


@pytest.mark.generated
def test_committed_schemas_are_current(update: bool) -> None:
    """The schemas that ship are what the models generate."""
    if update:
        write(SCHEMAS)
    for name, made in (("manifest", manifest_schema()), ("part", part_schema())):
        assert (SCHEMAS / f"{name}.json").read_text(encoding="utf-8") == spell(made), name


def test_schema_words_use_the_published_schema(tmp_path: Path) -> None:
    """The file that messages are made from is the one that `write` writes."""
    written = write(tmp_path)
    assert [path.name for path in written] == ["manifest.json", "part.json"]
    assert json.loads(written[0].read_text(encoding="utf-8")) == published()


@pytest.mark.parametrize("name", ["manifest", "part"])
def test_schemas_are_draft_07_and_closed(name: str) -> None:
    """Schemas use draft-07 words only, and every mapping with named or patterned keys is closed."""
    from jsonschema import Draft7Validator

    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    Draft7Validator.check_schema(schema)
    text = json.dumps(schema)
    assert "$defs" not in text
    assert "prefixItems" not in text
    assert all("additionalProperties" in one for one in _mappings(schema))


def _mappings(schema: object) -> list[dict[str, object]]:
    if isinstance(schema, list):
        return [one for item in schema for one in _mappings(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if "patternProperties" in schema or isinstance(schema.get("properties"), dict) else []
    return own + [one for item in schema.values() for one in _mappings(item)]
