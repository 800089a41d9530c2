"""Link lists: what is read, what is refused, and where the findings point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from cluster_spec.diagnostics import SHAPE, SIZE_BUDGET, UNREADABLE
from cluster_spec.source import lookup, table_column, table_fast, table_text
from cluster_spec.source.lookup import NameIndex
from cluster_spec.source.table import Column, Table, read_table

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

    from cluster_spec.diagnostics import Outcome

    Read = Callable[[bytes | str], Outcome[Table]]

NEEDED = ("a_device", "a_port", "z_device", "z_port")
MORE = ("medium", "length_m", "state")
HEAD = "a_device,a_port,z_device,z_port\n"


@pytest.fixture
def read(tmp_path: pathlib.Path) -> Read:
    """Return a reader of bytes or text as a link list."""

    def reader(content: bytes | str) -> Outcome[Table]:
        file = tmp_path / "sub" / "links.csv"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(file, tmp_path, NEEDED, MORE)

    return reader


def table_of(outcome: Outcome[Table]) -> Table:
    """Return the table of an outcome that has no findings."""
    assert outcome.findings == ()
    assert outcome.value is not None
    return outcome.value


def rows_of(table: Table) -> list[tuple[str, ...]]:
    """Return all wanted fields, row by row."""
    return list(zip(*(column.texts(range(table.rows)) for column in table.columns.values()), strict=True))


def column_of(*texts: str) -> Column:
    """Return a column that holds these texts."""
    raw = [text.encode() for text in texts]
    length = np.array([len(text) for text in raw], dtype=np.int32)
    start = (np.cumsum(length) - length).astype(np.int32)
    return Column(np.frombuffer(b"".join(raw) + bytes(16), dtype=np.uint8), start, length)


def test_reads_rows_and_lines(read: Read) -> None:
    """Every row has its fields and its line, and the file is named from the root."""
    table = table_of(read(HEAD + "l1,P1,s1,P2\nl1,P2,s2,P2\n"))
    assert rows_of(table) == [("l1", "P1", "s1", "P2"), ("l1", "P2", "s2", "P2")]
    assert table.line.tolist() == [2, 3]
    assert (table.file, table.rows) == ("sub/links.csv", 2)


def test_header_in_any_order_and_case(read: Read) -> None:
    """Columns are found by their stripped, case-folded names; others are ignored and named."""
    table = table_of(read("id, Z_Port ,z_device,STATE,A_device\u00a0,a_port,x\n1,P9,s1,planned,l1,P1,\n"))
    assert rows_of(table) == [("l1", "P1", "s1", "P9", "planned")]
    assert list(table.columns) == [*NEEDED, "state"]
    assert table.ignored == ("id", "x")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(read: Read, end: str) -> None:
    """LF, CRLF and CR end lines; the last line needs none."""
    table = table_of(read(HEAD.replace("\n", end) + f"l1,P1,s1,P2{end}{end}l2,P1,s1,P3"))
    assert rows_of(table) == [("l1", "P1", "s1", "P2"), ("l2", "P1", "s1", "P3")]
    assert table.line.tolist() == [2, 4]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom", "gb18030"]
)
def test_encodings(read: Read, encoding: str) -> None:
    """UTF-8, UTF-16 with BOM and GB18030 read alike."""
    text = HEAD + "机房A-叶01,P1,脊01,P2\n"
    bom = "\ufeff" if encoding.endswith("-bom") else ""
    table = table_of(read((bom + text).encode(encoding.removesuffix("-bom"))))
    assert rows_of(table) == [("机房A-叶01", "P1", "脊01", "P2")]


def test_gb18030_across_pieces(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """A character that lies on the border of two decoded pieces is whole."""
    monkeypatch.setattr(table_text, "_PIECE", 7)
    for encoding in ("utf-8", "utf-16", "gb18030"):
        table = table_of(read((HEAD + "机房A-叶01,端口,脊𠀀1,P2\n").encode(encoding)))
        assert rows_of(table) == [("机房A-叶01", "端口", "脊𠀀1", "P2")]


@pytest.mark.parametrize(
    ("content", "place", "word"),
    [
        (HEAD.encode() + b"l1,P1,s1,P2\nl\xff\xff,P1,s1,P2\n", (3, 2), "UTF-8"),
        (b"\xef\xbb\xbf" + HEAD.encode() + b"l1,\xb5\xb5,s1,P2\n", (2, 4), "UTF-8"),
        (b"\xff\xfea\x00\x00\xd8,\x00", (1, 1), "UTF-16"),
        (HEAD.encode() + b"l1,P\x001,s1,P2\n", (2, 5), "NUL"),
        (HEAD.encode("utf-16-le"), (1, 2), "NUL"),
    ],
)
def test_unreadable_bytes(read: Read, content: bytes, place: tuple[int, int], word: str) -> None:
    """Bytes that are no text in a known encoding are unreadable, where they stand."""
    outcome = read(content)
    (finding,) = outcome.findings
    assert outcome.value is None
    assert finding.code == UNREADABLE.code
    assert (finding.location.line, finding.location.column) == place
    assert word in finding.message


def test_unreadable_paths(tmp_path: pathlib.Path) -> None:
    """A folder, a missing file and a path with NUL are unreadable, not exceptions."""
    for file in (tmp_path, tmp_path / "no.csv", tmp_path / "a\0b"):
        (finding,) = read_table(file, tmp_path, NEEDED, MORE).findings
        assert finding.code == UNREADABLE.code


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_size_budget(read: Read, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    """A list above the size limit, as written or as UTF-8, is refused."""
    monkeypatch.setattr(table_text, "SIZE_LIMIT", 200)
    text = HEAD + "机,机,机,机\n" * 11
    (finding,) = read(text.encode(encoding)).findings
    assert finding.code == SIZE_BUDGET.code


def test_row_budget(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of more rows than the limit is refused."""
    monkeypatch.setattr(table_fast, "ROW_LIMIT", 3)
    monkeypatch.setattr("cluster_spec.source.table.ROW_LIMIT", 3)
    assert table_of(read(HEAD + "l1,P1,s1,P2\n" * 3)).rows == 3
    (finding,) = read(HEAD + "l1,P1,s1,P2\n" * 4).findings
    assert finding.code == SIZE_BUDGET.code


