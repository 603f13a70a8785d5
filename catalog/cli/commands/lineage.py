"""What came from what: runs, lineage, paths, borders, and what facets and programs say of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import ASK, command, group
from catalog.cli.options import DataDir, Depth, Json, KnownAt, KnownAtIndex, Url, ValidAt, choice, point
from catalog.cli.words import one_of
from catalog.errors import SenderError
from catalog.lineage.model import BorderSide, Direction, Grain

commands = group()

Toward = Annotated[str, choice(Direction, "Where to")]


@command(commands, "lineward runs curate --depth 3", panel=ASK)
def runs(
    named: Annotated[str, typer.Argument(metavar="RUN|JOB", help="A run's UUID, a job's name, or an id.")],
    depth: Annotated[int, typer.Option(min=1, max=100, metavar="STEPS", help="Most steps down.")] = 10,
    budget: Annotated[int, typer.Option(min=1, max=10_000, metavar="RUNS", help="Most runs or jobs.")] = 1000,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what a run is a part of and the runs below it with their states, or the runs of a job."""
    from catalog.cli.runs import runs as show

    at = point(valid_at, known_at_index, known_at)
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, named, depth, budget, at, as_json=as_json)))


@command(commands, "lineward lineage readmission@1 --direction upstream", panel=ASK)
def lineage(
    asset: Annotated[
        str,
        typer.Argument(
            metavar="ASSET", help="A name, `model@version`, a digest or 8 digits of its beginning, or an id."
        ),
    ],
    direction: Toward = "upstream",
    depth: Depth = 20,
    grain: Annotated[str | None, choice(Grain, "What the nodes are, by default as the asset is")] = None,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    known_at_index: KnownAtIndex = None,
    past: Annotated[bool, typer.Option("--past", help="With what was replaced since.")] = False,
    attempts: Annotated[bool, typer.Option("--attempts", help="With runs that did not complete.")] = False,
    ever_stated: Annotated[
        bool, typer.Option("--ever-stated", help="Every flow ever stated, not only current ones.")
    ] = False,
    columns: Annotated[bool, typer.Option("--columns", help="Between columns: --grain column.")] = False,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="NAME", help="Between columns, from this one of it, such as a.b[].c."),
    ] = None,
    expand: Annotated[
        bool, typer.Option("--expand", help="Show of each column what is said of nearly all of them.")
    ] = False,
    budget: Annotated[int, typer.Option(min=1, max=10_000, metavar="NODES", help="Most nodes.")] = 2000,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what data came from, or what came of it."""
    from catalog.cli.lineage import lineage as show

    at = point(valid_at, known_at_index, known_at)
    if grain is not None and (columns or column):
        raise SenderError("--columns and --column say the grain: leave --grain away.")
    if columns or column:
        grain = Grain.COLUMN.value.lower()
    asked = {
        "direction": one_of(direction, Direction, "--direction"),
        "depth": depth,
        "grain": None if grain is None else one_of(grain, Grain, "--grain"),
        "asOf": at or None,
        "includePast": past,
        "includeAttempts": attempts,
        "flows": "EVER_STATED" if ever_stated else "CURRENT",
        "budget": budget,
        "columns": column or None,
        "expandFanOut": expand,
    }
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, asset, asked, as_json=as_json)))


@command(commands, "lineward paths readmission@1 --choke-points", panel=ASK)
def paths(
    assets: Annotated[
        list[str],
        typer.Argument(
            metavar="[FROM]... TO",
            help="Where data came from and where it came to, as names, `model@version`, digests or ids.",
        ),
    ],
    choke_points: Annotated[
        bool, typer.Option("--choke-points", help="What every way passes; without FROM, from the raw feeds.")
    ] = False,
    depth: Annotated[int, typer.Option(min=0, max=100, metavar="STEPS", help="Most steps of a way.")] = 20,
    grain: Annotated[str | None, choice(Grain, "What the nodes are, by default as TO is")] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    budget: Annotated[int, typer.Option(min=1, max=10_000, metavar="NODES", help="Most nodes walked.")] = 2000,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show why two things are connected, or with --choke-points what every way to a thing passes."""
    from catalog.cli import paths as show

    *sources, target = assets
    if not choke_points and len(sources) != 1:
        raise SenderError("A path has one beginning and one end: write FROM and TO, or --choke-points and TO alone.")
    asked: dict[str, Any] = {
        "grain": None if grain is None else one_of(grain, Grain, "--grain"),
        "depth": depth,
        "budget": budget,
        "asOf": point(valid_at, known_at_index) or None,
    }
    with connected(url, data_dir, owner=True) as client:
        if choke_points:
            raise typer.Exit(int(show.choke_points(client, sources, target, asked, as_json=as_json)))
        raise typer.Exit(int(show.paths(client, sources[0], target, asked, as_json=as_json)))


@command(commands, "lineward borders egress", panel=ASK)
def borders(
    side: Annotated[str | None, typer.Argument(metavar="SIDE", help="ingress or egress; without it, both.")] = None,
    within: Annotated[
        list[str] | None,
        typer.Option(
            "--within", metavar="NAMESPACE", help="A namespace of the estate; what lies in others is outside."
        ),
    ] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List the datasets at which data enters and leaves: nothing writes what is read, nothing reads what is written."""
    from catalog.cli.borders import borders as show

    sides = list(BorderSide) if side is None else [BorderSide(one_of(side, BorderSide, "SIDE"))]
    asked: dict[str, Any] = {
        "within": within or [],
        "asOf": point(valid_at, known_at_index) or None,
    }
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, [one.value for one in sides], asked, as_json=as_json)))


@command(commands, "lineward mappings", panel=ASK)
def mappings(
    attempt: Annotated[
        str | None,
        typer.Option("--try", metavar="FILE", help="Show what the map_facet record in this file would read instead."),
    ] = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List what facets and tags are mapped to, or try a mapping on what was received before it is recorded."""
    from catalog.cli.mappings import mappings as list_them
    from catalog.cli.mappings import try_out

    with connected(url, data_dir) as client:
        ended = list_them(client, as_json=as_json) if attempt is None else try_out(client, attempt, as_json=as_json)
        raise typer.Exit(int(ended))


@command(commands, "lineward producers", panel=ASK)
def producers(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show which programs send events: how many, when last, what is odd about them, how far their clocks are off."""
    from catalog.cli.producers import producers as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, as_json=as_json)))
