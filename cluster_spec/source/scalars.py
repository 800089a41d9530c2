"""Plain scalars as the core schema of YAML 1.2 reads them: `012` is 12, `yes`, `1:30` and dates are texts."""

from __future__ import annotations

import math
import re
from functools import lru_cache

_SPECIAL = frozenset("0123456789+-.~tTfFnN")
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?[0-9]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_OCTAL = re.compile(r"0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MAX_DIGITS = 18
_MAX_TEXT = 400

Scalar = str | int | float | bool | None


class ScalarError(ValueError):
    """A plain scalar that is a number we do not read."""


@lru_cache(maxsize=65_536)
def plain(text: str) -> Scalar:
    """Return the value of an unquoted scalar; raises ScalarError for infinity, NaN and oversized numbers."""
    if not text:
        return None
    if text[0] not in _SPECIAL:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return _number(text) if len(text) < _MAX_TEXT or _FLOAT.fullmatch(text) else text


def _number(text: str) -> Scalar:
    for form, base in ((_INT, 10), (_HEX, 16), (_OCTAL, 8)):
        if form.fullmatch(text):
            if len(text) > _MAX_DIGITS:
                raise ScalarError("the number has more digits than are read; quote it if it is a name")
            return int(text, base)
    if _FLOAT.fullmatch(text):
        value = float(text)
        if math.isinf(value):
            raise ScalarError("the number is too large; quote it if it is a name")
        return value
    if _NOT_A_NUMBER.fullmatch(text):
        raise ScalarError(f"`{text}` is no number; quote it if it is a name")
    return text


def reads_otherwise(text: str) -> bool:
    """Return whether `text`, unquoted, would read as something else than a text."""
    try:
        return not isinstance(plain(text), str)
    except ScalarError:
        return True
