"""`python -m cluster_spec` is `clusterspec`."""

from __future__ import annotations

from cluster_spec.cli.main import entry

if __name__ == "__main__":
    entry()
