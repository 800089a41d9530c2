"""IDN001: devices have legal host names, each its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.hostnames import flaw, repeated
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster
    from cluster_spec.model.namespace import NameGroup

NO_HOST = frozenset({"pdu"})
"""Kinds of parts whose devices are called after their rack and are no hosts."""


@rule(
    "IDN001",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    since="0.1",
    source="RFC 1123, section 2.1; RFC 1035, section 2.3.4: labels of 63, names of 253 characters",
)
def illegal_hostname(cluster: Cluster) -> Verdict:
    """A device that has ports is called something that is no host name, or two devices share a name.

    Why:
        Names become DNS records, DHCP leases and inventory keys. An underscore or a name of 64 characters is
        refused by the first name server it meets, and two names that differ in case only are one name there.
    Bad:
        nodes:
          mgmt1: null
          mgmt_1: {part: server-2u, role: management, rack: r1, u: 2}
        exceptions: null
    Good:
        nodes:
          mgmt1: null
          mgmt-1: {part: server-2u, role: management, rack: r1, u: 2}
        exceptions: null
    """
    hosts = _hosts(cluster)
    groups = [g for g in cluster.devices.names.groups if g.count and hosts[g.first]]
    bad = [b for g in groups if (b := _illegal(cluster, g)) is not None]
    bad += [_twice(cluster, rows) for rows in repeated(groups)]
    return Verdict("devices", sum(g.count for g in groups), tuple(bad))


def _hosts(cluster: Cluster) -> np.ndarray:
    """Devices with a port, without those that no network knows by name."""
    devices = cluster.devices
    ports = np.array([bool(layout.ports) for layout in cluster.layouts], dtype=bool)
    host = np.array([part.kind not in NO_HOST for part in cluster.parts], dtype=bool)
    if not len(devices):
        return np.zeros(0, dtype=bool)
    return np.asarray(ports[devices.layout] & host[devices.part])


def _illegal(cluster: Cluster, group: NameGroup) -> Bad | None:
    why = flaw(group)
    if why is None:
        return None
    rows = np.arange(group.first, group.first + group.count)
    origin = cluster.devices.origin[rows].astype(np.int64)
    return Bad(
        rows, lambda subject, _: f"{subject}: no host name has {why}", origin=np.full(rows.size, origin[0])
    )


def _twice(cluster: Cluster, rows: np.ndarray) -> Bad:
    origin = cluster.devices.origin[rows].astype(np.int64)
    spelled = sorted(set(cluster.devices.names.spell_all(rows)))

    def say(_: str, __: int) -> str:
        if len(spelled) > 1:
            return f"{' and '.join(spelled)} are one host name: case makes no difference"
        return f"{spelled[0]} names {rows.size} devices"

    return Bad(
        rows,
        say,
        measured=rows.size,
        limit=1,
        origin=np.full(rows.size, origin[-1]),
        related=np.full(rows.size, origin[0]),
        related_text="the other one",
    )
