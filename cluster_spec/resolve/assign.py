"""Where many meet few: a name for each element, or `{of, assign: block q | stripe}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.diagnostics import DANGLING, RANGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.diagnostics import Path
    from cluster_spec.resolve.families import Entry, Section
    from cluster_spec.resolve.scope import Scope


def built_of(entry: Entry) -> np.ndarray:
    """Return which elements of an entry exist."""
    if not entry.built:
        return np.zeros(entry.size, dtype=bool)
    return np.ones(entry.size, dtype=bool) if entry.mask is None else entry.mask


def assigned(
    scope: Scope, section: Section, value: Any, path: Path, env: Mapping[str, Any], built: np.ndarray
) -> np.ndarray:
    """Resolve a source: a *one* field, or `{of, assign}` where element i goes to i // q or to i % size."""
    if isinstance(value, str):
        rows = section.one(scope, value, path, env, built.size, strict=False)
        text = value
    else:
        text = value.of
        pool = every_row(section, scope, text, (*path, "of"))
        rows = pool[_quotas(scope, value.assign, built.size, pool.size, (*path, "assign"), text)]
    if (built & (rows < 0)).any():
        raise scope.stop(
            DANGLING, path, f"{text}: names {section.kind} that are dropped by `when` or not built yet"
        )
    return rows


def every_row(section: Section, scope: Scope, text: str, path: Path) -> np.ndarray:
    """Return the rows that a *set* names, in written order; -1 where one is not built."""
    sets = section.family_sets(scope, text, path)
    return np.concatenate([family.rows[numbers] for family, numbers in sets] or [np.zeros(0, dtype=np.int64)])


def _quotas(scope: Scope, assign: str, count: int, pool: int, path: Path, text: str) -> np.ndarray:
    position = np.arange(count)
    if pool == 0:
        raise scope.stop(RANGE, path, f"{text} names nothing", key=True)
    if assign == "stripe":
        return position % pool
    block = int(assign.split()[1])
    if count > block * pool:
        raise scope.stop(
            RANGE,
            path,
            f"{count} elements in blocks of {block} need {-(-count // block)} of {text}, it names {pool}",
        )
    return position // block
