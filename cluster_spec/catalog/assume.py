"""Fills what a part leaves unknown with what a manifest assumes, and remembers why."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from cluster_spec.catalog.coverage import FACTS, unsourced
from cluster_spec.catalog.lines import Lines
from cluster_spec.catalog.shape import check_value
from cluster_spec.catalog.store import build
from cluster_spec.diagnostics import DANGLING, SHAPE, Findings, Location, Outcome
from cluster_spec.records import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.model.parts import Part

_SIZE = ("height", "depth", "width", "mass")


def apply_assumptions(
    part: Part, values: Mapping[str, str | int], because: str, location: Location | Mapping[str, Location]
) -> Outcome[Part]:
    """Return the part with unknown values filled; `values` maps `power.max`, `mass` or a parameter to a text.

    Assuming over a known value, a path that no part has, or a text of the wrong form is a finding and leaves
    the part without that value.
    """
    findings, data = Findings(), deepcopy(dict(part.data))
    assumed: dict[str, str] = {}
    places: dict[str, Location] = {}
    for key, value in values.items():
        place = location if isinstance(location, Location) else location[key]
        path = _path(key, part)
        if path[0] not in (*FACTS, "parameters"):
            findings.add(DANGLING, f"{part.name} has no value {key!r} to assume", place, help=_near(key))
        elif (known := _known(data, path, part)) is not None:
            message = f"{key} of {part.name} is known ({known}); an assumption only fills the unknown"
            findings.add(SHAPE, message, place, help="remove the assumption")
        elif wrong := check_value(path, value):
            findings.add(SHAPE, f"{key}: {wrong}", place)
        else:
            _put(data, path, value)
            spelled = _spell(path)
            assumed[spelled], places[spelled] = because, place
    if not assumed:
        return Outcome(part, tuple(findings.items))
    where = next(iter(places.values()))
    given = {name: value for name, value in part.parameters.items() if value is not None}
    built = build(data, None, where, given, checked=True)
    if built.value is None:
        return Outcome(part, (*findings.items, *built.findings))
    return Outcome(_merge(built.value, part, {**part.assumed, **assumed}, places), tuple(findings.items))


def _merge(made: Part, part: Part, assumed: dict[str, str], places: dict[str, Location]) -> Part:
    return replace(
        made,
        where=part.where,
        lines=_Places(part.lines, places, made.data),
        assumed=assumed,
        unsourced=unsourced(made.data, assumed),
    )


class _Places(Lines):
    """The places of a part whose assumed values stand in the manifest."""

    def __init__(
        self, old: Mapping[str, Location], new: dict[str, Location], data: Mapping[str, Any]
    ) -> None:
        super().__init__(lambda path: new.get(".".join(path)) or old[".".join(path)], data)


def _path(key: str, part: Part) -> tuple[str, ...]:
    if key in part.parameters:
        return ("parameters", key, "value")
    if key in _SIZE:
        return ("size", key)
    return tuple(key.split("."))


def _spell(path: tuple[str, ...]) -> str:
    return path[1] if path[0] == "parameters" else ".".join(path)


def _known(data: Mapping[str, Any], path: tuple[str, ...], part: Part) -> Any:
    if path[0] == "parameters":
        return part.parameters.get(path[1])
    value: Any = data
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _put(data: dict[str, Any], path: tuple[str, ...], value: str | int) -> None:
    for step in path[:-1]:
        inner = data.get(step)
        data[step] = inner = inner if isinstance(inner, dict) else {}
        data = inner
    data[path[-1]] = value


def _near(key: str) -> str | None:
    from difflib import get_close_matches

    near = get_close_matches(
        key, [*_SIZE, "power.max", "power.typical", "power.nameplate", "liquid", "airflow"], 1
    )
    return f"did you mean {near[0]!r}?" if near else None
