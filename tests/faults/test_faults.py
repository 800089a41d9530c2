"""The corpus of planted faults: each is found by its code, nothing is found that is not there."""

from __future__ import annotations

import os
import random
import re
from typing import TYPE_CHECKING

import pytest

from tests.faults import kinds_cabling, kinds_document, kinds_physical, kinds_proper
from tests.faults.corpus import RESULTS, clean_state, fault_of_report, judge_all, validate
from tests.faults.plants import BASES, KINDS, MANIFEST, Kind, Project, files_of
from tests.faults.wire import LISTS

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = 25 if os.environ.get("CLUSTERSPEC_FAULTS") == "large" else 2
MODULES = (kinds_cabling, kinds_document, kinds_physical, kinds_proper)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", [pytest.param(k, id=k.name.replace(" ", "-")) for k in KINDS])
def test_fault_is_found(kind: Kind) -> None:
    """A planted fault is found by its code, and no code appears that the kind does not list."""
    verdicts = judge_all([kind], SEEDS)
    RESULTS.extend(verdicts)
    wrong = [v.told() for v in verdicts if v.missed or v.alarms or v.broken]
    assert not wrong, "\n".join(wrong)


def test_corpus_is_large() -> None:
    """The corpus has at least 40 kinds, and at least 30 codes are asked for."""
    assert len(KINDS) >= 40
    assert len({kind.code for kind in KINDS}) >= 30


def harmless_comment(text: str, rng: random.Random) -> str:
    """Add comments."""
    lines = text.split("\n")
    for _ in range(10):
        lines.insert(
            rng.randrange(len(lines)), "  " * rng.randrange(4) + "# a comment: {with} [brackets] & more"
        )
    return "\n".join(lines)


def harmless_title(text: str, rng: random.Random) -> str:
    """Give the cluster another title."""
    title = rng.choice(["Ein Gerät", '"quoted: title"', "海光集群", 'it\'s {fine}, "really"'])
    return re.sub(r"(?m)^title:.*$", f"title: {title}" if '"' in title[:1] else f"title: >-\n  {title}", text)


def harmless_windows(text: str, rng: random.Random) -> str:
    """Write the file as an editor on Windows does."""
    return "\ufeff" + text.replace("\n", "\r\n") if rng.random() < 0.5 else text.replace("\n", "\r\n")


def harmless_blanks(text: str, rng: random.Random) -> str:
    """Add blanks at line ends and empty lines."""
    return "\n".join(line + " " * rng.randrange(3) + "\n" * rng.randrange(2) for line in text.split("\n"))


def shuffled(value: object, rng: random.Random) -> object:
    """Return data with the keys of every mapping in another order."""
    if isinstance(value, dict):
        items = list(value.items())
        rng.shuffle(items)
        return {key: shuffled(inner, rng) for key, inner in items}
    return value


def nothing_is_found(project: Project, notes: frozenset[str] = frozenset()) -> None:
    """Assert that a project has no finding but the notes of its base, and a right report."""
    code, report, beside = validate(project)
    assert report is not None, beside
    assert [f"{f['code']} {f['message']}" for f in report["findings"] if f["severity"] != "info"] == []
    assert {f["code"] for f in report["findings"]} <= notes
    assert code == 0
    assert fault_of_report(project, code, [], beside) == ""


ALL_BASES = [name for name, path in BASES.items() if (path / MANIFEST).is_file()]
HARMLESS = (harmless_comment, harmless_title, harmless_windows, harmless_blanks)


@pytest.mark.parametrize("base", ALL_BASES)
def test_unplanted_base_is_clean(base: str) -> None:
    """Nothing is found where nothing was planted."""
    nothing_is_found(Project(dict(files_of(base))), clean_state(base))


@pytest.mark.parametrize("base", ALL_BASES)
@pytest.mark.parametrize("edit", HARMLESS, ids=lambda edit: edit.__name__)
def test_harmless_edit_raises_nothing(base: str, edit: Callable[[str, random.Random], str]) -> None:
    """Comments, blanks, line ends and titles change no verdict."""
    project = Project(dict(files_of(base)))
    project.put(edit(project.text(), random.Random(base)))
    nothing_is_found(project, clean_state(base))


@pytest.mark.parametrize("base", ALL_BASES)
def test_order_of_keys_raises_nothing(base: str) -> None:
    """The order of keys changes no verdict."""
    project = Project(dict(files_of(base)))
    data = shuffled(project.data(), random.Random(base))
    assert isinstance(data, dict)
    project.dump(data)
    nothing_is_found(project, clean_state(base))


def test_order_of_lines_raises_nothing() -> None:
    """The order of the lines of a link list changes no verdict."""
    project = Project(dict(files_of("cabled")))
    for name in LISTS:
        rows = project.rows(f"links/{name}")
        random.Random(1).shuffle(rows)
        project.put_rows(rows, f"links/{name}")
    nothing_is_found(project)


@pytest.mark.generated
@pytest.mark.parametrize("name", LISTS)
def test_lists_are_what_their_formula_gives(name: str, *, update: bool) -> None:
    """The link lists of the base are those of the formula."""
    path = BASES["cabled"] / "links" / name
    if update:
        path.write_text(LISTS[name](), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == LISTS[name]()
