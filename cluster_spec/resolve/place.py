"""Closed-form placement: the rack and the unit of a thing follow from its number alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec import units
from cluster_spec.columns import distinct
from cluster_spec.diagnostics import SHAPE, UNIT_OVERFLOW
from cluster_spec.records import record
from cluster_spec.resolve.scope import Stop
from cluster_spec.resolve.values import MILLI

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Path
    from cluster_spec.model.parts import Part
    from cluster_spec.resolve.devices import Stage


@record(frozen=True, slots=True, eq=False)
class Packing:
    """Where things go: racks in order, how many in each, at which units."""

    text: str
    racks: np.ndarray
    per_rack: int | None
    slots: tuple[int, ...] | None
    max_power: int | None
    reserve: int
    top: bool

    @classmethod
    def read(cls, stage: Stage, place: Any, path: Path) -> Packing:
        """Read a `place:` entry."""
        scope, section = stage.scope, stage.floor.section
        if section is None or stage.floor.racks is None:
            raise Stop
        if place.racks is None:
            raise scope.stop(SHAPE, path, "place names no racks", key=True)
        slots: tuple[int, ...] | None = None
        if isinstance(place.u, int):
            slots = (place.u,)
        elif place.u is not None:
            ranges = scope.ranges(place.u, (*path, "u"))
            slots = tuple(int(v) for r in ranges for c in r.coordinates()[:1] for v in c) or _plain(place.u)
        return cls(
            place.racks,
            section.many(scope, place.racks, (*path, "racks")),
            scope.count(place.per_rack, (*path, "per_rack"), low=1),
            slots,
            scope.optional(place.max_power, "power", (*path, "max_power")),
            scope.count(place.reserve, (*path, "reserve"), 0) or 0,
            place.order == "top",
        )

    def shares(self, other: Packing | None) -> bool:
        """Whether two tiers count through the same slots."""
        return other is not None and self.text == other.text and self.slots is None and other.slots is None


def _plain(text: str) -> tuple[int, ...]:
    return tuple(int(piece) for piece in text.split(",") if piece.strip().isdigit())


def rack_slots(free: tuple[int, ...], height: int, packing: Packing) -> tuple[int, ...]:
    """Return the lowest units of the slots of a rack: greedy runs of free units, bottom up or top down."""
    usable = (
        free[: len(free) - packing.reserve]
        if packing.reserve and not packing.top
        else free[packing.reserve :]
    )
    have = set(usable)
    need = max(-(-height // MILLI), 1)
    slots: list[int] = []
    taken: set[int] = set()
    for start in sorted(have, reverse=packing.top):
        run = range(start - need + 1, start + 1) if packing.top else range(start, start + need)
        if all(u in have and u not in taken for u in run):
            slots.append(run[0])
            taken.update(run)
    return tuple(slots)


def pack(
    stage: Stage,
    packing: Packing,
    part: Part,
    numbers: np.ndarray,
    total: int,
    path: Path,
    label: str,
    start: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return rack rows and units (thousandths) of things numbered `numbers` out of `total`; -1 where none fits."""
    slots = _slots_by_free(stage, packing, part)
    per_rack = _per_rack(stage, packing, part, slots, path)
    position = numbers + start
    index = position // per_rack
    fits = index < packing.racks.size
    rack = np.where(fits, packing.racks[np.minimum(index, packing.racks.size - 1)], -1)
    table = np.full((max(len(slots), 1), per_rack), -1, dtype=np.int64)
    for i, own in enumerate(slots):
        table[i, : min(len(own), per_rack)] = own[:per_rack]
    racks = stage.floor.racks
    assert racks is not None
    free = np.where(rack >= 0, racks.free_set[rack], -1)
    slot = table[np.minimum(free, len(slots) - 1), position % per_rack]
    if packing.slots is not None:
        slot = np.array(packing.slots)[position % per_rack]
    u = np.where((rack >= 0) & (slot >= 0) & (free >= 0), slot * MILLI, -1)
    if total + start > per_rack * packing.racks.size:
        _overflow(stage, packing, part, total, start, per_rack, path, label)
    return rack, u


def _slots_by_free(stage: Stage, packing: Packing, part: Part) -> list[tuple[int, ...]]:
    racks = stage.floor.racks
    assert racks is not None
    height = part.height if part.height is not None else MILLI
    used = set(distinct(racks.free_set[packing.racks]).tolist()) if packing.racks.size else set()
    return [rack_slots(free, height, packing) if i in used else () for i, free in enumerate(racks.free)]


def _per_rack(stage: Stage, packing: Packing, part: Part, slots: list[tuple[int, ...]], path: Path) -> int:
    racks = stage.floor.racks
    assert racks is not None
    if not packing.racks.size:
        raise stage.scope.stop(SHAPE, (*path, "racks"), f"{packing.text} names no rack that is built")
    per_rack = packing.per_rack
    if packing.slots is not None:
        per_rack = min(per_rack or len(packing.slots), len(packing.slots))
    if per_rack is None:
        counts = [len(slots[int(f)]) for f in distinct(racks.free_set[packing.racks]) if f >= 0]
        per_rack = min(counts) if counts else 0
    if packing.max_power is not None:
        draw = part.power.get("max")
        if draw is None:
            raise stage.scope.stop(SHAPE, (*path, "max_power"), f"max_power needs power.max of {part.name}")
        per_rack = min(per_rack, packing.max_power // max(draw, 1))
    if per_rack < 1:
        height = "?" if part.height is None else f"{part.height / MILLI:g} {part.unit}"
        raise stage.scope.stop(
            UNIT_OVERFLOW, path, f"no rack of {packing.text} has room for a {part.name} ({height})"
        )
    return per_rack


def _overflow(
    stage: Stage, packing: Packing, part: Part, total: int, start: int, per_rack: int, path: Path, label: str
) -> None:
    room = per_rack * packing.racks.size
    after = f" after {start} of the tier below" if start else ""
    cap = ""
    if packing.max_power is not None:
        cap = f" under {units.spell(packing.max_power, 'power')}"
    stage.scope.report(
        UNIT_OVERFLOW,
        path,
        f"{label} needs {total} slots{after}, {packing.text} has {packing.racks.size} racks x {per_rack} = {room}{cap}",
        help=f"{-(-(total + start) // per_rack)} racks of {per_rack} {part.name} would fit",
    )
