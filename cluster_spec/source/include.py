"""`include:` of a manifest: files and folders below the project root, each read once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cluster_spec.diagnostics import INCLUDE, SIZE_BUDGET, Findings, Location, Related
from cluster_spec.source.document import Document, read_document

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

MAX_FILES = 1_000
MAX_TOTAL = 64 * 2**20
_SUFFIXES = (".yaml", ".yml")


def read_all(entry: Document, root: pathlib.Path, findings: Findings) -> list[Document]:
    """Return the documents that `entry` includes, in order of inclusion, with what those include."""
    real_root = os.path.realpath(root)
    seen = {os.path.realpath(root / entry.file): Location(entry.file)}
    documents: list[Document] = []
    queue: list[tuple[Document, tuple[str, ...]]] = [(entry, (entry.file,))]
    total = len(entry.content)
    while queue:
        document, chain = queue.pop(0)
        for name, place in _targets(document, root, real_root, findings):
            real = os.path.realpath(root / name)
            if real in seen:
                _again(name, place, seen[real], chain, findings)
                continue
            seen[real] = place
            if len(documents) >= MAX_FILES or total > MAX_TOTAL:
                message = f"more than {MAX_FILES:,} files or {MAX_TOTAL >> 20} MiB are included"
                findings.add(SIZE_BUDGET, message, place)
                return documents
            outcome = read_document(root / name, root)
            findings.items += outcome.findings
            if outcome.value is not None:
                total += len(outcome.value.content)
                documents.append(outcome.value)
                queue.append((outcome.value, (*chain, name)))
    return documents


def _again(name: str, place: Location, first: Location, chain: tuple[str, ...], findings: Findings) -> None:
    if name in chain:
        way = " > ".join((*chain[chain.index(name) :], name))
        findings.add(INCLUDE, f"the includes run in a circle: {way}", place)
    else:
        related = (Related("first included here", first),)
        findings.add(INCLUDE, f"`{name}` is included twice", place, related=related)


def _targets(
    document: Document, root: pathlib.Path, real_root: str, findings: Findings
) -> Iterator[tuple[str, Location]]:
    """Yield the files that a document includes, relative to the root, with the place that names them."""
    if "include" not in document.data:
        return
    given = document.data["include"]
    items = given if isinstance(given, list) else [given]
    for index, item in enumerate(items):
        place = document.locate(("include", index) if isinstance(given, list) else ("include",))
        if not isinstance(item, str) or not item:
            findings.add(INCLUDE, "an include is the path of a file or a folder", place)
            continue
        name = os.path.normpath(os.path.join(os.path.dirname(document.file), item))  # noqa: PTH118, PTH120 - as text
        if _inside(item, name, root, real_root, place, findings):
            for file in _files(item, name, root, place, findings):
                if _inside(item, file, root, real_root, place, findings):
                    yield file.replace(os.sep, "/"), place


def _inside(
    item: str, name: str, root: pathlib.Path, real_root: str, place: Location, findings: Findings
) -> bool:
    try:
        real = os.path.realpath(root / name)
    except (OSError, ValueError):
        findings.add(INCLUDE, "the include is no legal path", place)
        return False
    if not os.path.isabs(item) and (real == real_root or real.startswith(real_root.rstrip(os.sep) + os.sep)):  # noqa: PTH117
        return True
    findings.add(INCLUDE, f"`{item}` is outside of the project root", place)
    return False


def _files(item: str, name: str, root: pathlib.Path, place: Location, findings: Findings) -> list[str]:
    target = root / name
    if os.path.isdir(target):  # noqa: PTH112 - never raises
        try:
            found = sorted(
                one.name for one in target.iterdir() if one.suffix in _SUFFIXES and one.name[0] != "."
            )
        except OSError:
            findings.add(INCLUDE, f"the folder `{item}` may not be read", place)
            return []
        if not found:
            findings.add(INCLUDE, f"the folder `{item}` has no .yaml files", place)
        return [os.path.normpath(os.path.join(name, one)) for one in found]  # noqa: PTH118
    if not os.path.exists(target):  # noqa: PTH110 - never raises
        findings.add(INCLUDE, f"`{item}` does not exist", place)
        return []
    return [name]
