"""How long a cable must be: vertical runs, the way through the trays, side transfer, slack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec import units
from cluster_spec.model.cluster import Cabling
from cluster_spec.records import record
from cluster_spec.resolve.trays import FAR, Trays
from cluster_spec.resolve.values import MILLI

if TYPE_CHECKING:
    from cluster_spec.model.parts import Part
    from cluster_spec.model.tables import Devices, Racks
    from cluster_spec.resolve.scope import Scope

UNIT_UM = {"U": 44_450, "OU": 48_000}
"""Height of a rack unit in um: EIA-310 and Open Rack V3."""
SLACK_IN_RACK = units.parse("0.3 m", "length")
SLACK_BETWEEN = units.parse("1 m", "length")
SIDE_TRANSFER = units.parse("1.2 m", "length")
"""Front to rear through a rack: its usual depth."""
BOX_LIMIT = 1 << 23
CHUNK = 1 << 17
"""Links at a time: neighbours run between few racks, and their columns stay in the cache."""


def resolve_cabling(scope: Scope, section: Any) -> Cabling:
    """Read `cabling:`; what is absent has the defaults of this module."""
    path = ("cabling",)
    slack = section.slack if section is not None else None
    in_rack = scope.optional(slack.in_rack if slack else None, "length", (*path, "slack", "in_rack"))
    between = scope.optional(
        slack.between_racks if slack else None, "length", (*path, "slack", "between_racks")
    )
    side = scope.optional(section.side_transfer if section else None, "length", (*path, "side_transfer"))
    return Cabling(
        SLACK_IN_RACK if in_rack is None else in_rack,
        SLACK_BETWEEN if between is None else between,
        scope.optional(section.in_rack if section else None, "length", (*path, "in_rack")),
        SIDE_TRANSFER if side is None else side,
        section.label if section is not None else None,
        scope.origin(*path),
    )


@record(frozen=True, slots=True, eq=False)
class Geometry:
    """Where every device sits, and the ways between racks; lengths in um.

    `rise` is the height of a device's middle above the floor (-1 unknown), `assumed` where that took a guess,
    which `tall`, the height of the rack, bounds.
    """

    racks: Racks
    trays: Trays | None
    cabling: Cabling
    rack: np.ndarray
    rise: np.ndarray
    assumed: np.ndarray
    tall: np.ndarray
    front: np.ndarray

    def needs(self, a: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the length that links between device rows need, and whether a guess is in it; -1 unknown."""
        need = np.empty(a.size, dtype=np.int64)
        for start in range(0, a.size, CHUNK):
            piece = slice(start, start + CHUNK)
            need[piece] = self._needs(a[piece], z[piece])
        return need, self.assumed[a] | self.assumed[z]

    def _needs(self, a: np.ndarray, z: np.ndarray) -> np.ndarray:
        rack_a, rack_z = self.rack[a], self.rack[z]
        known = (rack_a >= 0) & (rack_z >= 0)
        same = (rack_a == rack_z) & known
        need = np.full(a.size, -1, dtype=np.int64)
        across = known & ~same
        if same.any():
            rows = slice(None) if same.all() else np.flatnonzero(same)
            need[rows] = self._in_rack(a[rows], z[rows])
        if across.any():
            rows = slice(None) if across.all() else np.flatnonzero(across)
            need[rows] = self._between(a[rows], z[rows], rack_a[rows], rack_z[rows])
        return need

    def _in_rack(self, a: np.ndarray, z: np.ndarray) -> np.ndarray:
        """In one rack: the declared in-rack length, else down one side and up again, plus slack at both ends."""
        rule = self.cabling
        if rule.in_rack is not None:
            return np.full(a.size, rule.in_rack, dtype=np.int64)
        rise_a, rise_z = self.rise[a], self.rise[z]
        run = np.abs(rise_a - rise_z)
        guess = self.assumed[a] | self.assumed[z]
        if guess.any():
            low = np.minimum(
                np.where(self.assumed[a], self.tall[a], rise_a),
                np.where(self.assumed[z], self.tall[z], rise_z),
            )
            run = np.where(guess, np.maximum(self.tall[a] - low, low), run)
        run = run + self._side(a, z) + 2 * rule.slack_in_rack
        return np.where((rise_a >= 0) & (rise_z >= 0), run, -1)

    def _between(self, a: np.ndarray, z: np.ndarray, rack_a: np.ndarray, rack_z: np.ndarray) -> np.ndarray:
        way = self.ways(rack_a, rack_z)
        if self.trays is None:
            return np.full(a.size, -1, dtype=np.int64)
        top = self.trays.height[self.racks.row[rack_a]]
        up_a = np.abs(top - self.rise[a])
        up_z = np.abs(self.trays.height[self.racks.row[rack_z]] - self.rise[z])
        total = way + up_a + up_z + self._side(a, z) + 2 * self.cabling.slack_between
        return np.where((way < FAR) & (self.rise[a] >= 0) & (self.rise[z] >= 0), total, -1)

    def _side(self, a: np.ndarray, z: np.ndarray) -> np.ndarray:
        return np.where(self.front[a] != self.front[z], self.cabling.side_transfer, 0)

    def ways(self, rack_a: np.ndarray, rack_z: np.ndarray) -> np.ndarray:
        """Return the way through the trays between racks; worked out once per pair of racks."""
        if self.trays is None or not rack_a.size:
            return np.full(rack_a.size, FAR)
        low_a, low_z = int(rack_a.min()), int(rack_z.min())
        wide = int(rack_z.max()) - low_z + 1
        box = (int(rack_a.max()) - low_a + 1) * wide
        if box > BOX_LIMIT:
            return self._ways(rack_a, rack_z)
        pair = (rack_a - low_a) * wide + (rack_z - low_z)
        used = np.zeros(box, dtype=bool)
        used[pair] = True
        pairs = np.flatnonzero(used)
        table = np.empty(box, dtype=np.int64)
        table[pairs] = self._ways(*np.divmod(pairs, wide), low_a, low_z)
        return np.asarray(table[pair])

    def _ways(self, rack_a: np.ndarray, rack_z: np.ndarray, low_a: int = 0, low_z: int = 0) -> np.ndarray:
        assert self.trays is not None
        racks = self.racks
        a, z = rack_a + low_a, rack_z + low_z
        row_a, row_z = racks.row[a], racks.row[z]
        placed = (row_a >= 0) & (row_z >= 0)
        if placed.all():
            return self.trays.distance(row_a, racks.along[a], row_z, racks.along[z])
        result = np.full(a.size, FAR)
        at = np.flatnonzero(placed)
        if at.size:
            result[at] = self.trays.distance(row_a[at], racks.along[a[at]], row_z[at], racks.along[z[at]])
        return result

    def explain(self, a: int, z: int) -> str:
        """Return the arithmetic of one length."""
        one, other = np.array([a]), np.array([z])
        need, guess = self.needs(one, other)
        if need[0] < 0:
            return "unknown: no way through the trays, or an end without a place"
        rack_a, rack_z = self.rack[one], self.rack[other]
        side = int(self._side(one, other)[0])
        if rack_a[0] == rack_z[0]:
            if self.cabling.in_rack is not None:
                return f"in-rack rule {_spell(need[0])}"
            run = int(need[0]) - side - 2 * self.cabling.slack_in_rack
            slack = self.cabling.slack_in_rack
            text = f"vertical {_spell(run)} + side {_spell(side)} + slack 2 x {_spell(slack)} = {_spell(need[0])}"
        else:
            assert self.trays is not None
            way = int(self.ways(rack_a, rack_z)[0])
            ups = [
                abs(int(self.trays.height[self.racks.row[r[0]]]) - int(self.rise[d]))
                for r, d in ((rack_a, a), (rack_z, z))
            ]
            slack = self.cabling.slack_between
            text = (
                f"up {_spell(ups[0])} + trays {_spell(way)} + down {_spell(ups[1])} + side {_spell(side)} "
                f"+ slack 2 x {_spell(slack)} = {_spell(need[0])}"
            )
        return text + (" (a height is assumed: the whole rack)" if guess[0] else "")


