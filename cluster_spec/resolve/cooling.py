"""`cooling`: sinks, loops (and the units that stand in racks), and which loop takes the heat of each rack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec import units
from cluster_spec.diagnostics import SHAPE
from cluster_spec.model.cluster import Cooling, Loop, Sink
from cluster_spec.model.namespace import NameGroup
from cluster_spec.names import natural_key
from cluster_spec.records import field, record, replace
from cluster_spec.resolve.assign import assigned
from cluster_spec.resolve.census import Population, fill_forward
from cluster_spec.resolve.devices import foresee_racks
from cluster_spec.resolve.families import _name as family_name
from cluster_spec.resolve.families import build_section
from cluster_spec.resolve.power import PowerBuild, claim_racks, fed_by, rack_rows, rack_sets
from cluster_spec.resolve.scope import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cluster_spec.diagnostics import Path
    from cluster_spec.model.tables import Racks
    from cluster_spec.resolve.devices import Stage
    from cluster_spec.resolve.families import Entry, Family, Section

AIR = frozenset({"air", "crah", "crac", "fan-wall"})
"""Kinds of loops that take heat from the air of the hall."""
UNIT_KINDS = ("cdm", "cdu")


@record(slots=True)
class CoolingBuild:
    """The cooling section while it is resolved; rack columns have one entry per rack row."""

    stage: Stage
    power: PowerBuild
    loops: list[Loop] = field(default_factory=list)
    sinks: list[Sink] = field(default_factory=list)
    loop_section: Section | None = None
    sink_section: Section | None = None
    racks: int = -1
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    present: bool = False


def resolve_cooling(stage: Stage, section: Any, power: PowerBuild | None = None) -> CoolingBuild:
    """Resolve sinks and loops, add the loops that have a part as devices, and say which serves which rack.

    `power` is what `resolve_power` returned: sinks and loops name the power nodes that feed them.
    """
    build = CoolingBuild(stage, power or PowerBuild(stage, stage.externals))
    if section is None:
        return build
    build.present = True
    scope, none = stage.scope, stage.grow_to
    build.sink_section = build_section(
        scope, "sinks", section.sinks or {}, ("cooling", "sinks"), none, stage.built
    )
    build.loop_section = build_section(
        scope, "loops", section.loops or {}, ("cooling", "loops"), none, stage.built
    )
    build.sinks = [Sink("", "", None, None, None, (), 0)] * build.sink_section.size
    build.loops = [
        Loop(
            "",
            "",
            -1,
            None,
            None,
            1,
            None,
            None,
            liquid=False,
            sinks=(),
            power=None,
            share=None,
            feeds=(),
            device=-1,
            origin=0,
        )
    ] * build.loop_section.size
    for entry in build.sink_section.entries:
        _attempt(build, entry, _sink_entry)
    for entry in build.loop_section.entries:
        _attempt(build, entry, _loop_entry)
    for family in build.loop_section.families:
        _add_units(build, family)
    if stage.floor.racks is not None and stage.floor.section is not None:
        _racks(build, section.racks or {})
    return build


def finish_cooling(build: CoolingBuild, racks: Racks) -> Cooling | None:
    """Return the cooling of the cluster; None when the manifest has no such section."""
    if not build.present:
        return None
    if build.racks != len(racks):
        build.racks = len(racks)
        _blank(build)
    return Cooling(tuple(build.loops), tuple(build.sinks), **build.columns)


def _attempt(build: CoolingBuild, entry: Entry, resolve: Callable[[CoolingBuild, Entry], None]) -> None:
    """Resolve an entry; what is wrong with it has been reported, and a loop or sink of its name stays."""
    try:
        resolve(build, entry)
    except Stop:
        origin = build.stage.scope.origin(*entry.path)
        items: list[Any] = build.sinks if entry.path[1] == "sinks" else build.loops
        for name, row in zip(entry.range.names(), entry.rows, strict=True):
            if row >= 0 and not items[int(row)].name:
                items[int(row)] = replace(items[int(row)], name=name, kind=entry.value.kind, origin=origin)


def _drawn(build: CoolingBuild, text: str | None, path: Path) -> tuple[int | None, int | None]:
    """Read `power: 30 kW` as mW, or `8 % of heat` as ppm."""
    if text is None:
        return None, None
    if units.matches(text, "power"):
        return build.stage.scope.quantity(text, "power", path), None
    return None, build.stage.scope.quantity(text.removesuffix("of heat").strip(), "percent", path)


def _feeds(build: CoolingBuild, entry: Entry) -> list[tuple[int, ...]]:
    columns = fed_by(build.power, entry.value.feeds, (*entry.path, "feeds"), entry)
    return [tuple(dict.fromkeys(int(c[i]) for c in columns)) for i in range(entry.size)]


def _sink_entry(build: CoolingBuild, entry: Entry) -> None:
    scope, value, path = build.stage.scope, entry.value, entry.path
    capacity = scope.optional(value.capacity, "power", (*path, "capacity"))
    power, share = _drawn(build, value.power, (*path, "power"))
    feeds, origin = _feeds(build, entry), scope.origin(*path)
    for i, (name, row) in enumerate(zip(entry.range.names(), entry.rows, strict=True)):
        if row >= 0:
            build.sinks[int(row)] = Sink(name, value.kind, capacity, power, share, feeds[i], origin)


def _loop_entry(build: CoolingBuild, entry: Entry) -> None:
    scope, value, path = build.stage.scope, entry.value, entry.path
    count = scope.count(value.units, (*path, "units"), 1, low=1) or 1
    needed = scope.count(value.needed, (*path, "needed"), low=1)
    if needed is not None and needed > count:
        raise scope.stop(SHAPE, (*path, "needed"), f"{needed} units are needed, there are {count}")
    part = -1 if value.part is None else build.stage.hardware.part(value.part, (*path, "part"), UNIT_KINDS)
    each = scope.optional(value.each, "power", (*path, "each"))
    total = scope.optional(value.capacity, "power", (*path, "capacity"))
    if each is None and total is None and part >= 0:
        each = build.stage.hardware.parts[part].cooling
    if total is None and each is not None:
        total = each * count
    power, share = _drawn(build, value.power, (*path, "power"))
    sinks, feeds, origin = _sinks(build, entry), _feeds(build, entry), scope.origin(*path)
    for i, (name, row) in enumerate(zip(entry.range.names(), entry.rows, strict=True)):
        if row >= 0:
            build.loops[int(row)] = Loop(
                name,
                value.kind,
                part,
                each,
                total,
                count,
                needed,
                value.redundancy,
                value.kind not in AIR,
                sinks,
                power,
                share,
                feeds[i],
                -1,
                origin,
            )


def _sinks(build: CoolingBuild, entry: Entry) -> tuple[int, ...]:
    """Return the sinks of a loop: those of the section, or an external end such as facility water."""
    text, path = entry.value.sinks, (*entry.path, "sinks")
    if text is None:
        return ()
    if text in build.power.externals:
        kind = build.power.externals[text]
        origin = build.stage.scope.origin("external", text)
        sink = Sink(text, kind, None, None, None, (), origin, external=True)
        if sink not in build.sinks:
            build.sinks.append(sink)
        return (build.sinks.index(sink),)
    assert build.sink_section is not None
    return tuple(int(row) for row in build.sink_section.many(build.stage.scope, text, path))


# -- units that stand somewhere --------------------------------------------------------------------


def _add_units(build: CoolingBuild, family: Family) -> None:
    """Add the loops of a family that have a part as devices: `{loop}`, numbered where it has several."""
    stage = build.stage
    per = max((build.loops[int(r)].units for r in family.rows[family.numbers]), default=1)
    device = np.full(family.size * per, -1, dtype=np.int64)
    layout = np.zeros(device.size, dtype=np.int64)
    rack = np.full(family.size, -1, dtype=np.int64)
    for entry in family.entries:
        try:
            _add_entry(build, family, entry, (device.reshape(-1, per), layout.reshape(-1, per), rack))
        except Stop:
            continue
    if not (device >= 0).any():
        return
    family_of, number = _rack_numbers(build, family, rack)
    stage.census.populations.append(
        Population(
            family.label,
            "cooling",
            device,
            np.full(device.size, -1, dtype=np.int64),
            np.arange(device.size),
            fill_forward(layout, device >= 0),
            np.repeat(family_of, per),
            np.repeat(number, per),
            {},
            family.literals,
            per,
        )
    )


def _rack_numbers(build: CoolingBuild, family: Family, rack: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the family and number of each rack; of what is not built yet those that it will stand in."""
    section, racks = build.stage.floor.section, build.stage.floor.racks
    family_of, number = np.full(rack.size, -1, dtype=np.int64), np.full(rack.size, -1, dtype=np.int64)
    if racks is None or section is None:
        return family_of, number
    known = rack >= 0
    family_of[known], number[known] = racks.family[rack[known]], racks.number[rack[known]]
    foresee_racks(build.stage, family, family_of, number)
    index = {id(own): i for i, own in enumerate(section.families)}
    named = np.array([entry.value.rack is None for entry in family.entries])[family.owners()]
    for i in np.flatnonzero(named & (number < 0)):
        hit = section.find(family_name(family, int(i)))
        if hit is not None:
            family_of[i], number[i] = index[id(hit[0])], hit[1]
    return family_of, number


