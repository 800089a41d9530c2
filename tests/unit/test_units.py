"""Laws of quantities."""

from __future__ import annotations

import re

import pytest

from cluster_spec import units


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("860 kW", "power", 860_000_000),
        ("14.3 kW", "power", 14_300_000),
        ("20 MVA", "apparent", 20_000_000_000),
        ("897.1 mm", "length", 897_100),
        ("142.4 kg", "mass", 142_400),
        ("400Gb/s", "rate", 400 * 10**9),
        ("28 GB/s", "bandwidth", 224 * 10**9),
        ("18 PB/s", "bandwidth", 144 * 10**15),
        ("4.5 Tb/s", "bandwidth", 4_500 * 10**9),
        ("192 GB", "memory", 192 * 10**9),
        ("1 GiB", "memory", 2**30),
        ("5 EFLOPS", "compute", 5 * 10**18),
        ("0.492 PFLOPS", "compute", 492 * 10**12),
        ("63 A", "current", 63_000),
        ("10 kV L-L", "voltage", 10_000_000),
        ("120 L/min", "flow", 120_000),
        ("1.5 L/min/kW", "specific-flow", 1_500),
        ("35 C", "temperature", 308_150),
        ("-5 C", "temperature", 268_150),
        ("300 K", "temperature", 300_000),
        ("98.5 %", "percent", 985_000),
        ("3000 kg/m2", "area-load", 3_000_000),
        ("10 min", "duration", 600_000),
        ("2 kWh", "energy", 2_000_000),
        ("4x600x100 mm", "tray-size", 4 * 600 * 100 * 10**6),
    ],
)
def test_parse_is_exact(text: str, dimension: str, value: int) -> None:
    """A quantity becomes the exact integer of its base unit."""
    assert units.parse(text, dimension) == value


@pytest.mark.parametrize("dimension", units.DIMENSIONS)
def test_example_is_read(dimension: str) -> None:
    """The example of every dimension matches its pattern and is read."""
    assert re.search(units.PATTERNS[dimension], units.example(dimension))
    assert units.parse(units.example(dimension), dimension) > 0


@pytest.mark.parametrize("dimension", [d for d in units.DIMENSIONS if d != "tray-size"])
@pytest.mark.parametrize("value", [0, 1, 999, 1_234, 13_760_000, 10**12, 123_456_789_012_345])
def test_spelling_is_near_the_value(dimension: str, value: int) -> None:
    """What is spelled for people is read back within the four digits that are shown."""
    value += 273_150 if dimension == "temperature" else 0
    again = units.parse(units.spell(value, dimension), dimension)
    assert abs(again - value) * 1999 <= max(value, 273_150)


def test_six_digits_are_exact_and_more_are_rounded() -> None:
    """Up to six digits are said as they are, longer numbers with four."""
    assert units.spell(13_760_000_000, "power") == "13.76 MW"
    assert units.spell(13_764_900_000, "power") == "13.7649 MW"
    assert units.spell(13_764_912_345, "power") == "13.76 MW"
    assert units.spell(400 * 10**9, "rate") == "400 Gb/s"
    assert units.spell(12_500_000, "length") == "12.5 m"


def test_voltages_have_kinds_and_windows() -> None:
    """A voltage may be a window and may say between what it is measured."""
    assert units.parse_voltage("200-240 V L-N") == units.Voltage(200_000, 240_000, "L-N")
    assert units.parse_voltage("48-54 V DC") == units.Voltage(48_000, 54_000, "DC")
    assert units.parse_voltage("12 V") == units.Voltage(12_000, 12_000, None)


@pytest.mark.parametrize("text", ["240-200 V", "400 V AC", "V", "-48 V DC", "1-2-3 V"])
def test_other_voltages_are_refused(text: str) -> None:
    """An empty window, another kind or no number is a ValueError with a sentence."""
    with pytest.raises(ValueError, match=re.escape(text)):
        units.parse_voltage(text)


def test_a_window_is_not_one_voltage() -> None:
    """Where one voltage is needed a window is refused."""
    with pytest.raises(ValueError, match="window"):
        units.parse("200-240 V", "voltage")


@pytest.mark.parametrize(
    ("text", "dimension", "said"),
    [
        ("1,720 kW", "power", "write 1720 kW"),
        ("1,5 kW", "power", "write 1.5 kW"),
        ("860kw", "power", "write 860 kW"),
        ("400Gbps", "rate", "write 400 Gb/s"),
        ("860", "power", "no unit"),
        ("5 kVA", "power", "apparent power"),
        ("5 kW", "apparent", "is power"),
        ("28 GB/s", "rate", "b is bits and B is bytes"),
        ("28 Gb", "memory", "b is bits and B is bytes"),
        ("3 lb", "mass", "0.45359237 kg"),
        ("5 mw", "power", "no unit of it"),
        ("0.0000001 W", "power", "finer than"),
        ("-3 kW", "power", "negative"),
        ("", "power", "not power"),
        ("1 kW\n", "power", "write 1 kW"),
    ],
)
def test_refusals_say_why(text: str, dimension: str, said: str) -> None:
    """A text that is no such quantity is a ValueError that says why, with the exact text where certain."""
    with pytest.raises(ValueError, match=re.escape(said)):
        units.parse(text, dimension)


def test_case_that_has_a_meaning_is_never_repaired() -> None:
    """Milli and mega, bit and byte differ by case only and are not guessed."""
    assert units.repair("5 mw", "power") is None
    assert units.repair("28 gb/s", "bandwidth") is None
