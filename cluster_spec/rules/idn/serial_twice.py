"""IDN004: serial numbers and asset tags are bound once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Asset, Cluster

Key = tuple[str, ...]


@rule(
    "IDN004",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    since="0.1",
    source="design: a serial number is unique per manufacturer, an asset tag per owner",
    needs=("assets.*.manufacturer",),
    sections=("assets",),
)
def serial_twice(cluster: Cluster) -> Verdict:
    """Two devices have one serial number of one manufacturer, or one asset tag.

    Why:
        One of the two rows was copied and not changed. The device that it should describe cannot be found
        when it fails, and a replacement is booked on the wrong one.
    Bad:
        assets:
          mgmt1: {manufacturer: made up, serial: "P0001"}
    Good:
        assets:
          mgmt1: {manufacturer: made up, serial: "P0002"}
    """
    seen: dict[Key, list[int]] = {}
    for row, asset in enumerate(cluster.assets):
        for key in _keys(asset):
            seen.setdefault(key, []).append(row)
    bad = [_bad(cluster, key, rows) for key, rows in seen.items() if len(rows) > 1]
    lost = _makerless(seen)
    unknown = (Unknown("assets.*.manufacturer", np.array(lost)),) if lost else ()
    return Verdict("assets", sum(bool(_keys(a)) for a in cluster.assets) - len(lost), tuple(bad), unknown)


def _makerless(seen: dict[Key, list[int]]) -> list[int]:
    """Return assets without a manufacturer whose serial another one has: whether it is the same nobody can say."""
    made = {key[1] for key in seen if key[0] == "serial" and key[2]}
    return [
        row
        for key, rows in seen.items()
        if key[0] == "serial" and not key[2] and key[1] in made
        for row in rows
    ]


def _keys(asset: Asset) -> list[Key]:
    keys: list[Key] = []
    if asset.serial is not None:
        keys.append(("serial", asset.serial.casefold(), (asset.manufacturer or "").casefold()))
    if asset.asset_tag is not None:
        keys.append(("asset tag", asset.asset_tag.casefold()))
    return keys


def _bad(cluster: Cluster, key: Key, rows: list[int]) -> Bad:
    first, last = cluster.assets[rows[0]], cluster.assets[rows[-1]]
    value = last.serial if key[0] == "serial" else last.asset_tag
    maker = f" of {last.manufacturer}" if key[0] == "serial" and last.manufacturer else ""
    return Bad(
        np.array(rows),
        lambda subject, _: f"{subject} have one {key[0]}, {value}{maker}",
        measured=len(rows),
        limit=1,
        origin=np.full(len(rows), last.origin),
        related=np.full(len(rows), first.origin),
        related_text="the other one",
    )
