"""Clos fabrics, stars and trees: tiers over endpoints, at final extent, wired by one formula."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec import units
from cluster_spec.columns import distinct
from cluster_spec.diagnostics import DANGLING, PORT_BUDGET, SHAPE, TOO_MANY_SPINES
from cluster_spec.model.cluster import Tier
from cluster_spec.model.namespace import NameTable
from cluster_spec.records import field, record
from cluster_spec.resolve.classes import Classes, tier_rates
from cluster_spec.resolve.ports import Ports, Wanted, plan_ports, tier_counts
from cluster_spec.resolve.scope import Stop
from cluster_spec.resolve.switches import add_switches
from cluster_spec.resolve.tiers import agree, even_count, group_by, ranks, unit_ranks

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Path
    from cluster_spec.resolve.devices import Stage
    from cluster_spec.resolve.endpoints import Ends


@record(slots=True, eq=False)
class Links:
    """Links as they are made: device rows and port indices in the layouts of both ends."""

    a_device: np.ndarray
    a_port: np.ndarray
    z_device: np.ndarray
    z_port: np.ndarray
    klass: Any
    origin: Any
    phase: Any = -1
    state: Any = 0
    per_cable: int = 1
    cable_first: np.ndarray | None = None
    told: dict[str, np.ndarray] | None = None
    ids: Any = None


@record(slots=True, eq=False)
class Step:
    """One tier at final extent: groups by `per`, then index. `device` is -1 for what is not built."""

    name: str
    path: Path
    tier: Any
    part: int
    per: tuple[str, ...]
    keys: np.ndarray
    group: np.ndarray
    index: np.ndarray
    offsets: np.ndarray
    ports: Ports
    exists: np.ndarray
    why: str
    coordinates: dict[str, np.ndarray] = field(default_factory=dict)
    disagree: dict[str, np.ndarray] = field(default_factory=dict)
    device: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    rates: tuple[int | None, int | None] = (None, None)
    halves: int = 1

    @property
    def size(self) -> int:
        """How many switches the tier has at final extent."""
        return int(self.group.size)


@record(slots=True)
class Build:
    """A fabric while its tiers are built."""

    stage: Stage
    name: str
    path: Path
    fabric: Any
    index: int
    ends: Ends
    classes: Classes
    wanted: set[str] = field(default_factory=set)
    steps: list[Step] = field(default_factory=list)
    links: list[Links] = field(default_factory=list)


def build_clos(build: Build, topology: Any) -> tuple[Tier, ...]:
    """Build the tiers of a topology bottom up; adds switches and links, returns what they are."""
    chain = _chain(build, topology)
    for name, tier, path in chain:
        part = _part(build, name, tier, path)
        build.wanted |= set(tier.per or ()) | set(build.fabric.disjoint or ())
        if not build.steps:
            step = _first(build, name, tier, path, part, topmost=len(chain) == 1)
        else:
            step = _upper(build, name, tier, path, part, topmost=name == chain[-1][0])
        build.steps.append(step)
    place = None
    for below, step in zip([None, *build.steps], build.steps, strict=False):
        place = add_switches(build, step, below, place)
    for number, step in enumerate(build.steps):
        _connect(build, number, step)
    return tuple(_record(build, step, i) for i, step in enumerate(build.steps))


def _part(build: Build, name: str, tier: Any, path: Path) -> int:
    if tier.part is None:
        raise build.stage.scope.stop(SHAPE, path, f"tier {name} has no part", key=True)
    return build.stage.hardware.part(tier.part, (*path, "part"), ("switch", "device"))


def _chain(build: Build, topology: Any) -> list[tuple[str, Any, Path]]:
    """Return the tiers bottom first, each with its case applied."""
    scope, path = build.stage.scope, (*build.path, "topology")
    named: dict[str, tuple[Any, Path]] = {}
    if topology.tiers:
        named = {n: (t, (*path, "tiers", n)) for n, t in topology.tiers.items()}
    if topology.access is not None:
        named["access"] = (topology.access, (*path, "access"))
    if topology.aggregation is not None:
        over = topology.aggregation.model_copy(update={"over": "access"})
        named["aggregation"] = (over, (*path, "aggregation"))
    kept: dict[str, tuple[Any, Path]] = {}
    for name, (tier, where) in named.items():
        applied = _case(build, name, tier, where)
        if scope.holds(applied.when, (*where, "when")) and build.stage.built.phase(applied.phase, where):
            kept[name] = (applied, where)
    roots = [n for n, (t, _) in kept.items() if t.over is None]
    if len(roots) != 1:
        found = ", ".join(sorted(roots)) or "none"
        raise scope.stop(
            SHAPE, path, f"one tier stands on the endpoints (has no `over`), found {found}", key=True
        )
    above: dict[str, str] = {}
    for name, (tier, where) in sorted(kept.items()):
        if tier.over is None:
            continue
        if tier.over not in kept:
            raise scope.dangling((*where, "over"), tier.over, "tier", sorted(kept))
        if tier.over in above:
            raise scope.stop(
                SHAPE, (*where, "over"), f"{above[tier.over]} and {name} are both over {tier.over}"
            )
        above[tier.over] = name
    chain = [roots[0]]
    while chain[-1] in above:
        chain.append(above[chain[-1]])
    if len(chain) != len(kept):
        lost = sorted(set(kept) - set(chain))
        raise scope.stop(
            SHAPE, kept[lost[0]][1], f"tier {lost[0]} stands on no chain to the endpoints", key=True
        )
    return [(n, *kept[n]) for n in chain]


def _case(build: Build, name: str, tier: Any, path: Path) -> Any:
    """Apply the one case that holds."""
    if not tier.cases:
        return tier
    scope = build.stage.scope
    holding = [c for c, v in sorted(tier.cases.items()) if scope.holds(v.when, (*path, "cases", c, "when"))]
    if len(holding) != 1:
        raise scope.stop(
            SHAPE,
            (*path, "cases"),
            f"{name}: exactly one case holds, here {', '.join(holding) or 'none'}",
            key=True,
        )
    case = tier.cases[holding[0]]
    update = {k: getattr(case, k) for k in case.model_fields_set if k not in {"when", "cases"}}
    return tier.model_copy(update=update)


def _columns(build: Build, step: Step | None, names: list[str], path: Path) -> list[np.ndarray]:
    """Return the coordinate columns of endpoints (step None) or switches, each known everywhere."""
    known = build.ends.coordinates if step is None else step.coordinates
    columns: list[np.ndarray] = []
    for i, name in enumerate(names):
        where = (*path, "per", i)
        if name not in known:
            public = sorted(k for k in known if not k.startswith("_"))
            raise build.stage.scope.dangling(where, name, "coordinate", public)
        column = known[name]
        if step is not None and step.disagree.get(name, np.zeros(1, bool)).any():
            _say_disagreement(build, step, name, where)
        if column.size and int(column.min()) < 0:
            raise build.stage.scope.stop(DANGLING, where, _lacking(build, step, name, column))
        if name == "rack" and "_rack_family" in known:
            columns.append(known["_rack_family"])
        columns.append(column)
    return columns


def _lacking(build: Build, step: Step | None, name: str, column: np.ndarray) -> str:
    """Word who lacks a coordinate."""
    if step is not None:
        return f"{step.name} switches have no coordinate {name}"
    ends = build.ends
    lost = np.flatnonzero(column < 0)
    built = lost[ends.device[lost] >= 0]
    devices = distinct(ends.device[built])
    who = (
        NameTable(tuple(build.stage.census.groups)).fold(devices) if devices.size else "what is not built yet"
    )
    return f"{who} ({ends.sets[int(ends.member[lost[0]])]}): no coordinate {name}"


def _say_disagreement(build: Build, step: Step, name: str, where: Path) -> None:
    """A switch has a coordinate when all it serves agree; show two that do not."""
    switch = int(np.flatnonzero(step.disagree[name])[0])
    values = sorted(set(step.coordinates[f"_values_{name}"][switch].tolist()))
    raise build.stage.scope.stop(
        SHAPE,
        where,
        f"{step.name} {switch + 1} serves {name} {values[0]} and {name} {values[1]}: it has no one {name}",
    )


def _first(build: Build, name: str, tier: Any, path: Path, part: int, *, topmost: bool) -> Step:
    """Build the first tier: positions in each group decide the switch and its port."""
    stage, ends = build.stage, build.ends
    down, up, reserved = tier_counts(stage, tier, path)
    below, above = tier_rates(build, "node", name, part, tier)
    ports = plan_ports(stage, part, Wanted(down, up, reserved, below, above, topmost), tier.zones, path)
    per = tuple(tier.per or ())
    ends = build.ends = ends.without_lost(per)
    grouping = group_by(_columns(build, None, list(per), path), ends.device.size)
    count = stage.scope.count(tier.count, (*path, "count"), low=1)
    index, port = _positions(build, tier, path, grouping.group, grouping.count, ports, count)
    sizes = np.zeros(grouping.count, dtype=np.int64)
    np.maximum.at(sizes, grouping.group, index + 1) if index.size else None
    why = f"positions // {ports.down.size} at final extent"
    if count is not None:
        if sizes.size and int(sizes.max()) > count:
            raise stage.scope.stop(
                PORT_BUDGET,
                (*path, "count"),
                f"{name}: a group needs {int(sizes.max())} switches of {ports.down.size} ports down, count is {count}",
            )
        sizes[:] = count
        why = f"count {count} in each of {grouping.count} groups"
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    switch = offsets[grouping.group] + index
    total = int(offsets[-1])
    exists = np.zeros(total, dtype=bool)
    built = ends.built
    exists[switch[built]] = True
    groups = np.repeat(np.arange(grouping.count), sizes)
    if count is not None or tier.pairs is not None:
        exists = _whole(exists, groups, grouping.count, offsets, tier, stage, path, whole=count is not None)
    step = Step(
        name, path, tier, part, per, _drop_family(grouping.keys, per, ends), groups,
        np.arange(total) - offsets[groups], offsets, ports, exists, why,
    )  # fmt: skip
    _inherit(build, step, switch, ends.coordinates)
    step.rates = (below, above)
    step.coordinates["_switch"] = switch
    step.coordinates["_port"] = port
    return step


def _whole(
    exists: np.ndarray, groups: np.ndarray, count: int, offsets: np.ndarray, tier: Any, stage: Stage, path: Path,
    *, whole: bool,
) -> np.ndarray:  # fmt: skip
    """With `count` a group is built whole as soon as it serves something; pairs are built in sets."""
    any_ = np.zeros(count, dtype=bool)
    any_[groups[exists]] = True
    if whole:
        return np.asarray(any_[groups])
    pairs = stage.scope.count(tier.pairs, (*path, "pairs"), 1, low=1) or 1
    set_of = np.arange(exists.size) // pairs
    del offsets
    full = np.zeros(set_of.max() + 1 if exists.size else 0, dtype=bool)
    full[set_of[exists]] = True
    return np.asarray(full[set_of])


def _drop_family(keys: np.ndarray, per: tuple[str, ...], ends: Ends) -> np.ndarray:
    """Keep the rack's family as an extra last column of the keys."""
    if "rack" not in per or "_rack_family" not in ends.coordinates:
        return keys
    at = per.index("rack")
    return np.concatenate([np.delete(keys, at, axis=1), keys[:, at : at + 1]], axis=1)


