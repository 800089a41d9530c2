"""From the cages and ports of a part file to the ports of its default layout."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from cluster_spec import units
from cluster_spec.catalog.expand import FieldError, one, ranged
from cluster_spec.model.parts import CageType, PortType
from cluster_spec.names import natural_key
from cluster_spec.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM_LANES = {
    "sfp28": 1,
    "sfp56": 1,
    "sfp112": 1,
    "qsfp28": 4,
    "qsfp56": 4,
    "qsfp112": 4,
    "qsfp-dd": 8,
    "qsfp-dd800": 8,
    "osfp": 8,
    "osfp-rhs": 4,
    "osfp-ihs-twin": 8,
    "osfp-rhs-twin": 8,
}
"""Electrical lanes of a cage; `osfp-rhs` is an adapter's flat cage, `osfp` has eight lanes in one port."""
_NRZ_LIMIT = 28_125_000_000
_FIRST = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"(\d+)\D*$")


def group_of(key: str) -> str:
    """Return the name of a key without its brackets: `scale-out[0-7]` is `scale-out`."""
    return re.sub(r"\[[^\]]*\]", "", key)


def modulation_of(lane_rate: int | None) -> str | None:
    """Return how a lane of that rate (bit/s) is modulated: NRZ up to 28 Gb/s, PAM4 above; None is unknown."""
    if lane_rate is None:
        return None
    return "NRZ" if lane_rate <= _NRZ_LIMIT else "PAM4"


def mode_of(mode: str) -> tuple[int, int]:
    """Split `2x400` into the number of ports and the rate of each in bit/s."""
    count, rate = mode.split("x")
    return int(count), int(rate) * 10**9


def build_cages(key: str, body: Mapping[str, Any], env: Mapping[str, int | None]) -> list[CageType]:
    """Return the cages of one entry, in the order of its key."""
    form = body.get("form")
    made = CageType(
        label="",
        form=form,
        face=body.get("face", "front"),
        modes={mode: (body["modes"][mode] or {}).get("label", "") for mode in _in_order(body)},
        power=units.parse(body["power"], "power") if "power" in body else None,
        group=group_of(key),
        lanes=FORM_LANES.get(form or ""),
        role=body.get("role", "fabric"),
        protocols=tuple(body.get("protocols", ())),
        os_name=body.get("os-name"),
        element=body.get("element", 0),
    )
    return [replace(made, label=name) for name in ranged(key, env).names()]


def _in_order(body: Mapping[str, Any]) -> list[str]:
    """Return the modes of a cage: the one it comes in first, else by rate of the whole cage, then fewest ports."""

    def rank(mode: str) -> tuple[bool, int, int]:
        count, rate = mode_of(mode)
        return mode != body.get("default"), -count * rate, count

    return sorted(body.get("modes", {}), key=rank)


def by_radix(cages: tuple[CageType, ...], data: Mapping[str, Any]) -> tuple[CageType, ...]:
    """Where no cage states a default, put the mode first that gives as many ports as the declared radix."""
    if any("default" in (body or {}) for body in data.get("cages", {}).values()):
        return cages
    for mode in dict.fromkeys(mode for cage in cages for mode in cage.modes):
        if sum(mode_of(mode)[0] for cage in cages if mode in cage.modes) == data.get("radix"):
            return tuple(
                replace(cage, modes={m: cage.modes[m] for m in sorted(cage.modes, key=lambda m: m != mode)})
                for cage in cages
            )
    return cages


