"""The bytes of a list on disk, as UTF-8 with line feeds; or one finding why not."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from cluster_spec.diagnostics import SIZE_BUDGET, UNREADABLE, Code, Findings, Location, Outcome

if TYPE_CHECKING:
    import pathlib

SIZE_LIMIT = 1 << 30
"""Bytes of the largest list that is read (1 GiB), as written and as UTF-8."""
SPARE = 16
"""NUL bytes after the last line, so that eight bytes can be taken at any offset."""

_PIECE = 1 << 22


class _RefusedError(Exception):
    """Carries the one reason out of the steps below."""

    def __init__(self, code: Code, message: str, place: tuple[int, int] = (1, 1)) -> None:
        super().__init__(message)
        self.code, self.message, self.place = code, message, place


def read_text(file: pathlib.Path, name: str) -> Outcome[bytearray]:
    """Return the file as UTF-8 without BOM, every line ended by one LF, then `SPARE` NUL bytes.

    UTF-8 (with BOM or without), UTF-16 with BOM and, where it is no UTF-8, GB18030 are read. `name` is what
    findings call the file: UNREADABLE or SIZE_BUDGET.
    """
    try:
        data = _unify(_utf8(_read(file)))
    except _RefusedError as refused:
        findings = Findings()
        findings.add(refused.code, refused.message, Location(name, *refused.place))
        return Outcome(None, tuple(findings.items))
    return Outcome(data)


def _read(file: pathlib.Path) -> bytearray:
    try:
        if file.exists() and not file.is_file():
            kind = "a folder" if file.is_dir() else "no regular file"
            raise _RefusedError(UNREADABLE, f"{file.name} is {kind}, a CSV file is expected")
        size = file.stat().st_size
        if size > SIZE_LIMIT:
            raise _RefusedError(SIZE_BUDGET, f"list has {size:,} bytes, the limit is {SIZE_LIMIT:,}")
        data = bytearray(size)
        with file.open("rb", buffering=0) as handle, memoryview(data) as view:
            filled = 0
            while filled < size and (got := handle.readinto(view[filled:])):
                filled += got
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _RefusedError(UNREADABLE, f"list cannot be read: {reason.lower()}") from None
    del data[filled:]
    return data


def _utf8(data: bytearray) -> bytearray:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = _transcode(data, "utf-16")
        if text is None:
            raise _RefusedError(UNREADABLE, "list starts as UTF-16 and is not valid UTF-16")
        return text
    marked = data.startswith(codecs.BOM_UTF8)
    if marked:
        del data[:3]
    if data.isascii() or (bad := _first_bad(data)) is None:
        return data
    text = None if marked or b"\0" in data else _transcode(data, "gb18030")
    if text is None:
        line_start = data.rfind(b"\n", 0, bad) + 1
        place = data.count(b"\n", 0, bad) + 1, len(data[line_start:bad].decode()) + 1
        tried = "UTF-8" if marked else "UTF-8 nor GB18030"
        neither = "not valid" if marked else "neither"
        raise _RefusedError(UNREADABLE, f"list is {neither} {tried}: byte 0x{data[bad]:02x}", place)
    return text


def _first_bad(data: bytearray) -> int | None:
    """Return the offset of the first byte that is no UTF-8, decoding piece by piece."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with memoryview(data) as view:
        for low in range(0, len(data), _PIECE):
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(view[low : low + _PIECE], final=low + _PIECE >= len(data))
            except UnicodeDecodeError as error:
                return low - pending + error.start
    return None


def _transcode(data: bytearray, encoding: str) -> bytearray | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    text = bytearray()
    for low in range(0, len(data), _PIECE):
        try:
            piece = decoder.decode(bytes(data[low : low + _PIECE]), final=low + _PIECE >= len(data))
            text += piece.encode()
        except UnicodeError:
            return None
        if len(text) > SIZE_LIMIT:
            raise _RefusedError(SIZE_BUDGET, f"list has more than {SIZE_LIMIT:,} bytes as UTF-8, the limit")
    return text


def _unify(data: bytearray) -> bytearray:
    if (nul := data.find(b"\0")) >= 0:
        message = "list holds a NUL byte, text is expected"
        place = data.count(b"\n", 0, nul) + 1, nul - data.rfind(b"\n", 0, nul)
        raise _RefusedError(UNREADABLE, message, place)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data.endswith(b"\n"):
        data += b"\n"
    data += bytes(SPARE)
    return data
