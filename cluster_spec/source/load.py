"""A project on disk: the entry file, what it includes, and one mapping of it all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cluster_spec.diagnostics import DUPLICATE_KEY, UNREADABLE, Findings, Location, Outcome, Path, Related
from cluster_spec.records import field, record
from cluster_spec.source.document import Document, read_document
from cluster_spec.source.include import read_all
from cluster_spec.source.text import BREAK, decode, read_bytes

if TYPE_CHECKING:
    import pathlib

    from yaml.nodes import Node

ENTRY = "cluster.yaml"


@record(slots=True, eq=False)
class Source:
    """The text of a project: merged `data` (without `include`), its files, and the places of its values."""

    root: pathlib.Path
    entry: str
    data: dict[str, Any]
    digest: str
    documents: tuple[Document, ...]
    _lists: dict[str, list[str]] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """The files read, relative to the root, entry first."""
        return tuple(document.file for document in self.documents)

    def _owner(self, path: Path) -> tuple[Document, int, Node, Node]:
        """Return the document that has most of `path`, and where it leads there."""
        best = None
        for document in self.documents:
            depth, node, key = document.find(path)
            if best is None or depth > best[1]:
                best = (document, depth, node, key)
            if depth == len(path):
                break
        assert best is not None
        return best

    def locate(self, path: Path, key: bool = False) -> Location:  # noqa: FBT001, FBT002
        """Return the place of the value at `path` (or of its key), or of its deepest existing part."""
        document, _, node, key_node = self._owner(path)
        mark = (key_node if key else node).start_mark
        return Location(document.file, mark.line + 1, mark.column + 1)

    def raw(self, path: Path) -> str | None:
        """Return the scalar at `path` as written, without quotes; None where there is no scalar."""
        return self._owner(path)[0].raw(path)

    def quoted(self, path: Path) -> bool:
        """Return whether the scalar at `path` is quoted or a block text."""
        return self._owner(path)[0].quoted(path)

    def excerpt(self, location: Location) -> str | None:
        """Return the line of `location`, also of files that could not be read as YAML."""
        for document in self.documents:
            if document.file == location.file:
                return document.excerpt(location)
        lines = self._lists.get(location.file)
        if lines is None:
            lines = self._lists[location.file] = _lines(self.root, location.file)
        return _line(lines, location)


def excerpt(root: pathlib.Path, location: Location) -> str | None:
    """Return the line of `location` from a file below `root`, or None; for what could not be loaded."""
    return _line(_lines(root, location.file), location)


def _lines(root: pathlib.Path, file: str) -> list[str]:
    ignored = Findings()
    content = read_bytes(root / file, file, ignored)
    text = decode(content, file, ignored) if content is not None else None
    if text is None:
        return []
    return text.split("\n") if text.isascii() and "\r" not in text else BREAK.split(text)


def _line(lines: list[str], location: Location) -> str | None:
    return lines[location.line - 1] if 1 <= location.line <= len(lines) else None


def load(path: pathlib.Path) -> Outcome[Source]:
    """Read a project: a folder (its `cluster.yaml`) or a manifest file, with all it includes.

    The folder of the entry is the project root. The value is None when the entry cannot be read; findings of
    included files leave the rest in place.
    """
    findings = Findings()
    file = _entry(path, findings)
    if file is None:
        return Outcome(None, tuple(findings.items))
    root = file.parent
    first = read_document(file, root)
    findings.items += first.findings
    if first.value is None:
        return Outcome(None, tuple(findings.items))
    documents = (first.value, *read_all(first.value, root, findings))
    return Outcome(_merge(root, documents, findings), tuple(findings.items))


def _entry(path: pathlib.Path, findings: Findings) -> pathlib.Path | None:
    """Return the manifest file that `path` means; findings about the argument name it as given."""
    try:
        is_folder = path.is_dir()
        file = path / ENTRY if is_folder else path
        present = os.path.lexists(file)
    except (OSError, ValueError):
        is_folder, file, present = False, path, False
    if present:
        return file
    shown = os.fspath(path).encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    message = f"the folder `{shown}` has no {ENTRY}" if is_folder else f"`{shown}` does not exist"
    findings.add(UNREADABLE, message, Location(ENTRY if is_folder else shown))
    return None


def _merge(root: pathlib.Path, documents: tuple[Document, ...], findings: Findings) -> Source:
    import hashlib

    data: dict[str, Any] = {}
    for index, document in enumerate(documents):
        fresh = {key: value for key, value in document.data.items() if key != "include"}
        data = _union(data, fresh, (), (documents[:index], document), findings)
    digest = hashlib.sha256()
    for document in sorted(documents, key=lambda one: one.file):
        name = document.file.encode("utf-8", "surrogatepass")
        digest.update(b"%d:%s%d:" % (len(name), name, len(document.content)))
        digest.update(document.content)
    return Source(root, documents[0].file, data, digest.hexdigest(), documents)


def _union(
    old: dict[str, Any],
    new: dict[str, Any],
    path: Path,
    places: tuple[tuple[Document, ...], Document],
    findings: Findings,
) -> dict[str, Any]:
    """Return the disjoint union at every depth; a path given twice is a finding with both places."""
    if not old:
        return new
    merged = dict(old)
    for key, value in new.items():
        here = (*path, key)
        if key not in merged:
            merged[key] = value
        elif isinstance(value, dict) and isinstance(merged[key], dict) and (value or merged[key]):
            merged[key] = _union(merged[key], value, here, places, findings)
        else:
            earlier = next((one for one in places[0] if one.find(here)[0] == len(here)), places[0][0])
            related = (Related("first given here", earlier.locate(here, key=True)),)
            name = ".".join(map(str, here))
            message = f"`{name}` is given in two files, {earlier.file} and {places[1].file}"
            findings.add(DUPLICATE_KEY, message, places[1].locate(here, key=True), related=related, path=here)
    return merged
