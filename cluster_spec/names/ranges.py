"""Name patterns: `un[01-16]-b[n:01-80]` read into literals, brackets, coordinates and names."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.columns import common, member
from cluster_spec.expressions import Letters
from cluster_spec.names.bracket import MAX_SIZE, Bracket, RangeError, read_bracket
from cluster_spec.names.spelling import spell_bytes
from cluster_spec.records import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MAX_BRACKETS = 8
_STRAY = re.compile(r"[\]{}\x00-\x1f\x7f]")


@record(frozen=True, eq=False)
class Range:
    """One pattern: `brackets[i]` stands between `literals[i]` and `[i + 1]`; the last varies fastest."""

    text: str
    literals: tuple[str, ...]
    brackets: tuple[Bracket, ...]

    @cached_property
    def size(self) -> int:
        """How many names it has; 0 for a wild range, which has names only in what is declared."""
        return prod(bracket.values.size for bracket in self.brackets)

    @property
    def wild(self) -> bool:
        """Whether it is `*`, or a bracket is `[*]`."""
        return self.text == "*" or any(bracket.wild for bracket in self.brackets)

    @property
    def key(self) -> tuple[str, ...]:
        """The literals: two patterns with equal keys are of one shape."""
        return self.literals

    @cached_property
    def _columns(self) -> tuple[NDArray[np.int64], ...]:
        return tuple(_product(self.brackets, self.size))

    def coordinates(self) -> tuple[NDArray[np.int64], ...]:
        """Return the printed numbers of every element: per bracket an int64 column of length `size`."""
        return self._columns

    def spelled(self) -> NDArray[np.bytes_]:
        """Return the names as UTF-8, dtype `S<n>`, in order."""
        if not self.brackets:
            return np.array([self.literals[0].encode()], np.bytes_)
        widths = [bracket.width for bracket in self.brackets]
        letters = [bracket.letters for bracket in self.brackets]
        return spell_bytes(self.literals, self.coordinates(), widths, letters)

    def names(self) -> list[str]:
        """Return the names in order."""
        if not self.brackets:
            return [self.literals[0]]
        return b"\n".join(self.spelled().tolist()).decode().split("\n") if self.size else []

    def bindings(self) -> dict[str, NDArray[np.int64] | Letters]:
        """Return the columns of the named brackets, as expressions use them."""
        columns = self.coordinates()
        return {
            bracket.name: Letters(column) if bracket.letters else column
            for bracket, column in zip(self.brackets, columns, strict=True)
            if bracket.name is not None
        }

    def matches(self, other: Range) -> bool:
        """Return whether this pattern may select names of `other`: equal shape, brackets of equal kind."""
        pairs = zip(self.brackets, other.brackets, strict=False)
        return self.literals == other.literals and all(
            a.wild or b.wild or a.letters == b.letters for a, b in pairs
        )

    def select(self, declared: Range) -> NDArray[np.int64]:
        """Return the positions in `declared` of the names that this range selects, ascending.

        Names are compared as they are printed: `c[1-9]` selects nothing of `c[01-16]`.
        """
        if self.matches(declared):
            mask = np.ones(declared.size, np.bool_)
            for mine, theirs, column in zip(
                self.brackets, declared.brackets, declared.coordinates(), strict=True
            ):
                if not mine.wild:
                    mask &= member(column, _printed_alike(mine, theirs))
            return np.flatnonzero(mask)
        if self.wild or not declared.size or not self.size:
            return np.empty(0, np.int64)
        return np.flatnonzero(member(declared.spelled(), self.spelled()))


def _product(brackets: tuple[Bracket, ...], size: int) -> list[NDArray[np.int64]]:
    columns = []
    inner = size
    for bracket in brackets:
        count = bracket.values.size
        if not size:
            columns.append(np.empty(0, np.int64))
            continue
        inner //= count
        column = bracket.values
        if size != count:
            column = np.tile(np.repeat(column, inner), size // (inner * count))
        column.setflags(write=False)
        columns.append(column)
    return columns


def _printed_alike(a: Bracket, b: Bracket) -> NDArray[np.int64]:
    """Return the values of `a` that bracket `b` would print in the same way."""
    if a.letters or a.width == b.width:
        return a.values
    alike: NDArray[np.int64] = a.values[a.values >= 10 ** (max(a.width, b.width) - 1)]
    return alike


def overlap_values(a: Bracket, b: Bracket) -> NDArray[np.int64]:
    """Return the sorted values that both brackets have and print alike."""
    shared: NDArray[np.int64] = common(_printed_alike(a, b), b.values)
    return shared if a.letters == b.letters else shared[:0]


def _find_close(text: str, start: int) -> int:
    end = text.find("]", start)
    if end < 0:
        raise RangeError("`[` is not closed", start - 1)
    if "[" in text[start:end]:
        raise RangeError("brackets do not nest", text.index("[", start))
    return end


def _literal(text: str, start: int, end: int) -> str:
    stray = _STRAY.search(text, start, end)
    if stray is not None:
        shown = stray[0] if stray[0].isprintable() else f"\\x{ord(stray[0]):02x}"
        raise RangeError(f"`{shown}` does not occur outside brackets", stray.start())
    return text[start:end]


def _read(text: str, start: int, end: int, env: Mapping[str, Any]) -> Range:
    literals: list[str] = []
    brackets: list[Bracket] = []
    at = start
    while (opening := text.find("[", at, end)) >= 0:
        literals.append(_literal(text, at, opening))
        close = _find_close(text, opening + 1)
        brackets.append(read_bracket(text, opening + 1, close, env))
        at = close + 1
    literals.append(_literal(text, at, end))
    _check(text, start, end, brackets)
    return Range(text[start:end], tuple(literals), tuple(brackets))


def _check(text: str, start: int, end: int, brackets: list[Bracket]) -> None:
    if start == end:
        raise RangeError("a name is empty", start)
    if len(brackets) > MAX_BRACKETS:
        raise RangeError(f"more than {MAX_BRACKETS} brackets", start)
    size = prod(bracket.values.size for bracket in brackets)
    if size > MAX_SIZE:
        raise RangeError(f"the range has {size:,} names, at most {MAX_SIZE:,} are read", start, large=True)
    names = [bracket.name for bracket in brackets if bracket.name]
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise RangeError(f"two brackets have the name `{twice}`", text.rindex(f"{twice}", start, end))


def _commas(text: str) -> list[int]:
    """Return the places of the commas outside brackets."""
    places, depth = [], 0
    for match in re.finditer(r"[\[\],]", text):
        if match[0] == ",":
            if depth == 0:
                places.append(match.start())
        else:
            depth = 1 if match[0] == "[" else 0
    return places


def parse_range(text: str, env: Mapping[str, Any] | None = None) -> Range:
    """Read one pattern; `env` has the parameters that bounds may use. Raises RangeError."""
    commas = _commas(text)
    if commas:
        raise RangeError("`,` outside brackets joins ranges; one is needed here", commas[0])
    return _read(text, 0, len(text), env or {})


def parse_ranges(text: str, env: Mapping[str, Any] | None = None) -> list[Range]:
    """Read patterns joined by commas outside brackets; spaces around them are free. Raises RangeError."""
    edges = [-1, *_commas(text), len(text)]
    ranges = []
    for before, after in pairwise(edges):
        piece = text[before + 1 : after]
        start = before + 1 + len(piece) - len(piece.lstrip())
        ranges.append(_read(text, start, max(start, before + 1 + len(piece.rstrip())), env or {}))
    if sum(one.size for one in ranges) > MAX_SIZE:
        raise RangeError(f"the ranges have more than {MAX_SIZE:,} names", 0, large=True)
    return ranges
