"""Parts and port layouts, opened when they are first referenced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_spec.catalog import store
from cluster_spec.catalog.layouts import layout
from cluster_spec.diagnostics import DANGLING
from cluster_spec.records import field, record
from cluster_spec.resolve.scope import Stop, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path as FilePath

    from cluster_spec.diagnostics import Path
    from cluster_spec.model.parts import Layout, Part
    from cluster_spec.resolve.scope import Scope


Key = tuple[str, tuple[tuple[str, int], ...]]


@record(slots=True)
class Hardware:
    """The parts of one cluster by index, in the order in which they were first named."""

    scope: Scope
    overlay: Mapping[str, FilePath]
    root: FilePath
    assume: Mapping[str, Mapping[str, Any]]
    parts: list[Part] = field(default_factory=list)
    layouts: list[Layout] = field(default_factory=list)
    _index: dict[Key, int] = field(default_factory=dict)
    _layouts: dict[tuple[int, tuple[tuple[str, str], ...]], int] = field(default_factory=dict)
    _broken: set[str] = field(default_factory=set)

    def part(
        self,
        name: str,
        path: Path,
        kinds: tuple[str, ...] = (),
        arguments: Mapping[str, int] | None = None,
    ) -> int:
        """Return the index of a part; a name that the catalogue lacks, or of another kind, ends the section.

        `arguments` fill the part's parameters: one part with other arguments is another index.
        """
        key = (name, tuple(sorted((arguments or {}).items())))
        if name in self._broken:
            raise Stop
        if key not in self._index:
            self._open(name, path, key, arguments)
        index = self._index[key]
        kind = self.parts[index].kind
        if kinds and kind not in kinds:
            raise self.scope.stop(
                DANGLING, path, f"{name} is a {kind}, a {' or '.join(kinds)} is needed here"
            )
        return index

    def _open(self, name: str, path: Path, key: Key, arguments: Mapping[str, int] | None) -> None:
        outcome = store.open_part(
            name, self.overlay, self.root, arguments=arguments, where=self.scope.place(path)
        )
        self.scope.findings.items.extend(outcome.findings)
        part = outcome.value
        if part is not None and name in self.assume:
            part = self._assumed(part)
        if part is None:
            self._broken.add(name)
            raise Stop
        self._index[key] = len(self.parts)
        self.parts.append(part)

    def _assumed(self, part: Part) -> Part | None:
        values = dict(self.assume[part.name])
        because = str(values.pop("because", ""))
        path = ("assume", part.name)
        from cluster_spec.catalog.assume import apply_assumptions

        outcome = apply_assumptions(part, values, because, self.scope.place(path, key=True))
        self.scope.findings.items.extend(outcome.findings)
        return outcome.value

    def finish(self) -> None:
        """Report assumptions about parts that nothing uses: an assumption must not linger.

        Where a section has failed, it may be what uses them.
        """
        for name in self.assume if not self.scope.failed else ():
            if name not in {key[0] for key in self._index} and name not in self._broken:
                self.scope.report(
                    DANGLING,
                    ("assume", name),
                    f"assume names {name!r}, which nothing in this cluster uses",
                    key=True,
                    help=nearest(name, [p.name for p in self.parts]),
                )

    def layout(self, part: int, modes: Mapping[str, str] | None = None) -> int:
        """Return the index of the layout of a part in some cage modes (default: as it comes)."""
        key = (part, tuple(sorted((modes or {}).items())))
        if key not in self._layouts:
            self._layouts[key] = len(self.layouts)
            self.layouts.append(layout(self.parts[part], part, modes))
        return self._layouts[key]
