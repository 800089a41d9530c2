"""Explicit switches, arithmetic wiring patterns, and link lists."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.diagnostics import DANGLING, EXPRESSION, PHANTOM_PORT, RANGE, SHAPE, SIZE_BUDGET
from cluster_spec.expressions import ExpressionError, Letters, compile_template
from cluster_spec.names.bracket import MAX_SIZE
from cluster_spec.resolve.devices import device_family
from cluster_spec.resolve.families import build_section
from cluster_spec.resolve.scope import Stop
from cluster_spec.resolve.step import Links

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Path
    from cluster_spec.resolve.devices import Stage
    from cluster_spec.resolve.lookup import Names
    from cluster_spec.resolve.scope import Scope
    from cluster_spec.resolve.step import Build

PENDING = -1
"""The class of a link whose tiers are not known yet."""


def explicit_switches(stage: Stage, fabric: Any, path: Path, index: int) -> None:
    """Add the switches that a fabric lists itself."""
    section = build_section(
        stage.scope, "switches", fabric.switches, (*path, "switches"), stage.grow_to, stage.built
    )
    for family in section.families:
        population = device_family(stage, family, "switches", "switch", fabric=index)
        population.fabric = index


def resolve_wiring(build: Build, names: Names) -> None:
    """Expand the wiring patterns of a fabric."""
    for key in sorted(build.fabric.wiring or {}):
        entry, path = build.fabric.wiring[key], (*build.path, "wiring", key)
        if not build.stage.scope.holds(entry.when, (*path, "when")):
            continue
        try:
            _pattern(build, entry, path, names)
        except Stop:
            continue


def _pattern(build: Build, entry: Any, path: Path, names: Names) -> None:
    scope = build.stage.scope
    axes = {k: _axis(scope, v, (*path, "for", k)) for k, v in sorted(entry.for_.items())}
    count = prod(values.size for values, _ in axes.values())
    if count > MAX_SIZE:
        raise scope.stop(
            SIZE_BUDGET, (*path, "for"), f"{count:,} links, at most {MAX_SIZE:,} are read", key=True
        )
    grid = np.meshgrid(*[values for values, _ in axes.values()], indexing="ij") if axes else []
    env = {
        k: Letters(g.ravel()) if letters else g.ravel()
        for (k, (_, letters)), g in zip(axes.items(), grid, strict=True)
    }
    ends = [_end(build, getattr(entry, side), (*path, side), env, count, names) for side in ("a", "z")]
    phase = -1
    if entry.phase is not None:
        if entry.phase not in build.stage.phases:
            raise scope.dangling((*path, "phase"), entry.phase, "phase", build.stage.phases)
        phase = build.stage.phases.index(entry.phase)
    (a_device, a_port), (z_device, z_port) = ends
    keep = (a_device >= 0) & (z_device >= 0)
    link = Links(
        a_device[keep], a_port[keep], z_device[keep], z_port[keep], PENDING, scope.origin(*path), phase
    )
    link.told = _told(build, entry, path)
    build.links.append(link)


def _axis(scope: Scope, text: str, path: Path) -> tuple[np.ndarray, bool]:
    """Return the values of a name of `for`, and whether they are letters."""
    brackets = [
        b for r in scope.ranges(text, path) for b in (r.brackets if r.literals == ("", "") else (None,))
    ]
    kinds = {b.letters for b in brackets if b is not None and not b.wild}
    if len(kinds) != 1 or any(b is None or b.wild for b in brackets):
        raise scope.stop(RANGE, path, f"{text} is no range of numbers or of letters such as [1-8]")
    return np.concatenate([b.values for b in brackets if b is not None]), kinds.pop()


def _told(build: Build, entry: Any, path: Path) -> dict[str, Any] | None:
    """Return the medium and length that a pattern states for all its links."""
    told: dict[str, Any] = {}
    if entry.medium is not None:
        told["medium"] = build.classes.medium(build, entry.medium, (*path, "medium"))
    if entry.length is not None:
        told["length"] = build.stage.scope.quantity(entry.length, "length", (*path, "length"))
    return told or None


def _end(
    build: Build, text: str, path: Path, env: dict[str, Any], count: int, names: Names
) -> tuple[np.ndarray, np.ndarray]:
    """Resolve one end of a pattern, `DEVICE PORT`, to device rows and port indices."""
    scope = build.stage.scope
    try:
        template = compile_template(text)
        if template.literals and " " not in "".join(template.literals).strip():
            raise scope.stop(SHAPE, path, f"{text!r} is no end: write `DEVICE PORT`")
        spelled = template.spell({**scope.integers, **env}, count)
    except ExpressionError as error:
        raise scope.stop(EXPRESSION, path, error.message, column=error.column) from None
    split = [s.strip().rpartition(" ") for s in spelled]
    devices = names.devices([d.strip() for d, _, _ in split])
    bad = np.flatnonzero(devices == names.UNKNOWN)
    if bad.size:
        first = split[int(bad[0])][0]
        raise scope.follow("device") or scope.stop(
            DANGLING, path, f"{first!r} is no device ({bad.size} of {count} ends)", help=names.near(first)
        )
    ports = names.ports(devices, [p for _, _, p in split])
    lost = np.flatnonzero((ports < 0) & (devices >= 0))
    if lost.size:
        one = int(lost[0])
        raise scope.stop(
            PHANTOM_PORT,
            path,
            f"{split[one][0]} has no port {split[one][2]!r} ({lost.size} of {count} ends)",
            help=names.port_help(int(devices[one])),
        )
    return devices, ports.astype(np.int32)
