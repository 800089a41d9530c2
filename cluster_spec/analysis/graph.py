"""The graph of a fabric: links that carry traffic by class, degrees, components. Nodes are device rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.cache import once
from cluster_spec.columns import distinct, member
from cluster_spec.model.tables import STATES
from cluster_spec.records import record

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster

BROKEN = STATES.index("broken")
IDLE = tuple(STATES.index(s) for s in ("spare", "reserved", "broken"))
"""States of devices that need no link."""


Pieces = tuple[tuple[int, int], ...] | np.ndarray
"""Rows of the link table: runs (start, end), or each of them."""


@record(frozen=True, slots=True, eq=False)
class Wires:
    """Links of one class that carry traffic: device rows of the lower end `a` and the upper end `z` (int64).

    `lower` and `upper` are tiers of the fabric, -1 for endpoints; `pieces` are their rows in the link table, of
    which `alive` are left (None: all).
    """

    klass: int
    name: str
    lower: int
    upper: int
    rate: int | None
    a: np.ndarray
    z: np.ndarray
    pieces: Pieces
    alive: np.ndarray | None

    def take(self, column: np.ndarray) -> np.ndarray:
        """Return a column of the link table for these links."""
        return _take(column, self.pieces, self.alive)

    def rows(self) -> np.ndarray:
        """Return the rows of the links in the link table."""
        if isinstance(self.pieces, np.ndarray):
            found = self.pieces
        else:
            pieces = [np.arange(start, end) for start, end in self.pieces]
            found = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int64)
        return found if self.alive is None else found[self.alive]


def _take(column: np.ndarray, pieces: Pieces, alive: np.ndarray | None) -> np.ndarray:
    if isinstance(pieces, np.ndarray):
        found = column[pieces]
    elif len(pieces) == 1:
        found = column[pieces[0][0] : pieces[0][1]]
    else:
        found = np.concatenate([column[start:end] for start, end in pieces] or [column[:0]])
    return found if alive is None else found[alive]


def wires(cluster: Cluster, fabric: int) -> tuple[Wires, ...]:
    """Return the links of a fabric that carry traffic, by class: not broken, and at no broken device."""
    found = once(cluster, "wires", _wires)
    return tuple(w for w in found if cluster.classes[w.klass].fabric == fabric)


def _wires(cluster: Cluster) -> list[Wires]:
    links, pieces = cluster.links, _pieces(cluster.links.klass)
    dead = links.state == BROKEN if len(links) and int(links.state.max()) >= BROKEN else None
    broken = cluster.devices.state == BROKEN
    result: list[Wires] = []
    for index, klass in enumerate(cluster.classes):
        own = pieces.get(index, ())
        a = _take(links.a_device, own, None).astype(np.int64)
        z = _take(links.z_device, own, None).astype(np.int64)
        alive = None if dead is None else ~_take(dead, own, None)
        if broken.any():
            intact = ~(broken[a] | broken[z])
            alive = intact if alive is None else alive & intact
        if alive is not None and alive.all():
            alive = None
        if alive is not None:
            a, z = a[alive], z[alive]
        result.append(Wires(index, klass.name, klass.lower, klass.upper, klass.rate, a, z, own, alive))
    return result


MANY = 256


def _pieces(klass: np.ndarray) -> dict[int, Pieces]:
    """Return the runs of each class, few where links are made class by class; of shuffled lists, the rows."""
    pieces: dict[int, list[tuple[int, int]]] = {}
    if not klass.size:
        return {}
    starts = np.concatenate([[0], np.flatnonzero(klass[1:] != klass[:-1]) + 1])
    if starts.size > MANY:
        return {own: np.flatnonzero(klass == own) for own in distinct(klass).tolist()}
    ends = np.append(starts[1:], klass.size)
    for start, end, own in zip(starts.tolist(), ends.tolist(), klass[starts].tolist(), strict=True):
        pieces.setdefault(own, []).append((start, end))
    return {own: tuple(runs) for own, runs in pieces.items()}


@record(frozen=True, slots=True, eq=False)
class Degrees:
    """Links in use per device row in one class: `a` as the lower end, `z` as the upper end."""

    a: np.ndarray
    z: np.ndarray


def degrees(cluster: Cluster, link: Wires) -> Degrees:
    """Return how many links of a class each device has."""
    size = len(cluster.devices)
    return once(
        cluster,
        ("degrees", link.klass),
        lambda _: Degrees(np.bincount(link.a, minlength=size), np.bincount(link.z, minlength=size)),
    )


def switches(cluster: Cluster, fabric: int) -> np.ndarray:
    """Return the device rows of the switches of a fabric."""
    return once(cluster, ("switches", fabric), lambda _: np.flatnonzero(cluster.devices.fabric == fabric))


def built(cluster: Cluster) -> list[int]:
    """Return the fabrics that have switches: those that are expanded."""
    return [i for i, own in enumerate(cluster.fabrics) if own.tiers and switches(cluster, i).size]


def join(size: int, a: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return the least node of the component of each of `size` nodes under edges a-z (int64).

    Hooks the larger root under the smaller and halves paths until nothing changes; the array must be int64
    throughout, since `minimum.at` is slow on mixed types.
    """
    label = np.arange(size, dtype=np.int64)
    while a.size:
        left, right = label[a], label[z]
        differ = left != right
        if not differ.any():
            break
        a, z, left, right = a[differ], z[differ], left[differ], right[differ]
        np.minimum.at(label, np.maximum(left, right), np.minimum(left, right))
        while True:
            shorter = label[label]
            if np.array_equal(shorter, label):
                break
            label = shorter
    return label


