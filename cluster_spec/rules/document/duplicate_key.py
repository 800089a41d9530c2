"""A mapping has one key twice, or two entries name one thing.

Why:
    Most readers of YAML keep the last value and drop the first without a word: half of a plan can vanish from
    a file that still reads well. Two ranges that both name `r2` leave open which part it has.

Bad:
    clusterspec: 1
    name: demo
    racks:
      r1: {part: rack-48u-800x1200}
      r1: {part: rack-48u-700x1200}

Good:
    clusterspec: 1
    name: demo
    racks:
      r1: {part: rack-48u-800x1200}
      r2: {part: rack-48u-700x1200}
"""

from __future__ import annotations

from cluster_spec.diagnostics import DUPLICATE_KEY
from cluster_spec.rules.base import documented

PAGE = documented(
    DUPLICATE_KEY,
    since="0.1",
    source="YAML 1.2.2, section 3.2.1.3: the keys of a mapping are unique",
    doc=__doc__,
    module=__name__,
)
