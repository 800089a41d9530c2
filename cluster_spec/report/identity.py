"""The identity of a finding across runs: edits elsewhere in the file do not change it."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cluster_spec.diagnostics import Finding


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """Return an identity for each finding, made of its rule and object path, never of lines.

    Findings of one rule on one path are told apart by their subjects, then by their order.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    return [_identity(finding, seen) for finding in findings]


def _identity(finding: Finding, seen: Counter[tuple[str, ...]]) -> str:
    base = (finding.code, *map(str, finding.path)) if finding.path else (finding.code, finding.location.file)
    keys = [base] if finding.path else []
    keys += [("", *base, finding.subjects), ("", *base, finding.subjects, finding.message)]
    key = next((key for key in keys if not seen[key]), keys[-1])
    seen[key] += 1
    return _digest(key if seen[key] == 1 else (*key, str(seen[key])))


def _digest(parts: tuple[str, ...]) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
