"""`validate` between options and reporter: exit codes, colours, files; a stand-in does the checks."""

from __future__ import annotations

import json
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from cluster_spec.cli.group import cli
from cluster_spec.diagnostics import Report, Severity
from tests.support.reports import CLEAN, FULL, UNREADABLE, excerpt, finding, report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WARNED = report(finding(severity=Severity.WARNING))


@pytest.fixture
def validate(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a function that runs `validate` on a report made by hand."""
    asked: dict[str, object] = {}

    def invoke(answer: Report, *arguments: str, env: dict[str, str] | None = None) -> Result:
        api, rules = ModuleType("cluster_spec.api"), ModuleType("cluster_spec.rules")

        def stand_in(path: Path, **options: object) -> tuple[Report, Callable[..., str | None]]:
            asked.update(options, path=path)
            return answer, excerpt

        api.validate = stand_in  # type: ignore[attr-defined]
        rules.catalogue = lambda: (SimpleNamespace(code="PRT001"),)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "cluster_spec.api", api)
        monkeypatch.setitem(sys.modules, "cluster_spec.rules", rules)
        plain = {"NO_COLOR": None, "FORCE_COLOR": None, "GITHUB_STEP_SUMMARY": None, "COLUMNS": "100"}
        result = CliRunner().invoke(cli, ["validate", *arguments], env={**plain, **(env or {})})
        result.asked = asked  # type: ignore[attr-defined]
        return result

    return invoke


@pytest.mark.parametrize(
    ("answer", "arguments", "code"),
    [
        (CLEAN, (), 0),
        (report(FULL), (), 1),
        (report(FULL), ("--fail-on", "never"), 0),
        (WARNED, (), 0),
        (WARNED, ("--fail-on", "warning"), 1),
        (UNREADABLE, ("--fail-on", "never"), 2),
        (report(finding("BUG001")), (), 2),
    ],
)
def test_exit_code(
    validate: Callable[..., Result], answer: Report, arguments: tuple[str, ...], code: int
) -> None:
    """0 is clean, 1 is findings from --fail-on upwards, 2 is an answer that is not complete."""
    assert validate(answer, *arguments).exit_code == code


def test_options_reach_the_api(validate: Callable[..., Result]) -> None:
    """Options arrive as they were given, codes in capitals and without repeats."""
    done = validate(
        CLEAN,
        "x",
        "--set",
        "a=1",
        "--set",
        "b=x=y",
        "--select",
        "prt001,PRT",
        "--select",
        "PRT",
        "--phase",
        "p",
    )
    asked = done.asked  # type: ignore[attr-defined]
    assert (str(asked["path"]), asked["phase"], asked["ignore"]) == ("x", "p", ())
    assert asked["parameters"] == {"a": "1", "b": "x=y"}
    assert asked["select"] == ("PRT001", "PRT")


def test_unknown_rule_is_an_error_of_use(validate: Callable[..., Result]) -> None:
    """A slip in --select does not check nothing and call it clean."""
    done = validate(CLEAN, "--select", "PTR001")
    assert done.exit_code == 2
    assert "there is no rule PTR001" in done.output


def test_json_for_unreadable(validate: Callable[..., Result]) -> None:
    """A document that cannot be read still gives valid JSON on stdout."""
    assert json.loads(validate(UNREADABLE, "--format", "json").stdout)["findings"][0]["code"] == "SCH008"


@pytest.mark.parametrize(
    ("env", "painted"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, False),
    ],
)
def test_colors(validate: Callable[..., Result], env: dict[str, str], painted: bool) -> None:
    """Colours need a terminal or FORCE_COLOR; NO_COLOR wins."""
    done = validate(report(FULL), env=env)
    assert ("\x1b[" in done.stdout_bytes.decode()) is painted


def test_output_file(validate: Callable[..., Result], tmp_path: Path) -> None:
    """The report goes to the file alone, never painted, and nothing else is left beside it."""
    target = tmp_path / "report.txt"
    target.write_text("old")
    target.chmod(0o640)
    done = validate(report(FULL), "--output-file", str(target), env={"FORCE_COLOR": "1"})
    assert (done.exit_code, done.stdout) == (1, "")
    assert "\x1b" not in target.read_text("utf-8")
    assert "PRT001" in target.read_text("utf-8")
    assert target.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [target]


def test_output_file_follows_links(validate: Callable[..., Result], tmp_path: Path) -> None:
    """A link stays a link; what it names is replaced."""
    target, link = tmp_path / "real.json", tmp_path / "link.json"
    link.symlink_to(target)
    validate(CLEAN, "--format", "json", "--output-file", str(link))
    assert link.is_symlink()
    assert json.loads(target.read_text("utf-8"))["cluster"] == "demo"


def test_output_file_that_cannot_be_written(validate: Callable[..., Result], tmp_path: Path) -> None:
    """A folder that is not there is one line on stderr and exits with 2."""
    done = validate(CLEAN, "--output-file", str(tmp_path / "none" / "report.txt"))
    assert done.exit_code == 2
    assert done.stderr.startswith("clusterspec: cannot write ")
    assert done.stderr.count("\n") == 1


def test_github_job_summary(validate: Callable[..., Result], tmp_path: Path) -> None:
    """In GitHub Actions the summary is added to the page of the job."""
    page = tmp_path / "summary.md"
    validate(report(FULL), "--format", "github", env={"GITHUB_STEP_SUMMARY": str(page)})
    assert "| PRT001 |" in page.read_text("utf-8")
