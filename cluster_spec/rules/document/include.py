"""An included file does not exist, lies outside of the project, or includes what includes it.

Why:
    A description is complete only with all of its files. What lies outside of the project folder would not
    travel with it, and no review would see it.

Bad:
    clusterspec: 1
    name: demo
    include: ../racks.yaml

Good:
    # file: cluster.yaml
    clusterspec: 1
    name: demo
    include: racks.yaml
    # file: racks.yaml
    racks:
      r1: {part: rack-48u-800x1200}
"""

from __future__ import annotations

from cluster_spec.diagnostics import INCLUDE
from cluster_spec.rules.base import documented

PAGE = documented(
    INCLUDE, since="0.1", source="the manifest language, version 1: `include`", doc=__doc__, module=__name__
)
