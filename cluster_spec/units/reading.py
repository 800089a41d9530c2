"""Reading quantities: exact, in integers."""

from __future__ import annotations

import re
from typing import NoReturn

from cluster_spec.records import record
from cluster_spec.units.patterns import READ_NUMBER, matches, split
from cluster_spec.units.tables import UNITS
from cluster_spec.units.telling import explain


@record(frozen=True, slots=True)
class Voltage:
    """A voltage or a window of voltages in mV; `kind` is `L-L`, `L-N`, `DC`, or None where it is not said."""

    low_mv: int
    high_mv: int
    kind: str | None = None


@record(frozen=True, slots=True)
class TraySize:
    """A cable tray: levels above each other, clear width and height of each in um."""

    levels: int
    width_um: int
    height_um: int


def _fail(text: str, dimension: str) -> NoReturn:
    raise ValueError(explain(text, dimension))


def _exact(number: str, factor: int) -> int | None:
    """Return `number` times `factor`, or None where that is no integer."""
    match = READ_NUMBER.fullmatch(number)
    if match is None:
        return None
    fraction = match[2] or ""
    value, rest = divmod(int(match[1] + fraction) * factor, 10 ** len(fraction))
    return None if rest else value


def parse(text: str, dimension: str) -> int:
    """Return the quantity in base units; a tray size gives its clear section in um2, over all levels.

    Raises ValueError with a sentence for people where the text is no such quantity, is finer than the base
    unit, or is a window of voltages.
    """
    if dimension == "voltage":
        voltage = parse_voltage(text)
        if voltage.low_mv != voltage.high_mv:
            raise ValueError(f"`{text}` is a window, one voltage is needed")
        return voltage.low_mv
    if dimension == "tray-size":
        tray = parse_tray(text)
        return tray.levels * tray.width_um * tray.height_um
    if not matches(text, dimension):
        _fail(text, dimension)
    number, unit = split(text)
    value = _exact(number, UNITS[dimension][unit])
    if value is None:
        _fail(text, dimension)
    return value + 273_150 if unit == "C" and dimension == "temperature" else value


def parse_voltage(text: str) -> Voltage:
    """Read `400 V L-L`, `48-54 V DC` or `12 V`; raises ValueError where it is none or the window is empty."""
    match = re.fullmatch(r"([0-9.]+)(?:-([0-9.]+))? ?([mk]?V)(?: (L-L|L-N|DC))?", text)
    if match is None or not matches(text, "voltage"):
        _fail(text, "voltage")
    factor = UNITS["voltage"][match[3]]
    low, high = _exact(match[1], factor), _exact(match[2] or match[1], factor)
    if low is None or high is None:
        raise ValueError(f"`{text}` is finer than 1 mV")
    if low > high:
        raise ValueError(f"`{text}` is an empty window: {match[1]} is above {match[2]}")
    return Voltage(low, high, match[4])


def parse_tray(text: str) -> TraySize:
    """Read `4x600x100 mm` (levels x width x height); raises ValueError where it is none."""
    if not matches(text, "tray-size"):
        _fail(text, "tray-size")
    levels, width, height = (int(piece) for piece in text.removesuffix("mm").split("x"))
    return TraySize(levels, width * 1000, height * 1000)
