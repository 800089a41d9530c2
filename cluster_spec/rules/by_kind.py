"""Rules that read facts of both ends and of the medium: decided on kinds of links, told on links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cluster_spec.analysis.linkkinds import link_kinds
from cluster_spec.records import record
from cluster_spec.rules.base import NONE, Bad, Unknown, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.analysis.linkkinds import Kind
    from cluster_spec.model.cluster import Cluster

FOLDED = 20_000
"""Unknown links beyond this are counted by their class and not named."""


@record(frozen=True, slots=True)
class Wrong:
    """What is wrong with a kind of link, in words that follow the links; with what was compared."""

    says: str
    measured: int | str | None = None
    limit: int | str | None = None
    unit: str | None = None
    help: str | None = None


@record(frozen=True, slots=True)
class Missing:
    """The fact that a kind of link lacks: `lanes of nvidia-qm9700 osfp ports`."""

    fact: str


class NotMeant:
    """The rule does not speak of this kind of link."""


SKIP = NotMeant()
Judgement = Wrong | Missing | NotMeant | None


def by_kind(cluster: Cluster, judge: Callable[[Kind], Judgement]) -> Verdict:
    """Judge every kind of link once (None: right) and return the verdict on all links."""
    kinds = link_kinds(cluster)
    decided, bad = 0, []
    lacking: dict[str, list[int]] = {}
    for index, kind in enumerate(kinds.items):
        found = judge(kind)
        if isinstance(found, NotMeant):
            continue
        if isinstance(found, Missing):
            lacking.setdefault(found.fact, []).append(index)
            continue
        decided += kind.count
        if found is not None:
            bad.append(_bad(kinds.rows([index]), found))
    unknown = tuple(Unknown(fact, _few(kinds.rows(indices))) for fact, indices in sorted(lacking.items()))
    return Verdict("links", decided, tuple(bad), unknown)


def _bad(rows: np.ndarray, wrong: Wrong) -> Bad:
    measured = None if wrong.measured is None else np.full(rows.size, wrong.measured)
    return Bad(
        rows,
        lambda subject, _: f"{subject}: {wrong.says}",
        measured=measured,
        limit=wrong.limit,
        unit=wrong.unit,
        help=wrong.help,
    )


def _few(rows: np.ndarray) -> np.ndarray:
    return rows if rows.size <= FOLDED else NONE
