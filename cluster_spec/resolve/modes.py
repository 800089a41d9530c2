"""Cage modes of listed switches: a list that names ports of another mode says how the cages run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.catalog.layouts import labels_by_mode
from cluster_spec.columns import member

if TYPE_CHECKING:
    from cluster_spec.resolve.lookup import Names
    from cluster_spec.resolve.step import Build
    from cluster_spec.source.table import Table


def fit_modes(build: Build, table: Table, names: Names) -> None:
    """Give switches of the fabric the cage modes that the port labels of a list ask for.

    Only switches with a label that their ports as they come lack, and another mode has, are touched; a label that
    no mode has stays unknown.
    """
    census = build.stage.census
    own = census.column("fabric") == build.index
    used: dict[int, set[str]] = {}
    known: dict[int, dict[str, list[tuple[str, str]]]] = {}

    def modes_of(device: int) -> dict[str, list[tuple[str, str]]]:
        part = int(names.part[device])
        if part not in known:
            known[part] = labels_by_mode(build.stage.hardware.parts[part])
        return known[part]

    for side in ("a", "z"):
        devices = names.devices_of(table.columns[f"{side}_device"])
        column = table.columns[f"{side}_port"]
        ports = names.ports_of(devices, column)
        missed = np.flatnonzero((ports < 0) & (devices >= 0))
        missed = missed[own[devices[missed]]]
        elsewhere = [row for row in missed.tolist() if column.text(row) in modes_of(int(devices[row]))]
        for row in np.flatnonzero(member(devices, devices[elsewhere])).tolist() if elsewhere else ():
            used.setdefault(int(devices[row]), set()).add(column.text(row))
    chosen: dict[tuple[int, frozenset[str]], int] = {}
    for device, labels in used.items():
        part = int(names.part[device])
        key = (part, frozenset(labels))
        if key not in chosen:
            modes = _modes(modes_of(device), labels)
            chosen[key] = build.stage.hardware.layout(part, modes) if modes else -1
        if chosen[key] >= 0:
            census.relayout(device, chosen[key])
            names.layout[device] = chosen[key]


def _modes(known: dict[str, list[tuple[str, str]]], labels: set[str]) -> dict[str, str]:
    """Return per cage the one mode that has all labels used in it."""
    options: dict[str, set[str]] = {}
    for label in labels:
        by_cage: dict[str, set[str]] = {}
        for cage, mode in known.get(label, ()):
            by_cage.setdefault(cage, set()).add(mode)
        for cage, modes in by_cage.items():
            options[cage] = options[cage] & modes if cage in options else modes
    return {cage: min(modes) for cage, modes in options.items() if modes}
