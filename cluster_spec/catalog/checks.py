"""What `clusterspec parts --check` asks of a part; the same facts stand on the part for rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec import units
from cluster_spec.diagnostics import Basis, Code, Findings, Severity

if TYPE_CHECKING:
    from cluster_spec.diagnostics import Finding
    from cluster_spec.model.parts import Part

PORT_COUNT = Code("CAT001", "port-count", Severity.ERROR, Basis.STANDARD)
PSU_SET = Code("CAT002", "psu-set", Severity.ERROR, Basis.PHYSICS)
PROVENANCE = Code("CAT006", "provenance", Severity.WARNING, Basis.POLICY)


def fabric_ports(part: Part) -> int:
    """Return how many logical fabric ports the part has as it comes."""
    return sum(port.role == "fabric" for port in part.ports)


def psu_capacity(part: Part) -> int | None:
    """Return what the supplies that must carry full load can give, in mW; None when a fact is missing."""
    psus = part.psus
    if psus is None or psus.rating is None or (psus.full or psus.count) is None:
        return None
    return (psus.full or psus.count or 0) * psus.rating


def check_part(part: Part) -> list[Finding]:
    """Return what is wrong with a part: port count and holes, supplies too small, values without source."""
    findings = Findings()
    place = part.lines.get
    if part.radix is not None and fabric_ports(part) != part.radix:
        message = f"{part.name} has {fabric_ports(part)} ports, its radix is {part.radix}"
        findings.add(PORT_COUNT, message, place("radix", part.where), subjects=part.name)
    if part.gaps:
        message = f"{part.name} lacks ports {', '.join(part.gaps[:4])} in the run of its labels"
        findings.add(PORT_COUNT, message, place("ports", part.where), subjects=part.name)
    capacity, need = psu_capacity(part), part.power.get("max")
    if capacity is not None and need is not None and capacity < need:
        message = (
            f"{part.name} needs {units.spell(need, 'power')}, the supplies that carry full load give "
            f"{units.spell(capacity, 'power')}"
        )
        findings.add(PSU_SET, message, place("power.psus", part.where), subjects=part.name)
    if part.unsourced:
        message = (
            f"{part.name} has {len(part.unsourced)} values without a source: {', '.join(part.unsourced[:4])}"
        )
        findings.add(PROVENANCE, message, place(part.unsourced[0], part.where), subjects=part.name)
    return findings.items
