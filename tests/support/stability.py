"""Clusters that grow, and everything about a cluster by name: what tests of stability compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.api import load_cluster

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.model.cluster import Cluster

ROOT = Path(__file__).parents[2]
INVENTORIES = sorted(p.parent for p in (ROOT / "inventories").glob("*/cluster.yaml"))
IDS = [p.name for p in INVENTORIES]
TABLES = ("devices", "links", "cables", "racks", "ultra_nodes")
GROWING = """clusterspec: 1
name: growing
parameters:
  cabinets: {type: integer, default: 2, min: 1, max: 20}
  stores: {type: integer, default: 3, min: 1, max: 40}
assume: {sugon-scalex640: {blades: 80, because: "80 blades of 8 cards, for the test"}}
grow_to: {un: 20, c: 20, store: 40, s: 20}
site:
  halls: {h1: {power: 40 MW}}
  rows:
    C: {hall: h1, origin: [0 m, 0 m], pitch: 1.2 m}
    "N[r:1-4]": {hall: h1, origin: [0 m, "{3*r} m"], pitch: 0.7 m}
    S: {hall: h1, origin: [0 m, 15 m], pitch: 0.7 m}
  trays:
    along: {rows: "C,N[1-4],S", height: 2.8 m}
    "cross[k:1-2]": {between: "C,N[1-4],S", at: "{5*k} m"}
racks:
  "c[n:01-{cabinets}]": {part: sugon-scalex640-cabinet, row: C, slot: "{n}"}
  "n[n:01-60]": {part: rack-48u-700x1200, row: "N{(n-1)//15+1}", slot: "{(n-1)%15+1}"}
  "s[n:01-{(stores+1)//2}]": {part: rack-48u-700x1200, row: S, slot: "{n}"}
ultra_nodes:
  "un[n:01-{cabinets}]": {part: sugon-scalex640, rack: "c{n:02}"}
nodes:
  "store[n:01-{stores}]": {part: storage-node-2u, role: storage, rack: "s{(n-1)//2+1:02}", u: "{2*((n-1)%2)+6}"}
fabrics:
  compute:
    role: compute
    protocol: scalefabric
    rate: 400 Gb/s
    endpoints: {cards: {ultra_nodes: "un[*]", ports: scale-out, coordinates: {rail: port}}}
    topology:
      kind: clos
      tiers:
        leaf: {part: sugon-scalefabric-80x400, per: [rail], down: 40, up: 40, place: {racks: "n[01-60]", per_rack: 14}}
        spine:
          over: leaf
          part: sugon-scalefabric-80x400
          per: [rail]
          down: 40
          up: 40
          place: {racks: "n[01-60]", per_rack: 14}
        core: {over: spine, part: sugon-scalefabric-80x400, per: [spine], down: 80, place: {racks: "n[01-60]", per_rack: 14}}
    media: {node-leaf: [dac, dr4], leaf-spine: [dac, dr4], spine-core: [dac, dr4]}
  storage:
    role: storage
    protocol: ethernet
    rate: 200 Gb/s
    endpoints:
      heads: {ultra_nodes: "un[*]", ports: storage, home: {spread: port}}
      stores: {nodes: "store[*]", ports: data, home: {spread: port}}
    topology:
      kind: clos
      tiers:
        leaf: {part: switch-64x400, down: 24, up: 12, pairs: 2, place: {racks: "n[01-60]", per_rack: 1, u: 40}}
        spine: {over: leaf, part: switch-64x400, down: 24, place: {racks: "n[01-60]", per_rack: 1, u: 44}}
    media: {node-leaf: [dr4], leaf-spine: [dr4]}
  oob:
    role: oob
    protocol: ethernet
    rate: 1 Gb/s
    endpoints: {all: {every: {role: oob}}}
    topology: {kind: tree, access: {part: switch-48x1-4x25, place: {racks: "n[01-60]", per_rack: 2, u: "[46,47]"}}}
    media: {node-access: [cat6a]}
