"""Opens the parts that a cluster names: the project's own first, then the bundled ones."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster_spec.catalog.build import Builder
from cluster_spec.diagnostics import DANGLING, DUPLICATE_KEY, Finding, Findings, Location, Outcome, Related
from cluster_spec.source import read_document

if TYPE_CHECKING:
    from cluster_spec.model.parts import Part
    from cluster_spec.source import Document

DATA = Path(__file__).parent / "data"
Overlay = Path | Mapping[str, Path] | None
"""The project's `parts/` folder, or what `overlay_index` made of it."""
_NAMED = re.compile(rb"^(?:part|slug):[ \t]*[\"']?([A-Za-z0-9][\w.+-]*)", re.MULTILINE)
_SUFFIXES = (".yaml", ".yml")


@cache
def bundled_index() -> dict[str, Path]:
    """Return name -> file of the bundled parts; a directory walk, no file is opened."""
    index: dict[str, Path] = {}
    for folder, _, files in os.walk(DATA):
        index.update({name[:-5]: Path(folder, name) for name in files if name.endswith(".yaml")})
    return index


def overlay_index(overlay: Path | None) -> dict[str, Path]:
    """Return name -> file of a project's parts, by `part:` or `slug:` key, else by file name."""
    index: dict[str, Path] = {}
    if overlay is None or not overlay.is_dir():
        return index
    files = sorted(file for suffix in _SUFFIXES for file in overlay.rglob(f"*{suffix}") if file.is_file())
    for file in files:
        for name in _names_in(file) or [file.stem]:
            index.setdefault(name, file)
    return index


def _names_in(file: Path) -> list[str]:
    try:
        return [found.decode() for found in _NAMED.findall(file.read_bytes())]
    except OSError:
        return []


def names(overlay: Overlay = None) -> list[str]:
    """Return the names of all parts there are, sorted."""
    return sorted({*bundled_index(), *_index(overlay)})


def _index(overlay: Overlay) -> Mapping[str, Path]:
    return overlay if isinstance(overlay, Mapping) else overlay_index(overlay)


def open_part(
    name: str,
    overlay: Overlay,
    root: Path,
    *,
    arguments: Mapping[str, int] | None = None,
    where: Location | None = None,
) -> Outcome[Part]:
    """Read one part by name; `arguments` set its parameters, `where` is the place that names it.

    The value is None when there is no such part (DANGLING) or its file is bad (its findings).
    """
    own = _index(overlay).get(name)
    file = own or bundled_index().get(name)
    if file is None:
        return Outcome(None, (_unknown(name, overlay, where or Location(".")),))
    return open_file(file, root if own else DATA.parent, arguments=arguments, checked=own is None)


def open_file(
    file: Path, root: Path, *, arguments: Mapping[str, int] | None = None, checked: bool = False
) -> Outcome[Part]:
    """Read one part file, ours or a NetBox device type; places are relative to `root`.

    `checked` says that the shape is known to be good, as it is of all bundled parts (a test opens them
    without it); it saves building the validators, a tenth of a validate run.
    """
    read = read_document(file, root)
    document = read.value
    if document is None or read.failed:
        return Outcome(None, read.findings)
    if "manufacturer" in document.data and "part" not in document.data:
        from cluster_spec.catalog.netbox import read_device_type

        return read_device_type(document, file.stem)
    built = build(document.data, document, document.locate(()), arguments, checked=checked)
    return Outcome(built.value, (*read.findings, *built.findings))


def build(
    data: Mapping[str, Any],
    document: Document | None,
    where: Location,
    arguments: Mapping[str, int] | None = None,
    *,
    checked: bool = False,
) -> Outcome[Part]:
    """Check the shape of a part's data unless it is known to be good, and build it."""
    if not checked:
        from cluster_spec.catalog.shape import check_shape

        findings = check_shape(data, document, where)
        if findings.items:
            return Outcome(None, tuple(findings.items))
    builder = Builder(data, document.locate if document else lambda *_, **__: where, arguments)
    part = builder.part()
    return Outcome(None if builder.findings.items else part, tuple(builder.findings.items))


def _unknown(name: str, overlay: Overlay, where: Location) -> Finding:
    from difflib import get_close_matches

    near = get_close_matches(name, names(overlay), 1, 0.5)
    findings = Findings()
    fix = f"did you mean {near[0]!r}?" if near else "put a part file of that name into the folder parts/"
    findings.add(DANGLING, f"part {name!r} is not in the catalogue", where, help=fix)
    return findings.items[0]


def check_all(overlay: Overlay = None, root: Path | None = None) -> list[Finding]:
    """Open every part there is and return all findings: those of reading and those of `checks.check_part`."""
    from cluster_spec.catalog.checks import check_part

    base = root or (overlay.parent if isinstance(overlay, Path) else Path.cwd())
    found: list[Finding] = list(_doubles(overlay, base)) if isinstance(overlay, Path) else []
    for file in dict.fromkeys([*bundled_index().values(), *_index(overlay).values()]):
        outcome = open_file(file, DATA.parent if file.is_relative_to(DATA) else base)
        found += outcome.findings
        if outcome.value is not None:
            found += check_part(outcome.value)
    return found


def _doubles(overlay: Path, root: Path) -> list[Finding]:
    """Return a finding for each name that two files of the project claim."""
    findings, first = Findings(), dict[str, Path]()
    files = sorted(file for suffix in _SUFFIXES for file in overlay.rglob(f"*{suffix}") if file.is_file())
    for file in files:
        for name in _names_in(file)[:1]:
            if name in first:
                place, other = (Location(path.relative_to(root).as_posix()) for path in (file, first[name]))
                related = [Related("also defined here", other)]
                findings.add(DUPLICATE_KEY, f"part {name} is defined by two files", place, related=related)
            first.setdefault(name, file)
    return findings.items
