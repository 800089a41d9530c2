"""Text in cells of a terminal: what it takes, cut to fit, wrapped, aligned, painted, and made harmless."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Control characters move the cursor, bidirectional marks reorder a line, lone surrogates cannot be written.
_HOSTILE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_PAINTS = {"error": "31;1", "warning": "33;1", "info": "36;1", "strong": "1", "faint": "2"}
_COMBINING = frozenset({"Mn", "Me", "Cf"})
_JAMO = range(0x1160, 0x1200)  # Hangul vowels and finals join the syllable before them
ELLIPSIS = "…"


def _spell(match: re.Match[str]) -> str:
    point = ord(match[0])
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}"  # noqa: PLR2004 - one byte


def clean(text: str) -> str:
    """Return `text` with everything that would act on a terminal or hide in it spelled as an escape."""
    return text if text.isascii() and text.isprintable() else _HOSTILE.sub(_spell, text)


def lines(text: str) -> list[str]:
    """Return the lines of a text of several lines, each clean."""
    return [clean(line) for line in text.split("\n")]


def cells(text: str) -> int:
    """Return how many cells `text` takes: two for wide (CJK) characters, none for combining ones."""
    return len(text) if text.isascii() else sum(map(_cell, text))


def _cell(char: str) -> int:
    from unicodedata import category, east_asian_width  # most reports are ASCII

    if category(char) in _COMBINING or ord(char) in _JAMO:
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def fit(text: str, width: int) -> str:
    """Return `text` cut to `width` cells, the last one an ellipsis where it was cut."""
    if cells(text) <= width:
        return text
    return _head(text, width - 1) + ELLIPSIS


def _head(text: str, width: int) -> str:
    if text.isascii():
        return text[: max(width, 0)]
    used = 0
    for index, char in enumerate(text):
        used += _cell(char)
        if used > width:
            return text[:index]
    return text


def window(text: str, at: int, width: int) -> tuple[str, int]:
    """Return the part of `text` around character `at` that fits in `width`, and the cell of `at` in it."""
    start = 0
    while start < at and cells(text[start:at]) > max(width - 20, width // 2):
        start += max(1, (at - start) // 4)
    mark = ELLIPSIS if start else ""
    return fit(mark + text[start:], width), len(mark) + cells(text[start:at])


def pad(text: str, width: int) -> str:
    """Return `text` with blanks to `width` cells."""
    return text + " " * (width - cells(text))


def wrap(text: str, width: int, first: str = "", then: str | None = None) -> Iterator[str]:
    """Yield `text` in lines of at most `width` cells, the first after `first`, the others after `then`.

    A word wider than the line stays whole: names and paths are copied from there.
    """
    after = " " * cells(first) if then is None else then
    line, empty = first, True
    for word in text.split(" "):
        if not empty and cells(line) + 1 + cells(word) > width:
            yield line
            line, empty = after, True
        line += word if empty else f" {word}"
        empty = False
    yield line


def table(rows: Sequence[Sequence[str]], width: int, indent: str = "") -> Iterator[str]:
    """Yield `rows` in aligned columns two blanks apart; the last column is wrapped in the width."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(cells, column)) for column in columns[:-1]]
    for row in rows:
        head = indent + "".join(pad(cell, wide + 2) for cell, wide in zip(row, widths, strict=False))
        yield from (line.rstrip() for line in wrap(row[-1], max(width, cells(head) + 20), head))


def paint(text: str, style: str, *, color: bool) -> str:
    """Return `text` in the colour of `style` (a severity, `strong` or `faint`) where colours are wanted."""
    return f"\x1b[{_PAINTS[style]}m{text}\x1b[0m" if color else text


def join(items: Iterable[str], width: int, first: str) -> Iterator[str]:
    """Yield `items` separated by commas and wrapped after `first`."""
    return wrap(", ".join(items), width, first)
