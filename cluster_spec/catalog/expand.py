"""Spells the ranges and one-fields of a part file, with the part's own parameters as names."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from cluster_spec.expressions import compile_expression, compile_template
from cluster_spec.names import parse_range, parse_ranges

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.names import Range


LIMIT = 100_000


class FieldError(Exception):
    """A field of an entry cannot be read; `field` is its key, `dangling` says that it refers to nothing."""

    def __init__(self, field: str, message: str, *, dangling: bool = False) -> None:
        super().__init__(message)
        self.field = field
        self.dangling = dangling


class OpenParameterError(Exception):
    """A text needs a parameter that has no value yet."""

    def __init__(self, name: str) -> None:
        super().__init__(f"parameter {name} is unknown")
        self.name = name


@cache
def _names_of(text: str) -> frozenset[str]:
    """Return the names in the braces of a text."""
    return compile_template(text).names if "{" in text else frozenset()


def _need(names: frozenset[str], env: Mapping[str, int | None], bound: frozenset[str] = frozenset()) -> None:
    for name in names:
        if name in env and env[name] is None and name not in bound:
            raise OpenParameterError(name)


def ranged(text: str, env: Mapping[str, int | None]) -> Range:
    """Read one range; OpenParameterError if a parameter has no value, ValueError if it is none."""
    _need(_names_of(text), env)
    span = parse_range(text, {k: v for k, v in env.items() if v is not None})
    if span.size > LIMIT:
        message = f"{text!r} has {span.size} names, a part may have {LIMIT}"
        raise ValueError(message)
    return span


def one(text: str, key: Range, env: Mapping[str, int | None]) -> list[str]:
    """Spell one value for each name of `key`: from a template, a range of its length, or one text.

    Raises ValueError when a range has another length.
    """
    if "{" in text and "[" not in text:
        names = _names_of(text)
        bindings = key.bindings()
        _need(names, env, frozenset(bindings))
        return compile_template(text).spell(
            {**{k: v for k, v in env.items() if v is not None}, **bindings}, key.size
        )
    _need(_names_of(text), env)
    known = {k: v for k, v in env.items() if v is not None}
    values = [name for part in parse_ranges(text, known) for name in part.names()]
    if len(values) == 1:
        return values * key.size
    if len(values) != key.size:
        message = f"{text!r} has {len(values)} names, its key {key.text!r} has {key.size}"
        raise ValueError(message)
    return values


def integer(value: int | str, env: Mapping[str, int | None]) -> int:
    """Return a whole number or what an expression over the parameters comes to, with or without braces."""
    if isinstance(value, int):
        return value
    expression = compile_expression(value[1:-1] if value.startswith("{") and value.endswith("}") else value)
    _need(expression.names, env)
    return int(expression.evaluate({k: v for k, v in env.items() if v is not None}))


def integers(value: str, key: Range, env: Mapping[str, int | None]) -> list[int]:
    """Return one whole number for each name of `key`."""
    return [int(text) for text in one(value, key, env)]
