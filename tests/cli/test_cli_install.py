"""What we ship, used elsewhere: the wheel in a clean environment, the hook in a foreign repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.support.cli import ROOT, environment

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = (
    "cluster_spec/py.typed",
    "cluster_spec/schemas/report.json",
    "cluster_spec/_pocket/cluster.yaml",
    "cluster_spec/_templates/",
    "cluster_spec/catalog/data/",
)
IGNORED = shutil.ignore_patterns(".*cache", ".venv", "build", "dist", "__pycache__", ".git", ".hypothesis")


def call(
    *command: str | Path, cwd: Path, code: int | None = 0, **extra: str
) -> subprocess.CompletedProcess[str]:
    """Run a program outside of our source tree and return what it printed; `code` is how it must end."""
    env = {key: value for key, value in environment(**extra).items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert code is None or done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the source tree without what is made from it."""
    target = tmp_path_factory.mktemp("tree") / "clusterspec"
    shutil.copytree(ROOT, target, ignore=IGNORED, symlinks=True)
    return target


@pytest.fixture(scope="session")
def archives(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sdist and the wheel that is built from it."""
    out = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, cwd=tree)
    return out


@pytest.fixture(scope="session")
def program(archives: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the program as installed from the wheel into an environment of its own."""
    home = tmp_path_factory.mktemp("home") / "venv"
    call(sys.executable, "-m", "venv", home, cwd=archives)
    (wheel,) = archives.glob("*.whl")
    call(home / "bin" / "python", "-m", "pip", "install", "--quiet", wheel, cwd=archives)
    return home / "bin" / "clusterspec"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_wheel_holds_what_it_needs(archives: Path) -> None:
    """Schemas, parts, templates, the example and the marker of types are in the wheel; tests are not."""
    (wheel,) = archives.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    missing = [name for name in SHIPPED if not any(item.startswith(name) for item in names)]
    assert missing == []
    assert not any(name.startswith(("tests/", "inventories/")) for name in names)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_installed_program_works_elsewhere(program: Path, tmp_path: Path) -> None:
    """The installed program writes the example into another folder and finds it clean."""
    call(program, "init", "mine", cwd=tmp_path)
    done = call(program, "validate", "mine", "--fail-on", "warning", cwd=tmp_path)
    assert "0 errors, 0 warnings" in done.stdout
    assert done.stderr == ""


@pytest.fixture(scope="session")
def hooks(tree: Path) -> Path:
    """Return our source tree as a repository that pre-commit can install from."""
    commit(tree)
    return tree


def commit(folder: Path) -> None:
    """Make a repository of a folder, with everything in it committed."""
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    call("git", "init", "--quiet", "--initial-branch=main", cwd=folder)
    call("git", "add", "--all", "--force", cwd=folder)
    call("git", *who, "commit", "--quiet", "--no-verify", "--message", "all", cwd=folder)


@pytest.mark.slow
@pytest.mark.consumers
@pytest.mark.timeout(300)
@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@pytest.mark.parametrize(("addition", "code", "verdict"), [("", 0, "Passed"), ("colour: red\n", 1, "Failed")])
def test_hook(
    hooks: Path, tmp_path_factory: pytest.TempPathFactory, addition: str, code: int, verdict: str
) -> None:
    """In a repository with cluster.yaml in its root the hook passes a good cluster and fails a bad one."""
    folder = tmp_path_factory.mktemp("repository")
    shutil.copytree(ROOT / "inventories" / "pocket", folder, dirs_exist_ok=True)
    manifest = folder / "cluster.yaml"
    manifest.write_text(manifest.read_text("utf-8") + addition, "utf-8")
    commit(folder)
    home = hooks.parent / "pre-commit"
    command = (sys.executable, "-m", "pre_commit", "try-repo", str(hooks), "clusterspec-validate")
    done = call(*command, "--all-files", "--verbose", cwd=folder, code=code, PRE_COMMIT_HOME=str(home))
    assert f"clusterspec validate{'.' * 10}" in done.stdout
    assert verdict in done.stdout
    assert "no files to check" not in done.stdout
    assert "decided" in done.stdout or "error" in done.stdout
