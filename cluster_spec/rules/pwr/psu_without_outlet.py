"""PWR026: every supply has an outlet of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.columns import distinct
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster, RackFeeds
    from cluster_spec.model.parts import Part

OUTLET_OF = {"C14": "C13", "C20": "C19", "C16": "C15", "C22": "C21"}
"""The outlet that an inlet's cord goes to (IEC 60320)."""
KINDS = frozenset({"node", "switch", "appliance"})


@rule(
    "PWR026",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="IEC 60320-1, IEC 60320-2-2: inlets and outlets of one size mate",
    needs=("power.psus.count", "power.psus.inlet", "pdu.outlets", "power.racks"),
    sections=("power", "racks", "nodes", "ultra_nodes", "fabrics"),
)
def psu_without_outlet(cluster: Cluster) -> Verdict:
    """A rack has more supplies on a side than the PDUs of that side have outlets of their kind.

    Why:
        The supplies of a device take turns on the sides: the first goes to a, the second to b. A supply that
        finds no outlet of its size has no cord, whatever the PDU could deliver.
    Bad:
        part: {pdu-3p-63a-400v: {pdu: {outlets: {C13: 1, C19: 0}}}}
    Good:
        part: {pdu-3p-63a-400v: {pdu: {outlets: {C13: 30, C19: 12}}}}
    Also:
        CAT006: the changed value has no source.
    """
    feeds = cluster.feeds
    if feeds is None:
        return Verdict("racks", 0, (), (Unknown("power.racks"),) if len(cluster.racks) else ())
    served = np.asarray((feeds.pdu >= 0).any(axis=1))
    devices = cluster.devices
    here = np.flatnonzero((devices.rack >= 0) & ~devices.inside)
    rows = here[served[devices.rack[here]]]
    unknown, undecided = _lacking(cluster, rows)
    need = _needs(cluster, feeds, rows)
    gaps, blind = _blind(cluster, feeds)
    bad = [
        b for outlet, table in need.items() if (b := _short(cluster, feeds, outlet, table, blind)) is not None
    ]
    undecided |= blind & served
    return Verdict("racks", int((served & ~undecided).sum()), tuple(bad), (*unknown, *gaps))


def _missing(part: Part) -> str | None:
    """Return the fact of a part that is needed and not known; a part without own supplies needs none."""
    if part.powered is False or (part.psus is None and part.kind not in KINDS):
        return None
    if part.psus is None or part.psus.count is None:
        return "power.psus.count"
    return "power.psus.inlet" if part.psus.inlet is None else None


def _lacking(cluster: Cluster, rows: np.ndarray) -> tuple[list[Unknown], np.ndarray]:
    devices = cluster.devices
    undecided = np.zeros(len(cluster.racks), dtype=bool)
    found: list[Unknown] = []
    for index in distinct(devices.part[rows]):
        fact = _missing(cluster.parts[int(index)])
        if fact is not None:
            racks = distinct(devices.rack[rows[devices.part[rows] == index]])
            undecided[racks] = True
            found.append(Unknown(f"{fact} of {cluster.parts[int(index)].name}", racks))
    return found, undecided


def _needs(cluster: Cluster, feeds: RackFeeds, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Return per outlet type how many supplies ask for one: racks x sides."""
    devices, sides = cluster.devices, len(feeds.sides)
    on = feeds.pdu >= 0
    count = on.sum(axis=1)
    order = np.cumsum(on, axis=1) - 1
    need: dict[str, np.ndarray] = {}
    for index in distinct(devices.part[rows]):
        part = cluster.parts[int(index)]
        psus = part.psus
        if psus is None or psus.count is None or psus.inlet is None:
            continue
        outlet = OUTLET_OF.get(psus.inlet, psus.inlet)
        number = np.bincount(devices.rack[rows[devices.part[rows] == index]], minlength=len(cluster.racks))
        turns = np.maximum(np.where(feeds.single, 1, count), 1)[:, None]
        share = -(-(psus.count - np.minimum(order, psus.count)) // turns)
        share = np.where(on & (order < turns), share, 0)
        table = need.setdefault(outlet, np.zeros((len(cluster.racks), sides), dtype=np.int64))
        table += number[:, None] * share
    return need


def _blind(cluster: Cluster, feeds: RackFeeds) -> tuple[list[Unknown], np.ndarray]:
    """Return the PDUs whose outlets are not known, and the racks that they stand in."""
    parts = cluster.devices.part[feeds.pdu] if len(cluster.devices) else np.zeros(feeds.pdu.shape, dtype=int)
    blind = np.zeros(len(cluster.racks), dtype=bool)
    found: list[Unknown] = []
    for index in distinct(parts[feeds.pdu >= 0]):
        part = cluster.parts[int(index)]
        if part.pdu is None or not part.pdu.outlets:
            racks = np.flatnonzero(((parts == index) & (feeds.pdu >= 0)).any(axis=1))
            blind[racks] = True
            found.append(Unknown(f"pdu.outlets of {part.name}", racks))
    return found, blind


def _short(
    cluster: Cluster, feeds: RackFeeds, outlet: str, need: np.ndarray, blind: np.ndarray
) -> Bad | None:
    given = [0 if p.pdu is None else p.pdu.outlets.get(outlet, 0) for p in cluster.parts]
    have = np.array(given)[cluster.devices.part[feeds.pdu]] * feeds.pdu_count
    have = np.where(feeds.pdu >= 0, have, 0)
    over = np.where(blind[:, None] | (feeds.pdu < 0), 0, need - have)
    rows = np.flatnonzero((over > 0).any(axis=1))
    if not rows.size:
        return None
    side = over[rows].argmax(axis=1)
    measured, limit = need[rows, side], have[rows, side]

    def say(subject: str, i: int) -> str:
        at = feeds.sides[int(side[i])]
        asked = f"{measured[i]} supplies ask for {outlet} outlets on side {at}"
        return f"{subject}: {asked}, its PDUs have {limit[i]}"

    return Bad(rows, say, measured, limit, "outlets", origin=feeds.origin[rows])
