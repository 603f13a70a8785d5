"""Backups of a catalog, made and put back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.commands.connection import folder_of, place_of
from catalog.cli.commands.groups import RUN, command, group
from catalog.cli.options import DataDir, Json

commands = group()


@command(commands, "lineward backup backups/monday", panel=RUN)
def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder for it.")],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="With the site's keys: whoever has it can then write history.")
    ] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Copy the ledger and the API keys' hashes, also from under a running server, and verify the copy."""
    from catalog.cli.backup import back_up

    with folder_of(data_dir, "backup") as settings:
        raise typer.Exit(int(back_up(settings, folder, with_keys=with_keys, as_json=as_json)))


@command(commands, "lineward restore backups/monday --data-dir restored", panel=RUN)
def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that `lineward backup` made.")],
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Give up what was signed for and is not in it; needs --reason.")
    ] = False,
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why the loss is accepted: it is recorded in the ledger.")
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Verify a backup and put it into an empty data directory."""
    from catalog.cli.backup import put_back

    with place_of(data_dir, "restore") as settings:
        raise typer.Exit(int(put_back(settings, folder, reason, accept_loss=accept_loss, as_json=as_json)))
