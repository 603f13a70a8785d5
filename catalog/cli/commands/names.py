"""`lineward names`: the names of a dataset and the rules that join them."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import command, group
from catalog.cli.options import DataDir, Json, Url

commands = group("Show the names of a dataset, list the rules that join names, try one.")


@command(commands, "lineward names of 'curated visits'", name="of")
def names_of(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="One of its names, or an id.")],
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show every name of a dataset and why, and which of the name were dropped or renamed before."""
    from catalog.cli.names import of

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(of(client, dataset, as_json=as_json)))


@command(commands, "lineward names rules", name="rules")
def names_rules(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """List the rules by which several names are one dataset."""
    from catalog.cli.names import rules

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(rules(client, as_json=as_json)))


@command(commands, "lineward names check rule.json", name="check")
def names_check(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A define_namespace_rule or stitch_datasets; `-` is standard input.")
    ],
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show which datasets a rule or a stitch would join, without writing it; 1 where they are described differently."""
    from catalog.cli.names import check

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(check(client, file, as_json=as_json)))
