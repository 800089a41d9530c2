"""From a source to a manifest: shape only; what the values mean together is for resolve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_spec.diagnostics import Findings, Outcome
from cluster_spec.manifest.secrets import scan
from cluster_spec.manifest.sections import HEAD, SECTIONS, validator
from cluster_spec.records import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.manifest.claims import Claims
    from cluster_spec.manifest.fabric import Cabling, Fabric, Network
    from cluster_spec.manifest.late import Asset, Change, Policy, Waiver
    from cluster_spec.manifest.site import Device, Rack, Site, UltraNode
    from cluster_spec.manifest.supply import CoolingSection, PowerSection
    from cluster_spec.manifest.top import Assumed, Assumptions, External, Group, Parameter, Phase
    from cluster_spec.source import Source


@record(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a person wrote, section by section; an absent section is an empty mapping or None.

    Keys and references stay as written: ranges, templates, expressions, `when`, `cases`. `given` are the values
    that whoever loads it sets for parameters.
    """

    source: Source
    name: str
    title: str | None
    notes: str | list[str] | None
    parameters: Mapping[str, Parameter]
    assumptions: Assumptions | None
    assume: Mapping[str, Mapping[str, str | int | float | bool]]
    claims: Claims | None
    phases: Mapping[str, Phase]
    grow_to: Mapping[str, int | str]
    site: Site | None
    racks: Mapping[str, Rack]
    ultra_nodes: Mapping[str, UltraNode]
    nodes: Mapping[str, Device]
    groups: Mapping[str, Group]
    external: Mapping[str, External]
    fabrics: Mapping[str, Fabric]
    cabling: Cabling | None
    power: PowerSection | None
    cooling: CoolingSection | None
    networks: Mapping[str, Network]
    assets: Mapping[str, Asset]
    policy: Policy | None
    exceptions: Mapping[str, Change]
    waivers: Mapping[str, Waiver]
    given: Mapping[str, str] = field(default_factory=dict)


_SINGLE = frozenset({"assumptions", "claims", "site", "cabling", "power", "cooling", "policy"})
"""Sections that are one thing and None when absent; the others are mappings of entries."""


def parse(source: Source) -> Outcome[Manifest]:
    """Return the manifest, or None and all shape errors in file order; secrets are reported with either."""
    data = source.data
    head, failed = _validate("head", {key: data[key] for key in HEAD if key in data})
    bad = ["head"] if failed else []
    values: dict[str, Any] = {}
    for name in SECTIONS:
        if name in data:
            values[name], failed = _validate(name, data[name])
            bad += [name] if failed else []
        else:
            values[name] = None if name in _SINGLE else {}
    findings = Findings()
    scan(source, findings)
    unknown = [key for key in data if key not in SECTIONS and key not in HEAD]
    if bad or unknown:
        from cluster_spec.manifest.errors import explain

        explain(source, bad, unknown, findings)
        return Outcome(None, _in_file_order(findings))
    values["assume"] = {part: _assumed(entry) for part, entry in values["assume"].items()}
    manifest = Manifest(source=source, name=head.name, title=head.title, notes=head.notes, **values)
    return Outcome(manifest, _in_file_order(findings))


def _validate(name: str, value: object) -> tuple[Any, bool]:
    from cluster_spec.compiled import ValidationError

    try:
        return validator(name).validate_python(value, strict=True), False
    except ValidationError:
        return None, True


def _assumed(entry: Assumed) -> dict[str, str | int | float | bool]:
    return {**(entry.__pydantic_extra__ or {}), "because": entry.because}


def _in_file_order(findings: Findings) -> tuple[Any, ...]:
    return tuple(sorted(findings.items, key=lambda finding: finding.location))
