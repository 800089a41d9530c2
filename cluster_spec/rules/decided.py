"""How much of a run was decided, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.diagnostics import RuleResult, State

if TYPE_CHECKING:
    from collections.abc import Sequence


def decided_share(results: Sequence[RuleResult]) -> str:
    """Return the decided share of the rules that apply."""
    applicable = [r for r in results if r.state not in {State.NOT_APPLICABLE, State.IGNORED}]
    decided = [r for r in applicable if r.state is not State.UNKNOWN]
    return f"decided {len(decided)} of {len(applicable)} rules that apply"
