"""Rules of Ethernet and IP: prefixes and addresses."""

from __future__ import annotations

from cluster_spec.testing import decided, state, validate_text
from tests.support.clusters import one


def test_overlapping_prefixes_name_each_other() -> None:
    """A prefix inside of another is a finding with both places."""
    found = one(validate_text("networks: {data: {prefix: 10.0.2.0/24}}"), "ETH001")
    assert found.message == "data 10.0.2.0/24 and mgmt 10.0.0.0/22 overlap in VRF default"
    assert len(found.related) == 1


def test_nesting_on_purpose_is_declared() -> None:
    """`nested_in` allows it, also over several steps."""
    text = """
networks:
  half: {prefix: 10.0.8.0/25, nested_in: data}
  quarter: {prefix: 10.0.8.0/26, nested_in: half}
"""
    assert state(validate_text(text), "ETH001") == "pass"


def test_separate_routing_may_repeat_a_prefix() -> None:
    """Two VRFs know nothing of each other."""
    assert state(validate_text("networks: {data: {prefix: 10.0.0.0/22, vrf: storage}}"), "ETH001") == "pass"


def test_nested_networks_give_out_no_address_twice() -> None:
    """A pool in a nested network meets the hosts of the outer one."""
    text = """
networks:
  few: {prefix: 10.0.8.0/25, nested_in: data, pools: {m: {of: {nodes: mgmt1, ports: oob}, start: 10.0.8.1}}}
"""
    found = one(validate_text(text), "ETH004")
    assert "gives out 10.0.8.1 as " in found.message


def test_addresses_are_decided() -> None:
    """The addresses of the pocket cluster are looked at, and are legal."""
    report = validate_text("{}")
    assert state(report, "ETH004") == "pass"
    assert decided(report, "ETH004") == 2
