"""Says in our own words what is wrong with the shape of a manifest.

pydantic gives the verdict; the words come from walking the value along the published JSON Schema, which says
the same (a property test holds the two together). So messages, examples and
choices have one source: the field types.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from pathlib import Path as File
from typing import TYPE_CHECKING, Any

from cluster_spec import units
from cluster_spec.diagnostics import IMPLICIT_TYPE, SHAPE, VERSION, Code
from cluster_spec.manifest.secrets import is_secret
from cluster_spec.manifest.words import (
    Schema,
    any_of,
    expected,
    fits,
    has_form,
    matches,
    nearest,
    shown,
    spelled,
)
from cluster_spec.source import suggest, suggest_entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cluster_spec.diagnostics import Findings, Path
    from cluster_spec.source import Source


@cache
def published() -> Schema:
    """Return the JSON Schema of a manifest as it ships."""
    file = File(__file__).parent.parent / "schemas" / "manifest.json"
    schema: Schema = json.loads(file.read_text(encoding="utf-8"))
    return schema


def explain(source: Source, bad: Iterable[str], unknown: Iterable[str], findings: Findings) -> None:
    """Add the findings of sections that failed (`head`: the keys above them) and of unknown top keys."""
    walk = _Walk(source, findings)
    properties = published()["properties"]
    for name in bad:
        before = len(findings.items)
        if name == "head":
            walk.head()
        else:
            walk.value(properties[name], source.data[name], (name,))
        if len(findings.items) == before:
            walk.add(f"{name} has a shape that is not known", () if name == "head" else (name,))
    for key in unknown:
        walk.unknown(published(), source.data, (), key)


class _Walk:
    """One walk over data and schema side by side."""

    def __init__(self, source: Source, findings: Findings) -> None:
        self.source = source
        self.findings = findings
        self.schema = published()

    def add(
        self, message: str, path: Path, fix: str | None = None, *, key: bool = False, code: Code = SHAPE
    ) -> None:
        self.findings.add(code, message, self.source.locate(path, key=key), help=fix, path=path)

    def deref(self, schema: Schema) -> Schema:
        name = schema.get("$ref")
        target: Schema = self.schema["definitions"][name.rsplit("/", 1)[1]] if name else schema
        return target

    def head(self) -> None:
        data = self.source.data
        if "clusterspec" not in data:
            self.add(
                "clusterspec: the version of the language is missing", (), "clusterspec: 1", code=VERSION
            )
        elif type(data["clusterspec"]) is not int or data["clusterspec"] != 1:
            said = shown(data["clusterspec"])
            fix = "clusterspec: 1" if str(data["clusterspec"]) in {"1", "v1", "1.0"} else None
            self.add(
                f"clusterspec is {said}, this release reads version 1", ("clusterspec",), fix, code=VERSION
            )
        if "name" not in data:
            self.add("name: the name of the cluster is missing", (), code=VERSION)
        for key in ("name", "title", "notes", "include"):
            if key in data:
                self.value(self.schema["properties"][key], data[key], (key,))

    def value(self, schema: Schema, value: Any, path: Path) -> None:
        schema = self.deref(schema)
        branches = [self.deref(branch) for branch in schema.get("anyOf", (schema,))]
        if len(branches) > 1 and isinstance(value, dict) and suggest(value):
            branches = [branch for branch in branches if branch.get("type") != "object"] or branches
        fitting = [branch for branch in branches if fits(branch, value)]
        if not fitting:
            self.mismatch(branches, value, path)
        elif isinstance(value, dict):
            self.mapping(_likely(fitting, value), value, path)
        elif isinstance(value, list):
            self.items(fitting[0], value, path)
        elif isinstance(value, str):
            self.text(fitting, value, path)
        elif isinstance(value, int | float):
            self.number(fitting, value, path)

    def mapping(self, schema: Schema, value: dict[str, Any], path: Path) -> None:
        properties = schema.get("properties", {})
        meant = set()
        cut = _cut(value, properties)
        foreign = "kind" in properties and not self.known_kind(properties["kind"], value.get("kind"))
        for key, inner in value.items():
            here = (*path, key)
            rule = self.entry(schema, key)
            if rule is None and properties:
                if not foreign or nearest(key, properties):
                    meant.add(self.unknown(schema, value, path, key))
                continue
            if rule is None:
                self.bad_key(schema, here, key)
                rule = next(
                    iter(schema.get("patternProperties", {}).values()), schema["additionalProperties"]
                )
            if key not in cut and isinstance(rule, dict):
                self.value(rule, inner, here)
        for key in schema.get("required", ()):
            if key not in value and key not in meant:
                self.add(f"{spelled(path)}: `{key}` is missing", path, key=True)

    def known_kind(self, schema: Schema, kind: object) -> bool:
        """Return whether the kind of an entry is one we know; if not, its other keys are that kind's."""
        return not isinstance(kind, str) or matches(self.deref(schema), kind)

    def entry(self, schema: Schema, key: str) -> Schema | None:
        """Return the schema of the value behind `key`, or None where such a key cannot stand."""
        properties: Schema = schema.get("properties", {})
        if key in properties:
            return dict(properties[key])
        names = schema.get("propertyNames", {})
        if not matches(names, key):
            return None
        for pattern, inner in schema.get("patternProperties", {}).items():
            if has_form(pattern, key):
                return dict(inner)
        rest = schema.get("additionalProperties", True)
        return {} if rest is True else rest or None

    def unknown(self, schema: Schema, value: dict[str, Any], path: Path, key: str) -> str | None:
        """Report a key that cannot stand there and return the key that was meant."""
        here, inside = (*path, key), f" in {spelled(path)}" if path else ""
        entry = suggest_entry(value, key)
        if entry is not None:
            self.add(
                f"{spelled(path)}: `{key}` is no key; a comma has cut a number in two", here, entry, key=True
            )
            return None
        known = schema["properties"]
        meant = nearest(key, (one for one in known if one not in value)) or nearest(key, known)
        fix = f"did you mean `{meant}`?" if meant else self.elsewhere(path, key)
        self.add(f"unknown key `{key}`{inside}", here, fix, key=True)
        return meant

    def elsewhere(self, path: Path, key: str) -> str | None:
        """Return where a key would be at home: a section of its own, or the one section that knows it."""
        sections = self.schema["properties"]
        if path and key in sections:
            return f"`{key}` is a section of its own: write it at the top level"
        if path:
            return None
        homes = [
            (name, meant)
            for name, section in sections.items()
            if (meant := nearest(key, self.below(section)))
        ]
        return f"`{homes[0][1]}` belongs inside `{homes[0][0]}`" if len(homes) == 1 else None

    def below(self, section: Schema) -> Schema:
        """Return the keys that a section, or each of its entries, may have."""
        section = self.deref(section)
        entries = [*section.get("patternProperties", {}).values(), section]
        return {
            key: rule for entry in entries for key, rule in self.deref(entry).get("properties", {}).items()
        }

    def bad_key(self, schema: Schema, path: Path, key: str) -> None:
        names = schema.get("propertyNames", {})
        choices = names.get("enum", [names["const"]] if "const" in names else [])
        meant = nearest(key, choices)
        wanted = expected(names)
        if not choices and "dimension" in names:
            self.add(f"{spelled(path[:-1])}: {units.explain(key, names['dimension'])}", path, key=True)
            return
        fix = f"did you mean `{meant}`?" if meant else None
        self.add(f"{spelled(path[:-1])}: {shown(key)} is no key here, expected {wanted}", path, fix, key=True)

    def items(self, schema: Schema, value: list[Any], path: Path) -> None:
        least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
        if not least <= len(value) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            self.add(f"{spelled(path)} has {len(value)} items, expected {wanted}", path)
        for index, item in enumerate(value):
            self.value(schema.get("items", {}), item, (*path, index))

    def text(self, schemas: list[Schema], value: str, path: Path) -> None:
        if any(matches(schema, value) for schema in schemas):
            return
        where = spelled(path)
        dimension = next((schema["dimension"] for schema in schemas if "dimension" in schema), None)
        choices = [choice for schema in schemas for choice in schema.get("enum", ())]
        if not value:
            self.add(f"{where} is an empty text, expected {any_of(schemas)}", path)
        elif is_secret(path):
            self.add(f"{where} is not {any_of(schemas)}", path)
        elif dimension is not None and (len(schemas) == 1 or value[0].isdigit()):
            self.add(f"{where}: {units.explain(value, dimension)}", path, units.repair(value, dimension))
        elif len(value) > max(schema.get("maxLength", 0) for schema in schemas) > 0:
            self.add(f"{where} has {len(value):,} characters, which is too long", path)
        else:
            meant = nearest(value, map(str, choices))
            fix = f"did you mean `{meant}`?" if meant else None
            self.add(f"{where} is {shown(value)}, expected {any_of(schemas)}", path, fix)

    def number(self, schemas: list[Schema], value: float, path: Path) -> None:
        for schema in schemas:
            low, high = schema.get("minimum", value), schema.get("maximum", value)
            if low <= value <= high and value in schema.get("enum", [schema.get("const", value)]):
                return
        schema = schemas[0]
        if "minimum" in schema and "maximum" in schema:
            wanted = f"{schema['minimum']} to {schema['maximum']}"
        else:
            wanted = any_of(schemas)
        self.add(f"{spelled(path)} is {shown(value)}, expected {wanted}", path)

    def mismatch(self, schemas: list[Schema], value: Any, path: Path) -> None:
        """Report a value of a type that no branch knows, with the exact replacement where it is certain."""
        where, raw = spelled(path), self.source.raw(path)
        texts = [schema for schema in schemas if schema.get("type") == "string"]
        if value is None and raw in {None, ""}:
            self.add(f"{where} is empty, expected {any_of(schemas)}", path)
            return
        said = "null" if value is None else shown(value)
        said = f"the text {said}" if isinstance(value, str) else said
        dimension = next((schema["dimension"] for schema in texts if "dimension" in schema), None)
        if dimension is not None and isinstance(value, int | float) and not isinstance(value, bool):
            sentence = units.explain(str(raw or value), dimension)
            self.add(f"{where}: {sentence}", path)
            return
        fix = suggest(value, raw) if texts else _plain_value(schemas, value)
        quoted = fix[1:-1] if texts and fix else ""
        if texts and not any(matches(schema, quoted) for schema in texts):
            fix = None
        implicit = fix is not None and bool(texts) and not isinstance(value, dict | list)
        kind = (
            ""
            if not implicit or value is None
            else "a boolean, "
            if isinstance(value, bool)
            else "a number, "
        )
        message = f"{where} is {said}, {kind}expected {any_of(schemas)}"
        self.add(message, path, fix, code=IMPLICIT_TYPE if implicit else SHAPE)


def _likely(schemas: list[Schema], value: dict[str, Any]) -> Schema:
    """Return the mapping that was meant: the one with keys of its own that the value uses."""
    for schema in schemas:
        if any(key in schema.get("properties", {}) for key in value):
            return schema
    return schemas[-1]


def _cut(mapping: dict[str, Any], known: Schema) -> set[str]:
    """Return the keys whose number a comma has cut in two; the rest of it stands as a key behind them."""
    keys = list(mapping)
    pairs = pairwise(keys)
    return {
        key
        for key, rest in pairs
        if rest[0:1].isdigit() and rest not in known and suggest_entry(mapping, rest)
    }


def _plain_value(schemas: list[Schema], value: object) -> str | None:
    """Return a number or boolean without its quotes (or its empty fraction) where that is what is missing."""
    kinds = {schema.get("type") for schema in schemas}
    if isinstance(value, float) and value.is_integer() and "integer" in kinds:
        return str(int(value))
    if isinstance(value, str) and value.isascii() and value.isdecimal() and kinds & {"integer", "number"}:
        return str(int(value))
    return value if isinstance(value, str) and value in {"true", "false"} and "boolean" in kinds else None
