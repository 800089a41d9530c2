"""Nodes and ultra-nodes become devices; what is not built yet keeps its number in the population."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.columns import distinct
from cluster_spec.diagnostics import SHAPE
from cluster_spec.model.cluster import Internal
from cluster_spec.model.namespace import NameGroup, NameTable
from cluster_spec.model.tables import STATES, UltraNodes
from cluster_spec.names import natural_key, parse_range
from cluster_spec.records import field, record
from cluster_spec.resolve.assign import assigned, built_of
from cluster_spec.resolve.census import Population, fill_forward
from cluster_spec.resolve.families import Entry, Family, Section, build_section
from cluster_spec.resolve.scope import Stop
from cluster_spec.resolve.values import MILLI, choices, numbers, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.model.parts import Member, Part
    from cluster_spec.resolve.census import Census
    from cluster_spec.resolve.floor import Floor
    from cluster_spec.resolve.hardware import Hardware
    from cluster_spec.resolve.scope import Scope

DEVICE_KINDS = ("node", "switch", "appliance", "pdu", "cdm", "cdu", "device")


@record(slots=True)
class Stage:
    """What resolving a device section needs."""

    scope: Scope
    floor: Floor
    hardware: Hardware
    census: Census
    grow_to: Mapping[str, Any]
    built: Any
    phases: list[str]
    nodes: Section | None = None
    ultra: Section | None = None
    ultra_table: UltraNodes | None = None
    internals: list[Internal] = field(default_factory=list)
    externals: dict[str, str] = field(default_factory=dict)

    def foreseen(self, name: str) -> bool:
        """Whether a name is declared and not built in this run: its phase comes later, or its `when` is false."""
        for section in (self.nodes, self.ultra, self.floor.section):
            for text in (name, name.rpartition("-")[0]):
                hit = section.find(text) if section is not None and text else None
                if hit is not None and hit[0].rows[hit[1]] < 0:
                    return True
        return False


def resolve_nodes(stage: Stage, nodes: Mapping[str, Any]) -> None:
    """Resolve `nodes`: one device per element."""
    stage.nodes = build_section(stage.scope, "nodes", nodes, ("nodes",), stage.grow_to, stage.built)
    failed = False
    for family in stage.nodes.families:
        try:
            device_family(stage, family, "nodes", "server")
        except Stop:
            failed = True
    if failed:
        raise Stop


def device_family(stage: Stage, family: Family, kind: str, role: str, **fixed: Any) -> Population:
    """Add the devices of one family of entries with `part`, `role`, `rack`, `u`; return their population."""
    columns = _Columns(family.size)
    for entry in family.entries:
        _device_entry(stage, entry, columns, role)
    foresee_racks(stage, family, columns.rack_family, columns.rack_number)
    built = family.rows >= 0
    taken = {name: column[family.numbers] for name, column in columns.values.items()}
    group = family.group()
    rows = stage.census.add(
        [NameGroup(0, family.count, group.literals, group.widths, group.letters, group.columns)],
        family.count,
        number=family.numbers,
        **taken,
        **fixed,
    )
    device = np.full(family.size, -1, dtype=np.int64)
    device[family.numbers] = rows
    all_numbers = np.arange(family.size)
    population = Population(
        family.label,
        kind,
        device,
        np.full(family.size, -1, dtype=np.int64),
        all_numbers,
        fill_forward(columns.values["layout"], built),
        columns.rack_family,
        columns.rack_number,
        _brackets(family, family.printed(all_numbers)),
        family.literals,
    )
    stage.census.populations.append(population)
    return population


class _Columns:
    """Columns over the numbers of a family at its final extent."""

    def __init__(self, size: int) -> None:
        names = ("part", "layout", "role", "state", "phase", "rack", "u", "rear", "origin", "none_of")
        defaults = {"phase": -1, "rack": -1, "u": -1, "none_of": -1}
        self.values = {n: np.full(size, defaults.get(n, 0), dtype=np.int64) for n in names}
        self.rack_family = np.full(size, -1, dtype=np.int64)
        self.rack_number = np.full(size, -1, dtype=np.int64)

    def put(self, name: str, entry: Entry, value: Any) -> None:
        self.values[name][entry.numbers] = value


def _brackets(family: Family, printed: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
    """Return the printed numbers of named brackets, by the name that any entry gives them."""
    result: dict[str, np.ndarray] = {}
    for entry in family.entries:
        for bracket, column in zip(entry.range.brackets, printed, strict=True):
            if bracket.name is not None and not bracket.letters:
                result[bracket.name] = column
    return result


def _device_entry(stage: Stage, entry: Entry, columns: _Columns, role: str) -> None:
    scope, value, path, env = stage.scope, entry.value, entry.path, entry.range.bindings()
    parts = _parts(stage, entry, env)
    columns.put("part", entry, parts)
    layouts = {int(p): stage.hardware.layout(int(p)) for p in distinct(parts)}
    columns.put("layout", entry, np.array([layouts[int(p)] for p in parts], dtype=np.int64))
    columns.put("role", entry, stage.census.role(value.role or _role(stage, parts, role)))
    columns.put("state", entry, STATES.index(value.state or "planned"))
    columns.put("phase", entry, phase_column(stage, value.phase, path, env, entry.size))
    columns.put("origin", entry, scope.origin(*path))
    columns.put("rear", entry, value.face == "rear")
    columns.put("none_of", entry, stage.census.none(value.none))
    if value.place is not None and (value.rack is not None or value.u is not None):
        raise scope.stop(SHAPE, (*path, "place"), "place and rack, u say the same: one of them", key=True)
    if value.rack is not None and stage.floor.section is not None:
        racks, family, number = rack_column(stage, value.rack, (*path, "rack"), env, entry)
        columns.put("rack", entry, racks)
        columns.rack_family[entry.numbers], columns.rack_number[entry.numbers] = family, number
        if value.u is not None:
            units = numbers(scope, value.u, (*path, "u"), env, entry.size, MILLI)
            if units.size and int(units.min()) < 0:
                raise scope.stop(
                    SHAPE, (*path, "u"), f"u comes to {int(units.min()) // MILLI}, at least 0 is needed"
                )
            columns.put("u", entry, units)
    elif value.place is not None:
        _placed(stage, entry, columns, parts)
    elif value.rack is not None:
        raise scope.dangling((*path, "rack"), str(value.rack), "rack", [])


def _parts(stage: Stage, entry: Entry, env: Mapping[str, Any]) -> np.ndarray:
    path = (*entry.path, "part")
    spelled = texts(stage.scope, entry.value.part, path, env, entry.size)
    if isinstance(spelled, str):
        return np.full(entry.size, stage.hardware.part(spelled, path, DEVICE_KINDS), dtype=np.int64)
    assert spelled is not None
    return np.array([stage.hardware.part(str(n), path, DEVICE_KINDS) for n in spelled], dtype=np.int64)


def _role(stage: Stage, parts: np.ndarray, default: str) -> str:
    """Without a role: `compute` for what holds accelerators."""
    part = stage.hardware.parts[int(parts[0])] if parts.size else None
    return "compute" if part is not None and holds_accelerators(stage.hardware, part) else default


def holds_accelerators(hardware: Hardware, part: Part) -> int:
    """Return how many accelerators a device of a part holds."""
    total = 0
    for content in part.contains:
        inner = hardware.parts[hardware.part(content.part, ("nodes",))]
        total += content.count * (1 if inner.kind == "accelerator" else 0)
    return total


def foresee_racks(stage: Stage, family: Family, rack_family: np.ndarray, rack_number: np.ndarray) -> None:
    """Fill in the racks of numbers that are not built: `rack` templates hold for them as well."""
    section = stage.floor.section
    if section is None or not (rack_number < 0).any():
        return
    owner = family.owners()
    for index, entry in enumerate(family.entries):
        value = entry.value.rack
        open_ = np.flatnonzero((owner == index) & (rack_number < 0))
        if not isinstance(value, str) or "[" in value or not open_.size:
            continue
        env = family.bindings(entry, open_)
        rack_family[open_], rack_number[open_] = section.foreseen(stage.scope, value, env, open_.size)


def phase_column(
    stage: Stage, phase: str | None, path: Any, env: Mapping[str, Any], count: int
) -> np.ndarray:
    """Return the phase number of each element, -1 from the beginning."""
    return choices(stage.scope, phase, (*path, "phase"), env, count, stage.phases, "phase")


def rack_column(
    stage: Stage, value: Any, path: Any, env: Mapping[str, Any], entry: Entry
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Resolve a `rack` field to rack rows, and to the family and number of each rack."""
    section = stage.floor.section
    assert section is not None
    rows = assigned(stage.scope, section, value, path, env, built_of(entry))
    racks = stage.floor.racks
    if racks is None:
        raise Stop
    family = np.where(rows >= 0, racks.family[rows], -1) if len(racks) else np.full(entry.size, -1)
    number = np.where(rows >= 0, racks.number[rows], -1) if len(racks) else np.full(entry.size, -1)
    return rows, family, number


