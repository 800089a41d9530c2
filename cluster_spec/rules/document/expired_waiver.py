"""A waiver has passed its date.

Why:
    A finding is accepted for a time, until the missing cable is delivered. After that date somebody has to
    look again; until then the finding counts.

Bad:
    waivers: {one-port: {until: 2020-01-01}}

Good:
    waivers: {one-port: {until: 2099-12-31}}

Also:
    REL007: the finding that the waiver accepted.
"""

from __future__ import annotations

from cluster_spec.diagnostics import WAIVER_EXPIRED
from cluster_spec.rules.base import documented

PAGE = documented(
    WAIVER_EXPIRED,
    since="0.1",
    source="the manifest language, version 1: waivers",
    doc=__doc__,
    module=__name__,
)