def test_missing_columns_are_all_named(read: Read) -> None:
    """Each missing required column is one finding at the header line."""
    outcome = read("# cables\n\na_device,a_prt,zdevice,other\nl1,P1,s1,x\n")
    assert outcome.value is None
    assert [f.message.split()[-1] for f in outcome.findings] == ["a_port", "z_device", "z_port"]
    assert [(f.location.line, f.location.column) for f in outcome.findings][:2] == [(3, 10), (3, 16)]
    assert outcome.findings[0].help == "did you mean a_port by a_prt?"


def test_other_separator_is_named(read: Read) -> None:
    """A header without commas says which separator it has."""
    outcome = read(HEAD.replace(",", ";") + "l1;P1;s1;P2\n")
    assert outcome.findings[0].help == "fields are separated by semicolons, commas are expected"


def test_duplicate_column(read: Read) -> None:
    """A wanted column that occurs twice is a finding at the second, an ignored one is not."""
    (finding,) = read("a_device,a_port,z_device,x,x,z_port,A_PORT\n").findings
    assert (finding.code, finding.location.column) == (SHAPE.code, 37)
    assert finding.related[0].location.column == 10


@pytest.mark.parametrize("content", ["", "\n\n", "# only a comment\n", "\ufeff"])
def test_no_header(read: Read, content: str) -> None:
    """A list without a header line says so."""
    (finding,) = read(content).findings
    assert finding.message == "list has no header line"


def test_header_only(read: Read) -> None:
    """A list without rows is an empty table whose columns can be asked everything."""
    table = table_of(read(HEAD))
    column = table.columns["a_port"]
    assert (table.rows, column.hashes().size, column.codes()[1]) == (0, 0, [])
    assert column.numbers()[0].size == NameIndex([b"a"]).find(column).size == 0


def test_blank_and_comment_lines(read: Read) -> None:
    """Empty lines, lines of blanks, of separators, and comments are no rows but count as lines."""
    table = table_of(read(HEAD + '\n  \n# a, "b\n \t#c\n,,,\nl1,P1,s1,P2\n,,\n#\nl#2,P1,s1,#P\n'))
    assert rows_of(table) == [("l1", "P1", "s1", "P2"), ("l#2", "P1", "s1", "#P")]
    assert table.line.tolist() == [7, 10]


def test_blanks_are_trimmed(read: Read) -> None:
    """Spaces, tabs and NBSP around a field go, those inside stay."""
    nbsp = "\u00a0"
    table = table_of(
        read(HEAD + f" l1{nbsp} ,\tport 1\t{nbsp},{nbsp}{nbsp}, P2  \nà,{nbsp}à,x{nbsp}y,{' ' * 200}z\n")
    )
    assert rows_of(table) == [("l1", "port 1", "", "P2"), ("à", "à", "x\u00a0y", "z")]
    assert table.columns["z_device"].empty().tolist() == [True, False]