def _positions(
    build: Build, tier: Any, path: Path, group: np.ndarray, count: int, ports: Ports, switches: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the index in the group of the switch of each endpoint, and the port there."""
    ends, scope, down = build.ends, build.stage.scope, ports.down.size
    if tier.to is not None:
        index = np.broadcast_to(
            np.asarray(scope.integer(tier.to, (*path, "to"), _public(ends)), dtype=np.int64), group.shape
        )
        if index.size and (int(index.min()) < 0 or (switches is not None and int(index.max()) >= switches)):
            raise scope.stop(
                SHAPE,
                (*path, "to"),
                f"to comes to {int(index.min())} to {int(index.max())}, count is {switches}",
            )
        return index, _rank_at(build, group, index, down, path)
    if tier.attach == "each":
        if switches is None:
            raise scope.stop(SHAPE, path, "attach: each needs count", key=True)
        index = ends.coordinates["port"] % switches
        return index, _rank_at(build, group, index, down, path)
    if tier.pairs is not None:
        return _homed(build, tier, path, group, count, down)
    position, _ = ranks(group, count)
    return position // down, position % down


def _rank_at(build: Build, group: np.ndarray, index: np.ndarray, down: int, path: Path) -> np.ndarray:
    """Number the endpoints of equal group and index; more than there are ports is a finding."""
    extent = int(index.max()) + 1 if index.size else 1
    both = group_by([group * extent + index], group.size)
    position, sizes = ranks(both.group, both.count)
    if sizes.size and int(sizes.max()) > down:
        raise build.stage.scope.stop(
            PORT_BUDGET,
            path,
            f"{int(sizes.max())} endpoints go to one switch of {down} ports down",
            key=True,
        )
    return position


def _homed(
    build: Build, tier: Any, path: Path, group: np.ndarray, count: int, down: int
) -> tuple[np.ndarray, np.ndarray]:
    """Spread the ports of a node over the `pairs` switches of a set; position counts nodes."""
    ends = build.ends
    pairs = build.stage.scope.count(tier.pairs, (*path, "pairs"), 1, low=1) or 1
    port = ends.coordinates["port"]
    single = ~ends.homed
    lane = np.where(single, port, port // pairs)
    unit = ends.unit * (int(lane.max()) + 1 if lane.size else 1) + lane
    position = unit_ranks(group, count, unit)
    which = np.where(single, position % pairs, port % pairs)
    return (position // down) * pairs + which, position % down


def _public(ends: Ends) -> dict[str, np.ndarray]:
    return {k: v for k, v in ends.coordinates.items() if not k.startswith("_")}


def _inherit(build: Build, step: Step, owner: np.ndarray, known: dict[str, np.ndarray]) -> None:
    """Give switches the coordinates on which all they serve agree, and their own index under the tier's name."""
    for name, column in known.items():
        if name.startswith("_") and name != "_rack_family":
            continue
        if step.name == name:
            continue
        shared, differ = agree(column, owner, step.size)
        step.coordinates[name] = shared
        if differ.any():
            step.disagree[name] = differ
            step.coordinates[f"_values_{name}"] = _Values(column, owner)  # type: ignore[assignment]
    step.coordinates[step.name] = step.index
    step.coordinates["index"] = step.index


class _Values:
    """The values of a coordinate behind each switch, looked up only when they disagree."""

    def __init__(self, column: np.ndarray, owner: np.ndarray) -> None:
        self.column, self.owner = column, owner

    def __getitem__(self, switch: int) -> np.ndarray:
        return distinct(self.column[self.owner == switch])


def _upper(build: Build, name: str, tier: Any, path: Path, part: int, *, topmost: bool) -> Step:
    """Build a tier over another: how many switches a group needs, and which exist."""
    stage, below = build.stage, build.steps[-1]
    down, up, reserved = tier_counts(stage, tier, path)
    rates = tier_rates(build, below.name, name, part, tier)
    ports = plan_ports(stage, part, Wanted(down, up, reserved, *rates, topmost), tier.zones, path)
    per = tuple(tier.per or ())
    grouping = group_by(_columns(build, below, list(per), path), below.size)
    rank, sizes = ranks(grouping.group, grouping.count)
    halves = _halves(build, below, tier, ports)
    uplinks, offered = below.ports.up.size // halves, ports.down.size // halves
    if uplinks == 0:
        raise stage.scope.stop(
            SHAPE, below.path, f"{below.name} is under {name} and has no ports up", key=True
        )
    lower = int(sizes.max()) if sizes.size else 0
    count, why = _spread(build, name, tier, path, uplinks, lower, offered)
    stop = int(lower * uplinks - 1) // count if lower else 0
    if stop >= offered:
        raise stage.scope.stop(
            PORT_BUDGET,
            path,
            f"{name}: {lower} {below.name} x {uplinks} uplinks need {lower * uplinks} {'cages' if halves > 1 else 'ports'} "
            f"down, {count} x {offered} offer {count * offered}",
            key=True,
        )
    offsets = np.arange(grouping.count + 1) * count
    groups = np.repeat(np.arange(grouping.count), count)
    served = np.zeros(grouping.count, dtype=bool)
    served[grouping.group[below.exists]] = True
    step = Step(
        name, path, tier, part, per, grouping.keys, groups, np.arange(groups.size) - offsets[groups], offsets,
        ports, served[groups], why,
    )  # fmt: skip
    shared: dict[str, np.ndarray] = {}
    for coordinate, column in below.coordinates.items():
        if coordinate.startswith("_") or coordinate in {name, "index"}:
            continue
        value, differ = agree(column, grouping.group, grouping.count)
        lost = below.disagree.get(coordinate)
        if lost is not None:
            differ[grouping.group[lost]] = True
        step.coordinates[coordinate] = value[groups]
        if differ.any():
            step.disagree[coordinate] = differ[groups]
            step.coordinates[f"_values_{coordinate}"] = _GroupValues(column, grouping.group, groups)  # type: ignore[assignment]
    del shared
    step.coordinates[name] = step.coordinates["index"] = step.index
    step.coordinates["_rank"] = rank
    step.coordinates["_lower_group"] = grouping.group
    step.halves = halves
    step.rates = rates
    return step


class _GroupValues:
    """The values of a coordinate behind each switch of a group, looked up only when they disagree."""

    def __init__(self, column: np.ndarray, group: np.ndarray, groups: np.ndarray) -> None:
        self.column, self.group, self.groups = column, group, groups

    def __getitem__(self, switch: int) -> np.ndarray:
        return distinct(self.column[self.group == self.groups[switch]])


def _spread(
    build: Build, name: str, tier: Any, path: Path, uplinks: int, lower: int, ports: int
) -> tuple[int, str]:
    """Return the switches of a group and why: `stage`, `count`, the even spread or the balanced one."""
    scope = build.stage.scope
    for key in ("stage", "count"):
        stated = scope.count(getattr(tier, key), (*path, key), low=1)
        if stated is not None:
            return stated, f"{key} {stated}"
    least = max(-(-lower * uplinks // ports), 1) if ports else 1
    if tier.spread == "balanced":
        count = least
        why = f"balanced: ceil({lower} x {uplinks} / {ports}) = {count}"
    else:
        count = even_count(uplinks, lower, ports)
        why = f"even: smallest divisor of {uplinks} uplinks that is at least ceil({lower} x {uplinks} / {ports}) = {least}"
    if count == 0 or count > uplinks:
        raise scope.stop(
            TOO_MANY_SPINES,
            path,
            f"{name}: {lower} lower switches x {uplinks} uplinks need {least} switches of {ports} ports, "
            f"more than the {uplinks} uplinks of one of them",
            key=True,
            help="add a tier, or state planes (`per`): lower switches would not share one",
        )
    return count, why


def _connect(build: Build, number: int, step: Step) -> None:
    """Make the links under a tier: endpoints by position, switches by the wiring formula."""
    stage = build.stage
    lower_name = "node" if number == 0 else build.steps[number - 1].name
    klass = build.classes.add(build, lower_name, step.name, number - 1, number, step.rates[0])
    origin = stage.scope.origin(*step.path)
    if number == 0:
        ends = build.ends
        switch, port = step.coordinates.pop("_switch"), step.coordinates.pop("_port")
        z_device = step.device[switch]
        live = ends.built & (z_device >= 0)
        a_device, a_port, z_device, port = ends.device, ends.port, z_device, port
        if not live.all():
            a_device, a_port, z_device, port = a_device[live], a_port[live], z_device[live], port[live]
        build.links.append(Links(a_device, a_port, z_device, step.ports.down[port], klass, origin))
        return
    below = build.steps[number - 1]
    halves = step.halves
    uplinks = below.ports.up.size // halves
    rank, group = step.coordinates.pop("_rank"), step.coordinates.pop("_lower_group")
    live = np.flatnonzero(below.device >= 0)
    count = int(step.offsets[1]) if step.offsets.size > 1 else 1
    k = (rank[live][:, None] * uplinks + np.arange(uplinks)).ravel()
    k, index = np.divmod(k, count)
    z_device = step.device[np.repeat(step.offsets[group[live]], uplinks) + index]
    a_device = np.repeat(below.device[live], uplinks * halves)
    a_port = np.tile(below.ports.up[: uplinks * halves], live.size)
    if halves > 1:
        z_device = np.repeat(z_device, halves)
        k = (k[:, None] * halves + np.arange(halves)).ravel()
    z_port = step.ports.down[k]
    if z_device.size and int(z_device.min()) < 0:
        keep = z_device >= 0
        a_device, a_port, z_device, z_port = a_device[keep], a_port[keep], z_device[keep], z_port[keep]
    build.links.append(Links(a_device, a_port, z_device, z_port, klass, origin, per_cable=halves))


def _halves(build: Build, below: Step, tier: Any, ports: Ports) -> int:
    """With `twin: same-peer` both ports of a cage go to one peer: the formula numbers cages."""
    if (tier.twin or build.fabric.twin) != "same-peer":
        return 1
    layouts = build.stage.hardware.layouts
    sizes = set()
    for layout, chosen in (
        (layouts[below.ports.layout], below.ports.up),
        (layouts[ports.layout], ports.down),
    ):
        cages = layout.cage[chosen]
        sizes |= set(distinct(np.unique(cages, return_counts=True)[1]).tolist()) if cages.size else set()
    if len(sizes) != 1:
        raise build.stage.scope.stop(
            SHAPE, below.path, "twin: same-peer needs whole cages of one size up and down", key=True
        )
    return int(sizes.pop())


def _record(build: Build, step: Step, number: int) -> Tier:
    over = None if number == 0 else build.steps[number - 1].name
    return Tier(
        step.name,
        step.part,
        over,
        int(step.ports.down.size),
        int(step.ports.up.size),
        step.ports.reserved,
        step.tier.spread or "even",
        step.why,
        build.stage.scope.origin(*step.path),
        step.ports.budget,
        step.per,
    )


__all__ = ["Build", "Links", "Step", "Stop", "build_clos", "units"]
