"""clusterspec: infrastructure as code for AI and HPC clusters.

The public interface, as functions of values:

    import cluster_spec

    manifest = cluster_spec.load("inventories/scalex", set={"ultra_nodes": 20})
    cluster = cluster_spec.resolve(manifest.value)
    report = cluster_spec.check(cluster.value, (*manifest.findings, *cluster.findings))

`load` and `resolve` return an `Outcome`: a value, None where nothing can follow, and findings. `validate(path)` is
all three in one. A mistake in a document is a finding, never an exception. Names are imported when they are first
used.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from cluster_spec.__about__ import __version__

if TYPE_CHECKING:  # what `_PLACES` imports when it is first used
    from cluster_spec.api import check, load, resolve  # noqa: TC004
    from cluster_spec.api import report as validate  # noqa: TC004
    from cluster_spec.diagnostics import Finding, Outcome, Report  # noqa: TC004
    from cluster_spec.manifest import Manifest  # noqa: TC004
    from cluster_spec.model.cluster import Cluster  # noqa: TC004

_PLACES = {
    "load": ("api", "load"),
    "resolve": ("api", "resolve"),
    "check": ("api", "check"),
    "validate": ("api", "report"),
    "Manifest": ("manifest", "Manifest"),
    "Cluster": ("model.cluster", "Cluster"),
    "Outcome": ("diagnostics", "Outcome"),
    "Report": ("diagnostics", "Report"),
    "Finding": ("diagnostics", "Finding"),
}

__all__ = [
    "Cluster",
    "Finding",
    "Manifest",
    "Outcome",
    "Report",
    "__version__",
    "check",
    "load",
    "resolve",
    "validate",
]


class _Package(ModuleType):
    """The package: `check` and `resolve` are the functions, also once the modules of these names are loaded."""

    def __getattr__(self, name: str) -> Any:
        if name not in _PLACES:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return _public(name)

    @property
    def check(self) -> Any:
        return _public("check")

    @check.setter
    def check(self, module: ModuleType) -> None:
        """Loading the module `check` does not hide the function."""

    @property
    def resolve(self) -> Any:
        return _public("resolve")

    @resolve.setter
    def resolve(self, module: ModuleType) -> None:
        """Loading the package `resolve` does not hide the function."""


def _public(name: str) -> Any:
    from importlib import import_module

    module, attribute = _PLACES[name]
    return getattr(import_module(f"{__name__}.{module}"), attribute)


sys.modules[__name__].__class__ = _Package
