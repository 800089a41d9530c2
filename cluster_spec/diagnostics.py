"""What the product says: findings, their places, and the rules that raise them; knows no cluster."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from cluster_spec.records import field, record

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")

Path = tuple[str | int, ...]
"""The address of a value in a manifest: the keys from the top, list indices as integers."""


class Severity(StrEnum):
    """How bad a finding is; errors make `validate` exit with 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Basis(StrEnum):
    """Why a rule holds: redesign (physics), ask the vendor, ask the inspector, or ask the owner."""

    PHYSICS = "physics"
    VENDOR = "vendor"
    STANDARD = "standard"
    POLICY = "policy"


class State(StrEnum):
    """What became of a rule in one run."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    WAIVED = "waived"
    IGNORED = "ignored"


@record(frozen=True, slots=True, order=True)
class Location:
    """A place in a user's file: path relative to the project root (posix), line and column from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@record(frozen=True, slots=True)
class Related:
    """Another place that has a part in a finding."""

    message: str
    location: Location


@record(frozen=True, slots=True)
class Finding:
    """One cause, said once.

    `subjects` is the folded set of the things concerned and `count` how many they are; `measured` and
    `limit` are in `unit` (base units spelled for people by the rule: integers or short decimals).
    `members` holds what `--unfold` prints. `path` is the manifest path and feeds the fingerprint.
    """

    code: str
    name: str
    severity: Severity
    basis: Basis
    message: str
    location: Location
    subjects: str = ""
    count: int = 1
    related: tuple[Related, ...] = ()
    measured: int | float | str | None = None
    limit: int | float | str | None = None
    unit: str | None = None
    help: str | None = None
    formula: str | None = None
    path: Path = ()
    members: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Waived:
    """A finding that a waiver of the manifest accepts."""

    finding: Finding
    waiver: str
    because: str
    by: str
    until: str


@record(frozen=True, slots=True)
class NotChecked:
    """A rule that lacked an input: `missing` names the fact, `subjects` the folded things without it."""

    code: str
    name: str
    missing: str
    subjects: str
    count: int


@record(frozen=True, slots=True)
class RuleResult:
    """What one rule came to: its state, how many subjects it decided, and how many it could not."""

    code: str
    name: str
    state: State
    decided: int = 0
    undecided: int = 0


@record(frozen=True, slots=True)
class Report:
    """Everything a run found; reporters print it and decide nothing."""

    cluster: str
    digest: str
    parameters: dict[str, int | str | bool]
    findings: tuple[Finding, ...]
    waived: tuple[Waived, ...]
    not_checked: tuple[NotChecked, ...]
    rules: tuple[RuleResult, ...]
    assumed: tuple[str, ...] = ()
    not_covered: tuple[str, ...] = ()
    headline: str = ""
    root: str = "."

    def count(self, severity: Severity) -> int:
        """Return how many findings have this severity."""
        return sum(f.severity is severity for f in self.findings)


@record(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What every phase returns: a value (None behind a barrier) and what there is to say about it."""

    value: T | None
    findings: tuple[Finding, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether an error was found."""
        return any(f.severity is Severity.ERROR for f in self.findings)


@record(frozen=True, slots=True)
class Code:
    """The identity of a rule that phases before the model raise."""

    code: str
    name: str
    severity: Severity
    basis: Basis


@record(slots=True)
class Findings:
    """Collects the findings of a phase before the model exists."""

    items: list[Finding] = field(default_factory=list)

    def add(
        self,
        code: Code,
        message: str,
        location: Location,
        *,
        help: str | None = None,
        related: Iterable[Related] = (),
        path: Path = (),
        subjects: str = "",
    ) -> None:
        """Record one finding of `code` at `location`."""
        self.items.append(
            Finding(
                code.code,
                code.name,
                code.severity,
                code.basis,
                message,
                location,
                subjects=subjects,
                related=tuple(related),
                help=help,
                path=path,
            )
        )


def _error(code: str, name: str, basis: Basis = Basis.STANDARD) -> Code:
    return Code(code, name, Severity.ERROR, basis)


# The codes of reading and resolving: they exist before there is a model that a rule could look at. Each has
# its page (Why, Bad, Good) in `rules/document/`.
DUPLICATE_KEY = _error("SCH001", "duplicate-key")
SIZE_BUDGET = _error("SCH002", "size-budget")
SHAPE = _error("SCH003", "shape")
DANGLING = _error("SCH004", "dangling-reference")
IMPLICIT_TYPE = _error("SCH005", "implicit-type")
VERSION = _error("SCH006", "version")
UNREADABLE = _error("SCH008", "unreadable-document")
INCLUDE = _error("SCH009", "include")
RANGE = _error("SCH010", "range")
EXPRESSION = _error("SCH011", "expression")
PARAMETER = _error("SCH012", "parameter")
EXCEPTION = _error("SCH013", "exception")
# Rules that resolving can already decide: what does not fit cannot be drawn.
UNIT_OVERFLOW = _error("RCK002", "rack-unit-overflow", Basis.PHYSICS)
PORT_BUDGET = _error("TOP004", "port-budget", Basis.PHYSICS)
PHANTOM_PORT = _error("IDN006", "phantom-port", Basis.PHYSICS)
TOO_MANY_SPINES = _error("TOP003", "uplink-imbalance", Basis.PHYSICS)
ADDRESS = _error("ETH004", "address-illegal", Basis.STANDARD)
UNITLESS_CLAIM = _error("CAP005", "claim-unit", Basis.STANDARD)
WAIVER_UNUSED = Code("WVR001", "unused-waiver", Severity.WARNING, Basis.POLICY)
WAIVER_EXPIRED = _error("WVR002", "expired-waiver", Basis.POLICY)
WAIVER_PHYSICS = _error("WVR003", "waived-physics", Basis.PHYSICS)
INLINE_SECRET = _error("SEC001", "inline-secret", Basis.POLICY)
DEFAULT_CREDENTIAL = _error("SEC002", "default-credential", Basis.POLICY)
CRASH = _error("BUG001", "rule-crashed")
