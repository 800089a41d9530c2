"""Which devices can be managed, and which are reached: management ports, their cables, their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.cache import once
from cluster_spec.columns import member
from cluster_spec.model.parts import ROLES
from cluster_spec.model.tables import STATES
from cluster_spec.records import record

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster

OOB = ROLES.index("oob")
APART = tuple(STATES.index(s) for s in ("spare", "reserved"))
"""States of devices that wait for their use: nothing has to reach them yet."""


@record(frozen=True, slots=True, eq=False)
class Managed:
    """Per device: has a management port, has ports, one of its management ports is cabled, has an address.

    `own` are the switches of management fabrics, which are managed through themselves; `waiting` are spare
    and reserved devices. `fabric` says whether there is a management fabric at all.
    """

    port: np.ndarray
    ports: np.ndarray
    cabled: np.ndarray
    addressed: np.ndarray
    own: np.ndarray
    waiting: np.ndarray
    fabric: bool


def managed(cluster: Cluster) -> Managed:
    """Return what is known about the management of every device (computed once)."""
    return once(cluster, "managed", _managed)


def _managed(cluster: Cluster) -> Managed:
    devices = cluster.devices
    oob = np.array([bool((layout.role == OOB).any()) for layout in cluster.layouts], dtype=bool)
    ports = np.array([bool(layout.ports) for layout in cluster.layouts], dtype=bool)
    management = np.array([f.role == "oob" for f in cluster.fabrics], dtype=bool)
    none = np.zeros(len(devices), dtype=bool)
    addressed = none.copy()
    for network in cluster.networks:
        addressed[network.devices] = True
    if not oob.size:
        return Managed(none, none, none, addressed, none, none, bool(management.any()))
    own = (devices.fabric >= 0) & management[devices.fabric] if management.size else none
    return Managed(
        oob[devices.layout],
        ports[devices.layout],
        _cabled(cluster),
        addressed,
        own,
        member(devices.state, APART),
        bool(management.any()),
    )


def _cabled(cluster: Cluster) -> np.ndarray:
    """Return the devices that have a cable in a management port; whatever the fabric calls itself."""
    devices, links = cluster.devices, cluster.links
    found = np.zeros(len(devices), dtype=bool)
    width = max((layout.role.size for layout in cluster.layouts), default=0)
    table = np.zeros((len(cluster.layouts), width + 1), dtype=bool)
    for i, layout in enumerate(cluster.layouts):
        table[i, : layout.role.size] = layout.role == OOB
    ends = np.array([c.lower < 0 or c.upper < 0 for c in cluster.classes], dtype=bool)
    rows = np.flatnonzero(ends[links.klass]) if ends.size else np.zeros(0, dtype=np.int64)
    for device, port in ((links.a_device, links.a_port), (links.z_device, links.z_port)):
        own = device[rows]
        local = port[rows] - devices.first_port[own]
        found[own[table[devices.layout[own], np.clip(local, 0, width)]]] = True
    return found
