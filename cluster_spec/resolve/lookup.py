"""Devices and ports by their spelled names, for patterns and link lists."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.model.namespace import NameTable
from cluster_spec.source.lookup import NameIndex

if TYPE_CHECKING:
    from cluster_spec.model.parts import Layout
    from cluster_spec.resolve.census import Census
    from cluster_spec.source.table_column import Column


NEAR = 20
"""How many names to each side are compared with one that is unknown: comparing is slow."""


class Names:
    """All devices there are when it is made; rows and port indices by name, whole columns at once."""

    UNKNOWN = -2

    def __init__(self, census: Census) -> None:
        self.table = NameTable(tuple(census.groups))
        self.layout = census.column("layout").copy()
        self.part = census.column("part")
        self.layouts = census.hardware.layouts
        self._by_name: dict[str, int] | None = None
        self._index: NameIndex | None = None
        self._sorted: tuple[list[str], list[str]] | None = None

    def devices(self, names: list[str]) -> np.ndarray:
        """Return device rows, UNKNOWN where there is none of the name."""
        if self._by_name is None:
            spelled = self.table.spelled()
            self._by_name = {name.decode(): row for row, name in enumerate(spelled.tolist())}
        return np.array([self._by_name.get(n, self.UNKNOWN) for n in names], dtype=np.int64)

    def devices_of(self, column: Column) -> np.ndarray:
        """Return device rows of a column of a list, -1 where there is none of the name."""
        if self._index is None:
            self._index = NameIndex(self.table.spelled())
        return self._index.find(column)

    def ports(self, devices: np.ndarray, labels: list[str]) -> np.ndarray:
        """Return port indices in the layouts of devices, -1 where there is no such port."""
        distinct = sorted(set(labels))
        table = self._port_table(distinct)
        code = {label: i for i, label in enumerate(distinct)}
        codes = np.array([code[label] for label in labels], dtype=np.int64)
        return np.where(devices >= 0, table[self.layout[devices], codes], -1)

    def ports_of(self, devices: np.ndarray, column: Column) -> np.ndarray:
        """Return port indices for a column of a list, -1 where there is no such port."""
        codes, distinct = column.codes()
        table = self._port_table(distinct)
        return np.where(devices >= 0, table[self.layout[devices], codes], -1)

    def _port_table(self, labels: list[str]) -> np.ndarray:
        table = np.full((max(len(self.layouts), 1), max(len(labels), 1)), -1, dtype=np.int32)
        for i, layout in enumerate(self.layouts):
            known = port_index(layout)
            table[i, : len(labels)] = [known.get(label, -1) for label in labels]
        return table

    def near(self, name: str) -> str | None:
        """Return "did you mean" for a device name."""
        from difflib import get_close_matches

        if self._sorted is None:
            self.devices([])
            assert self._by_name is not None
            known = list(self._by_name)[:20_000]
            self._sorted = sorted(known), sorted(n[::-1] for n in known)
        heads, tails = self._sorted
        close = get_close_matches(
            name, [*_around(heads, name), *(n[::-1] for n in _around(tails, name[::-1]))], n=1
        )
        return f"did you mean {close[0]}?" if close else None

    def port_help(self, device: int) -> str | None:
        """Return the ports of a device, for a message."""
        ports = self.layouts[int(self.layout[device])].ports
        if not ports:
            return "it has no ports"
        return f"it has {len(ports)} ports, {ports[0].label} to {ports[-1].label}"


def _around(ordered: list[str], name: str) -> list[str]:
    """Return the neighbours of a name in order: what it begins with is what they begin with."""
    at = bisect_left(ordered, name)
    return ordered[max(at - NEAR, 0) : at + NEAR]


def port_index(layout: Layout) -> dict[str, int]:
    """Return port index by label, by the system's name and by the protocol's number; labels win."""
    known: dict[str, int] = {}
    for i, port in enumerate(layout.ports):
        if port.number:
            known.setdefault(str(port.number), i)
        if port.os_name:
            known[port.os_name] = i
    for i, port in enumerate(layout.ports):
        known[port.label] = i
    return known
