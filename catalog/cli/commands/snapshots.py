"""`lineward snapshot`: exact states of datasets, by the bytes of their files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import command, group
from catalog.cli.options import DataDir, Json, KnownAtIndex, Url, ValidAt, choice, point
from catalog.cli.words import one_of, time
from catalog.errors import SenderError
from graph_schema.vocabulary.words import SnapshotRole

commands = group("Seal the exact bytes of a dataset, and verify that they are still there.")

Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATH", help="A folder, files, or an address that fsspec opens, such as s3://bucket/path."),
]
Root = Annotated[
    Path | None, typer.Option("--root", metavar="FOLDER", help="Name several paths from this folder.", readable=False)
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, max=64, metavar="NUMBER", help="How many files are read at once."),
]
Resume = Annotated[
    Path | None,
    typer.Option(
        "--resume",
        metavar="FILE",
        readable=False,
        help="Keep there what was read, and after an interruption go on from it; it is gone in the end.",
    ),
]
Within = Annotated[
    int | None,
    typer.Option(
        "--within",
        min=1,
        metavar="DAYS",
        help="For how many days a verification is good; without it, LINEWARD_VERIFICATION_DAYS.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and compare, and record nothing.")]


@command(commands, "lineward snapshot seal 'landing visits' exports/visits --role training", name="seal")
def seal(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="The dataset that the files are a state of.")],
    paths: Paths,
    role: Annotated[str | None, choice(SnapshotRole, "What it is for")] = None,
    locked: Annotated[
        bool, typer.Option("--locked", help="Whoever holds the bytes keeps them unchanged from now on.")
    ] = False,
    rows: Annotated[int | None, typer.Option("--rows", min=0, metavar="NUMBER", help="How many rows it holds.")] = None,
    persons: Annotated[
        int | None, typer.Option("--persons", min=0, metavar="NUMBER", help="How many persons it is of.")
    ] = None,
    first_day: Annotated[
        str | None, typer.Option("--first-day", metavar="DAY", help="The first day that its data is of: 2026-01-31.")
    ] = None,
    last_day: Annotated[str | None, typer.Option("--last-day", metavar="DAY", help="The last such day.")] = None,
    foreign: Annotated[
        list[str] | None,
        typer.Option(
            "--foreign",
            metavar="SYSTEM=ID",
            help="What another system calls the same state, such as delta=12; may be repeated.",
        ),
    ] = None,
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help="The run that made it, by its id.")] = None,
    root: Root = None,
    workers: Workers = None,
    resume: Resume = None,
    dry_run: DryRun = False,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Read every file, and record that these bytes are a state of the dataset."""
    from catalog.cli.snapshots import Read
    from catalog.cli.snapshots import seal as write

    more: dict[str, Any] = {
        "role": None if role is None else one_of(role, SnapshotRole, "--role"),
        "locked": locked or None,
        "rows": rows,
        "persons": persons,
        "period": _period(first_day, last_day),
        "foreign": [_foreign(one) for one in foreign or ()] or None,
        "run_id": run,
    }
    more = {name: value for name, value in more.items() if value is not None}
    read = Read(paths, root, workers, resume)
    with connected(url, data_dir) as client:
        raise typer.Exit(int(write(client, dataset, read, more, dry_run=dry_run, as_json=as_json)))


@command(commands, "lineward snapshot verify 'landing visits' exports/visits", name="verify")
def verify(
    snapshot: Annotated[
        str | None,
        typer.Argument(
            metavar="SNAPSHOT", help="A digest or its beginning, an id, or a dataset, whose newest seal is meant."
        ),
    ] = None,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="A folder, files, or an address that fsspec opens, as it was sealed."),
    ] = None,
    overdue: Annotated[
        bool,
        typer.Option("--due", help="Read nothing: list what of all that is sealed was not verified within its period."),
    ] = False,
    within: Within = None,
    root: Root = None,
    workers: Workers = None,
    resume: Resume = None,
    dry_run: DryRun = False,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Read every file again, record whether they are as sealed, and name those that are not; 1 where any is not."""
    from catalog.cli.snapshots import Read
    from catalog.cli.snapshots import verify as check

    if overdue:
        if snapshot is not None or root or workers or resume or dry_run:
            raise SenderError("--due lists what is to be verified, and reads no file: leave all but --within out.")
        _show_due({"periodDays": within}, url, data_dir, as_json=as_json, only_overdue=True)
    if within is not None:
        raise SenderError("--within belongs to --due: for how many days a verification is good.")
    if snapshot is None or not paths:
        what = "SNAPSHOT" if snapshot is None else "PATH"
        raise SenderError(f"{what} is missing. `lineward snapshot verify --help` shows what it takes.")
    read = Read(paths, root, workers, resume)
    with connected(url, data_dir) as client:
        raise typer.Exit(int(check(client, snapshot, read, dry_run=dry_run, as_json=as_json)))


@command(commands, "lineward snapshot list 'landing visits'", name="list")
def listed(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="The dataset whose states are asked for.")],
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List the states of a dataset: which is live, which is superseded, of which the bytes are gone or deleted."""
    from catalog.cli.snapshots import listed as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, dataset, point(valid_at, known_at_index), as_json=as_json)))


@command(commands, "lineward snapshot compare 'landing visits' 'curated visits'", name="compare")
def compare(
    before: Annotated[str, typer.Argument(metavar="SNAPSHOT", help="The first, as `verify` takes it.")],
    after: Annotated[str, typer.Argument(metavar="OTHER", help="The second.")],
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show how two snapshots differ: files, size, rows, persons, fields, labels and permitted use; 1 where they do."""
    from catalog.cli.snapshots import compare as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, before, after, point(valid_at, known_at_index), as_json=as_json)))


@command(commands, "lineward snapshot replay 'curated visits'", name="replay")
def replay(
    of: Annotated[
        str, typer.Argument(metavar="SNAPSHOT", help="A snapshot, as `verify` takes it, or a model version.")
    ],
    feature_set_version: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="The newest state of a dataset that holds this version of a feature set."),
    ] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show which runs to repeat, in which order, code and environment, to make a state again; 1 where that lacks."""
    from catalog.cli.replay import replay as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, of, point(valid_at, known_at_index), feature_set_version, as_json=as_json)))


@command(commands, "lineward snapshot due --within 30", name="due")
def due(
    within: Within = None,
    before: Annotated[
        str | None, typer.Option("--before", metavar="TIME", help="Due before then; without it, every sealed one.")
    ] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List the sealed snapshots that are to be verified again, and by when; 1 where any is overdue."""
    asked = {"periodDays": within, "before": time(before, "--before"), "asOf": point(valid_at, known_at_index) or None}
    _show_due(asked, url, data_dir, as_json=as_json)


def _show_due(
    asked: dict[str, Any], url: str | None, data_dir: Path | None, *, as_json: bool, only_overdue: bool = False
) -> NoReturn:
    """List what is to be verified, or only what is overdue, and end with 1 where any is."""
    from catalog.cli.snapshots import due as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, asked, as_json=as_json, only_overdue=only_overdue)))


def _period(first: str | None, last: str | None) -> dict[str, str] | None:
    if (first is None) != (last is None):
        raise SenderError("--first-day and --last-day belong together: give both, or none.")
    return None if first is None or last is None else {"start": first, "end": last}


def _foreign(text: str) -> dict[str, str]:
    system, equals, name = text.partition("=")
    if not (system and equals and name):
        raise SenderError(f"--foreign is SYSTEM=ID, such as delta=12; '{text}' is not.")
    return {"system": system, "id": name}