def _add_entry(build: CoolingBuild, family: Family, entry: Entry, into: tuple[np.ndarray, ...]) -> None:
    stage, kept = build.stage, entry.rows >= 0
    rows, numbers = entry.rows[kept], entry.numbers[kept]
    if not rows.size or build.loops[int(rows[0])].part < 0:
        return
    device, layout, rack = into
    loop = build.loops[int(rows[0])]
    rack[entry.numbers] = _rack_of(build, entry)
    own = rack[numbers]
    printed = family.printed(np.repeat(numbers, loop.units))
    literals, widths, letters = family.literals, family.widths, family.letters
    if loop.units > 1:
        literals = (*literals[:-1], f"{literals[-1]}-", "")
        widths, letters = (*widths, 0), (*letters, False)
        printed = (*printed, np.tile(np.arange(1, loop.units + 1), numbers.size))
    added = stage.census.add(
        [NameGroup(0, numbers.size * loop.units, literals, widths, letters, printed)],
        numbers.size * loop.units,
        part=loop.part,
        layout=stage.hardware.layout(loop.part),
        role=stage.census.role("cooling"),
        rack=np.repeat(own, loop.units),
        inside=np.repeat(_is_rack(build, own, loop.part), loop.units),
        number=(numbers[:, None] * device.shape[1] + np.arange(loop.units)).ravel(),
        origin=loop.origin,
    ).reshape(-1, loop.units)
    device[numbers, : loop.units] = added
    layout[numbers, : loop.units] = stage.hardware.layout(loop.part)
    for row, first in zip(rows, added[:, 0], strict=True):
        build.loops[int(row)] = replace(build.loops[int(row)], device=int(first))


