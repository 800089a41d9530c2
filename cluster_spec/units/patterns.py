"""What quantities look like: one anchored regular expression per dimension."""

from __future__ import annotations

import re

from cluster_spec.units.tables import UNITS

NUMBER = r"[0-9]{1,15}(\.[0-9]{1,9})?"
READ_NUMBER = re.compile(r"(-?[0-9]+)(?:\.([0-9]+))?")

DIMENSIONS = tuple(UNITS)
"""The dimensions, as `parse`, `spell` and `PATTERNS` know them."""


def _pattern(dimension: str) -> str:
    units = "|".join(sorted(map(re.escape, UNITS[dimension]), key=lambda unit: (-len(unit), unit)))
    if dimension == "voltage":
        return rf"^{NUMBER}(-{NUMBER})? ?({units})( (L-L|L-N|DC))?$"
    if dimension == "tray-size":
        return r"^[0-9]{1,3}x[0-9]{1,5}x[0-9]{1,5} ?mm$"
    sign = "-?" if dimension == "temperature" else ""
    return rf"^{sign}{NUMBER} ?({units})$"


PATTERNS: dict[str, str] = {dimension: _pattern(dimension) for dimension in UNITS}
"""Dimension -> anchored regular expression of its texts (the common ground of Rust, ECMA and Python)."""


def split(text: str) -> tuple[str, str]:
    """Cut a quantity into number and unit."""
    match = re.match(r"-?[0-9.]*", text)
    end = match.end() if match else 0
    return text[:end], text[end:].strip(" ")


def matches(text: str, dimension: str) -> bool:
    """Return whether `text` has the form of a quantity of `dimension`."""
    return re.fullmatch(PATTERNS[dimension][1:-1], text) is not None
