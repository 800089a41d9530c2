"""`init` writes a cluster and never overwrites one; `rules` lists and explains."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from cluster_spec.cli import init as module
from cluster_spec.cli.group import cli

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def pocket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a made-up example cluster that `init` copies."""
    folder = tmp_path / "pocket"
    (folder / "parts").mkdir(parents=True)
    (folder / "rendered").mkdir()
    (folder / "cluster.yaml").write_text("clusterspec: 1\n")
    (folder / "parts" / "a.yaml").write_text("part: a\n")
    (folder / "rendered" / "old.txt").write_text("generated\n")
    monkeypatch.setattr(module, "PLACES", (tmp_path / "none", folder))
    return folder


def init(folder: Path) -> Result:
    """Run `init` for a folder."""
    return CliRunner().invoke(cli, ["init", str(folder)])


def test_init_writes_the_sources_only(pocket: Path, tmp_path: Path) -> None:
    """Everything written by hand is copied, what is generated is not."""
    target = tmp_path / "new" / "deep"
    done = init(target)
    assert done.exit_code == 0
    written = sorted(file.relative_to(target).as_posix() for file in target.rglob("*") if file.is_file())
    assert written == ["cluster.yaml", "parts/a.yaml"]
    assert done.stdout.splitlines() == [str(target / name) for name in written]


def test_init_never_overwrites(pocket: Path, tmp_path: Path) -> None:
    """Where one file is there already, none is written."""
    target = tmp_path / "new"
    (target / "parts").mkdir(parents=True)
    (target / "parts" / "a.yaml").write_text("mine\n")
    done = init(target)
    assert done.exit_code == 2
    assert done.stderr == f"clusterspec: {target / 'parts' / 'a.yaml'} exists; nothing was written\n"
    assert not (target / "cluster.yaml").exists()
    assert (target / "parts" / "a.yaml").read_text() == "mine\n"


def test_init_into_a_dangling_link(pocket: Path, tmp_path: Path) -> None:
    """A link that leads nowhere counts as a file that is there."""
    target = tmp_path / "new"
    target.mkdir()
    (target / "cluster.yaml").symlink_to(tmp_path / "elsewhere")
    assert init(target).exit_code == 2
    assert not (tmp_path / "elsewhere").exists()


def test_init_below_a_file(pocket: Path, tmp_path: Path) -> None:
    """A folder that cannot be made is one line and exits with 2."""
    (tmp_path / "file").write_text("")
    done = init(tmp_path / "file")
    assert done.exit_code == 2
    assert done.stderr.startswith("clusterspec: cannot write ")
    assert done.stderr.count("\n") == 1


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put two rules in the place of the catalogue."""

    def rule(code: str, name: str) -> SimpleNamespace:
        facts = {"severity": "error", "basis": "physics", "since": "0.1", "source": "design"}
        return SimpleNamespace(
            code=code, name=name, needs=("ports.rate",), doc="Ports agree.\n\n    Why: light.\n    ", **facts
        )

    made = ModuleType("cluster_spec.rules")
    made.catalogue = lambda: (rule("PRT001", "port-speed"), rule("PRT002", "form"))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cluster_spec.rules", made)


def test_rules_are_listed(rules: None) -> None:
    """The list is a table with one row per rule."""
    done = CliRunner().invoke(cli, ["rules"])
    assert done.stdout.splitlines() == [
        "CODE    SEVERITY  BASIS    NAME",
        "PRT001  error     physics  port-speed",
        "PRT002  error     physics  form",
    ]


def test_a_rule_is_explained(rules: None) -> None:
    """One rule is printed with its facts and its text, whatever the case of the code."""
    done = CliRunner().invoke(cli, ["rules", "prt001"])
    assert done.stdout.splitlines()[0] == "PRT001 port-speed"
    assert "needs     ports.rate" in done.stdout
    assert done.stdout.endswith("\nPorts agree.\n\nWhy: light.\n")


@pytest.mark.parametrize("code", ["XYZ999", "", "PRT00!"])
def test_an_unknown_rule_exits_with_2(rules: None, code: str) -> None:
    """A code that no rule has is one line on stderr."""
    done = CliRunner().invoke(cli, ["rules", code])
    assert done.exit_code == 2
    assert done.stderr.startswith("clusterspec: there is no rule")
