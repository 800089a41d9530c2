"""Where the values of a part stand, found when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cluster_spec.catalog.coverage import FACTS, leaves
from cluster_spec.diagnostics import Location

if TYPE_CHECKING:
    from collections.abc import Callable


class Lines(Mapping[str, Location]):
    """Maps the dotted path of a value (`power.max`) or a section to its place."""

    def __init__(self, locate: Callable[[tuple[str, ...]], Location], data: Mapping[str, Any]) -> None:
        self._locate = locate
        self._data = data

    def __getitem__(self, path: str) -> Location:
        return self._locate(split(path, self._data))

    def __iter__(self) -> Iterator[str]:
        for key in FACTS:
            if key in self._data:
                yield from leaves(self._data[key], key)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def split(path: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    """Split a dotted path along keys, which may hold dots themselves; KeyError when it leads nowhere."""
    steps: list[str] = []
    rest, value = path, data
    while rest:
        key = (
            next((k for k in value if rest == k or rest.startswith(f"{k}.")), None)
            if isinstance(value, dict)
            else None
        )
        if key is None:
            raise KeyError(path)
        steps.append(key)
        rest, value = rest[len(key) + 1 :], value[key]
    return tuple(steps)
