"""Puts a cluster together, section by section: what fails is left out, everything else goes on."""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.catalog import store
from cluster_spec.diagnostics import DANGLING, Location, Outcome, Severity
from cluster_spec.model.cluster import Cabling, Cluster, Extent, Fabric
from cluster_spec.model.namespace import NameTable
from cluster_spec.model.origins import ListBlock, Origins
from cluster_spec.model.tables import Racks, UltraNodes
from cluster_spec.records import field, record
from cluster_spec.resolve.built import Built, allowed_phases, order_phases
from cluster_spec.resolve.cables import Choice, Given, make_cables, sold_lengths
from cluster_spec.resolve.census import Census
from cluster_spec.resolve.classes import Classes
from cluster_spec.resolve.clos import build_clos
from cluster_spec.resolve.devices import Stage, resolve_nodes, resolve_ultra_nodes
from cluster_spec.resolve.draft import Draft, make_draft
from cluster_spec.resolve.fabrics import check_uplinks, fabric_record
from cluster_spec.resolve.finish import assumed_values, model_links, policy, waivers
from cluster_spec.resolve.floor import Floor, resolve_racks, resolve_site
from cluster_spec.resolve.groups import Groups, resolve_groups
from cluster_spec.resolve.hardware import Hardware
from cluster_spec.resolve.lengths import geometry, resolve_cabling
from cluster_spec.resolve.levels import classify, rank_switches
from cluster_spec.resolve.scope import Scope, Stop, nearest, parameters
from cluster_spec.resolve.step import Build
from cluster_spec.resolve.trays import Trays, resolve_trays

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.manifest import Manifest
    from cluster_spec.model.tables import Devices, Links
    from cluster_spec.source import Source


@record(slots=True)
class Work:
    """A cluster on its way."""

    manifest: Manifest
    scope: Scope
    stage: Stage
    classes: Classes = field(default_factory=Classes)
    groups: Groups = field(default_factory=Groups)
    builds: list[Build] = field(default_factory=list)
    tiers: dict[str, tuple[Any, np.ndarray]] = field(default_factory=dict)
    blocks: list[ListBlock] = field(default_factory=list)
    trays: Trays | None = None
    power: Any = None
    cooling: Any = None
    networks: tuple[Any, ...] = ()
    claims: tuple[Any, ...] = ()
    assets: tuple[Any, ...] = ()
    early: list[Any] = field(default_factory=list)


LIST_ORIGIN = 1 << 20
"""Origins of link-list lines start here; manifest paths stay below."""


def resolve(
    manifest: Manifest, source: Source, given: Mapping[str, str], phase: str | None
) -> Outcome[Cluster]:
    """Resolve a manifest: the value is None only when parameters or phases are wrong, or nothing can be placed."""
    scope = Scope(source)
    with scope.section("parameters"):
        parameters(scope, manifest.parameters, given)
    phases: list[str] = []
    allowed = None
    with scope.section("phases"):
        phases = order_phases(scope, manifest.phases)
        allowed = allowed_phases(scope, manifest.phases, phases, phase)
    if scope.failed:
        return Outcome(None, tuple(scope.findings.items))
    work = _work(manifest, scope, phases, allowed)
    _growing(work)
    _places(work)
    _supply(work)
    _fabrics(work)
    cluster = _finish(work, source)
    work.stage.hardware.finish()
    return Outcome(cluster, tuple(scope.findings.items))


def _work(manifest: Manifest, scope: Scope, phases: list[str], allowed: frozenset[str] | None) -> Work:
    from cluster_spec.resolve.changes import omissions

    root = FilePath(scope.source.root)
    overlay = root / "parts"
    hardware = Hardware(
        scope, store.overlay_index(overlay) if overlay.is_dir() else {}, root, manifest.assume
    )
    built = Built(scope, phases, allowed)
    if manifest.exceptions:
        with scope.section("exceptions"):
            built.omissions = omissions(scope, manifest.exceptions)
    census = Census(hardware)
    stage = Stage(scope, Floor(), hardware, census, manifest.grow_to, built, phases)
    stage.externals = {name: entry.kind for name, entry in manifest.external.items()}
    return Work(manifest, scope, stage, early=built.omissions)


