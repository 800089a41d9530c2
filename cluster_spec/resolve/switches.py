"""Switches of a tier become devices: names, places, populations for other fabrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.columns import distinct
from cluster_spec.diagnostics import EXPRESSION
from cluster_spec.expressions import ExpressionError, compile_template
from cluster_spec.model.namespace import NameGroup
from cluster_spec.model.tables import STATES
from cluster_spec.resolve.census import Population
from cluster_spec.resolve.place import Packing, pack
from cluster_spec.resolve.scope import Stop
from cluster_spec.resolve.values import MILLI

if TYPE_CHECKING:
    from cluster_spec.resolve.step import Build, Step


class Placed:
    """How far a chain of tiers has filled the racks that they share."""

    def __init__(self, packing: Packing, end: int) -> None:
        self.packing, self.end = packing, end


def add_switches(build: Build, step: Step, before: Placed | None) -> Placed | None:
    """Add the switches of a tier that exist; return how far their racks are filled."""
    stage, tier = build.stage, step.tier
    live = np.flatnonzero(step.exists)
    rack = np.full(step.size, -1, dtype=np.int64)
    u = np.full(step.size, -1, dtype=np.int64)
    after = before
    try:
        after = _place(build, step, before, rack, u)
    except Stop:
        after = None
    number = len(build.steps) if step not in build.steps else build.steps.index(step)
    rows = stage.census.add(
        _names(build, step, live),
        live.size,
        part=step.part,
        layout=step.ports.layout,
        role=stage.census.role(tier.role or "switch"),
        state=STATES.index(tier.state or "planned"),
        rack=rack[live],
        u=u[live],
        rear=bool(tier.place and tier.place.face == "rear"),
        number=live,
        fabric=build.index,
        tier=number,
        origin=stage.scope.origin(*step.path),
        none_of=stage.census.none(tier.none),
    )
    step.device = np.full(step.size, -1, dtype=np.int64)
    step.device[live] = rows
    _populate(build, step, rack)
    return after


def _place(build: Build, step: Step, before: Placed | None, rack: np.ndarray, u: np.ndarray) -> Placed | None:
    """Fill `rack` and `u`; switches of a tier grouped by rack stand in their rack when no other is named."""
    place, stage, path = step.tier.place, build.stage, (*step.path, "place")
    racks = stage.floor.racks
    if place is not None and place.racks is not None:
        packing = Packing.read(stage, place, path)
        start = before.end if before is not None and packing.shares(before.packing) else 0
        part = stage.hardware.parts[step.part]
        rack[:], u[:] = pack(
            stage, packing, part, np.arange(step.size), step.size, path, f"{build.name} {step.name}", start
        )
        return Placed(packing, start + step.size)
    if "rack" in step.per and stage.floor.section is not None and racks is not None:
        family = step.coordinates.get("_rack_family", np.zeros(step.size, dtype=np.int64))
        if "_rack_family" not in step.coordinates and len(stage.floor.section.families) > 1:
            family = np.full(step.size, _only_family(build), dtype=np.int64)
        for index, own in enumerate(stage.floor.section.families):
            mine = family == index
            numbers = np.minimum(step.coordinates["rack"][mine], own.size - 1)
            rack[mine] = own.rows[numbers]
        slots = [] if place is None or place.u is None else _slots(place.u, stage, path)
        if slots:
            u[:] = np.array(slots)[step.index % len(slots)] * MILLI
    return before


def _only_family(build: Build) -> int:
    """Return the rack family of endpoints that all stand in one."""
    families = [p.rack_family for p in build.stage.census.populations if (p.rack_family >= 0).any()]
    used = {int(f) for column in families for f in distinct(column) if f >= 0}
    return min(used) if len(used) == 1 else _family_of_ends(build)


def _family_of_ends(build: Build) -> int:
    devices = distinct(build.ends.device[build.ends.built])
    racks = build.stage.census.column("rack")[devices]
    table = build.stage.floor.racks
    assert table is not None
    found = table.family[racks[racks >= 0]]
    return int(found[0]) if found.size else 0


def _slots(u: Any, stage: Any, path: tuple[str | int, ...]) -> list[int]:
    if isinstance(u, int):
        return [u]
    if u.isdigit():
        return [int(u)]
    return [int(v) for r in stage.scope.ranges(u, (*path, "u")) for c in r.coordinates()[:1] for v in c]


def _names(build: Build, step: Step, live: np.ndarray) -> list[NameGroup]:
    """Return the names: the tier's template, or `{fabric}-{tier}`, `per` + 1 and index + 1 joined by dashes."""
    template = step.tier.name
    if template is None:
        return _default_names(build, step, live)
    path = (*step.path, "name")
    try:
        compiled = compile_template(template)
        env = {k: v[live] for k, v in step.coordinates.items() if not k.startswith("_")}
        disagree = [n for n in compiled.names if step.disagree.get(n, np.zeros(1, bool)).any()]
        if disagree:
            raise build.stage.scope.stop(
                EXPRESSION, path, f"{step.name} switches have no one {disagree[0]}: what they serve differs"
            )
        values = compiled.values({**build.stage.scope.integers, **env})
    except ExpressionError as error:
        raise build.stage.scope.stop(EXPRESSION, path, error.message, column=error.column) from None
    columns = tuple(np.broadcast_to(np.asarray(v, dtype=np.int64), live.size) for v in values)
    widths = tuple(width for _, width in compiled.fields)
    return [NameGroup(0, live.size, compiled.literals, widths, (False,) * len(widths), columns)]


