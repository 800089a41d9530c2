"""IDN008: nothing stands in a cluster with an open end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.facts import part_fact
from cluster_spec.analysis.managed import managed
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.records import field, record
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster

PLANT = frozenset({"cdm", "cdu"})
"""Kinds of devices that take heat themselves and stand on the floor."""
HOSTS = frozenset({"node", "switch", "appliance"})
FROM_RACK = frozenset({"feed", "heat"})
"""What a device has from its rack: without a place they are no causes of their own."""


@record(slots=True)
class Aspect:
    """One thing that a device needs: who lacks it, in which words, and what is not known about it."""

    name: str
    lost: np.ndarray
    words: str
    unknown: list[Unknown] = field(default_factory=list)


@rule(
    "IDN008",
    severity=Severity.ERROR,
    basis=Basis.POLICY,
    since="0.1",
    source="design: every device has place, feed, heat path, management and address, or says why not",
    needs=("racks", "power.racks", "cooling.racks", "fabrics", "networks"),
    sections=("racks", "nodes", "ultra_nodes", "power", "cooling", "fabrics!", "networks"),
)
def open_device(cluster: Cluster) -> Verdict:
    """A device has no place, no feed, no path for its heat, no cabled management port or no address.

    Why:
        What is planned in one list and forgotten in another is found on the day of installation. A device
        that lacks one of them on purpose says `none: {feed: why}`; spare and reserved devices wait. Devices
        inside a cabinet that comes built have its place and its feeds. A section that the manifest does
        not have yet makes its aspect unknown.
    Bad:
        nodes: {mgmt9: {part: server-2u, role: management}}
    Good:
        nodes:
          mgmt9:
            part: server-2u
            role: management
            none: {place: on a desk, feed: wall socket, heat: the room}
    """
    if not len(cluster.devices):
        return Verdict("devices", 0)
    waiting = managed(cluster).waiting
    bad, unknown = [], []
    undecided = waiting.copy()
    nowhere = (cluster.devices.rack < 0) & ~_excused(cluster, "place")
    for aspect in (_place(cluster), _feed(cluster), _heat(cluster), *_managed(cluster)):
        follows = nowhere if aspect.name in FROM_RACK else False
        lost = np.flatnonzero(aspect.lost & ~waiting & ~follows & ~_excused(cluster, aspect.name))
        if lost.size:
            bad.append(_bad(cluster, aspect, lost))
        for gap in aspect.unknown:
            rows = gap.rows[~waiting[gap.rows]]
            if rows.size:
                unknown.append(Unknown(gap.missing, rows))
                undecided[rows] = True
    decided = int((~undecided).sum()) + sum(b.rows.size for b in bad)
    return Verdict("devices", min(decided, len(cluster.devices)), tuple(bad), tuple(unknown))


def _bad(cluster: Cluster, aspect: Aspect, lost: np.ndarray) -> Bad:
    several = lost.size > 1

    def say(subject: str, _: int) -> str:
        have = "have" if several and ("[" in subject or "," in subject) else "has"
        return f"{subject} {have} {aspect.words}"

    text = f"if it is meant: none: {{{aspect.name}: why}}"
    return Bad(lost, say, cause=cluster.devices.part[lost].astype(np.int64), help=text)


def _excused(cluster: Cluster, name: str) -> np.ndarray:
    """Devices that say why they lack something."""
    said = np.array([name in reasons for reasons in cluster.none_sets] + [False], dtype=bool)
    return np.asarray(said[cluster.none_of])


def _kinds(cluster: Cluster, kinds: frozenset[str]) -> np.ndarray:
    mine = np.array([p.kind in kinds for p in cluster.parts], dtype=bool)
    return np.asarray(mine[cluster.devices.part])


def _all(cluster: Cluster, fact: str) -> list[Unknown]:
    return [Unknown(fact, np.arange(len(cluster.devices)))]


def _place(cluster: Cluster) -> Aspect:
    """A rack, and a unit in it for what has a height and does not come built in."""
    devices = cluster.devices
    none = np.zeros(len(devices), dtype=bool)
    if not len(cluster.racks):
        return Aspect("place", none, "", _all(cluster, "racks"))
    height = part_fact(cluster, lambda p: p.height)
    tall = height.known[devices.part] & (height.values[devices.part] > 0)
    loose = (devices.rack >= 0) & (devices.u < 0) & ~devices.inside & tall & ~_kinds(cluster, PLANT)
    return Aspect("place", (devices.rack < 0) | loose, "no place: no rack, or no unit in it")


def _powered(cluster: Cluster) -> np.ndarray:
    """Devices that draw power by themselves."""
    powered = np.array([p.powered is not False for p in cluster.parts], dtype=bool)
    return np.asarray(powered[cluster.devices.part])


def _at_rack(values: np.ndarray, rack: np.ndarray) -> np.ndarray:
    return (rack >= 0) & values[rack] if values.size else np.zeros(rack.size, dtype=bool)


def _feed(cluster: Cluster) -> Aspect:
    """A side of the rack that leads to a power node; a cooling unit may name its own feeds."""
    devices, feeds = cluster.devices, cluster.feeds
    none = np.zeros(len(devices), dtype=bool)
    if feeds is None:
        return Aspect("feed", none, "", _all(cluster, "power.racks"))
    fed = _at_rack((feeds.node >= 0).any(axis=1) | feeds.absent, devices.rack)
    for loop in cluster.cooling.loops if cluster.cooling else ():
        if loop.device >= 0 and loop.feeds:
            fed[loop.device : loop.device + loop.units] = True
    return Aspect("feed", _powered(cluster) & ~fed, "no feed: no power node feeds the rack")


def _heat(cluster: Cluster) -> Aspect:
    devices, cooling = cluster.devices, cluster.cooling
    none = np.zeros(len(devices), dtype=bool)
    if cooling is None or not cooling.declared.any():
        return Aspect("heat", none, "", _all(cluster, "cooling.racks"))
    cooled = _at_rack(cooling.declared | cooling.absent, devices.rack) | _kinds(cluster, PLANT)
    return Aspect("heat", _powered(cluster) & ~cooled, "no path for heat: no loop takes it from the rack")


def _managed(cluster: Cluster) -> list[Aspect]:
    """A cable in a management port and an address; a host without any such port is a gap in its part."""
    found = managed(cluster)
    none = np.zeros(len(cluster.devices), dtype=bool)
    mine = found.port & ~found.own
    portless = found.ports & ~found.port & _kinds(cluster, HOSTS)
    aspects = [Aspect("management", portless, "no management: no management port is known")]
    if found.fabric:
        aspects.append(
            Aspect("management", mine & ~found.cabled, "no management: no cable in the management port")
        )
    else:
        aspects.append(
            Aspect("management", none, "", [Unknown("a fabric of role oob", np.flatnonzero(mine))])
        )
    if cluster.networks and found.fabric:
        aspects.append(Aspect("address", mine & ~found.addressed, "no address in any network"))
    elif not cluster.networks:
        aspects.append(Aspect("address", none, "", [Unknown("networks", np.flatnonzero(mine))]))
    return aspects