def _placed(stage: Stage, entry: Entry, columns: _Columns, parts: np.ndarray) -> None:
    from cluster_spec.resolve.place import Packing, pack

    packing = Packing.read(stage, entry.value.place, (*entry.path, "place"))
    part = stage.hardware.parts[int(parts[0])]
    size = int(entry.numbers.max()) + 1 if entry.numbers.size else 0
    rack, u = pack(stage, packing, part, entry.numbers, size, (*entry.path, "place"), entry.range.text)
    columns.put("rack", entry, rack)
    columns.put("u", entry, u)
    racks = stage.floor.racks
    assert racks is not None
    columns.rack_family[entry.numbers] = np.where(rack >= 0, racks.family[rack], -1)
    columns.rack_number[entry.numbers] = np.where(rack >= 0, racks.number[rack], -1)


# -- ultra-nodes ----------------------------------------------------------------------------------------------


def resolve_ultra_nodes(stage: Stage, entries: Mapping[str, Any]) -> None:
    """Resolve `ultra_nodes`: the devices inside each, by its part, and the internal fabrics as counts."""
    scope = stage.scope
    section = build_section(scope, "ultra-nodes", entries, ("ultra_nodes",), stage.grow_to, stage.built)
    stage.ultra = section
    columns = {
        n: np.full(section.size, -1, np.int64) for n in ("part", "number", "state", "phase", "rack", "origin")
    }
    failed = False
    for family in section.families:
        try:
            _ultra_family(stage, family, columns)
        except Stop:
            failed = True
    if failed:
        raise Stop
    stage.ultra_table = UltraNodes(
        NameTable(tuple(f.group() for f in section.families if f.count)), **columns
    )