def join_two_sides(size: int, a: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return an upper node that stands for the component of each node, -1 for nodes without an edge.

    One sweep settles groups in which all lower nodes share an upper one, as in a Clos network; the few edges
    that it leaves open, and nodes that are on both sides by mistake, are joined one by one.
    """
    result = np.full(size, -1, dtype=np.int64)
    if not a.size:
        return result
    first = np.full(size, size, dtype=np.int64)
    np.minimum.at(first, a, z)
    via = first[a]
    least = np.full(size, size, dtype=np.int64)
    np.minimum.at(least, z, via)
    reached = least[z]
    open_ = reached != via
    upper = np.flatnonzero(least < size)
    lower = np.flatnonzero(first < size)
    both = lower[least[lower] < size]
    label = join(
        size,
        np.concatenate([upper, reached[open_], both]),
        np.concatenate([least[upper], via[open_], first[both]]),
    )
    result[lower] = label[first[lower]]
    result[upper] = label[upper]
    return result


def groups(cluster: Cluster, link: Wires) -> np.ndarray:
    """Return the connected group of each device under the links of one tier pair: a device row, or -1."""
    return once(
        cluster, ("groups", link.klass), lambda _: join_two_sides(len(cluster.devices), link.a, link.z)
    )


@record(frozen=True, slots=True, eq=False)
class Components:
    """The connected parts of a fabric: `of` per device row (-1: no working switch of it), and how many.

    `owners` says that switches are joined through the owners of endpoints (fabrics of one tier).
    """

    of: np.ndarray
    count: int
    owners: bool = False


def switched(cluster: Cluster, fabric: int) -> Components:
    """Return components counted through switches only, so that a node of several ports joins nothing."""
    return once(cluster, ("switched", fabric), lambda _: _switched(cluster, fabric))


def _switched(cluster: Cluster, fabric: int) -> Components:
    a: list[np.ndarray] = []
    z: list[np.ndarray] = []
    for link in wires(cluster, fabric):
        if link.lower < 0 or link.upper < 0:
            continue
        if link.lower == link.upper:
            a.append(link.a)
            z.append(link.z)
            continue
        label = groups(cluster, link)
        touched = np.flatnonzero(label >= 0)
        a.append(touched)
        z.append(label[touched])
    return _numbered(cluster, fabric, _joined(len(cluster.devices), a, z), owners=False)


def _joined(size: int, a: list[np.ndarray], z: list[np.ndarray]) -> np.ndarray:
    return join(size, np.concatenate(a), np.concatenate(z)) if a else np.arange(size, dtype=np.int64)


def _numbered(cluster: Cluster, fabric: int, label: np.ndarray, *, owners: bool) -> Components:
    """Number the components of working switches; those without any link that need none are left out."""
    size = len(cluster.devices)
    mine = working(cluster, fabric)
    present = np.zeros(label.size, dtype=bool)
    present[label[mine]] = True
    number = np.cumsum(present) - 1
    of = np.full(size, -1, dtype=np.int64)
    of[mine] = number[label[mine]]
    return Components(of, int(present.sum()), owners)


def working(cluster: Cluster, fabric: int) -> np.ndarray:
    """Return the switches of a fabric that it counts on: linked, or in a state in which they should be."""
    mine = switches(cluster, fabric)
    state = cluster.devices.state[mine]
    needed = ~member(state, IDLE)
    linked = linked_devices(cluster, fabric)[mine] & (state != BROKEN)
    return np.asarray(mine[needed | linked])


def linked_devices(cluster: Cluster, fabric: int) -> np.ndarray:
    """Return whether each device has a link of the fabric (bool per device row)."""

    def find(_: Cluster) -> np.ndarray:
        found = np.zeros(len(cluster.devices), dtype=bool)
        for link in wires(cluster, fabric):
            degree = degrees(cluster, link)
            found |= (degree.a > 0) | (degree.z > 0)
        return found

    return once(cluster, ("linked", fabric), find)


def components(cluster: Cluster, fabric: int) -> Components:
    """Return the components of a fabric as rules and reports count them.

    Through switches only; a fabric of one tier through the owners of its endpoints as well, because rails
    that have no switch in common join inside the node, and a scale-up domain is its ultra-node.
    """
    if len(cluster.fabrics[fabric].tiers) != 1:
        return switched(cluster, fabric)
    return once(cluster, ("components", fabric), lambda _: _through_owners(cluster, fabric))


def _through_owners(cluster: Cluster, fabric: int) -> Components:
    size, ultra_node = len(cluster.devices), cluster.devices.ultra_node
    a: list[np.ndarray] = []
    z: list[np.ndarray] = []
    for link in wires(cluster, fabric):
        if link.lower < 0 <= link.upper:
            inside = ultra_node[link.a].astype(np.int64)
            label = join_two_sides(
                size + len(cluster.ultra_nodes), np.where(inside >= 0, size + inside, link.a), link.z
            )
            touched = np.flatnonzero(label >= 0)
            a.append(touched)
            z.append(label[touched])
        elif link.lower >= 0:
            a.append(link.a)
            z.append(link.z)
    label = _joined(size + len(cluster.ultra_nodes), a, z)
    return _numbered(cluster, fabric, label, owners=True)
