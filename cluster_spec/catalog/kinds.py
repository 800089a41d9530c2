"""The facts that only some kinds of parts have: chips, media, racks, PDUs, protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_spec import units
from cluster_spec.catalog.expand import ranged
from cluster_spec.model.parts import Chip, Medium, Pdu, RackFrame, Subnet

if TYPE_CHECKING:
    from collections.abc import Mapping

Section = "Mapping[str, Any] | None"


def _get(data: Mapping[str, Any], key: str, dimension: str) -> int | None:
    return units.parse(data[key], dimension) if key in data else None


def chip(data: Mapping[str, Any] | None) -> Chip | None:
    """Return an accelerator's figures."""
    if data is None:
        return None
    scale_up = data.get("scale-up-bandwidth", {})
    return Chip(
        flops={key: units.parse(text, "compute") for key, text in data.get("compute", {}).items()},
        memory=_get(data, "memory", "memory"),
        memory_bandwidth=_get(data, "memory-bandwidth", "bandwidth"),
        scale_up_bandwidth=_get(scale_up, "value", "bandwidth"),
        scale_up_direction=scale_up.get("direction", "unstated"),
    )


def _reach(data: Mapping[str, str]) -> dict[int, int]:
    return {
        0 if lane == "any" else units.parse(lane, "rate"): units.parse(length, "length")
        for lane, length in data.items()
    }


def medium(data: Mapping[str, Any] | None) -> Medium | None:
    """Return what a link runs over; lengths in ascending order."""
    if data is None:
        return None
    power = data.get("module-power", {})
    return Medium(
        family=data["family"],
        attached=data["attached"],
        reach=_reach(data.get("reach", {})),
        lengths=tuple(sorted(units.parse(length, "length") for length in data.get("lengths", ()))),
        forms=tuple(data.get("forms", ())),
        protocols=tuple(data.get("protocols", ())),
        module_power={units.parse(rate, "rate"): units.parse(draw, "power") for rate, draw in power.items()},
        twin=data.get("twin", False),
        adapter_reach=_reach(data.get("adapter-reach", {})),
    )


def rack(data: Mapping[str, Any] | None, env: Mapping[str, int | None]) -> RackFrame | None:
    """Return a rack's frame; ValueError when `free` is no range of units."""
    if data is None:
        return None
    free = tuple(int(unit) for unit in ranged(data["free"], env).names()) if "free" in data else ()
    return RackFrame(
        units=data.get("units"),
        unit=data.get("unit", "U"),
        free=free,
        power=_get(data, "power", "power"),
        load=_get(data, "load", "mass"),
        zero_u=data.get("zero-u", 0),
        base=_get(data, "base", "length"),
    )


def pdu(data: Mapping[str, Any] | None) -> Pdu | None:
    """Return a rack PDU's rating and outlets."""
    if data is None:
        return None
    voltage = units.parse_voltage(data["voltage"]).high_mv if "voltage" in data else None
    return Pdu(
        power=_get(data, "power", "power"),
        apparent=_get(data, "apparent", "apparent"),
        current=_get(data, "current", "current"),
        voltage=voltage,
        phases=data.get("phases"),
        outlets=dict(data.get("outlets", {})),
    )


def subnet(data: Mapping[str, Any] | None) -> Subnet | None:
    """Return the address space of a protocol."""
    return None if data is None else Subnet(limit=data.get("limit"), counts=tuple(data.get("counts", ())))
