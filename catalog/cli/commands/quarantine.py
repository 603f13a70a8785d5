"""`lineward quarantine`: list what is kept out of the graph, let it in."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import command, group
from catalog.cli.options import DataDir, Json, Url

commands = group("List what is in the ledger and kept out of the graph, and let it in.")


@command(commands, "lineward quarantine list --cause policy", name="list")
def quarantine_list(
    cause: Annotated[
        list[str] | None,
        typer.Option(metavar="CAUSE", help="What keeps it out: policy or unreadable; may be repeated."),
    ] = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List the entries that are kept out of the graph, the newest first: when, by whom, why, by which policies."""
    from catalog.cli.quarantine import list_quarantined
    from catalog.cli.words import each_of
    from catalog.operations.quarantine import QuarantineCause

    causes = each_of(cause or (), QuarantineCause, "--cause")
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(list_quarantined(client, causes, as_json=as_json)))


@command(commands, "lineward quarantine release 41 --reason 'The producer is known now'", name="release")
def quarantine_release(
    entries: Annotated[
        list[int], typer.Argument(min=0, metavar="ENTRY", help="The indexes of the entries that are let in.")
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why.")],
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Let entries into the graph that policies kept out, as a record; refused while the set in force keeps them out.

    They are known from then on, and valid, and by whom, as they were sent.
    """
    from catalog.cli.quarantine import release

    with connected(url, data_dir) as client:
        raise typer.Exit(int(release(client, entries, reason, as_json=as_json)))
