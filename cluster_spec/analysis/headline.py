"""One line that says what a cluster is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster


def headline(cluster: Cluster) -> str:
    """Return the sizes that a reader looks for first."""
    switches = int((cluster.devices.fabric >= 0).sum())
    sizes = [
        (len(cluster.ultra_nodes), "ultra-node"),
        (len(cluster.racks), "rack"),
        (len(cluster.devices) - switches, "device"),
        (switches, "switch"),
        (len(cluster.links), "link"),
        (len(cluster.cables), "cable"),
    ]
    return ", ".join(f"{count:,} {_plural(noun, count)}" for count, noun in sizes if count)


def _plural(noun: str, count: int) -> str:
    if count == 1:
        return noun
    return f"{noun}es" if noun.endswith("ch") else f"{noun}s"
