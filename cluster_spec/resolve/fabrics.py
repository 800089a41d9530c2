"""A fabric's record: what rules and reports see of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.diagnostics import DANGLING
from cluster_spec.model.cluster import Fabric, Uplink
from cluster_spec.model.tables import Endpoints
from cluster_spec.resolve.scope import Stop

if TYPE_CHECKING:
    from cluster_spec.model.tables import Devices
    from cluster_spec.resolve.devices import Stage
    from cluster_spec.resolve.step import Build

ACCELERATOR_ROLES = frozenset({"compute", "scale-up"})


def fabric_record(
    stage: Stage, name: str, entry: Any, build: Build | None, tiers: Any, devices: Devices
) -> Fabric:
    """Return the record of a fabric; without a build it has no tiers and no endpoints."""
    path = ("fabrics", name)
    subnet = None
    try:
        protocol = stage.hardware.part(entry.protocol, (*path, "protocol"), ("protocol",))
        subnet = stage.hardware.parts[protocol].subnet
    except Stop:
        pass
    return Fabric(
        name,
        entry.role,
        entry.protocol,
        stage.scope.optional(entry.rate, "rate", (*path, "rate")) if build is not None else None,
        entry.cabled,
        tiers[0] if tiers is not None else (),
        _endpoints(stage, build, entry.role, devices),
        tuple(entry.disjoint or ()),
        entry.homing,
        entry.lmc or 0,
        float(entry.oversubscription.split(":")[0]) if entry.oversubscription else None,
        _uplink(stage, entry, path),
        subnet.limit if subnet is not None else None,
        tuple(subnet.counts) if subnet is not None else (),
        stage.scope.origin(*path),
        entry.topology.kind if entry.topology is not None else None,
    )


def _uplink(stage: Stage, entry: Any, path: tuple[str, ...]) -> Uplink | None:
    if entry.uplink is None:
        return None
    up, where = entry.uplink, (*path, "uplink")
    try:
        count = stage.scope.scalar(up.ports, (*where, "ports"))
    except Stop:
        return None
    return Uplink(up.to, up.to in stage.externals, count, stage.scope.origin(*where))


def _endpoints(stage: Stage, build: Build | None, role: str, devices: Devices) -> Endpoints:
    if build is None:
        none = np.zeros(0, dtype=np.int64)
        return Endpoints(none, none, none, {}, (), none.astype(bool))
    ends = build.ends
    built = ends.built
    everything = bool(built.all())

    def keep(column: np.ndarray) -> np.ndarray:
        return column if everything else column[built]

    device, local = keep(ends.device), keep(ends.port)
    coordinates = {k: keep(v) for k, v in ends.coordinates.items() if not k.startswith("_")}
    serves = _serves(stage, role)
    accelerator = serves[devices.layout[device], local] if device.size else np.zeros(0, dtype=bool)
    port = devices.first_port[device] + local
    return Endpoints(device, port, keep(ends.member), coordinates, tuple(ends.sets), accelerator)


def _serves(stage: Stage, role: str) -> np.ndarray:
    """Return layouts x ports: whether a port serves an accelerator; by its part, or all ports of what holds some."""
    from cluster_spec.resolve.devices import holds_accelerators

    layouts = stage.hardware.layouts
    width = max((len(layout.ports) for layout in layouts), default=0)
    table = np.zeros((len(layouts), max(width, 1)), dtype=bool)
    for i, layout in enumerate(layouts):
        own = np.array([p.accelerator >= 0 for p in layout.ports], dtype=bool)
        part = stage.hardware.parts[layout.part]
        if (
            not own.any()
            and role in ACCELERATOR_ROLES
            and part.contains
            and holds_accelerators(stage.hardware, part)
        ):
            own[:] = True
        table[i, : own.size] = own
    return table


def check_uplinks(stage: Stage, builds: list[Build], names: list[str]) -> None:
    """Report uplinks to nothing: they go to another fabric or to an external end."""
    for build in builds:
        up = build.fabric.uplink
        if up is not None and up.to not in names and up.to not in stage.externals:
            where = (*build.path, "uplink", "to")
            stage.scope.report(DANGLING, where, f"{up.to!r} is no fabric and no external end")


__all__ = ["check_uplinks", "fabric_record"]
