"""A key is not known, a value has the wrong type, or a quantity has the wrong unit.

Why:
    A key with a typing error would otherwise do nothing, and `100 kVA` where watts are meant would pass for a
    number. All errors of shape are reported at once; nothing is computed before they are gone.

Bad:
    site: {halls: {h1: {power: 100 kVA}}}

Good:
    site: {halls: {h1: {power: 100 kW}}}
"""

from __future__ import annotations

from cluster_spec.diagnostics import SHAPE
from cluster_spec.rules.base import documented

PAGE = documented(
    SHAPE,
    since="0.1",
    source="the manifest language, version 1: keys, types, units",
    doc=__doc__,
    module=__name__,
)
