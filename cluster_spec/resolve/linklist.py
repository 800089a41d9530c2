"""Link lists: rows of a CSV become links, with their own media, lengths, ids, phases and states."""

from __future__ import annotations

from itertools import islice
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.diagnostics import DANGLING, PHANTOM_PORT, SHAPE, UNREADABLE, Code
from cluster_spec.model.origins import ListBlock
from cluster_spec.model.tables import BASES, STATES
from cluster_spec.records import record
from cluster_spec.resolve.modes import fit_modes
from cluster_spec.resolve.scope import Stop, nearest
from cluster_spec.resolve.step import Links
from cluster_spec.resolve.wiring import PENDING
from cluster_spec.source.table import Table, read_table

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Path
    from cluster_spec.resolve.lookup import Names
    from cluster_spec.resolve.step import Build

REQUIRED = ("a_device", "a_port", "z_device", "z_port")
TOLD, HELPED = 50, 10
"""How many unknown devices of a column are named, and for how many of them the nearest name is looked for."""
OPTIONAL = ("medium", "length_m", "length_basis", "cable_id", "phase", "state", "fabric")


def add_lists(build: Build, names: Names, blocks: list[ListBlock], first: int) -> None:
    """Turn the link lists of a fabric into links; each line has an origin of its own, from `first` on."""
    for listed in resolve_lists(build, names):
        start = first + sum(b.lines.size for b in blocks)
        blocks.append(ListBlock(start, listed.table.file, listed.table.line, listed.path))
        link = Links(
            listed.a_device,
            listed.a_port,
            listed.z_device,
            listed.z_port,
            PENDING,
            start + listed.row,
            listed.phase,
            listed.state,
        )
        if any(name in listed.table.columns for name in ("medium", "length_m")):
            link.told = {"medium": listed.medium, "length": listed.length, "basis": listed.basis}
        if "cable_id" in listed.table.columns:
            column = listed.table.columns["cable_id"]
            link.ids = (column, listed.row)
            link.cable_first = _same_cable(column, listed)
        build.links.append(link)


def _same_cable(column: Any, listed: Listed) -> np.ndarray | None:
    """Return for each link the first one with the same cable id; None when all differ.

    A cable joins two devices: an id that also stands between others is written twice by mistake, not shared.
    """
    rows = listed.row
    hashed = column.hashes()[rows]
    empty = column.empty()[rows]
    unique, first, inverse = np.unique(hashed, return_index=True, return_inverse=True)
    if unique.size == rows.size:
        return None
    shared = first[inverse]
    low = np.minimum(listed.a_device, listed.z_device)
    high = np.maximum(listed.a_device, listed.z_device)
    apart = empty | (low != low[shared]) | (high != high[shared])
    return np.where(apart, np.arange(rows.size), shared)


@record(slots=True, eq=False)
class Listed:
    """Links of one list: rows kept, their ends, and what the list says about them (-1 where it says nothing)."""

    table: Table
    path: Path
    row: np.ndarray
    a_device: np.ndarray
    a_port: np.ndarray
    z_device: np.ndarray
    z_port: np.ndarray
    medium: np.ndarray
    length: np.ndarray
    basis: np.ndarray
    phase: np.ndarray
    state: np.ndarray
    external: int = 0


def resolve_lists(build: Build, names: Names) -> list[Listed]:
    """Read the link lists of a fabric: one file, or several by name."""
    value = build.fabric.links
    if value is None:
        return []
    files: dict[tuple[str, ...], str] = (
        {(): value} if isinstance(value, str) else {(k,): value[k] for k in sorted(value)}
    )
    result = []
    for key, file in files.items():
        path = (*build.path, "links", *key)
        try:
            result.append(_read(build, file, path, names))
        except Stop:
            continue
    return result


def _read(build: Build, file: str, path: Path, names: Names) -> Listed:
    scope, root = build.stage.scope, FilePath(build.stage.scope.source.root)
    where = scope.place(path)
    target = (root / FilePath(where.file).parent / file).resolve()
    if not target.is_relative_to(root.resolve()):
        raise scope.stop(DANGLING, path, f"{file} lies outside the project")
    if not target.is_file():
        raise scope.stop(UNREADABLE, path, f"list {file} is no file of this project")
    outcome = read_table(target, root.resolve(), REQUIRED, OPTIONAL)
    scope.findings.items.extend(outcome.findings)
    if outcome.value is None or outcome.failed:
        raise Stop
    table = outcome.value
    rows = _own_rows(build, table)
    fit_modes(build, table, names)
    ends: dict[str, np.ndarray] = {}
    for side in ("a", "z"):
        devices = names.devices_of(table.columns[f"{side}_device"])
        _unknown_devices(build, table, side, devices, rows, names)
        ports = names.ports_of(devices, table.columns[f"{side}_port"])
        _unknown_ports(build, table, side, devices, ports, rows, names)
        ends[f"{side}_device"], ends[f"{side}_port"] = devices, ports
    keep = (ends["a_device"] >= 0) & (ends["z_device"] >= 0) & (ends["a_port"] >= 0) & (ends["z_port"] >= 0)
    if rows is not None:
        keep &= rows
    everything = bool(keep.all())
    kept = np.arange(table.rows) if everything else np.flatnonzero(keep)
    more = _details(build, table, path)
    picked = ends | more if everything else {k: v[kept] for k, v in (ends | more).items()}
    return Listed(table, path, kept, **picked)  # type: ignore[arg-type]


