"""What an expression is made of: operations, letters, and the error that names a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.records import record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIMIT = 2**53
MAX_TEXT = 2_000
MAX_DEPTH = 64


class ExpressionError(ValueError):
    """What is wrong with an expression or its values; `column` counts from 0 in the text."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.column = column


@record(frozen=True, slots=True)
class Letters:
    """The values of a letter bracket as code points; they stand alone in `{s}` and never in arithmetic."""

    values: NDArray[np.int64]


@record(frozen=True, slots=True)
class Node:
    """One operation: `op` is an operator, `int` or `name`; `names` are those at or below it."""

    op: str
    column: int
    args: tuple[Node, ...] = ()
    value: int = 0
    name: str = ""
    depth: int = 1

    def names(self) -> frozenset[str]:
        """Return the names at or below this node."""
        if self.op == "name":
            return frozenset((self.name,))
        return frozenset().union(*(arg.names() for arg in self.args))