def test_many_blanks(read: Read) -> None:
    """A field with more blanks than are trimmed at once is trimmed all the same."""
    table = table_of(read(HEAD + f"l1,{' ' * 999}P{chr(160) * 999},s1,{' ' * 5000}\n"))
    assert rows_of(table) == [("l1", "P", "s1", "")]


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ('"l1","P1","s1","P2"', ("l1", "P1", "s1", "P2")),
        ('"l,1",P1,s1,P2', ("l,1", "P1", "s1", "P2")),
        ('l1,"P""1""",s1,P2', ("l1", 'P"1"', "s1", "P2")),
        ('l1,"P\n\n1",s1,P2', ("l1", "P\n\n1", "s1", "P2")),
        ('l1,"P\r\n1",s1,P2', ("l1", "P\n1", "s1", "P2")),
        ('l1,"",s1,""""', ("l1", "", "s1", '"')),
        ('l1,19" rack,s1,P"2"', ("l1", '19" rack', "s1", 'P"2"')),
        ('l"1,P"1,"s,1",P2', ('l"1', 'P"1', "s,1", "P2")),
        ('"l,1","P,""1""","s1,",",P2"', ("l,1", 'P,"1"', "s1,", ",P2")),
        ('l1, "P,1" ,s1,\u00a0"P2"\t', ("l1", "P,1", "s1", "P2")),
        ('"l1","\n# no comment\n,,",s1,P2', ("l1", "\n# no comment\n,,", "s1", "P2")),
        ('"# l1",P1,s1,P2', ("# l1", "P1", "s1", "P2")),
    ],
)
def test_quotes(read: Read, row: str, fields: tuple[str, ...]) -> None:
    """Quoted fields follow RFC 4180, and the rows around them keep order and lines."""
    table = table_of(read(f"{HEAD}a,b,c,d\n{row}\ne,f,g,h\n"))
    assert rows_of(table) == [("a", "b", "c", "d"), fields, ("e", "f", "g", "h")]
    assert table.line.tolist() == [2, 3, 4 + row.count("\n")]


def test_quotes_in_ignored_columns(read: Read) -> None:
    """Doubled quotes in a column that is not read do not disturb the others."""
    table = table_of(
        read('note,a_device,a_port,z_device,z_port\n"19"" rack",l1,P1,s1,P2\n"""","a",b,c,"d"\n')
    )
    assert rows_of(table) == [("l1", "P1", "s1", "P2"), ("a", "b", "c", "d")]


def test_quoted_header(read: Read) -> None:
    """The header may be quoted, and even break a line."""
    table = table_of(read('"a_device","a_port",z_device,"z_port","a\nnote"\nl1,P1,s1,P2,\n'))
    assert table.line.tolist() == [3]


@pytest.mark.parametrize(
    ("rows", "word", "place", "count"),
    [
        ("l1,P1,s1\na,b,c,d\nx,y\n", "fewer fields than the header (4), as 1 other rows", (2, 1), 2),
        ("a,b,c,d\n叶,P1,s1,P2,P3\n", "more fields than the header (4)", (3, 12), 1),
        ('a,b,c,d\nl1,"P,1",s1,P2,"x"\n', "more fields than the header (4)", (3, 16), 1),
        ('"l,1",P1,s1\na,b,c,d\n', "fewer fields than the header (4)", (2, 1), 1),
        ('l"1,P""1,s1,P"2,P3\na,b,c,d\n', "more fields than the header (4)", (2, 17), 1),
        ('l1,"P1"x,s1,P2\na,b,c,d\n', "text after a closing quote", (2, 7), 1),
        ('l1,P1,"s1,P2\na,b,c,d\n', "a quote that is not closed", (2, 7), 1),
        (f"l1,P1,s1,{'x' * 300_000}\na,b,c,d\n", "more than 262,144 bytes", (2, 1), 1),
        (f"l1,P1,s1,{'x' * 3_000_000}\na,b,c,d\n", "more than 262,144 bytes", (2, 1), 1),
        (f'l1,P1,s1,"{"x," * 200_000}"\na,b,c,d\n', "more than 262,144 bytes", (2, 1), 1),
    ],
)
def test_flawed_rows_are_one_finding_each_kind(
    read: Read, rows: str, word: str, place: tuple[int, int], count: int
) -> None:
    """Rows of wrong form are folded by flaw, placed at the first, left out; the other rows are read."""
    outcome = read(HEAD + rows)
    (finding,) = outcome.findings
    assert finding.message == f"row has {word}"
    assert (finding.location.line, finding.location.column) == place
    assert (finding.code, finding.count, len(finding.members)) == (SHAPE.code, count, count)
    assert outcome.value is not None
    assert rows_of(outcome.value) == [("a", "b", "c", "d")]


def test_locations_of_fields(read: Read) -> None:
    """A field's place is the line and column, in characters, where it begins."""
    table = table_of(read(HEAD + '叶1, P1,"s1","P""2"\nl2,"x\ny""",s2, "z"\n'))
    places = [(p.line, p.column) for row in (0, 1) for p in (table.location(row, c) for c in NEEDED)]
    assert places == [(2, 1), (2, 5), (2, 8), (2, 13), (3, 1), (3, 4), (4, 6), (4, 10)]
    assert str(table.location(1)) == "sub/links.csv:3:1"


