"""What every step of resolving shares: parameters, places, findings, and sections that fail alone."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from cluster_spec import units
from cluster_spec.diagnostics import (
    DANGLING,
    EXPRESSION,
    PARAMETER,
    RANGE,
    SHAPE,
    SIZE_BUDGET,
    Code,
    Findings,
    Location,
    Path,
    Related,
)
from cluster_spec.expressions import ExpressionError, compile_expression
from cluster_spec.model.cluster import Failed
from cluster_spec.names import RangeError, parse_range, parse_ranges
from cluster_spec.records import field, record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cluster_spec.names import Range
    from cluster_spec.source import Source


PLACES = ("site", "racks", "ultra_nodes", "nodes")
SUPPLIERS = {
    "hall": ("site",),
    "row": ("site",),
    "rack": ("site", "racks"),
    "ultra-node": ("site", "racks", "ultra_nodes"),
    "node": ("site", "racks", "nodes"),
    "ultra-node, node or rack": PLACES,
    "device": (*PLACES, "power", "cooling", "fabrics"),
}
"""The sections that declare the things of a kind: while one has failed, a name may be missing because of that."""


class Stop(Exception):
    """Leave the section that is being resolved; its finding has been recorded."""


@record(slots=True)
class Scope:
    """Parameters of the run, the source for places, and what was found so far."""

    source: Source
    parameters: dict[str, int | str | bool] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    failed: list[Failed] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    silent: int = 0
    _origin_of: dict[Path, int] = field(default_factory=dict)

    def origin(self, *path: str | int) -> int:
        """Return the origin number of a manifest path."""
        known = self._origin_of.get(path)
        if known is None:
            known = self._origin_of[path] = len(self.paths)
            self.paths.append(path)
        return known

    def place(self, path: Path, *, key: bool = False) -> Location:
        """Return where a path stands in the files."""
        return self.source.locate(path, key=key)

    def report(
        self,
        code: Code,
        path: Path,
        message: str,
        *,
        key: bool = False,
        help: str | None = None,
        related: Sequence[Related] = (),
        column: int = 0,
    ) -> None:
        """Record a finding at a manifest path; `column` moves right inside the value."""
        place = self.place(path, key=key)
        if column:
            quoted = 1 if self.source.quoted(path) else 0
            place = Location(place.file, place.line, place.column + column + quoted)
        self.findings.add(code, message, place, help=help, related=related, path=path)

    def stop(self, code: Code, path: Path, message: str, **more: Any) -> Stop:
        """Record a finding and return the exception that leaves the section."""
        self.report(code, path, message, **more)
        return Stop()

    @contextmanager
    def section(self, *path: str) -> Iterator[None]:
        """Resolve one section: if it fails, the others go on and rules that need it are unknown."""
        before, silent = len(self.findings.items), self.silent
        stopped = False
        try:
            yield
        except Stop:
            stopped = True
        errors = [f for f in self.findings.items[before:] if f.severity == "error"]
        name = ".".join(path)
        if errors and not any(f.section == name for f in self.failed):
            self.failed.append(Failed(name, errors[0].code, errors[0].location))
        elif (stopped or self.silent > silent) and self.failed:
            cause = self.failed[0]
            self.failed.append(Failed(name, cause.code, cause.location))

    # -- values ---------------------------------------------------------------------------------------------

    @property
    def integers(self) -> dict[str, int]:
        """The parameters that an expression may use."""
        return {k: int(v) for k, v in self.parameters.items() if not isinstance(v, str)}

    def integer(self, value: int | str, path: Path, env: Mapping[str, Any] | None = None) -> Any:
        """Evaluate an integer field: an int, or an expression over parameters and `env` (ints or columns)."""
        if isinstance(value, int):
            return int(value)
        try:
            return compile_expression(value).evaluate({**self.integers, **(env or {})})
        except ExpressionError as error:
            raise self.stop(
                EXPRESSION, path, f"{_last(path)}: {error.message}", column=error.column
            ) from None

    def scalar(self, value: int | str, path: Path, env: Mapping[str, Any] | None = None) -> int:
        """Evaluate an integer field that must come to one value."""
        result = self.integer(value, path, env)
        if isinstance(result, np.ndarray):
            raise self.stop(EXPRESSION, path, f"{_last(path)}: one value is needed, {value!r} has many")
        return int(result)

    def count(
        self, value: int | str | None, path: Path, default: int | None = None, low: int = 0
    ) -> int | None:
        """Evaluate an integer field that may be absent and may not be below `low`."""
        if value is None:
            return default
        number = self.scalar(value, path)
        if number < low:
            raise self.stop(SHAPE, path, f"{_last(path)} is {number}, at least {low} is needed")
        return number

    def holds(self, condition: bool | str | None, path: Path) -> bool:  # noqa: FBT001 - a value of the manifest
        """Whether an entry's `when:` holds; absent holds."""
        if condition is None or isinstance(condition, bool):
            return condition is not False
        try:
            return bool(compile_expression(condition).evaluate(self._conditional()))
        except ExpressionError as error:
            raise self.stop(EXPRESSION, path, f"when: {error.message}", column=error.column) from None

    def _conditional(self) -> dict[str, int]:
        return self.integers

    def quantity(self, text: str, dimension: str, path: Path) -> int:
        """Parse a quantity into base units."""
        try:
            return units.parse(text, dimension)
        except ValueError as error:
            raise self.stop(SHAPE, path, f"{_last(path)}: {error}") from None

    def optional(self, text: str | None, dimension: str, path: Path) -> int | None:
        """Parse a quantity that may be absent."""
        return None if text is None else self.quantity(text, dimension, path)

    def range(self, text: str, path: Path, *, key: bool = False) -> Range:
        """Parse one range; parameters may stand in its bounds."""
        try:
            return parse_range(text, self.integers)
        except RangeError as error:
            raise self._bad_range(error, path, text, key=key) from None

    def ranges(self, text: str, path: Path, *, key: bool = False) -> list[Range]:
        """Parse ranges joined by commas."""
        try:
            return parse_ranges(text, self.integers)
        except RangeError as error:
            raise self._bad_range(error, path, text, key=key) from None

    def _bad_range(self, error: RangeError, path: Path, text: str, *, key: bool) -> Stop:
        return self.stop(
            SIZE_BUDGET if error.large else RANGE,
            path,
            f"{text}: {error.message}",
            key=key,
            help=error.help,
            column=error.column,
        )

    def dangling(self, path: Path, name: str, kind: str, known: Sequence[str], **more: Any) -> Stop:
        """Record a reference to nothing, with the nearest known name.

        Where the section that declares such things has failed, the section is left out without a word more.
        """
        return self.follow(kind) or self.stop(
            DANGLING, path, f"{name!r} is no {kind}", help=nearest(name, known), **more
        )

    def follow(self, kind: str) -> Stop | None:
        """Return the exception that leaves a section in silence where what declares things of a kind has failed."""
        given = SUPPLIERS.get(kind, ())
        if not any(
            f.section in given or ("fabrics" in given and f.section.startswith("fabrics."))
            for f in self.failed
        ):
            return None
        self.silent += 1
        return Stop()


