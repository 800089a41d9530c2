"""Quantities for people: spelling, why a text is none, and what was certainly meant."""

from __future__ import annotations

import re

from cluster_spec.units.patterns import READ_NUMBER, matches, split
from cluster_spec.units.tables import ALIASES, EXAMPLES, FOREIGN, LADDER, UNITS, WORDS


def _digits(value: int, factor: int) -> str:
    from decimal import Context, Decimal

    exact = Context(prec=60).divide(Decimal(value), Decimal(factor)).normalize()
    if len(exact.as_tuple().digits) <= 6:  # noqa: PLR2004 - six digits are exact
        return f"{exact:f}"
    return f"{Context(prec=4).plus(exact).normalize():f}"


def spell(value: int, dimension: str) -> str:
    """Return the quantity of `value` base units for people: `13.76 MW`, `400 Gb/s`, `12.5 m`.

    Up to six significant digits are exact; what needs more is rounded to four.
    """
    if dimension == "temperature":
        return f"{_digits(value - 273_150, 1000)} C"
    if dimension == "tray-size":
        return f"{_digits(value, 1_000_000)} mm2"
    ladder = LADDER[dimension]
    units = UNITS[dimension]
    unit = next((unit for unit in ladder if abs(value) >= units[unit]), ladder[-1])
    if value == 0:
        unit = EXAMPLES[dimension].split(" ")[1]
    return f"{_digits(value, units[unit])} {unit}"


def example(dimension: str) -> str:
    """Return a text that `parse` reads as this dimension."""
    return EXAMPLES[dimension]


def word(dimension: str) -> str:
    """Return what people call the dimension: `apparent power` for `apparent`."""
    return WORDS.get(dimension, dimension)


def _same_letters(known: str, unit: str) -> bool:
    """Return whether two units differ in case only, and not where case has a meaning (m and M, b and B)."""
    return len(known) == len(unit) and all(
        a == b or (a.lower() == b.lower() and a not in "mMbB") for a, b in zip(known, unit, strict=True)
    )


def repair(text: str, dimension: str) -> str | None:
    """Return what was certainly meant: `1720 kW` for `1,720 kW`, `400 Gb/s` for `400Gbps`; else None."""
    candidate = re.sub(r"(?<=[0-9])[,_' ](?=[0-9]{3}(?![0-9]))", "", text.strip())
    candidate = re.sub(r"^([0-9]+),([0-9]{1,2})(?![0-9])", r"\1.\2", candidate)
    match = re.fullmatch(r"(-?[0-9.]+)\s*([^\s0-9].*)", candidate)
    if match is None:
        return None
    unit = ALIASES.get(match[2], match[2])
    if unit not in UNITS[dimension] and not any(unit in units for units in UNITS.values()):
        folded = [known for known in UNITS[dimension] if known.lower() == unit.lower()]
        unit = folded[0] if len(folded) == 1 and _same_letters(folded[0], unit) else unit
    candidate = f"{match[1]} {unit}"
    return candidate if candidate != text and matches(candidate, dimension) else None


def _explain_unit(text: str, unit: str, dimension: str) -> str:
    if unit in FOREIGN:
        return f"`{text}`: {unit} is not read ({FOREIGN[unit]}); write it like {example(dimension)}"
    unit = ALIASES.get(unit, unit)
    if unit.replace("b", "B") in UNITS[dimension] or unit.replace("B", "b") in UNITS[dimension]:
        return f"`{text}`: b is bits and B is bytes; write it like {example(dimension)}"
    other = next((name for name, units in UNITS.items() if unit in units and name != dimension), None)
    if other is not None:
        return (
            f"`{text}` is {word(other)} ({unit}), not {word(dimension)}; write it like {example(dimension)}"
        )
    return f"`{text}` is not {word(dimension)}: `{unit}` is no unit of it; write it like {example(dimension)}"


def explain(text: str, dimension: str) -> str:  # noqa: PLR0911 - one reason each
    """Return in a sentence why `text` is no quantity of `dimension` (or is finer than its base unit)."""
    better = repair(text, dimension)
    if better is not None:
        return f"`{text}` is not read as {word(dimension)}; write {better}"
    number, unit = split(text.strip())
    if number.startswith("-") and dimension != "temperature":
        return f"`{text}` is negative"
    if not READ_NUMBER.fullmatch(number):
        return f"`{text}` is not {word(dimension)}; write it like {example(dimension)}"
    if not unit:
        return f"`{text}` has no unit; write it like {example(dimension)}"
    if matches(text, dimension):
        return f"`{text}` is finer than the smallest step, {spell(1, dimension)}"
    if unit in UNITS[dimension]:
        return f"`{text}` has too many digits"
    return _explain_unit(text, unit, dimension)
