"""The JSON Schemas of what people write, draft-07, generated from the same models that check it."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cluster_spec.manifest.sections import HEAD, SECTIONS, adapter

if TYPE_CHECKING:
    from pathlib import Path

_DRAFT = "http://json-schema.org/draft-07/schema#"
_REFERENCE = "#/definitions/{model}"
_NESTED = ("additionalProperties", "items", "propertyNames")
_NAMED = ("properties", "patternProperties", "definitions")


def manifest_schema() -> dict[str, Any]:
    """Return the schema of a manifest (with its includes merged in)."""
    from pydantic import TypeAdapter

    inputs: Any = [(name, "validation", adapter(name)) for name in ("head", *SECTIONS)]
    by_name, shared = TypeAdapter.json_schemas(inputs, ref_template=_REFERENCE)
    definitions = shared["$defs"]
    head = definitions.pop("Head")
    sections = {name: by_name[name, "validation"] for name in SECTIONS}
    return _document(
        "manifest",
        "clusterspec manifest",
        "A cluster, described: racks, nodes, fabrics, power, cooling, networks.",
        {
            "type": "object",
            "required": ["clusterspec", "name"],
            "properties": {**{key: head["properties"][key] for key in HEAD}, **sections},
            "additionalProperties": False,
            "definitions": dict(sorted(definitions.items())),
        },
    )


def part_schema() -> dict[str, Any]:
    """Return the schema of a part file: the common keys and one property per section of a kind.

    Manifest and catalogue do not know each other; this generator looks at both.
    """
    schema, sections = (import_module(f"cluster_spec.catalog.{name}") for name in ("schema", "sections"))
    whole = schema.part_file().json_schema(ref_template=_REFERENCE)
    definitions = whole.pop("$defs", {})
    for name in sections.SHAPES:
        part = sections.section(name).json_schema(ref_template=_REFERENCE)
        definitions.update(part.pop("$defs", {}))
        whole["properties"][name] = part
    if "$ref" in whole:
        whole = definitions.pop(whole.pop("$ref").rsplit("/", 1)[1])
    whole = {key: value for key, value in whole.items() if key not in {"title", "description"}}
    whole["definitions"] = dict(sorted(definitions.items()))
    return _document(
        "part", "clusterspec part", "What a piece of hardware is, with the sources of its numbers.", whole
    )


def _document(name: str, title: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    top = {
        "$schema": _DRAFT,
        "$id": f"urn:clusterspec:schema:{name}:1",
        "title": title,
        "description": description,
    }
    return {**top, **_tidy(schema)}


def _tidy(schema: Any) -> Any:
    """Close mappings with pattern keys, drop derived titles and null defaults."""
    if not isinstance(schema, dict):
        return schema
    result: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "title" or (key == "default" and value is None):
            continue
        if key in _NAMED:
            result[key] = {name: _tidy(inner) for name, inner in value.items()}
        elif key in _NESTED:
            result[key] = _tidy(value)
        elif key == "anyOf":
            result[key] = [_tidy(inner) for inner in value]
        else:
            result[key] = value
    if "patternProperties" in result:
        result.setdefault("additionalProperties", False)
    return result


def spell(schema: dict[str, Any]) -> str:
    """Return the text of a schema as it is committed."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def write(folder: Path) -> tuple[Path, ...]:
    """Write `manifest.json` and `part.json` into `folder` and return their paths."""
    written = []
    for name, schema in (("manifest", manifest_schema()), ("part", part_schema())):
        path = folder / f"{name}.json"
        path.write_text(spell(schema), encoding="utf-8")
        written.append(path)
    return tuple(written)