def _default_names(build: Build, step: Step, live: np.ndarray) -> list[NameGroup]:
    group = step.group[live]
    columns = [step.keys[group, i] + 1 for i in range(len(step.per))]
    prefix = f"{build.name}-{step.name}"
    if "_rack_family" in step.coordinates and "rack" in step.per:
        return _rack_names(build, step, live, prefix)
    literals = (f"{prefix}-", *("-" for _ in columns), "")
    widths = (1,) * (len(columns) + 1)
    return [
        NameGroup(0, live.size, literals, widths, (False,) * len(widths), (*columns, step.index[live] + 1))
    ]


def _rack_names(build: Build, step: Step, live: np.ndarray, prefix: str) -> list[NameGroup]:
    """Racks of several families share numbers, so their switches carry the rack's name."""
    section = build.stage.floor.section
    assert section is not None
    groups: list[NameGroup] = []
    family = step.coordinates["_rack_family"][live]
    starts = np.flatnonzero(np.r_[True, family[1:] != family[:-1]]) if live.size else np.zeros(0, np.int64)
    for start, end in zip(starts, [*starts[1:], live.size], strict=True):
        own = section.families[int(family[start])]
        printed = own.printed(step.coordinates["rack"][live[start:end]])
        literals = (f"{prefix}-{own.literals[0]}", *own.literals[1:-1], f"{own.literals[-1]}-", "")
        if len(own.literals) == 1:
            literals = (f"{prefix}-{own.literals[0]}-", "")
        columns = (*printed, step.index[live[start:end]] + 1)
        widths = (*own.widths, 1)
        letters = (*own.letters, False)
        groups.append(NameGroup(int(start), int(end - start), literals, widths, letters, columns))
    return groups


def _populate(build: Build, step: Step, rack: np.ndarray) -> None:
    """Other fabrics (out of band) see the switches as a population."""
    racks = build.stage.floor.racks
    family = number = np.full(step.size, -1, dtype=np.int64)
    if racks is not None and len(racks):
        family = np.where(rack >= 0, racks.family[rack], -1)
        number = np.where(rack >= 0, racks.number[rack], -1)
    build.stage.census.populations.append(
        Population(
            f"{build.name}-{step.name}",
            "switches",
            step.device,
            np.full(step.size, -1, dtype=np.int64),
            np.arange(step.size),
            np.full(step.size, step.ports.layout, dtype=np.int64),
            family,
            number,
            {},
            (build.name, step.name),
            1,
            build.index,
        )
    )
