"""What a rule is: one decorated function that returns which rows are bad, and which could not be decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.records import field, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.diagnostics import Basis, Severity
    from cluster_spec.model.cluster import Cluster

NONE = np.zeros(0, dtype=np.int64)


@record(frozen=True, slots=True, eq=False)
class Bad:
    """Rows that break a rule, one finding per cause.

    `say(subject, i)` words the finding for row index `i` (the worst of its cause); `subject` is the folded set of
    all rows of that cause. `measured`, `limit` are columns like `rows` (or one value), in `unit`. Rows are one
    cause when they have one origin and one `cause` number. `related` is an origin per row (-1 none) with
    `related_text`. `origin` overrides where the finding points. `worst` orders rows (default: measured - limit).
    `say_all(subject, indices)` wins over `say`: it words a finding that counts over all rows of its cause.
    """

    rows: np.ndarray
    say: Callable[[str, int], str]
    measured: Any = None
    limit: Any = None
    unit: str | None = None
    cause: np.ndarray | None = None
    origin: np.ndarray | None = None
    related: np.ndarray | None = None
    related_text: str = "see"
    worst: np.ndarray | None = None
    help: Callable[[int], str | None] | str | None = None
    formula: Callable[[int], str] | None = None
    severity: Severity | None = None
    say_all: Callable[[str, np.ndarray], str] | None = None


@record(frozen=True, slots=True, eq=False)
class Unknown:
    """Rows that could not be decided because a fact is missing: `power.max of sugon-cdm`."""

    missing: str
    rows: np.ndarray = field(default_factory=lambda: NONE)


@record(frozen=True, slots=True, eq=False)
class Verdict:
    """What a rule came to: over which table, how many rows it decided, which are bad, which unknown.

    A verdict without decided, bad or unknown rows is "not applicable".
    """

    over: str
    decided: int
    bad: tuple[Bad, ...] = ()
    unknown: tuple[Unknown, ...] = ()


@record(frozen=True, slots=True)
class Rule:
    """A rule and its documentation; `check` is None for codes that reading and resolving raise.

    `sections` are manifest sections that it cannot do without: if one failed, the rule is unknown because of that.
    If only a part failed (`fabrics.compute` of `fabrics`) the rule runs on the others; `fabrics!` says that it
    needs every part.
    `needs` names the facts that it reads, as paths of part values or manifest keys.
    """

    code: str
    name: str
    severity: Severity
    basis: Basis
    since: str
    source: str
    needs: tuple[str, ...]
    sections: tuple[str, ...]
    doc: str
    module: str
    check: Callable[[Cluster], Verdict] | None

    @property
    def family(self) -> str:
        """The three letters of the code."""
        return self.code[:3]


def rule(
    code: str,
    *,
    severity: Severity,
    basis: Basis,
    since: str,
    source: str,
    needs: tuple[str, ...] = (),
    sections: tuple[str, ...] = (),
) -> Callable[[Callable[[Cluster], Verdict]], Rule]:
    """Make a function a rule: its name is the rule's name, its docstring the documentation."""

    def make(function: Callable[[Cluster], Verdict]) -> Rule:
        return Rule(
            code,
            function.__name__.replace("_", "-"),
            severity,
            basis,
            since,
            source,
            needs,
            sections,
            function.__doc__ or "",
            function.__module__,
            function,
        )

    return make


def documented(code: Any, *, since: str, source: str, doc: str, module: str) -> Rule:
    """Return the page of a code that reading or resolving raises before there is a model."""
    return Rule(code.code, code.name, code.severity, code.basis, since, source, (), (), doc, module, None)
