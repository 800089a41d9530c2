"""ETH004: addresses are legal and each is given out once."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.diagnostics import ADDRESS, Basis, Severity
from cluster_spec.rules.base import Bad, Verdict, rule

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster, Network

IPV4 = 4


@rule(
    ADDRESS.code,
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    since="0.1",
    source="RFC 1122, section 3.2.1.3; RFC 3021: a /31 has no network and broadcast address",
    needs=("networks.*.prefix", "networks.*.pools"),
    sections=("networks",),
)
def address_illegal(cluster: Cluster) -> Verdict:
    """An address lies outside of its prefix, is that of network, broadcast or gateway, or is given out twice.

    Why:
        Two hosts with one address answer in turn, and a host on the gateway's takes the network down. Pools
        grow with `grow_to`: that they overlap in two years shows today.
    Bad:
        networks: {mgmt: {pools: {blades: {start: 10.0.9.0}}}}
    Good:
        networks: {mgmt: {pools: {blades: {start: 10.0.2.0}}}}
    Also:
        IDN008: without the network its devices have no address.
    """
    bad: list[Bad] = []
    for row, net in enumerate(cluster.networks):
        bad += _illegal(net, row)
    bad += _twice(cluster)
    return Verdict("networks", len(cluster.networks), tuple(bad))


def spell(net: Network, address: Any) -> str:
    """Return an address as people write it."""
    kind = ipaddress.IPv4Address if net.version == IPV4 else ipaddress.IPv6Address
    return str(kind(int(address)))


def _illegal(net: Network, row: int) -> list[Bad]:
    address = net.addresses
    if not address.size:
        return []
    bits = 32 if net.version == IPV4 else 128
    size = 1 << (bits - net.bits)
    point = size <= 2  # noqa: PLR2004 - a pair or one host
    low = net.first if point else net.first + 1
    high = net.first + size - (2 if net.version == IPV4 and not point else 1)
    hit = (address < low) | (address > high)
    if net.gateway is not None:
        hit = hit | (address == net.gateway)
    found = np.flatnonzero(hit)
    if not found.size:
        return []
    first = address[found[0]]
    what = "the gateway" if first == net.gateway else "no address for a host"
    text = f"gives out {spell(net, first)}, which is {what} of {net.prefix}"
    return [_bad(row, text, int(found.size), net.origin, net.origin)]


def _twice(cluster: Cluster) -> list[Bad]:
    """Addresses that two ports of one VRF have, within a network or in networks that are nested."""
    bad: list[Bad] = []
    spaces: dict[tuple[str, int], list[int]] = {}
    for row, net in enumerate(cluster.networks):
        spaces.setdefault((net.vrf, net.version), []).append(row)
    for rows in spaces.values():
        address = np.concatenate([cluster.networks[r].addresses for r in rows])
        if address.size < 2 or bool((address[1:] > address[:-1]).all()):  # noqa: PLR2004 - two make a pair
            continue
        order = np.argsort(address, kind="stable")
        same = np.flatnonzero(address[order][1:] == address[order][:-1])
        if not same.size:
            continue
        owner = np.repeat(rows, [cluster.networks[r].addresses.size for r in rows])[order]
        pairs = {(int(owner[i]), int(owner[i + 1])): i for i in same[::-1]}
        for (one, other), i in pairs.items():
            net = cluster.networks[other]
            with_ = f"as {cluster.networks[one].name} does" if one != other else "to two ports"
            text = f"gives out {spell(net, address[order[i]])} {with_}"
            bad.append(_bad(other, text, int(same.size), net.origin, cluster.networks[one].origin))
    return bad


def _bad(row: int, text: str, count: int, origin: int, related: int) -> Bad:
    more = f" ({count} addresses)" if count > 1 else ""
    return Bad(
        np.array([row]),
        lambda subject, _: f"{subject} {text}{more}",
        count,
        0,
        origin=np.array([origin]),
        related=np.array([related]),
        related_text="the other one",
    )
