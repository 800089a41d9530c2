"""The text report: summary first, causes next, never a wall, nothing that acts on the terminal."""

from __future__ import annotations

import pytest

from cluster_spec.diagnostics import Location, Severity
from cluster_spec.report import render
from cluster_spec.report.terminal import cells, clean, fit, table, wrap
from tests.support.reports import CLEAN, FULL, HOSTILE, SAMPLES, UNREADABLE, WAIVED, excerpt, finding, report

GOLDEN = """\
demo: 1,280 accelerators in 16 racks
1 error, 0 warnings, 0 info, 1 waived
decided 1 of 2 rules; not checked 1: PWR025; not applicable 1

cluster.yaml:7:11: PRT001 error un[01-16] port 3 is too fast for its peer
  7 |     rate: 800 Gb/s
    |           ^
  of: un[01-16]-b[01-80] (1,280)
  measured 800 Gb/s, limit 400 Gb/s
  formula: rate <= rate of the peer
  see cluster.yaml:3:3: the peer is declared here
  help: write 400 Gb/s

waived:
  CBL002 cable 7: replaced in May (J. Doe, until 2027-05-01; waivers.old-cable)

not checked:
  PWR025  rack-power  power.max unknown: rack r[01-16] (16)

under assumption:
  blade power 1.7 kW: not published

not covered by any rule yet: optics, cooling in depth
"""


def test_golden() -> None:
    """A report with one of everything reads as agreed."""
    assert render("text", report(FULL, waived=(WAIVED,)), excerpt) == GOLDEN


def test_clean_report_counts_what_was_decided() -> None:
    """A green run still says how many rules were decided."""
    assert "0 errors, 0 warnings, 0 info\ndecided 1 of 1 rules\n" in render("text", CLEAN, excerpt)


def test_unreadable_says_that_no_rule_was_run() -> None:
    """A document that cannot be read is never reported as checked."""
    assert "no rule was run" in render("text", UNREADABLE, excerpt)


def test_partly_checked_rules_are_named() -> None:
    """A rule that passed for some subjects and lacked a fact for others is named in the summary."""
    gaps = report().not_checked
    text = render("text", report(not_checked=gaps, rules=(report().rules[0],)), excerpt)
    assert "checked in part 1: PWR025" in text


def test_never_a_wall() -> None:
    """Of a thousand findings twenty are printed and the rest is counted by rule."""
    many = [finding("CBL001", n, name="length") for n in range(1, 1001)]
    text = render("text", report(*many), excerpt)
    assert text.count("CBL001 error") == 20
    assert "and 980 findings more" in text
    assert "CBL001  error  980  length" in text


def test_a_rare_cause_is_not_crowded_out() -> None:
    """Every rule is shown before one rule is shown many times."""
    many = [finding("CBL001", n) for n in range(1, 1001)]
    text = render("text", report(*many, finding("IDN001")), excerpt)
    assert "IDN001 error" in text


def test_errors_come_before_warnings() -> None:
    """The worst is printed first."""
    text = render("text", report(finding("AAA001", severity=Severity.WARNING), finding("ZZZ001")), excerpt)
    assert text.index("ZZZ001 error") < text.index("AAA001 warning")


def test_unfold_prints_members_and_everything() -> None:
    """With unfold each member and each finding is printed."""
    many = [finding("CBL001", n) for n in range(1, 31)]
    text = render("text", report(FULL, *many), excerpt, unfold=True)
    assert "members: un01-b01, un01-b02" in text
    assert text.count("CBL001 error") == 30


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_no_control_characters(sample: object) -> None:
    """Whatever a name holds, the text holds no escape sequence, mark or lone surrogate."""
    text = render("text", sample, excerpt)  # type: ignore[arg-type]
    assert all(clean(line) == line for line in text.split("\n"))


def test_hostile_names_are_spelled() -> None:
    """An escape character is shown as text."""
    assert "\\x1b[31m" in render("text", HOSTILE, excerpt)


def test_color_only_where_wanted() -> None:
    """Colours are sequences around the same text."""
    plain = render("text", report(FULL), excerpt)
    painted = render("text", report(FULL), excerpt, color=True)
    assert "\x1b[31;1merror\x1b[0m" in painted
    assert "\x1b" not in plain


def test_caret_under_wide_characters() -> None:
    """The caret stands under its column, wide characters counted as two cells."""
    line = "机柜: [é, x]"
    text = render("text", report(finding(location=Location("cluster.yaml", 9, 6))), lambda _: line)
    rows = text.split("\n")
    source = next(row for row in rows if row.startswith("  9 | "))
    caret = rows[rows.index(source) + 1]
    assert cells(caret[: caret.index("^")]) == cells("  9 | 机柜: [")


def test_caret_in_a_long_line() -> None:
    """A line of a megabyte is cut around the column, and the caret still points there."""
    line = "x" * 500_000 + "HERE" + "y" * 500_000
    found = finding(location=Location("cluster.yaml", 1, 500_001))
    rows = render("text", report(found), lambda _: line).split("\n")
    caret = next(row for row in rows if row.strip().endswith("^"))
    source = rows[rows.index(caret) - 1]
    assert source[caret.index("^") :].startswith("HERE")
    assert cells(source) <= 100


def test_caret_beyond_the_line() -> None:
    """A column after the end of its line is no crash."""
    found = finding(location=Location("cluster.yaml", 7, 400))
    assert "^" in render("text", report(found), excerpt)


def test_places_are_seen_from_where_the_command_ran() -> None:
    """A project below the current folder is part of the printed path."""
    assert "\ninventories/x/cluster.yaml:7:11: PRT001" in render(
        "text", report(FULL, root="inventories/x"), excerpt
    )


def test_cells() -> None:
    """Wide characters take two cells, combining ones none."""
    assert [cells(text) for text in ("abc", "机柜", "e\u0301", "ｱ", "한")] == [3, 4, 1, 1, 2]


def test_fit_cuts_at_cells() -> None:
    """A cut text takes at most the width, with an ellipsis."""
    assert fit("机柜机柜", 6) == "机柜…"


def test_table_aligns_wide_text() -> None:
    """Columns stand in line when names are Chinese."""
    assert list(table([("机柜", "a"), ("x", "b")], 80)) == ["机柜  a", "x     b"]


def test_table_loses_nothing() -> None:
    """A last column that is too wide goes on in the next line."""
    assert list(table([("a", "one two three four five six seven")], 24)) == [
        "a  one two three four",
        "   five six seven",
    ]


def test_wrap_keeps_words_whole() -> None:
    """A name wider than the line is not broken."""
    assert list(wrap("aa bbbbbbbbbb cc", 6, "- ")) == ["- aa", "  bbbbbbbbbb", "  cc"]
