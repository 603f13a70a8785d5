"""What is declared of datasets, places, sources and keys."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import ASK, command, group
from catalog.cli.options import DataDir, Json, KnownAt, KnownAtIndex, Url, ValidAt, point

commands = group()


@command(commands, "lineward dataset 'curated visits'", panel=ASK)
def dataset(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Its name, or an id.")],
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what is declared of a dataset, what it has by its source, and what nobody recorded."""
    from catalog.cli.estate import dataset as show

    at = point(valid_at, known_at_index, known_at)
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, dataset, at, as_json=as_json)))


@command(commands, "lineward places", panel=ASK)
def places(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show the declared places, and what each lies in."""
    from catalog.cli.estate import places as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, as_json=as_json)))


@command(commands, "lineward data-sources", panel=ASK)
def data_sources(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show the declared sources: what each is, and what holds of the data that it supplies."""
    from catalog.cli.estate import data_sources as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, as_json=as_json)))


@command(commands, "lineward encryption-keys", panel=ASK)
def encryption_keys(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show the declared encryption keys: the scope of each, and who creates, rotates and uses it."""
    from catalog.cli.estate import encryption_keys as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, as_json=as_json)))
