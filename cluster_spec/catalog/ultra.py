"""From an ultra-node's file to its bays, members and internal fabrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_spec.catalog.expand import OpenParameterError, integer, integers, ranged
from cluster_spec.model.parts import InnerFabric, Member, UltraNode

if TYPE_CHECKING:
    from collections.abc import Mapping


def ultra_node(data: Mapping[str, Any], env: Mapping[str, int | None]) -> UltraNode | None:
    """Return what an ultra-node is made of; members that need a parameter without value are left out.

    Raises ValueError for what cannot be read.
    """
    if data["kind"] != "ultra-node":
        return None
    members = []
    for key, body in data.get("nodes", {}).items():
        try:
            members.append(_member(key, body, data, env))
        except OpenParameterError:
            continue
    fabrics = tuple(_fabric(name, body, env) for name, body in data.get("fabrics", {}).items())
    return UltraNode(bays=dict(data.get("bays", {})), members=tuple(members), fabrics=fabrics)


def _member(
    key: str, body: Mapping[str, Any], data: Mapping[str, Any], env: Mapping[str, int | None]
) -> Member:
    span = ranged(key, env)
    bays = data.get("bays", {})
    bay = body.get("bay") or (next(iter(bays)) if len(bays) == 1 else None)
    if bay is not None and bay not in bays:
        message = f"{key} stands in bay {bay!r}, which the ultra-node does not have"
        raise ValueError(message)
    return Member(
        key=key,
        names=tuple(span.names()),
        part=body["part"],
        arguments={name: integer(value, env) for name, value in body.get("with", {}).items()},
        role=body.get("role"),
        bay=bay,
        rack=tuple(integers(body.get("rack", "0"), span, env)),
        u=tuple(integers(body["u"], span, env)) if "u" in body else None,
    )


def _fabric(name: str, body: Mapping[str, Any], env: Mapping[str, int | None]) -> InnerFabric:
    try:
        links = integer(body["links"], env) if "links" in body else None
    except OpenParameterError:
        links = None
    return InnerFabric(name=name, cabled=body["cabled"], links=links, data=body)
