"""`networks`: prefixes, pools, and an address for every port that takes one; stable within `grow_to`."""

from __future__ import annotations

import ipaddress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.columns import common, member
from cluster_spec.diagnostics import ADDRESS, DANGLING, EXPRESSION, SHAPE, Related
from cluster_spec.expressions import ExpressionError, compile_expression
from cluster_spec.model.cluster import Network
from cluster_spec.model.namespace import NameTable
from cluster_spec.names import natural_key
from cluster_spec.records import field, record
from cluster_spec.resolve.endpoints import _piece as piece
from cluster_spec.resolve.endpoints import _populations as populations
from cluster_spec.resolve.families import build_section
from cluster_spec.resolve.scope import Stop
from cluster_spec.resolve.values import texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cluster_spec.diagnostics import Path
    from cluster_spec.resolve.census import Population
    from cluster_spec.resolve.devices import Stage
    from cluster_spec.resolve.families import Entry
    from cluster_spec.resolve.groups import Groups
    from cluster_spec.resolve.step import Build

IPV4, IPV6 = 4, 6
MANY = 100_000
"""IPv6 addresses are Python integers: a network gives out at most so many."""
KINDS = ("ultra_nodes", "nodes", "devices", "every")


@record(slots=True, eq=False)
class Hosts:
    """Ports at their final extent, in order: device row (-1 not built), port in its layout, coordinates."""

    population: Population
    element: np.ndarray
    device: np.ndarray
    port: np.ndarray
    coordinates: Mapping[str, np.ndarray]


@record(slots=True, eq=False)
class Block:
    """Addresses that belong together: a pool, or what follows the pools (`path` is then the network's)."""

    name: str
    path: Path
    hosts: list[Hosts]
    address: np.ndarray


@record(slots=True)
class Space:
    """One network while its addresses are given out."""

    stage: Stage
    name: str
    path: Path
    net: Any
    gateway: int | None
    blocks: list[Block] = field(default_factory=list)

    @property
    def first(self) -> int:
        """The network address."""
        return int(self.net.network_address)

    @property
    def last(self) -> int:
        """The last address that a host may have."""
        whole = self.first + int(self.net.num_addresses) - 1
        return whole - 1 if self.net.version == IPV4 and self.net.prefixlen < 31 else whole  # noqa: PLR2004

    @property
    def lowest(self) -> int:
        """The first address that a host may have."""
        point = self.net.num_addresses <= 2  # noqa: PLR2004 - /31, /127 and single addresses have no others
        return self.first if point else self.first + 1

    def spell(self, address: Any) -> str:
        """Return an address as people write it."""
        kind = ipaddress.IPv4Address if self.net.version == IPV4 else ipaddress.IPv6Address
        value = int(address)
        return str(kind(value)) if 0 <= value < 2 ** kind(0).max_prefixlen else f"address {value}"


def resolve_networks(
    stage: Stage, networks: Mapping[str, Any], builds: Sequence[Build], groups: Groups
) -> tuple[Network, ...]:
    """Resolve all networks: prefix, gateway, pools, and the endpoints of the fabric after the pools' extents.

    An address is a closed function of a port's coordinates and of final extents: `start` + `index`, without
    `index` the number among all ports of the pool at final extent. Unbuilt ports keep theirs.
    """
    section = build_section(stage.scope, "networks", networks, ("networks",), {}, stage.built)
    known = {name for entry in section.entries for name in entry.range.names()}
    found: list[Network] = []
    for entry in section.entries:
        for index, (name, row) in enumerate(zip(entry.range.names(), entry.rows, strict=True)):
            if row < 0:
                continue
            try:
                found.append(_network(stage, entry, index, name, _fabric(stage, entry, builds), groups))
                _nested(stage, entry, known)
            except Stop:
                continue
    return tuple(sorted(found, key=lambda network: natural_key(network.name)))


def _fabric(stage: Stage, entry: Entry, builds: Sequence[Build]) -> Build | None:
    name = entry.value.fabric
    if name is None:
        return None
    found = next((b for b in builds if b.name == name), None)
    if found is None:
        if any(f.section == f"fabrics.{name}" for f in stage.scope.failed):
            raise Stop
        raise stage.scope.dangling((*entry.path, "fabric"), name, "fabric", [b.name for b in builds])
    return found


def _nested(stage: Stage, entry: Entry, known: set[str]) -> None:
    outer = entry.value.nested_in
    if outer is not None and outer not in known:
        raise stage.scope.dangling((*entry.path, "nested_in"), outer, "network", sorted(known))


