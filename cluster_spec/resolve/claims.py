"""`claims`: every bound becomes one row with its value in base units and its place."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cluster_spec import units
from cluster_spec.diagnostics import DANGLING, SHAPE, UNITLESS_CLAIM
from cluster_spec.model.cluster import Claim
from cluster_spec.resolve.scope import Stop, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cluster_spec.diagnostics import Path
    from cluster_spec.resolve.scope import Scope

RELATIONS = ("at_least", "at_most", "exactly")
COUNTS = ("accelerators", "nodes", "servers", "racks", "cables")
AMOUNTS = {"memory": "memory", "memory_bandwidth": "bandwidth", "availability": "percent"}
BANDWIDTHS = ("scale_up_bandwidth", "scale_out_bandwidth")
NODE = "node"


def resolve_claims(
    scope: Scope,
    claims: Any,
    built: Mapping[str, Sequence[str]],
    declared: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Claim, ...]:
    """Return the claims of a manifest (None: there are none), in the order of their subjects.

    `built` maps the fabrics that exist to their tiers, bottom first; `declared` those that are written, with what
    `when`, cases and phases dropped. A claim on something declared that is not built is left out: it is not
    applicable. A claim on something that is not even declared is a dangling reference.
    """
    if claims is None:
        return ()
    reader = _Reader(scope, built, built if declared is None else declared)
    found = [
        claim
        for make in (_counts, _compute, _amounts, _directed, _others, _fabrics)
        for claim in make(reader, claims)
    ]
    return tuple(sorted(found, key=lambda claim: (claim.subject, RELATIONS.index(claim.relation))))


class _Reader:
    """Evaluates bounds, and knows which fabrics and tiers there are."""

    def __init__(
        self, scope: Scope, built: Mapping[str, Sequence[str]], declared: Mapping[str, Sequence[str]]
    ) -> None:
        self.scope, self.built, self.declared = scope, built, declared

    def bounds(
        self,
        subject: tuple[str, ...],
        path: Path,
        given: Mapping[str, Any],
        unit: str,
        value: Callable[[Any, Path], int | float],
        direction: str | None = None,
    ) -> Iterator[Claim]:
        """Yield one claim per bound; a bound that cannot be read is a finding and left out."""
        for relation in RELATIONS:
            raw = given.get(relation)
            if raw is None:
                continue
            place = (*path, relation)
            try:
                wanted = value(raw, place)
            except Stop:
                continue
            yield Claim(subject, relation, wanted, unit, self.scope.origin(*place), direction)

    def count(self, raw: int | str, path: Path) -> int:
        """Evaluate a count: an integer or an expression over parameters, not below 0."""
        number = self.scope.scalar(raw, path)
        if number < 0:
            raise self.scope.stop(SHAPE, path, f"{path[-1]} is {number}, a count is at least 0")
        return number

    def quantity(self, dimension: str) -> Callable[[str, Path], int]:
        """Return what reads a quantity of a dimension; a wrong one is a claim without its unit."""

        def read(text: str, path: Path) -> int:
            try:
                return units.parse(text, dimension)
            except ValueError as error:
                raise self.scope.stop(UNITLESS_CLAIM, path, f"{path[-2]}: {error}") from None

        return read

    def names(self, key: str, path: Path) -> list[str]:
        """Return the fabrics that a key names and that exist; an unknown one is dangling."""
        found = [name for range_ in self.scope.ranges(key, path, key=True) for name in range_.names()]
        for name in found:
            if name not in self.declared:
                raise self.scope.dangling(path, name, "fabric", sorted(self.declared), key=True)
        return [name for name in found if name in self.built]

    def tier(self, fabric: str, tier: str, path: Path) -> bool:
        """Whether a tier is built; one that is not even declared is dangling."""
        if tier not in self.declared[fabric] and tier not in self.built[fabric]:
            raise self.scope.dangling(path, tier, f"tier of {fabric}", list(self.built[fabric]), key=True)
        return tier in self.built[fabric]

    def link_class(self, fabric: str, name: str, path: Path) -> bool:
        """Whether both tiers of `leaf-spine` are built, lower first; what is no pair of tiers is dangling."""
        chain = [NODE, *self.built[fabric]]
        known = {NODE, *self.declared[fabric], *chain}
        cuts = [i for i, letter in enumerate(name) if letter == "-"]
        pairs = [(name[:i], name[i + 1 :]) for i in cuts if name[:i] in known and name[i + 1 :] in known]
        if not pairs:
            classes = [f"{low}-{high}" for low, high in pairwise(chain)]
            raise self.scope.dangling(path, name, f"class of links of {fabric}", classes, key=True)
        low, high = pairs[0]
        if low not in chain or high not in chain:
            return False
        if chain.index(low) > chain.index(high):
            help_ = nearest(f"{high}-{low}", [f"{high}-{low}"])
            raise self.scope.stop(
                DANGLING, path, f"{name!r} names the upper tier first", key=True, help=help_
            )
        return True


def _counts(reader: _Reader, claims: Any) -> Iterator[Claim]:
    for name in COUNTS:
        given = getattr(claims, name)
        if given is not None:
            yield from reader.bounds((name,), ("claims", name), given, "count", reader.count)


def _compute(reader: _Reader, claims: Any) -> Iterator[Claim]:
    for precision, given in (claims.compute or {}).items():
        subject = ("compute", precision)
        yield from reader.bounds(subject, ("claims", *subject), given, "compute", reader.quantity("compute"))


def _amounts(reader: _Reader, claims: Any) -> Iterator[Claim]:
    for name, dimension in AMOUNTS.items():
        given = getattr(claims, name)
        if given is not None:
            subject = (name.replace("_", "-"),)
            yield from reader.bounds(
                subject, ("claims", *subject), given, dimension, reader.quantity(dimension)
            )


def _bounded(given: Any) -> dict[str, Any]:
    return {relation: getattr(given, relation) for relation in RELATIONS}


def _directed(reader: _Reader, claims: Any) -> Iterator[Claim]:
    read = reader.quantity("bandwidth")
    for name in BANDWIDTHS:
        given = getattr(claims, name)
        if given is not None:
            subject = (name.replace("_", "-"),)
            path = ("claims", *subject)
            yield from reader.bounds(subject, path, _bounded(given), "bandwidth", read, given.direction)


def _others(reader: _Reader, claims: Any) -> Iterator[Claim]:
    for kind, given in (claims.power or {}).items():
        subject = ("power", kind)
        yield from reader.bounds(subject, ("claims", *subject), given, "power", reader.quantity("power"))
    if claims.pue is not None:
        yield from reader.bounds(("pue",), ("claims", "pue"), claims.pue, "ratio", lambda raw, _: raw)


def _fabrics(reader: _Reader, claims: Any) -> Iterator[Claim]:
    """Yield the claims on fabrics: switches, links, bisection, subnet."""
    sections = {"switches": _switches, "links": _links, "bisection": _bisection, "subnet": _subnet}
    for section, make in sections.items():
        for key, given in (getattr(claims, section) or {}).items():
            path = ("claims", section, key)
            try:
                names = reader.names(key, path)
            except Stop:
                continue
            for fabric in names:
                yield from make(reader, fabric, path, given)


def _switches(reader: _Reader, fabric: str, path: Path, given: Mapping[str, Any]) -> Iterator[Claim]:
    yield from _parts_of(reader, fabric, path, given, reader.tier)


def _links(reader: _Reader, fabric: str, path: Path, given: Mapping[str, Any]) -> Iterator[Claim]:
    yield from _parts_of(reader, fabric, path, given, reader.link_class)


def _parts_of(
    reader: _Reader,
    fabric: str,
    path: Path,
    given: Mapping[str, Any],
    exists: Callable[[str, str, Path], bool],
) -> Iterator[Claim]:
    for name, bounds in given.items():
        try:
            there = exists(fabric, name, (*path, name))
        except Stop:
            continue
        if there:
            yield from reader.bounds(
                (str(path[1]), fabric, name), (*path, name), bounds, "count", reader.count
            )


def _bisection(reader: _Reader, fabric: str, path: Path, given: Any) -> Iterator[Claim]:
    read = reader.quantity("bandwidth")
    yield from reader.bounds(("bisection", fabric), path, _bounded(given), "bandwidth", read, given.direction)


def _subnet(reader: _Reader, fabric: str, path: Path, given: Mapping[str, Any]) -> Iterator[Claim]:
    yield from reader.bounds(("subnet", fabric), path, given, "count", reader.count)
