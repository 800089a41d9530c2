"""ETH001: prefixes of one VRF are apart, or nested on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster, Network


@rule(
    "ETH001",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    since="0.1",
    source="RFC 4632: a destination has one longest prefix",
    needs=("networks.*.prefix",),
    sections=("networks",),
)
def prefix_overlap(cluster: Cluster) -> Verdict:
    """Two prefixes of one VRF overlap, and neither says that it is nested in the other.

    Why:
        Hosts of the smaller one are on two networks at once, and packets for them leave by whichever is more
        specific. `nested_in: NAME` says that a network is cut out of another on purpose; networks of separate
        routing say so by `vrf`.
    Bad:
        networks: {data: {prefix: 10.0.2.0/24}}
    Good:
        networks: {data: {prefix: 10.0.9.0/24}}
    """
    nets = cluster.networks
    order = sorted(
        range(len(nets)), key=lambda i: (nets[i].vrf, nets[i].version, nets[i].first, nets[i].bits)
    )
    by_name = {net.name: net for net in nets}
    bad: list[Bad] = []
    around: list[int] = []
    for row in order:
        around = [i for i in around if _contains(nets[i], nets[row])]
        outer = next((i for i in reversed(around) if not _nested(nets[row], nets[i], by_name)), None)
        if outer is not None:
            bad.append(_bad(nets, row, outer))
        around.append(row)
    return Verdict("networks", len(nets), tuple(bad))


def _last(net: Network) -> int:
    whole = 32 if net.version == 4 else 128  # noqa: PLR2004 - IPv4
    return net.first + (1 << (whole - net.bits)) - 1


def _contains(outer: Network, inner: Network) -> bool:
    """Whether one prefix lies in another; prefixes overlap in no other way."""
    same = outer.vrf == inner.vrf and outer.version == inner.version
    return same and outer.first <= inner.first and _last(inner) <= _last(outer)


def _nested(inner: Network, outer: Network, by_name: dict[str, Network]) -> bool:
    """Whether `nested_in` leads from one network to another."""
    seen: set[str] = set()
    at: Network | None = inner
    while at is not None and at.nested_in is not None and at.name not in seen:
        if at.nested_in == outer.name:
            return True
        seen.add(at.name)
        at = by_name.get(at.nested_in)
    return False


def _bad(nets: tuple[Network, ...], row: int, outer: int) -> Bad:
    inner, other = nets[row], nets[outer]
    twin = "are one prefix" if inner.prefix == other.prefix else "overlap"
    return Bad(
        np.array([row]),
        lambda subject, _: (
            f"{subject} {inner.prefix} and {other.name} {other.prefix} {twin} in VRF {inner.vrf}"
        ),
        related=np.array([other.origin]),
        related_text="the other one",
    )
