"""YAML text with places: files, includes, scalars of YAML 1.2, and findings for exceptions."""

from cluster_spec.source.document import Document, read_document
from cluster_spec.source.load import Source, excerpt, load
from cluster_spec.source.slips import suggest, suggest_entry

__all__ = ["Document", "Source", "excerpt", "load", "read_document", "suggest", "suggest_entry"]
