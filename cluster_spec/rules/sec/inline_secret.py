"""A password, key or token stands in the manifest as plain text.

Why:
    Manifests live in version control, are reviewed and are copied into tickets. A secret in one is known to
    everybody, for ever: history keeps it. No message repeats it; refer to it by `env:`, `file:`, `vault:` or
    `sops:`.

Bad:
    assets: {store1: {bmc: {user: operator, password: correct horse battery}}}

Good:
    assets: {store1: {bmc: {user: operator, password: "env:STORE1_BMC"}}}
"""

from __future__ import annotations

from cluster_spec.diagnostics import INLINE_SECRET
from cluster_spec.rules.base import documented

PAGE = documented(
    INLINE_SECRET,
    since="0.1",
    source="CWE-312: cleartext storage of sensitive information",
    doc=__doc__,
    module=__name__,
)
