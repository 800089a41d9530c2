"""Bytes of a file to text: what cannot be read is said in one finding, encodings by name."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

from cluster_spec.diagnostics import SIZE_BUDGET, UNREADABLE, Findings, Location

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 32 * 2**20

BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""The line breaks of the parser, so that its line numbers and ours agree."""

_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_ODD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


def read_bytes(file: Path, shown: str, findings: Findings) -> bytes | None:
    """Return the bytes of a regular file of at most 32 MiB, or None with a finding."""
    place = Location(shown)
    try:
        with open(file, "rb", opener=_open) as stream:
            state = os.fstat(stream.fileno())
            if not stat.S_ISREG(state.st_mode):
                findings.add(UNREADABLE, f"`{shown}` is not a regular file", place)
                return None
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        findings.add(UNREADABLE, _reason(error, shown), place)
        return None
    if len(data) > MAX_BYTES:
        message = f"`{shown}` has more than {MAX_BYTES >> 20} MiB; long lists belong in a CSV file"
        findings.add(SIZE_BUDGET, message, place)
        return None
    return data


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a pipe without a writer must not block


def _reason(error: OSError | ValueError, shown: str) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"`{shown}` does not exist"
    if isinstance(error, IsADirectoryError):
        return f"`{shown}` is a folder"
    if isinstance(error, PermissionError):
        return f"`{shown}` may not be read: permission denied"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "the name is not legal"
    return f"`{shown}` cannot be read: {reason.lower()}"


def decode(data: bytes, shown: str, findings: Findings) -> str | None:
    """Return UTF-8 text (a byte order mark is dropped), or None with a finding that names the encoding."""
    other = next((name for mark, name in _MARKS if data.startswith(mark)), None) or _looks_wide(data)
    if other is not None:
        findings.add(UNREADABLE, f"`{shown}` is encoded in {other}; UTF-8 is read", Location(shown))
        return None
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        findings.add(
            UNREADABLE, f"`{shown}` {_guess(data)}; UTF-8 is read", place_of(before, len(before), shown)
        )
        return None
    odd = None if text.isascii() and text.isprintable() else _ODD.search(text)
    if odd is not None:
        what = "a NUL byte" if odd[0] == "\0" else f"the control character U+{ord(odd[0]):04X}"
        findings.add(UNREADABLE, f"`{shown}` holds {what}", place_of(text, odd.start(), shown))
        return None
    return text


def _looks_wide(data: bytes) -> str | None:
    """Recognise UTF-16 and UTF-32 without a mark by the zeros of the first ASCII characters."""
    head = data[:4]
    if head.count(0) == 3 and len(head) == 4:  # noqa: PLR2004 - one wide character
        return "UTF-32"
    if len(head) == 4 and (head[0] == head[2] == 0 or head[1] == head[3] == 0):  # noqa: PLR2004 - two wide characters
        return "UTF-16"
    return None


def _guess(data: bytes) -> str:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return "is not UTF-8"
    if any("\u4e00" <= character <= "\u9fff" for character in text):
        return "is not UTF-8, it reads as GB18030"
    return "is not UTF-8"


def place_of(text: str, index: int, shown: str) -> Location:
    """Return line and column, both from 1, of a character."""
    breaks = list(BREAK.finditer(text, 0, index))
    return Location(shown, len(breaks) + 1, index - (breaks[-1].end() if breaks else 0) + 1)
