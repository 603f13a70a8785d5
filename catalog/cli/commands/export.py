"""`lineward export`: what is in force, as files that can be recorded again."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import command, group
from catalog.cli.files import Written
from catalog.cli.options import DataDir, Url, choice
from catalog.cli.words import one_of

commands = group("Write what is in force as files that can be recorded again.")


@command(commands, "lineward export datasets --format yaml > datasets.yaml", name="datasets")
def datasets(
    form: Annotated[str, choice(Written, "How it is written", name="--format")] = "yaml",
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """Write what is declared of every dataset, as `lineward record --file` reads it, by namespace and name."""
    from catalog.cli.declared import export_datasets

    written = Written(one_of(form, Written, "--format"))
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(export_datasets(client, written)))
