"""A second opinion on a fabric, from its link list alone: csv and dict, nothing of the product."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

NODE = "node"
COLUMNS = [
    "id",
    "fabric",
    "phase",
    "a_device",
    "a_port",
    "a_cage",
    "a_rack",
    "a_u",
    "z_device",
    "z_port",
    "z_cage",
    "z_rack",
    "z_u",
    "rate_bps",
    "cable_id",
    "medium",
    "length_m",
    "length_basis",
    "state",
]
"""The columns that every link list has, in this order, before any other."""


@dataclass
class Fabric:
    """The links of one fabric: (lower device, port, upper device, port, rate), by class, bottom first."""

    name: str
    classes: dict[str, list[tuple[str, str, str, str, int]]] = field(default_factory=dict)

    @property
    def chain(self) -> list[str]:
        """The tiers, bottom first, without the endpoints."""
        above = dict(name.split("-", 1) for name in self.classes)
        found = [NODE]
        while found[-1] in above:
            found.append(above[found[-1]])
        return found[1:]

    def under(self, tier: str) -> list[tuple[str, str, str, str, int]]:
        """Return the links below a tier."""
        return [link for name, links in self.classes.items() if name.endswith(f"-{tier}") for link in links]

    def over(self, tier: str) -> list[tuple[str, str, str, str, int]]:
        """Return the links above a tier."""
        return [link for name, links in self.classes.items() if name.startswith(f"{tier}-") for link in links]

    def switches(self, tier: str) -> set[str]:
        """Return the switches of a tier that have links."""
        return {link[2] for link in self.under(tier)} | {link[0] for link in self.over(tier)}


def read(lines: Iterable[str]) -> dict[str, Fabric]:
    """Read a link list; links of state broken carry nothing and are left out."""
    fabrics: dict[str, Fabric] = {}
    for row in csv.DictReader(lines):
        if row["state"] == "broken":
            continue
        fabric = fabrics.setdefault(row["fabric"], Fabric(row["fabric"]))
        link = (row["a_device"], row["a_port"], row["z_device"], row["z_port"], int(row["rate_bps"] or 0))
        fabric.classes.setdefault(row["class"], []).append(link)
    return fabrics


def used_twice(fabrics: Iterable[Fabric]) -> list[tuple[str, str]]:
    """Return the ports in which more than one link ends, over all fabrics."""
    ends: Counter[tuple[str, str]] = Counter()
    for fabric in fabrics:
        for links in fabric.classes.values():
            for a, a_port, z, z_port, _ in links:
                ends[a, a_port] += 1
                ends[z, z_port] += 1
    return [end for end, count in ends.items() if count > 1]


def tier_conflicts(fabric: Fabric) -> set[str]:
    """Return the devices that stand in two tiers, or are both an endpoint and a switch that it passes."""
    tiers: dict[str, set[str]] = defaultdict(set)
    for name, links in fabric.classes.items():
        lower, upper = name.split("-", 1)
        for a, _, z, _, _ in links:
            tiers[a].add(lower)
            tiers[z].add(upper)
    return {device for device, found in tiers.items() if len(found) > 1}


def rails(fabric: Fabric) -> dict[str, set[str]]:
    """Return per first-tier switch the labels of the ports that hang on it."""
    found: dict[str, set[str]] = defaultdict(set)
    for _, port, switch, _, _ in fabric.under(fabric.chain[0]):
        found[switch].add(port)
    return found


def oversubscription(fabric: Fabric, tier: str) -> float | None:
    """Return bandwidth down over bandwidth up of the worst switch of a tier; None at the top."""
    down: Counter[str] = Counter()
    up: Counter[str] = Counter()
    for _, _, switch, _, rate in fabric.under(tier):
        down[switch] += rate
    for switch, _, _, _, rate in fabric.over(tier):
        up[switch] += rate
    if not up:
        return None
    return max(down[switch] / up[switch] for switch in fabric.switches(tier))


def imbalance(fabric: Fabric, tier: str) -> int:
    """Return the largest difference in links from one switch to two upper switches of its group."""
    pairs = Counter((a, z) for a, _, z, _, _ in fabric.over(tier))
    find = _union(pairs)
    uppers: dict[str, set[str]] = defaultdict(set)
    for _, z in pairs:
        uppers[find(z)].add(z)
    worst = 0
    for a in {a for a, _ in pairs}:
        counts = [pairs[a, z] for z in uppers[find(a)]]
        worst = max(worst, max(counts) - min(counts))
    return worst


def components(fabric: Fabric) -> int:
    """Return into how many parts the switches fall; in a fabric of one tier, nodes join them as well."""
    one_tier = len(fabric.chain) == 1
    edges = [
        (a, z)
        for name, links in fabric.classes.items()
        if one_tier or not name.startswith(f"{NODE}-")
        for a, _, z, _, _ in links
    ]
    find = _union(edges)
    return len({find(switch) for tier in fabric.chain for switch in fabric.switches(tier)})


class _Union:
    """Sets of names that grow together."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        root = name
        while self.parent.setdefault(root, root) != root:
            root = self.parent[root]
        while self.parent[name] != root:
            self.parent[name], name = root, self.parent[name]
        return root


def _union(edges: Iterable[tuple[str, str]]) -> _Union:
    find = _Union()
    for a, z in edges:
        find.parent[find(a)] = find(z)
    return find
