"""Small set operations on integer columns, without the detour of NumPy's own through masked arrays.

`np.unique` and what stands on it import `numpy.ma` when first called, a tenth of a small cluster's whole run.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def distinct(values: np.ndarray) -> np.ndarray:
    """Return the sorted distinct values of a column of integers, bytes or booleans."""
    ordered = np.sort(np.asarray(values), axis=None)
    if ordered.size <= 1:
        return ordered
    keep = np.empty(ordered.size, dtype=bool)
    keep[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=keep[1:])
    return np.asarray(ordered[keep])


def counted(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sorted distinct values and how often each occurs."""
    ordered = np.sort(np.asarray(values), axis=None)
    starts = _starts(ordered)
    return ordered[starts], np.diff(np.r_[starts, ordered.size])


def _starts(ordered: np.ndarray) -> np.ndarray:
    """Return where runs of equal values begin."""
    if not ordered.size:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])


def member(values: np.ndarray, chosen: Any) -> np.ndarray:
    """Return which values occur in `chosen`."""
    found = distinct(np.asarray(chosen))
    if not found.size:
        return np.zeros(np.shape(values), dtype=bool)
    at = np.minimum(np.searchsorted(found, values), found.size - 1)
    return np.asarray(found[at] == values)


def common(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the sorted distinct values that occur in both."""
    found = distinct(one)
    return np.asarray(found[member(found, other)])