def in_order(entries: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the entries of a section by their lowest printed number, then by name: never as they are written."""

    def rank(key: str) -> tuple[int, Any]:
        found = _FIRST.search(key.partition("[")[2])
        return int(found[0]) if found else sys.maxsize, natural_key(key)

    return sorted(entries.items(), key=lambda item: rank(item[0]))


def mode_ports(cage: CageType, index: int, mode: str, first: int) -> list[PortType]:
    """Return the ports of one cage in a mode; `index` is the cage's, `first` the number of the first port."""
    count, rate = mode_of(mode)
    lanes = cage.lanes // count if cage.lanes and cage.lanes % count == 0 else None
    lane_rate = rate // lanes if lanes else None
    label = cage.modes.get(mode) or ("{label}" if count == 1 else "{label}/{half}")
    return [
        PortType(
            label=spell(label, cage.label, half + 1, first + half),
            role=cage.role,
            cage=index,
            lane=half * (lanes or 0),
            lanes=lanes,
            rate=rate,
            lane_rate=lane_rate,
            modulation=modulation_of(lane_rate),
            protocols=cage.protocols,
            form=cage.form,
            face=cage.face,
            number=first + half,
            element=cage.element,
            os_name=spell(cage.os_name, cage.label, half + 1, first + half) if cage.os_name else None,
            group=cage.group,
        )
        for half in range(count)
    ]


def spell(template: str, cage: str, half: int, number: int) -> str:
    """Fill a port label: `{cage}` is the printed number of the cage, `{half}` counts from 1 within it."""
    found = _NUMBER.search(cage)
    return (
        template.replace("{cage}", found[1] if found else cage)
        .replace("{half}", str(half))
        .replace("{label}", cage)
        .replace("{number}", str(number))
    )


@record(frozen=True, slots=True)
class Inside:
    """What port entries may refer to: cages by label, contents by name (position in their own range)."""

    cages: tuple[CageType, ...]
    contents: Mapping[str, int]
    switch: bool

    def cage(self, text: str) -> tuple[int, int]:
        """Return the index of `osfp1/2`'s cage and its half from 0; FieldError when there is none."""
        label, _, half = text.rpartition("/")
        for index, cage in enumerate(self.cages):
            if cage.label in (text, label):
                return index, int(half) - 1 if cage.label == label and half.isdigit() else -1
        raise FieldError("cage", f"{text!r} is no cage of the part", dangling=True)


def entry_ports(
    key: str, body: Mapping[str, Any], inside: Inside, env: Mapping[str, int | None]
) -> list[PortType]:
    """Return the ports of one entry, in the order of its key."""
    span = ranged(key, env)

    def column(field: str) -> list[Any]:
        try:
            return one(body[field], span, env) if field in body else [None] * span.size
        except ValueError as problem:
            raise FieldError(field, str(problem)) from problem

    columns = zip(
        span.names(),
        column("cage"),
        column("nic"),
        column("accelerator"),
        column("os-name"),
        column("number"),
        strict=True,
    )
    rate = units.parse(body["rate"], "rate") if "rate" in body else None
    return [_port(names, index, body, rate, inside, group_of(key)) for index, names in enumerate(columns)]


def _port(
    names: tuple[Any, ...], index: int, body: Mapping[str, Any], rate: int | None, inside: Inside, group: str
) -> PortType:
    label, place, nic, accelerator, os_name, number = names
    at, half = inside.cage(place) if place else (-1, -1)
    cage = inside.cages[at] if at >= 0 else None
    form = body.get("form") or (cage.form if cage else None)
    mode = _mode(cage, rate) if cage else None
    lanes = body.get("lanes") or _lanes(cage, form, mode, half)
    lane_rate = rate // lanes if rate and lanes else None
    for field, name in (("nic", nic), ("accelerator", accelerator)):
        if name is not None and name not in inside.contents:
            raise FieldError(field, f"{name!r} is not among what the part contains", dangling=True)
    if number is not None and not number.isdecimal():
        raise FieldError("number", f"{number!r} is not a port number")
    return PortType(
        label=label,
        role=body.get("role", "fabric"),
        cage=at,
        lane=max(half, 0) * (lanes or 0),
        lanes=lanes,
        rate=rate,
        lane_rate=lane_rate,
        modulation=body.get("modulation") or modulation_of(lane_rate),
        protocols=tuple(body.get("protocols", cage.protocols if cage else ())),
        form=form,
        face=body.get("face") or (cage.face if cage else "front"),
        number=int(number) if number else index + 1 if inside.switch else 1,
        element=body.get("element", 0),
        accelerator=inside.contents[accelerator] if accelerator else -1,
        nic=nic,
        os_name=os_name,
        group=group,
        panel=spell(cage.modes[mode], cage.label, half + 1, 0)
        if cage and mode and cage.modes[mode]
        else None,
    )


def _mode(cage: CageType, rate: int | None) -> str | None:
    """Return the mode that a declared port of that rate implies: the first of its rate, else the first."""
    fitting = (mode for mode in cage.modes if mode_of(mode)[1] == rate)
    return next(fitting, next(iter(cage.modes), None))


def _lanes(cage: CageType | None, form: str | None, mode: str | None, half: int) -> int | None:
    total = cage.lanes if cage else FORM_LANES.get(form or "")
    if half < 0 or total is None:
        return total
    return total // mode_of(mode)[0] if mode else None
