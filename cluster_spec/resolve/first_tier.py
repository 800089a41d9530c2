"""The first tier of a fabric: positions of endpoints decide the switch and its port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.diagnostics import PORT_BUDGET, SHAPE
from cluster_spec.resolve.classes import tier_rates
from cluster_spec.resolve.ports import Ports, Wanted, plan_ports, tier_counts
from cluster_spec.resolve.step import Step, Values, affordable, columns
from cluster_spec.resolve.tiers import agree, group_by, ranks, unit_ranks

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Path
    from cluster_spec.resolve.devices import Stage
    from cluster_spec.resolve.endpoints import Ends
    from cluster_spec.resolve.step import Build


def first(build: Build, name: str, tier: Any, path: Path, part: int, *, topmost: bool) -> Step:
    """Build the first tier: positions in each group decide the switch and its port."""
    stage, ends = build.stage, build.ends
    down, up, reserved = tier_counts(stage, tier, path)
    below, above = tier_rates(build, "node", name, part, tier)
    ports = plan_ports(stage, part, Wanted(down, up, reserved, below, above, topmost), tier.zones, path)
    per = tuple(tier.per or ())
    ends = build.ends = ends.without_lost(per)
    grouping = group_by(columns(build, None, list(per), path), ends.device.size)
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
    affordable(build, name, sum(sizes.tolist()), path)
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
    _inherit(step, switch, ends.coordinates, build.wanted)
    _of_group(step, switch, grouping.group, ends.coordinates)
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
            np.asarray(scope.integer(tier.to, (*path, "to"), public(ends)), dtype=np.int64), group.shape
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


def public(ends: Ends) -> dict[str, np.ndarray]:
    """Return the coordinates that a manifest may name."""
    return {k: v for k, v in ends.coordinates.items() if not k.startswith("_")}


def _inherit(step: Step, owner: np.ndarray, known: dict[str, np.ndarray], wanted: frozenset[str]) -> None:
    """Give switches the coordinates on which all they serve agree, and their own index under the tier's name."""
    for name, column in known.items():
        if name not in wanted or step.name == name:
            continue
        shared, differ = agree(column, owner, step.size)
        step.coordinates[name] = shared
        if differ.any():
            step.disagree[name] = differ
            step.coordinates[f"_values_{name}"] = Values(column, owner)  # type: ignore[assignment]
    step.coordinates[step.name] = step.index
    step.coordinates["index"] = step.index


def _of_group(step: Step, switch: np.ndarray, group: np.ndarray, known: dict[str, np.ndarray]) -> None:
    """Give a switch that serves nothing yet the coordinates on which all endpoints of its group agree."""
    count = step.offsets.size - 1
    idle = np.ones(step.size, dtype=bool)
    idle[switch] = False
    if not idle.any():
        return
    for name in step.coordinates.keys() & known.keys():
        shared, differ = agree(known[name], group, count)
        column = step.coordinates[name].copy()
        column[idle] = np.where(differ, -1, shared)[step.group[idle]]
        step.coordinates[name] = column
