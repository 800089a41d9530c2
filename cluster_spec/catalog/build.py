"""From a part file of good shape to a part: base units, spelled ranges, provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_spec import units
from cluster_spec.catalog.coverage import provenance, unsourced
from cluster_spec.catalog.expand import FieldError, OpenParameterError, ranged
from cluster_spec.catalog.kinds import chip, medium, pdu, rack, subnet
from cluster_spec.catalog.lines import Lines
from cluster_spec.catalog.ports import Inside, build_cages, by_radix, entry_ports, in_order, mode_ports
from cluster_spec.catalog.runs import gaps
from cluster_spec.catalog.ultra import ultra_node
from cluster_spec.diagnostics import DANGLING, RANGE, Findings
from cluster_spec.model.parts import Content, Part, Psus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cluster_spec.diagnostics import Location
    from cluster_spec.model.parts import CageType, PortType

Locate = "Callable[..., Location]"
Env = "Mapping[str, int | None]"


class Builder:
    """Builds one part; collects findings, leaves out what a parameter without value leaves open."""

    def __init__(
        self,
        data: Mapping[str, Any],
        locate: Callable[..., Location],
        arguments: Mapping[str, int] | None = None,
    ) -> None:
        self.data = data
        self.locate = locate
        self.findings = Findings()
        self.env: dict[str, int | None] = {
            name: (spec or {}).get("value") for name, spec in data.get("parameters", {}).items()
        }
        for name, value in (arguments or {}).items():
            if name not in self.env:
                message = f"{data['part']} has no parameter {name!r}"
                self.findings.add(DANGLING, message, locate(("parameters",), key=True))
            self.env[name] = value

    def attempt(self, path: tuple[str, ...], default: Any, make: Callable[..., Any], *args: object) -> Any:
        """Return what `make` makes of `args`; a finding at `path` and the default where it cannot."""
        try:
            return make(*args)
        except OpenParameterError:
            return default
        except FieldError as problem:
            code, path = DANGLING if problem.dangling else RANGE, (*path, problem.field)
            self.findings.add(code, f"{problem.field}: {problem}", self.locate(path), path=path)
        except ValueError as problem:
            self.findings.add(RANGE, f"{path[-1]}: {problem}", self.locate(path, key=True), path=path)
        return default

    def contents(self) -> tuple[tuple[Content, ...], dict[str, int]]:
        """Return what the part contains and the position of every name in its own range."""
        contents, names = [], {}
        for key, part in self.data.get("contains", {}).items():
            span = self.attempt(("contains", key), None, ranged, key, self.env)
            if span is not None:
                contents.append(Content(key, part, span.size))
                names.update({name: index for index, name in enumerate(span.names())})
        return tuple(contents), names

    def ports(self, cages: tuple[CageType, ...], names: Mapping[str, int]) -> tuple[PortType, ...]:
        """Return the default layout: the first mode of each cage that no entry uses, then the entries."""
        inside = Inside(cages, names, switch=self.data["kind"] == "switch")
        declared: list[PortType] = []
        for key, body in in_order(self.data.get("ports", {})):
            declared += self.attempt(("ports", key), [], entry_ports, key, body or {}, inside, self.env)
        used = {port.cage for port in declared}
        made: list[PortType] = []
        for index, cage in enumerate(cages):
            if index not in used and cage.modes:
                made += mode_ports(cage, index, next(iter(cage.modes)), len(made) + 1)
        return (*made, *declared)

    def part(self) -> Part:
        """Return the part; look at `findings` afterwards."""
        data = self.data
        contents, names = self.contents()
        cages: tuple[CageType, ...] = ()
        for key, body in in_order(data.get("cages", {})):
            cages += tuple(self.attempt(("cages", key), [], build_cages, key, body, self.env))
        cages = by_radix(cages, data)
        ports = self.ports(cages, names)
        return Part(
            name=data["part"],
            kind=data["kind"],
            where=self.locate(("part",)),
            vendor=data.get("vendor"),
            model=data.get("model"),
            title=data.get("title"),
            **self.attempt(("size",), {}, _body, data),
            contains=contents,
            chip=self.attempt(("accelerator",), None, chip, data.get("accelerator")),
            elements=data.get("elements", 1),
            radix=data.get("radix"),
            cages=cages,
            ports=ports,
            medium=self.attempt(("medium",), None, medium, data.get("medium")),
            rack=self.attempt(("rack",), None, rack, data.get("rack"), self.env),
            pdu=self.attempt(("pdu",), None, pdu, data.get("pdu")),
            subnet=subnet(data.get("subnet")),
            sources=provenance(data.get("sources", {})),
            lines=Lines(self.locate, data),
            unsourced=unsourced(data),
            gaps=gaps(port.label for port in ports if port.role == "fabric"),
            parameters=dict(self.env),
            ultra=self.attempt(("nodes",), None, ultra_node, data, self.env),
            data=data,
        )


def _quantity(data: Mapping[str, Any], key: str, dimension: str) -> int | None:
    return units.parse(data[key], dimension) if key in data else None


def _body(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return size, airflow, power and heat of a part as keyword arguments."""
    size, power = data.get("size", {}), data.get("power", {})
    height, unit = _height(size.get("height"))
    return {
        "height": height,
        "unit": unit,
        "full_depth": not size.get("half-depth", False),
        "depth": _quantity(size, "depth", "length"),
        "width": _quantity(size, "width", "length"),
        "mass": _quantity(size, "mass", "mass"),
        "airflow": data.get("airflow"),
        "power": {
            key: units.parse(power[key], "power")
            for key in ("idle", "typical", "max", "nameplate")
            if key in power
        },
        "basis": power.get("basis"),
        "psus": _psus(power.get("psus")),
        "powered": data.get("powered"),
        "cooling": _quantity(data.get("cooling", {}), "capacity", "power"),
        "liquid": _quantity(data, "liquid", "percent"),
    }


def _height(text: str | None) -> tuple[int | None, str]:
    if text is None:
        return None, "U"
    unit = "OU" if text.endswith("OU") else "U"
    whole, _, rest = text.removesuffix(unit).strip().partition(".")
    return int(whole) * 1000 + int((rest + "000")[:3]), unit


def _psus(data: Mapping[str, Any] | None) -> Psus | None:
    if data is None:
        return None
    return Psus(
        count=data.get("count"),
        rating=_quantity(data, "rating", "power"),
        full=data.get("full"),
        min=data.get("min"),
        inlet=data.get("inlet"),
        voltage=data.get("voltage"),
    )
