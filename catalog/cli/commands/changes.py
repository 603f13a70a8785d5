"""What was said when, what came and went, and what is to go."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import ASK, command, group
from catalog.cli.options import (
    DataDir,
    DatasetName,
    Depth,
    Json,
    KnownAt,
    KnownAtIndex,
    LiesIn,
    Url,
    ValidAt,
    choice,
    point,
)
from catalog.cli.words import each_of, one_of, time
from catalog.errors import SenderError
from catalog.lineage.model import Direction
from graph_schema.vocabulary.words import PhiKind, RetentionClass, RetentionDisposition

commands = group()

Toward = Annotated[str, choice(Direction, "Where to")]


@command(commands, "lineward history curated/visits owner", panel=ASK)
def history(
    dataset: DatasetName,
    aspect: Annotated[
        str | None,
        typer.Argument(metavar="ASPECT", help="What is said of it: owner, retention, schema, …; without it, all."),
    ] = None,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show every statement of one aspect of a dataset, or of all: value, who, for when, known since when."""
    from catalog.cli.history import history as show

    at = point(valid_at, known_at_index, known_at)
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, dataset, aspect, at, as_json=as_json)))


@command(commands, "lineward diff curated/visits --from-known-at-index 0", panel=ASK)
def diff(
    asset: Annotated[str, typer.Argument(metavar="ASSET", help="A name, `model@version`, a digest or an id.")],
    from_valid_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="The earlier point: what was true then.")
    ] = None,
    from_known_at_index: Annotated[
        int | None, typer.Option(min=0, metavar="ENTRY", help="The earlier point: as far as was known by this entry.")
    ] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    direction: Toward = "upstream",
    depth: Depth = 20,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what came to and went from lineage between two points: nodes, edges, labels, uses and transfers."""
    from catalog.cli.changes import difference

    earlier = point(from_valid_at, from_known_at_index, option="--from-valid-at")
    if not earlier:
        raise SenderError("Say from when: --from-valid-at TIME or --from-known-at-index ENTRY.")
    asked = {
        "from": earlier,
        "to": point(valid_at, known_at_index) or None,
        "direction": one_of(direction, Direction, "--direction"),
        "depth": depth,
    }
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(difference(client, asset, asked, as_json=as_json)))


@command(commands, "lineward due --before 2030-01-01T00:00:00Z", panel=ASK)
def due(
    before: Annotated[
        str | None, typer.Option(metavar="TIME", help="Due before then; without it, all that has a period.")
    ] = None,
    retention: Annotated[list[str] | None, choice(RetentionClass, "Only of this retention class")] = None,
    phi: Annotated[list[str] | None, choice(PhiKind, "Only of datasets that hold this kind of PHI")] = None,
    then: Annotated[
        list[str] | None, choice(RetentionDisposition, "Only what is to be done with it then", name="--then")
    ] = None,
    lies_in: LiesIn = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List what is to be moved, expired or deleted, and by when, with its tags."""
    from catalog.cli.changes import due as show

    asked = {
        "before": time(before, "--before"),
        "classes": each_of(retention or [], RetentionClass, "--retention") or None,
        "tags": each_of(phi or [], PhiKind, "--phi") or None,
        "liesIn": lies_in or None,
        "dispositions": each_of(then or [], RetentionDisposition, "--then") or None,
        "asOf": point(valid_at, known_at_index) or None,
    }
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, asked, as_json=as_json)))
