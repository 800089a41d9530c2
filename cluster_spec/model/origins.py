"""Where a row comes from: one integer per row into a table of manifest paths and link-list lines."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from cluster_spec.records import record

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from cluster_spec.diagnostics import Location, Path


@record(frozen=True, slots=True, eq=False)
class ListBlock:
    """The lines of one link list: origins `first` onwards are its rows."""

    first: int
    file: str
    lines: np.ndarray
    path: Path


@record(frozen=True, slots=True, eq=False)
class Origins:
    """Origins below `len(paths)` are manifest paths; above them come the rows of link lists.

    `place` turns a path into a location: `place(path, key)`.
    """

    paths: tuple[Path, ...]
    blocks: tuple[ListBlock, ...]
    place: Callable[[Path, bool], Location]
    at: Callable[[str, int], Location]

    def path(self, origin: int) -> Path:
        """Return the manifest path of an origin (the `links` entry for a row of a list)."""
        if origin < len(self.paths):
            return self.paths[origin]
        return self._block(origin).path

    def location(self, origin: int) -> Location:
        """Return the file, line and column of an origin."""
        if origin < len(self.paths):
            return self.key_place(self.paths[origin])
        block = self._block(origin)
        return self.at(block.file, int(block.lines[origin - block.first]))

    def key_place(self, path: Path) -> Location:
        """Return where the key of a manifest path stands."""
        return self.place(path, True)  # noqa: FBT003 - the interface of a source

    def is_list(self, origin: int) -> bool:
        """Whether the origin is a line of a link list."""
        return origin >= len(self.paths)

    def _block(self, origin: int) -> ListBlock:
        return self.blocks[bisect_right([b.first for b in self.blocks], origin) - 1]
