"""Runs rules over a cluster: isolates crashes, applies waivers on rows, folds by cause, and counts states."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec.analysis.select import select_rows
from cluster_spec.analysis.subjects import Subjects, subjects
from cluster_spec.columns import distinct, member
from cluster_spec.diagnostics import (
    CRASH,
    DANGLING,
    WAIVER_EXPIRED,
    WAIVER_PHYSICS,
    WAIVER_UNUSED,
    Basis,
    Code,
    Finding,
    Location,
    NotChecked,
    Related,
    RuleResult,
    Severity,
    State,
    Waived,
)
from cluster_spec.records import replace
from cluster_spec.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cluster_spec.model.cluster import Cluster, Failed, Waiver
    from cluster_spec.rules import Bad, Rule, Unknown, Verdict

MEMBERS = 10_000
"""How many names a finding carries when it is unfolded."""


class Run:
    """One run of rules: what it found, what was waived, what could not be checked."""

    def __init__(self, cluster: Cluster, today: str, *, unfold: bool) -> None:
        self.cluster, self.today, self.unfold = cluster, today, unfold
        self.findings: list[Finding] = []
        self.waived: list[Waived] = []
        self.not_checked: list[NotChecked] = []
        self.results: list[RuleResult] = []
        self.used: set[str] = set()

    # -- one rule -------------------------------------------------------------------------------------------

    def apply(self, rule: Rule) -> None:
        """Run one rule and record what it came to."""
        assert rule.check is not None
        failed = [f for f in self.cluster.failed if _needed(rule, f.section)]
        for failure in failed:
            self.not_checked.append(NotChecked(rule.code, rule.name, because(failure), failure.section, 1))
        if any(_vital(rule, f.section) for f in failed):
            self.results.append(RuleResult(rule.code, rule.name, State.UNKNOWN, 0, len(failed)))
            return
        try:
            self._record(rule, rule.check(self.cluster), len(failed))
        except Exception as error:
            if os.environ.get("CLUSTERSPEC_DEBUG"):
                raise
            self._crash(rule, error)

    def _record(self, rule: Rule, verdict: Verdict, undecided: int) -> None:
        table = subjects(self.cluster, verdict.over)
        before, waived = len(self.findings), 0
        for bad in verdict.bad:
            kept, lost = self._waive(rule, verdict.over, table, bad)
            waived += lost
            self._fold(rule, table, bad, kept)
        for unknown in verdict.unknown:
            undecided += max(int(unknown.rows.size), 1)
            self._undecided(rule, table, unknown)
        found = [f for f in self.findings[before:] if f.severity is not Severity.INFO]
        state = _state(len(found), waived, undecided, verdict.decided)
        self.results.append(RuleResult(rule.code, rule.name, state, verdict.decided, undecided))

    def _waive(self, rule: Rule, over: str, table: Subjects, bad: Bad) -> tuple[np.ndarray, int]:
        """Return the indices of rows that no waiver accepts, and how many one does."""
        kept = np.ones(bad.rows.size, dtype=bool)
        if rule.basis is Basis.PHYSICS:
            return np.flatnonzero(kept), 0
        for waiver in self.cluster.waivers:
            if waiver.code != rule.code or waiver.until < self.today:
                continue
            chosen = select_rows(self.cluster, over, waiver.of)
            hit = member(bad.rows, chosen) & kept
            if hit.any():
                self.used.add(waiver.name)
                kept &= ~hit
                self._accept(rule, table, bad, np.flatnonzero(hit), waiver)
        return np.flatnonzero(kept), int((~kept).sum())

    def _accept(self, rule: Rule, table: Subjects, bad: Bad, indices: np.ndarray, waiver: Waiver) -> None:
        for finding in self._findings(rule, table, bad, indices):
            self.waived.append(Waived(finding, waiver.name, waiver.because, waiver.by, waiver.until))

    def _fold(self, rule: Rule, table: Subjects, bad: Bad, indices: np.ndarray) -> None:
        self.findings += self._findings(rule, table, bad, indices)

    # -- findings -------------------------------------------------------------------------------------------

    def _findings(self, rule: Rule, table: Subjects, bad: Bad, indices: np.ndarray) -> Iterable[Finding]:
        """Yield one finding per cause: rows of one origin and one cause number."""
        if not indices.size:
            return
        origin = table.origin(bad.rows) if bad.origin is None else bad.origin
        origin = np.broadcast_to(origin, bad.rows.shape)[indices]
        block = self._blocks(origin)
        cause = np.zeros(indices.size, dtype=np.int64) if bad.cause is None else bad.cause[indices]
        related = np.full(indices.size, -1) if bad.related is None else bad.related[indices]
        order = np.lexsort((indices, self._blocks(related), cause, block))
        key = np.stack([block[order], cause[order], self._blocks(related)[order]])
        starts = np.flatnonzero(np.r_[True, (key[:, 1:] != key[:, :-1]).any(axis=0)])
        for start, end in zip(starts, [*starts[1:], order.size], strict=True):
            members = order[start:end]
            yield self._finding(rule, table, bad, indices[members], origin[members], related[members])

    def _blocks(self, origins: np.ndarray) -> np.ndarray:
        """Lines of one link list are one cause: give them the number of their list."""
        origins = np.asarray(origins, dtype=np.int64)
        paths = len(self.cluster.origins.paths)
        if not self.cluster.origins.blocks or not (origins >= paths).any():
            return origins
        starts = np.array([b.first for b in self.cluster.origins.blocks])
        block = starts[np.maximum(np.searchsorted(starts, origins, side="right") - 1, 0)]
        return np.where(origins >= paths, block, origins)

    def _finding(
        self,
        rule: Rule,
        table: Subjects,
        bad: Bad,
        indices: np.ndarray,
        origin: np.ndarray,
        related: np.ndarray,
    ) -> Finding:
        worst = self._worst(bad, indices)
        rows = bad.rows[indices]
        i = int(indices[worst])
        folded = table.fold(rows) if rows.size > 1 else table.name(int(rows[0]))
        first = int(origin.min()) if self._is_list(int(origin[0])) else int(origin[0])
        place = self._place(first)
        helps = bad.help(i) if callable(bad.help) else bad.help
        return Finding(
            rule.code,
            rule.name,
            bad.severity or rule.severity,
            rule.basis,
            bad.say(folded, i) if bad.say_all is None else bad.say_all(folded, indices),
            place,
            folded,
            int(rows.size),
            self._related(bad, related, first),
            _value(bad.measured, i),
            _value(bad.limit, i),
            bad.unit,
            helps,
            bad.formula(i) if bad.formula else None,
            self.cluster.origins.path(first) if first >= 0 else (),
            tuple(table.name(int(r)) for r in rows[:MEMBERS]) if self.unfold else (),
        )

    def _is_list(self, origin: int) -> bool:
        return origin >= 0 and self.cluster.origins.is_list(origin)

    def _place(self, origin: int) -> Location:
        if origin < 0:
            return self.cluster.parts[-1 - origin].where
        return self.cluster.origins.location(origin)

    def _related(self, bad: Bad, related: np.ndarray, first: int) -> tuple[Related, ...]:
        others = [int(r) for r in distinct(related) if r >= 0 and r != first][:4]
        return tuple(Related(bad.related_text, self._place(r)) for r in others)

    @staticmethod
    def _worst(bad: Bad, indices: np.ndarray) -> int:
        if bad.worst is not None:
            return int(np.argmax(bad.worst[indices]))
        if isinstance(bad.measured, np.ndarray) and bad.measured.dtype.kind in "iuf":
            limit = bad.limit if bad.limit is not None else 0
            limits = np.broadcast_to(np.asarray(limit), bad.rows.shape)
            if limits.dtype.kind in "iuf":
                return int(np.argmax(np.abs(bad.measured[indices] - limits[indices])))
        return 0

    # -- unknown, crashes, waivers ----------------------------------------------------------------------------

    def _undecided(self, rule: Rule, table: Subjects, unknown: Unknown) -> None:
        folded = table.fold(unknown.rows) if unknown.rows.size else ""
        self._unknown(rule, unknown.missing, folded, max(int(unknown.rows.size), 1))

    def _unknown(self, rule: Rule, missing: str, folded: str, count: int) -> None:
        self.not_checked.append(NotChecked(rule.code, rule.name, missing, folded, count))
        must = self.cluster.policy.must_decide
        if rule.code in must or rule.family in must:
            self.findings.append(
                Finding(
                    rule.code,
                    rule.name,
                    Severity.ERROR,
                    Basis.POLICY,
                    f"{rule.code} must be decided (policy), {missing} is unknown",
                    self._policy_place(),
                    folded,
                    count,
                    path=("policy", "must_decide"),
                )
            )

    def _policy_place(self) -> Location:
        return self.cluster.origins.key_place(("policy", "must_decide"))

    def _crash(self, rule: Rule, error: Exception) -> None:
        self.findings.append(
            Finding(
                CRASH.code,
                CRASH.name,
                Severity.ERROR,
                Basis.STANDARD,
                f"rule {rule.code} {rule.name} crashed: {type(error).__name__}: {error}",
                self._place(0),
                help="this is a bug of the tool, not of the manifest: CLUSTERSPEC_DEBUG=1 shows the traceback",
            )
        )
        self.results.append(RuleResult(rule.code, rule.name, State.UNKNOWN, 0, 1))

    def waivers(self, codes: dict[str, Rule], ignored: set[str]) -> None:
        """Report waivers that are expired, waive physics or match nothing."""
        for waiver in self.cluster.waivers:
            rule = codes.get(waiver.code)
            if rule is not None and rule.basis is Basis.PHYSICS:
                self._waiver(WAIVER_PHYSICS, waiver, f"{waiver.code} is physics: no waiver holds against it")
            elif waiver.until < self.today:
                self._waiver(WAIVER_EXPIRED, waiver, f"waiver {waiver.name} ended on {waiver.until}")
            elif waiver.name not in self.used and waiver.code not in ignored and not self._left_out(rule):
                unknown = "" if rule is not None else f", there is no rule {waiver.code}"
                self._waiver(WAIVER_UNUSED, waiver, f"waiver {waiver.name} matches no finding{unknown}")

    def policy(self, codes: Iterable[str]) -> None:
        """Report rules that the policy names and that do not exist: what it demands would never be looked at."""
        known = set(codes)
        families = {code[:3] for code in known}
        policy = self.cluster.policy
        named: list[tuple[str, tuple[str, ...], set[str]]] = [
            (name, ("policy", "must_decide"), known | families) for name in policy.must_decide
        ]
        named += [(name, ("policy", "thresholds", name), known) for name in policy.thresholds]
        for name, path, allowed in named:
            if name not in allowed:
                place, message = self.cluster.origins.key_place(path), f"{path[1]}: there is no rule {name}"
                self.findings.append(
                    Finding(
                        DANGLING.code,
                        DANGLING.name,
                        DANGLING.severity,
                        DANGLING.basis,
                        message,
                        place,
                        path=path,
                    )
                )

    def _left_out(self, rule: Rule | None) -> bool:
        """Whether a rule did not see all that a waiver may speak of, because a section has failed."""
        return rule is not None and any(_needed(rule, failed.section) for failed in self.cluster.failed)

    def _waiver(self, code: Code, waiver: Waiver, message: str) -> None:
        place = self._place(waiver.origin)
        path = ("waivers", waiver.name)
        self.findings.append(
            Finding(code.code, code.name, code.severity, code.basis, message, place, waiver.name, path=path)
        )


def _needed(rule: Rule, section: str) -> bool:
    """Whether a rule needs a failed section, or the whole of which it is a part (`fabrics.compute`)."""
    whole = [s.removesuffix("!") for s in rule.sections]
    return any(section == s or section.startswith(f"{s}.") for s in whole)


def _vital(rule: Rule, section: str) -> bool:
    """Whether a rule can say nothing without a failed section: it is named itself, or with `!` all its parts are."""
    return section in rule.sections or any(
        section == s[:-1] or section.startswith(f"{s[:-1]}.") for s in rule.sections if s.endswith("!")
    )


def _state(found: int, waived: int, undecided: int, decided: int) -> State:
    if found:
        return State.FAIL
    if undecided:
        return State.UNKNOWN
    if waived:
        return State.WAIVED
    return State.PASS if decided else State.NOT_APPLICABLE


def _value(column: Any, index: int) -> int | float | str | None:
    if column is None or isinstance(column, int | float | str):
        return column
    value = column[index]
    return value.item() if isinstance(value, np.generic) else value  # type: ignore[no-any-return]


def run_rules(
    cluster: Cluster, *, select: Sequence[str], ignore: Sequence[str], today: str, unfold: bool
) -> Run:
    """Run all rules that are selected; codes may be families. States of reading codes are left to the caller."""
    run = Run(cluster, today, unfold=unfold)
    ignored: set[str] = set()
    for rule in catalogue():
        if rule.check is None:
            continue
        if not chosen(rule.code, select, ignore):
            ignored.add(rule.code)
            run.results.append(RuleResult(rule.code, rule.name, State.IGNORED))
            continue
        run.apply(rule)
    run.waivers({r.code: r for r in catalogue()}, ignored)
    run.policy(r.code for r in catalogue())
    run.findings = [f for f in run.findings if chosen(f.code, select, ignore) or f.code == CRASH.code]
    return run


def because(cause: Failed | Finding) -> str:
    """Return what a rule lacks whose section has failed: the finding that says why."""
    return f"because of {cause.code} at {cause.location}"


def unreached(results: Iterable[RuleResult], cause: Finding | None) -> tuple[NotChecked, ...]:
    """Return what is not checked where there is no cluster: every rule that would have looked at it."""
    missing = "the cluster" if cause is None else because(cause)
    return tuple(NotChecked(r.code, r.name, missing, "", 1) for r in results if r.state is State.UNKNOWN)


def chosen(code: str, select: Sequence[str], ignore: Sequence[str]) -> bool:
    """Whether a code is selected and not ignored; three letters stand for their family."""
    picked = not select or any(code.startswith(s) for s in select)
    return picked and not any(code.startswith(i) for i in ignore)


def with_raised(
    results: Iterable[RuleResult],
    findings: Sequence[Finding],
    *,
    select: Sequence[str],
    ignore: Sequence[str],
    stopped: bool = False,
) -> tuple[RuleResult, ...]:
    """Add the states of codes that reading and resolving raise, and fail rules that they already decided.

    A rule over the model that did not run is unknown; where a barrier has `stopped` the run, so is every code
    that was not raised: nobody has looked at the rest of the document. No rule can have crashed then.
    """
    raised = Counter(f.code for f in findings if f.severity is not Severity.INFO)
    states = {r.code: r for r in results}
    for rule in catalogue():
        if rule.code not in states:
            state = State.PASS if rule.check is None and not stopped else State.UNKNOWN
            if stopped and rule.code == CRASH.code:
                state = State.NOT_APPLICABLE
            if not chosen(rule.code, select, ignore):
                state = State.IGNORED
            states[rule.code] = RuleResult(rule.code, rule.name, state, 0, 0)
        if raised[rule.code] and states[rule.code].state is not State.IGNORED:
            states[rule.code] = replace(states[rule.code], state=State.FAIL)
    return tuple(states[code] for code in sorted(states))
