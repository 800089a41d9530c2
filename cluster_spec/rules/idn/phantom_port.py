"""IDN006: cables end in ports that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.diagnostics import PHANTOM_PORT, Basis, Severity
from cluster_spec.rules.base import Bad, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster

STEP = 1 << 18


@rule(
    PHANTOM_PORT.code,
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="design: ports are what the part has, in the modes that its cages run in",
    needs=("ports", "cages"),
    sections=("fabrics",),
)
def phantom_port(cluster: Cluster) -> Verdict:
    """A cable ends in a port that the device does not have.

    Why:
        Lists of cables outlive the devices they were written for. A port that is not there, or not in the
        mode that its cage runs in, is found by the technician who stands before it with the plug in his hand.
    Bad:
        exceptions:
          extra:
            add: {a: "mgmt1 inband9", z: "storage-leaf-1 1/1", fabric: storage}
            because: a port that the server does not have
    Good:
        exceptions:
          extra: null
    """
    links, first = cluster.links, cluster.devices.first_port
    wrong = [
        _outside(first, device, port)
        for device, port in ((links.a_device, links.a_port), (links.z_device, links.z_port))
    ]
    bad = [_bad(rows) for rows in wrong if rows.size]
    return Verdict("links", len(links), tuple(bad))


def _outside(first: np.ndarray, device: np.ndarray, port: np.ndarray) -> np.ndarray:
    """Return the links whose port is none of their device's, a slice at a time to stay in the cache."""
    start = first.astype(np.int64 if first.size and first[-1] >= 2**31 else np.int32)
    found = []
    for low in range(0, device.size, STEP):
        own, here = device[low : low + STEP], port[low : low + STEP]
        begin = start[own]
        hit = (here < begin) | (here >= start[own + 1])
        if hit.any():
            found.append(np.flatnonzero(hit) + low)
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _bad(rows: np.ndarray) -> Bad:
    return Bad(rows, lambda subject, _: f"{subject} ends in a port that its device does not have")
