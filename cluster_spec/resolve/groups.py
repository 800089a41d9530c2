"""`groups`: named sets of ultra-nodes, nodes or racks that serve as coordinates, blast domains and scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.columns import common
from cluster_spec.diagnostics import RANGE, SHAPE
from cluster_spec.records import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.resolve.census import Population
    from cluster_spec.resolve.devices import Stage
    from cluster_spec.resolve.families import Family, Section


@record(slots=True, eq=False)
class Membership:
    """The group number of each number of one family, -1 outside; `kind` is the section of the members."""

    name: str
    kind: str
    literals: tuple[str, ...]
    number: np.ndarray


@record(slots=True)
class Groups:
    """All groups of a cluster."""

    members: list[Membership] = field(default_factory=list)
    rows: dict[str, tuple[str, np.ndarray]] = field(default_factory=dict)

    def coordinates(self, population: Population, piece: dict[str, Any]) -> None:
        """Add the coordinate of each group that a population's owners belong to."""
        for membership in self.members:
            if membership.kind == population.kind and membership.literals == population.owner:
                owner = piece["element"] // population.per
                piece["coordinates"][membership.name] = membership.number[owner]


def resolve_groups(stage: Stage, entries: Mapping[str, Any]) -> Groups:
    """Resolve `groups`: `pair[1-8]: {members: "un[01-16]", assign: block 2}`."""
    groups = Groups()
    sections = {"ultra-nodes": stage.ultra, "nodes": stage.nodes, "racks": stage.floor.section}
    for key in sorted(entries):
        path = ("groups", key)
        range_ = stage.scope.range(key, path, key=True)
        entry = entries[key]
        kind, section = _section(stage, sections, entry.members, (*path, "members"))
        sets = section.family_sets(stage.scope, entry.members, (*path, "members"))
        order = np.concatenate([np.arange(n.size) for _, n in sets])
        at = 0
        name = range_.literals[0].rstrip("-_")
        for family, numbers in sets:
            position = numbers if len(sets) == 1 else order[at : at + numbers.size] + at
            at += numbers.size
            number = _assign(stage, entry, path, position, range_.size)
            column = _extended(stage, entry, family, numbers, number, len(sets), path, range_.size)
            groups.members.append(Membership(name, kind, family.literals, column))
        names = range_.names()
        rows = section.many(stage.scope, entry.members, (*path, "members"))
        for index, label in enumerate(names):
            groups.rows[label] = (kind, _rows(groups, kind, section, name, index, rows))
    return groups


def _section(
    stage: Stage, sections: Mapping[str, Section | None], text: str, path: tuple[str, ...]
) -> tuple[str, Section]:
    first = stage.scope.ranges(text, path)[0]
    known: list[str] = []
    for kind, section in sections.items():
        if section is None:
            continue
        known += section.known()
        if any(f.literals == first.literals for f in section.families):
            return kind, section
        if not first.wild and first.size and section.find(first.names()[0]):
            return kind, section
    raise stage.scope.dangling(path, text, "ultra-node, node or rack", known)


def _assign(stage: Stage, entry: Any, path: tuple[str, ...], position: np.ndarray, keys: int) -> np.ndarray:
    """Member i goes to key i // q (`block q`) or i % keys (`stripe`); without assign all go to the one key."""
    if entry.assign is None:
        if keys != 1:
            raise stage.scope.stop(
                SHAPE, path, f"{keys} groups share one set of members: write assign", key=True
            )
        return np.zeros(position.size, dtype=np.int64)
    if entry.assign == "stripe":
        return position % keys
    return position // int(entry.assign.split()[1])


def _extended(
    stage: Stage,
    entry: Any,
    family: Family,
    numbers: np.ndarray,
    number: np.ndarray,
    sets: int,
    path: tuple[str, ...],
    keys: int,
) -> np.ndarray:
    """Spread group numbers over the family's final extent: what is not built yet falls into later groups."""
    column = np.full(family.size, -1, dtype=np.int64)
    column[numbers] = number
    if numbers.size and int(number.max()) >= keys:
        raise stage.scope.stop(
            RANGE,
            (*path, "members"),
            f"{entry.members} fill {int(number.max()) + 1} groups, {path[-1]} names {keys}",
        )
    if sets == 1 and entry.assign is not None:
        rest = np.flatnonzero(column < 0)
        column[rest] = _assign(stage, entry, path, rest, keys)
    return column


def _rows(groups: Groups, kind: str, section: Section, name: str, index: int, rows: np.ndarray) -> np.ndarray:
    picked: list[np.ndarray] = []
    for membership in groups.members:
        if membership.name == name and membership.kind == kind:
            family = next(f for f in section.families if f.literals == membership.literals)
            own = family.rows[membership.number == index]
            picked.append(own[own >= 0])
    found = np.concatenate(picked) if picked else np.zeros(0, dtype=np.int64)
    return common(found, rows)
