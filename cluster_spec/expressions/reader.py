"""Reading expressions: tokens and a Pratt reader with a depth limit."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cluster_spec.expressions.nodes import LIMIT, MAX_DEPTH, MAX_TEXT, ExpressionError, Node
from cluster_spec.expressions.values import evaluate
from cluster_spec.records import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.expressions.values import Value

PATTERN = r"^[-a-z0-9_+*/%<>=!() ]+$"
"""The alphabet of expressions, for JSON Schema."""

_TOKEN = re.compile(r"\s*(?:([0-9]+)|([a-z][a-z0-9_]*)|(//|<=|>=|==|!=|[-+*%<>()]))")
_KEYWORDS = frozenset({"and", "or", "not", "if", "else", "true", "false"})
_BINDING = {
    "if": 1,
    "or": 2,
    "and": 3,
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 5),
    **dict.fromkeys(("+", "-"), 6),
    **dict.fromkeys(("*", "//", "%"), 7),
}
_NOT, _COMPARE, _SIGN = 4, 5, 8


@record(frozen=True, slots=True)
class Expression:
    """A compiled expression; `names` are what its environment must hold."""

    text: str
    names: frozenset[str]
    root: Node

    def evaluate(self, env: Mapping[str, Any]) -> Value:
        """Return an int or an int64 column; raises ExpressionError at the column that cannot be computed.

        `env` holds ints, int64 columns of one length, or `Letters`.
        """
        return evaluate(self.root, env)

    @property
    def constant(self) -> bool:
        """Whether no name is used."""
        return not self.names


class _Reader:
    """A Pratt reader over the tokens `(kind, text, column)`."""

    __slots__ = ("at", "depth", "end", "tokens")

    def __init__(self, text: str, offset: int) -> None:
        self.tokens = _tokens(text, offset)
        self.end = offset + len(text.rstrip())
        self.at = 0
        self.depth = 0

    def peek(self) -> tuple[str, str, int]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "", self.end)

    def take(self, wanted: str = "") -> tuple[str, str, int]:
        token = self.peek()
        if token[0] == "end" and not wanted:
            raise ExpressionError("the expression ends where a value is needed", token[2])
        if wanted and token[1] != wanted:
            raise ExpressionError(f"`{wanted}` is missing", token[2])
        self.at += 1
        return token

    def expression(self, floor: int = 0) -> Node:
        """Read operators that bind tighter than `floor`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"nested deeper than {MAX_DEPTH}", self.peek()[2])
        left = self.operand()
        while (binding := _BINDING.get(self.peek()[1], 0)) > floor:
            _, op, column = self.take()
            left = self.ternary(left, column) if op == "if" else self.binary(left, op, column, binding)
        self.depth -= 1
        return left

    def binary(self, left: Node, op: str, column: int, binding: int) -> Node:
        right = self.expression(binding)
        if binding == _COMPARE and _BINDING.get(self.peek()[1]) == _COMPARE:
            raise ExpressionError("comparisons do not chain; join two with `and`", self.peek()[2])
        return _node(op, column, left, right)

    def ternary(self, left: Node, column: int) -> Node:
        condition = self.expression(1)
        self.take("else")
        return _node("if", column, condition, left, self.expression(0))

    def operand(self) -> Node:
        kind, text, column = self.take()
        if kind == "int":
            return Node("int", column, value=_number(text, column))
        if kind == "name":
            return Node("name", column, name=text)
        if text in ("true", "false"):
            return Node("int", column, value=int(text == "true"))
        if text == "not":
            return _node("not", column, self.expression(_NOT - 1))
        if text == "-":
            return _node("neg", column, self.expression(_SIGN))
        if text == "(":
            inner = self.expression()
            self.take(")")
            return inner
        raise ExpressionError(f"`{text}` stands where a value is needed", column)


def _node(op: str, column: int, *args: Node) -> Node:
    depth = 1 + max(arg.depth for arg in args)
    if depth > MAX_DEPTH:
        raise ExpressionError(f"nested deeper than {MAX_DEPTH}", column)
    return Node(op, column, args, depth=depth)


def _number(text: str, column: int) -> int:
    if len(text) > 16 or int(text) > LIMIT:  # noqa: PLR2004 - 2^53 has 16 digits
        raise ExpressionError("the number is above 2^53", column)
    return int(text)


def _tokens(text: str, offset: int) -> list[tuple[str, str, int]]:
    tokens: list[tuple[str, str, int]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise ExpressionError(_stray(text[at:]), offset + at)
        number, name, _ = match.groups()
        kind = "int" if number else "name" if name and name not in _KEYWORDS else "op"
        tokens.append((kind, match[0].lstrip(), offset + match.end() - len(match[0].lstrip())))
        at = match.end()
        if number and re.match(r"[a-zA-Z_.]", text[at:]):
            raise ExpressionError(_stray(text[at:]), offset + at)
    return tokens


def _stray(rest: str) -> str:
    if rest[0] == "/":
        return "`/` is not an operator; `//` divides and rounds down"
    if rest[0] == ".":
        return "`.` does not occur in expressions; they are of integers"
    if rest[0] == "=":
        return "`=` is not an operator; `==` compares"
    return f"`{rest[0]}` does not occur in expressions"


@lru_cache(maxsize=4096)
def compile_at(text: str, offset: int) -> Expression:
    """Read an expression that stands at `offset` of a longer text; columns count in that text."""
    if len(text) > MAX_TEXT:
        raise ExpressionError(f"longer than {MAX_TEXT} characters", offset)
    reader = _Reader(text, offset)
    if reader.peek()[0] == "end":
        raise ExpressionError("the expression is empty", offset)
    root = reader.expression()
    kind, rest, column = reader.peek()
    if kind != "end":
        raise ExpressionError(f"`{rest}` stands where an operator is needed", column)
    return Expression(text, root.names(), root)


def compile_expression(text: str) -> Expression:
    """Read an expression; raises ExpressionError at the column where it goes wrong."""
    return compile_at(text, 0)
