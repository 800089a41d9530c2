"""`clusterspec rules`: the catalogue of rules, or one of them explained."""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING

import click

from cluster_spec.cli.output import Failure, colored, emit, width
from cluster_spec.report.terminal import paint, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cluster_spec.rules import Rule


@click.command("rules")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """List the rules, or explain the one that CODE names; a family (PRT) lists its rules."""
    from cluster_spec.rules import catalogue

    rules = catalogue()
    if code is not None:
        rules = tuple(rule for rule in rules if rule.code.startswith(code.upper()))
        if not rules or not code.isalnum():
            raise Failure(f"there is no rule {code}; `clusterspec rules` lists them")
    if len(rules) == 1 and code is not None:
        emit("\n".join(_page(rules[0], color=colored())) + "\n")
    else:
        emit("\n".join(_listing(rules)) + "\n")


def _listing(rules: Sequence[Rule]) -> Iterator[str]:
    head = ("CODE", "SEVERITY", "BASIS", "NAME")
    rows = [(rule.code, str(rule.severity), str(rule.basis), rule.name) for rule in rules]
    return table([head, *rows], width())


def _page(rule: Rule, *, color: bool) -> Iterator[str]:
    yield paint(f"{rule.code} {rule.name}", "strong", color=color)
    facts = {
        "severity": str(rule.severity),
        "basis": str(rule.basis),
        "since": str(rule.since),
        "source": _words(rule.source),
        "needs": _words(rule.needs),
    }
    yield from table([(key, value) for key, value in facts.items() if value], width())
    yield ""
    yield from cleandoc(rule.doc or "").splitlines()


def _words(value: str | Iterable[str]) -> str:
    return value if isinstance(value, str) else ", ".join(map(str, value))
