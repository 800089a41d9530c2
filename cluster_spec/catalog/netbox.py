"""Reads a NetBox device type (the community library's YAML) as a part; what it does not say stays unknown.

A device type knows neither cages nor the kind of device, so ports have no cage and the kind is `device`. It
does not say what protocol a pluggable port speaks either. `maximum_draw` is per inlet and says nothing about
redundancy, so the power of the device stays unknown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cluster_spec.catalog.build import Builder
from cluster_spec.catalog.ports import FORM_LANES, modulation_of
from cluster_spec.catalog.runs import gaps
from cluster_spec.catalog.schema import AIRFLOWS
from cluster_spec.diagnostics import SHAPE, Findings, Outcome
from cluster_spec.model.parts import Part, PortType
from cluster_spec.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.diagnostics import Location
    from cluster_spec.source import Document

GRAMS = {"kg": "kg", "g": "g", "lb": "lb", "oz": "oz"}
_TYPE = re.compile(r"^(?P<number>\d+(?:\.\d+)?)(?P<prefix>m|g|t)?base-(?:x-)?(?P<form>[a-z0-9-]+)$")
_INFINIBAND = {
    "sdr": 10,
    "ddr": 20,
    "qdr": 40,
    "fdr10": 40,
    "fdr": 56,
    "edr": 100,
    "hdr": 200,
    "ndr": 400,
    "xdr": 800,
}
_FORMS = {
    "t": "rj45",
    "tx": "rj45",
    "sfpp": "sfp+",
    "qsfpp": "qsfp+",
    "qsfpdd": "qsfp-dd",
    "qsfp-dd": "qsfp-dd",
    "cfp2": "cfp2",
}
_WIDE = {("qsfp-dd", 800): "qsfp-dd800"}
_KNOWN_LANES = {"sfp28", "sfp56", "sfp112", "qsfp28", "qsfp56", "qsfp112", "qsfp-dd", "qsfp-dd800"}
_PREFIX = {"m": 10**6, None: 10**6, "g": 10**9, "t": 10**12}
_FROM = {
    "part": ("slug",),
    "vendor": ("manufacturer",),
    "model": ("model",),
    "airflow": ("airflow",),
    "powered": ("is_powered",),
    "power": ("power-ports",),
    "ports": ("interfaces",),
    "size": ("u_height",),
}


def interface(kind: str) -> tuple[str | None, int | None, tuple[str, ...]]:
    """Return form, rate in bit/s and protocols of a type such as `400gbase-x-osfp`; None is unknown."""
    if kind.startswith("infiniband-"):
        rate = _INFINIBAND.get(kind.removeprefix("infiniband-"))
        return None, rate * 10**9 if rate else None, ("infiniband",)
    found = _TYPE.match(kind)
    if not found:
        return None, None, ()
    whole, _, tenth = found["number"].partition(".")
    rate = (int(whole) * 10 + int((tenth + "0")[0])) * _PREFIX[found["prefix"]] // 10
    form = _FORMS.get(found["form"], found["form"])
    form = _WIDE.get((form, rate // 10**9), form)
    return form, rate, ("ethernet",) if form == "rj45" else ()


def read_device_type(document: Document, stem: str) -> Outcome[Part]:
    """Turn a device type into a part; its name is the slug or the file's stem."""
    raw = document.data
    findings = _shape(raw, document)
    if findings.items:
        return Outcome(None, tuple(findings.items))
    data = _as_part(raw, str(raw.get("slug") or stem), document)
    builder = Builder(data, _places(document))
    ports = _ports(raw)
    made = replace(
        builder.part(), ports=ports, gaps=gaps(p.label for p in ports if p.role == "fabric"), unsourced=()
    )
    return Outcome(None if builder.findings.items else made, tuple(builder.findings.items))


