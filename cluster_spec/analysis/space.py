"""Where devices stand in racks: the units they take on each face, and what is not known about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.cache import once
from cluster_spec.analysis.facts import part_fact
from cluster_spec.records import record

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster

MILLI = 1000


@record(frozen=True, slots=True, eq=False)
class Space:
    """Devices that take units of a rack (rows of `devices`), their height in thousandths, one face or both.

    `placed` say that they have a unit; `unknown` are the devices whose height is not known.
    """

    rows: np.ndarray
    rack: np.ndarray
    low: np.ndarray
    high: np.ndarray
    full: np.ndarray
    rear: np.ndarray
    placed: np.ndarray
    unknown: np.ndarray


def rack_space(cluster: Cluster) -> Space:
    """Return the devices that stand in units: in a rack, not inside of a cabinet that comes built, not 0U."""
    return once(cluster, "rack space", _space)


def _space(cluster: Cluster) -> Space:
    devices = cluster.devices
    height = part_fact(cluster, lambda p: p.height)
    full = np.array([p.full_depth for p in cluster.parts], dtype=bool)
    loose = np.array([p.kind in {"cdm", "cdu"} for p in cluster.parts], dtype=bool)
    if not len(devices):
        none = np.zeros(0, dtype=np.int64)
        flags = none.astype(bool)
        return Space(none, none, none, none, flags, flags, flags, none)
    standing = (devices.rack >= 0) & ~devices.inside
    tall = height.known[devices.part]
    unknown = np.flatnonzero(standing & ~tall & ~(loose[devices.part] & (devices.u < 0)))
    rows = np.flatnonzero(standing & tall & (height.values[devices.part] > 0))
    part, low = devices.part[rows], devices.u[rows].astype(np.int64)
    return Space(
        rows,
        devices.rack[rows].astype(np.int64),
        low,
        low + height.values[part],
        full[part],
        devices.rear[rows],
        low >= 0,
        unknown,
    )
