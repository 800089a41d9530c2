"""The group of commands: the module of a command is imported when the command is named."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

from cluster_spec.__about__ import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "validate": "Check a cluster and report what is wrong with it.",
    "show": "Print what the cluster is: totals, devices, ports, links, cables, racks, growth.",
    "init": "Write a small valid cluster to start from.",
    "rules": "List the rules, or explain one.",
    "parts": "List the hardware of the catalogue, show or check it.",
    "schema": "Print a JSON Schema for editors and programs.",
}
"""The commands in the order of `--help`; each is the function `command` in the module of its name."""


class Commands(click.Group):
    """A group that knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature of click
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command `cmd_name`, or None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"cluster_spec.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first argument names; a slip gets the nearest name."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" did you mean {near[0]!r}?" if near else f" commands are {', '.join(COMMANDS)}."
            ctx.fail(f"No such command {args[0]!r};{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="clusterspec", message="%(prog)s %(version)s")
def cli() -> None:
    """Describe an AI or HPC cluster in a few hundred lines, and prove it before a cable is bought.

    PATH is the folder of a cluster.yaml or a manifest file; the current folder where it is left out.
    """


def invoke(arguments: Sequence[str]) -> int:
    """Run the group and return the exit code; errors of use are told on stderr and are 2."""
    try:
        result = cli.main(list(arguments), prog_name="clusterspec", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort as interrupted:
        raise KeyboardInterrupt from interrupted
    return result if isinstance(result, int) else 0
