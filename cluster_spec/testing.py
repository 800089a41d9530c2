"""For authors of rules: the pocket cluster, patched as the examples of rules patch it, and validated."""

from __future__ import annotations

import json
import re
import shutil
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from cluster_spec.source import read_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cluster_spec.diagnostics import Report

_PACKAGE = Path(__file__).parent
_PLACES = (_PACKAGE / "_pocket", _PACKAGE.parent / "inventories" / "pocket")
_WHOLE = re.compile(r"^clusterspec:|\A# file: ", re.MULTILINE)
_FILE = re.compile(r"^# file: (\S+)\n", re.MULTILINE)
ENTRY = "cluster.yaml"


def pocket_folder() -> Path:
    """Return the folder of the pocket cluster: in an installed package, or in a clone."""
    return next(place for place in _PLACES if (place / ENTRY).is_file())


def pocket() -> dict[str, Any]:
    """Return the data of the pocket cluster; a fresh copy that a test may change."""
    return read_yaml(pocket_folder() / ENTRY)


def read_yaml(file: Path) -> dict[str, Any]:
    """Return the data of a YAML file as the product reads it; ValueError says what is wrong with it."""
    outcome = read_document(file, file.parent)
    if outcome.value is None or outcome.findings:
        raise ValueError("; ".join(f"{f.location}: {f.message}" for f in outcome.findings))
    return outcome.value.data


def merged(target: Any, patch: Any) -> Any:
    """Return `target` under a merge patch (RFC 7386): mappings merge, null deletes, all else replaces."""
    if not isinstance(patch, dict):
        return deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def write_project(folder: Path, text: str) -> Path:
    """Write the project that an example stands for and return its folder.

    A text with a line `clusterspec: ...` is a whole `cluster.yaml`; several files begin with `# file: NAME`
    each. Anything else is a patch of the pocket cluster; `part: {NAME: patch}` in it patches parts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if _FILE.search(text):
        names = _FILE.split(text)[1:]
        for name, content in zip(names[::2], names[1::2], strict=True):
            _write(folder / name, content)
    elif _WHOLE.search(text):
        _write(folder / ENTRY, text + "\n")
    else:
        _patched(folder, text)
    return folder


def _patched(folder: Path, text: str) -> None:
    draft = folder / "patch.yaml"
    _write(draft, text + "\n")
    patch = read_yaml(draft)
    draft.unlink()
    shutil.copytree(pocket_folder(), folder, dirs_exist_ok=True)
    for name, change in (patch.pop("part", None) or {}).items():
        _patch_part(folder / "parts", name, change)
    _write(folder / ENTRY, dump(merged(pocket(), patch)))


def _patch_part(parts: Path, name: str, change: Mapping[str, Any]) -> None:
    from cluster_spec.catalog.store import bundled_index, overlay_index

    own = overlay_index(parts).get(name)
    file = own or bundled_index().get(name)
    data = read_yaml(file) if file is not None else {"part": name}
    _write(own or parts / f"{name}.yaml", dump(merged(data, change)))


def dump(data: Any) -> str:
    """Return data as JSON, which is YAML, one key to a line so that findings have a place."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def validate_text(
    text: str,
    *,
    parameters: Mapping[str, str] | None = None,
    phase: str | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> Report:
    """Return the report of the project that an example stands for (see `write_project`)."""
    from cluster_spec.api import validate

    with TemporaryDirectory() as folder:
        report, _ = validate(
            write_project(Path(folder), text),
            parameters=dict(parameters or {}),
            phase=phase,
            select=tuple(select),
            ignore=tuple(ignore),
        )
    return report


def codes(report: Report, *, info: bool = False) -> set[str]:
    """Return the codes of a report's findings; information does not count unless asked for."""
    return {f.code for f in report.findings if info or f.severity != "info"}


def state(report: Report, code: str) -> str:
    """Return what a rule came to: `pass`, `fail`, `unknown`, `not_applicable`, `waived` or `ignored`."""
    return next(result.state.value for result in report.rules if result.code == code)


def decided(report: Report, code: str) -> int:
    """Return how many subjects a rule decided."""
    return next(result.decided for result in report.rules if result.code == code)
