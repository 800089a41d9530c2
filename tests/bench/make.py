"""Writes the clusters that the bench measures: lists of cables, lists with faults, a list of millions.

`python -m tests.bench.make WHAT FOLDER COMMAND...` writes one of them with the command line COMMAND. It is a process
of its own, so that the bench itself stays small: a child inherits the peak memory of the process that starts it.
"""

from __future__ import annotations

import csv
import io
import random
import re
import shutil
import subprocess
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parents[2]
SCALEX = ROOT / "inventories" / "scalex"
FABRIC = "scalefabric"
COLUMNS = ("a_device", "a_port", "z_device", "z_port", "medium", "length_m", "cable_id")
Row = dict[str, str]

BAD = 10_000
"""How many rows of a list are spoiled."""

ODD = """
exceptions:
  odd: {of: {links: "scalefabric:un01-b01:scale-out0"}, set: {length: 25 m}, because: measured on the reel}
"""


def scalex(folder: Path, tool: list[str]) -> None:
    """Copy scaleX and add one exception that moves a link away from its pattern."""
    moved, free = _odd_one(_links(tool, SCALEX))
    shutil.copytree(SCALEX, folder, dirs_exist_ok=True)
    more = f"""
exceptions:
  odd:
    of: {{links: "{FABRIC}:{moved["a_device"]}:{moved["a_port"]}"}}
    move: {{z: "{moved["z_device"]} {free}"}}
    because: the port is dead
"""
    with (folder / "cluster.yaml").open("a", encoding="utf-8") as file:
        file.write(more)


def listed(folder: Path, tool: list[str]) -> None:
    """Write scaleX with the 33,280 cables of its scaleFabric as a shuffled list and switches one by one."""
    rows = _links(tool, SCALEX)
    devices = _table(tool, "devices", SCALEX, "--fabric", FABRIC)
    random.Random(1).shuffle(rows)
    _project(folder, rows, [d for d in devices if d["fabric"] == FABRIC and d["tier"]])


def odd(folder: Path, _tool: list[str]) -> None:
    """Write the list again with one link on another port than its pattern says, and one exception."""
    rows = _again(folder)
    moved, free = _odd_one(rows)
    moved["z_port"] = free
    _write(folder / "links.csv", rows)
    with (folder / "cluster.yaml").open("a", encoding="utf-8") as file:
        file.write(ODD)


