"""Reports: written, verified offline, and the script that verifies them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import PROVE, command, group
from catalog.cli.options import DataDir, Json, KnownAtIndex, Output, Url, ValidAt, choice, point

commands = group()


@command(commands, "lineward report readmission@1 --format pdf --output reports", panel=PROVE)
def report(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[REPORT] SUBJECT",
            help="model-dossier (where none is named), dataset-dossier, approvals, approvals-period; then of what.",
        ),
    ],
    output: Output = Path(),
    form: Annotated[
        list[str] | None, choice(("pdf", "html", "json"), "Form to write, by default all", name="--format")
    ] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    access_days: Annotated[
        int | None,
        typer.Option(
            metavar="DAYS",
            min=1,
            max=36_500,
            help="Of how many days a dataset-dossier counts decisions on access; by default 90.",
        ),
    ] = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Write a report: the dossier of a model version or dataset, or the approvals record of a subject or a period.

    It is of `model@version`, a name, a digest or an id; a period is SINCE..UNTIL, such as 2031-01-01..2031-04-01.

    The ledger records that it was issued, to whom and with which digest.
    """
    from catalog.cli.report import report as write

    at = point(valid_at, known_at_index)
    asked = at if access_days is None else {**at, "accessDays": access_days}
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(write(client, words, output, form or [], asked, as_json=as_json)))


@command(commands, "lineward verify reports/model-dossier-readmission-1.pdf --key log.vkey", panel=PROVE)
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A report: PDF, HTML or JSON.")],
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY", help="The log's verifier key, or a file with it, had from elsewhere."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a report offline, with nothing but the file and the log's key; without the key nothing is verified."""
    from catalog.cli.report import verify as check

    raise typer.Exit(int(check(file, key, as_json=as_json)))


@command(commands, "lineward verifier > verify_lineward.py", panel=PROVE)
def verifier() -> None:
    """Print the script that checks a report with nothing but Python and `cryptography`: save it, take it along."""
    from catalog.cli.report import print_script

    print_script()
