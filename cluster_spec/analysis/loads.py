"""Power and heat of racks: sums with what is known, what is missing, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.cache import once
from cluster_spec.analysis.facts import power_fact
from cluster_spec.columns import distinct
from cluster_spec.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cluster_spec.model.cluster import Cluster

PPM = 1_000_000
Gap = tuple[str, np.ndarray]
"""A missing fact and the rows that lack it."""


@record(frozen=True, slots=True, eq=False)
class Load:
    """mW per row: `low` is the known part of the sum, `missing` the facts that the rest needs."""

    low: np.ndarray
    missing: tuple[Gap, ...] = ()

    @property
    def known(self) -> np.ndarray:
        """Rows of which the whole sum is known."""
        known = np.ones(self.low.size, dtype=bool)
        for _, rows in self.missing:
            known[rows] = False
        return known

    def only(self, mask: np.ndarray) -> Load:
        """Return the load of some rows; the others have none."""
        gaps = ((fact, rows[mask[rows]]) for fact, rows in self.missing)
        return Load(np.where(mask, self.low, 0), tuple((f, r) for f, r in gaps if r.size))

    def plus(self, other: Load) -> Load:
        """Return the sum of two loads, row by row."""
        return Load(self.low + other.low, (*self.missing, *other.missing))

    def by(self, group: np.ndarray, size: int) -> Load:
        """Return the sums over groups; rows of group -1 are left out."""
        kept = group >= 0
        low = np.bincount(group[kept], weights=self.low[kept], minlength=size)[:size].astype(np.int64)
        gaps = ((fact, distinct(group[rows][group[rows] >= 0])) for fact, rows in self.missing)
        return Load(low, tuple((f, r) for f, r in gaps if r.size))

    def lacking(self, row: int) -> tuple[str, ...]:
        """Return the facts that the sum of one row lacks."""
        return tuple(dict.fromkeys(fact for fact, rows in self.missing if (rows == row).any()))


@record(frozen=True, slots=True, eq=False)
class Figures:
    """mW per part; where it is unknown `missing` says what is (None: known)."""

    values: np.ndarray
    missing: tuple[str | None, ...]


def rack_power(cluster: Cluster) -> Load:
    """Return the draw of everything that stands in each rack, in any state: it is plugged.

    A cabinet that comes built counts the figure of its part (or of its ultra-node, which fills it) once, and
    not the devices inside.
    """
    return once(cluster, "rack power", lambda c: _sum(c, _power(c)))


def rack_heat(cluster: Cluster) -> tuple[Load, Load]:
    """Return the heat that goes to liquid and to air in each rack, by the shares of its parts.

    A part that states how air flows through it and no share of liquid gives everything to air.
    """
    return once(
        cluster, "rack heat", lambda c: (_sum(c, _heat(c, liquid=True)), _sum(c, _heat(c, liquid=False)))
    )


def to_loops(cluster: Cluster) -> tuple[Load, Load]:
    """Return the heat that each rack gives to its `loop`, and to its `air` loop.

    A rack with `loop` alone gives it everything; undeclared racks follow the shares of their parts.
    """
    return once(cluster, "rack to loops", _to_loops)


def air_heat(cluster: Cluster) -> Load:
    """Return the heat that each rack gives to the air of its hall."""
    main, other = to_loops(cluster)
    cooling = cluster.cooling
    if cooling is None:
        return other
    wet = np.array([loop.liquid for loop in cooling.loops], dtype=bool)
    airy = (cooling.loop >= 0) & ~wet[cooling.loop] if wet.size else np.zeros(cooling.loop.size, dtype=bool)
    return main.only(airy).plus(other)


def loop_heat(cluster: Cluster) -> Load:
    """Return the heat that each loop takes from the racks on it."""
    cooling = cluster.cooling
    assert cooling is not None
    main, other = to_loops(cluster)
    size = len(cooling.loops)
    return main.by(cooling.loop, size).plus(other.by(cooling.air, size))


def _to_loops(cluster: Cluster) -> tuple[Load, Load]:
    cooling = cluster.cooling
    liquid, air = rack_heat(cluster)
    if cooling is None:
        return liquid, air
    alone = (cooling.loop >= 0) & (cooling.air < 0)
    return liquid.only(~alone).plus(rack_power(cluster).only(alone)), air.only(~alone)


# -- figures of parts ------------------------------------------------------------------------------


def _basis(cluster: Cluster) -> str:
    return cluster.assumptions.get("power_basis") or "max"


def _power(cluster: Cluster) -> Figures:
    fact, basis = power_fact(cluster), _basis(cluster)
    return Figures(
        fact.values,
        tuple(
            None if known else f"power.{basis} of {part.name}"
            for part, known in zip(cluster.parts, fact.known, strict=True)
        ),
    )


def _heat(cluster: Cluster, *, liquid: bool) -> Figures:
    power = _power(cluster)
    values, missing = power.values.copy(), list(power.missing)
    for i, part in enumerate(cluster.parts):
        share = part.liquid if part.liquid is not None or part.airflow is None else 0
        if missing[i] is None and values[i]:
            if share is None:
                values[i], missing[i] = 0, f"liquid of {part.name}"
            else:
                values[i] = values[i] * (share if liquid else PPM - share) // PPM
        elif share == (0 if liquid else PPM):
            missing[i] = None
    return Figures(values, tuple(missing))


# -- sums ------------------------------------------------------------------------------------------


def _sum(cluster: Cluster, figures: Figures) -> Load:
    """Sum a figure of parts over racks: devices, and cabinets that count as a whole."""
    racks, devices, ultra = cluster.racks, cluster.devices, cluster.ultra_nodes
    own = _whole_racks(cluster)
    counted = devices.rack >= 0
    by_rack = np.zeros(devices.rack.size, dtype=bool)
    if own.any():
        by_rack = own[devices.rack] & counted & devices.inside
    whole, shared = _whole_ultra_nodes(cluster)
    of_ultra = (devices.ultra_node >= 0) & devices.inside
    by_ultra = of_ultra & whole[devices.ultra_node] if whole.size else np.zeros(by_rack.size, dtype=bool)
    load = _add(figures, devices.part, devices.rack, counted & ~by_rack & ~by_ultra, len(racks))
    load = load.plus(_add(figures, racks.part, np.arange(len(racks)), own, len(racks)))
    if whole.any():
        load = load.plus(_add(figures, ultra.part, ultra.rack, whole & ~_at(own, ultra.rack), len(racks)))
    if shared.any():
        load = load.plus(_shared(cluster, shared, own, of_ultra & counted))
    return load.plus(_silent(cluster, counted & ~_at(own, devices.rack), whole | shared))


def _at(mask: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return (rows >= 0) & mask[rows] if mask.size else np.zeros(rows.size, dtype=bool)


def _whole_racks(cluster: Cluster) -> np.ndarray:
    """Racks whose part has a figure of its own, or is no mere rack (a CDU that stands on the floor)."""
    basis = _basis(cluster)
    own = np.array([p.powered is not False and (basis in p.power or p.kind != "rack") for p in cluster.parts])
    return own[cluster.racks.part] if own.size else np.zeros(len(cluster.racks), dtype=bool)


def _whole_ultra_nodes(cluster: Cluster) -> tuple[np.ndarray, np.ndarray]:
    """Ultra-nodes with a figure that fill one rack, and those with a figure that spans several."""
    basis = _basis(cluster)
    one = [
        basis in p.power and p.ultra is not None and sum(p.ultra.bays.values()) in {0, 1}
        for p in cluster.parts
    ]
    many = [
        basis in p.power and p.ultra is not None and sum(p.ultra.bays.values()) > 1 for p in cluster.parts
    ]
    part = cluster.ultra_nodes.part
    return np.array(one, dtype=bool)[part], np.array(many, dtype=bool)[part]


def _shared(cluster: Cluster, ultra: np.ndarray, own: np.ndarray, inside: np.ndarray) -> Load:
    """A figure for several racks does not say what each of them draws, where the devices in them do not."""
    devices = cluster.devices
    passive = np.array([p.powered is False for p in cluster.parts], dtype=bool)
    rows = np.flatnonzero(inside & ultra[devices.ultra_node] & passive[devices.part] & ~own[devices.rack])
    gaps = []
    part = cluster.ultra_nodes.part[devices.ultra_node[rows]]
    for index in distinct(part):
        name = cluster.parts[int(index)].name
        gaps.append((f"power of each rack of {name}", distinct(devices.rack[rows[part == index]])))
    return Load(np.zeros(len(cluster.racks), dtype=np.int64), tuple(gaps))


def passive_hosts(cluster: Cluster) -> np.ndarray:
    """Return which devices compute or switch and have no draw of their own: what they stand in draws for them."""
    passive = [p.powered is False and p.kind in {"node", "switch", "appliance"} for p in cluster.parts]
    return np.asarray(np.array([*passive, False], dtype=bool)[cluster.devices.part])


def answering(cluster: Cluster, rows: np.ndarray) -> np.ndarray:
    """Return the part that has to say what passive hosts draw: of their ultra-node, else their own."""
    member, own = cluster.devices.ultra_node[rows], np.asarray(cluster.devices.part[rows], dtype=np.int64)
    return (
        np.asarray(np.where(member >= 0, cluster.ultra_nodes.part[member], own))
        if (member >= 0).any()
        else own
    )


def _silent(cluster: Cluster, mask: np.ndarray, whole: np.ndarray) -> Load:
    """Passive hosts for which no cabinet and no ultra-node has a figure draw what nobody knows, not nothing."""
    devices = cluster.devices
    lost = np.flatnonzero(mask & passive_hosts(cluster) & ~_at(whole, devices.ultra_node))
    part = answering(cluster, lost)
    gaps = tuple(
        (f"power.{_basis(cluster)} of {cluster.parts[int(p)].name}", distinct(devices.rack[lost[part == p]]))
        for p in distinct(part)
    )
    return Load(np.zeros(len(cluster.racks), dtype=np.int64), gaps)


def _add(figures: Figures, part: np.ndarray, rack: np.ndarray, mask: np.ndarray, size: int) -> Load:
    """Sum the figures of things over racks; float64 sums of mW are exact to 9 TW."""
    kept = np.flatnonzero(mask & (rack >= 0))
    part, rack = part[kept], rack[kept]
    low = np.bincount(rack, weights=figures.values[part], minlength=size)[:size].astype(np.int64)
    used = np.bincount(part, minlength=len(figures.missing)) if part.size else np.zeros(len(figures.missing))
    gaps = [
        (fact, distinct(rack[part == index]))
        for index, fact in enumerate(figures.missing)
        if fact is not None and used[index]
    ]
    return Load(low, tuple(gaps))


def unknown_rows(missing: Iterable[Gap], undecided: np.ndarray) -> Mapping[str, np.ndarray]:
    """Return per missing fact the rows that stay undecided because of it."""
    found: dict[str, list[np.ndarray]] = {}
    for fact, rows in missing:
        mine = rows[undecided[rows]]
        if mine.size:
            found.setdefault(fact, []).append(mine)
    return {fact: distinct(np.concatenate(rows)) for fact, rows in found.items()}
