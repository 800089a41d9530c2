"""An expression cannot be read, uses a name that is not known there, or has no result.

Why:
    Positions, ports and addresses follow from expressions. A division by zero or a name that means nothing
    leaves every one of them open, so the column of the mistake is named.

Bad:
    claims: {accelerators: {exactly: "8*m"}}

Good:
    claims: {accelerators: {exactly: "8*stores"}}
"""

from __future__ import annotations

from cluster_spec.diagnostics import EXPRESSION
from cluster_spec.rules.base import documented

PAGE = documented(
    EXPRESSION,
    since="0.1",
    source="the manifest language, version 1: expressions",
    doc=__doc__,
    module=__name__,
)
