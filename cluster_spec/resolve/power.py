"""`power`: the train as a directed graph, what feeds each rack, and the PDUs that stand in racks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec import units
from cluster_spec.columns import distinct
from cluster_spec.diagnostics import DUPLICATE_KEY, SHAPE, Related
from cluster_spec.model.cluster import PowerNode, RackFeeds
from cluster_spec.model.namespace import NameGroup
from cluster_spec.names import natural_key
from cluster_spec.records import field, record
from cluster_spec.resolve.assign import assigned
from cluster_spec.resolve.census import Population, fill_forward
from cluster_spec.resolve.families import build_section
from cluster_spec.resolve.scope import Stop
from cluster_spec.resolve.values import MILLI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.diagnostics import Path
    from cluster_spec.model.tables import Racks
    from cluster_spec.resolve.devices import Stage
    from cluster_spec.resolve.families import Entry, Family, Section
    from cluster_spec.resolve.scope import Scope

FULL = 1_000_000


@record(slots=True)
class Pdus:
    """The PDUs of one side of one `power.racks` entry in one family of racks."""

    numbers: np.ndarray
    part: int
    count: int
    origin: int


@record(slots=True)
class PowerBuild:
    """The power section while it is resolved; columns per side have one entry per rack row."""

    stage: Stage
    externals: Mapping[str, str]
    nodes: list[PowerNode] = field(default_factory=list)
    tree: Section | None = None
    columns: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    pdus: dict[tuple[str, int], list[Pdus]] = field(default_factory=dict)
    origin: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    flags: dict[str, np.ndarray] = field(default_factory=dict)
    racks: int = -1
    _external: dict[str, int] = field(default_factory=dict)

    def side(self, name: str) -> dict[str, np.ndarray]:
        """Return the columns of a side; they are made when it is first named."""
        if name not in self.columns:
            none = {"node": -1, "pdu": -1, "pdu_count": 0, "group": -1}
            self.columns[name] = {k: np.full(self.racks, v, dtype=np.int64) for k, v in none.items()}
        return self.columns[name]

    def external(self, name: str) -> int:
        """Return the node of an external end that feeds something."""
        if name not in self._external:
            self._external[name] = len(self.nodes)
            kind, origin = self.externals[name], self.stage.scope.origin("external", name)
            self.nodes.append(PowerNode(name, kind, None, None, (), None, None, origin, external=True))
        return self._external[name]


def resolve_power(stage: Stage, section: Any) -> PowerBuild:
    """Resolve the power train, add the PDUs in racks as devices, and return what `finish_power` needs.

    What is wrong is a finding; what is right is kept, so that its PDUs exist for other sections.
    """
    build = PowerBuild(stage, stage.externals)
    if section is None:
        return build
    build.tree = build_section(
        stage.scope, "power nodes", section.tree or {}, ("power", "tree"), stage.grow_to, stage.built
    )
    _tree(build)
    floor = stage.floor
    if section.racks and floor.section is not None and floor.racks is not None:
        _racks(build, section.racks)
        for side, family in sorted(build.pdus):
            _add_pdus(build, side, family, build.pdus[side, family])
    return build


def finish_power(build: PowerBuild, racks: Racks) -> tuple[tuple[PowerNode, ...], RackFeeds | None]:
    """Return the power nodes, and what feeds each rack (None when no rack is said to be fed)."""
    if build.racks < 0 or build.racks != len(racks):
        return tuple(build.nodes), None
    sides = tuple(sorted(build.columns))

    def matrix(name: str) -> np.ndarray:
        columns = [build.columns[s][name] for s in sides]
        return np.stack(columns, axis=1) if columns else np.zeros((build.racks, 0), dtype=np.int64)

    feeds = RackFeeds(
        sides,
        **{name: matrix(name) for name in ("node", "pdu", "pdu_count", "group")},
        **build.flags,
        origin=build.origin,
    )
    return tuple(build.nodes), feeds


# -- the train -------------------------------------------------------------------------------------


def _tree(build: PowerBuild) -> None:
    assert build.tree is not None
    scope = build.stage.scope
    size = build.tree.size
    blank = PowerNode("", "", None, None, (), None, None, 0)
    build.nodes += [blank] * size
    for entry in build.tree.entries:
        try:
            _tree_entry(build, entry)
        except Stop:
            origin = scope.origin(*entry.path)
            for name, row in zip(entry.range.names(), entry.rows, strict=True):
                if row >= 0:
                    node = PowerNode(name, entry.value.kind, None, None, (), None, None, origin)
                    build.nodes[int(row)] = node
    _cycles(build)


def _tree_entry(build: PowerBuild, entry: Entry) -> None:
    scope, value, path = build.stage.scope, entry.value, entry.path
    capacity, apparent = _capacity(build, value, path)
    efficiency, at = _efficiency(scope, value.efficiency, (*path, "efficiency"))
    found = fed_by(build, value.from_, (*path, "from"), entry)
    parallel = 0
    if value.share == "parallel":
        parallel = scope.count(value.needed, (*path, "needed"), len(found), low=1) or len(found)
        if parallel > len(found):
            text = f"{parallel} sources are needed in parallel, {len(found)} are named"
            raise scope.stop(SHAPE, (*path, "needed") if value.needed is not None else path, text)
    origin = scope.origin(*path)
    for index, (name, row) in enumerate(zip(entry.range.names(), entry.rows, strict=True)):
        if row < 0:
            continue
        sources = tuple(dict.fromkeys(int(column[index]) for column in found))
        build.nodes[int(row)] = PowerNode(
            name,
            value.kind,
            capacity,
            apparent,
            sources,
            efficiency,
            value.managed,
            origin,
            efficiency_at=at,
            parallel=parallel,
        )


def fed_by(build: PowerBuild, value: Any, path: Path, entry: Entry) -> list[np.ndarray]:
    """Return the power nodes that feed each element: one column per source of a `from:` or `feeds:`."""
    if value is None:
        return []
    env, built = entry.range.bindings(), entry.rows >= 0
    given = value if isinstance(value, dict) else {None: value}
    where = {label: path if label is None else (*path, label) for label in given}
    return [
        power_sources(build, given[label], where[label], env, built)
        for label in sorted(given, key=lambda name: name or "")
    ]


def power_sources(
    build: PowerBuild, value: Any, path: Path, env: Mapping[str, Any], built: np.ndarray
) -> np.ndarray:
    """Return the index of the power node that feeds each element, -1 for elements that are not built."""
    if isinstance(value, str) and value in build.externals:
        return np.full(built.size, build.external(value), dtype=np.int64)
    if build.tree is None:
        raise build.stage.scope.dangling(path, str(value), "power node", sorted(build.externals))
    return assigned(build.stage.scope, build.tree, value, path, env, built)


def _capacity(build: PowerBuild, value: Any, path: Path) -> tuple[int | None, int | None]:
    """Return capacity (mW) and apparent power (mVA): as written, of the part, or current x voltage."""
    scope = build.stage.scope
    if value.capacity is not None:
        where = (*path, "capacity")
        if units.matches(value.capacity, "power"):
            return scope.quantity(value.capacity, "power", where), None
        return None, scope.quantity(value.capacity, "apparent", where)
    if value.part is not None:
        part = build.stage.hardware.parts[build.stage.hardware.part(value.part, (*path, "part"))]
        if part.pdu is not None:
            return part.pdu.power, part.pdu.apparent
    return _rated(scope, value, path)


def _rated(scope: Scope, value: Any, path: Path) -> tuple[int | None, int | None]:
    """Return what current and voltage come to: U x I, times sqrt 3 between lines of three phases."""
    current = value.breaker or value.current
    if current is None or value.voltage is None:
        return None, None
    amps = scope.quantity(current, "current", (*path, "breaker" if value.breaker else "current"))
    try:
        voltage = units.parse_voltage(value.voltage)
    except ValueError as error:
        raise scope.stop(SHAPE, (*path, "voltage"), f"voltage: {error}") from None
    product = amps * voltage.low_mv // 1000
    if voltage.kind == "DC":
        return product, None
    if value.phases == 3:  # noqa: PLR2004 - three phases
        return None, product * 1_732_050 // FULL if voltage.kind == "L-L" else 3 * product
    return None, product


def _efficiency(scope: Scope, value: Any, path: Path) -> tuple[int | None, int | None]:
    """Return efficiency and the load it holds for (ppm): of a curve the point nearest to full load."""
    if value is None:
        return None, None
    points = {None: value} if isinstance(value, str) else value
    found: list[tuple[int, int]] = []
    for load, text in points.items():
        where = path if load is None else (*path, load)
        share = -1 if load is None else scope.quantity(load, "percent", where)
        found.append((share, scope.quantity(text, "percent", where)))
        if not 0 < found[-1][1] <= FULL:
            raise scope.stop(SHAPE, where, f"efficiency is {text}, more than 0 and at most 100 % is possible")
    load, efficiency = min(found, key=lambda pair: (abs(pair[0] - FULL), pair[1]))
    return efficiency, None if load < 0 else load


def _cycles(build: PowerBuild) -> None:
    """Power flows one way: a node that feeds itself through others is reported, and loses its sources."""
    color = [0] * len(build.nodes)
    for start in range(len(build.nodes)):
        stack = [(start, iter(build.nodes[start].sources))] if not color[start] else []
        while stack:
            node, sources = stack[-1]
            color[node] = 1
            above = next(sources, None)
            if above is None:
                color[node] = 2
                stack.pop()
            elif color[above] == 1:
                _cycle(build, [n for n, _ in stack], above)
                return
            elif color[above] == 0:
                stack.append((above, iter(build.nodes[above].sources)))


def _cycle(build: PowerBuild, chain: list[int], again: int) -> None:
    ring = [build.nodes[n].name for n in chain[chain.index(again) :]]
    path = build.stage.scope.paths[build.nodes[again].origin]
    build.stage.scope.report(
        SHAPE, (*path, "from"), f"{ring[0]} feeds itself: {' from '.join([*ring, ring[0]])}", key=True
    )
    from cluster_spec.records import replace

    build.nodes[:] = [replace(node, sources=()) for node in build.nodes]


# -- racks -----------------------------------------------------------------------------------------


def rack_sets(stage: Stage, key: str, path: Path) -> tuple[list[tuple[int, np.ndarray]], dict[str, Any]]:
    """Return the racks of a key as (index of family, numbers in it), and the named brackets of the key."""
    section = stage.floor.section
    assert section is not None
    index = {id(family): i for i, family in enumerate(section.families)}
    sets = [(index[id(f)], n) for f, n in section.family_sets(stage.scope, key, path)]
    ranges = stage.scope.ranges(key, path, key=True)
    if any(r.wild for r in ranges):
        return sets, {}
    bindings = [r.bindings() for r in ranges]
    shared = set(bindings[0]).intersection(*bindings)
    if len(bindings) == 1:
        return sets, dict(bindings[0])
    return sets, {n: np.concatenate([np.asarray(b[n]) for b in bindings]) for n in shared}


def rack_rows(stage: Stage, sets: list[tuple[int, np.ndarray]]) -> np.ndarray:
    """Return the rack rows of sets, -1 where a rack is not built."""
    assert stage.floor.section is not None
    families = stage.floor.section.families
    return np.concatenate([families[f].rows[numbers] for f, numbers in sets] or [np.zeros(0, dtype=np.int64)])


def claim_racks(stage: Stage, rows: np.ndarray, origin: np.ndarray, path: Path) -> None:
    """Note that an entry speaks of racks; two entries that speak of one are a finding that names both."""
    own = rows[rows >= 0]
    taken = own[origin[own] >= 0]
    if taken.size:
        racks = stage.floor.racks
        assert racks is not None
        other = stage.scope.paths[int(origin[taken[0]])]
        raise stage.scope.stop(
            DUPLICATE_KEY,
            path,
            f"{path[-1]} and {other[-1]} both say it for {racks.names.fold(taken)}",
            key=True,
            related=[Related("the other one", stage.scope.place(other, key=True))],
        )
    origin[own] = stage.scope.origin(*path)


def _racks(build: PowerBuild, entries: Mapping[str, Any]) -> None:
    racks = build.stage.floor.racks
    assert racks is not None
    build.racks = len(racks)
    build.origin = np.full(build.racks, -1, dtype=np.int64)
    build.flags = {n: np.zeros(build.racks, dtype=bool) for n in ("declared", "absent", "single")}
    for key in sorted(entries, key=natural_key):
        try:
            _rack_entry(build, key, entries[key])
        except Stop:
            continue


def _rack_entry(build: PowerBuild, key: str, value: Any) -> None:
    path = ("power", "racks", key)
    sets, env = rack_sets(build.stage, key, path)
    rows = rack_rows(build.stage, sets)
    built = rows >= 0
    claim_racks(build.stage, rows, build.origin, path)
    build.flags["absent"][rows[built]] = value.none is not None
    build.flags["single"][rows[built]] = value.cords is not None and value.cords.psus == "single"
    for side in sorted(value.feeds or {}):
        where = (*path, "feeds", side)
        build.side(side)["node"][rows[built]] = power_sources(build, value.feeds[side], where, env, built)[
            built
        ]
        build.flags["declared"][rows[built]] = True
    for side in sorted(value.pdus or {}):
        if side in (value.feeds or {}):
            raise build.stage.scope.stop(
                SHAPE, (*path, "pdus", side), f"side {side} has a feed and PDUs: the PDUs say what feeds them"
            )
        _pdus(build, (*path, "pdus", side), value.pdus[side], sets, rows, env)
        build.flags["declared"][rows[built]] = True


def _pdus(
    build: PowerBuild,
    path: tuple[str, ...],
    value: Any,
    sets: list[tuple[int, np.ndarray]],
    rows: np.ndarray,
    env: Mapping[str, Any],
) -> None:
    """Note the PDUs of one side: their feeds, a power node that stands for them, and the devices to add."""
    stage, built = build.stage, rows >= 0
    side = path[-1]
    part = stage.hardware.part(value.part, (*path, "part"), ("pdu",))
    count = stage.scope.count(value.count, (*path, "count"), 1, low=1) or 1
    columns = build.side(side)
    if value.from_ is not None:
        columns["node"][rows[built]] = power_sources(build, value.from_, (*path, "from"), env, built)[built]
    origin = stage.scope.origin(*path)
    columns["group"][rows[built]] = len(build.nodes)
    pdu = stage.hardware.parts[part].pdu
    power = None if pdu is None or pdu.power is None else pdu.power * count
    apparent = None if pdu is None or pdu.apparent is None else pdu.apparent * count
    build.nodes.append(
        PowerNode(f"{path[2]}-pdu-{side}", "pdu", power, apparent, (), None, None, origin, per_rack=True)
    )
    for family, numbers in sets:
        build.pdus.setdefault((side, family), []).append(Pdus(numbers, part, count, origin))


def _add_pdus(build: PowerBuild, side: str, index: int, blocks: list[Pdus]) -> None:
    """Add the PDUs of one side of a family of racks: `{rack}-pdu-{side}`, numbered where there are several."""
    stage = build.stage
    assert stage.floor.section is not None
    family = stage.floor.section.families[index]
    per = max(block.count for block in blocks)
    device = np.full(family.size * per, -1, dtype=np.int64)
    layout = np.zeros(family.size * per, dtype=np.int64)
    for block in blocks:
        numbers = block.numbers[family.rows[block.numbers] >= 0]
        slots = (numbers[:, None] * per + np.arange(block.count)).ravel()
        layout[slots] = stage.hardware.layout(block.part)
        device[slots] = _add_block(build, side, family, block, numbers, per)
    every = np.arange(family.size * per)
    stage.census.populations.append(
        Population(
            f"{family.label}-pdu-{side}",
            "pdus",
            device,
            np.full(every.size, -1, dtype=np.int64),
            every,
            fill_forward(layout, device >= 0),
            np.full(every.size, index, dtype=np.int64),
            every // per,
            {},
            family.literals,
            per,
        )
    )


def _add_block(
    build: PowerBuild, side: str, family: Family, block: Pdus, numbers: np.ndarray, per: int
) -> np.ndarray:
    stage, racks = build.stage, build.stage.floor.racks
    assert racks is not None
    if not numbers.size:
        return np.zeros(0, dtype=np.int64)
    rows = family.rows[numbers]
    own = np.repeat(rows, block.count)
    added = stage.census.add(
        [_names(family, side, numbers, block.count)],
        own.size,
        part=block.part,
        layout=stage.hardware.layout(block.part),
        role=stage.census.role("pdu"),
        state=racks.state[own],
        rack=own,
        u=_units(build, side, block, rows),
        number=(numbers[:, None] * per + np.arange(block.count)).ravel(),
        origin=block.origin,
    )
    columns = build.side(side)
    columns["pdu"][rows] = added[:: block.count]
    columns["pdu_count"][rows] = block.count
    return added


def _names(family: Family, side: str, numbers: np.ndarray, count: int) -> NameGroup:
    literals = (*family.literals[:-1], f"{family.literals[-1]}-pdu-{side}")
    printed = family.printed(np.repeat(numbers, count))
    if count == 1:
        return NameGroup(0, numbers.size, literals, family.widths, family.letters, printed)
    index = np.tile(np.arange(1, count + 1), numbers.size)
    return NameGroup(
        0, index.size, (*literals, ""), (*family.widths, 0), (*family.letters, False), (*printed, index)
    )


def _units(build: PowerBuild, side: str, block: Pdus, rows: np.ndarray) -> np.ndarray:
    """Return the lowest unit of each PDU (thousandths): -1 for 0U, else from the top of the free units."""
    part, racks = build.stage.hardware.parts[block.part], build.stage.floor.racks
    assert racks is not None
    units_ = np.full((rows.size, block.count), -1, dtype=np.int64)
    if not part.height:
        return units_.ravel()
    need = -(-part.height // MILLI)
    before = sorted(build.columns).index(side) * block.count
    for free_set in distinct(racks.free_set[rows]):
        free = sorted(racks.free[int(free_set)], reverse=True) if free_set >= 0 else []
        starts = [u for i, u in enumerate(free[need - 1 :]) if free[i] - u == need - 1][::need]
        own = starts[before : before + block.count]
        units_[np.ix_(racks.free_set[rows] == free_set, np.arange(len(own)))] = np.array(own) * MILLI
    return units_.ravel()
