"""An expression cannot be read, uses a name that is not known there, or has no result.

Why:
    Positions, ports and addresses follow from expressions. A division by zero or a name that means nothing
    leaves every one of them open, so the column of the mistake is named.

Bad:
    nodes: {"store[n:1-{stores}]": {u: "{2*m+2}"}}

Good:
    nodes: {"store[n:1-{stores}]": {u: "{2*n+4}"}}

Also:
    SCH004 and SCH013 where a reference or an exception needs the section that is left out.
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
