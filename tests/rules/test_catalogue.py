"""The catalogue of rules as a whole: names, places, pages, and the document that is generated from it."""

from __future__ import annotations

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from cluster_spec.rules import Rule, catalogue
from cluster_spec.rules.page import FAMILIES, document, folder, read_page
from tests.support.cli import ROOT

RULES = ROOT / "cluster_spec" / "rules"
README = RULES / "README.md"
EACH = pytest.mark.parametrize("rule", catalogue(), ids=lambda rule: rule.code)


def modules() -> list[str]:
    """Return the names of all modules in which a rule may stand."""
    files = sorted(RULES.glob("[a-z]*/[a-z]*.py"))
    return [f"cluster_spec.rules.{file.parent.name}.{file.stem}" for file in files]


def test_every_file_holds_one_rule_and_no_code_is_used_twice() -> None:
    """The catalogue keeps one rule of a code, so a second file with that code would be lost unseen."""
    found = {
        name: [value.code for value in vars(import_module(name)).values() if isinstance(value, Rule)]
        for name in modules()
    }
    assert {name: several for name, several in found.items() if len(several) != 1} == {}
    codes = [code for several in found.values() for code in several]
    assert {code: n for code, n in Counter(codes).items() if n > 1} == {}
    assert sorted(codes) == [rule.code for rule in catalogue()]


@EACH
def test_name_file_and_function_agree(rule: Rule) -> None:
    """What is wrong has one name: of the rule, of its file and of its function."""
    assert rule.module.rsplit(".", 1)[1] == rule.name.replace("-", "_")
    if rule.check is not None:
        assert rule.check.__name__.replace("_", "-") == rule.name


@EACH
def test_code_belongs_to_its_folder(rule: Rule) -> None:
    """Three letters name the family and the folder, three digits the rule."""
    assert re.fullmatch(r"[A-Z]{3}[0-9]{3}", rule.code)
    assert rule.family in FAMILIES
    assert rule.module.split(".")[2] == folder(rule.code)


@EACH
def test_page_has_its_sections_in_order(rule: Rule) -> None:
    """A page says what is wrong in its first line, then why, a bad and a good example, and companions."""
    page = read_page(rule.doc)
    assert page.sections in {("Why", "Bad", "Good"), ("Why", "Bad", "Good", "Also")}
    assert page.summary.splitlines()[0].endswith(".")
    assert all((page.why, page.bad, page.good))
    assert rule.code not in page.companions


@EACH
def test_rule_says_where_it_comes_from_and_since_when(rule: Rule) -> None:
    """A rule has a source and the release that brought it."""
    assert rule.source.strip()
    assert re.fullmatch(r"[0-9]+\.[0-9]+", rule.since)


def test_companions_exist() -> None:
    """What a page names under Also are codes of rules."""
    known = {rule.code for rule in catalogue()}
    unknown = {rule.code: sorted(read_page(rule.doc).companions - known) for rule in catalogue()}
    assert {code: lost for code, lost in unknown.items() if lost} == {}


@pytest.mark.generated
def test_document_is_current(update: bool) -> None:
    """The committed catalogue page is what the docstrings say."""
    text = document(catalogue())
    if update:
        README.write_text(text, encoding="utf-8")
    assert README.is_file(), "make update writes it"
    assert README.read_text("utf-8") == text


def test_every_family_folder_says_what_it_is_about() -> None:
    """Each folder of rules has a docstring of one line."""
    for place in sorted(path for path in Path(RULES).iterdir() if path.is_dir() and path.name[0] not in "_."):
        doc = import_module(f"cluster_spec.rules.{place.name}").__doc__
        assert doc, place.name
        assert len(doc.splitlines()) == 1, place.name
