"""The manifest does not say its version or its name, or a version that this release does not read.

Why:
    A key may mean something else in a later version of the language. A document that says which one it is
    written in is never read in the wrong one.

Bad:
    # file: cluster.yaml
    name: demo

Good:
    # file: cluster.yaml
    clusterspec: 1
    name: demo
"""

from __future__ import annotations

from cluster_spec.diagnostics import VERSION
from cluster_spec.rules.base import documented

PAGE = documented(
    VERSION,
    since="0.1",
    source="the manifest language, version 1: `clusterspec: 1` and `name`",
    doc=__doc__,
    module=__name__,
)
