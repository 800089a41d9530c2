"""Reports as text: one module per format, each with the same `render`; they decide nothing."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_spec.diagnostics import Location, Report

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab")
"""The formats there are; each is the module of that name in this package."""


def render(
    name: str,
    report: Report,
    excerpt: Callable[[Location], str | None],
    *,
    unfold: bool = False,
    color: bool = False,
    width: int = 100,
) -> str:
    """Return `report` in the format `name`, ending in a newline.

    `excerpt` gives the source line of a place, `unfold` asks for every finding and every member, `color` for
    ANSI colours and `width` is that of the terminal in cells; formats for machines heed only `unfold`.
    """
    if name not in FORMATS:
        raise KeyError(name)
    text: str = import_module(f"{__name__}.{name}").render(
        report, excerpt, unfold=unfold, color=color, width=width
    )
    return text
