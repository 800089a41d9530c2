"""A waiver matches no finding.

Why:
    What it accepted has been repaired, or renamed. A waiver that stays behind would hide the next finding of
    that rule which nobody has looked at.

Bad:
    waivers:
      old: {code: REL007, of: storage, because: cards have one port, by: owner, until: 2099-12-31}

Good:
    waivers:
      one-port: {code: REL007, of: "un[*]", because: cards have one port, by: owner, until: 2099-12-31}
"""

from __future__ import annotations

from cluster_spec.diagnostics import WAIVER_UNUSED
from cluster_spec.rules.base import documented

PAGE = documented(
    WAIVER_UNUSED,
    since="0.1",
    source="the manifest language, version 1: waivers",
    doc=__doc__,
    module=__name__,
)
