"""Natural order of names (`n2` before `n10`) in bulk: a rank per row, without a Python object per name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.names import natural_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cluster_spec.model.namespace import NameGroup, NameTable

_RUNS = re.compile(r"[0-9]+")
_NONE = np.iinfo(np.int64).min


def natural_ranks(names: NameTable) -> np.ndarray:
    """Return the place of every row in natural order (int64)."""
    size = len(names)
    fields = [_fields(group) for group in names.groups]
    if any(own is None for own in fields):
        return _slowly(names)
    texts = sorted({t for own in fields for t in (own or ()) if isinstance(t, str)})
    number = {text: i for i, text in enumerate(texts)}
    depth = max((len(own or ()) for own in fields), default=0)
    columns = np.full((depth, size), _NONE, dtype=np.int64)
    for group, own in zip(names.groups, fields, strict=True):
        rows = slice(group.first, group.first + group.count)
        for level, value in enumerate(own or ()):
            columns[level, rows] = number[value] if isinstance(value, str) else value
    order = np.lexsort(columns[::-1]) if depth else np.arange(size)
    ranks = np.empty(size, dtype=np.int64)
    ranks[order] = np.arange(size)
    return ranks


def _fields(group: NameGroup) -> list[str | int | np.ndarray] | None:
    """Return texts and numbers in turn, text first; None where a bracket touches digits or is a letter."""
    if any(group.letters):
        return None
    found: list[str | int | np.ndarray] = []
    for index, literal in enumerate(group.literals):
        pieces = _RUNS.split(literal)
        digits = [int(run) for run in _RUNS.findall(literal)]
        if (index and not pieces[0] and digits) or (index < len(group.columns) and not pieces[-1] and digits):
            return None
        if index and not literal and index < len(group.columns):
            return None
        for piece, run in zip(pieces, [*digits, None], strict=True):
            found.append(piece)
            if run is not None:
                found.append(run)
        if index < len(group.columns):
            found.append(np.asarray(group.columns[index], dtype=np.int64))
    return found


def _slowly(names: NameTable) -> np.ndarray:
    spelled = [name.decode() for name in names.spelled().tolist()]
    return ranks_of(spelled)


def ranks_of(texts: Sequence[str]) -> np.ndarray:
    """Return the place of every text in natural order."""
    ranks = np.empty(len(texts), dtype=np.int64)
    ranks[sorted(range(len(texts)), key=lambda i: natural_key(texts[i]))] = np.arange(len(texts))
    return ranks