def _ultra_family(stage: Stage, family: Family, columns: dict[str, np.ndarray]) -> None:
    blueprints = [_blueprint(stage, entry) for entry in family.entries]
    for entry, part in zip(family.entries, blueprints, strict=True):
        rows = entry.rows[entry.rows >= 0]
        columns["part"][rows] = part
        columns["number"][rows] = entry.numbers[entry.rows >= 0]
        columns["state"][rows] = STATES.index(entry.value.state or "planned")
        columns["origin"][rows] = stage.scope.origin(*entry.path)
        phases = phase_column(stage, entry.value.phase, entry.path, entry.range.bindings(), entry.size)
        columns["phase"][rows] = phases[entry.rows >= 0]
        ultra = stage.hardware.parts[part].ultra
        assert ultra is not None
        for inner in ultra.fabrics:
            if inner.cabled:
                raise stage.scope.stop(
                    SHAPE,
                    (*entry.path, "part"),
                    f"{entry.value.part}: the cabled internal fabric {inner.name} is not supported yet",
                )
            stage.internals.append(Internal(part, inner.name, inner.links, None, int(rows.size)))
    if len(set(blueprints)) > 1:
        raise stage.scope.stop(
            SHAPE,
            family.entries[-1].path,
            f"{family.label}: one family of ultra-nodes has one part",
            key=True,
        )
    if blueprints:
        _inner(stage, family, stage.hardware.parts[blueprints[0]], columns)


