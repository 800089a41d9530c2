"""A rule of the tool has crashed.

Why:
    This is a fault of the tool and not of the manifest. The other rules still run, the exit code is 2 because
    the answer is not complete, and `CLUSTERSPEC_DEBUG=1` shows where it happened.

Bad:
    # no manifest may bring this about

Good:
    # every manifest
"""

from __future__ import annotations

from cluster_spec.diagnostics import CRASH
from cluster_spec.rules.base import documented

PAGE = documented(
    CRASH,
    since="0.1",
    source="design: a mistake of a user is a finding, an exception is a bug",
    doc=__doc__,
    module=__name__,
)