def test_pieces_do_not_show(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file is cut into pieces changes nothing."""
    text = HEAD + "".join(f'l{k},"P{k}{"," * (k % 3 == 0)}",s{k}\t,{k}\n\n' for k in range(300))
    whole = table_of(read(text))
    monkeypatch.setattr(table_fast, "_PIECE", 64)
    cut = table_of(read(text))
    assert rows_of(cut) == rows_of(whole)
    assert cut.line.tolist() == whole.line.tolist() == list(range(2, 602, 2))


def test_hashes_depend_on_the_text_alone() -> None:
    """Equal texts hash alike beside other texts, different ones differ."""
    texts = ["", "a", "b", "12345678", "123456789", "x" * 64, "x" * 65, "x" * 66, "叶" * 30]
    together = column_of(*texts).hashes().tolist()
    assert together == [column_of(text).hashes().tolist()[0] for text in texts]
    assert len(set(together)) == len(texts)


@pytest.mark.parametrize("distinct", [1, 3, 700, 40_000])
def test_codes_are_exact(distinct: int) -> None:
    """Codes name each row's text, whether values are few or many."""
    texts = [f"value-{k * 7919 % distinct}" for k in range(50_000)]
    codes, values = column_of(*texts).codes()
    assert [values[code] for code in codes.tolist()] == texts
    assert len(values) == len(set(texts))


def test_codes_survive_equal_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values whose hashes are all equal are told apart on their bytes."""
    monkeypatch.setattr(lookup, "mix", lambda parts: np.zeros_like(parts[0]))
    monkeypatch.setattr(table_column, "mix", lambda parts: np.zeros_like(parts[0]))
    monkeypatch.setattr(table_column, "_FEW", 100)
    texts = [f"value-{k % 1500}" for k in range(3000)]
    codes, values = column_of(*texts).codes()
    assert [values[code] for code in codes.tolist()] == texts


def test_numbers_are_exact() -> None:
    """Decimals come out in millionths without rounding; all else is no number."""
    good = {"12": 12_000_000, "12.5": 12_500_000, "0.1": 100_000, ".5": 500_000, "5.": 5_000_000}
    good |= {"-1.25": -1_250_000, "+2": 2_000_000, "0.0000010": 1, "007": 7_000_000, "0": 0}
    good |= {"123456789012.654321": 123_456_789_012_654_321}
    bad = [
        "",
        ".",
        "-",
        "+-1",
        "1e3",
        "1,5",
        "12.5 m",
        "0.0000001",
        "1234567890123",
        "nan",
        "1_0",
        "٣",
        "1..2",
    ]
    values, valid = column_of(*good, *bad).numbers()
    assert valid.tolist() == [True] * len(good) + [False] * len(bad)
    assert values.tolist() == [*good.values(), *[0] * len(bad)]


@pytest.mark.parametrize("as_array", [True, False])
def test_names_are_found_exactly(as_array: bool) -> None:
    """Each row gets the index of its very name, near misses and unknown names get -1."""
    names = [f"leaf-r{k // 50}-{k % 50:02d}".encode() for k in range(5000)] + [
        "机房A-叶01".encode(),
        b"x" * 64,
    ]
    rows = [names[k * 31 % len(names)].decode() for k in range(6000)]
    column = column_of(*rows, "leaf-r1-0", "leaf-r1-010", "", "x" * 63, "x" * 65, "机房A-叶0")
    found = NameIndex(np.array(names) if as_array else names).find(column)
    assert found.tolist() == [k * 31 % len(names) for k in range(6000)] + [-1] * 6


def test_first_of_equal_names_counts() -> None:
    """Of equal names the first is found, short or long; an empty field is no long name."""
    names = [b"b", b"a", b"a", b"y" * 99, b"y" * 99, b"b"]
    assert NameIndex(names).find(column_of("a", "b", "y" * 99, "")).tolist() == [1, 0, 3, -1]
    assert NameIndex(np.array(names)).find(column_of("a", "b", "y" * 99, "")).tolist() == [1, 0, 3, -1]


def test_no_names_find_nothing() -> None:
    """An index of no names answers -1."""
    assert NameIndex([]).find(column_of("a", "")).tolist() == [-1, -1]


def test_names_survive_equal_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names whose hashes are all equal are still found, each on its bytes."""
    monkeypatch.setattr(lookup, "mix", lambda parts: np.zeros_like(parts[0]))
    names = [f"n{k}".encode() for k in range(50)]
    found = NameIndex(names).find(column_of("n49", "n0", "n50", "n7"))
    assert found.tolist() == [49, 0, -1, 7]
