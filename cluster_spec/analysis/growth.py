"""Room for growth: switches, ports, racks and addresses, now and at `grow_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.figures import tier_switches
from cluster_spec.analysis.graph import switches
from cluster_spec.analysis.lanes import used_ports
from cluster_spec.analysis.rackuse import rack_use
from cluster_spec.analysis.tiers import NOT_DATA, data_ports
from cluster_spec.columns import distinct
from cluster_spec.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cluster_spec.model.cluster import Cluster, Network

MILLI = 1000


@record(frozen=True, slots=True)
class Line:
    """One resource: how much there is now and at `grow_to`, how much it holds, how much is free.

    Ports, units and addresses count what is in use now. Of racks, the empty ones are free.

    None is unknown or does not apply; `note` says why a number came out.
    """

    resource: str
    name: str
    now: int | None
    at_grow_to: int | None = None
    capacity: int | None = None
    free: int | None = None
    note: str = ""


def growth(cluster: Cluster, fabric: int | None = None) -> tuple[Line, ...]:
    """Return all resources that growth takes: of one fabric, or of the whole cluster."""
    chosen = range(len(cluster.fabrics)) if fabric is None else (fabric,)
    lines = [line for index in chosen for line in _tiers(cluster, index)]
    if fabric is None:
        lines += _families(cluster)
        lines += _racks(cluster)
    for network in cluster.networks:
        if fabric is None or network.fabric == fabric:
            lines.append(_prefix(network))
    return tuple(lines)


def _tiers(cluster: Cluster, fabric: int) -> Iterator[Line]:
    own, used = cluster.fabrics[fabric], used_ports(cluster)
    mine = switches(cluster, fabric)
    first, last = cluster.growth.get((own.name, own.tiers[0].name), (0, 0)) if own.tiers else (0, 0)
    grows = first < last
    for index, tier in enumerate(own.tiers):
        rows = mine[cluster.devices.tier[mine] == index]
        name = f"{own.name} {tier.name}"
        _, final = cluster.growth.get((own.name, tier.name), (0, None))
        now = tier_switches(cluster, fabric, index)
        ahead = grows and index > 0 and now == final
        why = f"bought now for the final extent; {tier.why}" if ahead else tier.why
        yield Line("switches", name, now, final, note=why)
        ports, busy = int(data_ports(cluster, rows).sum()), _busy(cluster, used, rows)
        yield Line("ports", name, busy, None, ports, ports - busy, "data ports of its switches")


def _busy(cluster: Cluster, used: np.ndarray, rows: np.ndarray) -> int:
    """Return how many data ports of some devices are in use."""
    total, layouts = 0, cluster.devices.layout[rows]
    for index in distinct(layouts).tolist():
        data = [i for i, port in enumerate(cluster.layouts[index].ports) if port.role not in NOT_DATA]
        first = cluster.devices.first_port[rows[layouts == index]]
        total += sum(int(used[first + local].sum()) for local in data)
    return total


def _families(cluster: Cluster) -> Iterator[Line]:
    for kind in ("ultra_nodes", "nodes"):
        for extent in cluster.extents:
            if extent.section == kind:
                yield Line(kind.replace("_", "-"), extent.folded(), extent.now, extent.final)


def _racks(cluster: Cluster) -> Iterator[Line]:
    use, racks = rack_use(cluster), cluster.racks
    extents = [extent for extent in cluster.extents if extent.section == "racks"]
    for family in distinct(racks.family).tolist():
        rows = np.flatnonzero(racks.family == family)
        name = racks.names.fold(rows)
        empty = int((use.devices[rows] == 0).sum())
        yield Line("racks", name, int(rows.size), extents[family].final, None, empty, "free: hold no device")
        known = bool((use.units[rows] >= 0).all() and (use.used[rows] >= 0).all())
        units, taken = int(use.units[rows].sum()) * MILLI, int(use.used[rows].sum())
        if known:
            yield Line(
                "units",
                name,
                -(-taken // MILLI),
                None,
                units // MILLI,
                (units - taken) // MILLI,
                "U, by height",
            )


def _prefix(network: Network) -> Line:
    size = 1 << (128 if network.version == 6 else 32) - network.bits  # noqa: PLR2004
    usable = size - (0 if network.version == 6 or size <= 2 else 2)  # noqa: PLR2004
    now = len(network.addresses) + (network.gateway is not None)
    return Line("addresses", f"{network.name} {network.prefix}", now, None, usable, usable - now)
