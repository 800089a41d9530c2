"""The headline figures of a cluster: how many of what, and what it adds up to; unknown with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.cache import once
from cluster_spec.analysis.facts import power_fact
from cluster_spec.analysis.loads import answering, passive_hosts
from cluster_spec.columns import distinct
from cluster_spec.model.tables import STATES
from cluster_spec.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cluster_spec.model.cluster import Cluster
    from cluster_spec.model.parts import Chip, Part

SPARE, BROKEN = STATES.index("spare"), STATES.index("broken")
HOSTS = ("node", "appliance")
PLANT = ("cdm", "cdu", "pdu")
"""Devices that cool or feed the others: their draw is no IT load."""
NOT_YET = "losses and the loads of the plant are not calculated yet"


@record(frozen=True, slots=True)
class Figure:
    """A value, or None and why it is not known."""

    value: int | None
    missing: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Return what is missing, in one line."""
        return ", ".join(self.missing[:_SHOWN]) + (
            f" and {len(self.missing) - _SHOWN} more" if len(self.missing) > _SHOWN else ""
        )


_SHOWN = 4


@record(frozen=True, slots=True, eq=False)
class Population:
    """Accelerators: per part of a device how many packages it holds, and of which part (None not opened)."""

    per_part: np.ndarray
    per_device: np.ndarray
    chips: tuple[tuple[str, Part | None, int], ...]  # name, part, packages in all devices but spare ones
    missing: tuple[str, ...]

    @property
    def total(self) -> Figure:
        """All packages in all states but spare."""
        return Figure(None, self.missing) if self.missing else Figure(sum(n for _, _, n in self.chips))


def accelerators(cluster: Cluster) -> Population:
    """Return the accelerators of a cluster, counted by packages (computed once)."""
    return once(cluster, "accelerators", _accelerators)


def _accelerators(cluster: Cluster) -> Population:
    known = {part.name: part for part in cluster.parts}
    devices = cluster.devices
    per_part = np.zeros(max(len(cluster.parts), 1), dtype=np.int64)
    live = np.bincount(devices.part[devices.state != SPARE], minlength=per_part.size)
    totals: dict[str, int] = {}
    missing: list[str] = []
    for index, part in enumerate(cluster.parts):
        for content in part.contains if live[index] else ():
            inner = known.get(content.part)
            if inner is None:
                missing.append(f"what {content.part} in {part.name} is")
        for content in part.contains:
            inner = known.get(content.part)
            if inner is not None and inner.kind == "accelerator":
                per_part[index] += content.count
                totals[inner.name] = totals.get(inner.name, 0) + content.count * int(live[index])
    chips = tuple((name, known.get(name), count) for name, count in sorted(totals.items()) if count)
    return Population(per_part, per_part[devices.part], chips, tuple(dict.fromkeys(missing)))


def sum_chips(cluster: Cluster, what: str, get: Callable[[Chip], int | None]) -> Figure:
    """Return the sum of a figure over all accelerators; `what` names it as a path of the part."""
    population = accelerators(cluster)
    if population.missing:
        return Figure(None, population.missing)
    total, missing = 0, []
    for name, part, count in population.chips:
        value = get(part.chip) if part is not None and part.chip is not None else None
        if value is None:
            missing.append(f"{what} of {name}")
        else:
            total += value * count
    return Figure(None, tuple(missing)) if missing else Figure(total)


def compute(cluster: Cluster, precision: str) -> Figure:
    """Return peak FLOPS in a precision; `fp8` is dense, `fp8-sparse` with 2:4 sparsity."""
    return sum_chips(cluster, f"accelerator.compute.{precision}", lambda chip: chip.flops.get(precision))


def memory(cluster: Cluster) -> Figure:
    """Return the memory of all accelerators in byte."""
    return sum_chips(cluster, "accelerator.memory", lambda chip: chip.memory)


def memory_bandwidth(cluster: Cluster) -> Figure:
    """Return the memory bandwidth of all accelerators in bit/s."""
    return sum_chips(cluster, "accelerator.memory-bandwidth", lambda chip: chip.memory_bandwidth)


def scale_up(cluster: Cluster) -> Figure:
    """Return the scale-up bandwidth of all accelerators in bit/s, as their parts publish it."""
    return sum_chips(cluster, "accelerator.scale-up-bandwidth", lambda chip: chip.scale_up_bandwidth)


def scale_up_directions(cluster: Cluster) -> dict[str, str]:
    """Return how each accelerator's part counts its scale-up bandwidth: one, both or unstated."""
    chips = ((name, part.chip) for name, part, _ in accelerators(cluster).chips if part is not None)
    return {name: chip.scale_up_direction for name, chip in chips if chip is not None}


def scale_out(cluster: Cluster) -> Figure:
    """Return the rates of all links of accelerators' nodes into compute fabrics, one direction, in bit/s."""
    links, holds = cluster.links, accelerators(cluster).per_device > 0
    missing = accelerators(cluster).missing
    if missing:
        return Figure(None, missing)
    total, unknown = 0, []
    for index, own in enumerate(cluster.classes):
        fabric = cluster.fabrics[own.fabric]
        if own.lower >= 0 or fabric.role != "compute":
            continue
        mine = (links.klass == index) & (links.state != BROKEN) & holds[links.a_device]
        count = int(mine.sum())
        if count and own.rate is None:
            unknown.append(f"rate of {fabric.name} {own.name}")
        total += count * (own.rate or 0)
    return Figure(None, tuple(unknown)) if unknown else Figure(total)


