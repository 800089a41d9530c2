"""Port layouts of parts as columns, as they come or with chosen cage modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.catalog.ports import mode_ports
from cluster_spec.model.parts import ROLES, Layout
from cluster_spec.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from cluster_spec.model.parts import CageType, Part, PortType


def layout(part: Part, part_index: int, modes: Mapping[str, str] | None = None) -> Layout:
    """Return the ports of a part; `modes` maps cage labels to the mode that a zone chose for them.

    Cages that `modes` does not name keep their ports as they come. Port order is cage order, then the ports
    without a cage; the fabric ports are numbered from 1 in that order when a mode was chosen. KeyError for a
    cage or a mode that the part does not have: ask `modes_missing` first.
    """
    ports = part.ports if not modes else _chosen(part, modes)
    cage = _column(port.cage for port in ports)
    return Layout(
        part=part_index,
        cages=part.cages,
        ports=ports,
        cage=cage,
        half=_column(_half(port) for port in ports),
        role=_column(ROLES.index(port.role) for port in ports),
        kind=_kinds(ports, part.cages),
        element=_column(port.element for port in ports),
    )


def modes_missing(part: Part, modes: Mapping[str, str]) -> list[str]:
    """Return the cages (`cage9`) and modes (`cage1 3x100`) of a choice that the part does not have."""
    cages = {cage.label: cage for cage in part.cages}
    return [
        label if label not in cages else f"{label} {mode}"
        for label, mode in modes.items()
        if label not in cages or mode not in cages[label].modes
    ]


def labels_by_mode(part: Part) -> dict[str, list[tuple[str, str]]]:
    """Return for each port label of any mode the cages and modes that have it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for index, cage in enumerate(part.cages):
        for mode in cage.modes:
            for port in mode_ports(cage, index, mode, 1):
                found.setdefault(port.label, []).append((cage.label, mode))
    return found


def _chosen(part: Part, modes: Mapping[str, str]) -> tuple[PortType, ...]:
    labels = {cage.label: index for index, cage in enumerate(part.cages)}
    chosen = {labels[label]: mode for label, mode in modes.items()}
    by_cage: dict[int, list[PortType]] = {}
    for port in part.ports:
        by_cage.setdefault(port.cage, []).append(port)
    made: list[PortType] = []
    for index, cage in enumerate(part.cages):
        if index in chosen:
            if chosen[index] not in cage.modes:
                raise KeyError(chosen[index])
            made += mode_ports(cage, index, chosen[index], len(made) + 1)
        else:
            made += [replace(port, number=len(made) + k) for k, port in enumerate(by_cage.get(index, ()), 1)]
    return (*made, *by_cage.get(-1, ()))


def _half(port: PortType) -> int:
    if port.cage < 0:
        return -1
    return port.lane // port.lanes if port.lanes else 0


def _kinds(ports: Iterable[PortType], cages: tuple[CageType, ...]) -> NDArray[np.int32]:
    """Number ports by equality of every fact that a link rule reads."""
    seen: dict[tuple[object, ...], int] = {}
    facts = [(cage.form, tuple(cage.modes), cage.power) for cage in cages]
    return _column(
        seen.setdefault(
            (
                port.role,
                port.form,
                port.face,
                port.rate,
                port.lane_rate,
                port.modulation,
                port.lanes,
                port.protocols,
                port.nic is not None,
                facts[port.cage] if port.cage >= 0 else None,
            ),
            len(seen),
        )
        for port in ports
    )


def _column(values: Iterable[int]) -> NDArray[np.int32]:
    column = np.fromiter(values, dtype=np.int32)
    column.flags.writeable = False
    return column
