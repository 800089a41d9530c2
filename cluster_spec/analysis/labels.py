"""What stands on a cable at each end: the label template, its fields, and labels spelled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = "{near} / {far}"
"""Both ends, near end first, as TIA-606 asks for."""
END_FIELDS = ("device", "port", "cage", "rack", "u")
FIELDS = (
    "near",
    "far",
    *(f"{side}_{f}" for side in ("near", "far") for f in END_FIELDS),
    "fabric",
    "cable",
    "medium",
)
"""`near` and `far` are `device:port`; the others say one thing of an end, or of the cable."""
_FIELD = re.compile(r"\{([^{}]*)\}")
_IDENTITY = ({"near"}, {"far"}, {"near_device", "near_port"}, {"far_device", "far_port"}, {"cable"})
"""Sets of fields each of which tells the two ends of any cable from those of any other."""


def fields(template: str) -> tuple[str, ...]:
    """Return the fields of a template, in order."""
    return tuple(name.strip() for name in _FIELD.findall(template.replace("{{", "").replace("}}", "")))


def flaw(template: str) -> str | None:
    """Return what is wrong with a label template, or None.

    A label names both ends, the near one first, and no two cables have one label: it holds device and port of an
    end, which the rule on ports makes unique.
    """
    used = fields(template)
    unknown = [name for name in used if name not in FIELDS]
    if unknown:
        return f"it has no field {unknown[0]!r}; fields are {', '.join(FIELDS)}"
    sides = [name.partition("_")[0] for name in used if name.startswith(("near", "far"))]
    for side in ("near", "far"):
        if side not in sides:
            return f"it does not name the {side} end"
    if sides[0] != "near":
        return "it names the far end first"
    if not any(wanted <= set(used) for wanted in _IDENTITY[:4]):
        return "labels are not unique: device and port of neither end are in them"
    return None


def spell(template: str, values: Mapping[str, str]) -> str:
    """Return a label with its fields filled in."""
    text = _FIELD.sub(
        lambda found: values[found[1].strip()], template.replace("{{", "\0").replace("}}", "\1")
    )
    return text.replace("\0", "{").replace("\1", "}")
