"""A reference names something that does not exist, or that is no thing of the kind that is needed.

Why:
    A node in a rack that nobody declared has no place, no feed and no cable length. Nothing is guessed: the
    nearest name is offered, the section is left out, and rules that need it are not checked.

Bad:
    nodes: {mgmt1: {rack: r9}}

Good:
    nodes: {mgmt1: {rack: r2, u: 20}}
"""

from __future__ import annotations

from cluster_spec.diagnostics import DANGLING
from cluster_spec.rules.base import documented

PAGE = documented(
    DANGLING,
    since="0.1",
    source="the manifest language, version 1: every reference names one thing",
    doc=__doc__,
    module=__name__,
)
