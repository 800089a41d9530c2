"""The units that are read, the words for them, and how people are told."""

from __future__ import annotations

_K, _M, _G, _T, _P, _E, _Z = (10 ** (3 * n) for n in range(1, 8))


def _bits(byte: int = 1) -> dict[str, int]:
    name = "b/s" if byte == 1 else "B/s"
    prefixes = {"": 1, "k": _K, "M": _M, "G": _G, "T": _T, "P": _P, "E": _E}
    return {prefix + name: factor * byte for prefix, factor in prefixes.items()}


_FLOPS = {"": 1, "k": _K, "M": _M, "G": _G, "T": _T, "P": _P, "E": _E, "Z": _Z}

UNITS: dict[str, dict[str, int]] = {
    "power": {"mW": 1, "W": _K, "kW": _M, "MW": _G, "GW": _T},
    "apparent": {"mVA": 1, "VA": _K, "kVA": _M, "MVA": _G, "GVA": _T},
    "length": {"um": 1, "mm": _K, "cm": 10 * _K, "m": _M, "km": _G},
    "mass": {"g": 1, "kg": _K, "t": _M},
    "rate": _bits(),
    "bandwidth": {**_bits(8), **_bits()},
    "memory": {
        "B": 1,
        "kB": _K,
        "MB": _M,
        "GB": _G,
        "TB": _T,
        "PB": _P,
        "EB": _E,
        "KiB": 2**10,
        "MiB": 2**20,
        "GiB": 2**30,
        "TiB": 2**40,
        "PiB": 2**50,
    },
    "compute": {prefix + name: factor for name in ("FLOPS", "OPS") for prefix, factor in _FLOPS.items()},
    "current": {"mA": 1, "A": _K, "kA": _M},
    "voltage": {"mV": 1, "V": _K, "kV": _M},
    "flow": {"mL/min": 1, "L/min": _K, "L/s": 60 * _K},
    "specific-flow": {"mL/min/kW": 1, "L/min/kW": _K},
    "temperature": {"K": _K, "C": _K},
    "percent": {"%": 10_000},
    "area-load": {"g/m2": 1, "kg/m2": _K, "t/m2": _M},
    "tray-size": {"mm": 1},
    "duration": {"ms": 1, "s": _K, "min": 60 * _K, "h": 3600 * _K, "d": 86400 * _K, "y": 365 * 86400 * _K},
    "energy": {"Wh": _K, "kWh": _M, "MWh": _G, "GWh": _T},
}
"""Unit -> how many base units it is.

These are mW, mVA, um, g, bit/s, byte, FLOPS, mA, mV, mL/min, mK, ppm, g/m2, ms and mWh.
"""

WORDS = {
    "apparent": "apparent power",
    "rate": "a data rate in bits",
    "bandwidth": "bandwidth",
    "memory": "an amount of memory",
    "compute": "compute",
    "percent": "a percentage",
    "area-load": "floor load",
    "tray-size": "a tray size",
    "specific-flow": "flow per power",
    "current": "electric current",
}
EXAMPLES = {
    "power": "860 kW",
    "apparent": "2 MVA",
    "length": "12.5 m",
    "mass": "142.4 kg",
    "rate": "400 Gb/s",
    "bandwidth": "28 GB/s",
    "memory": "192 GB",
    "compute": "5 EFLOPS",
    "current": "63 A",
    "voltage": "400 V L-L",
    "flow": "120 L/min",
    "specific-flow": "1.5 L/min/kW",
    "temperature": "35 C",
    "percent": "98.5 %",
    "area-load": "3000 kg/m2",
    "tray-size": "4x600x100 mm",
    "duration": "10 min",
    "energy": "200 kWh",
}
LADDER: dict[str, tuple[str, ...]] = {  # the units people are told, largest first
    "power": ("GW", "MW", "kW", "W", "mW"),
    "apparent": ("GVA", "MVA", "kVA", "VA", "mVA"),
    "length": ("m", "mm", "um"),
    "mass": ("kg", "g"),
    "rate": ("Pb/s", "Tb/s", "Gb/s", "Mb/s", "kb/s", "b/s"),
    "bandwidth": ("EB/s", "PB/s", "TB/s", "GB/s", "MB/s", "kB/s", "B/s", "b/s"),
    "memory": ("EB", "PB", "TB", "GB", "MB", "kB", "B"),
    "compute": tuple(f"{prefix}FLOPS" for prefix in ("Z", "E", "P", "T", "G", "M", "k", "")),
    "current": ("A", "mA"),
    "voltage": ("kV", "V", "mV"),
    "flow": ("L/min", "mL/min"),
    "specific-flow": ("L/min/kW", "mL/min/kW"),
    "temperature": ("C",),
    "percent": ("%",),
    "area-load": ("kg/m2", "g/m2"),
    "duration": ("y", "d", "h", "min", "s", "ms"),
    "energy": ("GWh", "MWh", "kWh", "Wh"),
}
_SPELLINGS = {
    "bps": "b/s",
    "bit/s": "b/s",
    "Bps": "B/s",
    "byte/s": "B/s",
    "flops": "FLOPS",
    "FLOP/s": "FLOPS",
    "FLOPs": "FLOPS",
}
ALIASES = {
    **{prefix + other: prefix + unit for prefix in "kMGTP" for other, unit in _SPELLINGS.items()},
    **dict.fromkeys(("lpm", "LPM", "l/min"), "L/min"),
    **dict.fromkeys(("°C", "degC"), "C"),
    **dict.fromkeys(("metre", "metres", "meter", "meters"), "m"),
    **dict.fromkeys(("kg/m²", "kg/m^2"), "kg/m2"),
    **dict.fromkeys(("watt", "watts"), "W"),
    **dict.fromkeys(("amp", "amps"), "A"),
    "lpm/kW": "L/min/kW",
    "kgs": "kg",
    "sec": "s",
    "hours": "h",
    "days": "d",
    "µm": "um",
}
FOREIGN = {
    "lb": "1 lb is 0.45359237 kg",
    "lbs": "1 lb is 0.45359237 kg",
    "in": "1 in is 25.4 mm",
    "inch": "1 in is 25.4 mm",
    "ft": "1 ft is 0.3048 m",
    "F": "C = (F - 32) * 5/9",
    "°F": "C = (F - 32) * 5/9",
    "gpm": "1 US gpm is 3.785 L/min",
    "BTU/h": "1 BTU/h is 0.2931 W",
    "hp": "1 hp is 745.7 W",
    "psf": "1 psf is 4.882 kg/m2",
    "m3/h": "1 m3/h is 16.67 L/min",
}
