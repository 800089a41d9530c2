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

from typing import TYPE_CHECKING

from cluster_spec.diagnostics import Basis, Code, Finding, Severity, State
from cluster_spec.rules.base import documented

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cluster_spec.diagnostics import RuleResult
    from cluster_spec.model.cluster import Cluster

CODE = Code("SCH007", "undecided-share", Severity.INFO, Basis.POLICY)
PAGE = documented(CODE, since="0.1", source="design: unknown is never a pass", doc=__doc__, module=__name__)
SHARE = 95
DECIDED = frozenset({State.PASS, State.FAIL, State.WAIVED})


def undecided_share(results: Sequence[RuleResult], cluster: Cluster) -> Finding | None:
    """Return the finding of a run that decided too few of the rules that apply; the engine calls it last."""
    decided = sum(result.state in DECIDED for result in results)
    unknown = [result.code for result in results if result.state is State.UNKNOWN]
    wanted, path = cluster.policy.thresholds.get(CODE.code, SHARE), ("policy", "thresholds", CODE.code)
    if (
        not unknown
        or not isinstance(wanted, int | float)
        or 100 * decided >= wanted * (decided + len(unknown))
    ):
        return None
    total = decided + len(unknown)
    share = 100 * decided / total
    return Finding(
        CODE.code,
        CODE.name,
        CODE.severity,
        CODE.basis,
        f"{decided} of {total} rules are decided, {share:.0f} % ({wanted:g} % are asked for)",
        cluster.origins.place(path, False),  # noqa: FBT003 - the interface of origins
        subjects=", ".join(unknown),
        count=len(unknown),
        measured=round(share, 1),
        limit=wanted,
        unit="%",
        path=path,
    )
