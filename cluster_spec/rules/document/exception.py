"""An exception matches nothing, or two exceptions change one field.

Why:
    An exception is the record of how the real thing differs from the rule. One that matches nothing has lost
    its subject, by a new name perhaps, and the difference is silently gone.

Bad:
    exceptions:
      dead: {of: {nodes: mgmt7}, set: {state: broken}, because: it does not start}

Good:
    exceptions:
      dead: {of: {nodes: mgmt1}, set: {state: broken}, because: it does not start}
"""

from __future__ import annotations

from cluster_spec.diagnostics import EXCEPTION
from cluster_spec.rules.base import documented

PAGE = documented(
    EXCEPTION,
    since="0.1",
    source="the manifest language, version 1: exceptions",
    doc=__doc__,
    module=__name__,
)
