"""The ports that a fabric joins, at final extent: which device, which port, which coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.columns import distinct
from cluster_spec.diagnostics import DANGLING, EXPRESSION, SHAPE
from cluster_spec.expressions import ExpressionError, compile_expression
from cluster_spec.names import natural_key
from cluster_spec.records import field, record
from cluster_spec.resolve.scope import Stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.diagnostics import Path
    from cluster_spec.resolve.census import Population
    from cluster_spec.resolve.devices import Stage
    from cluster_spec.resolve.groups import Groups

BUILT_IN = ("ultra_node", "node", "rack", "port")
SMALL = 1 << 24
MANAGEMENT_ROLES = frozenset({"oob", "console"})


@record(slots=True, eq=False)
class Ends:
    """The lower side of a tier step, at final extent and in order: what is connected upwards.

    For endpoints: `device` row (-1 not built), `port` index in its layout, `member` index of the endpoint set,
    `unit` numbers the nodes they sit on. `coordinates` hold one column per name.
    """

    device: np.ndarray
    port: np.ndarray
    member: np.ndarray
    unit: np.ndarray
    coordinates: dict[str, np.ndarray]
    sets: list[str] = field(default_factory=list)
    homed: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    rack_families: int = 0

    @property
    def built(self) -> np.ndarray:
        """Which of them exist."""
        return self.device >= 0

    def without_lost(self, names: tuple[str, ...]) -> Ends:
        """Leave out what is not built and lacks a coordinate: it has no place in any group yet."""
        lost = np.zeros(self.device.size, dtype=bool)
        for name in names:
            if name in self.coordinates:
                lost |= self.coordinates[name] < 0
        lost &= self.device < 0
        if not lost.any():
            return self
        keep = np.flatnonzero(~lost)
        coordinates = {k: v[keep] for k, v in self.coordinates.items()}
        columns = (self.device[keep], self.port[keep], self.member[keep], self.unit[keep])
        return Ends(*columns, coordinates, self.sets, self.homed[keep], self.rack_families)


def resolve_endpoints(stage: Stage, fabric: Any, path: Path, own: int, groups: Groups) -> Ends:
    """Collect the endpoints of a fabric: sets by `order`, then name; families by name; then number and port."""
    pieces: list[dict[str, Any]] = []
    entries = fabric.endpoints or {}
    order = sorted(entries, key=lambda name: (entries[name].order or 0, natural_key(name), name))
    for index, name in enumerate(order):
        entry, where = entries[name], (*path, "endpoints", name)
        if not stage.scope.holds(entry.when, (*where, "when")):
            continue
        found = 0
        for population, numbers in _populations(stage, entry, where, own):
            piece = _piece(stage, entry, where, population, numbers)
            if piece is None:
                continue
            piece["set"] = np.full(piece["device"].size, index, dtype=np.int16)
            piece["homed"] = np.full(piece["device"].size, entry.home is not None, dtype=bool)
            groups.coordinates(population, piece)
            _derive(stage, entry.coordinates or {}, (*where, "coordinates"), piece["coordinates"])
            pieces.append(piece)
            found += piece["device"].size
        if not found and entry.every is None:
            raise stage.scope.stop(
                DANGLING, (*where, "ports"), f"{name}: nothing it names has a port {entry.ports!r}"
            )
    ends = _join(stage, pieces, order, (*path, "endpoints"))
    _derive(stage, fabric.coordinates or {}, (*path, "coordinates"), ends.coordinates)
    return ends


def _populations(stage: Stage, entry: Any, path: Path, own: int) -> list[tuple[Population, np.ndarray]]:
    """Return the populations that a set names, with the numbers of the devices in them."""
    given = [k for k in ("ultra_nodes", "nodes", "accelerators", "every") if getattr(entry, k) is not None]
    if len(given) != 1 or given == ["accelerators"]:
        raise stage.scope.stop(
            SHAPE, path, "an endpoint set names one of ultra_nodes, nodes or every", key=True
        )
    if entry.every is not None:
        if not entry.every:
            raise stage.scope.stop(
                SHAPE, (*path, "every"), "`every` names a role, such as {role: oob}", key=True
            )
        return [
            (p, np.arange(p.device.size))
            for p in sorted(stage.census.populations, key=lambda p: (natural_key(p.label), p.kind))
            if p.fabric != own
        ]
    kind, section = ("ultra-nodes", stage.ultra) if entry.ultra_nodes is not None else ("nodes", stage.nodes)
    where = (*path, given[0])
    if section is None:
        raise stage.scope.dangling(where, getattr(entry, given[0]), kind.rstrip("s"), [])
    hits: dict[int, tuple[Population, list[np.ndarray]]] = {}
    for family, numbers in section.family_sets(stage.scope, getattr(entry, given[0]), where):
        population = next(
            (p for p in stage.census.populations if p.kind == kind and p.owner == family.literals), None
        )
        if population is None:
            raise Stop
        inner = (numbers[:, None] * population.per + np.arange(population.per)).ravel()
        hits.setdefault(id(population), (population, []))[1].append(inner)
    result = [(p, distinct(np.concatenate(n))) for p, n in hits.values()]
    return sorted(result, key=lambda item: natural_key(item[0].label))


def _piece(
    stage: Stage, entry: Any, path: Path, population: Population, numbers: np.ndarray
) -> dict[str, Any] | None:
    """Return the ports of one population, in order of number and port."""
    layouts = population.layout[numbers]
    used = [int(v) for v in distinct(layouts) if v >= 0]
    ports = {i: _ports(stage, entry, path, i) for i in used}
    if not any(p.size for p in ports.values()):
        return None
    if len(used) == 1 and not (layouts < 0).any():
        own = ports[used[0]]
        element = np.repeat(numbers, own.size)
        index = np.tile(np.arange(own.size), numbers.size)
        local = np.tile(own, numbers.size)
    else:
        kind = np.searchsorted(used, layouts)  # of what has no layout: the first, and no ports
        sizes = np.array([ports[v].size for v in used])
        counts = np.where(layouts >= 0, sizes[kind], 0)
        element = np.repeat(numbers, counts)
        index = np.arange(element.size) - np.repeat(np.cumsum(counts) - counts, counts)
        local = np.concatenate([ports[v] for v in used])[
            np.repeat((np.cumsum(sizes) - sizes)[kind], counts) + index
        ]
    return {
        "device": population.device[element],
        "port": local.astype(np.int32),
        "unit": element,
        "coordinates": {
            "ultra_node": population.ultra_node[element],
            "node": population.node[element],
            "rack": population.rack[element],
            "_rack_family": population.rack_family[element],
            "port": index,
            **{k: v[element] for k, v in population.brackets.items() if k not in BUILT_IN},
        },
        "element": element,
        "population": population,
    }


def _ports(stage: Stage, entry: Any, path: Path, layout: int) -> np.ndarray:
    """Return the ports of a layout that a set selects: by role, or by label or a range of labels."""
    ports = stage.hardware.layouts[layout].ports
    if entry.every is not None:
        role = entry.every["role"]
        return np.array([i for i, p in enumerate(ports) if p.role == role], dtype=np.int64)
    wanted = entry.ports
    if wanted is None:
        return np.array([i for i, p in enumerate(ports) if p.role not in MANAGEMENT_ROLES], dtype=np.int64)
    by_role = [i for i, p in enumerate(ports) if p.role == wanted]
    picked = by_role or [i for i, p in enumerate(ports) if p.group == wanted]
    if picked:
        return np.array(picked, dtype=np.int64)
    labels = {p.label: i for i, p in enumerate(ports)}
    names = [n for r in stage.scope.ranges(wanted, (*path, "ports")) for n in r.names()]
    prefixed = [i for i, p in enumerate(ports) if p.label.rstrip("0123456789") == wanted]
    return np.array([labels[n] for n in names if n in labels] or prefixed, dtype=np.int64)


def _derive(stage: Stage, declared: Mapping[str, Any], path: Path, columns: dict[str, np.ndarray]) -> None:
    """Evaluate derived coordinates; one may use another, whatever the order of keys."""
    waiting = dict(declared)
    size = next(iter(columns.values())).size if columns else 0
    for name in waiting:
        if name in BUILT_IN or name in stage.scope.parameters:
            raise stage.scope.stop(
                SHAPE, (*path, name), f"{name} is {_taken(name, stage)} and may not be shadowed", key=True
            )
    while waiting:
        ready = [n for n, v in waiting.items() if not (_names(stage, v, (*path, n)) & waiting.keys())]
        if not ready:
            raise stage.scope.stop(
                EXPRESSION,
                (*path, min(waiting)),
                f"coordinates {', '.join(sorted(waiting))} need each other",
                key=True,
            )
        for name in ready:
            value = stage.scope.integer(waiting.pop(name), (*path, name), columns)
            columns[name] = np.broadcast_to(np.asarray(value, dtype=np.int64), size)


def _taken(name: str, stage: Stage) -> str:
    return "a parameter" if name in stage.scope.parameters else "a built-in coordinate"


def _names(stage: Stage, value: int | str, path: Path) -> frozenset[str]:
    if isinstance(value, int):
        return frozenset()
    try:
        return compile_expression(value).names
    except ExpressionError as error:
        raise stage.scope.stop(EXPRESSION, path, error.message, column=error.column) from None


def _join(stage: Stage, pieces: list[dict[str, Any]], sets: list[str], path: Path) -> Ends:
    """Join the pieces of all sets; a coordinate that some set lacks is -1 there."""
    if not pieces:
        none = np.zeros(0, dtype=np.int64)
        return Ends(none, none, none, none, dict.fromkeys(BUILT_IN, none), sets, none.astype(bool))
    names = sorted({name for p in pieces for name in p["coordinates"]})
    coordinates = {
        name: _cat([p["coordinates"].get(name, np.full(p["device"].size, -1)) for p in pieces])
        for name in names
    }
    unit, base = [], 0
    for piece in pieces:
        unit.append(piece["unit"] + base)
        base += int(piece["unit"].max()) + 1 if piece["unit"].size else 0
    families = coordinates.pop("_rack_family")
    ends = Ends(
        _cat([p["device"] for p in pieces]),
        _cat([p["port"] for p in pieces]),
        _cat([p["set"] for p in pieces]),
        _cat(unit),
        coordinates,
        sets,
        _cat([p["homed"] for p in pieces]),
    )
    _twice(stage, ends, path)
    kinds = distinct(families[families >= 0])
    ends.rack_families = int(kinds.size)
    if kinds.size > 1:
        ends.coordinates["_rack_family"] = families
    return ends


def _cat(arrays: list[np.ndarray]) -> np.ndarray:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _twice(stage: Stage, ends: Ends, path: Path) -> None:
    """A port may be in one set only."""
    if len(ends.sets) <= 1:
        return
    built = ends.built
    first = stage.census.first_ports()
    ports = first[ends.device[built]] + ends.port[built]
    unique, counts = np.unique(ports, return_counts=True)
    if unique.size != ports.size:
        hit = np.flatnonzero(ports == unique[counts > 1][0])
        names = sorted({ends.sets[int(ends.member[built][i])] for i in hit})
        raise stage.scope.stop(
            SHAPE, (*path, names[-1]), f"endpoint sets {' and '.join(names)} share ports", key=True
        )
