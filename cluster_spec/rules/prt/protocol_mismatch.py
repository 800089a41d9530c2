"""PRT005: both ends and the cable speak the protocol of the fabric."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Verdict, rule
from cluster_spec.rules.by_kind import Judgement, Missing, Wrong, by_kind

if TYPE_CHECKING:
    from cluster_spec.analysis.linkkinds import Kind
    from cluster_spec.model.cluster import Cluster


@rule(
    "PRT005",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="https://docs.nvidia.com/networking/display/cableovpub",
    needs=("ports.protocols", "fabrics.protocol"),
    sections=("fabrics",),
)
def protocol_mismatch(cluster: Cluster) -> Verdict:
    """A port or a cable of a fabric does not carry the fabric's protocol.

    Why:
        InfiniBand and Ethernet use the same cages and often the same cables; a switch speaks one of them.

    Bad:
        fabrics: {storage: {protocol: infiniband}}

    Good:
        fabrics: {storage: {protocol: ethernet}}
    """
    protocols = [fabric.protocol for fabric in cluster.fabrics]
    return by_kind(cluster, lambda kind: _judge(kind, protocols[kind.fabric]))


def _judge(kind: Kind, protocol: str) -> Judgement:
    spoken = [(end.label, end.port.protocols, "speak") for end in (kind.a, kind.z)]
    if kind.medium is not None and kind.medium.protocols:
        spoken.append((str(kind.medium_name), kind.medium.protocols, "carries"))
    for label, protocols, verb in spoken:
        if protocols and protocol not in protocols:
            known = " and ".join(protocols)
            return Wrong(f"{label} {verb} {known}, the fabric {protocol}", measured=known, limit=protocol)
    for label, protocols, _ in spoken:
        if not protocols:
            return Missing(f"protocols of {label}")
    return None
