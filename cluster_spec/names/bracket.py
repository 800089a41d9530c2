"""One bracket of a range: `[01-16]`, `[n:1-9/2,12]`, `[a-d]`, `[*]`, with bounds that may be `{expr}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cluster_spec.expressions import ExpressionError
from cluster_spec.expressions.reader import compile_at
from cluster_spec.records import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MAX_SIZE = 10_000_000
MAX_DIGITS = 15

_NAME = re.compile(r" *([a-z][a-z0-9_]*) *:")
_BOUND = re.compile(r" *(?:([0-9]+)|([A-Za-z])(?![A-Za-z0-9])|\{([^{}]*)\}) *")


class RangeError(ValueError):
    """What is wrong with a range; `column` counts from 0 in the text, `help` is the certain fix or None.

    `large` tells a range that can be read, but is larger than is read.
    """

    def __init__(self, message: str, column: int, help: str | None = None, *, large: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.help = help
        self.large = large


@record(frozen=True, slots=True, eq=False)
class Bracket:
    """The printed numbers of a bracket in written order (code points for letters), and how they are printed.

    `width` is the number of digits of padded numbers, 0 for none; `wild` marks `[*]`, which has no values.
    """

    name: str | None
    values: NDArray[np.int64]
    width: int = 0
    letters: bool = False
    wild: bool = False

    @property
    def extent(self) -> int:
        """One more than the largest printed number (0 when empty)."""
        return int(self.values.max()) + 1 if self.values.size else 0


class Bound(NamedTuple):
    """A bound as written: a number, the code point of a letter, or the value of an expression."""

    value: int
    column: int
    digits: str = ""
    letter: bool = False

    @property
    def computed(self) -> bool:
        """Whether the bound came from an expression."""
        return not self.digits and not self.letter


class Item(NamedTuple):
    """One comma part of a bracket: first and last bound, both inclusive, and the step."""

    first: Bound
    last: Bound
    step: int

    @property
    def size(self) -> int:
        """How many values the item has."""
        return max(0, (self.last.value - self.first.value) // self.step + 1)

    def values(self) -> NDArray[np.int64]:
        """Return the numbers in order."""
        return self.first.value + self.step * np.arange(self.size, dtype=np.int64)


def read_bracket(text: str, start: int, end: int, env: Mapping[str, Any]) -> Bracket:
    """Read `text[start:end]`, the inside of a bracket; raises RangeError."""
    match = _NAME.match(text, start, end)
    name, at = (match[1], match.end()) if match else (None, start)
    if text[at:end].strip() == "*":
        return Bracket(name, np.empty(0, np.int64), wild=True)
    if not text[at:end].strip():
        raise RangeError("the bracket is empty", start)
    items = []
    while True:
        item, at = _item(text, at, end, env)
        items.append(item)
        if at >= end:
            break
        if text[at] != ",":
            raise RangeError(f"`{text[at]}` stands where `,` or `]` is expected", at)
        at += 1
    return _bracket(name, items)


def _bracket(name: str | None, items: list[Item]) -> Bracket:
    bounds = [bound for item in items for bound in (item.first, item.last)]
    letters = bounds[0].letter
    odd = next((bound for bound in bounds if bound.letter is not letters), None)
    if odd is not None:
        raise RangeError("letters and numbers are mixed in one bracket", odd.column)
    if sum(item.size for item in items) > MAX_SIZE:
        raise RangeError(f"the bracket has more than {MAX_SIZE:,} values", bounds[0].column, large=True)
    width = 0 if letters else _width(bounds)
    values = np.concatenate([item.values() for item in items])
    if values.size and int(values.min()) < 0:
        raise RangeError(f"the range starts at {int(values.min())}, below zero", bounds[0].column)
    if width and values.size and int(values.max()) >= 10**width:
        column = next(bound.column for bound in bounds if bound.value >= 10**width)
        raise RangeError(f"{int(values.max())} needs more digits than the width {width}", column)
    values.setflags(write=False)
    return Bracket(name, values, width, letters)


def _width(bounds: list[Bound]) -> int:
    first = bounds[0].digits
    width = len(first) if len(first) > 1 and first[0] == "0" else 0
    for bound in bounds[1:]:
        digits = bound.digits
        if len(digits) > 1 and digits[0] == "0" and len(digits) != width:
            raise RangeError(f"`{digits}` is padded otherwise than the first bound", bound.column)
    return width


def _item(text: str, at: int, end: int, env: Mapping[str, Any]) -> tuple[Item, int]:
    first, at = _bound(text, at, end, env)
    last, step = first, 1
    if at < end and text[at] == "-":
        last, at = _bound(text, at + 1, end, env)
    if at < end and text[at] == "/":
        bound, after = _bound(text, at + 1, end, env)
        if bound.letter or bound.value < 1:
            raise RangeError("a step is a whole number from 1", bound.column)
        step, at = bound.value, after
    if last.value < first.value and not first.computed and not last.computed:
        raise RangeError("the range runs downwards", first.column, _upwards(text, first, last))
    return Item(first, last, step), at


def _upwards(text: str, first: Bound, last: Bound) -> str:
    """Return the whole text with the two bounds exchanged."""
    low, high = (text[b.column : b.column + max(1, len(b.digits))] for b in (last, first))
    return f"{text[: first.column]}{low}-{high}{text[last.column + len(low) :]}"


def _bound(text: str, at: int, end: int, env: Mapping[str, Any]) -> tuple[Bound, int]:
    match = _BOUND.match(text, at, end)
    if match is None:
        shown = text[at:end].strip()[:1]
        what = f"`{shown}` stands" if shown else "the bracket ends"
        raise RangeError(f"{what} where a number, a letter or `{{expression}}` is needed", min(at, end))
    column = match.start(match.lastindex or 0)
    if match[1]:
        if len(match[1]) > MAX_DIGITS:
            raise RangeError(f"the number has more than {MAX_DIGITS} digits", column)
        return Bound(int(match[1]), column, digits=match[1]), match.end()
    if match[2]:
        return Bound(ord(match[2]), column, letter=True), match.end()
    return Bound(_evaluate(match[3], column, env), column), match.end()


def _evaluate(text: str, column: int, env: Mapping[str, Any]) -> int:
    try:
        value = compile_at(text, column).evaluate(env)
    except ExpressionError as error:
        raise RangeError(error.message, error.column) from None
    if not isinstance(value, int):
        raise RangeError("a bound is one number; brackets do not occur in bounds", column)
    return value
