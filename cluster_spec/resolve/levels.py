"""Fabrics of explicit switches: tiers from roles or from distance, links turned lower end first, classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.columns import distinct
from cluster_spec.model.cluster import Tier
from cluster_spec.resolve.wiring import PENDING

if TYPE_CHECKING:
    from cluster_spec.resolve.step import Build, Links

LEVEL_NAMES = ("leaf", "spine", "core", "tier-4", "tier-5", "tier-6", "tier-7", "tier-8")


def rank_switches(build: Build, given: tuple[Tier, ...]) -> tuple[tuple[Tier, ...], np.ndarray]:
    """Return the tiers of a fabric and the tier of every device (-1: no switch of it).

    Explicit switches take the tier that their role names; without roles, their distance from the endpoints.
    """
    census = build.stage.census
    mine = census.column("fabric") == build.index
    tier = np.where(mine, census.column("tier"), -1)
    loose = np.flatnonzero(mine & (tier < 0))
    if not loose.size:
        return given, tier
    distance = _distances(build, mine, tier)
    roles = census.column("role")[loose]
    names = _by_distance(census.roles, roles, distance[loose])
    if "switch" not in names and (not given or set(names) <= {t.name for t in given}):
        extra = tuple(n for n in names if n not in {t.name for t in given})
        tiers = (*given, *(_tier(build, n, loose[roles == census.roles.index(n)]) for n in extra))
        index = {t.name: i for i, t in enumerate(tiers)}
        tier[loose] = [index[census.roles[int(r)]] for r in roles]
        return tiers, tier
    tier[loose] = np.maximum(distance[loose], 0)
    deepest = int(tier[loose].max()) if loose.size else -1
    found = (
        _tier(build, LEVEL_NAMES[min(level, len(LEVEL_NAMES) - 1)], loose[tier[loose] == level])
        for level in range(len(given), deepest + 1)
    )
    return (*given, *found), tier


def _by_distance(names: list[str], roles: np.ndarray, distance: np.ndarray) -> list[str]:
    """Return the roles that occur, nearest to the endpoints first; known tier names keep their usual order."""
    found = [names[int(r)] for r in distinct(roles)]

    def rank(name: str) -> tuple[int, int, str]:
        own = distance[roles == names.index(name)]
        usual = LEVEL_NAMES.index(name) if name in LEVEL_NAMES else len(LEVEL_NAMES)
        return (int(own.min()) if own.size else 0, usual, name)

    if all(name in LEVEL_NAMES for name in found):
        return sorted(found, key=LEVEL_NAMES.index)
    return sorted(found, key=rank)


def _tier(build: Build, name: str, rows: np.ndarray) -> Tier:
    census = build.stage.census
    parts = census.column("part")[rows]
    origins = census.column("origin")[rows]
    part = int(parts[0]) if parts.size else -1
    origin = int(origins[0]) if origins.size else build.stage.scope.origin(*build.path, "switches")
    return Tier(name, part, None, None, None, 0, "explicit", "as listed", origin)


def _distances(build: Build, mine: np.ndarray, tier: np.ndarray) -> np.ndarray:
    """Return the level of each switch: 0 where endpoints hang, then by breadth; -1 where nothing reaches."""
    a = np.concatenate([link.a_device for link in build.links]) if build.links else np.zeros(0, np.int64)
    z = np.concatenate([link.z_device for link in build.links]) if build.links else np.zeros(0, np.int64)
    level = np.where(mine & (tier >= 0), tier, -1).astype(np.int64)
    to_switch = ~mine[a] & mine[z]
    from_switch = mine[a] & ~mine[z]
    level[z[to_switch]] = np.where(level[z[to_switch]] < 0, 0, level[z[to_switch]])
    level[a[from_switch]] = np.where(level[a[from_switch]] < 0, 0, level[a[from_switch]])
    both = mine[a] & mine[z]
    a, z = a[both], z[both]
    if not (level >= 0).any() and a.size:
        level[a[0]] = 0
    for step in range(64):
        reach = np.concatenate(
            [z[(level[a] == step) & (level[z] < 0)], a[(level[z] == step) & (level[a] < 0)]]
        )
        if not reach.size:
            break
        level[reach] = step + 1
    return level


def classify(build: Build, tiers: tuple[Tier, ...], tier: np.ndarray) -> None:
    """Turn pending links lower end first and give each its class."""
    split: list[Links] = []
    for link in build.links:
        if not isinstance(link.klass, int) or link.klass != PENDING:
            split.append(link)
            continue
        low, high = tier[link.a_device], tier[link.z_device]
        turn = low > high
        a_device = np.where(turn, link.z_device, link.a_device)
        z_device = np.where(turn, link.a_device, link.z_device)
        a_port = np.where(turn, link.z_port, link.a_port)
        z_port = np.where(turn, link.a_port, link.z_port)
        low, high = np.minimum(low, high), np.maximum(low, high)
        link.a_device, link.a_port, link.z_device, link.z_port = a_device, a_port, z_device, z_port
        pair = (low + 1) * (len(tiers) + 1) + high + 1
        link.klass = np.full(pair.size, -1, dtype=np.int16)
        for value in distinct(pair):
            lower, upper = int(value) // (len(tiers) + 1) - 1, int(value) % (len(tiers) + 1) - 1
            klass = _class(build, tiers, lower, upper)
            link.klass[pair == value] = klass
        split.append(link)
    build.links = split


def _class(build: Build, tiers: tuple[Tier, ...], lower: int, upper: int) -> int:
    name = [tiers[i].name if i >= 0 else "node" for i in (lower, upper)]
    for index, known in enumerate(build.classes.items):
        if known.fabric == build.index and known.name == "-".join(name):
            return index
    fabric: Any = build.fabric
    rate = build.stage.scope.optional(
        (fabric.rates or {}).get("-".join(name)) or fabric.rate, "rate", (*build.path, "rate")
    )
    return build.classes.add(build, name[0], name[1], lower, upper, rate)
