"""The pages of rules: docstrings cut into sections, and the whole catalogue as one document."""

from __future__ import annotations

import re
from inspect import cleandoc
from textwrap import dedent
from typing import TYPE_CHECKING

from cluster_spec.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cluster_spec.rules.base import Rule

FAMILIES = {
    "SCH": "Document and language",
    "WVR": "Waivers",
    "BUG": "The tool itself",
    "IDN": "Identity and naming",
    "CAT": "Parts",
    "RCK": "Racks and floor",
    "PWR": "Power",
    "CLG": "Cooling",
    "PRT": "Ports and modules",
    "CBL": "Cables and labels",
    "TOP": "Topology",
    "IBF": "InfiniBand and other subnets",
    "ETH": "Ethernet and addresses",
    "MGT": "Management",
    "REL": "Redundancy",
    "CAP": "Claims",
    "SEC": "Secrets",
}
"""The families in the order of the document, and what each is about."""

DOCUMENT = frozenset({"SCH", "WVR", "BUG"})
"""The families that share the folder `document`; every other has a folder of its own name."""

_SECTION = re.compile(r"^(Why|Bad|Good|Also):[ ]*(.*)$", re.MULTILINE)
_CODE = re.compile(r"\b[A-Z]{3}[0-9]{3}\b")


@record(frozen=True, slots=True)
class Page:
    """A rule's docstring: what is wrong, why it matters, an example of each kind, and what comes with it."""

    summary: str
    why: str
    bad: str
    good: str
    also: str
    sections: tuple[str, ...]

    @property
    def companions(self) -> frozenset[str]:
        """The codes that the bad example may raise besides the rule's own."""
        return frozenset(_CODE.findall(self.also))


def read_page(doc: str) -> Page:
    """Return the sections of a docstring; one that is absent is an empty text."""
    text = cleandoc(doc)
    heads = list(_SECTION.finditer(text))
    found: dict[str, str] = {}
    for head, end in zip(heads, [*(h.start() for h in heads[1:]), len(text)], strict=True):
        body = dedent(text[head.end() : end].removeprefix("\n")).rstrip()
        found[head[1]] = "\n".join(part for part in (head[2], body) if part).strip("\n")
    summary = text[: heads[0].start()] if heads else text
    why, bad, good, also = (found.get(name, "") for name in ("Why", "Bad", "Good", "Also"))
    return Page(summary.strip(), why, bad, good, also, tuple(head[1] for head in heads))


def folder(code: str) -> str:
    """Return the folder in which the page of a code stands."""
    return "document" if code[:3] in DOCUMENT else code[:3].lower()


def document(rules: Iterable[Rule]) -> str:
    """Return the catalogue as Markdown: a table of each family, then a page of each rule."""
    by_family: dict[str, list[Rule]] = {}
    for rule in rules:
        by_family.setdefault(rule.family, []).append(rule)
    order = [*(f for f in FAMILIES if f in by_family), *(f for f in by_family if f not in FAMILIES)]
    lines = [_HEAD.format(count=sum(map(len, by_family.values())))]
    for family in order:
        lines += _table(family, by_family[family])
    for family in order:
        lines += [f"## {family}: {FAMILIES.get(family, family)}", ""]
        for rule in by_family[family]:
            lines += _page(rule)
    return "\n".join(lines).rstrip() + "\n"


_HEAD = """# Rules

Generated from the {count} rules of this folder by `make update`; edits here are lost.

A rule is one file, named after what is wrong. Its code never changes and is never used again. The basis
says whom to ask: *physics* (redesign; it cannot be waived), *vendor*, *standard*, *policy* (the owner).

Bad and Good are executed by the tests. They patch `inventories/pocket/cluster.yaml` (mappings merge, null
deletes, all else replaces) or parts (`part:`), or are whole files (`clusterspec:` or `# file: NAME`).
"""


def _table(family: str, rules: Sequence[Rule]) -> Iterator[str]:
    yield f"**{family}: {FAMILIES.get(family, family)}**"
    yield ""
    yield "| code | name | severity | basis | what is wrong |"
    yield "|---|---|---|---|---|"
    for rule in rules:
        anchor = f"{rule.code.lower()}-{rule.name}"
        summary = " ".join(read_page(rule.doc).summary.split("\n\n")[0].split()).replace("|", r"\|")
        yield f"| [{rule.code}](#{anchor}) | {rule.name} | {rule.severity} | {rule.basis} | {summary} |"
    yield ""


def _page(rule: Rule) -> Iterator[str]:
    page = read_page(rule.doc)
    yield f"### {rule.code} {rule.name}"
    yield ""
    yield page.summary
    yield ""
    needs = f" Needs: {', '.join(f'`{need}`' for need in rule.needs)}." if rule.needs else ""
    yield f"*{rule.severity}, {rule.basis}, since {rule.since}.* Source: {rule.source.rstrip('.')}.{needs}"
    yield ""
    for title, text in (("Why", page.why), ("Also", page.also)):
        if text:
            yield from (f"**{title}**: {' '.join(text.split())}", "")
    for title, text in (("Bad", page.bad), ("Good", page.good)):
        if text:
            yield from (f"**{title}**", "", "```yaml", text, "```", "")
