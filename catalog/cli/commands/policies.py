"""`lineward policy`: who may do what with which data, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import command, group
from catalog.cli.options import DataDir, Json, Url
from catalog.cli.words import whole_days

commands = group("Check, test, publish and compare policies: who may do what with which data, as files.")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", readable=False, help="The folder that holds the policies.")]


@command(commands, "lineward policy check policies", name="check")
def check(folder: Folder, as_json: Json = False) -> None:
    """Tell what is wrong with policies, by file, line and column; 1 where anything is."""
    from catalog.cli.policies import check as look

    raise typer.Exit(int(look(folder, as_json=as_json)))


@command(commands, "lineward policy test policies", name="test")
def run_tests(folder: Folder, as_json: Json = False) -> None:
    """Run the tests beside policies, each denial also without what a request may leave out; 1 where one fails."""
    from catalog.cli.policies import run_tests as run

    raise typer.Exit(int(run(folder, as_json=as_json)))


@command(commands, "lineward policy publish policies --reason 'As the board decided'", name="publish")
def publish(
    folder: Folder,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why this set is published.")],
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Publish policies: they hold from now on as a whole, in place of those before."""
    from catalog.cli.policies import publish as send

    with connected(url, data_dir) as client:
        raise typer.Exit(int(send(client, folder, reason, as_json=as_json)))


@command(commands, "lineward policy diff policies --replay 30d", name="diff")
def diff(
    folder: Folder,
    replay: Annotated[
        str | None,
        typer.Option("--replay", metavar="DAYS", help="Decide again what was decided in so many days, such as 30d."),
    ] = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Tell which policies of a folder differ from those in force; 1 where any does.

    With --replay, tell also what of the decisions of the last days would come to something else by the folder.
    """
    from catalog.cli.policies import diff as compare

    days = None if replay is None else whole_days(replay, "--replay")
    with connected(url, data_dir) as client:
        raise typer.Exit(int(compare(client, folder, days, as_json=as_json)))


@command(commands, "lineward policy show", name="show")
def show(
    digest: Annotated[
        str | None,
        typer.Argument(
            metavar="DIGEST",
            help="The digest of a set; by default the one in force. `default`: what roles and sites say.",
        ),
    ] = None,
    file: Annotated[str | None, typer.Option("--file", metavar="PATH", help="Print this file of it.")] = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show the policies in force, or those with this digest, or those of the catalog that hold by default."""
    from catalog.cli.policies import show as look
    from catalog.cli.policies import show_default

    if digest == "default":
        raise typer.Exit(int(show_default(file, as_json=as_json)))
    with connected(url, data_dir) as client:
        raise typer.Exit(int(look(client, digest, file, as_json=as_json)))
