"""The last columns and records: links with global ports, waivers, policy, assumptions that were used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.diagnostics import SHAPE
from cluster_spec.model.cluster import Assumed, Policy, Waiver
from cluster_spec.model.tables import Links

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cluster_spec.model.parts import Part
    from cluster_spec.model.tables import Devices
    from cluster_spec.resolve.draft import Draft
    from cluster_spec.resolve.scope import Scope


def model_links(draft: Draft, devices: Devices) -> Links:
    """Return the links that are not omitted, with ports numbered through the cluster; cables follow later."""
    columns = draft.links
    if draft.omitted.any():
        keep = ~draft.omitted
        columns = {name: column[keep] for name, column in columns.items()}
    first = devices.first_port.astype(np.int32)
    a, z = columns["a_device"], columns["z_device"]
    phase = columns["phase"]
    if (devices.phase >= 0).any():
        phase = np.maximum(phase, np.maximum(devices.phase[a], devices.phase[z])).astype(np.int16)
    return Links(
        a,
        first[a] + columns["a_port"],
        z,
        first[z] + columns["z_port"],
        columns["klass"],
        np.zeros(0, dtype=np.int32),
        columns["state"],
        phase,
        columns["origin"],
    )


def waivers(scope: Scope, entries: Mapping[str, Any]) -> tuple[Waiver, ...]:
    """Return the waivers, by name."""
    found = []
    for name in sorted(entries):
        entry, path = entries[name], ("waivers", name)
        if not _is_date(entry.until):
            scope.report(SHAPE, (*path, "until"), f"{entry.until} is no date of the calendar")
            continue
        origin = scope.origin(*path)
        found.append(Waiver(name, entry.code, entry.of, entry.because, entry.by, entry.until, origin))
    return tuple(found)


def _is_date(text: str) -> bool:
    from datetime import date

    try:
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def policy(entry: Any) -> Policy:
    """Return the policy of the site."""
    if entry is None:
        return Policy()
    return Policy(dict(entry.thresholds or {}), tuple(entry.must_decide or ()))


def assumed_values(parts: tuple[Part, ...]) -> tuple[Assumed, ...]:
    """Return the values of parts that `assume:` gave."""
    return tuple(Assumed(p.name, path, because) for p in parts for path, because in sorted(p.assumed.items()))
