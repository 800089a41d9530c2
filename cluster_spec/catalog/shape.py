"""Checks the shape of a part file and turns what is wrong into findings with places and replacements."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from cluster_spec import compiled, units
from cluster_spec.compiled import ValidationError
from cluster_spec.diagnostics import SHAPE, Findings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from cluster_spec.diagnostics import Location, Path
    from cluster_spec.source import Document

FILE = "part-core.json"
_WORDS = {
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "bool_type": "expected true or false",
    "dict_type": "expected a mapping",
    "list_type": "expected a list",
    "string_too_short": "expected text, it is empty",
}
_SECTIONS = ("accelerator", "rack", "pdu", "medium", "subnet", "cooling", "bays", "nodes", "fabrics")


def check_shape(data: Mapping[str, Any], document: Document | None, where: Location) -> Findings:
    """Return what is wrong with the shape of a part, all at once; nothing means that it can be built.

    `document` gives the places; without it (a part that an assumption changed) everything is at `where`.
    """
    findings = Findings()
    errors = _errors(_validator("part"), data, ())
    for name in _SECTIONS:
        if isinstance(data.get(name), dict):
            errors += _errors(_validator(name), data[name], (name,))
    for error in errors:
        path = _existing(data, tuple(error["loc"]))
        place = where
        if document is not None:
            place = document.locate(
                path, key=error["type"] == "extra_forbidden" or error["loc"][-1] == "[key]"
            )
        message, fix = _say(error, path)
        findings.add(SHAPE, message, place, help=fix, path=path)
    return findings


@cache
def _validator(name: str) -> Any:
    """Return the validator of what all parts have (`part`) or of one section; compiled, else from the shapes."""
    built = compiled.build(compiled.schemas(FILE)[name])
    if built is not None:
        return built
    from cluster_spec.catalog import schema, sections

    return schema.part_file() if name == "part" else sections.section(name)


def check_value(path: tuple[str, ...], value: object) -> str | None:
    """Return what is wrong with one value at a path of a part, None when a part may have it."""
    shape: Any = compiled.schemas(FILE)["part"]
    if path and path[0] in _SECTIONS:
        shape, path = compiled.schemas(FILE)[path[0]], path[1:]
    for step in path:
        shape = _below(shape, step)
        if shape is None:
            return f"no part has a value {'.'.join(path)}"
    errors = _errors(compiled.build(shape), value, ())
    return _say(errors[0], ())[0].removeprefix("part: ") if errors else None


def _below(shape: Any, step: str) -> Any:
    """Return the schema of what stands at a key of a typed dictionary or a mapping; None where nothing may."""
    if shape["type"] == "typed-dict":
        field = shape["fields"].get(step)
        return None if field is None else field["schema"]
    return shape.get("values_schema") if shape["type"] == "dict" else None


def _errors(adapter: Any, data: object, prefix: Path) -> list[ErrorDetails]:
    try:
        adapter.validate_python(data)
    except ValidationError as problem:
        found = problem.errors(include_url=False)
        for error in found:
            error["loc"] = prefix + error["loc"]
        return found
    return []


def _existing(data: object, loc: Path) -> Path:
    """Cut a pydantic location to what is in the data; unions and keys add steps of their own."""
    path: list[str | int] = []
    inner: Any = data
    for step in loc:
        inside = range(len(inner)) if isinstance(inner, list) else inner if isinstance(inner, dict) else ()
        if step in inside:
            inner = inner[step]
            path.append(step)
    return tuple(path)


def _say(error: ErrorDetails, path: Path) -> tuple[str, str | None]:
    kind, value = error["type"], error["input"]
    spelled = ".".join(str(step) for step in path) or "part"
    if kind == "extra_forbidden":
        return f"unknown key {path[-1]!r}", _nearest(str(path[-1]), error["loc"])
    if kind == "missing":
        return f"{error['loc'][-1]} is missing" + (f" in {spelled}" if path else ""), None
    if kind == "string_pattern_mismatch":
        return f"{spelled}: {_explain(str(value), error.get('ctx', {}).get('pattern'))}", None
    if kind == "literal_error":
        return f"{spelled}: {value!r} is not {error['ctx']['expected']}", None
    if kind in _WORDS:
        return f"{spelled}: {_WORDS[kind]}" + (
            f", found {value!r}" if not isinstance(value, dict | list) else ""
        ), None
    return f"{spelled}: {error['msg'].lower()}", None


def _explain(text: str, pattern: object) -> str:
    for dimension, known in units.PATTERNS.items():
        if known == pattern:
            return units.explain(text, dimension)
    if pattern and "O?U" in str(pattern):
        return f"{text!r} is not a height such as 10 U or 2 OU"
    return f"{text!r} does not have the form {pattern}"


def _nearest(key: str, loc: Path) -> str | None:
    from difflib import get_close_matches

    from cluster_spec.catalog import schema

    shapes: dict[str, Any] = {
        "size": schema.Size,
        "power": schema.Draw,
        "cages": schema.Cage,
        "ports": schema.Port,
    }
    shape = shapes.get(str(loc[0]), schema.PartFile) if len(loc) > 1 else schema.PartFile
    near = get_close_matches(key, list(shape.__annotations__), 1)
    return f"did you mean {near[0]!r}?" if near else None
