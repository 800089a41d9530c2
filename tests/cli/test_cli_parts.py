"""`parts` lists, shows and checks the catalogue, with the project's own parts over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from cluster_spec.cli.group import cli

if TYPE_CHECKING:
    from pathlib import Path


def parts(*arguments: str) -> Result:
    """Run `parts`."""
    return CliRunner().invoke(cli, ["parts", *arguments], env={"COLUMNS": "160", "NO_COLOR": "1"})


def overlay(folder: Path, text: str) -> str:
    """Write a part into the `parts/` of a project and return the option that names the project."""
    (folder / "parts").mkdir()
    (folder / "parts" / "mine.yaml").write_text(text)
    return f"--project={folder}"


def test_parts_are_listed_with_their_grades() -> None:
    """The list names each part, its kind and how well its numbers are founded."""
    rows = parts().stdout.splitlines()
    assert rows[0].split() == ["NAME", "KIND", "GRADES", "TITLE"]
    assert any(row.startswith("nvidia-qm9700 ") and " switch " in row for row in rows)


def test_a_part_is_shown_as_written() -> None:
    """A part is printed with its values, units and sources."""
    text = parts("nvidia-qm9700").stdout
    assert "\n    max: 1720 W\n" in text
    assert "grade: official" in text


def test_an_unknown_part_gets_the_nearest_name() -> None:
    """A slip is answered with what was meant, and exits with 2."""
    done = parts("nvidia-qm970")
    assert done.exit_code == 2
    assert "did you mean 'nvidia-qm9700'?" in done.stdout


def test_check_finds_a_bad_part(tmp_path: Path) -> None:
    """A bad part of the project is an error with file and line, and exits with 1."""
    done = parts("--check", overlay(tmp_path, "part: mine\nkind: switch\ncolour: red\n"))
    assert done.exit_code == 1
    assert "parts/mine.yaml:3:1: SCH003 error" in done.stdout


def test_a_bad_part_does_not_hide_the_others(tmp_path: Path) -> None:
    """The list is complete where one part cannot be read."""
    rows = parts(overlay(tmp_path, "part: [\n")).stdout.splitlines()
    assert any(row.split()[:2] == ["mine", "?"] for row in rows)
    assert any(row.startswith("nvidia-qm9700 ") for row in rows)
