"""PRT004: both ends at one rate, on lanes of one kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Verdict, rule
from cluster_spec.rules.by_kind import Judgement, Missing, Wrong, by_kind
from cluster_spec.units import spell

if TYPE_CHECKING:
    from cluster_spec.analysis.linkkinds import Kind, Lanes
    from cluster_spec.model.cluster import Cluster


@rule(
    "PRT004",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="https://docs.nvidia.com/networking/display/400g100gpam4ovpub/linkx-100g-pam4-product-line-overview",
    needs=("ports.rate", "ports.lanes", "fabrics.rate"),
    sections=("fabrics",),
)
def rate_mismatch(cluster: Cluster) -> Verdict:
    """The two ends of a link do not run at one rate, or their lanes differ in rate or modulation.

    Why:
        Modules do not slow down for the other end: four lanes of 100 Gb/s PAM4 and eight of 50 Gb/s give the same
        400 Gb/s and no link.

    Bad:
        part: {storage-node-2u: {ports: {"data[0-1]": {rate: 400 Gb/s}}}}

    Good:
        part: {storage-node-2u: {ports: {"data[0-1]": {rate: 200 Gb/s}}}}
    """
    return by_kind(cluster, _judge)


def _judge(kind: Kind) -> Judgement:
    for end in (kind.a, kind.z):
        if end.port.rate is None:
            return Missing(f"rate of {end.label}")
    a, z = kind.a.at(kind.klass.rate), kind.z.at(kind.klass.rate)
    if a is None or z is None:
        slow = kind.a if a is None else kind.z
        return _slow(slow.port.rate, kind.klass.rate, slow.label)
    if a.rate != z.rate:
        return _differ(kind, "rate", a.rate, z.rate)
    return None if kind.a.wired and kind.z.wired else _lanes(kind, a, z)


def _lanes(kind: Kind, a: Lanes, z: Lanes) -> Judgement:
    for end, lanes in ((kind.a, a), (kind.z, z)):
        if lanes.lane is None:
            return Missing(f"lanes of {end.label}")
    return _modulated(kind, a, z) if a.lane == z.lane else _differ(kind, "lanes", a.lane, z.lane)


def _modulated(kind: Kind, a: Lanes, z: Lanes) -> Judgement:
    for end, lanes in ((kind.a, a), (kind.z, z)):
        if lanes.modulation is None:
            return Missing(f"modulation of {end.label}")
    if a.modulation == z.modulation:
        return None
    says = f"{kind.a.label} are {a.modulation}, {kind.z.label} are {z.modulation}"
    return Wrong(says, measured=a.modulation, limit=z.modulation)


def _slow(own: int | None, wanted: int | None, label: str) -> Wrong:
    assert own is not None
    assert wanted is not None
    says = (
        f"{label} run at {spell(own, 'rate')} and have no mode for the {spell(wanted, 'rate')} of these links"
    )
    return Wrong(says, measured=own, limit=wanted, unit="b/s")


def _differ(kind: Kind, what: str, a: int | None, z: int | None) -> Wrong:
    assert a is not None
    assert z is not None
    word = "run at" if what == "rate" else "have lanes of"
    says = f"{kind.a.label} {word} {spell(a, 'rate')}, {kind.z.label} {word} {spell(z, 'rate')}"
    return Wrong(says, measured=a, limit=z, unit="b/s")
