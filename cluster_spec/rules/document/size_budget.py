"""A document, what its aliases expand to, or a range is larger than is read.

Why:
    A few lines of aliases can stand for billions of values, and a hundred thousand brackets crash the
    libraries that read them. A limit turns both into one finding at once. Long lists belong into a CSV file.

Bad:
    clusterspec: 1
    name: demo
    notes:
      - &a [x, x, x, x, x, x, x, x, x, x]
      - &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
      - &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]

Good:
    clusterspec: 1
    name: demo
    notes: [written out, as text]
"""

from __future__ import annotations

from cluster_spec.diagnostics import SIZE_BUDGET
from cluster_spec.rules.base import documented

PAGE = documented(
    SIZE_BUDGET,
    since="0.1",
    source="limits of the tool: 32 MiB a file, 64 levels, aliases at most 10 times what is written",
    doc=__doc__,
    module=__name__,
)
