"""The tray graph: along rows, across rows, and the shortest way between two racks (Manhattan)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.diagnostics import SHAPE
from cluster_spec.records import field, record
from cluster_spec.resolve.values import where

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Row
    from cluster_spec.resolve.families import Section
    from cluster_spec.resolve.scope import Scope

FAR = np.int64(1) << 40
"""No way; far beyond any hall in um."""


@record(slots=True, eq=False)
class Trays:
    """Trays as columns; lengths in um.

    Per row the height of the tray along it (-1 none); the junctions of crossings and rows with their position
    along the row, and the ways between them.
    """

    height: np.ndarray
    row_x: np.ndarray
    junction_row: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    junction_at: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    way: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.int64))

    def distance(
        self, row_a: np.ndarray, at_a: np.ndarray, row_b: np.ndarray, at_b: np.ndarray
    ) -> np.ndarray:
        """Return the length through the trays between points `at` (um along their rows); FAR where no way is.

        In one row the tray along it is the shortest way; otherwise the best pair of junctions is taken.
        """
        same = row_a == row_b
        result = np.where(same & (self.height[row_a] >= 0), np.abs(at_a - at_b), FAR)
        other = np.flatnonzero(~same)
        if other.size and self.junction_row.size:
            result[other] = self._across(row_a[other], at_a[other], row_b[other], at_b[other])
        return result

    def _across(self, row_a: np.ndarray, at_a: np.ndarray, row_b: np.ndarray, at_b: np.ndarray) -> np.ndarray:
        index, position = self._by_row()
        best = np.full(at_a.size, FAR)
        for i in range(index.shape[1]):
            near, start = np.abs(at_a - position[row_a, i]), index[row_a, i]
            for j in range(index.shape[1]):
                way = near + self.way[start, index[row_b, j]]
                way += np.abs(at_b - position[row_b, j])
                np.minimum(best, way, out=best)
        return best

    def _by_row(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the junctions of each row and their positions; where a row has fewer, one too far to be taken."""
        counts = np.bincount(self.junction_row, minlength=self.height.size)
        index = np.zeros((self.height.size, int(counts.max())), dtype=np.int64)
        position = np.full(index.shape, 4 * FAR)
        for row in np.flatnonzero(counts):
            own = np.flatnonzero(self.junction_row == row)
            index[row, : own.size], position[row, : own.size] = own, self.junction_at[own]
        return index, position


def resolve_trays(scope: Scope, site: Any, rows: list[Row], section: Section | None) -> Trays | None:
    """Read `site.trays`; None where there are none."""
    if site is None or not site.trays or section is None:
        return None
    trays = Trays(np.full(len(rows), -1, np.int64), np.array([r.x if r.along == "x" else r.y for r in rows]))
    junctions: list[tuple[int, int, int]] = []
    for key in sorted(site.trays):
        entry, path = site.trays[key], ("site", "trays", key)
        if (entry.rows is None) == (entry.between is None):
            raise scope.stop(SHAPE, path, f"tray {key} runs along `rows` or crosses `between` rows", key=True)
        if entry.rows is not None:
            for row in section.many(scope, entry.rows, (*path, "rows")):
                height = entry.height or "2.4 m"
                trays.height[row] = scope.quantity(height, "length", (*path, "height"))
            continue
        range_ = scope.range(key, path, key=True)
        if entry.at is None:
            raise scope.stop(SHAPE, path, f"tray {key} crosses rows: `at` says where", key=True)
        at = where(scope, entry.at, (*path, "at"), range_.bindings(), range_.size)
        crossed = section.many(scope, entry.between, (*path, "between"))
        for number, position in enumerate(at):
            cross = len(junctions) and junctions[-1][2] + 1
            del number
            junctions += [(int(row), int(position) + int(trays.row_x[row]), int(cross)) for row in crossed]
    _junctions(trays, rows, junctions)
    return trays


def _junctions(trays: Trays, rows: list[Row], junctions: list[tuple[int, int, int]]) -> None:
    """Number the junctions and find the shortest ways between them (Floyd-Warshall on whole rows)."""
    if not junctions:
        return
    row = np.array([j[0] for j in junctions])
    at = np.array([j[1] for j in junctions])
    cross = np.array([j[2] for j in junctions])
    depth = np.array([r.y if r.along == "x" else r.x for r in rows])[row]
    way = np.full((row.size, row.size), FAR)
    along = (row[:, None] == row[None, :]) & (trays.height[row] >= 0)[:, None]
    way = np.where(along, np.abs(at[:, None] - at[None, :]), way)
    across = cross[:, None] == cross[None, :]
    step = np.abs(depth[:, None] - depth[None, :]) + np.abs(at[:, None] - at[None, :])
    way = np.where(across, np.minimum(way, step), way)
    for k in range(row.size):
        np.minimum(way, way[:, k : k + 1] + way[k : k + 1, :], out=way)
    trays.junction_row, trays.junction_at, trays.way = row, at, way
