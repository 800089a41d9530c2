"""Clos fabrics, stars and trees: tiers over endpoints, at final extent, wired by one formula."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.diagnostics import SHAPE
from cluster_spec.expressions import ExpressionError, compile_template
from cluster_spec.model.cluster import Tier
from cluster_spec.resolve.chain import chain
from cluster_spec.resolve.first_tier import first
from cluster_spec.resolve.step import Links
from cluster_spec.resolve.switches import add_switches
from cluster_spec.resolve.upper_tier import upper

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Path
    from cluster_spec.resolve.step import Build, Step


def build_clos(build: Build, topology: Any) -> tuple[Tier, ...]:
    """Build the tiers of a topology bottom up; adds switches and links, returns what they are."""
    ordered = chain(build, topology)
    build.wanted = _wanted([tier for _, tier, _ in ordered])
    for name, _, path in ordered:
        _unshared(build, name, path)
    for name, tier, path in ordered:
        part = _part(build, name, tier, path)
        if not build.steps:
            step = first(build, name, tier, path, part, topmost=len(ordered) == 1)
        else:
            step = upper(build, name, tier, path, part, topmost=name == ordered[-1][0])
        build.steps.append(step)
    place = None
    for step in build.steps:
        place = add_switches(build, step, place)
    for number, step in enumerate(build.steps):
        _connect(build, number, step)
    return tuple(_record(build, step, i) for i, step in enumerate(build.steps))


def _unshared(build: Build, name: str, path: Path) -> None:
    """Stop where a tier has the name of a coordinate or a parameter: they share one namespace."""
    scope = build.stage.scope
    for kind, names in (("coordinate", build.ends.coordinates), ("parameter", scope.parameters)):
        if name in names:
            raise scope.stop(SHAPE, path, f"the tier {name} has the name of a {kind}", key=True)


def _wanted(tiers: list[Any]) -> frozenset[str]:
    """Return the coordinates that switches must have: those that group tiers, name or place switches."""
    found = {"rack", "_rack_family"} if any("rack" in (t.per or ()) for t in tiers) else set()
    for tier in tiers:
        found |= set(tier.per or ())
        if tier.name:
            try:
                found |= compile_template(tier.name).names
            except ExpressionError:  # said where the name is made
                continue
    return frozenset(found)


def _part(build: Build, name: str, tier: Any, path: Path) -> int:
    if tier.part is None:
        raise build.stage.scope.stop(SHAPE, path, f"tier {name} has no part", key=True)
    return build.stage.hardware.part(tier.part, (*path, "part"), ("switch", "device"))


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
        a_device, a_port = ends.device, ends.port
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
