"""The formats of CI systems: SARIF, JUnit, GitHub, GitLab, with their limits and their quoting."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cluster_spec.diagnostics import Basis, Location, Report, Severity
from cluster_spec.report import FORMATS, render
from cluster_spec.report.github import summary
from cluster_spec.report.sarif import RESULTS
from tests.support.reports import FULL, HOSTILE, SAMPLES, UNREADABLE, WAIVED, excerpt, finding, report


def sarif(sample: Report) -> dict[str, Any]:
    """Return the run of a SARIF log."""
    run: dict[str, Any] = json.loads(render("sarif", sample, excerpt))["runs"][0]
    return run


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_every_format_takes_every_report(name: str, sample: Report) -> None:
    """A report of any kind becomes text that ends in one newline and can be written as UTF-8."""
    text = render(name, sample, excerpt)
    assert text.encode("utf-8").endswith(b"\n")
    assert not text.endswith("\n\n")


def test_unknown_format() -> None:
    """A format that is not there is refused before anything is imported."""
    with pytest.raises(KeyError):
        render("os", SAMPLES["clean"], excerpt)


def test_sarif_result() -> None:
    """A result has rule, level, relative address, region, related places and both fingerprints."""
    run = sarif(report(FULL, root="inventories/x"))
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "inventories/x/cluster.yaml"
    assert place["region"] == {"startLine": 7, "startColumn": 11}
    assert result["level"] == "error"
    assert result["relatedLocations"][0]["message"] == {"text": "the peer is declared here"}
    assert set(result["partialFingerprints"]) == {"primaryLocationLineHash", "clusterspec/v1"}
    assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "fabrics.compute.rate"}]


def test_sarif_rules_are_indexed() -> None:
    """Each result points at its rule, and each rule is listed once."""
    run = sarif(report(finding("AAA001"), finding("BBB001", 8), finding("AAA001", 9)))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["AAA001", "BBB001"]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])


def test_sarif_keeps_waived_as_suppressed() -> None:
    """A waived finding is a result with a suppression, an open one has none."""
    first, second = sarif(report(FULL, waived=(WAIVED,)))["results"]
    assert "suppressions" not in first
    assert second["suppressions"][0]["status"] == "accepted"


def test_sarif_is_capped_by_severity() -> None:
    """Beyond the limit errors are kept, and what is left out is said."""
    many = [finding("AAA001", n, severity=Severity.INFO) for n in range(1, RESULTS + 10)]
    run = sarif(report(*many, finding("ZZZ001")))
    assert len(run["results"]) == RESULTS
    assert run["results"][0]["ruleId"] == "ZZZ001"
    assert "10 further results are left out" in json.dumps(run["invocations"])


def test_sarif_says_what_was_not_checked() -> None:
    """A rule that lacked a fact is a notification, and an unreadable document no success."""
    assert "PWR025 not checked: power.max unknown" in json.dumps(sarif(report())["invocations"])
    assert sarif(UNREADABLE)["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize("name", ["sarif", "gitlab"])
def test_fingerprints_survive_moved_lines(name: str) -> None:
    """An identity depends on rule and object, not on the line; two findings never share one."""
    pattern = r'"(?:clusterspec/v1|fingerprint)": "(\w+)"'
    twins = (FULL, finding("PRT001", 20, path=FULL.path), finding("PRT001", 30, path=FULL.path))
    moved = (
        finding("PRT001", 99, path=FULL.path, subjects=FULL.subjects, message=FULL.message),
        *twins[1:],
    )
    before = re.findall(pattern, render(name, report(*twins), excerpt))
    after = re.findall(pattern, render(name, report(*moved), excerpt))
    assert before == after
    assert len(set(before)) == 3


def test_junit_counts() -> None:
    """One suite per family, one case per rule; failures, skips and totals agree."""
    root = ET.fromstring(render("junit", report(FULL, finding("PRT001", 8)), excerpt))  # noqa: S314
    assert [suite.get("name") for suite in root] == ["PRT", "PWR", "SEC"]
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("3", "1", "2")
    assert len(root.findall(".//testcase")) == 3
    skipped = root.find(".//testsuite[@name='PWR']//skipped")
    assert skipped is not None
    assert "power.max unknown" in str(skipped.get("message"))


def test_junit_lists_at_most_fifty() -> None:
    """The text of a failure lists fifty findings and counts the others."""
    many = [finding("PRT001", n) for n in range(1, 101)]
    failure = ET.fromstring(render("junit", report(*many), excerpt)).find(".//failure")  # noqa: S314
    assert failure is not None
    assert str(failure.text).count("cluster.yaml:") == 50
    assert "and 50 more" in str(failure.text)


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_junit_is_well_formed(sample: Report) -> None:
    """Characters that XML cannot hold are removed."""
    assert ET.fromstring(render("junit", sample, excerpt)).tag == "testsuites"  # noqa: S314


def test_junit_unreadable_is_an_error() -> None:
    """A document that cannot be read is an error of its case."""
    root = ET.fromstring(render("junit", UNREADABLE, excerpt))  # noqa: S314
    assert root.find(".//error") is not None


def test_github_annotation() -> None:
    """An annotation names file, line, column and rule."""
    first = render("github", report(FULL), excerpt).split("\n")[0]
    assert first == (
        "::error file=cluster.yaml,line=7,endLine=7,col=11,title=PRT001 port-speed::"
        "un[01-16] port 3 is too fast for its peer%0Ahelp: write 400 Gb/s"
    )


def test_github_shows_ten_of_a_kind() -> None:
    """Ten annotations of each kind are written, the rest is counted by rule."""
    many = [finding("PRT001", n) for n in range(1, 31)]
    warnings = [finding("CBL001", n, severity=Severity.WARNING) for n in range(1, 5)]
    text = render("github", report(*many, *warnings), excerpt)
    assert text.count("::error ") == 10
    assert text.count("::warning ") == 4
    assert "\nand 20 errors more: PRT001 20\n" in text


def test_github_escapes() -> None:
    """A name cannot start a workflow command or another property."""
    rows = render("github", HOSTILE, excerpt).split("\n")
    assert rows[0].startswith("::error file=a%3Ab%2Cc%0A.yaml,line=1,")
    assert "%0A::error" in rows[0]
    assert sum(row.startswith("::") for row in rows) == 1


def test_github_summary() -> None:
    """The job summary counts and lists the rules that failed."""
    text = summary(report(FULL))
    assert "1 error, 0 warnings, 0 info; decided 1 of 2 rules" in text
    assert "| PRT001 | port-speed | error | 1 |" in text


def test_gitlab_issue() -> None:
    """An issue has a relative path, a line and GitLab's word for how bad it is."""
    found = finding(location=Location("./cluster.yaml", 7, 1), basis=Basis.STANDARD)
    (issue,) = json.loads(render("gitlab", report(found), excerpt))
    assert issue["location"] == {"path": "cluster.yaml", "lines": {"begin": 7}}
    assert issue["severity"] == "major"
    assert issue["check_name"] == "PRT001 port-speed"


def test_gitlab_blocks_on_unreadable() -> None:
    """A report that is not complete blocks."""
    assert json.loads(render("gitlab", UNREADABLE, excerpt))[0]["severity"] == "blocker"
