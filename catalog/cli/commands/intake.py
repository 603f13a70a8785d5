"""What is sent and recorded: events, what redaction makes of them, records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import WRITE, Files, command, group
from catalog.cli.options import DataDir, Json, New, Url, settings_for
from catalog.errors import SenderError

commands = group()


@command(commands, "lineward ingest events.ndjson --rejects rejects.ndjson", panel=WRITE)
def ingest(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="Files, folders, which are read with all below them, and patterns; `-` is standard input.",
        ),
    ] = None,
    batch: Annotated[int, typer.Option(min=1, max=10_000, metavar="EVENTS", help="Most events sent at once.")] = 500,
    processes: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=64,
            metavar="NUMBER",
            help="How many prepare events beside the one that writes a folder's ledger; by default as the machine has.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be taken, refused, flagged and replaced; write nothing.")
    ] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every refused event there: file, line, pointer and reason, as JSON."),
    ] = None,
    with_payload: Annotated[
        bool, typer.Option("--with-payload", help="Also what was refused, as it came, whatever is in it.")
    ] = False,
    resume: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep there how far each file was taken, and go on from there.")
    ] = None,
    new: New = False,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Take OpenLineage events: one JSON object a line, one over many lines, or arrays, plain or as gzip or zstd.

    Into a running catalog over HTTP; where none runs on a folder, straight into its ledger, by several processes, and
    the graph follows with whoever opens it next. Events keep their order. One that was taken before is no harm: it is
    counted as already there. Ctrl-C ends it with what was taken so far.
    """
    from catalog.cli.client import key_from_environment
    from catalog.cli.ingest import Options
    from catalog.cli.ingest import ingest as take
    from catalog.cli.target import target_for

    if with_payload and rejects is None:
        raise SenderError("--with-payload is about what --rejects FILE holds: name that file as well.")
    options = Options(batch, processes, dry_run, rejects, with_payload, resume, new, as_json)
    raise typer.Exit(take(target_for(url, data_dir), key_from_environment(), files or [], options))


@command(commands, "lineward redact events.ndjson --explain", panel=WRITE)
def redact(
    files: Files = None,
    explain: Annotated[bool, typer.Option("--explain", help="List each replacement: where, by which rule.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="New file for the redacted events, one a line."),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The site's rules; without it, LINEWARD_REDACTION_RULES."),
    ] = None,
    token_key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Key of tokens and digests; without it, one that is thrown away."),
    ] = None,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show what was replaced, on a terminal alone.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what would be replaced in events before they are stored; sends nothing, needs no server and no catalog."""
    from catalog.cli.redact import Asked, token_key_of
    from catalog.cli.redact import redact as try_out
    from catalog.record_redaction import rules_of

    settings = settings_for(None, redaction_rules=rules)
    asked = Asked(explain, show_values, as_json, output, token_key_of(token_key))
    raise typer.Exit(int(try_out(files or [], rules_of(settings), asked)))


@command(commands, "lineward record declarations.ndjson", panel=WRITE)
def record(
    files: Files = None,
    file: Annotated[
        list[str] | None,
        typer.Option(
            "--file",
            metavar="FILE",
            help="YAML or JSON of what shall be in force: only what is not yet is written; all of it or nothing.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what --file would change, field by field; write nothing.")
    ] = False,
    on_behalf_of: Annotated[
        str | None,
        typer.Option("--on-behalf-of", metavar="PRINCIPAL", help="In whose place, by a recorded delegation."),
    ] = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Write records: JSON objects with their `kind`, such as declare_dataset, tag, request_approval.

    What stands in a --file is compared with what is in force first, so that a second run writes nothing:
    `lineward export datasets` writes such a file.
    """
    if file and files:
        raise SenderError("Name files of records, or --file FILE, not both: what is in a --file is compared first.")
    if dry_run and not file:
        raise SenderError("--dry-run shows what a --file FILE would change: name that file.")
    with connected(url, data_dir) as client:
        if file:
            from catalog.cli.declared import record_files

            raise typer.Exit(int(record_files(client, file, on_behalf_of, dry_run=dry_run, as_json=as_json)))
        from catalog.cli.record import record as write

        raise typer.Exit(int(write(client, files or [], on_behalf_of, as_json=as_json)))
