"""`clusterspec schema`: the JSON Schemas, for editors and other programs."""

from __future__ import annotations

from pathlib import Path

import click

from cluster_spec.cli.output import Failure, emit

NAMES = ("manifest", "part", "report")
FOLDER = Path(__file__).parents[1] / "schemas"


@click.command("schema")
@click.argument("name", type=click.Choice(NAMES))
def command(name: str) -> None:
    """Print the JSON Schema (draft 7) of a manifest, a part file or a report."""
    try:
        text = (FOLDER / f"{name}.json").read_text("utf-8")
    except OSError as error:
        raise Failure(f"the schema {name} cannot be read: {error.strerror}") from error
    emit(text, machine=True)