def _as_part(raw: dict[str, Any], name: str, document: Document) -> dict[str, Any]:
    size: dict[str, Any] = {}
    if "u_height" in raw:
        size["height"] = f"{raw['u_height']} U"
    if raw.get("is_full_depth") is False:
        size["half-depth"] = True
    if "weight" in raw and raw.get("weight_unit") in GRAMS:
        size["mass"] = _mass(raw["weight"], raw["weight_unit"])
    inlets = raw.get("power-ports") or []
    psus: dict[str, Any] = {"count": len(inlets)}
    kinds = {str(inlet.get("type", "")) for inlet in inlets}
    if len(kinds) == 1 and (inlet := re.match(r"iec-60320-(c\d+)$", kinds.pop())):
        psus["inlet"] = inlet[1].upper()
    return {
        "part": name,
        "kind": "device",
        "vendor": raw["manufacturer"],
        "model": raw["model"],
        "size": size,
        **({"airflow": raw["airflow"]} if raw.get("airflow") in AIRFLOWS else {}),
        **({"powered": False} if raw.get("is_powered") is False else {}),
        **({"power": {"psus": psus}} if inlets else {}),
        "sources": {
            "file": {
                "title": f"NetBox device type {document.file}",
                "grade": "secondary",
                "covers": ["size", "airflow", "powered", "power", "ports"],
            }
        },
    }


def _mass(weight: float, unit: str) -> str:
    """Spell a weight exactly, in whole milligrams where the unit is not metric."""
    if unit in ("kg", "g"):
        return f"{weight} {unit}"
    grams = round(float(weight) * (453.59237 if unit == "lb" else 28.349523125))
    return f"{grams} g"


def _places(document: Document) -> Callable[..., Location]:
    def locate(path: tuple[str, ...], key: bool = False) -> Location:  # noqa: FBT001, FBT002 - the document's shape
        origin = ("weight",) if path[:2] == ("size", "mass") else _FROM.get(path[0] if path else "", ())
        return document.locate(origin, key=key)

    return locate


def _ports(raw: dict[str, Any]) -> tuple[PortType, ...]:
    ports = [_port(entry, index) for index, entry in enumerate(raw.get("interfaces") or [], 1)]
    consoles = [
        PortType(
            label=str(entry["name"]), role="console", form="rj45" if entry.get("type") == "rj-45" else None
        )
        for entry in raw.get("console-ports") or []
    ]
    return (*ports, *consoles)


def _port(entry: dict[str, Any], number: int) -> PortType:
    form, rate, protocols = interface(str(entry.get("type", "")))
    label = str(entry["name"])
    lanes = FORM_LANES.get(form or "") if form in _KNOWN_LANES else None
    lane_rate = rate // lanes if rate and lanes else None
    return PortType(
        label=label,
        role="oob" if entry.get("mgmt_only") is True else "fabric",
        lanes=lanes,
        rate=rate,
        lane_rate=lane_rate,
        modulation=modulation_of(lane_rate),
        protocols=protocols,
        form=form,
        number=number,
        group=re.sub(r"[\d/.:]+$", "", label),
    )


def _shape(raw: dict[str, Any], document: Document) -> Findings:
    """Return what is wrong with the keys that are read; all others are the library's own business."""
    findings = Findings()

    def expect(path: tuple[str | int, ...], value: object, kinds: tuple[type, ...], wanted: str) -> bool:
        good = isinstance(value, kinds) and not isinstance(value, bool)
        if not good:
            message = f"{'.'.join(map(str, path))}: expected {wanted}, found {value!r}"
            findings.add(SHAPE, message, document.locate(path), path=path)
        return good

    expect(("manufacturer",), raw["manufacturer"], (str,), "text")
    expect(("model",), raw.get("model"), (str,), "text")
    for key in ("u_height", "weight"):
        number = raw.get(key, 0)
        known = number if isinstance(number, int | float) and number >= 0 else str(number)
        expect((key,), known, (int, float), "a number from 0")
    for key in ("interfaces", "power-ports", "console-ports"):
        entries = raw.get(key) or []
        for index, entry in enumerate(entries if expect((key,), entries, (list,), "a list") else ()):
            named = expect((key, index), entry, (dict,), "a mapping")
            expect((key, index, "name"), entry.get("name") if named else "", (str, int), "a name")
    return findings
