"""What the steps of building a fabric share: links, a tier at final extent, the fabric while it is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.columns import distinct
from cluster_spec.diagnostics import DANGLING, SHAPE, SIZE_BUDGET
from cluster_spec.model.namespace import NameTable
from cluster_spec.names.bracket import MAX_SIZE
from cluster_spec.records import field, record

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Path
    from cluster_spec.resolve.classes import Classes
    from cluster_spec.resolve.devices import Stage
    from cluster_spec.resolve.endpoints import Ends
    from cluster_spec.resolve.ports import Ports


@record(slots=True, eq=False)
class Links:
    """Links as they are made: device rows and port indices in the layouts of both ends."""

    a_device: np.ndarray
    a_port: np.ndarray
    z_device: np.ndarray
    z_port: np.ndarray
    klass: Any
    origin: Any
    phase: Any = -1
    state: Any = 0
    per_cable: int = 1
    cable_first: np.ndarray | None = None
    told: dict[str, np.ndarray] | None = None
    ids: Any = None


@record(slots=True, eq=False)
class Step:
    """One tier at final extent: groups by `per`, then index. `device` is -1 for what is not built."""

    name: str
    path: Path
    tier: Any
    part: int
    per: tuple[str, ...]
    keys: np.ndarray
    group: np.ndarray
    index: np.ndarray
    offsets: np.ndarray
    ports: Ports
    exists: np.ndarray
    why: str
    coordinates: dict[str, np.ndarray] = field(default_factory=dict)
    disagree: dict[str, np.ndarray] = field(default_factory=dict)
    device: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    rates: tuple[int | None, int | None] = (None, None)
    halves: int = 1

    @property
    def size(self) -> int:
        """How many switches the tier has at final extent."""
        return int(self.group.size)


@record(slots=True)
class Build:
    """A fabric while its tiers are built."""

    stage: Stage
    name: str
    path: Path
    fabric: Any
    index: int
    ends: Ends
    classes: Classes
    wanted: frozenset[str] = frozenset()
    steps: list[Step] = field(default_factory=list)
    links: list[Links] = field(default_factory=list)


class Values:
    """The values of a coordinate behind each switch, looked up only when they disagree."""

    def __init__(self, column: np.ndarray, owner: np.ndarray) -> None:
        self.column, self.owner = column, owner

    def __getitem__(self, switch: int) -> np.ndarray:
        return distinct(self.column[self.owner == switch])


class GroupValues:
    """The values of a coordinate behind each switch of a group, looked up only when they disagree."""

    def __init__(self, column: np.ndarray, group: np.ndarray, groups: np.ndarray) -> None:
        self.column, self.group, self.groups = column, group, groups

    def __getitem__(self, switch: int) -> np.ndarray:
        return distinct(self.column[self.group == self.groups[switch]])


def columns(build: Build, step: Step | None, names: list[str], path: Path) -> list[np.ndarray]:
    """Return the coordinate columns of endpoints (step None) or switches, each known everywhere."""
    known = build.ends.coordinates if step is None else step.coordinates
    columns: list[np.ndarray] = []
    for i, name in enumerate(names):
        where = (*path, "per", i)
        if name not in known:
            tiers = [s.name for s in build.steps]
            public = sorted({k for k in build.ends.coordinates if not k.startswith("_")} | set(tiers))
            raise build.stage.scope.dangling(where, name, "coordinate", public)
        column = known[name]
        if step is not None and step.disagree.get(name, np.zeros(1, bool)).any():
            _say_disagreement(build, step, name, where)
        if column.size and int(column.min()) < 0:
            raise build.stage.scope.stop(DANGLING, where, _lacking(build, step, name, column))
        if name == "rack" and "_rack_family" in known:
            columns.append(known["_rack_family"])
        columns.append(column)
    return columns


def _lacking(build: Build, step: Step | None, name: str, column: np.ndarray) -> str:
    """Word who lacks a coordinate."""
    if step is not None:
        return f"{step.name} switches have no coordinate {name}"
    ends = build.ends
    lost = np.flatnonzero(column < 0)
    built = lost[ends.device[lost] >= 0]
    devices = distinct(ends.device[built])
    who = (
        NameTable(tuple(build.stage.census.groups)).fold(devices) if devices.size else "what is not built yet"
    )
    return f"{who} ({ends.sets[int(ends.member[lost[0]])]}): no coordinate {name}"


def _say_disagreement(build: Build, step: Step, name: str, where: Path) -> None:
    """A switch has a coordinate when all it serves agree; show two that do not."""
    switch = int(np.flatnonzero(step.disagree[name])[0])
    values = sorted(set(step.coordinates[f"_values_{name}"][switch].tolist()))
    raise build.stage.scope.stop(
        SHAPE,
        where,
        f"{step.name} {switch + 1} serves {name} {values[0]} and {name} {values[1]}: it has no one {name}",
    )


def affordable(build: Build, name: str, total: int, path: Path) -> None:
    """Stop where a tier comes to more switches than a range may have names."""
    if total > MAX_SIZE:
        message = f"{name} comes to {total:,} switches, at most {MAX_SIZE:,} are built"
        raise build.stage.scope.stop(SIZE_BUDGET, path, message, key=True)