def _growing(work: Work) -> None:
    """Say where `grow_to` names no family: its growth would silently be none."""
    manifest = work.manifest
    tree = {} if manifest.power is None else manifest.power.tree or {}
    switches = (f.switches or {} for f in manifest.fabrics.values())
    sections = (manifest.racks, manifest.ultra_nodes, manifest.nodes, tree, *switches)
    known = sorted({re.sub(r"\[[^\]]*\]", "", key) for section in sections for key in section})
    for name in sorted(set(manifest.grow_to) - set(known)):
        help_ = nearest(name, known)
        work.scope.report(DANGLING, ("grow_to", name), f"{name!r} is no family", key=True, help=help_)


def _places(work: Work) -> None:
    """Halls, rows, trays, racks; then what stands in them."""
    scope, stage, manifest = work.scope, work.stage, work.manifest
    with scope.section("site"):
        stage.floor = resolve_site(scope, manifest.site, stage.built)
    with scope.section("site", "trays"):
        work.trays = resolve_trays(scope, manifest.site, stage.floor.rows, stage.floor.row_section)
    with scope.section("racks"):
        resolve_racks(scope, stage.floor, stage.hardware, manifest.racks, manifest.grow_to, stage.built)
    with scope.section("ultra_nodes"):
        resolve_ultra_nodes(stage, manifest.ultra_nodes)
    with scope.section("nodes"):
        resolve_nodes(stage, manifest.nodes)
    with scope.section("groups"):
        work.groups = resolve_groups(stage, manifest.groups)


def _supply(work: Work) -> None:
    """Power and cooling, first half: their devices have ports that management fabrics join."""
    manifest = work.manifest
    if manifest.power is None and manifest.cooling is None:
        return
    from cluster_spec.resolve.power import resolve_power

    with work.scope.section("power"):
        work.power = resolve_power(work.stage, manifest.power)
    if manifest.cooling is not None and work.power is not None:
        from cluster_spec.resolve.cooling import resolve_cooling

        with work.scope.section("cooling"):
            work.cooling = resolve_cooling(work.stage, manifest.cooling, work.power)


def _fabrics(work: Work) -> None:
    """All fabrics by name; those that join `every` device of a role come last and see the others' switches."""
    entries = work.manifest.fabrics
    names = sorted(entries)

    def late(name: str) -> bool:
        return any(e.every is not None for e in (entries[name].endpoints or {}).values())

    for name in names:
        with work.scope.section("fabrics", name):
            _switches(work, name, names.index(name))
    for name in sorted(names, key=lambda n: (late(n), n)):
        if any(f.section == f"fabrics.{name}" for f in work.scope.failed):
            continue
        with work.scope.section("fabrics", name):
            _fabric(work, name, names.index(name))
    with work.scope.section("fabrics"):
        check_uplinks(work.stage, work.builds, names)


def _switches(work: Work, name: str, index: int) -> None:
    """Add the switches that a fabric lists, before any list of links may name them."""
    fabric = work.manifest.fabrics[name]
    if not fabric.switches or not work.scope.holds(fabric.when, ("fabrics", name, "when")):
        return
    from cluster_spec.resolve.wiring import explicit_switches

    explicit_switches(work.stage, fabric, ("fabrics", name), index)


def _fabric(work: Work, name: str, index: int) -> None:
    from cluster_spec.resolve.endpoints import resolve_endpoints

    stage, fabric, path = work.stage, work.manifest.fabrics[name], ("fabrics", name)
    if not work.scope.holds(fabric.when, (*path, "when")):
        return
    before, silent = len(work.scope.findings.items), work.scope.silent
    ends = resolve_endpoints(stage, fabric, path, index, work.groups)
    build = Build(stage, name, path, fabric, index, ends, work.classes)
    tiers: tuple[Any, ...] = ()
    if fabric.topology is not None and fabric.cabled:
        tiers = build_clos(build, fabric.topology)
    if fabric.wiring or fabric.links:
        _listed(work, build)
    tiers, tier = rank_switches(build, tiers)
    classify(build, tiers, tier)
    work.classes.check_names(build)
    found = work.scope.findings.items[before:]
    if work.scope.silent > silent or any(f.severity is Severity.ERROR for f in found):
        raise Stop  # what is known of half a fabric would raise findings that are no causes
    work.builds.append(build)
    work.tiers[name] = (tiers, tier)


