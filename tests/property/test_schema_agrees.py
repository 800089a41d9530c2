# ruff: noqa: E501 - one entry of the document per line; chance picks mutations, not secrets
"""The published JSON Schema and the parser agree on every document, valid or one slip from it."""

from __future__ import annotations

import copy
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft7Validator

from cluster_spec.manifest import parse
from cluster_spec.manifest.errors import published
from cluster_spec.source import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DOCUMENT = """\
clusterspec: 1
name: lab
title: A laboratory
notes: [one, two]
parameters: {blocks: {type: integer, default: 4, min: 1, max: "2*32", help: units}, hot: {type: boolean, default: true}}
assumptions: {electrical: iec, power_basis: max, altitude: 300 m}
assume: {switch-x: {power.max: 1.7 kW, mass: 30 kg, blades: 80, known: true, because: not public}}
claims:
  accelerators: {at_least: 10240, at_most: "blocks*256"}
  compute: {fp16: {at_least: 5 EFLOPS}, fp8-sparse: {exactly: 9 EFLOPS}}
  memory-bandwidth: {at_least: 18 PB/s}
  scale-up-bandwidth: {at_least: 4.5 PB/s, direction: both}
  switches: {compute: {leaf: {exactly: 256}}}
  links: {compute: {leaf-spine: {exactly: 10240}}}
  power: {it: {at_most: 20 MW}}
  pue: {at_most: 1.04}
phases: {one: {}, two: {after: one, title: second half}}
grow_to: {un: 20, c: "[101-132]", d: blocks*4}
site:
  halls: {h1: {power: 20 MW, floor: 3000 kg/m2, air: 2 MW}}
  rows: {C: {hall: h1, origin: [0 m, "{3*r+3} m"], pitch: 1.2 m, facing: north, along: y}}
  trays: {along: {rows: "C,N[1-4]", height: 2.8 m, size: 4x600x100 mm}, "x[k:1-4]": {between: "C,N", at: "{5*k} m"}}
  positions: {cdu: {hall: h1, at: [1 m, 2 m]}}
racks: {"c[n:01-16]": {part: cabinet, row: C, slot: "{(n-1)//2*3}", facing: south, free: "[1-40]"}, r1: {part: x, slot: 4}}
ultra_nodes: {"un[n:01-16]": {part: scale640, rack: "c{n:02}", bays: {compute: "r[01-12]"}, state: planned, phase: one}}
nodes: {"m[n:1-4]": {part: server, role: management, rack: "n{52+n}", u: 2.5, none: {feed: later}}, s: {part: x, place: {racks: "r[1-2]", per_rack: 2}}}
groups: {"pair[1-8]": {members: "un[01-16]", assign: block 2}}
external: {campus: {kind: network, by: customer}}
fabrics:
  compute:
    role: compute
    protocol: infiniband
    rate: 400 Gb/s
    endpoints: {cards: {ultra_nodes: "un[*]", ports: scale-out, coordinates: {rail: port // 2}}, all: {every: {role: oob}}}
    topology:
      kind: clos
      tiers:
        leaf: {part: sw, per: [rail], down: 40, up: "20*2", name: "leaf-{index+1:02}", place: {racks: "n[1-20]", per_rack: 16}}
        spine: {over: leaf, part: sw, per: [], cases: {small: {when: blocks <= 8, down: 64}, large: {when: blocks > 8, down: 32, up: 32}}}
    media: {leaf-spine: [dac, dr4]}
    disjoint: [rail]
    lmc: 0
    oversubscription: "2:1"
  listed:
    role: storage
    protocol: ethernet
    cabled: false
    switches: {"sw[1-2]": {part: sw}}
    wiring: {w: {for: {g: "[1-2]"}, a: "sw{g} P{g}", z: "sw{g} P{g+1}"}}
    links: links.csv
    uplink: {to: campus, ports: 2}
cabling: {slack: {in_rack: 0.5 m}, lengths: {dac: [1 m, 2 m]}, label: "{a} -> {z}"}
power:
  tree:
    "u[s:a-b]": {kind: utility, from: grid, capacity: 20 MVA, voltage: 10 kV L-L}
    ups: {kind: ups, from: {a: ua, b: {of: "r[1-8]", assign: stripe}}, efficiency: {40 %: 97 %}, phases: 3, needed: 2}
  racks: {"c[01-16]": {feeds: {a: ups}, cords: {psus: alternate}}, n1: {pdus: {a: {part: pdu, from: ups, count: 2}}}}
cooling:
  sinks: {dry: {kind: dry-cooler, capacity: 10 MW, power: 1 % of heat, feeds: {a: ups}}}
  loops: {air: {kind: air, units: 8, each: 250 kW, redundancy: N+1}}
  racks: {"c[01-16]": {loop: {of: "cdm[1-8]", assign: block 2}, air: air}}
networks: {mgmt: {fabric: oob, prefix: 10.0.0.0/18, vlan: 10, mtu: 9000, pools: {b: {of: {nodes: "*"}, start: 10.0.1.0, index: node}}}}
assets: {m1: {serial: "0123", mac: "02:00:5e:00:00:01", guid: "0x0002c90300000001"}}
policy: {must_decide: [PWR, CBL001], thresholds: {PWR015: 0.9}}
exceptions: {dead: {of: m1, set: {state: broken}, because: fan}, gone: {of: m2, omit: true, because: sold}}
waivers: {w: {code: PWR015, of: "m[1-2]", because: tested, by: owner, until: '2027-01-01'}}
"""
JUNK: tuple[Any, ...] = (
    None,
    True,
    False,
    7,
    -3,
    2.5,
    "",
    " ",
    "x y",
    "[1-",
    "{",
    "7",
    "7 kg",
    "400 GB/s",
    [],
    [1],
    {},
    {"a": 1},
)
DOCUMENTS = 600


