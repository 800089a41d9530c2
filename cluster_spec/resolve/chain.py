"""The tiers of a topology, bottom first, each with the case that holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_spec.diagnostics import SHAPE

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Path
    from cluster_spec.resolve.step import Build

Named = dict[str, tuple[Any, "Path"]]


def chain(build: Build, topology: Any) -> list[tuple[str, Any, Path]]:
    """Return the tiers bottom first, each with its case applied; what is dropped is left out."""
    scope, path = build.stage.scope, (*build.path, "topology")
    kept: Named = {}
    for name, (tier, where) in _written(topology, path).items():
        applied = _case(build, name, tier, where)
        if scope.holds(applied.when, (*where, "when")) and build.stage.built.phase(applied.phase, where):
            kept[name] = (applied, where)
    roots = [n for n, (t, _) in kept.items() if t.over is None]
    if len(roots) != 1:
        found = ", ".join(sorted(roots)) or "none"
        raise scope.stop(
            SHAPE, path, f"one tier stands on the endpoints (has no `over`), found {found}", key=True
        )
    above = _above(build, kept)
    ordered = [roots[0]]
    while ordered[-1] in above:
        ordered.append(above[ordered[-1]])
    if len(ordered) != len(kept):
        lost = min(set(kept) - set(ordered))
        raise scope.stop(SHAPE, kept[lost][1], f"tier {lost} stands on no chain to the endpoints", key=True)
    return [(n, *kept[n]) for n in ordered]


def _written(topology: Any, path: Path) -> Named:
    """Return the tiers as written; a tree's `access` and `aggregation` are two of them."""
    named: Named = {n: (t, (*path, "tiers", n)) for n, t in (topology.tiers or {}).items()}
    if topology.access is not None:
        named["access"] = (topology.access, (*path, "access"))
    if topology.aggregation is not None:
        over = topology.aggregation.model_copy(update={"over": "access"})
        named["aggregation"] = (over, (*path, "aggregation"))
    return named


def _above(build: Build, kept: Named) -> dict[str, str]:
    """Return which tier is over which."""
    scope = build.stage.scope
    above: dict[str, str] = {}
    for name, (tier, where) in sorted(kept.items()):
        if tier.over is None:
            continue
        if tier.over not in kept:
            raise scope.dangling((*where, "over"), tier.over, "tier", sorted(kept))
        if tier.over in above:
            raise scope.stop(
                SHAPE, (*where, "over"), f"{above[tier.over]} and {name} are both over {tier.over}"
            )
        above[tier.over] = name
    return above


def _case(build: Build, name: str, tier: Any, path: Path) -> Any:
    """Apply the one case that holds."""
    if not tier.cases:
        return tier
    scope = build.stage.scope
    holding = [c for c, v in sorted(tier.cases.items()) if scope.holds(v.when, (*path, "cases", c, "when"))]
    if len(holding) != 1:
        raise scope.stop(
            SHAPE,
            (*path, "cases"),
            f"{name}: exactly one case holds, here {', '.join(holding) or 'none'}",
            key=True,
        )
    case = tier.cases[holding[0]]
    update = {k: getattr(case, k) for k in case.model_fields_set if k not in {"when", "cases"}}
    return tier.model_copy(update=update)
