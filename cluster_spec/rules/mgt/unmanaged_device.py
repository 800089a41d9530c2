"""MGT001: everything that can be managed is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.managed import managed
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.model.cluster import Cluster


@rule(
    "MGT001",
    severity=Severity.ERROR,
    basis=Basis.POLICY,
    since="0.1",
    source="NVIDIA DGX SuperPOD reference architecture: the out-of-band network reaches all devices",
    needs=("ports.*.role", "fabrics.*.role"),
    sections=("fabrics!", "nodes", "ultra_nodes", "power", "cooling"),
)
def unmanaged_device(cluster: Cluster) -> Verdict:
    """A device with a management port has no cable in it.

    Why:
        A server that hangs and a PDU that cuts out are reached through this port only. It is the cable that
        is forgotten, because nothing fails without it until the first night. The switches of the management
        fabric itself are managed through it.
    Bad:
        exceptions:
          cut: {of: {nodes: mgmt1}, omit: true, because: an example}
        fabrics: {oob: {endpoints: {all: {every: null, nodes: "mgmt1", ports: oob}}}}
        networks: {mgmt: null}
    Good:
        fabrics: {oob: {endpoints: {all: {every: {role: oob}}}}}
    Also:
        IDN008: the device is open, it has no management. SCH013: mgmt1 is excepted twice.
    """
    found = managed(cluster)
    mine = found.port & ~found.own & ~found.waiting
    rows = np.flatnonzero(mine)
    if not found.fabric:
        return Verdict("devices", 0, (), (Unknown("a fabric of role oob", rows),) if rows.size else ())
    lost = np.flatnonzero(mine & ~found.cabled)
    bad = (Bad(lost, _say(lost.size), lost.size, 0, cause=cluster.devices.part[lost]),) if lost.size else ()
    return Verdict("devices", int(rows.size), bad)


def _say(count: int) -> Callable[[str, int], str]:
    def say(subject: str, _: int) -> str:
        many = count > 1 and ("[" in subject or "," in subject)
        return f"{subject} {'have' if many else 'has'} no cable in the management port"

    return say
