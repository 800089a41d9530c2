"""What claims and reports say of a fabric: bandwidths as figures with their reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.analysis import tiers
from cluster_spec.analysis.figures import Figure

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster


def bisection(cluster: Cluster, fabric: int) -> Figure:
    """Return the bandwidth between two halves of the endpoints in bit/s, one direction.

    Exact where the fabric is proved non-blocking; otherwise the upper bound that its narrowest tier gives.
    """
    value, why = tiers.bisection(cluster, fabric)
    return Figure(value, () if value is not None else (why,))


def is_bound(cluster: Cluster, fabric: int) -> bool:
    """Whether the bisection is known as an upper bound only."""
    return not tiers.nonblocking(cluster, fabric)[0]
