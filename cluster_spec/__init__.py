"""clusterspec: infrastructure as code for AI and HPC clusters.

The public interface: `load(path) -> Outcome[Manifest]`, `resolve(manifest) -> Outcome[Cluster]`,
`check(cluster) -> Report`, `validate(path) -> Report`. Names are imported when they are first used.
"""

from __future__ import annotations

from typing import Any

from cluster_spec.__about__ import __version__

__all__ = ["__version__", "check", "load", "resolve", "validate"]


def __getattr__(name: str) -> Any:
    if name in {"load", "resolve", "check", "validate"}:
        from cluster_spec import api

        return api.report if name == "validate" else getattr(api, name)
    raise AttributeError(name)
