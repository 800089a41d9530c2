"""Results that are too large for one text: written block by block."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cluster_spec.cli.output import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable


def write_blocks(target: Path, blocks: Iterable[bytes]) -> None:
    """Write blocks to `target`: a reader sees the old file or the new one, never half of one."""
    place = Path(os.path.realpath(target))
    if place.exists() and not place.is_file():
        _straight(target, place, blocks)
        return
    draft = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        mode = place.stat().st_mode & 0o7777 if place.exists() else None
        with draft.open("xb") as file:
            file.writelines(blocks)
        if mode is not None:
            draft.chmod(mode)
        draft.replace(place)
    except OSError as error:
        raise Failure(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _straight(target: Path, place: Path, blocks: Iterable[bytes]) -> None:
    """Write to a device or a pipe as it is."""
    try:
        with place.open("wb") as file:
            file.writelines(blocks)
    except OSError as error:
        raise Failure(f"cannot write {target}: {error.strerror or error}") from error
