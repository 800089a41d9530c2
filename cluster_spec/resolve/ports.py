"""Which ports of a switch go down, up, or stay reserved, and in which cage modes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec import units
from cluster_spec.diagnostics import PORT_BUDGET, SHAPE
from cluster_spec.records import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.diagnostics import Path
    from cluster_spec.model.parts import Part
    from cluster_spec.resolve.devices import Stage

NOT_DATA = frozenset({"oob", "console"})


@record(frozen=True, slots=True, eq=False)
class Ports:
    """Port indices of a layout by direction; `budget` is how many data ports the layout has."""

    layout: int
    down: np.ndarray
    up: np.ndarray
    reserved: int
    budget: int


@record(frozen=True, slots=True)
class Wanted:
    """What a tier asks for: counts (None: the rest) and rates (None: unknown)."""

    down: int | None
    up: int | None
    reserved: int
    down_rate: int | None
    up_rate: int | None
    topmost: bool


def plan_ports(stage: Stage, part: int, wanted: Wanted, zones: Mapping[str, str] | None, path: Path) -> Ports:
    """Share out the ports of a switch: down first, then up, then reserved, in port order."""
    if zones:
        return _zoned(stage, part, zones, wanted, path)
    layout = _layout(stage, part, wanted, path)
    ports = stage.hardware.layouts[layout].ports
    data = [i for i, p in enumerate(ports) if p.role not in NOT_DATA]
    below = [i for i in data if ports[i].rate in {wanted.down_rate, None} or wanted.down_rate is None]
    below = below or data
    above = data
    if wanted.up_rate is not None and wanted.up_rate != wanted.down_rate:
        above = [i for i in data if ports[i].rate == wanted.up_rate and i not in set(below)] or data
    return _share(stage, part, wanted, layout, below, above, path)


def _share(
    stage: Stage, part: int, wanted: Wanted, layout: int, below: list[int], above: list[int], path: Path
) -> Ports:
    apart = not set(below) & set(above)
    budget = len(set(below) | set(above))
    up = 0 if wanted.topmost and wanted.up is None else wanted.up
    if up is None:
        if apart:
            up = len(above)
        elif wanted.down is not None:
            up = len(below) - wanted.down - wanted.reserved
        else:
            raise stage.scope.stop(SHAPE, path, "a tier under another needs `up` or `down`", key=True)
    down = wanted.down
    if down is None:
        down = len(below) - wanted.reserved - (0 if apart else up)
    name = stage.hardware.parts[part].name
    if down + wanted.reserved + (0 if apart else up) > len(below) or (apart and up > len(above)) or down < 1:
        raise stage.scope.stop(
            PORT_BUDGET,
            path,
            f"down {down} + up {up} + reserved {wanted.reserved} ports, {name} has {budget}",
            key=True,
        )
    first_up = 0 if apart else down
    return Ports(
        layout,
        np.array(below[:down], dtype=np.int32),
        np.array(above[first_up : first_up + up], dtype=np.int32),
        wanted.reserved,
        budget,
    )


def _layout(stage: Stage, part: int, wanted: Wanted, path: Path) -> int:
    """Return the layout whose ports have the rates asked for: as the part comes, else in other cage modes."""
    plain = stage.hardware.layout(part)
    ports = stage.hardware.layouts[plain].ports
    rates = {p.rate for p in ports if p.role not in NOT_DATA}
    if not rates:
        raise stage.scope.stop(
            PORT_BUDGET, path, f"{stage.hardware.parts[part].name} has no data ports", key=True
        )
    if None in rates or wanted.down_rate is None or wanted.down_rate in rates:
        return plain
    modes = {}
    for cage in stage.hardware.parts[part].cages:
        mode = next((m for m in cage.modes if mode_rate(m) == wanted.down_rate), None)
        if mode is not None:
            modes[cage.label] = mode
    return stage.hardware.layout(part, modes) if modes else plain


def mode_rate(mode: str) -> int:
    """Return the port rate of a cage mode in bit/s: 2x400 is 400 Gb/s."""
    return int(mode.split("x")[1]) * units.parse("1 Gb/s", "rate")


def zone_rate(text: str) -> int | None:
    """Return the port rate of a zone such as `cage[1-32] 2x400`; None where it names no mode."""
    found = re.search(r"\s([0-9]+x[0-9]+)\s*$", text)
    return mode_rate(found.group(1)) if found else None


def _zoned(stage: Stage, part: int, zones: Mapping[str, str], wanted: Wanted, path: Path) -> Ports:
    """Read `zones: {down: "cage[1-32] 2x400", up: "cage[33-64] 1x800"}`."""
    modes: dict[str, str] = {}
    members: dict[str, list[int]] = {}
    cages = stage.hardware.parts[part].cages
    for zone, text in zones.items():
        picked, mode = _zone(stage, stage.hardware.parts[part], text, (*path, "zones", zone))
        members[zone] = picked
        for index in picked:
            if cages[index].label in modes:
                raise stage.scope.stop(
                    SHAPE, (*path, "zones", zone), f"cage {cages[index].label} is in two zones"
                )
            modes[cages[index].label] = mode or next(iter(cages[index].modes), "")
    layout = stage.hardware.layout(part, {k: m for k, m in modes.items() if m})
    ports = stage.hardware.layouts[layout].ports
    by_zone = {z: [i for i, p in enumerate(ports) if p.cage in set(c)] for z, c in members.items()}
    down, up = by_zone.get("down", []), by_zone.get("up", [])
    count = len(down) if wanted.down is None else wanted.down
    above = (0 if wanted.topmost else len(up)) if wanted.up is None else wanted.up
    if count > len(down) or above > len(up):
        raise stage.scope.stop(
            PORT_BUDGET,
            path,
            f"zones offer {len(down)} ports down and {len(up)} up, {count} and {above} are asked for",
            key=True,
        )
    budget = sum(p.role not in NOT_DATA for p in ports)
    return Ports(
        layout,
        np.array(down[:count], dtype=np.int32),
        np.array(up[:above], dtype=np.int32),
        wanted.reserved + len(by_zone.get("reserved", [])),
        budget,
    )


def _zone(stage: Stage, part: Part, text: str, path: Path) -> tuple[list[int], str | None]:
    found = re.fullmatch(r"(\S+?)(?:\s+([0-9]+x[0-9]+))?", text.strip())
    if found is None:
        raise stage.scope.stop(SHAPE, path, f"{text!r} is no zone: write `cage[1-32] 2x400`")
    labels = {cage.label: i for i, cage in enumerate(part.cages)}
    picked: list[int] = []
    for range_ in stage.scope.ranges(found.group(1), path):
        for name in range_.names():
            index = labels.get(name)
            if index is None and (number := re.fullmatch(r"cage([0-9]+)", name)):
                index = int(number.group(1)) - 1
            if index is None or not 0 <= index < len(part.cages):
                raise stage.scope.dangling(path, name, f"cage of {part.name}", list(labels))
            picked.append(index)
    mode = found.group(2)
    wrong = [part.cages[i].label for i in picked if mode and mode not in part.cages[i].modes]
    if wrong:
        known = ", ".join(part.cages[picked[0]].modes) or "no modes"
        raise stage.scope.stop(SHAPE, path, f"{part.name} cage {wrong[0]} has no mode {mode}: it has {known}")
    return picked, mode


def tier_counts(stage: Stage, tier: Any, path: Path) -> tuple[int | None, int | None, int]:
    """Return down, up and reserved as written."""
    return (
        stage.scope.count(tier.down, (*path, "down"), low=1),
        stage.scope.count(tier.up, (*path, "up"), low=0),
        stage.scope.count(tier.reserved, (*path, "reserved"), 0) or 0,
    )