power:
  tree:
    grid: {kind: utility, capacity: 40 MVA}
    "ups-[s:a-b][k:01-20]": {kind: ups, from: grid, capacity: 2 MVA}
  racks:
    "c[n:01-{cabinets}]": {feeds: {a: "ups-a{n:02}", b: "ups-b{n:02}"}}
    "s[n:01-{(stores+1)//2}]":
      pdus: {a: {part: pdu-3p-63a-400v, from: "ups-a{n:02}"}, b: {part: pdu-3p-63a-400v, from: "ups-b{n:02}"}}
networks:
  management:
    fabric: oob
    prefix: 10.0.0.0/16
    pools: {blades: {of: {ultra_nodes: "un[*]", ports: oob}, start: 10.0.64.0, index: "ultra_node*128 + node"}}
  data: {fabric: storage, prefix: 10.64.0.0/16}
"""

CLOS = """clusterspec: 1
name: any-clos
parameters: {{racks: {{type: integer, default: 2, min: 1, max: 6}}}}
grow_to: {{rn: 6, k: 6, m: 12}}
racks:
  "k[r:1-{{racks}}]": {{part: rack-48u-800x1200}}
  "z[1-20]": {{part: rack-48u-800x1200}}
nodes:
  "r[r:1-{{racks}}]n[n:1-4]": {{part: nvidia-dgx-b200, rack: "k{{r}}", u: "{{(n-1)*11+2}}"}}
  "m[n:1-{{2*racks}}]": {{part: server-2u, rack: "z{{n}}", u: 2}}
fabrics:
  compute:
    role: compute
    protocol: infiniband
    rate: 400 Gb/s
    coordinates: {{rail: port, plane: "port % 2", half: "node // 12"}}
    endpoints: {{gpus: {{nodes: "r[*]n[*]", ports: compute}}}}
    topology:
      kind: clos
      tiers:
        leaf: {{part: nvidia-qm9700, per: {leaf}, down: {down}, up: {up}, place: {{racks: "z[1-20]", per_rack: 15}}}}
        spine:
          over: leaf
          part: nvidia-qm9700
          per: {spine}
          spread: {spread}
          down: 32
          up: 32
          place: {{racks: "z[1-20]", per_rack: 15}}
        core: {{over: spine, part: nvidia-qm9700, per: {core}, spread: {spread}, place: {{racks: "z[1-20]", per_rack: 15}}}}
  front:
    role: frontend
    protocol: ethernet
    rate: 100 Gb/s
    endpoints: {{hosts: {{nodes: "m[*]", ports: inband, home: {{spread: port}}}}}}
    topology:
      kind: clos
      tiers:
        leaf: {{part: switch-32x100, pairs: 2, down: {pair}, up: 4, place: {{racks: "z[1-20]", per_rack: 1, u: 40}}}}
        spine: {{over: leaf, part: switch-32x100, place: {{racks: "z[1-20]", per_rack: 1, u: 42}}}}
  oob:
    role: oob
    protocol: ethernet
    rate: 1 Gb/s
    endpoints: {{all: {{every: {{role: oob}}}}}}
    topology: {{kind: tree, access: {{part: switch-48x1-4x25, per: [rack]}}, aggregation: {{part: switch-32x100, count: 2}}}}
networks:
  management: {{fabric: oob, prefix: 10.0.0.0/20}}
  front: {{fabric: front, prefix: 10.1.0.0/24}}