def nodes(cluster: Cluster) -> Figure:
    """Return how many devices hold accelerators."""
    found = accelerators(cluster)
    return Figure(None, found.missing) if found.missing else Figure(int((found.per_device > 0).sum()))


def servers(cluster: Cluster) -> Figure:
    """Return how many other hosts there are."""
    found = accelerators(cluster)
    if found.missing:
        return Figure(None, found.missing)
    host = _kinds(cluster, lambda kind: kind in HOSTS)
    return Figure(int((host & (found.per_device == 0)).sum()))


def switches(cluster: Cluster) -> int:
    """Return how many switches stand in racks."""
    return int((_kinds(cluster, lambda kind: kind == "switch") & (cluster.devices.rack >= 0)).sum())


def tier_switches(cluster: Cluster, fabric: int, tier: int) -> int:
    """Return how many switches a tier of a fabric has."""
    devices = cluster.devices
    return int(((devices.fabric == fabric) & (devices.tier == tier)).sum())


def addresses(cluster: Cluster, fabric: int) -> int:
    """Return how many addresses the whole fabric takes: what its protocol counts, endpoints times 2^LMC."""
    own, devices = cluster.fabrics[fabric], cluster.devices
    total = 0
    if "endpoints" in own.subnet_counts:
        total += int(own.endpoints.device.size) << own.lmc
    if "switches" in own.subnet_counts:
        elements = np.array([part.elements for part in cluster.parts] or [0], dtype=np.int64)
        total += int(elements[devices.part[devices.fabric == fabric]].sum())
    return total


def _kinds(cluster: Cluster, wanted: Callable[[str], bool]) -> np.ndarray:
    """Return which devices are of a kind of part."""
    chosen = np.array([wanted(part.kind) for part in cluster.parts] or [False], dtype=bool)
    return np.asarray(chosen[cluster.devices.part])


def cabled_classes(cluster: Cluster) -> np.ndarray:
    """Return which classes of links belong to fabrics that are cabled."""
    return np.array([cluster.fabrics[c.fabric].cabled for c in cluster.classes] or [False], dtype=bool)


def class_counts(cluster: Cluster) -> np.ndarray:
    """Return how many links each class has (computed once)."""
    return once(
        cluster, "class_counts", lambda c: np.bincount(c.links.klass, minlength=max(len(c.classes), 1))
    )


def links(cluster: Cluster) -> int:
    """Return how many logical links run over cables."""
    return int(class_counts(cluster)[cabled_classes(cluster)].sum()) if cluster.classes else 0


def cables(cluster: Cluster) -> int:
    """Return how many physical data cables there are."""
    cabled = cabled_classes(cluster)
    if cabled.all() or not len(cluster.cables):
        return len(cluster.cables)
    return int(cabled[cluster.links.klass[cluster.cables.link]].sum())


def internal_links(cluster: Cluster) -> Figure:
    """Return how many links run inside ultra-nodes, without a cable of their own."""
    total = sum(int(n) for n, c in zip(class_counts(cluster), cabled_classes(cluster), strict=True) if not c)
    missing = []
    for internal in cluster.internals:
        if internal.links is None:
            missing.append(f"links of {internal.name} in {cluster.parts[internal.part].name}")
        else:
            total += internal.links * internal.ultra_nodes
    for part in (
        sorted({int(p) for p in distinct(cluster.ultra_nodes.part)}) if len(cluster.ultra_nodes) else ()
    ):
        silent = not any(internal.part == part for internal in cluster.internals)
        missing += [f"internal fabrics of {cluster.parts[part].name}"] if silent else []
    return Figure(None, tuple(missing)) if missing else Figure(total)


def it_power(cluster: Cluster) -> Figure:
    """Return the draw of everything that computes, stores or switches in mW, under the declared basis.

    An ultra-node whose part says its draw stands for all that is inside. Spare and broken things draw nothing.
    """
    fact, basis = power_fact(cluster), cluster.assumptions.get("power_basis") or "max"
    if not cluster.parts:
        return Figure(0)
    plant = np.array([part.kind in PLANT for part in cluster.parts], dtype=bool)
    devices, ultra = cluster.devices, cluster.ultra_nodes
    whole = _drawing(ultra.state) & fact.known[ultra.part]
    drawing = _drawing(devices.state) & ~plant[devices.part]
    if len(ultra):
        drawing &= ~((devices.ultra_node >= 0) & fact.known[ultra.part][devices.ultra_node])
    parts = np.concatenate([devices.part[drawing], ultra.part[whole]]).astype(np.int64)
    counts = np.bincount(parts, minlength=len(cluster.parts))
    silent = passive_hosts(cluster) & drawing
    lost = np.bincount(answering(cluster, np.flatnonzero(silent)), minlength=len(cluster.parts)) > 0
    absent = {cluster.parts[int(p)].name for p in np.flatnonzero(((counts > 0) & ~fact.known) | lost)}
    if absent:
        return Figure(None, tuple(f"power.{basis} of {name}" for name in sorted(absent)))
    return Figure(sum(int(n) * int(v) for n, v in zip(counts, fact.values, strict=True)))


def _drawing(state: np.ndarray) -> np.ndarray:
    return np.asarray((state != SPARE) & (state != BROKEN))


def reasons(figures: Iterable[tuple[str, Figure]]) -> dict[str, str]:
    """Return path -> reason for the figures that are not known."""
    return {path: figure.reason for path, figure in figures if figure.value is None}