SHORT = 8
"""How many known names a message lists."""
DIGITS = 19
"""The longest integer that `--set` takes."""
INTEGER = re.compile("[+-]?[0-9]+")
"""What `--set` reads as an integer."""


def nearest(name: str, known: Sequence[str]) -> str | None:
    """Return "did you mean ..." when a known name is close, else what there is when it is little."""
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    if known and len(known) <= SHORT:
        return "there is " + ", ".join(known)
    return None


def _last(path: Path) -> str:
    return str(next((p for p in reversed(path) if isinstance(p, str)), "value"))


def parameters(scope: Scope, declared: Mapping[str, Any], given: Mapping[str, str]) -> None:
    """Fill `scope.parameters` from defaults and `--set`, within the declared types and bounds."""
    for name, parameter in declared.items():
        value = parameter.default
        if name in given:
            value = _given(scope, name, parameter, given[name])
        scope.parameters[name] = value
    for name in given:
        if name not in declared:
            where = ("parameters",) if declared else ()
            scope.report(
                PARAMETER,
                where,
                f"--set {name}: the manifest declares no such parameter",
                help=nearest(name, list(declared)),
            )
    for name, parameter in declared.items():
        _bounds(scope, name, parameter)


def _given(scope: Scope, name: str, parameter: Any, text: str) -> int | bool | str:
    path = ("parameters", name)
    if parameter.type == "string":
        return text
    if parameter.type == "boolean" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if parameter.type == "integer" and len(text) <= DIGITS and INTEGER.fullmatch(text):
        return int(text)
    scope.report(PARAMETER, path, f"--set {name}: {text!r} is no {parameter.type}", key=True)
    return parameter.default  # type: ignore[no-any-return]


def _bounds(scope: Scope, name: str, parameter: Any) -> None:
    path = ("parameters", name)
    value = scope.parameters[name]
    kinds = {"integer": int, "boolean": bool, "string": str}
    if not isinstance(value, kinds[parameter.type]) or (
        parameter.type == "integer" and isinstance(value, bool)
    ):
        scope.report(PARAMETER, (*path, "default"), f"{name} is declared {parameter.type}, {value!r} is not")
        return
    if parameter.choices is not None and value not in parameter.choices:
        allowed = ", ".join(str(c) for c in parameter.choices)
        scope.report(PARAMETER, path, f"{name} is {value}, allowed are {allowed}", key=True)
    if parameter.type != "integer":
        return
    for bound, worse, word in (("min", -1, "below"), ("max", 1, "above")):
        raw = getattr(parameter, bound)
        if raw is None:
            continue
        try:
            limit = scope.scalar(raw, (*path, bound))
        except Stop:
            continue
        if (int(value) - limit) * worse > 0:
            scope.report(PARAMETER, path, f"{name} is {value}, {word} its {bound}imum {limit}", key=True)
