"""Answers that several rules need are worked out once per cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from cluster_spec.model.cluster import Cluster

T = TypeVar("T")

_kept: list[tuple[Cluster, dict[Hashable, Any]]] = []


def once(cluster: Cluster, key: Hashable, function: Callable[[Cluster], T]) -> T:
    """Return `function(cluster)`, worked out the first time that this cluster is asked for `key`.

    Answers of the last cluster only are kept: a run looks at one cluster, or at one phase after the other.
    """
    if not _kept or _kept[0][0] is not cluster:
        _kept[:] = [(cluster, {})]
    answers = _kept[0][1]
    if key not in answers:
        answers[key] = function(cluster)
    return cast("T", answers[key])
