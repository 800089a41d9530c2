"""Names as patterns with coordinates: spelled only when they are printed."""

from __future__ import annotations

import numpy as np

from cluster_spec.columns import distinct
from cluster_spec.names import fold, fold_coordinates, spell_bytes
from cluster_spec.records import record

Ints = np.ndarray
"""An integer column."""


@record(frozen=True, slots=True, eq=False)
class NameGroup:
    """Rows `first` to `first + count - 1` share one pattern; each column holds the numbers of one bracket."""

    first: int
    count: int
    literals: tuple[str, ...]
    widths: tuple[int, ...] = ()
    letters: tuple[bool, ...] = ()
    columns: tuple[Ints, ...] = ()

    def spell(self, index: int) -> str:
        """Return the name of the element `index` of the group."""
        pieces = [self.literals[0]]
        for literal, width, letter, column in zip(
            self.literals[1:], self.widths, self.letters, self.columns, strict=True
        ):
            value = int(column[index])
            pieces += [chr(value) if letter else f"{value:0{width}}", literal]
        return "".join(pieces)


@record(frozen=True, slots=True, eq=False)
class NameTable:
    """The names of the rows of one table, group after group, without holes."""

    groups: tuple[NameGroup, ...]

    def __len__(self) -> int:
        return self.groups[-1].first + self.groups[-1].count if self.groups else 0

    def group_of(self, rows: Ints) -> Ints:
        """Return the index of the group of each row."""
        starts = np.array([g.first for g in self.groups], dtype=np.int64)
        return np.searchsorted(starts, rows, side="right") - 1

    def spell(self, row: int) -> str:
        """Return the name of one row."""
        group = self.groups[int(self.group_of(np.array([row]))[0])]
        return group.spell(row - group.first)

    def spell_all(self, rows: Ints) -> list[str]:
        """Return the names of some rows, in their order."""
        return [self.spell(int(row)) for row in rows]

    def spelled(self) -> np.ndarray:
        """Return all names as one array of UTF-8 bytes (dtype S)."""
        if not self.groups:
            return np.zeros(0, dtype="S1")
        return np.concatenate([_bytes(g) for g in self.groups])

    def fold(self, rows: Ints) -> str:
        """Return some rows as a folded set: `un[01-16]-b[01-80]`."""
        rows = distinct(np.asarray(rows, dtype=np.int64))
        if rows.size == 1:
            return self.spell(int(rows[0]))
        groups = self.group_of(rows)
        parts: list[str] = []
        for index in distinct(groups):
            group = self.groups[int(index)]
            local = rows[groups == index] - group.first
            if not group.columns:
                parts.append(group.literals[0])
            elif any(group.letters) or local.size == 1:
                parts.append(fold([group.spell(int(i)) for i in local]))
            else:
                columns = tuple(column[local] for column in group.columns)
                parts.append(fold_coordinates(group.literals, group.widths, columns))
        return ",".join(parts)


def _bytes(group: NameGroup) -> np.ndarray:
    if not group.columns:
        return np.array([group.literals[0].encode()])
    return spell_bytes(group.literals, group.columns, group.widths, group.letters)
