"""Texts with expressions in braces: `leaf-r{rail+1}-{index+1:02}`; `{{` and `}}` are braces."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.expressions.nodes import ExpressionError, Letters
from cluster_spec.expressions.reader import Expression, compile_at
from cluster_spec.records import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.expressions.values import Value

_PIECE = re.compile(r"\{\{|\}\}|\{|\}")
_WIDTH = re.compile(r"0([1-9][0-9]?)")


@record(frozen=True, slots=True)
class Template:
    """A compiled template: `fields[i]` (expression, width or 0) stands between `literals[i]` and `[i+1]`."""

    text: str
    names: frozenset[str]
    literals: tuple[str, ...]
    fields: tuple[tuple[Expression, int], ...]

    def values(self, env: Mapping[str, Any]) -> list[Value | Letters]:
        """Return the value of every field: an int, an int64 column, or the `Letters` that stand alone."""
        return [_field(expression, width, env) for expression, width in self.fields]

    def spell(self, env: Mapping[str, Any], count: int) -> list[str]:
        """Return `count` texts; columns of `env` have that length, ints are shared."""
        if not self.fields:
            return [self.literals[0]] * count
        values = self.values(env)
        columns = [_column(value, count) for value in values]
        form = self.literals[0].replace("%", "%%")
        for (_, width), value, literal in zip(self.fields, values, self.literals[1:], strict=True):
            number = f"%0{width}d" if width else "%d"
            form += ("%c" if isinstance(value, Letters) else number) + literal.replace("%", "%%")
        return [form % row for row in zip(*columns, strict=True)]


def _field(expression: Expression, width: int, env: Mapping[str, Any]) -> Value | Letters:
    node = expression.root
    bound = env.get(node.name) if node.op == "name" else None
    if isinstance(bound, Letters):
        if width:
            raise ExpressionError(f"`{node.name}` is a letter and has no width", node.column)
        return bound
    return expression.evaluate(env)


def _column(value: Value | Letters, count: int) -> list[int]:
    if isinstance(value, Letters):
        value = value.values
    if isinstance(value, np.ndarray):
        return value.tolist()  # type: ignore[no-any-return]
    return [value] * count


def _close(text: str, start: int) -> int:
    end = text.find("}", start)
    if end < 0:
        raise ExpressionError("`{` is not closed; a brace itself is written `{{`", start - 1)
    return end


def _read_field(text: str, start: int, end: int) -> tuple[Expression, int]:
    inside = text[start:end]
    colon = inside.rfind(":")
    if colon < 0:
        return compile_at(inside, start), 0
    width = _WIDTH.fullmatch(inside[colon + 1 :])
    if width is None:
        raise ExpressionError("a width is written `:02`", start + colon + 1)
    return compile_at(inside[:colon], start), int(width[1])


@lru_cache(maxsize=4096)
def compile_template(text: str) -> Template:
    """Read a template; a text without braces is one literal. Raises ExpressionError at the wrong column."""
    literals, fields, literal, at = [], [], "", 0
    while (piece := _PIECE.search(text, at)) is not None:
        literal += text[at : piece.start()]
        at = piece.end()
        if len(piece[0]) == 2:  # noqa: PLR2004 - an escaped brace
            literal += piece[0][0]
        elif piece[0] == "}":
            raise ExpressionError("`}` without `{`; a brace itself is written `}}`", piece.start())
        else:
            end = _close(text, at)
            fields.append(_read_field(text, at, end))
            literals.append(literal)
            literal, at = "", end + 1
    names = frozenset().union(*(expression.names for expression, _ in fields))
    return Template(text, names, (*literals, literal + text[at:]), tuple(fields))
