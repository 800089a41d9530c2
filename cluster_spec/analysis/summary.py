"""The summary of a cluster: everything that `show --format json` prints, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_spec.analysis import figures
from cluster_spec.analysis.fabrics import bisection
from cluster_spec.analysis.figures import NOT_YET, Figure
from cluster_spec.analysis.graph import components
from cluster_spec.analysis.modules import modules
from cluster_spec.analysis.tiers import load, nonblocking, tier_use
from cluster_spec.model.parts import PRECISIONS

if TYPE_CHECKING:
    from cluster_spec.analysis.tiers import TierUse
    from cluster_spec.model.cluster import Cluster, Fabric

MILLI = 1000


class _Sheet:
    """Collects values, and the reasons of those that are null."""

    def __init__(self) -> None:
        self.unknown: dict[str, str] = {}

    def take(self, path: str, figure: Figure) -> int | None:
        """Return the value of a figure; a reason is kept under its path."""
        if figure.value is None:
            self.unknown[path] = figure.reason
        return figure.value


def summary(cluster: Cluster) -> dict[str, Any]:
    """Return the headline figures: counts, FLOPS, byte, W, bit/s in one direction.

    What is not known is None; `unknown` maps its path (`power_w.facility`) to the reason.
    """
    sheet = _Sheet()
    found: dict[str, Any] = {
        "name": cluster.name,
        "digest": cluster.digest,
        "accelerators": sheet.take("accelerators", figures.accelerators(cluster).total),
        "nodes": sheet.take("nodes", figures.nodes(cluster)),
        "servers": sheet.take("servers", figures.servers(cluster)),
        "racks": len(cluster.racks),
        "switches": figures.switches(cluster),
        "links": figures.links(cluster),
        "cables": figures.cables(cluster),
        "modules": sheet.take("modules", modules(cluster)),
        "internal_links": sheet.take("internal_links", figures.internal_links(cluster)),
        "compute_flops": _compute(cluster, sheet),
        "memory_bytes": sheet.take("memory_bytes", figures.memory(cluster)),
        "power_w": {
            "it": _watts(sheet.take("power_w.it", figures.it_power(cluster))),
            "facility": sheet.take("power_w.facility", Figure(None, (NOT_YET,))),
        },
        "fabrics": {
            fabric.name: _fabric(cluster, index, fabric, sheet)
            for index, fabric in enumerate(cluster.fabrics)
            if _there(cluster, index, fabric)
        },
    }
    _failures(cluster, found, sheet)
    found["fabrics"] = dict(sorted(found["fabrics"].items()))
    found["unknown"] = dict(sorted(sheet.unknown.items()))
    return found


def _watts(milliwatts: int | None) -> float | int | None:
    if milliwatts is None or milliwatts % MILLI == 0:
        return None if milliwatts is None else milliwatts // MILLI
    return milliwatts / MILLI


def _compute(cluster: Cluster, sheet: _Sheet) -> dict[str, int | None]:
    """Return peak FLOPS of every precision, and of those with sparsity that some accelerator states."""
    stated = {
        key
        for _, part, _ in figures.accelerators(cluster).chips
        if part is not None and part.chip
        for key in part.chip.flops
    }
    names = [n for p in PRECISIONS for n in (p, f"{p}-sparse") if not n.endswith("-sparse") or n in stated]
    return {name: sheet.take(f"compute_flops.{name}", figures.compute(cluster, name)) for name in names}


def _there(cluster: Cluster, index: int, fabric: Fabric) -> bool:
    """Whether a fabric was built: what `when` dropped is not shown."""
    return bool(
        fabric.tiers or fabric.endpoints.device.size or any(c.fabric == index for c in cluster.classes)
    )


def _fabric(cluster: Cluster, index: int, fabric: Fabric, sheet: _Sheet) -> dict[str, Any]:
    path = f"fabrics.{fabric.name}"
    if fabric.rate is None:
        sheet.unknown[f"{path}.rate_bps"] = "the fabric states no rate"
    counts = figures.class_counts(cluster)
    classes = [(c, int(counts[i])) for i, c in enumerate(cluster.classes) if c.fabric == index]
    proved, why = nonblocking(cluster, index)
    if proved is None:
        sheet.unknown[f"{path}.nonblocking"] = why
    ends = int(fabric.endpoints.device.size) or sum(n for c, n in classes if c.lower < 0)
    return {
        "protocol": fabric.protocol,
        "rate_bps": fabric.rate,
        "endpoints": ends,
        "components": components(cluster, index).count,
        "tiers": {use.name: _tier(cluster, index, use, path, sheet) for use in tier_use(cluster, index)},
        "links": {c.name: n for c, n in sorted(classes, key=lambda item: (item[0].lower, item[0].upper))},
        "bisection_bps": sheet.take(f"{path}.bisection_bps", bisection(cluster, index)),
        "nonblocking": proved,
    }


def _tier(cluster: Cluster, fabric: int, use: TierUse, path: str, sheet: _Sheet) -> dict[str, Any]:
    part = cluster.parts[use.part].name if use.part >= 0 else None
    if part is None:
        sheet.unknown[f"{path}.tiers.{use.name}.part"] = "the tier has no switches"
    if use.up and use.ratio is None:
        missing = load(cluster, fabric).missing
        sheet.unknown[f"{path}.tiers.{use.name}.oversubscription"] = ", ".join(missing) or "no link upwards"
    return {
        "part": part,
        "switches": use.switches,
        "down": use.down,
        "up": use.up,
        "oversubscription": use.ratio,
    }


SECTIONS = {
    "racks": ("racks",),
    "nodes": ("accelerators", "nodes", "servers", "switches", "compute_flops", "memory_bytes", "power_w.it"),
    "ultra_nodes": (
        "accelerators",
        "nodes",
        "servers",
        "compute_flops",
        "memory_bytes",
        "power_w.it",
        "internal_links",
    ),
    "fabrics": ("switches", "links", "cables", "modules", "power_w.it"),
}
"""What is not known when a section failed."""


def _failures(cluster: Cluster, found: dict[str, Any], sheet: _Sheet) -> None:
    """Make null what stands on a section that could not be resolved."""
    for failed in cluster.failed:
        head, _, rest = failed.section.partition(".")
        reason = f"{failed.code} at {failed.location}"
        name = rest.partition(".")[0]
        if head == "fabrics" and any(fabric.name == name for fabric in cluster.fabrics):
            sheet.unknown = {k: v for k, v in sheet.unknown.items() if not k.startswith(f"fabrics.{name}.")}
            found["fabrics"][name] = None
            sheet.unknown[f"fabrics.{name}"] = reason
        for path in SECTIONS.get(head, ()):
            key, _, inner = path.partition(".")
            if inner:
                found[key][inner] = None
            elif isinstance(found[key], dict):
                found[key] = dict.fromkeys(found[key])
                sheet.unknown.update({f"{key}.{name}": reason for name in found[key]})
                continue
            else:
                found[key] = None
            sheet.unknown[path] = reason
