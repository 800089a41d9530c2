"""A tier over another: how many switches a group needs, and which of them exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.columns import distinct
from cluster_spec.diagnostics import PORT_BUDGET, SHAPE, TOO_MANY_SPINES
from cluster_spec.resolve.classes import tier_rates
from cluster_spec.resolve.ports import Ports, Wanted, plan_ports, tier_counts
from cluster_spec.resolve.step import GroupValues, Step, affordable, columns
from cluster_spec.resolve.tiers import agree, even_count, group_by, ranks

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Path
    from cluster_spec.resolve.step import Build


def upper(build: Build, name: str, tier: Any, path: Path, part: int, *, topmost: bool) -> Step:
    """Build a tier over another: how many switches a group needs, and which exist."""
    stage, below = build.stage, build.steps[-1]
    down, up, reserved = tier_counts(stage, tier, path)
    rates = tier_rates(build, below.name, name, part, tier)
    ports = plan_ports(stage, part, Wanted(down, up, reserved, *rates, topmost), tier.zones, path)
    per = tuple(tier.per or ())
    grouping = group_by(columns(build, below, list(per), path), below.size)
    rank, sizes = ranks(grouping.group, grouping.count)
    if tier.stage is not None:  # bought for what is there now; growth recables
        rank[below.exists], sizes = ranks(grouping.group[below.exists], grouping.count)
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
    affordable(build, name, grouping.count * count, path)
    offsets = np.arange(grouping.count + 1) * count
    groups = np.repeat(np.arange(grouping.count), count)
    served = np.zeros(grouping.count, dtype=bool)
    served[grouping.group[below.exists]] = True
    step = Step(
        name, path, tier, part, per, grouping.keys, groups, np.arange(groups.size) - offsets[groups], offsets,
        ports, served[groups], why,
    )  # fmt: skip
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
            step.coordinates[f"_values_{coordinate}"] = GroupValues(column, grouping.group, groups)  # type: ignore[assignment]
    step.coordinates[name] = step.coordinates["index"] = step.index
    step.coordinates["_rank"] = rank
    step.coordinates["_lower_group"] = grouping.group
    step.halves = halves
    step.rates = rates
    return step


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