def _own_rows(build: Build, table: Table) -> np.ndarray | None:
    """With a `fabric` column, only the rows of this fabric count."""
    column = table.columns.get("fabric")
    if column is None:
        return None
    codes, distinct = column.codes()
    own = np.array([d in {"", build.name} for d in distinct], dtype=bool)
    return np.asarray(own[codes])


def _unknown_devices(
    build: Build, table: Table, side: str, devices: np.ndarray, rows: np.ndarray | None, names: Names
) -> None:
    lost = np.flatnonzero((devices < 0) if rows is None else (devices < 0) & rows)
    if not lost.size:
        return
    if (gone := build.stage.scope.follow("device")) is not None:
        raise gone
    column = table.columns[f"{side}_device"]
    external = build.stage.externals
    told: dict[str, list[int]] = {}
    for row in lost[:10_000].tolist():
        name = column.text(row)
        if name not in external:
            told.setdefault(name, []).append(row)
    for number, (name, rows_of) in enumerate(islice(told.items(), TOLD)):
        near = names.near(name) if number < HELPED else None
        _say(
            build, table, DANGLING, rows_of[0], f"{side}_device", f"{name!r} is no device", len(rows_of), near
        )


def _unknown_ports(
    build: Build,
    table: Table,
    side: str,
    devices: np.ndarray,
    ports: np.ndarray,
    rows: np.ndarray | None,
    names: Names,
) -> None:
    bad = (devices >= 0) & (ports < 0)
    lost = np.flatnonzero(bad if rows is None else bad & rows)
    if not lost.size:
        return
    row = int(lost[0])
    device = names.table.spell(int(devices[row]))
    port = table.columns[f"{side}_port"].text(row)
    _say(
        build, table, PHANTOM_PORT, row, f"{side}_port", f"{device} has no port {port!r}", int(lost.size),
        names.port_help(int(devices[row])),
    )  # fmt: skip


def _say(
    build: Build, table: Table, code: Code, row: int, column: str, message: str, count: int, help_: str | None
) -> None:
    more = f" (and {count - 1:,} more rows)" if count > 1 else ""
    build.stage.scope.findings.add(
        code, message + more, table.location(row, column), help=help_, path=(*build.path, "links")
    )


def _details(build: Build, table: Table, path: Path) -> dict[str, np.ndarray]:
    """Return media, lengths, phases and states as the list gives them."""
    n = table.rows
    details: dict[str, np.ndarray] = {
        "medium": np.full(n, -1, dtype=np.int8),
        "length": np.full(n, -1, dtype=np.int64),
        "basis": np.full(n, BASES.index("measured"), dtype=np.int8),
        "phase": np.full(n, -1, dtype=np.int16),
        "state": np.zeros(n, dtype=np.int8),
    }
    columns = table.columns
    if "length_m" in columns:
        length, valid = columns["length_m"].numbers()
        bad = np.flatnonzero((~valid | (length <= 0)) & ~columns["length_m"].empty())
        if bad.size:
            text = columns["length_m"].text(int(bad[0]))
            _say(
                build,
                table,
                SHAPE,
                int(bad[0]),
                "length_m",
                f"length_m: {text!r} is no length in metres",
                bad.size,
                None,
            )
        details["length"] = np.where(valid & (length > 0), length, -1)
    choices = {
        "medium": (None, "medium"),
        "phase": (build.stage.phases, "phase"),
        "state": (list(STATES), "state"),
        "length_basis": (list(BASES), "length basis"),
    }
    for name, (known, kind) in choices.items():
        if name in columns:
            target = "basis" if name == "length_basis" else name
            details[target] = _choice(build, table, name, known, kind, path).astype(details[target].dtype)
    details["state"] = np.maximum(details["state"], 0)
    details["basis"] = np.where(details["basis"] < 0, BASES.index("measured"), details["basis"])
    return details


def _choice(
    build: Build, table: Table, name: str, known: list[str] | None, kind: str, path: Path
) -> np.ndarray:
    codes, distinct = table.columns[name].codes()
    number = np.full(max(len(distinct), 1), -1, dtype=np.int64)
    for i, text in enumerate(distinct):
        if not text:
            continue
        if known is None:
            number[i] = build.classes.medium(build, text, path)
        elif text in known:
            number[i] = known.index(text)
        else:
            row = int(np.flatnonzero(codes == i)[0])
            count = int((codes == i).sum())
            _say(build, table, DANGLING, row, name, f"{text!r} is no {kind}", count, nearest(text, known))
    return np.asarray(number[codes]) if codes.size else np.zeros(0, dtype=np.int64)