def as_python(schema: Any) -> Any:
    """Return the schema with patterns that end at the end: `$` of Python also matches before a last line break."""
    if isinstance(schema, list):
        return [as_python(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: as_python(value) for key, value in schema.items()}
    if isinstance(schema.get("pattern"), str):
        result["pattern"] = schema["pattern"].removesuffix("$") + r"\Z"
    if "patternProperties" in schema:
        inner = result["patternProperties"].items()
        result["patternProperties"] = {key.removesuffix("$") + r"\Z": value for key, value in inner}
    return result


def containers(data: Any) -> list[dict[str, Any] | list[Any]]:
    """Return every mapping and list of a document, the document first."""
    if isinstance(data, dict | list):
        inner = data.values() if isinstance(data, dict) else data
        return [data, *(one for item in inner for one in containers(item))]
    return []


def thin(data: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return a valid document: some sections and some entries of the large one."""
    kept = {
        key: copy.deepcopy(value)
        for key, value in data.items()
        if key in {"clusterspec", "name"} or rng.random() < 0.6
    }
    for key in ("racks", "nodes", "fabrics", "waivers", "exceptions"):
        if len(kept.get(key, ())) > 1 and rng.random() < 0.5:
            kept[key].pop(rng.choice(list(kept[key])))
    return kept


def pick(data: dict[str, Any], rng: random.Random) -> tuple[dict[str, Any], str]:
    """Return a mapping of the document and one of its keys."""
    place = rng.choice([one for one in containers(data) if isinstance(one, dict) and one])
    return place, rng.choice(list(place))


def drop(data: dict[str, Any], rng: random.Random) -> None:
    """Leave out a key."""
    place, key = pick(data, rng)
    del place[key]


def rename(data: dict[str, Any], rng: random.Random) -> None:
    """Misspell a key: a letter more, less, or a character that no name has."""
    place, key = pick(data, rng)
    new = rng.choice(
        [f"{key}s", key[:-1] or "q", f"{key} ", f"{key}[", key.upper(), key.replace("_", "-"), "of"]
    )
    place[new] = place.pop(key)


def retype(data: dict[str, Any], rng: random.Random) -> None:
    """Put a value of another type, or nothing, behind a key."""
    place, key = pick(data, rng)
    place[key] = rng.choice(JUNK)


def deform(data: dict[str, Any], rng: random.Random) -> None:
    """Break the text of a scalar: its unit, its brackets, its choice."""
    places = [
        one
        for one in containers(data)
        if isinstance(one, dict) and any(isinstance(v, str) for v in one.values())
    ]
    place = rng.choice(places)
    key = rng.choice([key for key, value in place.items() if isinstance(value, str)])
    text = place[key]
    place[key] = rng.choice(
        [
            text + "x",
            text[1:],
            text.replace(" ", ""),
            text.swapcase(),
            text + "]",
            "{" + text,
            text + "\n",
            "1,720 kW",
        ]
    )


def nest(data: dict[str, Any], rng: random.Random) -> None:
    """Move an entry into another mapping, or wrap it in a list or a mapping."""
    place, key = pick(data, rng)
    value = place.pop(key)
    target, _ = pick(data, rng) if data else (data, "")
    how = rng.randrange(3)
    if how == 0:
        target[key] = value
    else:
        place[key] = [value] if how == 1 else {key: value}


MUTATIONS: tuple[Callable[[dict[str, Any], random.Random], None], ...] = (
    drop,
    rename,
    rename,
    retype,
    retype,
    deform,
    nest,
)


def mutated(document: dict[str, Any], validator: Draft7Validator, rng: random.Random) -> dict[str, Any]:
    """Return a document one mutation away; one that stayed valid is given a second chance half of the time."""
    result = copy.deepcopy(document)
    rng.choice(MUTATIONS)(result, rng)
    if rng.random() < 0.5 and validator.is_valid(result):
        result = copy.deepcopy(document)
        rng.choice(MUTATIONS)(result, rng)
    return result


def agree(document: dict[str, Any], folder: Path, validator: Draft7Validator) -> bool:
    """Return the verdict on a document, once both have given it and the parser has said why in words of its own."""
    (folder / "cluster.yaml").write_text(json.dumps(document, indent=1), encoding="utf-8")
    source = load(folder).value
    assert source is not None
    outcome = parse(source)
    shape = [finding for finding in outcome.findings if not finding.code.startswith("SEC")]
    said = [finding.message for finding in shape]
    verdict = outcome.value is not None
    assert verdict == validator.is_valid(source.data), (document, said)
    assert verdict is not bool(shape), document
    assert not any("shape that is not known" in message for message in said), (document, said)
    return verdict


@pytest.mark.parametrize("seed", range(4))
def test_parser_and_schema_give_one_verdict(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On documents of which half are one mutation from valid, both say valid or both say invalid."""
    validator = Draft7Validator(as_python(published()))
    whole = yaml.safe_load(DOCUMENT)
    rng = random.Random(seed)
    verdicts = []
    for number in range(DOCUMENTS // 4):
        document = thin(whole, rng)
        if number % 2:
            document = mutated(document, validator, rng)
        verdicts.append(agree(document, tmp_path, validator))
        assert number % 2 or verdicts[-1], "what was not mutated is valid"
    valid = sum(verdicts) / len(verdicts)
    with capsys.disabled():
        print(f"\nseed {seed}: {len(verdicts)} documents, {valid:.0%} valid, {1 - valid:.0%} invalid")
    assert 0.3 <= valid <= 0.7