def _blueprint(stage: Stage, entry: Entry) -> int:
    index = stage.hardware.part(entry.value.part, (*entry.path, "part"), ("ultra-node",))
    part = stage.hardware.parts[index]
    missing = [name for name, value in part.parameters.items() if value is None]
    if part.ultra is None or missing:
        needs = ", ".join(missing) or "what it is made of"
        raise stage.scope.stop(
            SHAPE,
            (*entry.path, "part"),
            f"{part.name} leaves {needs} open",
            help=f'assume: {{{part.name}: {{{missing[0]}: N, because: "..."}}}}' if missing else None,
        )
    return index


def _bays(stage: Stage, entry: Entry, ultra: Any) -> dict[str, np.ndarray]:
    """Return for each kind of bay the rack rows, elements x racks of that kind."""
    scope, value, path = stage.scope, entry.value, entry.path
    section = stage.floor.section
    if section is None or stage.floor.racks is None:
        raise Stop
    if value.rack is not None:
        env = entry.range.bindings()
        rows = assigned(scope, section, value.rack, (*path, "rack"), env, built_of(entry))
        kinds = list(ultra.bays) or ["compute"]
        if len(kinds) != 1 or ultra.bays.get(kinds[0], 1) != 1:
            wanted = ", ".join(f"{n} {k}" for k, n in ultra.bays.items())
            raise scope.stop(SHAPE, (*path, "rack"), f"{value.part} needs racks for {wanted}: write bays")
        return {kinds[0]: rows.reshape(entry.size, 1)}
    bays: dict[str, np.ndarray] = {}
    for kind, per in ultra.bays.items():
        text = (value.bays or {}).get(kind)
        if text is None:
            raise scope.stop(
                SHAPE, path, f"{entry.range.text} gives no racks for the bays {kind!r}", key=True
            )
        rows = section.many(scope, text, (*path, "bays", kind))
        if rows.size != per * entry.size:
            raise scope.stop(
                SHAPE,
                (*path, "bays", kind),
                f"{entry.size} x {value.part} need {per * entry.size} {kind} racks, {text} names {rows.size}",
            )
        bays[kind] = rows.reshape(entry.size, per)
    return bays


def _inner(stage: Stage, family: Family, part: Part, table: dict[str, np.ndarray]) -> None:
    """Add the devices inside the ultra-nodes of a family, member by member."""
    assert part.ultra is not None
    members = sorted(part.ultra.members, key=lambda m: natural_key(m.key))
    per = sum(len(m.names) for m in members)
    racks = {id(e): _bays(stage, e, part.ultra) for e in family.entries}
    size = family.size * per
    columns: dict[str, np.ndarray] = {n: np.full(size, -1, dtype=np.int64) for n in ("device", "layout")}
    rack_family, rack_number = np.full(size, -1, dtype=np.int64), np.full(size, -1, dtype=np.int64)
    offset = 0
    first_rack = np.full(family.size, -1, dtype=np.int64)
    for member in members:
        block = _Block(stage, family, member, part)
        rack = block.racks(racks)
        slots = (np.arange(family.size)[:, None] * per + offset + np.arange(block.per)[None, :]).ravel()
        rows = block.add(rack, offset)
        built = np.repeat(family.rows >= 0, block.per)
        columns["device"][slots[built]] = rows
        columns["layout"][slots] = block.layout
        flat = rack.ravel()
        known = stage.floor.racks
        assert known is not None
        rack_family[slots] = np.where(flat >= 0, known.family[flat], -1)
        rack_number[slots] = np.where(flat >= 0, known.number[flat], -1)
        if offset == 0:
            first_rack = rack[:, 0]
        offset += block.per
    table["rack"][family.rows[family.numbers]] = first_rack[family.numbers]
    if all(len(set(m.rack or (0,))) == 1 for m in members) and per:
        one_family, one_number = rack_family[::per].copy(), rack_number[::per].copy()
        foresee_racks(stage, family, one_family, one_number)
        rack_family[:], rack_number[:] = np.repeat(one_family, per), np.repeat(one_number, per)
    un = np.repeat(np.arange(family.size), per)
    stage.census.populations.append(
        Population(
            family.label,
            "ultra-nodes",
            columns["device"],
            un,
            np.tile(np.arange(per), family.size),
            columns["layout"],
            rack_family,
            rack_number,
            _brackets(family, family.printed(un)),
            family.literals,
            per,
        )
    )


