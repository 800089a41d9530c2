"""A range cannot be read, runs downwards, or does not have as many elements as what it is paired with.

Why:
    Ranges pair element to element. Sixteen nodes on fifteen racks have no meaning that everybody would read
    the same, and a range written backwards is more likely a slip than an empty set.

Bad:
    racks: {"r[4-3]": {part: rack-48u-800x1200}}

Good:
    racks: {"r[n:3-4]": {part: rack-48u-800x1200, row: A, slot: "{n+5}"}}
"""

from __future__ import annotations

from cluster_spec.diagnostics import RANGE
from cluster_spec.rules.base import documented

PAGE = documented(
    RANGE, since="0.1", source="the manifest language, version 1: ranges", doc=__doc__, module=__name__
)
