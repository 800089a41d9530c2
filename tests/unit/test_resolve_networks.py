"""Addresses: prefixes, pools by coordinates, and what follows them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from tests.support.clusters import cluster

if TYPE_CHECKING:
    from pathlib import Path

    from cluster_spec.model.cluster import Cluster


def given(found: Cluster, network: str) -> dict[tuple[str, int], str]:
    """Return the addresses of a network by device and port."""
    net = next(n for n in found.networks if n.name == network)
    kind = IPv4Address if net.version == 4 else IPv6Address
    names = found.devices.names.spell_all(net.devices)
    pairs = zip(names, net.ports.tolist(), net.addresses.tolist(), strict=True)
    return {(name, port): str(kind(address)) for name, port, address in pairs}


def by_device(found: Cluster, network: str) -> dict[str, str]:
    """Return the first address of each device in a network."""
    return {name: address for (name, _), address in reversed(given(found, network).items())}


def messages(tmp_path: Path, patch: str) -> list[str]:
    """Return what is said about addresses under a patch."""
    return [f.message for f in cluster(tmp_path, patch)[1] if f.code == "ETH004"]


def test_pools_follow_their_index(tmp_path: Path) -> None:
    """Start plus index, with index 0 at the start."""
    found, _ = cluster(tmp_path)
    first = next(n for n in found.networks if n.name == "mgmt")
    ultra = found.devices.ultra_node[first.devices]
    node = found.devices.number[first.devices]
    pooled = first.pool == 0
    start = int(IPv4Address("10.0.1.0"))
    assert pooled.any()
    assert (first.addresses[pooled] == start + ultra[pooled] * 8 + node[pooled]).all()


def test_without_index_the_position_at_final_extent_counts(tmp_path: Path) -> None:
    """Positions count what is not built yet: four stores at final extent, of which two are built."""
    text = """
networks:
  mgmt:
    pools:
      stores: {of: {nodes: "store[*]", ports: oob}, start: 10.0.2.0}
      last: {of: {nodes: mgmt1, ports: oob}, start: 10.0.2.4}
"""
    found, findings = cluster(tmp_path, text)
    assert not [f for f in findings if f.code == "ETH004"]
    addresses = by_device(found, "mgmt")
    assert (addresses["store1"], addresses["store2"]) == ("10.0.2.0", "10.0.2.1")
    assert addresses["mgmt1"] == "10.0.2.4"


def test_other_endpoints_follow_the_pools(tmp_path: Path) -> None:
    """Ports of the fabric that no pool serves come after the last pool's extent, each once."""
    found, _ = cluster(tmp_path)
    net = next(n for n in found.networks if n.name == "mgmt")
    after = net.addresses[net.pool < 0]
    assert after.size
    assert after.min() > net.addresses[net.pool == 0].max()
    assert len(set(net.addresses.tolist())) == net.addresses.size


def test_growth_moves_no_address(tmp_path: Path) -> None:
    """Building two more stores within `grow_to` changes no address of what was there."""
    before, _ = cluster(tmp_path / "a", "parameters: {stores: {default: 2}}")
    after, _ = cluster(tmp_path / "b", "parameters: {stores: {default: 4}}")
    for network in ("mgmt", "data"):
        old, new = given(before, network), given(after, network)
        assert old.items() <= new.items()
        assert len(new) > len(old)


def test_the_gateway_is_left_out(tmp_path: Path) -> None:
    """No port gets the address of the gateway, which lies among them."""
    found, _ = cluster(tmp_path, "networks: {data: {gateway: 10.0.8.1}}")
    assert "10.0.8.1" not in given(found, "data").values()
    assert "10.0.8.2" in given(found, "data").values()


def test_networks_of_a_range_have_their_own_prefixes(tmp_path: Path) -> None:
    """A prefix may be a template over the brackets of its key."""
    found, _ = cluster(tmp_path, 'networks: {"rail[r:1-2]": {prefix: "10.{r}.0.0/24"}}')
    prefixes = {n.name: n.prefix for n in found.networks}
    assert (prefixes["rail1"], prefixes["rail2"]) == ("10.1.0.0/24", "10.2.0.0/24")


def test_ipv6_addresses_are_whole(tmp_path: Path) -> None:
    """An IPv6 network gives out addresses beyond 64 bits."""
    found, _ = cluster(tmp_path, 'networks: {data: {prefix: "2001:db8::/64"}}')
    assert "2001:db8::1" in given(found, "data").values()


def test_a_prefix_with_host_bits_offers_the_prefix(tmp_path: Path) -> None:
    """Bits after the prefix length are a finding with the prefix that was meant."""
    _, findings = cluster(tmp_path, "networks: {data: {prefix: 10.0.8.1/24}}")
    found = next(f for f in findings if f.code == "ETH004")
    assert found.help == "write 10.0.8.0/24"


def test_pools_that_overlap_are_both_named(tmp_path: Path) -> None:
    """Two pools that meet, now or at final extent, are one finding with both places."""
    text = 'networks: {mgmt: {pools: {stores: {of: {nodes: "store[*]", ports: oob}, start: 10.0.1.0}}}}'
    _, findings = cluster(tmp_path, text)
    found = next(f for f in findings if f.code == "ETH004")
    assert found.message == "pools blades and stores both give out 10.0.1.0"
    assert len(found.related) == 1


def test_an_index_that_repeats_names_two_ports(tmp_path: Path) -> None:
    """An index that gives two ports one number is found before anything is installed."""
    said = messages(tmp_path, "networks: {mgmt: {pools: {blades: {index: ultra_node + node}}}}")
    assert len(said) == 1
    assert said[0].startswith("pool blades gives 10.0.1.1 to two ports, un1-")


def test_a_pool_beyond_its_prefix_is_found_at_final_extent(tmp_path: Path) -> None:
    """What only fits today does not fit: unbuilt ultra-nodes count."""
    said = messages(tmp_path, "networks: {mgmt: {pools: {blades: {start: 10.0.3.240}}}}")
    assert len(said) == 1
    assert "pool blades gives out 10.0.4." in said[0]


def test_too_small_a_prefix_says_what_it_has(tmp_path: Path) -> None:
    """A prefix that cannot hold its fabric says how many it needs and has."""
    said = messages(tmp_path, "networks: {data: {prefix: 10.0.8.0/29}}")
    assert len(said) == 1
    assert said[0].endswith("10.0.8.0/29 has 6 from 10.0.8.1")


def test_an_unknown_coordinate_lists_those_there_are(tmp_path: Path) -> None:
    """An index over a coordinate that the pool lacks names what it has."""
    _, findings = cluster(tmp_path, "networks: {mgmt: {pools: {blades: {index: shelf}}}}")
    found = next(f for f in findings if f.code == "SCH011")
    assert "has no coordinate shelf; it has" in found.message