def _listed(work: Work, build: Build) -> None:
    from cluster_spec.resolve.linklist import add_lists
    from cluster_spec.resolve.lookup import Names
    from cluster_spec.resolve.wiring import resolve_wiring

    names = Names(work.stage.census)
    resolve_wiring(build, names)
    add_lists(build, names, work.blocks, LIST_ORIGIN)


# -- putting it together --------------------------------------------------------------------------------------


def _finish(work: Work, source: Source) -> Cluster:
    stage, scope = work.stage, work.scope
    for part in list(stage.hardware.parts):
        for content in part.contains:
            with scope.section("parts"):
                stage.hardware.part(content.part, ("nodes",))
    cabling, sold = Cabling(0, 0, None, 0, None, 0), {}
    with scope.section("cabling"):
        cabling = resolve_cabling(scope, work.manifest.cabling)
        sold = sold_lengths(scope, work.manifest.cabling)
    draft = make_draft(scope, stage.census, work.classes, work.builds)
    _tier_columns(work)
    if work.manifest.exceptions:
        from cluster_spec.resolve.changes import Changes

        with scope.section("exceptions"):
            draft.look = lambda: _cluster(work, source, draft, cabling, sold)
            Changes(draft).apply(work.manifest.exceptions, work.early)
    _late(work)
    return _cluster(work, source, draft, cabling, sold)


def _tier_columns(work: Work) -> None:
    """Write the tiers of explicit switches into the device blocks."""
    census = work.stage.census
    tier = census.column("tier").copy()
    for build in work.builds:
        found = work.tiers[build.name][1]
        tier[: found.size] = np.where(found >= 0, found, tier[: found.size])
    at = 0
    for block in census.blocks:
        size = block["tier"].size
        block["tier"] = tier[at : at + size].astype(np.int32)
        at += size


def _late(work: Work) -> None:
    """Networks, claims, assets: they speak of what exists."""
    stage, scope, manifest = work.stage, work.scope, work.manifest
    if manifest.networks:
        from cluster_spec.resolve.networks import resolve_networks

        with scope.section("networks"):
            work.networks = resolve_networks(stage, manifest.networks, work.builds, work.groups)
    if manifest.claims is not None:
        from cluster_spec.resolve.claims import resolve_claims

        with scope.section("claims"):
            there = {n: tuple(t.name for t in work.tiers[n][0]) for n in work.tiers}
            work.claims = resolve_claims(scope, manifest.claims, there, _declared(manifest))
    if manifest.assets:
        from cluster_spec.resolve.assets import resolve_assets

        with scope.section("assets"):
            work.assets = resolve_assets(stage, manifest.assets)


def _declared(manifest: Manifest) -> dict[str, tuple[str, ...]]:
    """Return the fabrics as written, with the tiers that `when`, cases and phases may have dropped."""
    found: dict[str, tuple[str, ...]] = {}
    for name, fabric in manifest.fabrics.items():
        topology = fabric.topology
        tiers = tuple(topology.tiers or ()) if topology is not None else ()
        if topology is not None and topology.access is not None:
            tiers += ("access", "aggregation") if topology.aggregation is not None else ("access",)
        found[name] = tiers
    return found


def _cluster(work: Work, source: Source, draft: Draft, cabling: Cabling, sold: Mapping[str, Any]) -> Cluster:
    stage, manifest, scope = work.stage, work.manifest, work.scope
    devices = _devices(stage, draft)
    racks = stage.floor.racks or _no_racks()
    links = model_links(draft, devices)
    where = (
        geometry(devices, stage.hardware.parts, racks, work.trays, cabling)
        if work.trays is not None
        else None
    )
    given = _kept(draft)
    choice = Choice(stage.hardware, devices, links, work.classes.items, work.classes.media, where, sold)
    cables, cable = make_cables(choice, given)
    links = _with_cable(links, cable)
    parts = tuple(stage.hardware.parts)
    power, feeds = _power(work, racks)
    return Cluster(
        name=manifest.name,
        title=manifest.title,
        digest=source.digest,
        parameters=dict(scope.parameters),
        assumptions=_assumptions(manifest),
        parts=parts,
        layouts=tuple(stage.hardware.layouts),
        media=tuple(work.classes.media),
        halls=tuple(stage.floor.halls),
        rows=tuple(stage.floor.rows),
        racks=racks,
        ultra_nodes=stage.ultra_table or _no_ultra_nodes(),
        devices=devices,
        fabrics=_records(work, devices),
        classes=tuple(work.classes.items),
        links=links,
        cables=cables,
        internals=tuple(stage.internals),
        power=power,
        feeds=feeds,
        cooling=_cooling(work, racks),
        networks=work.networks,
        claims=work.claims,
        waivers=waivers(scope, manifest.waivers),
        policy=policy(manifest.policy),
        cabling=cabling,
        origins=Origins(tuple(scope.paths), tuple(work.blocks), source.locate, _line),
        phases=tuple(stage.phases),
        externals=dict(stage.externals),
        assumed=assumed_values(parts),
        failed=tuple(scope.failed),
        groups=work.groups.rows,
        none_of=stage.census.column("none_of"),
        none_sets=tuple(stage.census.none_sets),
        assets=work.assets,
        has_site=manifest.site is not None,
        trays=work.trays is not None,
        geometry=where,
        growth=_growth(work),
        extents=_extents(stage),
    )