def bad(folder: Path, _tool: list[str]) -> None:
    """Write the list again with 10,000 rows spoiled, spread over the kinds of what can be wrong with a cable."""
    rows = _again(folder)
    kinds = (_reach, _short, _crossed, _levels, _shared_port, _same_id)
    hit = random.Random(2).sample(range(len(rows)), BAD)
    share = -(-BAD // len(kinds))
    for number, kind in enumerate(kinds):
        kind([rows[i] for i in hit[number * share : (number + 1) * share]])
    _write(folder / "links.csv", rows)


def lost(folder: Path, _tool: list[str]) -> None:
    """Write the list again with 10,000 rows that end at devices or ports that do not exist."""
    rows = _again(folder)
    hit = random.Random(3).sample(range(len(rows)), BAD)
    for number, index in enumerate(hit):
        key = "z_device" if number % 2 else "z_port"
        rows[index][key] += f"x{number}"
    _write(folder / "links.csv", rows)


def cables(folder: Path, _tool: list[str]) -> None:
    """Write the list as YAML, one mapping per cable, for the naive pipeline."""
    rows = _again(folder)
    with (folder / "cables.yaml").open("w", encoding="utf-8") as file:
        file.write("cables:\n")
        for row in rows:
            file.write("- " + "  ".join(f"{key}: {_quoted(row[key])}\n" for key in COLUMNS))


def _quoted(value: str) -> str:
    return value if value.isdigit() else f'"{value}"'


# -- what is wrong with a cable -----------------------------------------------------------------------------------


def _reach(rows: list[Row]) -> None:
    for row in rows:
        row["medium"], row["length_m"] = "dac", "200"


def _short(rows: list[Row]) -> None:
    for row in rows:
        row["length_m"] = "0.5"


def _crossed(rows: list[Row]) -> None:
    """Turn the far ends of the rows by one: other switches, often another rail, sometimes another tier."""
    _turn(rows, "z_device", "z_port")


def _levels(rows: list[Row]) -> None:
    """Exchange far ends of host cables with those of switch cables: links over and within tiers."""
    hosts = [row for row in rows if row["a_device"].startswith("un")]
    others = [row for row in rows if not row["a_device"].startswith("un")]
    for one, other in zip(hosts, others, strict=False):
        _turn([one, other], "z_device", "z_port")


def _shared_port(rows: list[Row]) -> None:
    """Plug pairs of cables into the same port."""
    for one, other in zip(rows[::2], rows[1::2], strict=False):
        one["z_device"], one["z_port"] = other["z_device"], other["z_port"]


def _same_id(rows: list[Row]) -> None:
    for one, other in zip(rows[::2], rows[1::2], strict=False):
        one["cable_id"] = other["cable_id"]


def _turn(rows: list[Row], *keys: str) -> None:
    values = [[row[key] for key in keys] for row in rows]
    for row, found in zip(rows, values[1:] + values[:1], strict=True):
        row.update(zip(keys, found, strict=True))


# -- scaleX as a list -----------------------------------------------------------------------------------------------


def _project(folder: Path, rows: list[Row], switches: list[Row]) -> None:
    shutil.copytree(SCALEX, folder, dirs_exist_ok=True)
    text = (SCALEX / "cluster.yaml").read_text(encoding="utf-8")
    (folder / "cluster.yaml").write_text(_without_topology(text, switches), encoding="utf-8")
    _write(folder / "links.csv", rows)


def _without_topology(text: str, switches: list[Row]) -> str:
    """Return the manifest with explicit switches and a list in place of the topology of the fabric."""
    head, name, rest = text.partition(f"\n  {FABRIC}:\n    role:")
    before, topology, after = rest.partition("\n    topology:\n")
    assert name, f"inventories/scalex has no {FABRIC}"
    assert topology, f"{FABRIC} has no topology"
    tail = re.search(r"^ {0,4}\S", after, re.MULTILINE)
    assert tail is not None
    explicit = "\n".join(f"      {line}" for line in _folded(switches))
    return f"{head}{name}{before}\n    links: links.csv\n    switches:\n{explicit}\n{after[tail.start() :]}"


def _folded(switches: list[Row]) -> Iterator[str]:
    """Fold switches that stand in one rack and differ in their last number only."""
    split = [(s, *re.fullmatch(r"(.*?)(\d+)", s["name"]).groups()) for s in switches]  # type: ignore[union-attr]
    for (rack, part, tier, stem), run in groupby(
        split, lambda s: (s[0]["rack"], s[0]["part"], s[0]["tier"], s[1])
    ):
        own = list(run)
        units = ",".join(s[0]["u"] for s in own)
        numbers = ",".join(s[2] for s in own)
        yield f'"{stem}[{numbers}]": {{part: {part}, role: {tier}, rack: {rack}, u: "[{units}]"}}'


def _odd_one(rows: Iterable[Row]) -> tuple[Row, str]:
    """Return a link from a leaf to a spine, and a port of that spine that is free."""
    rows = list(rows)
    row = next(r for r in rows if r["a_device"].startswith("leaf") and r["z_device"].startswith("spine"))
    spine = row["z_device"]
    used = {r[f"{side}_port"] for r in rows for side in "az" if r[f"{side}_device"] == spine}
    free = [f"{cage}/{half}" for cage in range(1, 41) for half in (1, 2)]
    return row, next(port for port in free if port not in used)


def _links(tool: list[str], project: Path) -> list[Row]:
    rows = _table(tool, "links", project, "--fabric", FABRIC)
    return [{key: row[key] for key in COLUMNS} for row in rows]


def _table(tool: list[str], table: str, project: Path, *options: str) -> list[Row]:
    command = [*tool, "show", table, str(project), "--format", "csv", *options]
    text = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", cwd=ROOT).stdout
    return list(csv.DictReader(io.StringIO(text)))


def _again(folder: Path) -> list[Row]:
    """Copy the listed cluster to `folder` and return its rows."""
    shutil.copytree(folder.parent / "listed", folder, dirs_exist_ok=True)
    with (folder / "links.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


# -- millions of cables by formula ----------------------------------------------------------------------------------

RAILS, DOWN, POD = 8, 40, 40
"""Rails, ports of a switch of 80 to each side, leaves (and spines) of a pod."""

MILLIONS = """\
clusterspec: 1
name: millions
title: a list of three million cables, made up
nodes:
  "n[n:000001-{nodes}]": {{part: bench-node, none: {{{none}}}}}
fabrics:
  compute:
    role: compute
    protocol: ethernet
    rate: 400 Gb/s
    homing: single
    disjoint: [rail]
    endpoints: {{cards: {{nodes: "n[*]", ports: compute, coordinates: {{rail: port}}}}}}
    switches:
      "leaf-[r:1-{rails}]-[p:1-{pods}]-[l:1-{pod}]": {{part: bench-switch, role: leaf, none: {{{none}}}}}
      "spine-[r:1-{rails}]-[p:1-{pods}]-[s:1-{pod}]": {{part: bench-switch, role: spine, none: {{{none}}}}}
      "core-[r:1-{rails}]-[s:1-{pod}]-[c:1-{pod}]": {{part: bench-switch, role: core, none: {{{none}}}}}
    links: links.csv
"""


def millions(folder: Path, _tool: list[str], pods: int = 80) -> None:
    """Write 8 rails of `pods` pods (80 fill the core) of 40 leaves and 40 spines: 3,072,000 cables for 80 pods."""
    hosts = pods * POD * DOWN
    _parts(folder)
    none = ", ".join(
        f"{gap}: a list of cables only" for gap in ("place", "feed", "heat", "management", "address")
    )
    text = MILLIONS.format(nodes=f"{hosts:06}", rails=RAILS, pods=pods, pod=POD, none=none)
    (folder / "cluster.yaml").write_text(text, encoding="utf-8")
    with (folder / "links.csv").open("w", encoding="utf-8") as file:
        file.write("a_device,a_port,z_device,z_port,medium,length_m\n")
        for rail in range(RAILS):
            file.writelines(_rail(rail + 1, pods))


def _rail(rail: int, pods: int) -> Iterator[str]:
    for pod in range(1, pods + 1):
        for i in range(1, POD + 1):
            leaf, spine = f"leaf-{rail}-{pod}-{i}", f"spine-{rail}-{pod}-{i}"
            host = ((pod - 1) * POD + i - 1) * DOWN
            yield "".join(
                f"n{host + p:06},eth{rail},{leaf},{p},dr4,10\n"
                f"{leaf},{DOWN + p},spine-{rail}-{pod}-{p},{i},dr4,20\n"
                f"{spine},{DOWN + p},core-{rail}-{i}-{p},{pod},dr4,30\n"
                for p in range(1, DOWN + 1)
            )


def _parts(folder: Path) -> None:
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    for name, text in {"bench-node": NODE, "bench-switch": SWITCH}.items():
        (folder / "parts" / f"{name}.yaml").write_text(text, encoding="utf-8")


NODE = """\
part: bench-node
kind: node
title: A host of eight accelerators and eight ports, made up for the bench
power: {max: 10 kW}
contains: {"accelerator[0-7]": scalex-card}
cages:
  "qsfp[1-8]": {form: qsfp112, face: rear}
ports:
  "eth[1-8]": {role: compute, cage: "qsfp[1-8]", rate: 400 Gb/s, protocols: [ethernet], accelerator: "accelerator[0-7]"}
sources:
  design: {title: Made up for the bench, grade: illustrative, covers: [power, contains, cages, ports]}
"""
SWITCH = """\
part: bench-switch
kind: switch
title: A switch of eighty ports, made up for the bench
power: {max: 2 kW}
radix: 80
cages:
  "cage[1-80]": {form: qsfp112, face: front, modes: {1x400: {label: "{cage}"}}, protocols: [ethernet]}
sources:
  design: {title: Made up for the bench, grade: illustrative, covers: [power, radix, cages]}
"""

WHAT: dict[str, Callable[[Path, list[str]], None]] = {
    f.__name__: f for f in (scalex, listed, odd, bad, lost, cables, millions)
}


def main(what: str, folder: str, *tool: str) -> None:
    """Write one cluster into a folder."""
    path = Path(folder)
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    WHAT[what](path, list(tool))


if __name__ == "__main__":
    main(*sys.argv[1:])
