"""PRT002: the plug fits the cage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_spec.diagnostics import Basis, Severity
from cluster_spec.rules.base import Verdict, rule
from cluster_spec.rules.by_kind import Judgement, Missing, Wrong, by_kind

if TYPE_CHECKING:
    from cluster_spec.analysis.linkkinds import Kind
    from cluster_spec.model.cluster import Cluster


@rule(
    "PRT002",
    severity=Severity.ERROR,
    basis=Basis.VENDOR,
    since="0.1",
    source="https://docs.nvidia.com/networking/display/cableovpub/connectors+and+cages",
    needs=("medium.forms", "cages.form"),
    sections=("fabrics",),
)
def plug_misfit(cluster: Cluster) -> Verdict:
    """The plug of a cable or module is of a form that the cage at its end does not take.

    Why:
        OSFP, QSFP112 and QSFP-DD differ in width and height, and a twin-port cage wants a twin-port plug. The
        mistake shows on the day of cabling, when the order cannot be changed any more.

    Bad:
        fabrics: {storage: {media: {node-leaf: [cat6a]}}}

    Good:
        fabrics: {storage: {media: {node-leaf: [dr4]}}}
    """
    names = [fabric.name for fabric in cluster.fabrics]
    return by_kind(cluster, lambda kind: _judge(kind, names[kind.fabric]))


def _judge(kind: Kind, fabric: str) -> Judgement:
    if kind.medium is None:
        return Missing(f"medium of {fabric} {kind.klass.name}")
    if not kind.medium.forms:
        return Missing(f"medium.forms of {kind.medium_name}")
    for end in (kind.a, kind.z):
        if end.form is None:
            return Missing(f"form of {end.label}")
    for end in (kind.a, kind.z):
        if end.form not in kind.medium.forms:
            fits = ", ".join(kind.medium.forms)
            says = f"{kind.medium_name} fits {fits}; {end.label} are {end.form}"
            return Wrong(says, measured=end.form, limit=fits)
    return None
