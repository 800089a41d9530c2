"""The links of a cluster before they are numbered for good: what exceptions work on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec import units
from cluster_spec.diagnostics import DANGLING
from cluster_spec.model.tables import BASES, STATES
from cluster_spec.records import field, record
from cluster_spec.resolve.cables import Given
from cluster_spec.resolve.lookup import Names

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.diagnostics import Path
    from cluster_spec.model.cluster import Cluster
    from cluster_spec.resolve.census import Census
    from cluster_spec.resolve.classes import Classes
    from cluster_spec.resolve.scope import Scope
    from cluster_spec.resolve.step import Build

LINK_TYPES = {
    "a_device": np.int32,
    "a_port": np.int32,
    "z_device": np.int32,
    "z_port": np.int32,
    "klass": np.int16,
    "state": np.int8,
    "phase": np.int16,
    "origin": np.int32,
}


@record(slots=True)
class Draft:
    """Link columns (port indices are local to the device), device columns that may change, and what is given."""

    scope: Scope
    census: Census
    classes: Classes
    builds: list[Build]
    links: dict[str, np.ndarray]
    columns: dict[str, np.ndarray]
    given: Given
    omitted: np.ndarray
    look: Callable[[], Cluster] | None = None
    _names: Names | None = None
    _view: Cluster | None = None

    @property
    def size(self) -> int:
        """How many links there are."""
        return int(self.links["a_device"].size)

    def names(self) -> Names:
        """Return the lookup of devices and ports by name."""
        if self._names is None:
            self._names = Names(self.census)
        return self._names

    def view(self) -> Cluster:
        """Return the cluster as it was generated, for selectors."""
        assert self.look is not None
        if self._view is None:
            self._view = self.look()
        return self._view

    def cable_of(self) -> np.ndarray:
        """Return the cable of every link as generated."""
        return self.view().links.cable

    def any_build(self) -> Build:
        """Return a fabric, for what all fabrics share."""
        return self.builds[0]

    def given_columns(self) -> dict[str, np.ndarray]:
        """Return the columns of what is given about links; they are made when first needed."""
        given = self.given
        if given.length is None or given.basis is None or given.medium is None:
            given.length = np.full(self.size, -1, dtype=np.int64)
            given.basis = np.full(self.size, BASES.index("measured"), dtype=np.int8)
            given.medium = np.full(self.size, -1, dtype=np.int8)
        return {"length": given.length, "basis": given.basis, "medium": given.medium}

    def add_link(
        self, a: tuple[int, int], z: tuple[int, int], value: dict[str, Any], path: Path, origin: int
    ) -> None:
        """Append one link; its class is that of the fabric of its switches."""
        klass = self._class_of(a[0], z[0], value, path)
        row = {
            "a_device": a[0],
            "a_port": a[1],
            "z_device": z[0],
            "z_port": z[1],
            "klass": klass,
            "origin": origin,
        }
        row |= {"state": STATES.index("planned"), "phase": -1}
        for name, column in self.links.items():
            self.links[name] = np.append(column, np.array([row[name]], dtype=column.dtype))
        self.omitted = np.append(self.omitted, False)
        if self.given.shared is not None:
            self.given.shared = np.append(self.given.shared, self.size - 1)
        if self.given.length is not None:
            self.given.length = np.append(self.given.length, -1)
            self.given.basis = np.append(self.given.basis, BASES.index("measured"))  # type: ignore[arg-type]
            self.given.medium = np.append(self.given.medium, -1)  # type: ignore[arg-type]
        if "length" in value:
            length = self.scope.quantity(str(value["length"]), "length", (*path, "length"))
            self.given_columns()["length"][-1] = length
        if "medium" in value:
            index = self.classes.medium(self.any_build(), str(value["medium"]), (*path, "medium"))
            self.given_columns()["medium"][-1] = index

    def _class_of(self, a: int, z: int, value: dict[str, Any], path: Path) -> int:
        fabric, tier = self.census.column("fabric"), self.census.column("tier")
        own = value.get("fabric")
        for build in self.builds:
            if own is not None and build.name != own:
                continue
            if own is None and build.index not in {int(fabric[a]), int(fabric[z])}:
                continue
            low, high = sorted(int(tier[d]) if int(fabric[d]) == build.index else -1 for d in (a, z))
            for index, klass in enumerate(self.classes.items):
                if klass.fabric == build.index and (klass.lower, klass.upper) == (low, high):
                    return index
            return self.classes.add(
                build, f"tier{low}" if low >= 0 else "node", f"tier{high}", low, high, None
            )
        raise self.scope.stop(
            DANGLING, path, "the added link ends at no switch of a fabric: name its `fabric`"
        )


def make_draft(scope: Scope, census: Census, classes: Classes, builds: list[Build]) -> Draft:
    """Join the links of all fabrics."""
    blocks = [link for build in builds for link in build.links]
    sizes = [link.a_device.size for link in blocks]
    total = sum(sizes)
    columns = {name: np.empty(total, dtype=kind) for name, kind in LINK_TYPES.items()}
    at = 0
    for link, size in zip(blocks, sizes, strict=True):
        here = slice(at, at + size)
        for name, column in columns.items():
            column[here] = getattr(link, name)
        at += size
    changing = {name: census.column(name).copy() for name in ("state", "u", "origin")}
    draft = Draft(scope, census, classes, builds, columns, changing, Given(), np.zeros(total, dtype=bool))
    _shares(draft, blocks, sizes)
    _told(draft, blocks, sizes)
    return draft


def _shares(draft: Draft, blocks: list[Any], sizes: list[int]) -> None:
    """Twin ports to one peer share a cable: runs of `per_cable` links."""
    if not any(link.per_cable > 1 or link.cable_first is not None for link in blocks):
        return
    shared = np.arange(draft.size, dtype=np.int64)
    at = 0
    for link, size in zip(blocks, sizes, strict=True):
        if link.cable_first is not None:
            shared[at : at + size] = at + link.cable_first
        elif link.per_cable > 1:
            run = np.arange(size)
            shared[at : at + size] = at + run - run % link.per_cable
        at += size
    draft.given.shared = shared


def _told(draft: Draft, blocks: list[Any], sizes: list[int]) -> None:
    """Take over media, lengths and ids that lists and patterns give."""
    at = 0
    for link, size in zip(blocks, sizes, strict=True):
        told = link.told
        if told is not None:
            given = draft.given_columns()
            for name in ("length", "basis", "medium"):
                if name in told:
                    given[name][at : at + size] = told[name]
        if link.ids is not None:
            draft.given.ids = _Shifted(draft.given.ids, link.ids, at, size)  # type: ignore[assignment]
        at += size


@record(slots=True)
class _Shifted:
    """Cable ids of a list, looked up by link row; ids are spelled only when asked for."""

    before: Any
    column: Any
    first: int
    size: int
    rows: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def get(self, row: int, default: str | None = None) -> str | None:
        if self.first <= row < self.first + self.size:
            table, rows = self.column
            return table.text(int(rows[row - self.first])) or default
        return self.before.get(row, default) if self.before else default

    def hashes(self, links: int) -> np.ndarray:
        """Return a number per link that is the same for the same id, 0 where there is none."""
        found = self.before.hashes(links) if self.before else np.zeros(links, dtype=np.uint64)
        table, rows = self.column
        found[self.first : self.first + self.size] = np.where(table.empty()[rows], 0, table.hashes()[rows])
        return np.asarray(found)

    def __bool__(self) -> bool:
        return True


__all__ = ["Draft", "make_draft", "units"]
