"""The entry: exit codes, one-line errors, broken pipes, interrupts, completion."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import environment, run

CRASH = """
import sys
from cluster_spec.cli import main, group
def invoke(arguments): raise RuntimeError("first\\nsecond \\x1b[31m")
group.invoke = invoke
main.entry()
"""


def test_version() -> None:
    """The version is printed on stdout."""
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, "clusterspec 0.1.0\n", "")


def test_help_lists_the_commands() -> None:
    """Help names every command."""
    done = run("--help")
    assert done.returncode == 0
    assert all(f"\n  {name} " in done.stdout for name in ("validate", "init", "rules", "parts", "schema"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("validate", "--format", "pdf"),
        ("validate", "--fail-on", "info"),
        ("validate", "--set", "blocks"),
        ("validate", "--set", "a=1", "--set", "a=2"),
        ("validate", "--set", "A b=1"),
        ("validate", "--select", "PRT-1"),
        ("validate", "a", "b"),
        ("schema", "house"),
    ],
)
def test_errors_of_use(arguments: tuple[str, ...]) -> None:
    """An error of use is told on stderr and exits with 2."""
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_slip_gets_the_nearest_command() -> None:
    """A misspelled command is answered with the one that was meant."""
    assert "did you mean 'validate'?" in run("valdate").stderr


def test_internal_error_is_one_line() -> None:
    """A bug of ours is one harmless line and exits with 2."""
    done = run(program=("-c", CRASH))
    assert done.returncode == 2
    head, _, tail = done.stderr.partition(" (CLUSTERSPEC_DEBUG=1")
    assert head == "clusterspec: internal error: RuntimeError: first second \\x1b[31m"
    assert tail == " shows where)\n"


def test_debug_shows_the_traceback() -> None:
    """CLUSTERSPEC_DEBUG shows where a bug is."""
    assert "Traceback" in run(program=("-c", CRASH), CLUSTERSPEC_DEBUG="1").stderr


def test_interrupt_is_clean() -> None:
    """Ctrl-C ends the program with 130 and one line."""
    wait = CRASH.replace(
        'raise RuntimeError("first\\nsecond \\x1b[31m")', 'print("up", flush=True); sys.stdin.read()'
    )
    assert "sys.stdin.read" in wait
    with subprocess.Popen(
        [sys.executable, "-c", wait],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors == "clusterspec: interrupted\n"


@pytest.mark.parametrize("arguments", [("schema", "report"), ("--help",), ("rules",)])
def test_broken_pipe_is_silent(arguments: tuple[str, ...]) -> None:
    """A reader that has gone leaves no message behind."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "cluster_spec", *arguments],
        env=environment(),
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(write)
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk_is_an_error() -> None:
    """What cannot be written is not reported as done."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cluster_spec", "schema", "report"],
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == b"clusterspec: cannot write to stdout: No space left on device\n"


def test_closed_stdout_is_no_crash() -> None:
    """The program runs where there is no stdout at all."""
    program = f'"{sys.executable}" -m cluster_spec schema report >&-'
    done = subprocess.run(
        ["/bin/sh", "-c", program], env=environment(), capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_schema_report_is_json() -> None:
    """The schema of reports is printed as it is."""
    assert json.loads(run("schema", "report").stdout)["title"] == "clusterspec report"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    """Each shell gets a script that completes our name."""
    done = run(_CLUSTERSPEC_COMPLETE=f"{shell}_source", program=("-m", "cluster_spec"))
    assert done.returncode == 0
    assert "clusterspec" in done.stdout


def test_completion_of_commands() -> None:
    """A command is completed from its first letters."""
    done = run(_CLUSTERSPEC_COMPLETE="bash_complete", COMP_WORDS="clusterspec va", COMP_CWORD="1")
    assert done.stdout.strip() == "plain,validate"
