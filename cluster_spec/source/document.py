"""One YAML file: its data and, on demand, the place of every value."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from cluster_spec.diagnostics import UNREADABLE, Findings, Location, Outcome, Path
from cluster_spec.records import field, record
from cluster_spec.source.compose import compose
from cluster_spec.source.construct import Constructor, place, within_budget
from cluster_spec.source.text import BREAK, decode, read_bytes

if TYPE_CHECKING:
    import pathlib

    from yaml.nodes import Node

_SMALL = 8


@record(slots=True, eq=False)
class Document:
    """A YAML file whose top is a mapping; `file` is relative to the project root, `content` its bytes."""

    file: str
    data: dict[str, Any]
    text: str
    content: bytes
    node: Node
    _tables: dict[int, dict[str, tuple[Node, Node]]] = field(default_factory=dict)
    _lines: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """The sha256 of the bytes, in hex."""
        import hashlib

        return hashlib.sha256(self.content).hexdigest()

    def find(self, path: Path) -> tuple[int, Node, Node]:
        """Return how many steps of `path` exist here, the node they lead to, and its key (or itself)."""
        node = key = self.node
        for depth, step in enumerate(path):
            entry = self._entry(node, step)
            if entry is None:
                return depth, node, key
            key, node = entry
        return len(path), node, key

    def _entry(self, node: Node, step: str | int) -> tuple[Node, Node] | None:
        if isinstance(node, SequenceNode):
            inside = isinstance(step, int) and 0 <= step < len(node.value)
            return (node.value[step], node.value[step]) if inside else None
        if not isinstance(node, MappingNode):
            return None
        if len(node.value) <= _SMALL:
            return next((entry for entry in node.value if entry[0].value == step), None)
        table = self._tables.get(id(node))
        if table is None:
            table = {e[0].value: (e[0], e[1]) for e in reversed(node.value) if isinstance(e[0], ScalarNode)}
            self._tables[id(node)] = table
        return table.get(str(step))

    def locate(self, path: Path, key: bool = False) -> Location:  # noqa: FBT001, FBT002
        """Return the place of the value at `path` (or of its key), or of its deepest existing part."""
        _, node, key_node = self.find(path)
        return place(key_node if key else node, self.file)

    def raw(self, path: Path) -> str | None:
        """Return the scalar at `path` as written, without quotes; None where there is no scalar."""
        depth, node, _ = self.find(path)
        return node.value if depth == len(path) and isinstance(node, ScalarNode) else None

    def quoted(self, path: Path) -> bool:
        """Return whether the scalar at `path` is quoted or a block text."""
        depth, node, _ = self.find(path)
        return depth == len(path) and isinstance(node, ScalarNode) and bool(node.style)

    def excerpt(self, location: Location) -> str | None:
        """Return the line of `location`."""
        if not self._lines:
            self._lines = BREAK.split(self.text)
        inside = location.file == self.file and 1 <= location.line <= len(self._lines)
        return self._lines[location.line - 1] if inside else None


def shown_name(file: pathlib.Path, root: pathlib.Path) -> str:
    """Return `file` relative to `root` in posix form, as findings say it."""
    name, base = os.fspath(file), os.fspath(root)
    prefix = base if base.endswith(os.sep) else base + os.sep
    if name.startswith(prefix):
        name = name[len(prefix) :]
    elif base == ".":
        name = name.removeprefix("./")
    return name.replace(os.sep, "/").encode("utf-8", "backslashreplace").decode()


def read_document(file: pathlib.Path, root: pathlib.Path) -> Outcome[Document]:
    """Read one YAML file; findings say what is wrong with it, the value is None where there is no mapping."""
    findings = Findings()
    document = _read(file, shown_name(file, root), findings)
    return Outcome(document, tuple(findings.items))


def _read(file: pathlib.Path, shown: str, findings: Findings) -> Document | None:
    content = read_bytes(file, shown, findings)
    text = decode(content, shown, findings) if content is not None else None
    if content is None or text is None:
        return None
    node = compose(text, shown, findings)
    if node is None:
        if not findings.items:
            findings.add(UNREADABLE, f"`{shown}` is empty", Location(shown))
        return None
    if not isinstance(node, MappingNode):
        findings.add(UNREADABLE, _not_a_mapping(node, shown), place(node, shown))
        return None
    if not within_budget(node, text, shown, findings):
        return None
    data = Constructor(text, shown, findings).build(node)
    return Document(shown, data, text, content, node)


def _not_a_mapping(node: Any, shown: str) -> str:
    if isinstance(node, SequenceNode):
        return f"`{shown}` is a list; `key: value` entries are expected at the top"
    if not node.value and not node.style:
        return f"`{shown}` is empty"
    return f"`{shown}` is one text; `key: value` entries are expected at the top"
