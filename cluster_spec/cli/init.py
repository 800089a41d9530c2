"""`clusterspec init`: a small valid cluster to start from."""

from __future__ import annotations

import os
from pathlib import Path

import click

from cluster_spec.cli.output import Failure, emit
from cluster_spec.report.terminal import clean

PACKAGE = Path(__file__).parents[1]
PLACES = (PACKAGE / "_pocket", PACKAGE.parent / "inventories" / "pocket")
"""Where the cluster is: in an installed package, and in a clone."""


@click.command("init")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=".")
def command(folder: Path) -> None:
    """Write the smallest cluster that has every section to DIR (default: here). Never overwrites."""
    source = next((place for place in PLACES if place.is_dir()), None)
    if source is None:
        raise Failure("the example cluster is missing from this installation")
    files = sorted(
        file.relative_to(source) for file in source.rglob("*") if _wanted(file.relative_to(source), file)
    )
    _refuse(folder, files)
    try:
        for file in files:
            _copy(source / file, folder / file)
    except OSError as error:
        raise Failure(f"cannot write {error.filename or folder}: {error.strerror or error}") from error
    emit("".join(f"{clean(str(folder / file))}\n" for file in files))


def _wanted(name: Path, file: Path) -> bool:
    """Leave out what is generated: it would be stale after the first edit."""
    return file.is_file() and not name.parts[0].startswith(("rendered", ".", "__pycache__"))


def _refuse(folder: Path, files: list[Path]) -> None:
    taken = [folder / file for file in files if os.path.lexists(folder / file)]
    if taken:
        raise Failure(f"{taken[0]} exists; nothing was written")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        file.write(source.read_bytes())
