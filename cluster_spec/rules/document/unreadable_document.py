"""A file does not exist, may not be read, is not UTF-8, or is not one YAML document.

Why:
    Nothing can be said about a cluster whose description cannot be read, so the run ends with exit code 2 and
    not with a clean report.

Bad:
    clusterspec: 1
    name: demo
    ---
    name: other

Good:
    clusterspec: 1
    name: demo
"""

from __future__ import annotations

from cluster_spec.diagnostics import UNREADABLE
from cluster_spec.rules.base import documented

PAGE = documented(
    UNREADABLE, since="0.1", source="YAML 1.2.2; RFC 4180 for link lists", doc=__doc__, module=__name__
)
