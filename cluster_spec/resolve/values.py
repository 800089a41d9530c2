"""Field values over the elements of an entry: numbers, texts, choices and lengths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec import units
from cluster_spec.diagnostics import EXPRESSION, RANGE, SHAPE, Path
from cluster_spec.expressions import ExpressionError, Letters, compile_template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cluster_spec.resolve.scope import Scope

MILLI = 1000
"""Rack units are counted in thousandths, so that half units are whole numbers."""


def numbers(
    scope: Scope, value: float | str, path: Path, env: Mapping[str, Any], count: int, scale: int = 1
) -> np.ndarray:
    """Evaluate a *one* field of numbers for `count` elements: a number, `"{expr}"`, or a range element by element."""
    if isinstance(value, int | float):
        scaled = value * scale
        if scaled != int(scaled):
            raise scope.stop(SHAPE, path, f"{path[-1]}: {value} is finer than 1/{scale}")
        return np.full(count, int(scaled), dtype=np.int64)
    if "{" in value:
        return _expression(scope, value, path, env, count) * scale
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        return numbers(scope, float(value), path, env, count, scale)
    ranges = scope.ranges(value, path)
    if any(r.literals != ("", "") for r in ranges):
        raise scope.stop(RANGE, path, f"{path[-1]}: {value!r} is no number, range of numbers or expression")
    values = np.concatenate([r.coordinates()[0] for r in ranges]) * scale
    if values.size not in {1, count}:
        raise scope.stop(RANGE, path, f"{path[-1]}: {value} has {values.size} numbers for {count} elements")
    return np.repeat(values, count) if values.size == 1 else values


def _expression(scope: Scope, value: str, path: Path, env: Mapping[str, Any], count: int) -> np.ndarray:
    try:
        template = compile_template(value)
        if len(template.fields) == 1 and template.literals == ("", ""):
            result = template.values({**scope.integers, **env})[0]
            if isinstance(result, Letters):
                raise scope.stop(EXPRESSION, path, f"{path[-1]}: {value} is a letter, a number is needed")
            return np.broadcast_to(np.asarray(result, dtype=np.int64), count).copy()
    except ExpressionError as error:
        raise scope.stop(EXPRESSION, path, f"{path[-1]}: {error.message}", column=error.column) from None
    raise scope.stop(EXPRESSION, path, f"{path[-1]}: {value!r} is no number: write one {{expression}} alone")


def texts(
    scope: Scope, value: str | None, path: Path, env: Mapping[str, Any], count: int
) -> list[str | None] | str | None:
    """Evaluate a *one* field of names: one text for all, or one for each element."""
    if value is None or not any(sign in value for sign in "{[,"):
        return value
    if "{" in value:
        try:
            return list(compile_template(value).spell({**scope.integers, **env}, count))
        except ExpressionError as error:
            raise scope.stop(EXPRESSION, path, f"{path[-1]}: {error.message}", column=error.column) from None
    names = [name for r in scope.ranges(value, path) for name in r.names()]
    if len(names) not in {1, count}:
        raise scope.stop(RANGE, path, f"{path[-1]}: {value} names {len(names)} for {count} elements")
    return names[0] if len(names) == 1 else list(names)


def choices(
    scope: Scope,
    value: str | None,
    path: Path,
    env: Mapping[str, Any],
    count: int,
    known: Sequence[str],
    kind: str,
) -> np.ndarray:
    """Evaluate a *one* field that names members of a small set; -1 where it is absent."""
    spelled = texts(scope, value, path, env, count)
    if spelled is None:
        return np.full(count, -1, dtype=np.int64)
    place = {name: i for i, name in enumerate(known)}
    listed = [spelled] if isinstance(spelled, str) else spelled
    for name in listed:
        if name not in place:
            raise scope.dangling(path, str(name), kind, known)
    found = np.array([place[str(name)] for name in listed], dtype=np.int64)
    return np.repeat(found, count) if found.size == 1 and isinstance(spelled, str) else found


def where(scope: Scope, text: str, path: Path, env: Mapping[str, Any], count: int) -> np.ndarray:
    """Evaluate a length whose number may be an expression (`{3*r+3} m`) to um."""
    found = re.fullmatch(r"(\{.+\}) ?([a-z]+)", text)
    if found is None:
        sign = -1 if text.startswith("-") else 1
        return np.full(count, sign * scope.quantity(text.removeprefix("-"), "length", path), dtype=np.int64)
    return numbers(scope, found.group(1), path, env, count) * units.parse(f"1 {found.group(2)}", "length")
