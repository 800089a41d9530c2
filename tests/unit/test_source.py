"""Laws of reading YAML: values of YAML 1.2, places, and a finding for everything that is refused."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from cluster_spec.diagnostics import Location
from cluster_spec.source import excerpt, load, read_document, suggest, suggest_entry

if TYPE_CHECKING:
    from pathlib import Path

    from cluster_spec.diagnostics import Finding
    from cluster_spec.source import Source


def project(root: Path, text: str | bytes, **files: str) -> Path:
    """Write a project: `cluster.yaml` and further files (`a__b` is `a/b.yaml`)."""
    content = text.encode() if isinstance(text, str) else text
    (root / "cluster.yaml").write_bytes(content)
    for name, other in files.items():
        file = root / f"{name.replace('__', '/')}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(other)
    return root


def source(root: Path, text: str | bytes, **files: str) -> Source:
    """Load a project that must be without findings."""
    outcome = load(project(root, text, **files))
    assert outcome.findings == ()
    assert outcome.value is not None
    return outcome.value


def only(root: Path, text: str | bytes, **files: str) -> Finding:
    """Return the one finding of a project."""
    findings = load(project(root, text, **files)).findings
    assert len(findings) == 1, findings
    return findings[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("012", 12),
        ("-3", -3),
        ("0x1F", 31),
        ("0o17", 15),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("true", True),
        ("~", None),
        ("", None),
        ("yes", "yes"),
        ("on", "on"),
        ("NO", "NO"),
        ("1:30", "1:30"),
        ("10:20:30:40:50:10", "10:20:30:40:50:10"),
        ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"),
        ("'012'", "012"),
        ('"true"', "true"),
        ("40 %", "40 %"),
        (".5.6", ".5.6"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(tmp_path: Path, text: str, value: object) -> None:
    """Plain scalars follow the core schema of YAML 1.2; quoted ones are texts."""
    read = source(tmp_path, f"a: {text}\n").data["a"]
    assert read == value
    assert type(read) is type(value)


def test_raw_and_quoted_tell_what_was_written(tmp_path: Path) -> None:
    """The text of a scalar and whether it was quoted are kept."""
    read = source(tmp_path, "a: 012\nb: '7'\nc: [1e3]\n")
    assert (read.raw(("a",)), read.quoted(("a",))) == ("012", False)
    assert (read.raw(("b",)), read.quoted(("b",))) == ("7", True)
    assert read.raw(("c", 0)) == "1e3"
    assert read.raw(("c",)) is None
    assert read.raw(("c", 5)) is None


def test_places_of_values_and_keys(tmp_path: Path) -> None:
    """Locations are file, line and column from 1; a path that ends early is located at its deepest part."""
    read = source(tmp_path, "a:\n  b: {c: 1, d: [x, yy]}\n")
    assert read.locate(("a", "b", "c")) == Location("cluster.yaml", 2, 10)
    assert read.locate(("a", "b", "c"), key=True) == Location("cluster.yaml", 2, 7)
    assert read.locate(("a", "b", "d", 1)) == Location("cluster.yaml", 2, 20)
    assert read.locate(("a", "b", "zz", "y")) == Location("cluster.yaml", 2, 6)
    assert read.locate(()) == Location("cluster.yaml", 1, 1)
    assert read.excerpt(Location("cluster.yaml", 2, 1)) == "  b: {c: 1, d: [x, yy]}"
    assert read.excerpt(Location("cluster.yaml", 99, 1)) is None


def test_columns_count_characters_after_a_byte_order_mark(tmp_path: Path) -> None:
    """A byte order mark is dropped and columns count characters, not bytes."""
    read = source(tmp_path, b"\xef\xbb\xbf" + "机柜: {b: 1}\n".encode())
    assert read.locate(("机柜", "b")) == Location("cluster.yaml", 1, 9)


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: 1\n---\nb: 2", "SCH008", 2, 1),
        ("a: [1", "SCH008", 1, 4),
        ("a:\n\t- b", "SCH008", 2, 1),
        ("b: 1\na: 'x", "SCH008", 2, 4),
        ("a: b: c", "SCH008", 1, 5),
        ("a: *x", "SCH008", 1, 4),
        ("a: &x 1\nb: &x 2\n", "SCH008", 2, 4),
        ("a: \x01", "SCH008", 1, 4),
        (b"a: 1\nb: \x00", "SCH008", 2, 4),
        ("a: 1\nb: \u202ex", "SCH008", 2, 4),
        ("", "SCH008", 1, 1),
        ("# only\n", "SCH008", 1, 1),
        ("- a", "SCH008", 1, 1),
        ("text", "SCH008", 1, 1),
        ("a: é".encode("utf-16"), "SCH008", 1, 1),
        ("a: b".encode("utf-16-le"), "SCH008", 1, 1),
        ("a: b".encode("utf-32"), "SCH008", 1, 1),
        ("a: 中文字".encode("gb18030"), "SCH008", 1, 4),
        ("a: é".encode("latin-1"), "SCH008", 1, 4),
        ('a: "\\ud800"', "SCH008", 1, 7),
        ('a: "\\0"', "SCH003", 1, 4),
        ("a: !!str x", "SCH003", 1, 4),
        ("a: !x {}", "SCH003", 1, 4),
        ("<<: {a: 1}", "SCH003", 1, 1),
        ("? [a]\n: b", "SCH003", 1, 3),
        ("1: x", "SCH005", 1, 1),
        ("a: {true: x}", "SCH005", 1, 5),
        ("a: .inf", "SCH005", 1, 4),
        ("a: 12345678901234567890", "SCH005", 1, 4),
        ("a: 1e999", "SCH005", 1, 4),
        ("a: " + "[" * 64, "SCH002", 1, 67),
        ("a: " + "{" * 100_000, "SCH002", 1, 67),
        ("- " * 100_000, "SCH002", 1, 1),
        ("a: &a [*a]", "SCH002", 1, 1),
    ],
)
def test_what_is_refused_has_one_finding(
    tmp_path: Path, text: str | bytes, code: str, line: int, column: int
) -> None:
    """Refused text is one finding with its code and place, never an exception."""
    finding = only(tmp_path, text)
    assert (finding.code, finding.location) == (code, Location("cluster.yaml", line, column))


@pytest.mark.parametrize(
    ("text", "name"),
    [("utf-16", "UTF-16"), ("utf-32", "UTF-32"), ("gb18030", "GB18030"), ("utf-16-be", "UTF-16")],
)
def test_other_encodings_are_named(tmp_path: Path, text: str, name: str) -> None:
    """An encoding that is not read is called by its name."""
    assert name in only(tmp_path, "a: 中文字".encode(text)).message


@pytest.mark.parametrize(
    ("text", "help_text"),
    [
        ("a: {rack: c[01-16]}", 'write "c[01-16]"'),
        ("a: {nodes: dgx[*]}", 'write "dgx[*]"'),
        ("a: [x, dgx[*]]", 'write "dgx[*]"'),
        ("a: {name: leaf-{rail}}", 'write "leaf-{rail}"'),
        ("a: {nodes: *}", 'write "*"'),
        ("b:\n  - a #1", 'write "a #1"'),
        ("7: x", 'write "7"'),
    ],
)
def test_common_slips_have_the_exact_text(tmp_path: Path, text: str, help_text: str) -> None:
    """A slip that YAML itself refuses, or silently cuts, is answered with the text that was meant."""
    assert only(tmp_path, text).help == help_text


def test_ordinary_comments_are_comments(tmp_path: Path) -> None:
    """A comment with a space after its sign, or after a number, is nothing to say."""
    assert source(tmp_path, "a: x # 1\nb: 5 #1\nc: 'y' #2\n# - a #1\n").data == {"a": "x", "b": 5, "c": "y"}


@pytest.mark.parametrize(
    ("data", "raw", "wanted", "text"),
    [
        (["1-16"], None, "text", '"[1-16]"'),
        (["1-9/2", 12], None, "text", '"[1-9/2,12]"'),
        ({"rail": None}, None, "text", '"{rail}"'),
        ({"n:02": None}, None, "text", '"{n:02}"'),
        (12, "012", "text", '"012"'),
        (True, "true", "text", '"true"'),
        ("1,720 kW", "1,720 kW", "power", "1720 kW"),
        ([1, 2], None, "text", None),
        ({"a": 1}, None, "text", None),
        ("x", "x", "text", None),
        ("12 V", "12 V", "power", None),
    ],
)
def test_slips_of_shape(data: object, raw: str | None, wanted: str, text: str | None) -> None:
    """A value of the wrong type is answered with the text that was meant, or not at all."""
    assert suggest(data, raw, wanted) == text


def test_a_thousands_comma_in_flow_style() -> None:
    """`{at: 1,720 kW}` is two entries; the unknown one tells what was meant."""
    assert suggest_entry({"at": 1, "720 kW": None}, "720 kW") == "at: 1720 kW"
    assert suggest_entry({"at": 1, "other": None}, "other") is None


def test_every_duplicate_key_is_told_with_both_places(tmp_path: Path) -> None:
    """All duplicates of a file are found at once, each with the first place."""
    findings = load(project(tmp_path, "a: 1\na: 2\nb: {c: 1, c: 2, c: 3}\n")).findings
    assert [f.code for f in findings] == ["SCH001"] * 3
    assert findings[0].location == Location("cluster.yaml", 2, 1)
    assert findings[2].related[0].location == Location("cluster.yaml", 3, 5)


def test_aliases_within_the_budget_are_read(tmp_path: Path) -> None:
    """Anchors and aliases are read while they expand little."""
    assert source(tmp_path, "a: &x {b: 1}\nc: *x\n").data == {"a": {"b": 1}, "c": {"b": 1}}


def test_alias_bombs_are_refused_at_once(tmp_path: Path) -> None:
    """Nine levels of nine aliases are a finding within a moment."""
    text = "l1: &a [x,x,x,x,x,x,x,x,x]\n"
    text += "".join(f"l{i}: &{chr(96 + i)} [{','.join(['*' + chr(95 + i)] * 9)}]\n" for i in range(2, 10))
    start = time.process_time()
    assert only(tmp_path, text).code == "SCH002"
    assert time.process_time() - start < 0.5


def test_large_files_are_refused(tmp_path: Path) -> None:
    """A file above 32 MiB is a finding of size."""
    assert only(tmp_path, b"#" * (32 * 2**20 + 1)).code == "SCH002"


@pytest.mark.parametrize("name", ["nowhere", "nowhere/cluster.yaml", "a\0b", "x" * 300])
def test_missing_paths_are_findings(tmp_path: Path, name: str) -> None:
    """A path that cannot be is unreadable."""
    outcome = load(tmp_path / name)
    assert outcome.value is None
    assert [f.code for f in outcome.findings] == ["SCH008"]


def test_a_folder_without_manifest_is_a_finding(tmp_path: Path) -> None:
    """A folder needs a cluster.yaml, and that must be a file."""
    assert "no cluster.yaml" in load(tmp_path).findings[0].message
    (tmp_path / "cluster.yaml").mkdir()
    assert [f.code for f in load(tmp_path).findings] == ["SCH008"]


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    """A manifest may be given as a file; its folder is the root."""
    (tmp_path / "big.yaml").write_text("a: 1\n")
    outcome = load(tmp_path / "big.yaml")
    assert outcome.value is not None
    assert (outcome.value.entry, outcome.value.data) == ("big.yaml", {"a": 1})


def test_includes_are_a_union_at_every_depth(tmp_path: Path) -> None:
    """Files and folders are joined, relative to the including file, and places stay with their files."""
    read = source(
        tmp_path,
        "include: [sub/one.yaml, more]\na: {x: 1}\n",
        sub__one="include: two.yaml\na: {y: 2}\n",
        sub__two="a:\n  z: 3\n",
        more__m="b: 4\n",
    )
    assert read.data == {"a": {"x": 1, "y": 2, "z": 3}, "b": 4}
    assert read.locate(("a", "z")) == Location("sub/two.yaml", 2, 6)
    assert read.locate(("a", "nothing")) == Location("cluster.yaml", 2, 4)
    assert set(read.files) == {"cluster.yaml", "sub/one.yaml", "sub/two.yaml", "more/m.yaml"}
    assert read.excerpt(Location("more/m.yaml", 1, 1)) == "b: 4"


def test_the_same_path_in_two_files_names_both(tmp_path: Path) -> None:
    """A value that two files give is a finding with both places."""
    finding = only(tmp_path, "include: o.yaml\na: {x: 1}\n", o="a: {x: 1}\n")
    assert (finding.code, finding.location) == ("SCH001", Location("o.yaml", 1, 5))
    assert finding.related[0].location == Location("cluster.yaml", 2, 5)


@pytest.mark.parametrize(
    "text",
    [
        "include: ../other.yaml",
        "include: /etc/hosts",
        "include: missing.yaml",
        "include: cluster.yaml",
        "include: 5",
        "include: [o.yaml, o.yaml]",
        "include: [o.yaml, ./sub/../o.yaml]",
        "include: empty",
        'include: "a\\tb"',
        f"include: {'x' * 400}",
        "include: link.yaml",
        "include: back.yaml",
    ],
)
def test_bad_includes_are_findings(tmp_path: Path, text: str) -> None:
    """Escapes, circles, repeats and missing files are findings at the include."""
    root = tmp_path / "project"
    (root / "empty").mkdir(parents=True)
    (tmp_path / "other.yaml").write_text("z: 1\n")
    (root / "link.yaml").symlink_to(tmp_path / "other.yaml")
    finding = only(root, f"{text}\na: 1\n", o="b: 1\n", back="include: cluster.yaml\nc: 1\n")
    assert finding.code == "SCH009"
    assert finding.location.column > 1


def test_an_unreadable_include_is_its_own_finding(tmp_path: Path) -> None:
    """A broken included file is told at its place, and the rest is kept."""
    outcome = load(project(tmp_path, "include: o.yaml\na: 1\n", o="b: [\n"))
    assert [(f.code, f.location.file) for f in outcome.findings] == [("SCH008", "o.yaml")]
    assert outcome.value is not None
    assert outcome.value.data == {"a": 1}


def test_digest_is_of_names_and_bytes(tmp_path: Path) -> None:
    """The digest changes with every byte and does not depend on the order of includes."""
    files = {"o": "b: 1\n", "p": "c: 1\n"}
    first = source(tmp_path, "include: [o.yaml, p.yaml]\na: 1\n", **files).digest
    assert source(tmp_path, "include: [o.yaml, p.yaml]\na: 1\n", **files).digest == first
    assert source(tmp_path, "include: [o.yaml, p.yaml]\na: 1\n", o="b: 1\n", p="c: 2\n").digest != first


def test_excerpt_of_a_file_that_is_no_yaml(tmp_path: Path) -> None:
    """The line of a finding can be shown although nothing was loaded."""
    project(tmp_path, "a: 1\nb: [\n")
    assert excerpt(tmp_path, Location("cluster.yaml", 2, 4)) == "b: ["
    assert excerpt(tmp_path, Location("none.yaml", 1, 1)) is None


def test_a_document_alone(tmp_path: Path) -> None:
    """A part file is read as one document with places relative to the root."""
    project(tmp_path, "a: 1\n", parts__p="part: p\nsize: {height: 2 U}\n")
    outcome = read_document(tmp_path / "parts" / "p.yaml", tmp_path)
    assert outcome.value is not None
    assert outcome.value.data["size"] == {"height": "2 U"}
    assert outcome.value.locate(("size", "height")) == Location("parts/p.yaml", 2, 16)


def test_reading_is_quick(tmp_path: Path) -> None:
    """A manifest of 25 KB is read within 10 ms of cpu; the bound here leaves room for a busy machine."""
    text = "".join(f"k{i}: {{a: 1, b: [1, 2, 3], c: c{i}, d: 860 kW}}\n" for i in range(560))
    project(tmp_path, text)
    times = []
    for _ in range(5):
        start = time.process_time()
        load(tmp_path)
        times.append(time.process_time() - start)
    assert min(times) < 0.06
