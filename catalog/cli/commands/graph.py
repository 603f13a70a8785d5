"""`lineward graph`: the graph made anew, counted, described."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli.commands.connection import folder_of
from catalog.cli.commands.groups import command, group
from catalog.cli.options import DataDir, Json

commands = group("Make the graph anew from the ledger, count it, describe it.")


@command(commands, "lineward graph rebuild", name="rebuild")
def graph_rebuild(
    replace: Annotated[bool, typer.Option("--replace", help="Also where the graph is another ledger's.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Empty the graph and make it anew from the ledger; no server may run."""
    from catalog.cli.graph import rebuilt

    with folder_of(data_dir, "graph rebuild") as settings:
        raise typer.Exit(int(rebuilt(settings, replace=replace, as_json=as_json)))


@command(commands, "lineward graph counts", name="counts")
def graph_counts(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Count nodes and edges of each kind."""
    from catalog.cli.graph import counted

    with folder_of(data_dir, "graph counts") as settings:
        raise typer.Exit(int(counted(settings, as_json=as_json)))


@command(commands, "lineward graph schema", name="schema")
def graph_schema(as_json: Json = False) -> None:
    """Describe every kind of node and edge."""
    from catalog.cli.graph import described

    raise typer.Exit(int(described(as_json=as_json)))