def _is_rack(build: CoolingBuild, rack: np.ndarray, part: int) -> np.ndarray:
    """Whether the unit fills its place on the floor: the rack is of the unit's own part."""
    racks = build.stage.floor.racks
    if racks is None or not len(racks):
        return np.zeros(rack.size, dtype=bool)
    return np.asarray((rack >= 0) & (racks.part[rack] == part))


def _rack_of(build: CoolingBuild, entry: Entry) -> np.ndarray:
    """Return where the units of an entry stand: `rack:`, else the rack of the loop's own name, else -1."""
    section, scope = build.stage.floor.section, build.stage.scope
    none = np.full(entry.size, -1, dtype=np.int64)
    if section is None or build.stage.floor.racks is None:
        return none
    if entry.value.rack is not None:
        return section.one(
            scope, entry.value.rack, (*entry.path, "rack"), entry.range.bindings(), entry.size, strict=False
        )
    found = [section.find(name) for name in entry.range.names()]
    return np.array([-1 if hit is None else int(hit[0].rows[hit[1]]) for hit in found], dtype=np.int64)


# -- racks -----------------------------------------------------------------------------------------


def _blank(build: CoolingBuild) -> None:
    build.columns = {n: np.full(build.racks, -1, dtype=np.int64) for n in ("loop", "air", "origin")}
    build.columns |= {n: np.zeros(build.racks, dtype=bool) for n in ("declared", "absent")}


def _racks(build: CoolingBuild, entries: Mapping[str, Any]) -> None:
    racks = build.stage.floor.racks
    assert racks is not None
    build.racks = len(racks)
    _blank(build)
    for key in sorted(entries, key=natural_key):
        try:
            _rack_entry(build, key, entries[key])
        except Stop:
            continue


def _rack_entry(build: CoolingBuild, key: str, value: Any) -> None:
    path = ("cooling", "racks", key)
    sets, env = rack_sets(build.stage, key, path)
    rows = rack_rows(build.stage, sets)
    built = rows >= 0
    claim_racks(build.stage, rows, build.columns["origin"], path)
    build.columns["absent"][rows[built]] = value.none is not None
    assert build.loop_section is not None
    for name in ("loop", "air"):
        source = getattr(value, name)
        if source is not None:
            found = assigned(build.stage.scope, build.loop_section, source, (*path, name), env, built)
            build.columns[name][rows[built]] = found[built]
            build.columns["declared"][rows[built]] = True
