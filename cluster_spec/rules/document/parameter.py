"""A parameter is unknown, has the wrong type, or lies outside of its bounds.

Why:
    The author of a family of clusters proved it for the values within the bounds. `--set` beyond them would
    describe something that nobody has designed.

Bad:
    parameters: {stores: {default: 9}}

Good:
    parameters: {stores: {default: 3}}
"""

from __future__ import annotations

from cluster_spec.diagnostics import PARAMETER
from cluster_spec.rules.base import documented

PAGE = documented(
    PARAMETER,
    since="0.1",
    source="the manifest language, version 1: parameters",
    doc=__doc__,
    module=__name__,
)