def _line(file: str, line: int) -> Location:
    return Location(file, line, 1)


def _devices(stage: Stage, draft: Draft) -> Devices:
    from cluster_spec.records import replace

    return replace(stage.census.devices(), **draft.columns)


def _kept(draft: Draft) -> Given:
    """Return what is given, without omitted links."""
    given = draft.given
    if not draft.omitted.any():
        return given
    keep = np.flatnonzero(~draft.omitted)
    number = np.cumsum(~draft.omitted) - 1

    def cut(column: np.ndarray | None) -> np.ndarray | None:
        return None if column is None else column[keep]

    shared = given.shared
    if shared is not None:
        first = np.full(draft.size, draft.size)
        np.minimum.at(first, shared[keep], keep)
        shared = number[first[shared[keep]]]
    ids = {int(number[row]): name for row in keep if (name := given.ids.get(int(row)))} if given.ids else {}
    return Given(cut(given.medium), cut(given.length), cut(given.basis), ids, shared)


def _with_cable(links: Links, cable: np.ndarray) -> Links:
    from cluster_spec.records import replace

    return replace(links, cable=cable)


def _power(work: Work, racks: Racks) -> tuple[tuple[Any, ...], Any]:
    if work.power is None or work.manifest.power is None:
        return (), None
    from cluster_spec.resolve.power import finish_power

    return finish_power(work.power, racks)


def _cooling(work: Work, racks: Racks) -> Any:
    if work.cooling is None:
        return None
    from cluster_spec.resolve.cooling import finish_cooling

    return finish_cooling(work.cooling, racks)


def _assumptions(manifest: Manifest) -> dict[str, str]:
    stated = manifest.assumptions
    if stated is None:
        return {}
    keys = ("electrical", "power_basis", "altitude", "region")
    return {k: str(getattr(stated, k)) for k in keys if getattr(stated, k) is not None}


def _records(work: Work, devices: Devices) -> tuple[Fabric, ...]:
    """Return the fabrics by index; one that failed or is dropped is there without tiers and endpoints."""
    by_name = {b.name: b for b in work.builds}
    return tuple(
        fabric_record(
            work.stage, name, work.manifest.fabrics[name], by_name.get(name), work.tiers.get(name), devices
        )
        for name in sorted(work.manifest.fabrics)
    )


def _growth(work: Work) -> dict[tuple[str, str], tuple[int, int]]:
    """Return per fabric and tier how many switches there are now and at final extent."""
    return {(b.name, s.name): (int((s.device >= 0).sum()), s.size) for b in work.builds for s in b.steps}


def _extents(stage: Stage) -> tuple[Extent, ...]:
    """Return per family of racks, ultra-nodes and nodes how many there are now and at final extent."""
    sections = {"racks": stage.floor.section, "ultra_nodes": stage.ultra, "nodes": stage.nodes}
    return tuple(
        Extent(name, family.label, family.group(), family.count, family.final(stage.grow_to))
        for name, section in sections.items()
        if section is not None
        for family in section.families
    )


def _no_racks() -> Racks:
    none = np.zeros(0, dtype=np.int64)
    return Racks(
        NameTable(()),
        none,
        none,
        none,
        none,
        none,
        none,
        none,
        none.astype(bool),
        none,
        none,
        none,
        none,
        none,
        none,
        (),
        none,
    )


def _no_ultra_nodes() -> UltraNodes:
    none = np.zeros(0, dtype=np.int64)
    return UltraNodes(NameTable(()), none, none, none, none, none, none)


__all__ = ["resolve"]
