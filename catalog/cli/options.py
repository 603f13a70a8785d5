"""The options that many commands share, spelt once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.cli.ending import fail
from catalog.cli.words import time
from catalog.errors import Exit, OperatorError, SenderError

if TYPE_CHECKING:
    from catalog.settings import Settings

Url = Annotated[
    str | None,
    typer.Option("--url", metavar="ADDRESS", help="A running catalog; without it and --data-dir, LINEWARD_URL."),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        readable=False,
        metavar="FOLDER",
        help="The catalog in this folder; without it and any address, LINEWARD_DATA_DIR.",
    ),
]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Folder to write to.")]
ValidAt = Annotated[
    str | None, typer.Option("--valid-at", metavar="TIME", help="What was true then: 2026-01-31T12:00:00Z.")
]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="TIME", help="As far as it was known then: 2026-01-31T12:00:00Z.")
]
KnownAtIndex = Annotated[
    int | None,
    typer.Option("--known-at-index", min=0, metavar="ENTRY", help="As far as it was known by this ledger entry."),
]
LiesIn = Annotated[
    list[str] | None,
    typer.Option("--lies-in", metavar="PLACE", help="Only datasets in this declared place, or in one within it."),
]
Depth = Annotated[int, typer.Option("--depth", min=0, max=100, metavar="STEPS", help="Most steps from it.")]
Column = Annotated[str | None, typer.Option("--column", metavar="NAME", help="Of this column of it, such as a.b[].c.")]
DatasetName = Annotated[str, typer.Argument(metavar="DATASET", help="A dataset's name or id.")]
ModelVersionName = Annotated[
    str, typer.Argument(metavar="VERSION", help="A model version, as model@version, or its id.")
]
AssetName = Annotated[
    str | None, typer.Argument(metavar="ASSET", help="A dataset's name, a digest of a snapshot, or an id.")
]
SourceName = Annotated[str | None, typer.Option("--source", metavar="NAME", help="A source instead, by name.")]
Commercial = Annotated[
    bool | None, typer.Option("--commercial/--not-commercial", help="Whether the purpose is commercial.")
]
Disease = Annotated[
    list[str] | None,
    typer.Option("--disease", metavar="MONDO", help="A disease that is studied, by MONDO id; may be repeated."),
]
Project = Annotated[str | None, typer.Option("--project", metavar="PROJECT", help="In which project.")]
Recipient = Annotated[
    str | None,
    typer.Option(
        "--recipient", metavar="NAME", help="Which organization is to have it, as agreements and attestations name it."
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Even where nobody is left who can administer the catalog.")]
New = Annotated[bool, typer.Option("--new", help="Begin a catalog where the folder holds none.")]
Json = Annotated[bool, typer.Option("--json", help="Print data for programs.")]


def choice(words: Iterable[str], sentence: str, *, name: str | None = None) -> Any:  # noqa: ANN401  typer's own
    """Return an option of one of these words, in any case; `words.one_of` reads it."""
    listed = ", ".join(word.lower() for word in words)
    return typer.Option(*([name] if name else []), metavar="WORD", help=f"{sentence}: {listed}.")


def point(
    valid_at: str | None, known_at_index: int | None, known_at: str | None = None, option: str = "--valid-at"
) -> dict[str, Any]:
    """Return the point that is asked for, as GraphQL and HTTP name its times, without what is not given; `option` is
    how the first of them is typed.

    Raises SenderError where a time is none, and where two of them say by when it was known.
    """
    if known_at is not None and known_at_index is not None:
        raise SenderError("--known-at and --known-at-index say the same: give one of them.")
    times = {
        "validAt": time(valid_at, option),
        "knownAt": time(known_at, "--known-at"),
        "knownAtIndex": known_at_index,
    }
    return {name: value for name, value in times.items() if value is not None}


def settings_for(data_dir: Path | None, **more: Any) -> Settings:  # noqa: ANN401  checked by the settings
    """Return the settings in force; ends the command as wrongly used where one is unknown or wrong."""
    from catalog.settings import load  # noqa: PLC0415  `--help` needs none

    given = {name: value for name, value in {"data_dir": data_dir, **more}.items() if value is not None}
    try:
        return load(**given)
    except OperatorError as error:
        fail(str(error), Exit.WRONG_USE)
