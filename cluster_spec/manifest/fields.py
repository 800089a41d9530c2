"""The field types of the manifest: everything here is shape, something that JSON Schema can say as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cluster_spec.expressions import PATTERN as EXPRESSION
from cluster_spec.units import PATTERNS, example, word

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


class Entry(BaseModel):
    """A mapping with named keys: unknown keys are findings, nothing is converted, nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let `X | None = None` mean "may be left out"; a key with nothing behind it is a slip."""
        schema: Any = handler(source)
        fields = schema.get("schema", {}).get("fields", {})
        for entry in fields.values():
            inner = entry["schema"]
            if inner["type"] == "default" and inner["schema"]["type"] == "nullable":
                inner["schema"] = inner["schema"]["schema"]
        return schema  # type: ignore[no-any-return]


def patterned(pattern: str, what: str, *examples: str, length: int = 4096) -> Any:
    """Return a field whose text has a form: `what` a person calls it, `examples` of it."""
    return Field(
        pattern=f"^{pattern}$", min_length=1, max_length=length, description=what, examples=list(examples)
    )


def _quantity(dimension: str) -> Any:
    return Field(
        pattern=PATTERNS[dimension],
        description=word(dimension),
        examples=[example(dimension)],
        json_schema_extra={"dimension": dimension},
    )


_ATOM = r"""[^\x00-\x20\x7f\[\]{}(),:;"'`\\*]"""
"""A character of a name: no space, quote, bracket, comma, colon, semicolon, backslash or star."""


def _except(letter: str) -> str:
    return _ATOM.replace("[^", f"[^{letter}", 1)


_BRACKET = r"\[[^\x00-\x1f\x7f\[\]]+\]"
_BRACES = r"\{[^\x00-\x1f\x7f{}]+\}|\{\{|\}\}"
_RANGE = rf"({_ATOM}|{_BRACKET})+"
_SPELLED = rf"({_ATOM}|{_BRACKET}|{_BRACES})+"

Text = Annotated[str, Field(min_length=1, max_length=65536, description="a text")]
Name = Annotated[str, patterned(f"{_ATOM}+", "one name", "leaf-1", length=1024)]
"""The name of one thing, without ranges."""
Label = Annotated[
    str,
    patterned(
        f"({_ATOM}|{_except('o')}{_ATOM}|o{_except('f')}|{_ATOM}{_ATOM}{_ATOM}+)", "a label", "a", length=64
    ),
]
"""What tells the sources of one thing apart (`a`, `b`); `of` is none, it is the key of `Assigned`."""
Key = Annotated[str, patterned(f"{_RANGE}(, ?{_RANGE})*", "a name or a range of names", "n[01-16]")]
"""The name of an entry: one name or a range."""
One = Annotated[
    str,
    patterned(f"{_SPELLED}(, ?{_SPELLED})*", "one name, a range or a template", "r1", "r{n}", length=65536),
]
"""A template over named brackets, a range of the key's length, or one shared name."""
Many = Annotated[
    str, patterned(rf"(\*|{_SPELLED}(, ?{_SPELLED})*)", "a set of names", "n[01-16]", length=65536)
]
"""A whole set for every element: ranges joined by commas."""
Template = Annotated[
    str,
    patterned(
        rf"([^\x00-\x1f\x7f{{}}]|{_BRACES})+", "a text in which braces hold expressions", "leaf-{index+1:02}"
    ),
]
"""Free text whose braces hold expressions."""
Formula = Annotated[
    str, patterned(EXPRESSION.removeprefix("^").removesuffix("$"), "an expression", "2*n + 1")
]
Expr = Annotated[int, Field(ge=-(2**53), le=2**53, description="an integer")] | Formula
"""An integer, or an expression over parameters, brackets and coordinates."""
Condition = bool | Formula
"""An expression over parameters that drops the entry when it is false."""
Number = int | float

Power = Annotated[str, _quantity("power")]
Apparent = Annotated[str, _quantity("apparent")]
Length = Annotated[str, _quantity("length")]
Mass = Annotated[str, _quantity("mass")]
Rate = Annotated[str, _quantity("rate")]
Bandwidth = Annotated[str, _quantity("bandwidth")]
Memory = Annotated[str, _quantity("memory")]
Compute = Annotated[str, _quantity("compute")]
Voltage = Annotated[str, _quantity("voltage")]
Current = Annotated[str, _quantity("current")]
Percent = Annotated[str, _quantity("percent")]
AreaLoad = Annotated[str, _quantity("area-load")]
TraySize = Annotated[str, _quantity("tray-size")]
Duration = Annotated[str, _quantity("duration")]
Where = Annotated[
    str,
    patterned(
        r"(\{[^{}]+\}|-?[0-9]{1,15}(\.[0-9]{1,9})?) ?(um|mm|cm|m|km)",
        "a position along an axis",
        "12 m",
        "{5*k} m",
    ),
]
"""A length whose number may be an expression in braces: `{5*k} m`."""
HeatShare = Annotated[
    str, patterned(r"[0-9]{1,3}(\.[0-9]{1,9})? ?% of heat", "a share of the heat", "8 % of heat")
]
Ratio = Annotated[str, patterned(r"[0-9]{1,6}(\.[0-9]{1,9})?:1", "a ratio", "1:1")]
Address = Annotated[str, patterned(r"([0-9A-Fa-f:.]|\{[^{}]+\})+", "an IP address", "10.0.1.0")]
Prefix = Annotated[
    str, patterned(r"([0-9A-Fa-f:.]|\{[^{}]+\})+/([0-9]{1,3}|\{[^{}]+\})", "an IP prefix", "10.0.0.0/18")
]

State = Literal["planned", "installed", "spare", "reserved", "broken"]
Gap = Literal["place", "feed", "heat", "management", "address"]
"""What a device may lack on purpose: `none: {feed: why}`."""
Role = Annotated[str, patterned("[a-z][a-z0-9-]*", "a word in small letters", "compute", length=64)]
Date = Annotated[str, patterned("[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date", "2027-06-30")]
RuleCode = Annotated[str, patterned("[A-Z]{3}[0-9]{3}", "the code of a rule", "PWR015")]
Symbol = Annotated[
    str, patterned("[a-z][a-z0-9_]*", "a name of small letters, digits and _", "rail", length=64)
]
"""The name of a parameter or a coordinate."""
LinkClass = Annotated[str, patterned("[a-z][a-z0-9_]*-[a-z][a-z0-9_]*", "a class of links", "leaf-spine")]
"""The two tiers that links join; endpoints are `node`."""
Assign = Annotated[str, patterned("(block [1-9][0-9]{0,8}|stripe)", "`block N` or `stripe`", "block 2")]


class Assigned(Entry):
    """Where many meet few: `{of: "hvdc-a[1-8]", assign: "block 2"}` or `assign: stripe`."""

    of: Many
    assign: Assign = "block 1"


Source = One | Assigned
"""One name for each element of the key."""
