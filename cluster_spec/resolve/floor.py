"""Halls, rows, racks: what stands where on the floor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.diagnostics import SHAPE
from cluster_spec.model.cluster import Hall, Row
from cluster_spec.model.namespace import NameTable
from cluster_spec.model.tables import STATES, Racks
from cluster_spec.records import field, record
from cluster_spec.resolve.assign import assigned, built_of
from cluster_spec.resolve.families import Section, build_section
from cluster_spec.resolve.scope import Stop
from cluster_spec.resolve.values import choices, numbers, texts, where

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.resolve.hardware import Hardware
    from cluster_spec.resolve.scope import Scope

NO_ROW = -1


@record(slots=True)
class Floor:
    """Halls and rows as records, racks as columns, and lookups by name."""

    halls: list[Hall] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    row_section: Section | None = None
    racks: Racks | None = None
    section: Section | None = None


def resolve_site(scope: Scope, site: Any, built: Any) -> Floor:
    """Resolve halls and rows."""
    floor = Floor()
    if site is None:
        return floor
    for name in sorted(site.halls):
        hall, path = site.halls[name], ("site", "halls", name)
        floor.halls.append(
            Hall(
                name,
                scope.optional(hall.power, "power", (*path, "power")),
                scope.optional(hall.air, "power", (*path, "air")),
                scope.optional(hall.liquid, "power", (*path, "liquid")),
                scope.optional(hall.floor, "area-load", (*path, "floor")),
                scope.origin(*path),
            )
        )
    floor.row_section = build_section(scope, "rows", site.rows or {}, ("site", "rows"), {}, built)
    rows: dict[int, Row] = {}
    for entry in floor.row_section.entries:
        try:
            _row_entry(scope, floor, entry, rows)
        except Stop:
            continue
    if len(rows) != floor.row_section.size:
        raise Stop
    floor.rows = [rows[i] for i in range(len(rows))]
    return floor


def _row_entry(scope: Scope, floor: Floor, entry: Any, rows: dict[int, Row]) -> None:
    value, path, count = entry.value, entry.path, entry.size
    env = entry.range.bindings()
    hall = choices(scope, value.hall, (*path, "hall"), env, count, [h.name for h in floor.halls], "hall")
    x, y = (where(scope, v, (*path, "origin", i), env, count) for i, v in enumerate(value.origin))
    names = entry.range.names()
    pitch = scope.quantity(value.pitch, "length", (*path, "pitch"))
    for i, row in enumerate(entry.rows):
        rows[int(row)] = Row(
            names[i],
            int(hall[i]),
            int(x[i]),
            int(y[i]),
            pitch,
            value.along,
            value.facing,
            scope.optional(value.power, "power", (*path, "power")),
            scope.optional(value.air, "power", (*path, "air")),
            scope.origin(*path),
        )


def resolve_racks(
    scope: Scope,
    floor: Floor,
    hardware: Hardware,
    racks: Mapping[str, Any],
    grow_to: Mapping[str, Any],
    built: Any,
) -> None:
    """Resolve the racks: part, place on the floor, free units."""
    section = build_section(scope, "racks", racks, ("racks",), grow_to, built)
    floor.section = section
    n = section.size
    columns = {
        name: np.full(n, -1, dtype=np.int64)
        for name in ("part", "row", "slot", "hall", "x", "y", "along", "family", "number", "state", "origin")
    }
    columns |= {name: np.full(n, -1, dtype=np.int64) for name in ("power_limit", "air_limit", "free_set")}
    free: list[tuple[int, ...]] = []
    failed = False
    for entry in section.entries:
        try:
            _rack_entry(scope, floor, hardware, entry, columns, free)
        except Stop:
            failed = True
    for index, family in enumerate(section.families):
        columns["family"][family.first : family.first + family.count] = index
        columns["number"][family.first : family.first + family.count] = family.numbers
    if failed:
        raise Stop
    _positions(floor, columns)
    floor.racks = Racks(
        NameTable(tuple(f.group() for f in section.families if f.count)),
        free=tuple(free),
        placed=(columns["row"] >= 0) & (floor.row_section is not None),
        **columns,
    )


def _rack_entry(
    scope: Scope,
    floor: Floor,
    hardware: Hardware,
    entry: Any,
    columns: dict[str, np.ndarray],
    free: list[Any],
) -> None:
    value, path, count, env = entry.value, entry.path, entry.size, entry.range.bindings()
    part = hardware.part(value.part, (*path, "part"), ("rack", "cdm", "cdu", "ultra-node"))
    kept = entry.rows >= 0
    rows = entry.rows[kept]

    def put(name: str, values: Any) -> None:
        columns[name][rows] = values[kept] if isinstance(values, np.ndarray) else values

    put("part", part)
    put("origin", scope.origin(*path))
    put("state", STATES.index(value.state or "planned"))
    put("power_limit", _limit(scope, value.power, (*path, "power")))
    put("air_limit", _limit(scope, value.air, (*path, "air")))
    if value.row is not None:
        if floor.row_section is None and isinstance(value.row, str):
            put("row", _named_rows(scope, floor, value.row, (*path, "row"), env, count))
        elif floor.row_section is None:
            raise scope.stop(
                SHAPE, (*path, "row"), "rows are shared out with `assign` where `site.rows` names them"
            )
        else:
            put("row", assigned(scope, floor.row_section, value.row, (*path, "row"), env, built_of(entry)))
        if value.slot is None:
            raise scope.stop(SHAPE, path, f"{entry.range.text} has a row and no slot in it", key=True)
    if value.slot is not None:
        slots = numbers(scope, value.slot, (*path, "slot"), env, count)
        if slots.size and int(slots.min()) < 1:
            raise scope.stop(SHAPE, (*path, "slot"), f"slot comes to {int(slots.min())}, slots count from 1")
        put("slot", slots)
    units = _free_units(scope, hardware.parts[part], value, path)
    if units is not None:
        put("free_set", len(free))
        free.append(units)


def _named_rows(
    scope: Scope, floor: Floor, text: str, path: Any, env: Mapping[str, Any], count: int
) -> np.ndarray:
    """Without a `site` rows are names only: they order racks and have no place on a floor."""
    spelled = texts(scope, text, path, env, count)
    names = (
        [str(spelled)] * count if isinstance(spelled, str) or spelled is None else [str(s) for s in spelled]
    )
    known = {row.name: i for i, row in enumerate(floor.rows)}
    for name in names:
        if name not in known:
            known[name] = len(floor.rows)
            floor.rows.append(Row(name, -1, 0, 0, 0, "x", None, None, None, scope.origin(*path[:-1])))
    return np.array([known[name] for name in names], dtype=np.int64)


def _limit(scope: Scope, text: str | None, path: Any) -> int:
    return -1 if text is None else scope.quantity(text, "power", path)


def _free_units(scope: Scope, part: Any, value: Any, path: Any) -> tuple[int, ...] | None:
    """Return the declared free units: of the rack, else of its part, else all; None is unknown."""
    if value.free is not None:
        units = [int(v) for r in scope.ranges(value.free, (*path, "free")) for v in r.coordinates()[0]]
        return tuple(sorted(set(units)))
    frame = part.rack
    if frame is None or (frame.units is None and not frame.free):
        return None
    return tuple(frame.free) or tuple(range(1, frame.units + 1))


def _positions(floor: Floor, columns: dict[str, np.ndarray]) -> None:
    """Put the middle of each rack on the floor: origin + (slot - 1/2) pitch along the row."""
    row = columns["row"]
    on = row >= 0
    if floor.row_section is None or not floor.rows or not on.any():
        return
    at = row[on]
    pitch = np.array([r.pitch for r in floor.rows])[at]
    step = (2 * columns["slot"][on] - 1) * pitch // 2
    along_x = np.array([r.along == "x" for r in floor.rows])[at]
    columns["x"][on] = np.array([r.x for r in floor.rows])[at] + np.where(along_x, step, 0)
    columns["y"][on] = np.array([r.y for r in floor.rows])[at] + np.where(along_x, 0, step)
    columns["along"][on] = np.where(along_x, columns["x"][on], columns["y"][on])
    columns["hall"][on] = np.array([r.hall for r in floor.rows])[at]
