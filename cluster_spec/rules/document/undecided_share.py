"""Fewer rules could be decided than the policy asks for.

Why:
    A rule that lacks a fact does not pass, it is not checked. A plan of which half is not checked should not
    look as good as one that is proved. `policy.thresholds.SCH007` is the share in percent (default 95);
    `policy.must_decide` makes single rules or families an error.

Bad:
    assume: null
    policy: {thresholds: {SCH007: 100}}

Good:
    policy: {thresholds: {SCH007: 50}}
"""

from __future__ import annotations

from cluster_spec.diagnostics import Basis, Code, Severity
from cluster_spec.rules.base import documented

CODE = Code("SCH007", "undecided-share", Severity.INFO, Basis.POLICY)
PAGE = documented(CODE, since="0.1", source="design: unknown is never a pass", doc=__doc__, module=__name__)
