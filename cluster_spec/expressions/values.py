"""Evaluating operations on ints and whole columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.expressions.nodes import LIMIT, ExpressionError, Letters, Node

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Value = int | NDArray[np.int64]


def evaluate(node: Node, env: Mapping[str, Any]) -> Value:  # noqa: PLR0911 - one return per kind
    """Return the value of `node`, an int or an int64 column; raises ExpressionError."""
    op = node.op
    if op == "int":
        return node.value
    if op == "name":
        return _lookup(node, env)
    if op == "if":
        return _choose(node, env)
    if op in ("and", "or"):
        return _logic(node, env)
    left = evaluate(node.args[0], env)
    if op == "neg":
        return -left
    if op == "not":
        return _plain(left == 0)
    return _combine(node, left, evaluate(node.args[1], env))


def _lookup(node: Node, env: Mapping[str, Any]) -> Value:
    value = env.get(node.name)
    if value is None:
        known = ", ".join(sorted(name for name in env if not name.startswith("_"))) or "none"
        raise ExpressionError(f"`{node.name}` is not known here; known names: {known}", node.column)
    if isinstance(value, Letters):
        message = f"`{node.name}` is a letter: it stands alone in `{{{node.name}}}`, not in arithmetic"
        raise ExpressionError(message, node.column)
    if isinstance(value, np.ndarray):
        return _bounded(value.astype(np.int64, copy=False), node)
    return _bounded(int(value), node)


def _plain(value: Any) -> Value:
    if isinstance(value, np.ndarray):
        return value.astype(np.int64)
    return int(value)


def _bounded(value: Value, node: Node) -> Value:
    if isinstance(value, np.ndarray):
        fits = value.size == 0 or (int(value.max()) <= LIMIT and int(value.min()) >= -LIMIT)
    else:
        fits = -LIMIT <= value <= LIMIT
    if not fits:
        raise ExpressionError("the result is beyond 2^53", node.column)
    return value


def _combine(node: Node, left: Value, right: Value) -> Value:
    op = node.op
    if op == "+":
        return _bounded(left + right, node)
    if op == "-":
        return _bounded(left - right, node)
    if op == "*":
        return _multiply(node, left, right)
    if op in ("//", "%"):
        if np.any(right == 0) if isinstance(right, np.ndarray) else right == 0:
            raise ExpressionError("division by zero", node.column)
        return left // right if op == "//" else left % right
    return _plain(_compare(op, left, right))


def _compare(op: str, left: Any, right: Any) -> Any:
    if op == "<":
        return left < right
    if op == "<=":
        return left <= right
    if op == ">":
        return left > right
    if op == ">=":
        return left >= right
    return left == right if op == "==" else left != right


def _multiply(node: Node, left: Value, right: Value) -> Value:
    if not isinstance(left, np.ndarray) and not isinstance(right, np.ndarray):
        return _bounded(left * right, node)
    if _size(left) * _size(right) > LIMIT:  # only then look element by element, in floats that cannot wrap
        product = np.abs(np.asarray(left, np.float64) * np.asarray(right, np.float64))
        if product.size and float(product.max()) > 2 * LIMIT:
            raise ExpressionError("the result is beyond 2^53", node.column)
    return _bounded(left * right, node)


def _size(value: Value) -> int:
    if isinstance(value, np.ndarray):
        return max(abs(int(value.max())), abs(int(value.min()))) if value.size else 0
    return abs(value)


def _part(node: Node, env: Mapping[str, Any], mask: NDArray[np.bool_]) -> Value:
    """Evaluate `node` on the rows of `mask` only, so that what is not chosen cannot fail."""
    names = node.names()
    return evaluate(
        node,
        {
            name: value[mask] if isinstance(value, np.ndarray) and name in names else value
            for name, value in env.items()
        },
    )


def _choose(node: Node, env: Mapping[str, Any]) -> Value:
    condition = evaluate(node.args[0], env)
    if not isinstance(condition, np.ndarray):
        return evaluate(node.args[1] if condition else node.args[2], env)
    chosen = condition != 0
    if chosen.all():
        return evaluate(node.args[1], env)
    if not chosen.any():
        return evaluate(node.args[2], env)
    result = np.empty(condition.shape, np.int64)
    result[chosen] = _part(node.args[1], env, chosen)
    result[~chosen] = _part(node.args[2], env, ~chosen)
    return result


def _logic(node: Node, env: Mapping[str, Any]) -> Value:
    left = evaluate(node.args[0], env)
    decided = node.op == "or"  # the truth that needs no right side
    if not isinstance(left, np.ndarray):
        return int(decided) if bool(left) is decided else _plain(evaluate(node.args[1], env) != 0)
    open_rows = (left != 0) != decided
    result = np.full(left.shape, int(decided), np.int64)
    if open_rows.any():
        result[open_rows] = _plain(_part(node.args[1], env, open_rows) != 0)
    return result
