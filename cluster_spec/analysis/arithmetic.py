"""How the length of a cable came about, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.analysis.subjects import subjects
from cluster_spec.model.tables import BASES
from cluster_spec.units import spell

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster


def need(cluster: Cluster, cable: int) -> str:
    """Return the arithmetic of the length that the geometry asks for."""
    link = int(cluster.cables.link[cable])
    if cluster.geometry is None:
        return "unknown: no `site.trays` says where cables run"
    return cluster.geometry.explain(int(cluster.links.a_device[link]), int(cluster.links.z_device[link]))


def length(cluster: Cluster, cable: int) -> str:
    """Return name, arithmetic, and what is ordered: length, medium, how the length is known."""
    cables = cluster.cables
    name = subjects(cluster, "cables").name(cable)
    medium = int(cables.medium[cable])
    what = cluster.parts[cluster.media[medium]].name if medium >= 0 else "no medium chosen"
    ordered = int(cables.length[cable])
    bought = spell(ordered, "length") if ordered >= 0 else "unknown"
    basis = BASES[int(cables.basis[cable])]
    return f"{name}: {need(cluster, cable)}; ordered {bought} of {what} ({basis})"