"""


def resolved(path: Path, phase: str | None = None, /, **parameters: int) -> Cluster:
    """Return a cluster in which nothing went wrong."""
    outcome = load_cluster(path, {k: str(v) for k, v in parameters.items()}, phase)
    assert outcome.value is not None
    assert not outcome.findings, [(f.code, f.message) for f in outcome.findings]
    return outcome.value


def columns(cluster: Cluster) -> dict[str, Any]:
    """Return every column of the bulk tables; origins as manifest paths, names spelled."""
    found: dict[str, Any] = {}
    for table in TABLES:
        value = getattr(cluster, table)
        for name in value.__slots__:
            column = getattr(value, name)
            if name == "names":
                column = column.spelled()
            elif name == "origin":
                column = [cluster.origins.path(int(o)) for o in column[:: max(1, column.size // 2000)]]
            found[f"{table}.{name}"] = column
    found["parts"] = [p.name for p in cluster.parts]
    found["fabrics"] = [(f.name, tuple(t.name for t in f.tiers)) for f in cluster.fabrics]
    found["addresses"] = [
        (n.name, n.addresses.tolist(), n.devices.tolist(), n.ports.tolist()) for n in cluster.networks
    ]
    if cluster.feeds is not None:
        names = [p.name for p in cluster.power]
        found["feeds"] = [[names[i] if i >= 0 else None for i in row] for row in cluster.feeds.node.tolist()]
    return found


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return the names of columns that are not equal."""
    assert one.keys() == other.keys()
    return [
        name
        for name, value in one.items()
        if not (np.array_equal(value, other[name]) if isinstance(value, np.ndarray) else value == other[name])
    ]


def facts(cluster: Cluster) -> dict[Any, Any]:
    """Return everything by name: what a thing is and where, what each port is joined to, addresses, feeds."""
    d, r, u = cluster.devices, cluster.racks, cluster.ultra_nodes
    device, rack = _text(d.names), [*_text(r.names), None]
    owner = [*_text(u.names), None]
    part = [p.name for p in cluster.parts]
    found: dict[Any, Any] = {
        ("rack", rack[i]): (part[r.part[i]], int(r.row[i]), int(r.slot[i]), int(r.x[i]), int(r.y[i]))
        for i in range(len(r))
    }
    rows = zip(
        d.part.tolist(), d.rack.tolist(), d.u.tolist(), d.ultra_node.tolist(), d.number.tolist(), strict=True
    )
    for name, (p, where, unit, ultra, number) in zip(device, rows, strict=True):
        found["device", name] = (part[p], rack[where], unit, owner[ultra], number)
    k, cables = cluster.links, cluster.cables
    labels = [[p.label for p in layout.ports] for layout in cluster.layouts]
    own = [labels[i] for i in d.layout.tolist()]
    a = k.a_port - d.first_port[k.a_device]
    z = k.z_port - d.first_port[k.z_device]
    klasses = [(cluster.fabrics[c.fabric].name, c.name) for c in cluster.classes]
    media = [*(part[m] for m in cluster.media), None]
    ends = zip(
        k.klass.tolist(), k.a_device.tolist(), a.tolist(), k.z_device.tolist(), z.tolist(),
        cables.medium[k.cable].tolist(), cables.length[k.cable].tolist(), strict=True,
    )  # fmt: skip
    for klass, a_device, a_port, z_device, z_port, medium, length in ends:
        key = ("link", *klasses[klass], device[a_device], own[a_device][a_port])
        found[key] = (device[z_device], own[z_device][z_port], media[medium], length)
    for network in cluster.networks:
        for row, port, address in zip(network.devices, network.ports, network.addresses, strict=True):
            found["address", network.name, device[row], int(port)] = int(address)
    if cluster.feeds is not None:
        nodes = [*(p.name for p in cluster.power), None]
        found |= {
            ("feed", rack[i]): [nodes[n] for n in own] for i, own in enumerate(cluster.feeds.node.tolist())
        }
    return found


def _text(names: Any) -> list[str]:
    return [n.decode() for n in names.spelled().tolist()]


def moved(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> list[tuple[Any, Any, Any]]:
    """Return what was there before and is not, or not the same, afterwards (the first few)."""
    return [(k, v, after.get(k)) for k, v in before.items() if after.get(k) != v][:5]
