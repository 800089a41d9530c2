"""Integer arithmetic of the manifest: `blocks*16`, `rail+1 if plane else 0`, and templates like `un{n:02}`.

A small reader of its own: no calls, attributes, strings or powers, so a manifest can run nothing. Expressions
are evaluated on whole columns; magnitude stays within 2^53 so that every number survives JSON.
"""

from cluster_spec.expressions.nodes import ExpressionError, Letters
from cluster_spec.expressions.reader import PATTERN, Expression, compile_expression
from cluster_spec.expressions.templates import Template, compile_template

__all__ = [
    "PATTERN",
    "Expression",
    "ExpressionError",
    "Letters",
    "Template",
    "compile_expression",
    "compile_template",
]
