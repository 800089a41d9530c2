"""A password is the one that the maker ships with every device.

Why:
    Lists of them are public. Whoever reaches the management network owns every device that still has one.

Bad:
    assets: {store1: {bmc: {user: ADMIN, password: ADMIN}}}

Good:
    assets: {store1: {bmc: {user: operator, password: "vault:bmc/store1"}}}
"""

from __future__ import annotations

from cluster_spec.diagnostics import DEFAULT_CREDENTIAL
from cluster_spec.rules.base import documented

PAGE = documented(
    DEFAULT_CREDENTIAL,
    since="0.1",
    source="CWE-1392: use of default credentials",
    doc=__doc__,
    module=__name__,
)
