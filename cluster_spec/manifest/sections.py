"""The sections of a manifest and the modules that know their shape, imported when a section occurs."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from cluster_spec import compiled

FILE = "manifest-core.json"

SECTIONS: dict[str, tuple[str, str]] = {
    "parameters": ("top", "Parameters"),
    "assumptions": ("top", "Assumptions"),
    "assume": ("top", "Assume"),
    "claims": ("claims", "Claims"),
    "phases": ("top", "Phases"),
    "grow_to": ("top", "GrowTo"),
    "site": ("site", "Site"),
    "racks": ("site", "Racks"),
    "ultra_nodes": ("site", "UltraNodes"),
    "nodes": ("site", "Nodes"),
    "groups": ("top", "Groups"),
    "external": ("top", "Externals"),
    "fabrics": ("fabric", "Fabrics"),
    "cabling": ("fabric", "Cabling"),
    "power": ("supply", "PowerSection"),
    "cooling": ("supply", "CoolingSection"),
    "networks": ("fabric", "Networks"),
    "assets": ("late", "Assets"),
    "policy": ("late", "Policy"),
    "exceptions": ("late", "Exceptions"),
    "waivers": ("late", "Waivers"),
}
"""Section -> module of this folder and the name of its type there."""

HEAD = ("clusterspec", "name", "title", "notes", "include")
"""The keys of the top level that are no sections."""


def section_type(name: str) -> Any:
    """Return the type of a section; `head` stands for the keys of `HEAD`."""
    module, attribute = SECTIONS.get(name, ("top", "Head"))
    return getattr(import_module(f"cluster_spec.manifest.{module}"), attribute)


@cache
def adapter(name: str) -> Any:
    """Return the pydantic adapter that validates a section."""
    from pydantic import TypeAdapter

    return TypeAdapter(section_type(name))


@cache
def validator(name: str) -> Any:
    """Return what validates a section: compiled from the models, else the models themselves."""
    return compiled.build(compiled.schemas(FILE)[name]) or adapter(name)


def compile_sections() -> str:
    """Return the text of the compiled sections, made from the models."""
    found = {}
    for name in ("head", *SECTIONS):
        built = adapter(name)
        built.rebuild(force=True)
        found[name] = built.core_schema
    return compiled.text(found)