def _spell(length: int) -> str:
    return units.spell(int(length), "length")


def geometry(
    devices: Devices, parts: list[Part], racks: Racks, trays: Trays | None, cabling: Cabling
) -> Geometry:
    """Work out where devices sit: the middle of their units; without a unit the whole height of the rack is taken."""
    height = np.array([MILLI if p.height is None else p.height for p in parts] or [0], dtype=np.int64)
    unit = np.array([UNIT_UM[p.unit] for p in parts] or [0], dtype=np.int64)
    frame = [p.rack for p in parts]
    base = np.array([0 if f is None or f.base is None else f.base for f in frame] or [0], dtype=np.int64)
    rack_part = racks.part[devices.rack] if len(racks) else np.zeros(len(devices), np.int64)
    rack_unit = np.array([UNIT_UM[f.unit] if f is not None else UNIT_UM["U"] for f in frame] or [0])[
        rack_part
    ]
    in_unit = devices.u >= 0
    middle = base[rack_part] + ((devices.u.astype(np.int64) - MILLI) * rack_unit) // MILLI
    middle = middle + height[devices.part] * unit[devices.part] // (2 * MILLI)
    rise = np.where(in_unit, middle, 0)
    front = np.array([_front(p) for p in parts] or [True], dtype=bool)[devices.part] ^ devices.rear
    units_in = np.array([f.units if f is not None and f.units else 0 for f in frame] or [0], dtype=np.int64)
    tall = base[rack_part] + units_in[rack_part] * rack_unit
    return Geometry(racks, trays, cabling, devices.rack, rise, ~in_unit, tall, front)


def _front(part: Part) -> bool:
    """Whether a part's data ports are at its front."""
    faces = [p.face for p in part.ports if p.role not in {"oob", "console"}] or [p.face for p in part.ports]
    return faces.count("front") * 2 >= len(faces) if faces else True
