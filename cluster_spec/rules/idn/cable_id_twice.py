"""IDN007: cable ids and printed labels are unique."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.labels import DEFAULT, fields
from cluster_spec.columns import member
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Verdict, rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cluster_spec.model.cluster import Cluster

FEW = 16
"""Up to so many ids are said one by one; of a list in which more repeat, it is one cause."""

ENDS = ({"near"}, {"far"}, {"near_device", "near_port"}, {"far_device", "far_port"})
"""Fields that hold a port: two cables of one port are the business of the rule on ports."""


@rule(
    "IDN007",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    since="0.1",
    source="ANSI/TIA-606-D: an identifier names one cable",
    needs=("cabling.label",),
    sections=("cabling", "fabrics"),
)
def cable_id_twice(cluster: Cluster) -> Verdict:
    """Two cables have one id, or would carry the same label.

    Why:
        Whoever pulls "the" cable with that label pulls one of two. Ids come from lists, where rows are
        copied; labels come from the template, which has to say more than the rack and the unit of an end.
    Bad:
        cabling: {label: "{near_rack} / {far_rack}"}
    Good:
        cabling: {label: "{near} / {far}"}
    Also:
        CBL012: a label without the ports of an end does not tell cables apart.
    """
    bad = [*_same_id(cluster), *_same_label(cluster)]
    return Verdict("cables", len(cluster.cables), tuple(bad))


def _same_id(cluster: Cluster) -> list[Bad]:
    """Ids that lists give; those that follow from the first link are unique with the ports."""
    named = cluster.cables.named
    if not named:
        return []
    seen: dict[str, list[int]] = {}
    for row in _suspects(cluster):
        if name := named.get(row):
            seen.setdefault(name, []).append(row)
    same = {name: np.array(rows) for name, rows in seen.items() if len(rows) > 1}
    if len(same) <= FEW:
        return [_bad(cluster, rows, f"have one id, {name}") for name, rows in same.items()]
    name, worst = max(same.items(), key=lambda item: item[1].size)
    told = f"share {len(same):,} ids, up to {worst.size:,} have one: {name}"
    return [_bad(cluster, np.concatenate(list(same.values())), told)]


def _suspects(cluster: Cluster) -> Iterable[int]:
    """Return cables whose ids may be of others too, without spelling the ids of all."""
    hashes = getattr(cluster.cables.named, "hashes", None)
    key = None if hashes is None else hashes(len(cluster.cables))
    if key is None:
        return range(len(cluster.cables))
    ordered = np.sort(key)
    twice = ordered[1:][(ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)]
    return np.flatnonzero(member(key, twice)).tolist() if twice.size else ()


def _same_label(cluster: Cluster) -> list[Bad]:
    used = set(fields(cluster.cabling.label or DEFAULT))
    if any(ends <= used for ends in ENDS) or ("cable" in used) or not len(cluster.cables):
        return []
    key = np.zeros(len(cluster.cables), dtype=np.int64)
    for column in _columns(cluster, used):
        _, number = np.unique(column, return_inverse=True)
        _, key = np.unique(key * (int(number.max()) + 1) + number, return_inverse=True)
    count = np.bincount(key)
    rows = np.flatnonzero(count[key] > 1)
    if not rows.size:
        return []
    worst = int(count.argmax())
    text = f"share labels with others, up to {int(count[worst])} cables have one text"
    origin = np.full(rows.size, cluster.cabling.origin)
    return [Bad(rows, lambda subject, _: f"{subject} {text}", int(count[worst]), 1, None, None, origin)]


def _columns(cluster: Cluster, used: set[str]) -> list[np.ndarray]:
    """Return what the label prints of each cable as integers; what has one value for all is left out."""
    links, devices = cluster.links, cluster.devices
    link = cluster.cables.link
    found: list[np.ndarray] = []
    for side, device, port in (
        ("near", links.a_device, links.a_port),
        ("far", links.z_device, links.z_port),
    ):
        own = device[link].astype(np.int64)
        local = port[link] - devices.first_port[own]
        known = {"device": own, "port": local, "cage": local, "rack": devices.rack[own], "u": devices.u[own]}
        found += [column for name, column in known.items() if f"{side}_{name}" in used]
    if "fabric" in used:
        fabric = np.array([c.fabric for c in cluster.classes], dtype=np.int64)
        found.append(fabric[links.klass[link]])
    if "medium" in used:
        found.append(cluster.cables.medium)
    return found


def _bad(cluster: Cluster, rows: np.ndarray, text: str) -> Bad:
    origin = cluster.links.origin[cluster.cables.link[rows]].astype(np.int64)
    return Bad(
        rows,
        lambda _, __: f"{rows.size} cables {text}",
        rows.size,
        1,
        None,
        None,
        np.full(rows.size, origin[-1]),
        np.full(rows.size, origin[0]),
        "the other one",
    )
