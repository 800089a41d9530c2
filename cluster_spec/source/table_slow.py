"""The exact reader of single CSV records (RFC 4180): for the header and for rows with odd quotes."""

from __future__ import annotations

import re
from enum import StrEnum

from cluster_spec.records import record
from cluster_spec.source.table_blank import trim

RECORD_LIMIT = 1 << 18
"""Bytes of the longest record (256 KiB); a longer one is a fault."""

_INDENT = re.compile(rb"(?:[ \t]|\xc2\xa0)*")
_CLOSED = re.compile(rb"(?:[ \t]|\xc2\xa0)*(?=[,\n])")
_PLAIN = re.compile(rb"[^,\n]*")


class Flaw(StrEnum):
    """What can be wrong with the form of a record, in the words of a finding."""

    FEW = "fewer fields than the header"
    MANY = "more fields than the header"
    OPEN = "a quote that is not closed"
    STRAY = "text after a closing quote"
    LONG = "more than 262,144 bytes"


@record(frozen=True, slots=True)
class Field:
    """One field: offset of its first byte (of the quote, where quoted) and its text, trimmed."""

    at: int
    text: bytes


@record(frozen=True, slots=True)
class Record:
    """A record and the offset after it; a flawed one ends with the line of `flaw_at`."""

    fields: tuple[Field, ...]
    end: int
    flaw: Flaw | None = None
    flaw_at: int = 0


def scan_record(data: bytearray, start: int, width: int | None) -> Record:
    """Read the record at offset `start` of LF-ended `data`; `width` fields are due (None: any number).

    A quote opens a field only as its first character, blanks before and after the quotes do not count.
    Quotes inside of an unquoted field are text.
    """
    fields: list[Field] = []
    at = start
    while True:
        if width is not None and len(fields) == width:
            return _flawed(data, fields, Flaw.MANY, at)
        if at - start > RECORD_LIMIT:
            return _flawed(data, fields, Flaw.LONG, start + RECORD_LIMIT)
        field, end = _scan_field(data, at, start + RECORD_LIMIT)
        if isinstance(field, Flaw):
            return _flawed(data, fields, field, end)
        fields.append(field)
        if data[end] == ord("\n"):
            break
        at = end + 1
    if width is not None and len(fields) < width:
        return Record(tuple(fields), end + 1, Flaw.FEW, start)
    if end - start > RECORD_LIMIT:
        return Record(tuple(fields), end + 1, Flaw.LONG, start)
    return Record(tuple(fields), end + 1)


def _scan_field(data: bytearray, at: int, limit: int) -> tuple[Field | Flaw, int]:
    """Return a field and the offset of the separator after it, or a flaw and its offset."""
    opening = _end(_INDENT, data, at)
    if data[opening] != ord('"'):
        end = _end(_PLAIN, data, at)
        return Field(min(opening, end), trim(bytes(data[at:end]))), end
    quote = data.find(b'"', opening + 1, limit)
    while quote >= 0 and data[quote + 1] == ord('"'):
        quote = data.find(b'"', quote + 2, limit)
    if quote < 0:
        return Flaw.OPEN, opening
    closed = _CLOSED.match(data, quote + 1)
    if closed is None:
        return Flaw.STRAY, quote
    return Field(opening, trim(bytes(data[opening + 1 : quote]).replace(b'""', b'"'))), closed.end()


def _flawed(data: bytearray, fields: list[Field], flaw: Flaw, at: int) -> Record:
    return Record(tuple(fields), data.index(b"\n", at) + 1, flaw, at)


def _end(pattern: re.Pattern[bytes], data: bytearray, at: int) -> int:
    found = pattern.match(data, at)
    return found.end() if found else at
