"""YAML nodes to plain data; everything that is refused becomes a finding at its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from cluster_spec.diagnostics import (
    DUPLICATE_KEY,
    IMPLICIT_TYPE,
    SHAPE,
    SIZE_BUDGET,
    Findings,
    Location,
    Path,
    Related,
)
from cluster_spec.records import field, record
from cluster_spec.source.compose import MAX_DEPTH, MAX_NODES
from cluster_spec.source.scalars import ScalarError, plain

if TYPE_CHECKING:
    from yaml.nodes import Node

MAX_GROWTH = 10
MAX_FINDINGS = 1_000
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_CUT = re.compile(r"[^\s#] #[0-9]")


def place(node: Node, shown: str) -> Location:
    """Return where a node begins."""
    mark = node.start_mark
    return Location(shown, mark.line + 1, mark.column + 1)


def within_budget(root: Node, text: str, shown: str, findings: Findings) -> bool:
    """Return whether aliases end and expand to at most ten times what is written, and 64 levels."""
    if "*" not in text or "&" not in text:
        return True
    seen: dict[int, tuple[int, int]] = {}
    trouble = _measure(root, seen, set())
    if trouble is None:
        size, depth = seen[id(root)]
        written = 1 + seen.pop(-1, (0, 0))[0]
        if size > MAX_NODES or size > MAX_GROWTH * written:
            trouble = f"aliases expand {written:,} values to {size:,}, the limit is {MAX_GROWTH} times"
        elif depth > MAX_DEPTH:
            trouble = f"nested deeper than {MAX_DEPTH} levels"
    if trouble is not None:
        findings.add(SIZE_BUDGET, trouble, place(root, shown))
    return trouble is None


def _measure(node: Node, seen: dict[int, tuple[int, int]], above: set[int]) -> str | None:
    """Enter the expanded size and depth of `node` and all below it in `seen`; -1 counts what is written."""
    if id(node) in above:
        return "an alias stands for the value that holds it"
    if id(node) in seen:
        return None
    above.add(id(node))
    size, depth = 1, 0
    children = _children(node)
    for child in children:
        trouble = _measure(child, seen, above)
        if trouble is not None:
            return trouble
        below = seen[id(child)]
        size, depth = size + below[0], max(depth, below[1])
    above.discard(id(node))
    seen[-1] = (seen.get(-1, (0, 0))[0] + len(children), 0)
    seen[id(node)] = (size, depth + 1)
    return None


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [part for entry in node.value for part in entry]
    return node.value if isinstance(node, SequenceNode) else []


@record(slots=True)
class Constructor:
    """Builds the data of one document; aliases share one object."""

    text: str
    shown: str
    findings: Findings
    path: list[str | int] = field(default_factory=list)
    memo: dict[int, Any] | None = None
    cuts: bool = False
    firsts: tuple[Node | None, dict[str, Node]] = field(default_factory=lambda: (None, {}))

    def build(self, root: Node) -> Any:
        """Return dicts, lists and scalars."""
        self.memo = {} if "&" in self.text else None
        self.cuts = _CUT.search(self.text) is not None
        return self._value(root)

    def _value(self, node: Any) -> Any:
        if type(node) is ScalarNode:
            return self._scalar(node)
        memo = self.memo
        if memo is not None and id(node) in memo:
            return memo[id(node)]
        if isinstance(node.tag, str):
            self._tag(node)
        value = self._mapping(node) if type(node) is MappingNode else self._sequence(node)
        if memo is not None:
            memo[id(node)] = value
        return value

    def _sequence(self, node: Node) -> list[Any]:
        values = []
        path = self.path
        for index, item in enumerate(node.value):
            path.append(index)
            values.append(self._value(item))
            path.pop()
        return values

    def _mapping(self, node: Node) -> dict[str, Any]:
        values: dict[str, Any] = {}
        path = self.path
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                continue
            path.append(key)
            if key in values:
                self._duplicate(node, key_node, key)
            else:
                values[key] = self._value(value_node)
            path.pop()
        return values

    def _key(self, node: Node) -> str | None:
        if type(node) is not ScalarNode:
            self._say(SHAPE, "a key is a list or a mapping; keys are texts", node)
            return None
        key: str = node.value
        if not node.style:
            if key == "<<":
                message = "merge keys `<<` are not read; repeat the entries or use a range"
                self._say(SHAPE, message, node)
                return None
            value = self._scalar(node)
            if not isinstance(value, str):
                shown = key or "(empty)"
                message = f"the key `{shown}` reads as {_kind(value)}; keys are texts"
                self._say(IMPLICIT_TYPE, message, node, help=f'write "{key}"' if key else None)
        else:
            self._scalar(node)
        return key

    def _scalar(self, node: Any) -> Any:
        tag = node.tag
        text: str = node.value
        if isinstance(tag, str):
            self._tag(node)
            return text
        if not node.style:
            if not tag[0]:
                self._tag(node)
            if self.cuts:
                self._cut(node)
            try:
                return plain(text)
            except ScalarError as error:
                self._say(IMPLICIT_TYPE, str(error), node, help=f'write "{text}"')
                return text
        if node.style == '"' and not text.isprintable() and (odd := _ODD.search(text)) is not None:
            self._say(SHAPE, f"the text holds the control character U+{ord(odd[0]):04X}", node)
        return text

    def _cut(self, node: Node) -> None:
        """Say where a comment begins inside of what was meant as one text: `- a #1`."""
        end = node.end_mark.index
        rest = self.text[end : end + 80]
        match = re.match(r" #[0-9][\w.\-]*(?=\s|[,\]}]|$)", rest)
        if match is not None and node.value and isinstance(plain_or_text(node.value), str):
            message = f"`{match[0][1:]}` begins a comment, the value ends before it"
            self._say(IMPLICIT_TYPE, message, node, help=f'write "{node.value}{match[0]}"')

    def _tag(self, node: Any) -> None:
        shown = node.tag if isinstance(node.tag, str) else "!"
        shown = shown.replace("tag:yaml.org,2002:", "!!")
        self._say(SHAPE, f"the tag `{shown}` is not read; types follow from the values", node)

    def _duplicate(self, node: Node, again: Node, key: str) -> None:
        if self.firsts[0] is not node:
            firsts: dict[str, Node] = {
                one.value: one for one, _ in reversed(node.value) if isinstance(one, ScalarNode)
            }
            self.firsts = (node, firsts)
        related = (Related("first given here", place(self.firsts[1][key], self.shown)),)
        self._say(DUPLICATE_KEY, f"the key `{key}` occurs twice in one mapping", again, related=related)

    def _say(self, code: Any, message: str, node: Node, **more: Any) -> None:
        path: Path = tuple(self.path)
        said = len(self.findings.items)
        if said >= MAX_FINDINGS:
            if said == MAX_FINDINGS:
                rest = f"more than {MAX_FINDINGS:,} findings in one file; the rest is left out"
                self.findings.add(SIZE_BUDGET, rest, place(node, self.shown))
            return
        self.findings.add(code, message, place(node, self.shown), path=path, **more)


def plain_or_text(text: str) -> object:
    """Return the value of an unquoted scalar, the text itself where it is no number we read."""
    try:
        return plain(text)
    except ScalarError:
        return text


def _kind(value: object) -> str:
    if value is None:
        return "null"
    return "a boolean" if isinstance(value, bool) else "a number"
