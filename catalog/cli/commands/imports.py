"""`lineward import`: what other systems know already."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import command, group
from catalog.cli.options import DataDir, Json, Url

commands = group("Take over what another system knows already.")


@command(commands, "lineward import mlflow sqlite:///mlflow.db --dry-run", name="mlflow")
def mlflow(
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="The database, as sqlite:///FILE, or the folder of a file store.")
    ],
    model: Annotated[
        list[str] | None,
        typer.Option("--model", metavar="NAME", help="This registered model alone; may be repeated."),
    ] = None,
    namespace: Annotated[
        str, typer.Option(metavar="NAME", help="The namespace of its models, jobs, and inputs without an address.")
    ] = "mlflow",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent; send nothing.")] = False,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Take the registered models of a local MLflow: versions, aliases, the runs that made them and what these read.

    Of parameters and metrics only names are taken, never a value. What was taken before is known again. It needs
    `pip install 'lineward[mlflow]'`.
    """
    from catalog.cli.mlflow import Registry, show, take

    registry = Registry(address, tuple(model or ()), namespace)
    if dry_run:
        raise typer.Exit(int(show(registry, as_json=as_json)))
    with connected(url, data_dir) as client:
        raise typer.Exit(int(take(client, registry, as_json=as_json)))
