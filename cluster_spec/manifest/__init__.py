"""What a person may write: the sections of a manifest and the check of their shape."""

from cluster_spec.manifest.parse import Manifest, parse

__all__ = ["Manifest", "parse"]
