"""A name, serial number or address without quotes reads as a number, a boolean or nothing.

Why:
    `0123` is the number 123, `1e3` is 1000 and `null` is nothing: the serial number on the device is another
    one. It is never converted back, the quotes are asked for.

Bad:
    assets: {store1: {serial: 0123}}

Good:
    assets: {store1: {serial: "0123"}}
"""

from __future__ import annotations

from cluster_spec.diagnostics import IMPLICIT_TYPE
from cluster_spec.rules.base import documented

PAGE = documented(
    IMPLICIT_TYPE,
    since="0.1",
    source="YAML 1.2.2, section 10.3: plain scalars of the core schema",
    doc=__doc__,
    module=__name__,
)
