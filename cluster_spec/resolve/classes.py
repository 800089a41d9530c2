"""Link classes of a fabric: name, rate and media of all links between two tiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_spec.diagnostics import DANGLING
from cluster_spec.model.cluster import LinkClass
from cluster_spec.records import field, record
from cluster_spec.resolve.ports import NOT_DATA, zone_rate
from cluster_spec.resolve.scope import nearest

if TYPE_CHECKING:
    from cluster_spec.resolve.step import Build


@record(slots=True)
class Classes:
    """All link classes of the cluster, and the media they name."""

    items: list[LinkClass] = field(default_factory=list)
    media: list[int] = field(default_factory=list)

    def medium(self, build: Any, name: str, path: tuple[str | int, ...]) -> int:
        """Return the index of a medium, opening its part."""
        part = build.stage.hardware.part(name, path, ("medium",))
        if part not in self.media:
            self.media.append(part)
        return self.media.index(part)

    def add(self, build: Any, lower: str, upper: str, low: int, up: int, rate: int | None) -> int:
        """Add a link class and return its index."""
        name = f"{lower}-{upper}"
        where = (*build.path, "media", name)
        media = (build.fabric.media or {}).get(name, ())
        chosen = tuple(self.medium(build, m, (*where, i)) for i, m in enumerate(media))
        origin = build.stage.scope.origin(*where) if media else build.stage.scope.origin(*build.path)
        self.items.append(LinkClass(build.index, name, low, up, rate, chosen, origin))
        return len(self.items) - 1

    def check_names(self, build: Any) -> None:
        """Report media and rates for link classes that the fabric does not have, not even with tiers left out."""
        known = sorted(c.name for c in self.items if c.fabric == build.index)
        possible = {*known, *_declared(build.fabric.topology)}
        for section in ("media", "rates"):
            for name in getattr(build.fabric, section) or {}:
                if name not in possible:
                    build.stage.scope.report(
                        DANGLING,
                        (*build.path, section, name),
                        f"{build.name} has no links {name!r}",
                        key=True,
                        help=nearest(name, known),
                    )


def _declared(topology: Any) -> set[str]:
    """Return the link classes of a topology as written, with the tiers that `when` or a phase leaves out."""
    if topology is None:
        return set()
    found = {f"{tier.over or 'node'}-{name}" for name, tier in (topology.tiers or {}).items()}
    if topology.access is not None:
        found |= (
            {"node-access", "access-aggregation"} if topology.aggregation is not None else {"node-access"}
        )
    return found


def tier_rates(build: Build, below: str, name: str, part: int, tier: Any) -> tuple[int | None, int | None]:
    """Return the rate of the links under a tier and of those above it.

    Under it: `rates` of the class, the tier's `rate`, the rate that the lower tier's uplinks were planned with,
    else the fabric's. Above it: a part whose data ports have a second, higher rate offers those as uplinks.
    """
    scope, fabric = build.stage.scope, build.fabric
    zones = {name: zone_rate(text) for name, text in (tier.zones or {}).items()}
    down = scope.optional((fabric.rates or {}).get(f"{below}-{name}"), "rate", (*build.path, "rates"))
    if down is None:
        down = scope.optional(tier.rate, "rate", (*build.path, "topology"))
    if down is None:
        down = zones.get("down") if not build.steps else None
    if down is None and build.steps:
        down = build.steps[-1].rates[1]
    if down is None:
        down = scope.optional(fabric.rate, "rate", (*build.path, "rate"))
    for upper in fabric.rates or {}:
        if upper.startswith(f"{name}-"):
            return down, scope.quantity(fabric.rates[upper], "rate", (*build.path, "rates", upper))
    if zones.get("up") is not None:
        return down, zones["up"]
    ports = build.stage.hardware.layouts[build.stage.hardware.layout(part)].ports
    own = {p.rate for p in ports if p.role not in NOT_DATA and p.rate is not None}
    if down is None or down not in own:
        return down, down
    return down, max(own)
