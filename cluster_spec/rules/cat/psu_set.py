"""CAT002: the supplies of a device carry what it draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Bad, Unknown, Verdict, rule
from cluster_spec.units import spell

if TYPE_CHECKING:
    from cluster_spec.model.cluster import Cluster
    from cluster_spec.model.parts import Part

KINDS = frozenset({"node", "switch", "appliance"})
"""Kinds of devices that are fed through supplies of their own."""


@rule(
    "CAT002",
    severity=Severity.ERROR,
    basis=Basis.PHYSICS,
    since="0.1",
    source="data sheets: N supplies of the set carry the largest draw, the others are spare",
    needs=("power.psus", "power.max"),
)
def psu_set(cluster: Cluster) -> Verdict:
    """The supplies that must carry full load are rated below the largest draw of the device.

    Why:
        A device with six supplies of which four carry it is rated at four, not six. Imported parts give
        6.5 kW servers two supplies of 1 kW; the plan then has the wrong outlets and cords as well.
    Bad:
        part: {server-2u: {power: {psus: {rating: 600 W}}}}
    Good:
        part: {server-2u: {power: {psus: {rating: 1.2 kW}}}}
    Also:
        CAT006: the changed value has no source.
    """
    decided, bad, unknown = 0, [], []
    for row, part in enumerate(cluster.parts):
        if part.psus is None and (part.kind not in KINDS or part.powered is False):
            continue
        missing = _missing(part)
        if missing is not None:
            unknown.append(Unknown(f"{missing} of {part.name}", np.array([row])))
            continue
        decided += 1
        bad += _short(part, row)
    return Verdict("parts", decided, tuple(bad), tuple(unknown))


def _missing(part: Part) -> str | None:
    """Return the fact that is needed and not known."""
    psus = part.psus
    if psus is None:
        return "power.psus"
    if part.power.get("max") is None:
        return "power.max"
    if psus.rating is None:
        return "power.psus.rating"
    return None if psus.full is not None or psus.count == 1 else "power.psus.full"


def _short(part: Part, row: int) -> list[Bad]:
    psus, need = part.psus, part.power["max"]
    assert psus is not None
    assert psus.rating is not None
    full = psus.full or 1
    capacity = full * psus.rating
    if capacity >= need:
        return []
    carry = "the supply that carries it gives" if full == 1 else f"the {full} supplies that carry it give"
    formula = f"{full} x {spell(psus.rating, 'power')} = {spell(capacity, 'power')}"
    return [
        Bad(
            np.array([row]),
            lambda subject, _: f"{subject} draws {spell(need, 'power')}, {carry} {spell(capacity, 'power')}",
            need,
            capacity,
            "mW",
            formula=lambda _: formula,
        )
    ]
