"""The summary of a cluster for people: what it is, in few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_spec.report.terminal import clean, paint, table, wrap
from cluster_spec.units import spell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WATT = 1000
COUNTS = (
    ("accelerators", "accelerators"),
    ("nodes", "nodes"),
    ("servers", "other hosts"),
    ("racks", "racks"),
    ("switches", "switches"),
    ("links", "links"),
    ("cables", "cables"),
    ("modules", "modules"),
    ("internal_links", "internal links"),
)


def text(summary: Mapping[str, Any], title: str | None, *, color: bool, width: int) -> Iterator[str]:
    """Yield the lines of a summary."""
    name = clean(str(summary["name"]))
    yield paint(name, "strong", color=color) + (f": {clean(title)}" if title else "")
    counts = (f"{_number(summary[key])} {word}" for key, word in COUNTS if summary[key] != 0)
    yield from wrap(", ".join(counts), width)
    yield from wrap(", ".join(_amounts(summary)), width)
    fabrics = {name: own for name, own in summary["fabrics"].items() if own is not None}
    if fabrics:
        yield ""
        yield from table(list(_fabrics(fabrics)), width)
    if summary["unknown"]:
        yield ""
        yield paint("unknown:", "strong", color=color)
        yield from table([(clean(k), clean(v)) for k, v in _gaps(summary)], width, "  ")


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _amounts(summary: Mapping[str, Any]) -> Iterator[str]:
    for precision, flops in summary["compute_flops"].items():
        if flops:
            yield f"{precision} {spell(flops, 'compute')}"
    memory, power = summary["memory_bytes"], summary["power_w"]["it"]
    yield "memory " + ("?" if memory is None else spell(memory, "memory"))
    yield "IT power " + ("?" if power is None else spell(int(power * WATT), "power"))


def _gaps(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is unknown; precisions that no part states are one line."""
    silent = [key.partition(".")[2] for key in summary["unknown"] if key.startswith("compute_flops.")]
    some = any(flops for flops in summary["compute_flops"].values())
    if silent and some:
        yield "compute_flops", f"parts state no figure for {', '.join(silent)}"
    for key, reason in summary["unknown"].items():
        if not (some and key.startswith("compute_flops.")):
            yield key, reason


def _fabrics(fabrics: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    yield "FABRIC", "PROTOCOL", "RATE", "ENDPOINTS", "TIERS", "LINKS", "BISECTION", "NON-BLOCKING"
    for name, own in fabrics.items():
        tiers = " + ".join(f"{tier['switches']:,} {key}{_ratio(tier)}" for key, tier in own["tiers"].items())
        bisection = own["bisection_bps"]
        yield (
            clean(name),
            clean(own["protocol"]),
            "?" if own["rate_bps"] is None else spell(own["rate_bps"], "rate"),
            f"{own['endpoints']:,}",
            clean(tiers),
            f"{sum(own['links'].values()):,}",
            "?" if bisection is None else spell(bisection, "rate"),
            {True: "yes", False: "no", None: "?"}[own["nonblocking"]],
        )


def _ratio(tier: Mapping[str, Any]) -> str:
    ratio = tier["oversubscription"]
    return "" if ratio is None else f" ({ratio:.3g}:1)"
