"""Text to YAML nodes with marks: libyaml under a cap of depth and size, its complaints in plain words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from yaml.composer import ComposerError
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.error import MarkedYAMLError, YAMLError

from cluster_spec.diagnostics import SIZE_BUDGET, UNREADABLE, Code, Findings, Location
from cluster_spec.source.slips import quote_at
from cluster_spec.source.text import BREAK

if TYPE_CHECKING:
    from yaml.nodes import Node

MAX_DEPTH = 64
MAX_NODES = 5_000_000

_WORDS = {
    "mapping values are not allowed in this context": (
        "a second `: ` stands in one line, or the line is indented unlike its neighbours; a "
        "text with `: ` needs quotes"
    ),
    "could not find expected ':'": "this line is no `key: value`; is a `:` missing after the key?",
    "did not find expected key": "this line is indented unlike the entries before it",
    "did not find expected '-' indicator": "this line is indented unlike the list items before it",
    "block sequence entries are not allowed in this context": (
        "a list item `- ` stands where it cannot; it begins on a line of its own"
    ),
    "did not find expected ',' or '}'": (
        "`,` or `}` is missing in `{...}`; a text with brackets or braces needs quotes here"
    ),
    "did not find expected ',' or ']'": (
        "`,` or `]` is missing in `[...]`; a text with brackets or braces needs quotes here"
    ),
    "did not find expected node content": "a value is missing here",
    "found unexpected end of stream": "the quote that opens here is not closed",
    "found unknown escape character": (
        "unknown `\\` sequence in double quotes; single quotes take it as it is"
    ),
    "found invalid Unicode character escape code": "the escape stands for no character",
    "invalid Unicode character escape code": "the escape stands for no character",
    "found duplicate anchor": "the anchor is defined twice",
    "did not find expected alphabetic or numeric character": (
        "`*` or `&` begins a reference here; a text with it needs quotes"
    ),
    "did not find expected <document start>": (
        "text stands after the end of the document; is a key missing?"
    ),
    "found character that cannot start any token": (
        "no value begins with this character; a text with it needs quotes"
    ),
    "found a tab character that violates indentation": "a tab indents this line; indent with spaces",
    "found a tab character where an indentation space is expected": (
        "a tab indents this line; indent with spaces"
    ),
}


class _Stop(Exception):
    """Depth or size is beyond what is read."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class _Parser(CParser):
    """The C parser with only what composing needs; tags stay unresolved (implicit flags instead)."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0
        self.nodes = 0

    def descend_resolver(self, parent: Node | None, index: Any) -> None:  # noqa: ARG002
        """Count on the way down; the C composer would overflow the stack on deep nesting."""
        self.depth += 1
        self.nodes += 1
        if self.depth > MAX_DEPTH:
            raise _Stop(SIZE_BUDGET, f"nested deeper than {MAX_DEPTH} levels")
        if self.nodes > MAX_NODES:
            raise _Stop(SIZE_BUDGET, f"more than {MAX_NODES:,} values")

    def ascend_resolver(self) -> None:
        """Count on the way up."""
        self.depth -= 1

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:  # noqa: ARG002 - the parser calls it so
        """Leave the type to our own constructor."""
        return implicit


def compose(text: str, shown: str, findings: Findings) -> Node | None:
    """Return the root node, or None: an empty document, or a finding says why."""
    parser: _Parser | None = None
    try:
        parser = _Parser(text)
        root: Node | None = parser.get_single_node()
    except _Stop as stop:
        findings.add(stop.code, stop.message, _deepest(text, shown))
    except ComposerError as error:
        _composer(error, text, shown, findings)
    except MarkedYAMLError as error:
        _invalid(error, text, shown, findings)
    except (YAMLError, UnicodeError, ValueError) as error:
        findings.add(UNREADABLE, f"invalid YAML: {str(error).splitlines()[0].lower()}", Location(shown))
    else:
        return root
    return None


def _place(mark: Any, shown: str) -> Location:
    return Location(shown, mark.line + 1, mark.column + 1) if mark is not None else Location(shown)


def _line(text: str, place: Location) -> str:
    lines = BREAK.split(text)
    return lines[place.line - 1] if place.line <= len(lines) else ""


def _composer(error: ComposerError, text: str, shown: str, findings: Findings) -> None:
    problem = error.problem or error.context or ""
    place = _place(error.problem_mark or error.context_mark, shown)
    if problem.startswith("but found another"):
        message = "the file has several documents (`---`); one is read"
    elif problem.startswith("found undefined alias"):
        name = re.match(r"\*?[^\s,\]}]*", _line(text, place)[place.column - 1 :])
        shown_name = name[0] if name else "*"
        message = f"the reference `{shown_name}` is not defined; a text that begins with `*` needs quotes"
    elif problem.startswith("second occurrence") or "duplicate anchor" in (error.context or ""):
        message = "the anchor is defined twice"
    else:
        message = f"invalid YAML: {problem}"
    findings.add(UNREADABLE, message, place)


def _invalid(error: MarkedYAMLError, text: str, shown: str, findings: Findings) -> None:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or "the text cannot be read"
    if problem == "found unexpected end of stream" and error.context_mark is not None:
        mark = error.context_mark
    place = _place(mark, shown)
    line = _line(text, place)
    message = _WORDS.get(problem, problem)
    opening = error.context_mark
    if "expected ',' or" in problem and opening is not None and opening.line != place.line - 1:
        message += f"; it opens in line {opening.line + 1}"
        if not line.strip() and place.line > text.rstrip().count("\n"):
            place = _place(opening, shown)
    if "\t" in line[: place.column] and not line[: place.column].strip():
        message = "a tab indents this line; indent with spaces"
    replacement = quote_at(line, place.column - 1)
    findings.add(UNREADABLE, f"invalid YAML: {message}", place, help=replacement and f"write {replacement}")


def _deepest(text: str, shown: str) -> Location:
    """Return the place of the first bracket (or item) that opens the level beyond the cap."""
    depth = line = column = 0
    for line, row in enumerate(text.splitlines(), 1):
        for column, character in enumerate(row, 1):
            depth += (character in "[{") - (character in "]}")
            if depth >= MAX_DEPTH:
                return Location(shown, line, column)
        if depth == 0 and row.count("- ") >= MAX_DEPTH:
            return Location(shown, line, 1)
    return Location(shown)
