"""What is built in this run: entries whose `when` holds, in phases up to the one asked for, and not omitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.diagnostics import SHAPE
from cluster_spec.records import field, record
from cluster_spec.resolve.scope import Stop
from cluster_spec.resolve.values import choices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.diagnostics import Path
    from cluster_spec.resolve.families import Entry
    from cluster_spec.resolve.scope import Scope


@record(slots=True)
class Omission:
    """An exception that omits things by name: which section, which names, and whether it met any."""

    kind: str
    text: str
    path: Path
    met: bool = False


@record(slots=True)
class Built:
    """Answers whether entries and elements exist."""

    scope: Scope
    phases: list[str]
    allowed: frozenset[str] | None
    omissions: list[Omission] = field(default_factory=list)

    def holds(self, value: Any, path: Path) -> bool:
        """Whether an entry's `when:` holds."""
        return self.scope.holds(getattr(value, "when", None), (*path, "when"))

    def phase(self, name: str | None, path: Path) -> bool:
        """Whether a phase is built; without one a thing is there from the beginning."""
        if name is None:
            return True
        if name not in self.phases:
            raise self.scope.dangling((*path, "phase"), name, "phase", self.phases)
        return self.allowed is None or name in self.allowed

    def mask(self, kind: str, entry: Entry) -> np.ndarray | None:
        """Return which elements of an entry exist; None: all."""
        mask = np.ones(entry.size, dtype=bool)
        phase = getattr(entry.value, "phase", None)
        if phase is not None:
            index = choices(
                self.scope,
                phase,
                (*entry.path, "phase"),
                entry.range.bindings(),
                entry.size,
                self.phases,
                "phase",
            )
            if self.allowed is not None:
                allowed = np.array([p in self.allowed for p in self.phases], dtype=bool)
                mask &= allowed[index]
        for omission in self.omissions:
            if omission.kind == kind:
                mask &= ~self._omitted(omission, entry)
        return None if mask.all() else mask

    def _omitted(self, omission: Omission, entry: Entry) -> np.ndarray:
        hit = np.zeros(entry.size, dtype=bool)
        for range_ in self.scope.ranges(omission.text, (*omission.path, "of")):
            hit[range_.select(entry.range)] = True
        omission.met |= bool(hit.any())
        return hit


def order_phases(scope: Scope, phases: Mapping[str, Any]) -> list[str]:
    """Return the phases in the order of `after:`; a cycle or an unknown phase is a finding."""
    after: dict[str, set[str]] = {}
    for name, phase in phases.items():
        before = {p.strip() for p in (phase.after or "").split(",") if p.strip()} if phase else set()
        for other in before:
            if other not in phases:
                raise scope.dangling(("phases", name, "after"), other, "phase", sorted(phases))
        after[name] = before
    ordered: list[str] = []
    while len(ordered) < len(after):
        ready = sorted(n for n, b in after.items() if n not in ordered and b <= set(ordered))
        if not ready:
            stuck = ", ".join(sorted(set(after) - set(ordered)))
            raise scope.stop(SHAPE, ("phases",), f"phases {stuck} come after each other", key=True)
        ordered += ready
    return ordered


def allowed_phases(
    scope: Scope, phases: Mapping[str, Any], ordered: list[str], upto: str | None
) -> frozenset[str] | None:
    """Return the phases that are built when building up to one: it and all that it comes after."""
    if upto is None:
        return None
    if upto not in ordered:
        scope.report(SHAPE, ("phases",), f"--phase {upto}: the manifest has no such phase")
        raise Stop
    wanted, todo = set(), [upto]
    while todo:
        name = todo.pop()
        if name not in wanted:
            wanted.add(name)
            phase = phases[name]
            todo += [p.strip() for p in (phase.after or "").split(",") if p.strip()] if phase else []
    return frozenset(wanted)
