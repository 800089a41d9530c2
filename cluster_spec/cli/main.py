"""The entry of the program: one process, quick to start and quick to leave, never a traceback."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

CLEAN, FINDINGS, FAILED, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: nothing found, findings at or above `--fail-on`, usage or unreadable or internal, Ctrl-C."""


def entry() -> NoReturn:
    """Run the program and leave the process at once, without the teardown of the interpreter.

    The collector is off because a run only builds up; OpenBLAS would start threads that nothing uses.
    """
    gc.disable()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        say("interrupted")
        code = INTERRUPTED
    leave(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; whatever goes wrong is one line on stderr."""
    try:
        from cluster_spec.cli.group import invoke

        return invoke(arguments)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else FAILED if done.code else CLEAN
    except Exception as error:  # noqa: BLE001 - the last resort, so that no user sees a traceback
        if os.environ.get("CLUSTERSPEC_DEBUG"):
            import traceback

            traceback.print_exc()
        say(f"internal error: {_one_line(error)} (CLUSTERSPEC_DEBUG=1 shows where)")
        return FAILED


def say(message: str) -> None:
    """Write one line to stderr; nothing happens where nobody listens."""
    from cluster_spec.report.terminal import clean

    try:
        sys.stderr.write(f"clusterspec: {clean(message)}\n")
    except (OSError, ValueError, AttributeError):
        return


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__


def leave(code: int) -> NoReturn:
    """Flush what was written and end the process; a reader that has gone is no error, a full disk is."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except BrokenPipeError:
            continue
        except (OSError, ValueError) as error:
            say(f"cannot write: {error}")
            code = code or FAILED
    os._exit(code)
