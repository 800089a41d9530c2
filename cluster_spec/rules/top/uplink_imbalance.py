"""TOP003: every lower switch has the same links to every upper switch of its group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.balance import balance, suspects, tolerance, usual
from cluster_spec.analysis.graph import built, wires
from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Verdict, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cluster_spec.analysis.balance import Balance
    from cluster_spec.model.cluster import Cluster

LACK, UNEVEN = 0, 1


@rule(
    "TOP003",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="NVIDIA DGX SuperPOD reference architecture (H100): every leaf has the same links to every spine",
    sections=("fabrics",),
)
def uplink_imbalance(cluster: Cluster) -> Verdict:
    """A switch lacks uplinks that its neighbours have, or spreads them unevenly over the tier above.

    Why:
        Routing spreads traffic over upper switches evenly. Where one of them has fewer links it fills up
        first, and a fabric that is non-blocking on paper blocks. Each connected group of two adjacent tiers
        is looked at for itself; `spread: balanced` allows a difference of one.
    Bad:
        exceptions:
          dead: {of: {links: "compute:compute-leaf-1-1:9/1"}, omit: true, because: example}
    Good:
        exceptions:
          dead: {of: {links: "compute:compute-leaf-1-1:9/1"}, set: {medium: dr4}, because: example}
    """
    bad: list[Bad] = []
    decided = 0
    for fabric in built(cluster):
        for link in wires(cluster, fabric):
            if 0 <= link.lower < link.upper and link.a.size:
                found = balance(cluster, link)
                decided += found.low.size
                bad += _findings(cluster, fabric, found)
    return Verdict("devices", decided, tuple(bad))


def _findings(cluster: Cluster, fabric: int, found: Balance) -> Iterator[Bad]:
    """Yield switches that lack uplinks, then those whose uplinks are uneven."""
    allowed = tolerance(cluster, fabric, found.link.upper)
    typical = usual(found)
    lack = typical - found.total
    uneven = found.most - found.least > allowed
    if not uneven.any() and not lack.any():
        return
    short = np.flatnonzero(lack > 0)
    if short.size:
        tell = _short(cluster, fabric, found, short, typical)
        yield Bad(
            found.low[short],
            lambda subject, i: tell(subject, np.array([i])),
            found.total[short],
            typical[short],
            "uplinks",
            cause=np.full(short.size, found.link.klass * 2 + LACK),
            worst=lack[short],
            say_all=tell,
        )
    rest = np.flatnonzero((suspects(found, uneven) & (lack <= 0)) | (lack < 0))
    if rest.size:
        yield Bad(
            found.low[rest],
            _uneven(cluster, fabric, found, rest),
            (found.most - found.least)[rest],
            allowed,
            "links of difference",
            cause=np.full(rest.size, found.link.klass * 2 + UNEVEN),
        )


def _short(
    cluster: Cluster, fabric: int, found: Balance, short: np.ndarray, typical: np.ndarray
) -> Callable[[str, np.ndarray], str]:
    tiers = cluster.fabrics[fabric].tiers
    low, high = tiers[found.link.lower].name, tiers[found.link.upper].name

    def tell(subject: str, indices: np.ndarray) -> str:
        rows = short[indices]
        lack = (typical - found.total)[rows]
        least, most = int(lack.min()), int(lack.max())
        number = "one uplink" if most == 1 else f"{least if least == most else f'{least} to {most}'} uplinks"
        verb = "lacks" if rows.size == 1 else "lack"
        row = rows[int(np.argmax(lack))]
        worst = cluster.devices.names.spell(int(found.low[row]))
        return (
            f"{rows.size:,} of {found.low.size:,} {low} switches {verb} {number} to {high}: {subject} "
            f"({worst} has {found.total[row]}, {typical[row]} are usual)"
        )

    return tell


def _uneven(cluster: Cluster, fabric: int, found: Balance, rest: np.ndarray) -> Callable[[str, int], str]:
    tiers, names = cluster.fabrics[fabric].tiers, cluster.devices.names
    low, high = tiers[found.link.lower].name, tiers[found.link.upper].name
    groups: dict[int, _Group] = {}

    def tell(subject: str, i: int) -> str:
        row = int(rest[i])
        own = found.low[row]
        if found.most[row] == found.least[row]:
            own_name = names.spell(int(own))
            return f"{subject}: {own_name} has {found.total[row]} links to {high}, other {low} switches less"
        number = int(found.group[row])
        if number not in groups:
            groups[number] = _Group(found, number)
        (most, many), (least, few) = groups[number].pairs(int(own))
        return (
            f"{subject}: {low} links to {high} are uneven, {names.spell(int(own))} has {many} to "
            f"{names.spell(most)} and {few} to {names.spell(least)}"
        )

    return tell


class _Group:
    """The links of one group of lower switches: the lower switches, the upper ones, and links between them."""

    def __init__(self, found: Balance, number: int) -> None:
        link = found.link
        self.low = found.low[found.group == number]
        self.index = np.full(int(max(link.a.max(), link.z.max())) + 1, -1, dtype=np.int64)
        self.index[self.low] = np.arange(self.low.size)
        mine = self.index[link.a] >= 0
        self.a = self.index[link.a[mine]]
        self.upper, self.z = np.unique(link.z[mine], return_inverse=True)
        self.table: np.ndarray | None = None
        if self.low.size > 1 and self.low.size * self.upper.size <= 1 << 24:
            cells = np.bincount(self.a * self.upper.size + self.z, minlength=self.low.size * self.upper.size)
            self.table = cells.reshape(self.low.size, -1)

    def pairs(self, switch: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the upper switches that stand out most in the links of a lower switch, with the number of links.

        Compared with the most similar switch of its group, so that a link to a wrong group shows as such.
        """
        own = int(self.index[switch])
        if self.table is None:
            links = change = np.bincount(self.z[self.a == own], minlength=self.upper.size)
        else:
            links = self.table[own]
            likeness = np.minimum(self.table, links).sum(axis=1)
            likeness[own] = -1
            other = self.table[int(np.argmax(likeness))]
            change = links - other if (links != other).any() else links
        most, least = int(np.argmax(change)), int(np.argmin(change))
        return (int(self.upper[most]), int(links[most])), (int(self.upper[least]), int(links[least]))
