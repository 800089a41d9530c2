"""Facts of parts as columns with an explicit mask of what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.columns import distinct
from cluster_spec.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cluster_spec.model.cluster import Cluster
    from cluster_spec.model.parts import Part


@record(frozen=True, slots=True, eq=False)
class Fact:
    """One value per row, in base units; where `known` is False the value means nothing (it is 0)."""

    values: np.ndarray
    known: np.ndarray

    def at(self, rows: np.ndarray) -> Fact:
        """Return the fact of some rows."""
        return Fact(self.values[rows], self.known[rows])


def part_fact(cluster: Cluster, get: Callable[[Part], int | None]) -> Fact:
    """Return a fact per part index: `part_fact(cluster, lambda p: p.power.get("max"))`."""
    found = [get(part) for part in cluster.parts]
    values = np.array([0 if v is None else v for v in found], dtype=np.int64)
    return Fact(values, np.array([v is not None for v in found], dtype=bool))


def power_fact(cluster: Cluster) -> Fact:
    """Return the draw of each part in mW under the declared `power_basis` (default max).

    What is not powered by itself (0) is known; a basis that the part lacks is unknown, never another basis.
    """
    basis = cluster.assumptions.get("power_basis") or "max"
    return part_fact(cluster, lambda p: 0 if p.powered is False else p.power.get(basis))


def missing_parts(cluster: Cluster, parts: np.ndarray, path: str) -> list[tuple[str, int]]:
    """Return ("power.max of NAME", part index) for each distinct part of some rows, in order of name."""
    names: Iterable[int] = distinct(parts)
    return sorted((f"{path} of {cluster.parts[int(p)].name}", int(p)) for p in names)
