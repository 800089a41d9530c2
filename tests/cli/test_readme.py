"""What README says is true: its commands run, and print what it shows."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cluster_spec.testing import read_yaml
from tests.support.cli import ROOT, environment

if TYPE_CHECKING:
    from pathlib import Path

PAGES = ("README.md", "inventories/README.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE = pytest.mark.parametrize("page", PAGES)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with the inventories, in which the program is called by its name."""
    (tmp_path / "inventories").symlink_to(ROOT / "inventories")
    program = tmp_path / ".bin" / "clusterspec"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cluster_spec "$@"\n', "utf-8")
    program.chmod(0o755)
    return tmp_path


def shell(command: str, place: Path) -> str:
    """Return what a command prints on stdout and stderr, as a terminal of 100 cells shows it."""
    path = f"{place / '.bin'}:{environment()['PATH']}"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=place,
        env=environment(PATH=path, COLUMNS="100"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return done.stdout


def played(text: str, place: Path) -> str:
    """Return a page with the output of its console blocks as the commands print it now."""

    def block(found: re.Match[str]) -> str:
        if found[1] != "console":
            return found[0]
        commands = [line for line in found[2].splitlines() if line.startswith("$ ")]
        lines = [f"{line}\n{shell(line[2:], place)}" for line in commands]
        return f"```console\n{''.join(lines)}```"

    return BLOCK.sub(block, text)


@PAGE
@pytest.mark.generated
def test_console_blocks_show_what_is_printed(page: str, place: Path, update: bool) -> None:
    """Each command of a console block prints exactly what stands below it."""
    file = ROOT / page
    text = file.read_text("utf-8")
    now = played(text, place)
    if update:
        file.write_text(now, encoding="utf-8")
        return
    assert text == now
    assert [slip for slip in ("Traceback", "internal error", "No such command") if slip in now] == []


@PAGE
def test_links_lead_somewhere(page: str) -> None:
    """A link within the repository names a file that is there."""
    file = ROOT / page
    for target in re.findall(r"\]\(([^)#]+)", file.read_text("utf-8")):
        assert target.startswith("https://") or (file.parent / target).exists(), target


def test_yaml_blocks_are_yaml_and_their_commands_run(place: Path) -> None:
    """What a reader copies into a pipeline is read, and its commands end with a verdict."""
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = [body for kind, body in BLOCK.findall(text) if kind == "yaml"]
    commands = []
    for number, body in enumerate(blocks):
        file = place / f"block{number}.yaml"
        file.write_text(body, "utf-8")
        assert read_yaml(file)
        commands += re.findall(r"- (?:run: )?(clusterspec .*)", body)
    assert len(blocks) == 3
    assert len(commands) == 2
    shutil.copytree(ROOT / "inventories" / "pocket", place / "mine")
    for command in commands:
        assert shell(f"cd mine && {command}; echo $?", place) == "0\n"


def test_hook_has_the_name_that_is_promised() -> None:
    """The hook of README is one that we offer."""
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    assert "- id: clusterspec-validate\n" in hooks
    assert "- id: clusterspec-validate\n" in (ROOT / "README.md").read_text("utf-8")


def test_every_inventory_is_listed() -> None:
    """Each folder of a cluster has its row in the page of inventories."""
    text = (ROOT / "inventories" / "README.md").read_text("utf-8")
    names = [file.parent.name for file in sorted((ROOT / "inventories").glob("*/cluster.yaml"))]
    assert [name for name in names if f"| `{name}` |" not in text] == []
