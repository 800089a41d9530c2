"""The helpers for authors of rules: merge patches, examples as projects, and pages cut into sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cluster_spec.rules.page import read_page
from cluster_spec.testing import merged, pocket, read_yaml, write_project

if TYPE_CHECKING:
    from pathlib import Path

APPENDIX = [  # RFC 7386, appendix A
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), APPENDIX)
def test_merge_patch(target: Any, patch: Any, result: Any) -> None:
    """Patches merge as the standard's own table says, and change nothing in place."""
    before = repr(target)
    assert merged(target, patch) == result
    assert repr(target) == before


def test_a_patch_changes_the_pocket_cluster(tmp_path: Path) -> None:
    """A text without a version is a patch; what it does not name stays."""
    data = read_yaml(write_project(tmp_path, "title: other\nsite: null") / "cluster.yaml")
    assert data == {**{key: value for key, value in pocket().items() if key != "site"}, "title": "other"}


def test_a_part_is_patched_into_the_project(tmp_path: Path) -> None:
    """`part:` changes parts of the catalogue, of the project, and none of the manifest."""
    folder = write_project(
        tmp_path, "part: {switch-64x400: {power: {max: 2 kW}}, pocket-ultra: {bays: null}}"
    )
    assert read_yaml(folder / "parts" / "switch-64x400.yaml")["power"]["max"] == "2 kW"
    assert "bays" not in read_yaml(folder / "parts" / "pocket-ultra.yaml")
    assert read_yaml(folder / "cluster.yaml") == pocket()


def test_whole_files_are_written_as_they_are(tmp_path: Path) -> None:
    """A text with a version is a manifest to the letter; `# file:` names several."""
    write_project(tmp_path / "one", "clusterspec: 1\nclusterspec: 1")
    assert (tmp_path / "one" / "cluster.yaml").read_text("utf-8") == "clusterspec: 1\nclusterspec: 1\n"
    write_project(tmp_path / "two", "# file: cluster.yaml\nname: x\n# file: lists/a.csv\na,b")
    assert (tmp_path / "two" / "cluster.yaml").read_text("utf-8") == "name: x\n"
    assert (tmp_path / "two" / "lists" / "a.csv").read_text("utf-8") == "a,b"


def test_a_patch_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A slip in an example names its place."""
    with pytest.raises(ValueError, match=r"patch\.yaml:"):
        write_project(tmp_path, "title: {")


def test_a_page_is_cut_into_sections() -> None:
    """Sections keep their indentation, one line or many."""
    page = read_page(
        "Wrong.\n\n    Why: short.\n    Bad:\n        a:\n          b: 1\n    Good:\n        a: 2\n"
        "    Also: PRT001."
    )
    assert (page.summary, page.why, page.bad, page.good) == ("Wrong.", "short.", "a:\n  b: 1", "a: 2")
    assert page.companions == {"PRT001"}
    assert page.sections == ("Why", "Bad", "Good", "Also")
