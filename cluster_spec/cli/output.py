"""Where results go: stdout or a file, in the right encoding, whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

ENCODING = "utf-8"


class Failure(click.ClickException):
    """What the user cannot have, in one line on stderr; exits with 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002 - the signature of click
        """Write the line."""
        from cluster_spec.cli.main import say

        say(self.message)


def colored() -> bool:
    """Return whether to paint: NO_COLOR decides, then FORCE_COLOR, then whether stdout is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Return the cells of a line: COLUMNS, else those of the terminal, else 100; at least 40."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return max(int(given), 40)
    try:
        return max(os.get_terminal_size(sys.stdout.fileno()).columns, 40)
    except (AttributeError, ValueError, OSError):
        return 100


def emit(text: str, *, machine: bool = False) -> None:
    """Write `text` to stdout: as UTF-8 for programs, for people as the terminal takes it.

    A reader that has gone is no error: what it wanted it has. A full disk is one.
    """
    stream = sys.stdout
    if stream is None:
        return
    encoding = ENCODING if machine else stream.encoding or ENCODING
    emit_blocks([text.encode(encoding, "backslashreplace")])


def emit_blocks(blocks: Iterable[bytes]) -> None:
    """Write blocks to stdout; a reader that has gone is no error, a full disk is one."""
    stream = sys.stdout
    if stream is None:
        return
    try:
        stream.flush()
        for block in blocks:
            stream.buffer.write(block)
        stream.buffer.flush()
    except BrokenPipeError:
        _forget(stream.fileno())
    except OSError as error:
        _forget(stream.fileno())
        raise Failure(f"cannot write to stdout: {error.strerror}") from error


def _forget(descriptor: int) -> None:
    """Point a broken stdout at nothing, so that no later flush trips over it."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, descriptor)
    os.close(nothing)


def write_file(target: Path, text: str) -> None:
    """Write `text` to `target` as UTF-8: a reader sees the old file or the new one, never half of one.

    Links are followed, permissions are kept; devices and pipes are written to as they are.
    """
    data = text.encode(ENCODING, "backslashreplace")
    try:
        place = Path(os.path.realpath(target))
        if place.exists() and not place.is_file():
            place.write_bytes(data)
        else:
            _replace(place, data)
    except OSError as error:
        raise Failure(f"cannot write {target}: {error.strerror or error}") from error


def _replace(place: Path, data: bytes) -> None:
    draft = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    mode = place.stat().st_mode & 0o7777 if place.exists() else None
    try:
        with draft.open("xb") as file:
            file.write(data)
        if mode is not None:
            draft.chmod(mode)
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
