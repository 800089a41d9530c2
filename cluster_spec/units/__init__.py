"""Quantities: text with a unit on the outside, exact integers of one base unit per dimension inside."""

from cluster_spec.units.patterns import DIMENSIONS, PATTERNS, matches
from cluster_spec.units.reading import TraySize, Voltage, parse, parse_tray, parse_voltage
from cluster_spec.units.tables import UNITS
from cluster_spec.units.telling import example, explain, repair, spell, word

__all__ = [
    "DIMENSIONS",
    "PATTERNS",
    "UNITS",
    "TraySize",
    "Voltage",
    "example",
    "explain",
    "matches",
    "parse",
    "parse_tray",
    "parse_voltage",
    "repair",
    "spell",
    "word",
]