def _network(
    stage: Stage, entry: Entry, index: int, name: str, build: Build | None, groups: Groups
) -> Network:
    value, path = entry.value, entry.path
    net = _prefix(stage, _text(stage, entry, index, "prefix", value.prefix), (*path, "prefix"))
    space = Space(stage, name, path, net, None)
    if value.gateway is not None:
        space.gateway = _address(
            space, _text(stage, entry, index, "gateway", value.gateway), (*path, "gateway")
        )
    for pool in sorted(value.pools or {}, key=natural_key):
        start = texts(
            stage.scope,
            value.pools[pool].start,
            (*path, "pools", pool, "start"),
            entry.range.bindings(),
            entry.size,
        )
        given = start if isinstance(start, str) else str((start or [""])[index])
        role = None if build is None else build.fabric.role
        _pool(space, pool, value.pools[pool], given, groups, role)
    _disjoint(space)
    if build is not None:
        _follow(space, build, stage.scope.count(value.reserved, (*path, "reserved"), 0) or 0)
    return _record(space, value, -1 if build is None else build.index)


def _text(stage: Stage, entry: Entry, index: int, key: str, value: str) -> str:
    spelled = texts(stage.scope, value, (*entry.path, key), entry.range.bindings(), entry.size)
    return spelled if isinstance(spelled, str) else str((spelled or [""])[index])


def _prefix(stage: Stage, text: str, path: Path) -> Any:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        pass
    try:
        loose = str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise stage.scope.stop(ADDRESS, path, f"{text} is no IP prefix") from None
    raise stage.scope.stop(
        ADDRESS, path, f"{text} has bits set after its prefix length", help=f"write {loose}"
    )


def _address(space: Space, text: str, path: Path) -> int:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        raise space.stage.scope.stop(ADDRESS, path, f"{text} is no IP address") from None
    if found not in space.net:
        raise space.stage.scope.stop(
            ADDRESS, path, f"{space.name}: {path[-1]} {text} lies outside of {space.net}"
        )
    return int(found)


# -- pools -----------------------------------------------------------------------------------------


def _pool(space: Space, name: str, pool: Any, start: str, groups: Groups, role: str | None) -> None:
    """Give the addresses of one pool: start + index; without `ports` to those of the fabric's role."""
    stage, path = space.stage, (*space.path, "pools", name)
    base = _address(space, start, (*path, "start"))
    own = {"ports": role} if role is not None and "every" not in pool.of else {}
    hosts = _of(stage, {**own, **pool.of}, (*path, "of"), groups)
    sizes = [h.device.size for h in hosts]
    if pool.index is None:
        numbers = np.arange(sum(sizes), dtype=np.int64)
    else:
        where = (*path, "index")
        numbers = np.concatenate(
            [_index(stage, pool.index, where, h) for h in hosts] or [np.zeros(0, np.int64)]
        )
    block = Block(name, path, hosts, _absolute(space, base, numbers, path))
    _inside(space, block, "index" if pool.index is not None else "start")
    space.blocks.append(block)


def _index(stage: Stage, index: int | str, path: Path, hosts: Hosts) -> np.ndarray:
    if not isinstance(index, int):
        try:
            lacking = compile_expression(index).names - hosts.coordinates.keys() - stage.scope.integers.keys()
        except ExpressionError as error:
            raise stage.scope.stop(EXPRESSION, path, f"index: {error.message}", column=error.column) from None
        if lacking:
            names = ", ".join(sorted(n for n in hosts.coordinates if not n.startswith("_")))
            raise stage.scope.stop(
                EXPRESSION,
                path,
                f"index: {hosts.population.label} has no coordinate {min(lacking)}; it has {names}",
            )
    found = stage.scope.integer(index, path, hosts.coordinates)
    return np.broadcast_to(np.asarray(found, dtype=np.int64), hosts.device.size)


def _absolute(space: Space, base: int, numbers: np.ndarray, path: Path) -> np.ndarray:
    """Return addresses as int64, for IPv6 as Python integers."""
    if space.net.version == IPV4:
        return base + numbers.astype(np.int64)
    if numbers.size > MANY:
        raise space.stage.scope.stop(
            ADDRESS, path, f"{numbers.size:,} IPv6 addresses, a network gives out at most {MANY:,}", key=True
        )
    return np.array([base + int(n) for n in numbers], dtype=object)


