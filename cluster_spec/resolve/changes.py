"""`exceptions`: what differs from what was generated, after generation and before checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.columns import member
from cluster_spec.diagnostics import DANGLING, EXCEPTION, PHANTOM_PORT, SHAPE, Path, Related
from cluster_spec.model.tables import BASES, STATES
from cluster_spec.records import field, record
from cluster_spec.resolve.built import Omission
from cluster_spec.resolve.scope import Stop, nearest
from cluster_spec.resolve.values import MILLI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.resolve.draft import Draft
    from cluster_spec.resolve.scope import Scope

OMITTED_EARLY = {"nodes": "nodes", "ultra_nodes": "ultra-nodes", "racks": "racks"}
DEVICE_FIELDS = ("state", "u")
LINK_FIELDS = ("state", "length", "medium")
VERBS = ("set", "move", "omit", "add")


def omissions(scope: Scope, changes: Mapping[str, Any]) -> list[Omission]:
    """Return the exceptions that omit nodes, ultra-nodes or racks: they keep their numbers and are not built."""
    found = []
    for name in sorted(changes):
        change, path = changes[name], ("exceptions", name)
        if change.omit and isinstance(change.of, dict) and scope.holds(change.when, (*path, "when")):
            found += [
                Omission(OMITTED_EARLY[kind], str(text), path)
                for kind, text in change.of.items()
                if kind in OMITTED_EARLY
            ]
    return found


@record(slots=True)
class Changes:
    """Applies exceptions to a draft; remembers which exception touched which field of which row."""

    draft: Draft
    seen: dict[tuple[str, str, int], str] = field(default_factory=dict)

    def apply(self, changes: Mapping[str, Any], early: list[Omission]) -> None:
        """Apply all exceptions, by name."""
        scope = self.draft.scope
        for name in sorted(changes):
            change, path = changes[name], ("exceptions", name)
            try:
                if not scope.holds(change.when, (*path, "when")):
                    continue
                verbs = [v for v in VERBS if getattr(change, v) is not None]
                if len(verbs) != 1:
                    raise scope.stop(
                        EXCEPTION, path, f"{name}: exactly one of set, move, omit, add", key=True
                    )
                if any(o.path == path for o in early):
                    self._met(path, early)
                    continue
                getattr(self, f"_{verbs[0]}")(name, change, path)
            except Stop:
                continue

    def _met(self, path: Path, early: list[Omission]) -> None:
        for omission in early:
            if omission.path == path and not omission.met:
                scope = self.draft.scope
                raise scope.follow("device") or scope.stop(
                    EXCEPTION, (*path, "of"), f"{path[1]}: {omission.text} matches nothing"
                )

    # -- what an exception speaks of ----------------------------------------------------------------------------

    def _rows(self, name: str, change: Any, path: Path) -> tuple[str, np.ndarray]:
        """Return the table and rows that `of` selects; nothing is a finding."""
        from cluster_spec.analysis.select import SETS, select_rows

        scope, of = self.draft.scope, change.of
        if not of:
            raise scope.stop(EXCEPTION, path, f"{name}: `of` says what it is about", key=True)
        if isinstance(of, str):
            of = {"devices": of}
        kind = next(iter(of))
        if kind not in SETS:
            raise scope.stop(
                EXCEPTION, (*path, "of"), f"{name}: {kind!r} is no set", help=nearest(kind, sorted(SETS))
            )
        table = SETS[kind]
        rows = select_rows(self.draft.view(), table, of)
        if not rows.size and self._later(str(of[kind])):
            raise Stop
        if not rows.size:
            raise scope.follow("device") or scope.stop(
                EXCEPTION, (*path, "of"), f"{name}: {of[kind]} matches nothing"
            )
        return table, rows

    def _later(self, text: str) -> bool:
        """Whether a set names only what is declared and not built in this run."""
        stage = self.draft.builds[0].stage if self.draft.builds else None
        if stage is None:
            return False
        pieces = [p for r in self.draft.scope.ranges(text, ("exceptions",)) if not r.wild for p in r.names()]
        names = [p.split(":")[1] if ":" in p else p.split(" ")[0] for p in pieces]
        return bool(names) and all(stage.foreseen(n) for n in names)

    def _claim(self, name: str, path: Path, table: str, key: str, rows: np.ndarray) -> None:
        """Two exceptions on one field conflict."""
        for row in rows.tolist():
            other = self.seen.setdefault((table, key, row), name)
            if other != name:
                raise self.draft.scope.stop(
                    EXCEPTION,
                    path,
                    f"{name} and {other} both change {key}",
                    key=True,
                    related=[
                        Related("the other one", self.draft.scope.place(("exceptions", other), key=True))
                    ],
                )

    # -- the four verbs ---------------------------------------------------------------------------------------

    def _set(self, name: str, change: Any, path: Path) -> None:
        table, rows = self._rows(name, change, path)
        known = DEVICE_FIELDS if table == "devices" else LINK_FIELDS
        if table not in {"devices", "links", "cables"}:
            raise self.draft.scope.stop(
                EXCEPTION, (*path, "of"), f"{name}: set works on devices, links and cables"
            )
        links = self._links(table, rows) if table != "devices" else rows
        for key, value in change.set.items():
            if key not in known:
                raise self.draft.scope.stop(
                    EXCEPTION, (*path, "set", key), f"{name}: {key!r} cannot be set here", key=True,
                    help=nearest(key, list(known)),
                )  # fmt: skip
            self._claim(name, path, table, key, links)
            if table == "devices":
                self._set_device(key, value, rows, (*path, "set", key))
            else:
                self._set_link(key, value, links, (*path, "set", key))
        if table == "devices":
            self.draft.columns["origin"][rows] = self.draft.scope.origin(*path)
        else:
            self.draft.links["origin"][links] = self.draft.scope.origin(*path)

    def _links(self, table: str, rows: np.ndarray) -> np.ndarray:
        return rows if table == "links" else np.flatnonzero(member(self.draft.cable_of(), rows))

    def _state(self, value: object, path: Path) -> int:
        if value not in STATES:
            raise self.draft.scope.dangling(path, str(value), "state", STATES)
        return STATES.index(str(value))

    def _set_device(self, key: str, value: Any, rows: np.ndarray, path: Path) -> None:
        if key == "state":
            self.draft.columns["state"][rows] = self._state(value, path)
        elif isinstance(value, int | float):
            self.draft.columns["u"][rows] = int(value * MILLI)
        else:
            raise self.draft.scope.stop(SHAPE, path, f"u: {value!r} is no number")

    def _set_link(self, key: str, value: Any, links: np.ndarray, path: Path) -> None:
        given = self.draft.given_columns()
        if key == "state":
            self.draft.links["state"][links] = self._state(value, path)
        elif key == "length":
            given["length"][links] = self.draft.scope.quantity(str(value), "length", path)
            given["basis"][links] = BASES.index("measured")
        else:
            given["medium"][links] = self.draft.classes.medium(self.draft.any_build(), str(value), path)

    def _omit(self, name: str, change: Any, path: Path) -> None:
        table, rows = self._rows(name, change, path)
        if table == "devices":
            raise self.draft.scope.stop(
                EXCEPTION,
                (*path, "of"),
                f"{name}: omit nodes with `{{nodes: ...}}`; a switch stays, set its state to broken",
            )
        if table not in {"links", "cables"}:
            raise self.draft.scope.stop(EXCEPTION, (*path, "of"), f"{name}: {table} cannot be omitted")
        links = self._links(table, rows)
        self._claim(name, path, "links", "omit", links)
        self.draft.omitted[links] = True

    def _move(self, name: str, change: Any, path: Path) -> None:
        table, rows = self._rows(name, change, path)
        links = self._links(table, rows) if table in {"links", "cables"} else np.zeros(0, np.int64)
        if links.size != 1:
            raise self.draft.scope.stop(
                EXCEPTION, (*path, "of"), f"{name}: move takes one link, found {links.size}"
            )
        for side, text in change.move.items():
            self._claim(name, path, "links", side, links)
            device, port = self.end(text, (*path, "move", side))
            self.draft.links[f"{side}_device"][links] = device
            self.draft.links[f"{side}_port"][links] = port
        self.draft.links["origin"][links] = self.draft.scope.origin(*path)

    def _add(self, name: str, change: Any, path: Path) -> None:
        value = change.add.get("link", change.add)
        where = (*path, "add", "link") if "link" in change.add else (*path, "add")
        if not isinstance(value, dict) or not {"a", "z"} <= value.keys():
            raise self.draft.scope.stop(
                EXCEPTION,
                (*path, "add"),
                f'{name}: add takes {{link: {{a: "DEVICE PORT", z: "DEVICE PORT"}}}}',
            )
        a, z = (self.end(str(value[side]), (*where, side)) for side in ("a", "z"))
        self.draft.add_link(a, z, value, where, self.draft.scope.origin(*path))
        del name

    def end(self, text: str, path: Path) -> tuple[int, int]:
        """Return device row and port index of `DEVICE PORT`."""
        names = self.draft.names()
        device, _, port = text.rpartition(" ")
        row = names.devices([device])
        if row[0] < 0:
            scope = self.draft.scope
            raise scope.follow("device") or scope.stop(
                DANGLING, path, f"{device!r} is no device", help=names.near(device)
            )
        index = int(names.ports(row, [port])[0])
        if index < 0:
            raise self.draft.scope.stop(
                PHANTOM_PORT, path, f"{device} has no port {port!r}", help=names.port_help(int(row[0]))
            )
        return int(row[0]), index
