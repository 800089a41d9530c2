"""Validators as they were compiled from pydantic models: the same verdict without building a model.

Building forty pydantic models takes longer than checking a whole cluster. Their core schemas are plain data, so
they ship as JSON, and pydantic-core reads them as they are. Where another release of pydantic-core does not know
that data, the models themselves serve.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from pydantic_core import SchemaError, SchemaValidator, ValidationError

SCHEMAS = Path(__file__).parent / "schemas"
_ADDRESS = re.compile(r":[0-9]+")
_LEFT_OUT = frozenset({"metadata", "serialization"})


class Plain:
    """An entry of a manifest: one attribute per key, None where the key may be left out and is."""

    __slots__ = ("__dict__", "__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__")

    @property
    def model_fields_set(self) -> set[str]:
        """The attributes that were written."""
        return self.__pydantic_fields_set__  # type: ignore[attr-defined, no-any-return]

    def model_copy(self, *, update: dict[str, Any]) -> Plain:
        """Return a copy with some attributes changed."""
        copy = object.__new__(type(self))
        object.__setattr__(copy, "__dict__", {**self.__dict__, **update})
        object.__setattr__(copy, "__pydantic_fields_set__", self.model_fields_set | update.keys())
        object.__setattr__(copy, "__pydantic_extra__", None)
        object.__setattr__(copy, "__pydantic_private__", None)
        return copy


@cache
def schemas(file: str) -> dict[str, Any]:
    """Return the core schemas of a file of `schemas/`, by name."""
    return json.loads((SCHEMAS / file).read_bytes())  # type: ignore[no-any-return]


@cache
def _entry(name: str) -> type[Plain]:
    return type(name, (Plain,), {"__slots__": ()})


def _with_classes(schema: Any) -> Any:
    """Put classes where the file has their names."""
    if isinstance(schema, dict):
        named = {key: _with_classes(value) for key, value in schema.items()}
        if named.get("type") == "model":
            named["cls"] = _entry(named["cls"])
        return named
    return [_with_classes(value) for value in schema] if isinstance(schema, list) else schema


def build(schema: dict[str, Any]) -> SchemaValidator | None:
    """Return a validator of one core schema; None when this pydantic-core does not read it."""
    try:
        return SchemaValidator(_with_classes(schema))
    except SchemaError:
        return None


def text(found: dict[str, Any]) -> str:
    """Return core schemas as the text of a file."""
    return json.dumps({k: _data(v) for k, v in found.items()}, separators=(",", ":"), sort_keys=True) + "\n"


def _data(schema: Any) -> Any:
    """Return a core schema as plain data: model classes by name, nothing that only pydantic itself reads."""
    if isinstance(schema, dict):
        kept = {k: v for k, v in schema.items() if k not in _LEFT_OUT}
        if schema.get("type") == "typed-dict":
            kept.pop("cls", None)
        return {k: _named(k, v) for k, v in kept.items()}
    if isinstance(schema, list | tuple):
        return [_data(value) for value in schema]
    if schema is None or isinstance(schema, str | int | float | bool):
        return schema
    message = f"{schema!r} is no plain data"
    raise TypeError(message)


def _named(key: str, value: Any) -> Any:
    if key == "cls":
        return value.__name__
    if key in {"ref", "schema_ref"} and isinstance(value, str):
        return _ADDRESS.sub("", value)  # pydantic ends names with the address of the class
    return _data(value)


__all__ = ["Plain", "ValidationError", "build", "schemas", "text"]