def _of(stage: Stage, of: Mapping[str, Any], path: Path, groups: Groups) -> list[Hosts]:
    """Return the ports that `{nodes: "n[*]", ports: oob}` selects."""
    given = [k for k in of if k != "ports"]
    shape_ok = len(given) == 1 and given[0] in KINDS and isinstance(of.get("ports", ""), str)
    text = of[given[0]] if len(given) == 1 else None
    if given == ["every"]:
        shape_ok = (
            shape_ok and isinstance(text, dict) and isinstance(text.get("role"), str) and len(text) == 1
        )
    elif not isinstance(text, str):
        shape_ok = False
    if not shape_ok:
        raise stage.scope.stop(
            SHAPE, path, f"of names one of {', '.join(KINDS)}, and ports by role or label", key=True
        )
    kinds = dict.fromkeys(("ultra_nodes", "nodes", "accelerators", "every"))
    entry = SimpleNamespace(**{**kinds, given[0]: text}, ports=of.get("ports"), home=None)
    named = given == ["devices"]
    found = _by_name(stage, str(text), (*path, "devices")) if named else populations(stage, entry, path, -2)
    hosts = [h for p, numbers in found if (h := _hosts(stage, entry, path, p, numbers, groups)) is not None]
    if not hosts:
        raise stage.scope.stop(DANGLING, path, f"nothing it names has a port {of.get('ports')!r}", key=True)
    return hosts


def _hosts(
    stage: Stage, entry: Any, path: Path, population: Population, numbers: np.ndarray, groups: Groups
) -> Hosts | None:
    found = piece(stage, entry, path, population, numbers)
    if found is None:
        return None
    groups.coordinates(population, found)
    return Hosts(population, found["element"], found["device"], found["port"], found["coordinates"])


def _by_name(stage: Stage, text: str, path: Path) -> list[tuple[Population, np.ndarray]]:
    """Return the populations and numbers of devices by name; only what exists has a name."""
    names = NameTable(tuple(stage.census.groups)).spelled()
    wanted = [n.encode() for r in stage.scope.ranges(text, path) for n in r.names()]
    rows = np.flatnonzero(member(names, np.array(wanted or [b""])))
    if rows.size != len(set(wanted)):
        known = set(names[rows].tolist())
        lost = next(n for n in wanted if n not in known)
        raise stage.scope.dangling(path, lost.decode(), "device", [n.decode() for n in names[:2000].tolist()])
    found = [(p, np.flatnonzero(member(p.device, rows))) for p in stage.census.populations]
    return sorted(((p, n) for p, n in found if n.size), key=lambda item: natural_key(item[0].label))


# -- what is legal ---------------------------------------------------------------------------------


def _inside(space: Space, block: Block, key: str) -> None:
    """A block stays within the prefix, without network, broadcast and gateway; one address, one port."""
    address, scope = block.address, space.stage.scope
    if not address.size:
        return
    low, high = int(address.min()), int(address.max())
    if low < space.lowest or high > space.last:
        bad = low if low < space.lowest else high
        raise scope.stop(
            ADDRESS,
            (*block.path, key),
            f"pool {block.name} gives out {space.spell(bad)}, {space.name} {space.net} has "
            f"{space.spell(space.lowest)} to {space.spell(space.last)} for hosts",
        )
    if space.gateway is not None and (address == space.gateway).any():
        raise scope.stop(
            ADDRESS,
            (*block.path, key),
            f"pool {block.name} gives out {space.spell(space.gateway)}, the gateway of {space.name}",
        )
    twice = _twice(address)
    if twice is not None:
        a, b = (_who(space, [block], i) for i in np.flatnonzero(address == twice)[:2])
        raise scope.stop(
            ADDRESS,
            (*block.path, key),
            f"pool {block.name} gives {space.spell(twice)} to two ports, {a} and {b}",
        )


def _twice(address: np.ndarray) -> Any:
    """Return an address that occurs twice, or None."""
    if address.size < 2 or bool((address[1:] > address[:-1]).all()):  # noqa: PLR2004 - two make a pair
        return None
    ordered = np.sort(address)
    hit = np.flatnonzero(ordered[1:] == ordered[:-1])
    return ordered[hit[0]] if hit.size else None


def _disjoint(space: Space) -> None:
    """Two pools give out no address twice."""
    for i, one in enumerate(space.blocks):
        for other in space.blocks[:i]:
            if not one.address.size or not other.address.size:
                continue
            if one.address.min() > other.address.max() or other.address.min() > one.address.max():
                continue
            both = common(one.address, other.address)
            if both.size:
                raise space.stage.scope.stop(
                    ADDRESS,
                    one.path,
                    f"pools {other.name} and {one.name} both give out {space.spell(both[0])}",
                    key=True,
                    related=[Related("the other pool", space.stage.scope.place(other.path, key=True))],
                )


