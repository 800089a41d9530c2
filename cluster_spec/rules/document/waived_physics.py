"""A waiver is for a rule of physics.

Why:
    An owner may accept a risk. Nobody can accept two devices in one place or more cables than ports: the plan
    has to change.

Bad:
    waivers:
      squeeze: {code: TOP004, of: compute, because: one more will fit, by: owner, until: 2099-12-31}

Good:
    waivers:
      one-port: {code: REL007, of: "un[*]", because: cards have one port, by: owner, until: 2099-12-31}
"""

from __future__ import annotations

from cluster_spec.diagnostics import WAIVER_PHYSICS
from cluster_spec.rules.base import documented

PAGE = documented(
    WAIVER_PHYSICS, since="0.1", source="design: physics is apart from policy", doc=__doc__, module=__name__
)
