"""`assets`: what arrived, bound to devices by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_spec.diagnostics import SHAPE
from cluster_spec.model.cluster import Asset
from cluster_spec.model.namespace import NameTable
from cluster_spec.resolve.scope import Stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.resolve.devices import Stage

NEAR = 2000
"""How many device names are searched for a name that was probably meant."""


def resolve_assets(stage: Stage, assets: Mapping[str, Any]) -> tuple[Asset, ...]:
    """Bind each asset to its device; the manufacturer is the part's vendor unless the asset says otherwise.

    A name that no device has is dangling. What says a serial, tag, MAC or GUID is one device, not a range.
    """
    if not assets:
        return ()
    names = NameTable(tuple(stage.census.groups)).spelled()
    rows = {name.decode(): row for row, name in enumerate(names.tolist())}
    parts = stage.census.column("part")
    found: list[Asset] = []
    for key in sorted(assets):
        try:
            for name in _names(stage, key, assets[key], rows):
                vendor = stage.hardware.parts[int(parts[rows[name]])].vendor
                found.append(_asset(stage, key, name, rows[name], assets[key], vendor))
        except Stop:
            continue
    return tuple(found)


def _names(stage: Stage, key: str, value: Any, rows: Mapping[str, int]) -> list[str]:
    path = ("assets", key)
    names = [n for r in stage.scope.ranges(key, path, key=True) for n in r.names()]
    names = [name for name in names if name in rows or not stage.foreseen(name)]
    for name in names:
        if name not in rows:
            raise stage.scope.dangling(path, name, "device", list(rows)[:NEAR], key=True)
    own = [k for k in ("serial", "asset_tag", "mac", "macs", "guid") if getattr(value, k) is not None]
    if len(names) > 1 and own:
        raise stage.scope.stop(
            SHAPE, path, f"{key} names {len(names)} devices, {own[0]} belongs to one", key=True
        )
    return names


def _asset(stage: Stage, key: str, name: str, row: int, value: Any, vendor: str | None) -> Asset:
    origin = stage.scope.origin("assets", key)
    return Asset(row, name, value.manufacturer or vendor, value.serial, value.asset_tag, origin)
