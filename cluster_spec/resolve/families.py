"""Entries of a section become families: rows numbered together by the printed number, to their final extent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.diagnostics import DANGLING, DUPLICATE_KEY, RANGE, Path, Related
from cluster_spec.expressions import ExpressionError, compile_template
from cluster_spec.model.namespace import NameGroup
from cluster_spec.names import natural_key
from cluster_spec.records import field, record
from cluster_spec.resolve.scope import Stop, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cluster_spec.names import Range
    from cluster_spec.resolve.built import Built
    from cluster_spec.resolve.scope import Scope


@record(slots=True)
class Entry:
    """One manifest entry: its range, what was written, and the family numbers of its elements."""

    path: Path
    value: Any
    range: Range
    built: bool = True
    mask: np.ndarray | None = None
    numbers: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    rows: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def size(self) -> int:
        """How many elements the entry names."""
        return self.range.size


@record(slots=True)
class Family:
    """Keys that differ only in numbers. Element `number` is mixed radix over `printed - base` per bracket."""

    literals: tuple[str, ...]
    widths: tuple[int, ...]
    letters: tuple[bool, ...]
    base: tuple[int, ...]
    extent: tuple[int, ...]
    entries: list[Entry]
    rows: np.ndarray  # per number: row of the table, -1 where nothing is built
    first: int = 0
    count: int = 0
    numbers: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def size(self) -> int:
        """How many elements the family has at its final extent."""
        return int(self.rows.size)

    def final(self, grow_to: Mapping[str, Any]) -> int:
        """Return how many elements there will be: what `grow_to` states, else all that entries name."""
        if "".join(self.literals) in grow_to or not self.entries:
            return self.size
        return sum(int(entry.numbers.size) for entry in self.entries)

    @property
    def label(self) -> str:
        """The family's name: its literals."""
        return "".join(self.literals) or "*"

    def printed(self, numbers: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the printed numbers of each bracket."""
        columns: list[np.ndarray] = []
        rest = numbers
        for base, extent in zip(reversed(self.base), reversed(self.extent), strict=True):
            columns.append(rest % extent + base)
            rest = rest // extent
        return tuple(reversed(columns))

    def number(self, columns: Sequence[np.ndarray]) -> np.ndarray:
        """Return the numbers of printed brackets; -1 where they lie outside the extent."""
        total = np.zeros(columns[0].shape if columns else 1, dtype=np.int64)
        bad = np.zeros(total.shape, dtype=bool)
        for column, base, extent in zip(columns, self.base, self.extent, strict=True):
            local = column - base
            bad |= (local < 0) | (local >= extent)
            total = total * extent + local
        return np.where(bad, -1, total)

    def owners(self) -> np.ndarray:
        """Return the entry of each number; what no entry names yet goes with its nearest predecessor."""
        owner = np.full(self.size, -1, dtype=np.int64)
        for index, entry in enumerate(self.entries):
            owner[entry.numbers] = index
        known = np.flatnonzero(owner >= 0)
        if not known.size:
            return owner
        last = np.maximum.accumulate(np.where(owner >= 0, np.arange(self.size), -1))
        return np.asarray(owner[np.where(last < 0, known[0], last)])

    def bindings(self, entry: Entry, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Return the named brackets of an entry at any numbers of the family."""
        return {
            bracket.name: column
            for bracket, column in zip(entry.range.brackets, self.printed(numbers), strict=True)
            if bracket.name is not None and not bracket.letters
        }

    def group(self) -> NameGroup:
        """Return the names of the family's rows."""
        return NameGroup(
            self.first, self.count, self.literals, self.widths, self.letters, self.printed(self.numbers)
        )


@record(slots=True)
class Section:
    """All families of one table, in natural order of their names, and lookups by name."""

    kind: str
    families: list[Family]
    entries: list[Entry]
    size: int = 0
    _by_literals: dict[tuple[str, ...], Family] = field(default_factory=dict)

    def index(self) -> None:
        """Prepare lookups; families are complete."""
        self._by_literals = {f.literals: f for f in self.families}

    def known(self) -> list[str]:
        """Return names for "did you mean": every literal key, and the patterns of ranges."""
        return [entry.range.text for entry in self.entries]

    # -- references -------------------------------------------------------------------------------------------

    def find(self, name: str) -> tuple[Family, int] | None:
        """Return the family and number of one spelled name."""
        for family in self.families:
            columns = _match(family, name)
            if columns is not None:
                number = int(family.number([np.array([c]) for c in columns])[0])
                if number >= 0:
                    return family, number
        return None

    def one(
        self, scope: Scope, value: str, path: Path, env: Mapping[str, Any], count: int, *, strict: bool = True
    ) -> np.ndarray:
        """Resolve a *one* field for `count` elements to rows; -1 where a name is not built.

        A reference to nothing is a finding; with `strict` one to an entry that is dropped is too.
        """
        spelled = "{" in value
        rows = (
            self._template(scope, value, path, env, count)
            if spelled
            else self._plain(scope, value, path, count)
        )
        if strict and rows.size and int(rows.min()) < 0:
            raise scope.stop(
                DANGLING, path, f"{value}: names {self.kind} that are dropped by `when` or not built yet"
            )
        return rows

    def _plain(self, scope: Scope, value: str, path: Path, count: int) -> np.ndarray:
        ranges = scope.ranges(value, path)
        size = sum(r.size for r in ranges)
        if size not in {1, count}:
            raise scope.stop(
                RANGE,
                path,
                f"{value} names {size} {self.kind} for {count} elements: one for each, or one for all",
            )
        rows = np.concatenate([self._rows(scope, r, path) for r in ranges])
        return np.repeat(rows, count) if size == 1 else rows

    def _rows(self, scope: Scope, range_: Range, path: Path) -> np.ndarray:
        family = self._by_literals.get(range_.literals)
        if family is not None and _same_print(_widths(range_), family, range_.coordinates()):
            numbers = family.number(range_.coordinates())
            if numbers.size and int(numbers.min()) >= 0 and self._declared(family, numbers):
                return np.asarray(family.rows[numbers])
        rows = [self._named(scope, name, path) for name in range_.names()]
        return np.array(rows, dtype=np.int64)

    def _named(self, scope: Scope, name: str, path: Path) -> int:
        found = self.find(name)
        if found is None or not self._declared(found[0], np.array([found[1]])):
            raise scope.dangling(path, name, self.kind.rstrip("s"), self.known())
        return int(found[0].rows[found[1]])

    def _declared(self, family: Family, numbers: np.ndarray) -> bool:
        declared = np.zeros(family.size, dtype=bool)
        for entry in family.entries:
            declared[entry.numbers] = True
        return bool(declared[numbers].all())

    def _template(
        self, scope: Scope, value: str, path: Path, env: Mapping[str, Any], count: int
    ) -> np.ndarray:
        try:
            template = compile_template(value)
            family = self._by_literals.get(template.literals)
            full = {**scope.integers, **env}
            if family is not None and not any(family.letters):
                columns = tuple(
                    np.broadcast_to(np.asarray(v, dtype=np.int64), count) for v in template.values(full)
                )
                widths = tuple(width for _, width in template.fields)
                numbers = family.number(columns)
                if (
                    _same_print(widths, family, columns)
                    and (not numbers.size or int(numbers.min()) >= 0)
                    and self._declared(family, numbers)
                ):
                    return np.asarray(family.rows[numbers])
            names = template.spell(full, count)
        except ExpressionError as error:
            raise scope.stop(_expression_code(), path, error.message, column=error.column) from None
        cache: dict[str, int] = {}
        for name in names:
            if name not in cache:
                cache[name] = self._named(scope, name, path)
        return np.array([cache[name] for name in names], dtype=np.int64)

    def foreseen(
        self, scope: Scope, value: str, env: Mapping[str, Any], count: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return family index and number that a template names for `count` elements, declared or not; -1 none.

        It serves what is not built yet, so nothing here is a finding.
        """
        family_index = np.full(count, -1, dtype=np.int64)
        number = np.full(count, -1, dtype=np.int64)
        try:
            template = compile_template(value)
            full = {**scope.integers, **env}
            family = self._by_literals.get(template.literals)
            if family is not None and not any(family.letters):
                columns = [
                    np.broadcast_to(np.asarray(v, dtype=np.int64), count) for v in template.values(full)
                ]
                number = family.number(columns) if columns else np.zeros(count, dtype=np.int64)
                family_index[number >= 0] = self.families.index(family)
                return family_index, number
            hits = [self.find(name) for name in template.spell(full, count)]
        except ExpressionError:
            return family_index, number
        for i, hit in enumerate(hits):
            if hit is not None:
                family_index[i], number[i] = self.families.index(hit[0]), hit[1]
        return family_index, number

    def many(self, scope: Scope, value: str, path: Path) -> np.ndarray:
        """Resolve a *set* field to rows, in written order; dropped names leave the set."""
        pieces = [
            self._wild(scope, r, path) if r.wild else self._rows(scope, r, path)
            for r in scope.ranges(value, path)
        ]
        rows = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int64)
        return rows[rows >= 0]

    def _wild(self, scope: Scope, range_: Range, path: Path) -> np.ndarray:
        picked = [f.rows[f.rows >= 0] for f in self.families if _wild_match(range_, f)]
        if not picked:
            raise scope.dangling(path, range_.text, self.kind.rstrip("s"), self.known())
        return np.concatenate(picked)

    def family_sets(self, scope: Scope, value: str, path: Path) -> list[tuple[Family, np.ndarray]]:
        """Resolve a *set* field to families and the numbers in them at final extent (`*`: all of them)."""
        result: list[tuple[Family, np.ndarray]] = []
        for range_ in scope.ranges(value, path):
            if range_.wild:
                hits = [f for f in self.families if _wild_match(range_, f)]
                if not hits:
                    raise scope.dangling(path, range_.text, self.kind.rstrip("s"), self.known())
                result += [(f, np.arange(f.size)) for f in hits]
                continue
            for name, numbers in self._by_family(scope, range_, path).items():
                family = next(f for f in self.families if f.literals == name)
                result.append((family, np.array(numbers)))
        return result

    def _by_family(self, scope: Scope, range_: Range, path: Path) -> dict[tuple[str, ...], Any]:
        family = self._by_literals.get(range_.literals)
        if family is not None and _same_print(_widths(range_), family, range_.coordinates()):
            numbers = family.number(range_.coordinates())
            if numbers.size and int(numbers.min()) >= 0:
                return {family.literals: numbers}
        found: dict[tuple[str, ...], list[int]] = {}
        for name in range_.names():
            hit = self.find(name)
            if hit is None:
                raise scope.dangling(path, name, self.kind.rstrip("s"), self.known())
            found.setdefault(hit[0].literals, []).append(hit[1])
        return found


def _widths(range_: Range) -> tuple[int, ...]:
    return tuple(b.width for b in range_.brackets)


def _expression_code() -> Any:
    from cluster_spec.diagnostics import EXPRESSION

    return EXPRESSION


def _same_print(widths: Sequence[int], family: Family, columns: Sequence[np.ndarray]) -> bool:
    """Whether numbers print alike under the widths of a reference and of the family."""
    for width, own, column in zip(widths, family.widths, columns, strict=True):
        if max(width, 1) != max(own, 1) and column.size:
            digits = len(str(int(np.abs(column).min())))
            if digits < max(width, own):
                return False
    return True


def _match(family: Family, name: str) -> list[int] | None:
    """Return the printed numbers of a spelled name in a family's pattern, or None."""
    pattern = re.escape(family.literals[0])
    for literal, letter in zip(family.literals[1:], family.letters, strict=True):
        pattern += ("(.)" if letter else "([0-9]+)") + re.escape(literal)
    found = re.fullmatch(pattern, name)
    if found is None:
        return None
    values: list[int] = []
    for text, letter, width in zip(found.groups(), family.letters, family.widths, strict=True):
        value = ord(text) if letter else int(text)
        if not letter and f"{value:0{max(width, 1)}}" != text:
            return None
        values.append(value)
    return values


def _wild_match(range_: Range, family: Family) -> bool:
    """Whether `dgx[*]` or `*` covers a family."""
    return range_.text == "*" or range_.literals == family.literals


def build_section(
    scope: Scope,
    kind: str,
    entries: Mapping[str, Any],
    top: Path,
    grow_to: Mapping[str, Any],
    built: Built,
) -> Section:
    """Turn the entries of a section into families and number their rows; `built` says what exists."""
    parsed: list[Entry] = []
    for key in sorted(entries, key=natural_key):
        value = entries[key]
        try:
            path = (*top, key)
            entry = Entry(path, value, scope.range(key, path, key=True))
            if entry.range.wild:
                raise scope.stop(RANGE, path, f"{key}: a key names things, `*` selects them", key=True)
            entry.built = built.holds(value, path)
            if entry.built:
                entry.mask = built.mask(kind, entry)
            parsed.append(entry)
        except Stop:
            continue
    section = Section(kind, [], parsed)
    for group in _grouped(parsed):
        _family(scope, section, group, grow_to)
    section.families.sort(key=lambda f: (natural_key("".join(f.literals)), f.literals))
    _number(section)
    section.index()
    _clash(scope, section)
    return section


def _grouped(entries: list[Entry]) -> list[list[Entry]]:
    """Group entries whose literals agree; a key without brackets joins the pattern that it fits."""
    groups: dict[tuple[str, ...], list[Entry]] = {}
    plain: list[Entry] = []
    for entry in entries:
        if entry.range.brackets:
            groups.setdefault(entry.range.literals, []).append(entry)
        else:
            plain.append(entry)
    for entry in plain:
        groups.setdefault(entry.range.literals, []).append(entry)
    return list(groups.values())


def _family(scope: Scope, section: Section, group: list[Entry], grow_to: Mapping[str, Any]) -> None:
    ranges = [entry.range for entry in group]
    brackets = len(ranges[0].brackets)
    widths = tuple(max(r.brackets[i].width for r in ranges) for i in range(brackets))
    letters = tuple(ranges[0].brackets[i].letters for i in range(brackets))
    bases, extents = [], []
    finals = _final(scope, ranges[0].literals, grow_to, brackets)
    for i in range(brackets):
        values = np.concatenate([r.brackets[i].values for r in ranges])
        low, high = (int(values.min()), int(values.max())) if values.size else (1, 0)
        final = finals[i]
        base, extent = _extent(low, high, final, letters=letters[i])
        bases.append(base)
        extents.append(extent)
        if final is not None and values.size and high >= base + extent:
            scope.report(
                RANGE,
                ("grow_to", "".join(ranges[0].literals)),
                f"{group[-1].range.text} goes to {high}, beyond the final extent "
                f"{base + extent - 1} that grow_to states",
            )
            extents[i] = high - base + 1
    size = int(np.prod(extents, dtype=np.int64)) if brackets else 1
    family = Family(
        ranges[0].literals, widths, letters, tuple(bases), tuple(extents), group, np.full(size, -1, np.int64)
    )
    owner = np.full(size, -1, dtype=np.int64)
    for position, entry in enumerate(group):
        entry.numbers = family.number(entry.range.coordinates())
        _overlap(scope, family, group, owner, position)
        owner[entry.numbers] = position
        if entry.built:
            family.rows[entry.numbers if entry.mask is None else entry.numbers[entry.mask]] = 0
    family.numbers = np.flatnonzero(family.rows >= 0)
    family.count = int(family.numbers.size)
    section.families.append(family)


def _final(
    scope: Scope, literals: tuple[str, ...], grow_to: Mapping[str, Any], brackets: int
) -> list[tuple[int, int] | int | None]:
    """Return the final extent of each bracket: `20`, or `"[101-132]"`, or `"[1-2][1-8]"` for two brackets."""
    none: list[tuple[int, int] | int | None] = [None] * brackets
    value = grow_to.get("".join(literals))
    if value is None or not brackets:
        return none
    path = ("grow_to", "".join(literals))
    if isinstance(value, str) and value.startswith("["):
        given = scope.range(value, path).brackets
        if not all(b.values.size for b in given):
            raise scope.stop(RANGE, path, f"{value} is empty: a final extent has a first and a last number")
        bounds = [(int(b.values.min()), int(b.values.max())) for b in given]
        if len(bounds) != brackets:
            raise scope.stop(RANGE, path, f"{value} has {len(bounds)} brackets, the family has {brackets}")
        return list(bounds)
    return [scope.scalar(value, path), *none[1:]]


def _extent(low: int, high: int, final: tuple[int, int] | int | None, *, letters: bool) -> tuple[int, int]:
    if isinstance(final, tuple):
        return final[0], final[1] - final[0] + 1
    if letters:
        return ord("a") if low >= ord("a") else ord("A"), high - (
            ord("a") if low >= ord("a") else ord("A")
        ) + 1
    if final is not None:
        return (0 if low == 0 else 1), final
    base = low if low > 1 else max(low, 0)
    return base, max(high - base + 1, 0)


def _overlap(scope: Scope, family: Family, group: list[Entry], owner: np.ndarray, position: int) -> None:
    entry = group[position]
    unique, counts = np.unique(entry.numbers, return_counts=True)
    if unique.size != entry.numbers.size:
        name = _name(family, int(unique[counts > 1][0]))
        raise scope.stop(DUPLICATE_KEY, entry.path, f"{entry.range.text} names {name} twice", key=True)
    taken = owner[entry.numbers]
    hit = np.flatnonzero(taken >= 0)
    if hit.size:
        other = group[int(taken[hit[0]])]
        name = _name(family, int(entry.numbers[hit[0]]))
        raise scope.stop(
            DUPLICATE_KEY,
            entry.path,
            f"{entry.range.text} and {other.range.text} both name {name}",
            key=True,
            related=[Related("the other one", scope.place(other.path, key=True))],
        )


def _name(family: Family, number: int) -> str:
    columns = family.printed(np.array([number]))
    return NameGroup(0, 1, family.literals, family.widths, family.letters, columns).spell(0)


def _number(section: Section) -> None:
    first = 0
    for family in section.families:
        family.first = first
        family.rows[family.numbers] = first + np.arange(family.count)
        first += family.count
        for entry in family.entries:
            entry.rows = family.rows[entry.numbers]
    section.size = first


def _clash(scope: Scope, section: Section) -> None:
    """Two families may spell one name: `a[1-20]` and `a1[0-9]`."""
    for i, one in enumerate(section.families):
        for other in section.families[i + 1 :]:
            if not _may_meet(one, other):
                continue
            small, large = sorted((one, other), key=lambda f: f.size)
            for number in small.numbers[:100_000]:
                name = _name(small, int(number))
                columns = _match(large, name)
                if columns is None:
                    continue
                hit = int(large.number([np.array([c]) for c in columns])[0])
                if hit >= 0 and large.rows[hit] >= 0:
                    entry = other.entries[0]
                    scope.report(
                        DUPLICATE_KEY,
                        entry.path,
                        f"{entry.range.text} and {one.entries[0].range.text} both name {name}",
                        key=True,
                        related=[Related("the other one", scope.place(one.entries[0].path, key=True))],
                    )
                    break


def _may_meet(one: Family, other: Family) -> bool:
    """Whether two patterns can spell one name: their first literals agree as far as both go."""
    a, b = one.literals[0], other.literals[0]
    short = min(len(a), len(b))
    if a[:short] != b[:short]:
        return False
    rest = (a if len(a) > short else b)[short:]
    return not rest or rest[0].isdigit() or any(one.letters) or any(other.letters)


__all__ = ["Entry", "Family", "Section", "build_section", "nearest"]