class _Block:
    """One member of an ultra-node part in all ultra-nodes of a family."""

    def __init__(self, stage: Stage, family: Family, member: Member, part: Part) -> None:
        self.stage, self.family, self.member = stage, family, member
        self.per = len(member.names)
        path = (*family.entries[0].path, "part")
        self.known = {k: v for k, v in part.parameters.items() if v is not None}
        self.part = stage.hardware.part(member.part, path, DEVICE_KINDS, member.arguments)
        self.layout = stage.hardware.layout(self.part)
        self.bay = member.bay or next(iter(part.ultra.bays), "compute") if part.ultra else "compute"

    def racks(self, by_entry: Mapping[int, Mapping[str, np.ndarray]]) -> np.ndarray:
        """Return the rack rows, elements of the family x devices of the member."""
        rack = np.full((self.family.size, self.per), -1, dtype=np.int64)
        index = np.array(self.member.rack or (0,) * self.per)
        for entry in self.family.entries:
            rack[entry.numbers] = by_entry[id(entry)][self.bay][:, index]
        return rack

    def add(self, rack: np.ndarray, offset: int) -> np.ndarray:
        """Add the devices of built ultra-nodes and return their rows."""
        stage, family = self.stage, self.family
        numbers_ = family.numbers
        inner = parse_range(self.member.key, self.known)
        own = family.printed(np.repeat(numbers_, self.per))
        name = _inner_names(family, inner, own, self.member.names, numbers_.size)
        role = self.member.role or _role(stage, np.array([self.part]), "server")
        heights = self.member.u
        ultra_rows = family.rows[numbers_]
        columns = {
            "part": self.part,
            "layout": self.layout,
            "role": stage.census.role(role),
            "rack": rack[numbers_].ravel(),
            "u": -1 if heights is None else np.tile(np.array(heights) * MILLI, numbers_.size),
            "inside": heights is None,
            "ultra_node": np.repeat(ultra_rows, self.per),
            "number": np.tile(np.arange(offset, offset + self.per), numbers_.size),
            **self._by_entry(),
        }
        return stage.census.add([name], numbers_.size * self.per, **columns)

    def _by_entry(self) -> dict[str, np.ndarray]:
        family, scope = self.family, self.stage.scope
        values = {
            n: np.full(family.size, -1, dtype=np.int64) for n in ("state", "phase", "origin", "none_of")
        }
        for entry in family.entries:
            values["state"][entry.numbers] = STATES.index(entry.value.state or "planned")
            values["phase"][entry.numbers] = phase_column(
                self.stage, entry.value.phase, entry.path, entry.range.bindings(), entry.size
            )
            values["origin"][entry.numbers] = scope.origin(*entry.path)
            values["none_of"][entry.numbers] = self.stage.census.none(entry.value.none)
        return {n: np.repeat(v[family.numbers], self.per) for n, v in values.items()}


def _inner_names(
    family: Family, inner: Any, own: tuple[np.ndarray, ...], names: tuple[str, ...], count: int
) -> NameGroup:
    """Join the names of ultra-nodes and members by a dash: `un[01-16]-b[01-80]`."""
    literals = (
        *family.literals[:-1],
        f"{family.literals[-1]}-{inner.literals[0]}",
        *inner.literals[1:],
    )
    widths = (*family.widths, *(b.width for b in inner.brackets))
    letters = (*family.letters, *(b.letters for b in inner.brackets))
    tiled = tuple(np.tile(c, count) for c in inner.coordinates())
    return NameGroup(0, count * len(names), literals, widths, letters, (*own, *tiled))
