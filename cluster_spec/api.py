"""The pipeline as functions: text to manifest, manifest to cluster, cluster to report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cluster_spec.diagnostics import Finding, Location, Outcome, Report, Severity
from cluster_spec.manifest import Manifest, parse
from cluster_spec.records import replace
from cluster_spec.source import excerpt as read_line
from cluster_spec.source import load as read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cluster_spec.model.cluster import Cluster
    from cluster_spec.source import Source

Excerpt = "Callable[[Location], str | None]"
SECRET = frozenset({"SEC001", "SEC002"})
"""Errors of a document that keep nothing from being resolved."""
COVERED_LATER = (
    "optics pairs and power",
    "thermal chain and air flow",
    "per-phase currents and feed loss",
    "floor load",
    "tray fill",
    "failure domains",
    "as-built comparison",
)
"""What no rule looks at yet; reports say so."""


def load(path: str | Path, set: Mapping[str, int | str | bool] | None = None) -> Outcome[Manifest]:
    """Read a manifest (a folder with `cluster.yaml`, or a file) and check its shape.

    `set` gives values to parameters, as `--set` does; whether they fit is found when the manifest is resolved.
    """
    source = read(Path(path))
    if source.value is None or source.failed:
        return Outcome(None, source.findings)
    manifest = parse(source.value)
    value = manifest.value
    if value is not None and set:
        value = replace(value, given=_texts(set))
    return Outcome(value, (*source.findings, *manifest.findings))


def _texts(given: Mapping[str, int | str | bool] | None) -> dict[str, str]:
    """Return values of parameters as a command line would write them."""
    return {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in (given or {}).items()}


def resolve(
    manifest: Manifest, parameters: Mapping[str, str] | None = None, phase: str | None = None
) -> Outcome[Cluster]:
    """Resolve a manifest to a cluster; sections that fail are left out and named in `cluster.failed`.

    `parameters` go before those that `load` was given; `phase` builds up to this phase only.
    """
    from cluster_spec.resolve.build import resolve as build

    return build(manifest, manifest.source, {**manifest.given, **(parameters or {})}, phase)


def load_cluster(
    path: str | Path, parameters: Mapping[str, str] | None = None, phase: str | None = None
) -> Outcome[Cluster]:
    """Read and resolve in one step."""
    manifest = load(path)
    if manifest.value is None:
        return Outcome(None, manifest.findings)
    cluster = resolve(manifest.value, parameters, phase)
    return Outcome(cluster.value, (*manifest.findings, *cluster.findings))


def check(
    cluster: Cluster,
    findings: Sequence[Finding] = (),
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    unfold: bool = False,
    root: str = ".",
) -> Report:
    """Run the rules over a cluster; `findings` are those of reading and resolving."""
    from cluster_spec.analysis.headline import headline
    from cluster_spec.check import because, chosen, run_rules, with_raised
    from cluster_spec.rules.document.undecided_share import undecided_share

    today = datetime.now(UTC).date().isoformat()
    run = run_rules(cluster, select=select, ignore=ignore, today=today, unfold=unfold)
    stopped = {gap.missing for gap in run.not_checked}
    raised = [f for f in findings if chosen(f.code, select, ignore) or because(f) in stopped]
    found = sorted({*raised, *run.findings}, key=_rank)
    results = with_raised(run.results, found, select=select, ignore=ignore)
    low = undecided_share(results, cluster)
    if low is not None and chosen(low.code, select, ignore):
        found = sorted([*found, low], key=_rank)
        results = with_raised(results, found, select=select, ignore=ignore)
    return Report(
        cluster=cluster.name,
        digest=cluster.digest,
        parameters=dict(cluster.parameters),
        findings=tuple(found),
        waived=tuple(run.waived),
        not_checked=tuple(run.not_checked),
        rules=results,
        assumed=tuple(f"{a.part} {a.value}: {a.because}" for a in cluster.assumed),
        not_covered=COVERED_LATER,
        headline=headline(cluster),
        root=root,
    )


def _rank(finding: Finding) -> tuple[int, str, int, int, str, str]:
    order = [Severity.ERROR, Severity.WARNING, Severity.INFO].index(finding.severity)
    place = finding.location
    return order, place.file, place.line, place.column, finding.code, finding.message


def validate(
    path: str | Path,
    *,
    parameters: Mapping[str, str] | None = None,
    phase: str | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    unfold: bool = False,
) -> tuple[Report, Callable[[Location], str | None]]:
    """Read, resolve and check; return the report and a reader of source lines for excerpts."""
    root = _root(Path(path))
    source = read(Path(path))
    lines = _lines(source.value, root)
    if source.value is None or source.failed:
        return _barrier(source.findings, "", "", select, ignore, root), lines
    manifest = parse(source.value)
    early = (*source.findings, *manifest.findings)
    name = str(source.value.data.get("name", ""))
    if manifest.value is None:
        return _barrier(early, name, source.value.digest, select, ignore, root), lines
    resolved = resolve(manifest.value, parameters, phase)
    found = (*early, *resolved.findings)
    if resolved.value is None:
        return _barrier(found, name, source.value.digest, select, ignore, root), lines
    shown = _shown(root)
    return check(resolved.value, found, select=select, ignore=ignore, unfold=unfold, root=shown), lines


def report(
    path: str | Path,
    set: Mapping[str, int | str | bool] | None = None,
    *,
    phase: str | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    unfold: bool = False,
) -> Report:
    """Read, resolve and check, as `clusterspec validate` does, and return the report."""
    given = _texts(set)
    return validate(path, parameters=given, phase=phase, select=select, ignore=ignore, unfold=unfold)[0]


def _barrier(
    findings: Sequence[Finding],
    name: str,
    digest: str,
    select: Sequence[str],
    ignore: Sequence[str],
    root: Path,
) -> Report:
    """Report a manifest that did not become a cluster: no rule over the model has run.

    What stopped it is reported whatever is selected: rules that did not run are not clean.
    """
    from cluster_spec.check import chosen, unreached, with_raised

    kept = sorted({f for f in findings if _stops(f) or chosen(f.code, select, ignore)}, key=_rank)
    results = with_raised((), kept, select=select, ignore=ignore, stopped=True)
    gaps = unreached(results, next(filter(_stops, kept), None))
    return Report(name, digest, {}, tuple(kept), (), gaps, results, (), COVERED_LATER, "", _shown(root))


def _stops(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR and finding.code not in SECRET


def _root(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _shown(root: Path) -> str:
    """Return the project root relative to the current folder, for reporters that name files from there."""
    try:
        return root.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return root.as_posix()


def _lines(source: Source | None, root: Path) -> Callable[[Location], str | None]:
    def line(location: Location) -> str | None:
        if source is not None:
            return source.excerpt(location)
        return read_line(root, location)

    return line


__all__ = ["check", "load", "load_cluster", "report", "resolve", "validate"]
