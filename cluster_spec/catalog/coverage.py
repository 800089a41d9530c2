"""Which values of a part have a source: every leaf lies below a path that a source covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_spec.model.parts import Provenance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FACTS = (
    "size",
    "airflow",
    "power",
    "powered",
    "liquid",
    "contains",
    "cages",
    "ports",
    "elements",
    "radix",
    "accelerator",
    "rack",
    "pdu",
    "medium",
    "subnet",
    "cooling",
    "bays",
    "nodes",
    "fabrics",
)
"""The sections that say what hardware is; the others name it. Parameters with a value count too."""


def provenance(data: Mapping[str, Any]) -> tuple[Provenance, ...]:
    """Return the sources of a part."""
    return tuple(
        Provenance(
            key=key,
            title=source["title"],
            grade=source["grade"],
            covers=tuple(source["covers"]),
            url=source.get("url"),
            retrieved=source.get("retrieved"),
            note=source.get("note"),
        )
        for key, source in data.items()
    )


def unsourced(data: Mapping[str, Any], assumed: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the paths of values that no source covers and nobody assumed, such as `power.max`."""
    covered = {path for source in data.get("sources", {}).values() for path in source["covers"]}
    covered |= {path for name in assumed or () for path in (name, f"parameters.{name}")}
    paths = [path for key in FACTS if key in data for path in leaves(data[key], key)]
    paths += [
        f"parameters.{name}" for name, spec in data.get("parameters", {}).items() if "value" in (spec or {})
    ]
    return tuple(path for path in paths if not _below(path, covered))


def leaves(value: object, path: str) -> Iterator[str]:
    """Yield the dotted path of every value below; what is empty is a value too."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    else:
        yield path


def _below(path: str, covered: set[str]) -> bool:
    return any(path == known or path.startswith(f"{known}.") for known in covered)