def _who(space: Space, blocks: list[Block], index: int) -> str:
    """Name the port at a position of blocks."""
    for block in blocks:
        for hosts in block.hosts:
            if index < hosts.device.size:
                device = int(hosts.device[index])
                port = f"port {int(hosts.port[index])}"
                if device < 0:
                    return f"{port} of a device of {hosts.population.label} that is not built yet"
                layout = int(hosts.population.layout[hosts.element[index]])
                label = space.stage.hardware.layouts[layout].ports[int(hosts.port[index])].label
                name = NameTable(tuple(space.stage.census.groups)).spell(device)
                return f"{name} {label}"
            index -= hosts.device.size
    return "a port"


# -- after the pools -------------------------------------------------------------------------------


def _follow(space: Space, build: Build, reserved: int) -> None:
    """Give the fabric's endpoints that no pool serves the addresses after the pools' extents, in order."""
    left = _left_over(space, build)
    count = sum(h.device.size for h in left)
    if not count:
        return
    start = max(
        [int(b.address.max()) + 1 for b in space.blocks if b.address.size] + [space.lowest + reserved]
    )
    numbers = np.arange(count, dtype=np.int64)
    skip = space.gateway is not None and start <= space.gateway
    if skip:
        numbers = numbers + (numbers >= space.gateway - start)  # type: ignore[operator]
    end = start + int(numbers[-1])
    if end > space.last:
        room = max(space.last - start + 1, 0)
        pools = " and ".join(b.name for b in space.blocks)
        after = f" after pool {pools}" if pools else ""
        raise space.stage.scope.stop(
            ADDRESS,
            (*space.path, "prefix"),
            f"{space.name}: {count:,} ports of fabric {build.name} need addresses{after}, "
            f"{space.net} has {room:,} from {space.spell(start)}",
        )
    block = Block("", space.path, left, _absolute(space, start, numbers, space.path))
    space.blocks.append(block)


def _left_over(space: Space, build: Build) -> list[Hosts]:
    """Return the fabric's endpoints at final extent, in their order, without those that a pool serves."""
    stage, path = space.stage, (*build.path, "endpoints")
    served: dict[int, list[np.ndarray]] = {}
    joined = np.zeros(stage.census.size + 1, dtype=bool)
    joined[build.ends.device] = True
    for block in space.blocks:
        for hosts in block.hosts:
            key = hosts.element.astype(np.int64) << 16 | hosts.port
            served.setdefault(id(hosts.population), []).append(key)
    found: list[Hosts] = []
    entries = build.fabric.endpoints or {}
    for name in sorted(entries, key=lambda n: (entries[n].order or 0, natural_key(n), n)):
        entry, where = entries[name], (*path, name)
        if not stage.scope.holds(entry.when, (*where, "when")):
            continue
        for population, numbers in populations(stage, entry, where, build.index):
            built = population.device[population.device >= 0]
            if built.size and not joined[built].any():
                continue
            ports = piece(stage, entry, where, population, numbers)
            if ports is not None:
                found.append(_without(population, ports, served.get(id(population), [])))
    return found


def _without(population: Population, hosts: dict[str, Any], served: list[np.ndarray]) -> Hosts:
    keep = slice(None)
    if served:
        key = hosts["element"].astype(np.int64) << 16 | hosts["port"]
        keep = ~member(key, np.concatenate(served))  # type: ignore[assignment]
    return Hosts(population, hosts["element"][keep], hosts["device"][keep], hosts["port"][keep], {})


def _record(space: Space, value: Any, fabric: int) -> Network:
    """Return the network with the addresses of what is built."""
    pools = [b.name for b in space.blocks if b.name]
    none = np.zeros(0, dtype=np.int64)
    hosts = [(i if b.name else -1, h) for i, b in enumerate(space.blocks) for h in b.hosts]
    device = np.concatenate([h.device for _, h in hosts] or [none])
    address = np.concatenate([b.address for b in space.blocks] or [none])
    built = device >= 0
    origin = space.stage.scope.origin
    return Network(
        space.name,
        fabric,
        str(space.net),
        space.net.version,
        space.first,
        space.net.prefixlen,
        value.vlan,
        value.vrf or "default",
        space.gateway,
        value.nested_in,
        device[built],
        np.concatenate([h.port for _, h in hosts] or [none])[built],
        address[built],
        np.concatenate([np.full(h.device.size, p) for p, h in hosts] or [none])[built],
        tuple(pools),
        origin(*space.path),
        tuple(origin(*b.path) for b in space.blocks if b.name),
    )
