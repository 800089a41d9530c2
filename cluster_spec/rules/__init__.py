"""Rules: one folder per family, one file per rule, named after what is wrong. Nothing is registered by hand."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from cluster_spec.rules.base import Bad, Rule, Unknown, Verdict, rule

__all__ = ["Bad", "Rule", "Unknown", "Verdict", "catalogue", "rule"]


@cache
def catalogue() -> tuple[Rule, ...]:
    """Return all rules in order of their codes: every `Rule` value of every module of the package."""
    rules: dict[str, Rule] = {}
    here = Path(__file__).parent
    for family in sorted(p for p in here.iterdir() if p.is_dir() and not p.name.startswith("_")):
        for file in sorted(family.glob("[a-z]*.py")):
            module = import_module(f"{__name__}.{family.name}.{file.stem}")
            for value in vars(module).values():
                if isinstance(value, Rule):
                    rules[value.code] = value
    return tuple(rules[code] for code in sorted(rules))
