"""Every command there is: its arguments, its help with an example, and the module that does it.

Each command imports what it needs when it is run, so that `--help` and the small ones answer at once.
"""
# ruff: noqa: FBT002, PLC0415, PLR0917  (options are arguments, however many)

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from catalog.cli.options import (
    DataDir,
    Force,
    Json,
    KnownAtIndex,
    New,
    Output,
    Url,
    ValidAt,
    choice,
    settings_for,
)
from catalog.cli.usage import Explained, Grouped, complaint, example, is_help
from catalog.cli.words import each_of, one_of, time
from catalog.errors import Exit, SenderError
from catalog.lineage.borders import BorderSide
from catalog.lineage.model import Direction, Grain
from catalog.search.model import SearchKind
from graph_schema.characters import escape_hidden
from graph_schema.vocabulary.words import (
    ApprovalKind,
    DeidentificationState,
    PhiKind,
    PrincipalKind,
    PrincipalRole,
    RetentionClass,
    SourceKind,
    Zone,
)

if TYPE_CHECKING:
    from catalog.cli.client import Client
    from catalog.settings import Settings

BEGIN = "Begin"
WRITE = "Send and record"
ASK = "Ask"
PROVE = "Report and prove"
RUN = "Administer and operate"


def _group(text: str | None = None) -> typer.Typer:
    group = typer.Typer(
        cls=Grouped,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    if text is not None:
        group.info.help = text
    return group


commands = _group()
ledger_commands = _group("Show where the ledger stands, verify it, print its proofs, erase bodies.")
graph_commands = _group("Make the graph anew from the ledger, count it, describe it.")
name_commands = _group("Show the names of a dataset, list the rules that join names, try one.")
key_commands = _group("Make, list and revoke the keys that people and programs act by.")

F = TypeVar("F", bound=Callable[..., None])


def _command(group: typer.Typer, line: str, *, name: str | None = None, panel: str | None = None) -> Callable[[F], F]:
    """Return what makes a function a command; `line` is the example in its help."""
    return group.command(name, cls=Explained, epilog=example(line), rich_help_panel=panel)


Files = Annotated[
    list[str] | None, typer.Argument(metavar="FILE", show_default=False, help="Files; `-` is standard input.")
]


def _version(asked: bool) -> None:  # noqa: FBT001  typer calls it so
    if asked:
        from importlib.metadata import version

        from catalog.cli.output import print_line

        print_line(f"lineward {version('lineward')}")
        raise typer.Exit


@commands.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Lineward: a clinical data catalog and lineage knowledge graph.

    Every command works on one catalog and names it on standard error: the one that --url or --data-dir names; else
    that of LINEWARD_URL; else the folder LINEWARD_DATA_DIR (by default ./lineward-data), through the server where one
    runs on it. Who acts is who holds the key in LINEWARD_KEY. Commands that work on the files themselves refuse
    LINEWARD_URL. Only serve, demo, restore, key create and ingest --new begin a catalog where there is none.

    Data goes to standard output, messages to standard error. Exit codes: 0 fine, 1 a finding or a failed check,
    2 wrong use, 3 something outside is not there.
    """


@_command(commands, "lineward demo --once", panel=BEGIN)
def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the answers, instead of serving on.")] = False,
    data_dir: DataDir = None,
    output: Output = Path("demo-out"),
    port: Annotated[
        int, typer.Option(min=0, max=65_535, metavar="PORT", help="Port to serve on, 0 for a free one.")
    ] = 0,
) -> None:
    """Run the example pipeline against a fresh catalog, ask it three questions, write and verify two dossiers."""
    from catalog.cli.demo import demo as run_demo

    raise typer.Exit(int(run_demo(data_dir, output, port, once=once)))


@_command(commands, "lineward serve --port 8080", panel=BEGIN)
def serve(
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Address to listen on; without it, LINEWARD_HOST.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65_535, metavar="PORT", help="Port to listen on, 0 for a free one; without it, LINEWARD_PORT."
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve a catalog until Ctrl-C, and begin one where the folder holds none.

    Events, records, GraphQL and its explorer are at the address that is printed.
    """
    from catalog.cli.serve import serve as run_server

    run_server(settings_for(data_dir, host=host, port=port))


@_command(commands, "lineward settings", panel=BEGIN)
def settings() -> None:
    """Print every setting with its default, as a table in Markdown."""
    from catalog.settings import markdown

    sys.stdout.write(markdown() + "\n")


@_command(commands, "lineward ingest events.ndjson --rejects rejects.ndjson", panel=WRITE)
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


@_command(commands, "lineward redact events.ndjson --explain", panel=WRITE)
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


@_command(commands, "lineward record declarations.ndjson", panel=WRITE)
def record(files: Files = None, url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Write records: JSON objects with their `kind`, such as declare_dataset, tag, request_approval."""
    from catalog.cli.record import record as write

    with _connected(url, data_dir) as client:
        raise typer.Exit(int(write(client, files or [], as_json=as_json)))


@_command(commands, "lineward search visits --zone curated --phi direct_identifier", panel=ASK)
def search(
    text: Annotated[
        str, typer.Argument(metavar="WORDS", help="Words, a digest or a run id, or the beginning of one.")
    ] = "",
    kind: Annotated[list[str] | None, choice(SearchKind.__members__, "Only finds of this kind")] = None,
    zone: Annotated[list[str] | None, choice(Zone, "Only datasets of this zone")] = None,
    phi: Annotated[list[str] | None, choice(PhiKind, "Only what is tagged with this kind of PHI")] = None,
    deidentification: Annotated[
        list[str] | None, choice(DeidentificationState, "Only datasets in this state of de-identification")
    ] = None,
    source_system: Annotated[
        list[str] | None, choice(SourceKind, "Only datasets from this kind of source system")
    ] = None,
    retention: Annotated[list[str] | None, choice(RetentionClass, "Only datasets of this retention class")] = None,
    purpose: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Only datasets that may be used for this purpose, such as MLTRAINING."),
    ] = None,
    owner: Annotated[list[str] | None, typer.Option(metavar="OWNER", help="Only datasets of this owner.")] = None,
    site: Annotated[list[str] | None, typer.Option(metavar="SITE", help="Only datasets held at this site.")] = None,
    region: Annotated[
        list[str] | None, typer.Option(metavar="REGION", help="Only datasets that lie in this region.")
    ] = None,
    filter_: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="FACET=VALUE", help="The same for any facet, such as job_type=SPARK."),
    ] = None,
    gap: Annotated[
        list[str] | None, typer.Option(metavar="FIELD", help="Only datasets without this mandatory field: owner.")
    ] = None,
    count: Annotated[
        list[str] | None, typer.Option(metavar="FACET", help="Count the finds by this facet as well: zone.")
    ] = None,
    first: Annotated[int, typer.Option(min=1, max=500, metavar="NUMBER", help="Most finds shown.")] = 20,
    after: Annotated[
        str | None, typer.Option(metavar="CURSOR", help="Go on where a page ended, as it was printed there.")
    ] = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Find datasets, jobs, snapshots, models and their versions, and runs: by words, by what is recorded or missing.

    Every filter may be repeated: its values are alternatives.
    """
    from catalog.cli.search import search as find
    from catalog.cli.search import wanted

    facets = {
        "zone": zone,
        "phi": phi,
        "deidentification_state": deidentification,
        "source_system": source_system,
        "retention": retention,
        "purpose": purpose,
        "owner": owner,
        "site": site,
        "region": region,
    }
    asked = wanted(text, kind or [], facets, filter_ or [], gap or [], count or [], first, after)
    with _connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(find(client, asked, as_json=as_json)))


@_command(commands, "lineward mappings", panel=ASK)
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

    with _connected(url, data_dir) as client:
        ended = list_them(client, as_json=as_json) if attempt is None else try_out(client, attempt, as_json=as_json)
        raise typer.Exit(int(ended))


@_command(commands, "lineward runs curate --depth 3", panel=ASK)
def runs(
    named: Annotated[str, typer.Argument(metavar="RUN|JOB", help="A run's UUID, a job's name, or an id.")],
    depth: Annotated[int, typer.Option(min=1, max=100, metavar="STEPS", help="Most steps down.")] = 10,
    budget: Annotated[int, typer.Option(min=1, max=10_000, metavar="RUNS", help="Most runs or jobs.")] = 1000,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what a run is a part of and the runs below it with their states, or the runs of a job."""
    from catalog.cli.runs import runs as show

    with _connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, named, depth, budget, as_json=as_json)))


@_command(commands, "lineward lineage readmission@1 --direction upstream", panel=ASK)
def lineage(
    asset: Annotated[
        str,
        typer.Argument(
            metavar="ASSET", help="A name, `model@version`, a digest or 8 digits of its beginning, or an id."
        ),
    ],
    direction: Annotated[str, choice(Direction, "Where to")] = "upstream",
    depth: Annotated[int, typer.Option(min=0, max=100, metavar="STEPS", help="Most steps from it.")] = 20,
    grain: Annotated[str | None, choice(Grain, "What the nodes are, by default as the asset is")] = None,
    valid_at: ValidAt = None,
    known_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="As far as it was known then: 2026-01-31T12:00:00Z.")
    ] = None,
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

    if known_at is not None and known_at_index is not None:
        raise SenderError("--known-at and --known-at-index say the same: give one of them.")
    if grain is not None and (columns or column):
        raise SenderError("--columns and --column say the grain: leave --grain away.")
    if columns or column:
        grain = Grain.COLUMN.value.lower()
    times = {
        "validAt": time(valid_at, "--valid-at"),
        "knownAt": time(known_at, "--known-at"),
        "knownAtIndex": known_at_index,
    }
    asked = {
        "direction": one_of(direction, Direction, "--direction"),
        "depth": depth,
        "grain": None if grain is None else one_of(grain, Grain, "--grain"),
        "asOf": {name: value for name, value in times.items() if value is not None} or None,
        "includePast": past,
        "includeAttempts": attempts,
        "flows": "EVER_STATED" if ever_stated else "CURRENT",
        "budget": budget,
        "columns": column or None,
        "expandFanOut": expand,
    }
    with _connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, asset, asked, as_json=as_json)))


@_command(commands, "lineward paths readmission@1 --choke-points", panel=ASK)
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
    times: dict[str, Any] = {"validAt": time(valid_at, "--valid-at"), "knownAtIndex": known_at_index}
    asked: dict[str, Any] = {
        "grain": None if grain is None else one_of(grain, Grain, "--grain"),
        "depth": depth,
        "budget": budget,
        "asOf": {name: value for name, value in times.items() if value is not None} or None,
    }
    with _connected(url, data_dir, owner=True) as client:
        if choke_points:
            raise typer.Exit(int(show.choke_points(client, sources, target, asked, as_json=as_json)))
        raise typer.Exit(int(show.paths(client, sources[0], target, asked, as_json=as_json)))


@_command(commands, "lineward borders egress", panel=ASK)
def borders(
    side: Annotated[str | None, typer.Argument(metavar="[SIDE]", help="ingress or egress; without it, both.")] = None,
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
    times: dict[str, Any] = {"validAt": time(valid_at, "--valid-at"), "knownAtIndex": known_at_index}
    asked: dict[str, Any] = {
        "within": within or [],
        "asOf": {name: value for name, value in times.items() if value is not None} or None,
    }
    with _connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, [one.value for one in sides], asked, as_json=as_json)))


@_command(commands, "lineward producers", panel=ASK)
def producers(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show which programs send events: how many, when last, what is odd about them, how far their clocks are off."""
    from catalog.cli.producers import producers as show

    with _connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, as_json=as_json)))


@_command(commands, "lineward report readmission@1 --format pdf --output reports", panel=PROVE)
def report(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[REPORT] SUBJECT",
            help="model-dossier (where none is named) or approvals; then `model@version`, a name, a digest or an id.",
        ),
    ],
    output: Output = Path(),
    form: Annotated[
        list[str] | None, choice(("pdf", "html", "json"), "Form to write, by default all", name="--format")
    ] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Write a report: the model provenance dossier, or the approvals record of a model version, snapshot or dataset.

    The ledger records that it was issued, to whom and with which digest.
    """
    from catalog.cli.report import report as write

    times: dict[str, Any] = {"validAt": time(valid_at, "--valid-at"), "knownAtIndex": known_at_index}
    at = {name: value for name, value in times.items() if value is not None}
    with _connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(write(client, words, output, form or [], at, as_json=as_json)))


@_command(commands, "lineward verify reports/model-dossier-readmission-1.pdf --key log.vkey", panel=PROVE)
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


@_command(commands, "lineward verifier > verify_lineward.py", panel=PROVE)
def verifier() -> None:
    """Print the script that checks a report with nothing but Python and `cryptography`: save it, take it along."""
    from catalog.cli.report import print_script

    print_script()


commands.add_typer(name_commands, name="names", rich_help_panel=ASK)
commands.add_typer(ledger_commands, name="ledger", rich_help_panel=PROVE)
commands.add_typer(key_commands, name="key", rich_help_panel=RUN)
commands.add_typer(graph_commands, name="graph", rich_help_panel=RUN)


@_command(commands, "lineward backup backups/monday", panel=RUN)
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

    with _folder(data_dir, "backup") as settings:
        raise typer.Exit(int(back_up(settings, folder, with_keys=with_keys, as_json=as_json)))


@_command(commands, "lineward restore backups/monday --data-dir restored", panel=RUN)
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

    with _place(data_dir, "restore") as settings:
        raise typer.Exit(int(put_back(settings, folder, reason, accept_loss=accept_loss, as_json=as_json)))


@_command(name_commands, "lineward names of 'curated visits'", name="of")
def names_of(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="One of its names, or an id.")],
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show every name of a dataset and why, and which of the name were dropped or renamed before."""
    from catalog.cli.names import of

    with _connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(of(client, dataset, as_json=as_json)))


@_command(name_commands, "lineward names rules", name="rules")
def names_rules(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """List the rules by which several names are one dataset."""
    from catalog.cli.names import rules

    with _connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(rules(client, as_json=as_json)))


@_command(name_commands, "lineward names check rule.json", name="check")
def names_check(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A define_namespace_rule or stitch_datasets; `-` is standard input.")
    ],
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show which datasets a rule or a stitch would join, without writing it; 1 where they are described differently."""
    from catalog.cli.names import check

    with _connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(check(client, file, as_json=as_json)))


@_command(ledger_commands, "lineward ledger status", name="status")
def ledger_status(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show the health of ledger, store and projection, and the newest checkpoint; 1 where one is red."""
    from catalog.cli.ledger import status

    with _connected(url, data_dir, owner=True, graph=False) as client:
        raise typer.Exit(int(status(client, as_json=as_json)))


@_command(ledger_commands, "lineward ledger verify --graph", name="verify")
def ledger_verify(
    held: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", metavar="FILE", help="A checkpoint that was kept elsewhere; may be repeated."),
    ] = None,
    graph: Annotated[bool, typer.Option("--graph", help="Hold the graph to the ledger as well.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Re-hash everything in the data directory and check every checkpoint; 1 where anything differs."""
    from catalog.cli.ledger import verify as check

    with _folder(data_dir, "ledger verify") as settings:
        raise typer.Exit(int(check(settings, held or [], graph=graph, as_json=as_json)))


@_command(ledger_commands, "lineward ledger checkpoint > checkpoint.txt", name="checkpoint")
def ledger_checkpoint(url: Url = None, data_dir: DataDir = None) -> None:
    """Print the newest checkpoint, signed now where need be: keep it elsewhere."""
    from catalog.cli.ledger import checkpoint

    with _connected(url, data_dir, owner=True, graph=False) as client:
        raise typer.Exit(int(checkpoint(client)))


@_command(ledger_commands, "lineward ledger proof 3", name="proof")
def ledger_proof(
    index: Annotated[int, typer.Argument(min=0, metavar="ENTRY", help="The index of an entry, from 0.")],
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """Print an entry's offline proof (C2SP tlog-proof)."""
    from catalog.cli.ledger import proof

    with _connected(url, data_dir, owner=True, graph=False) as client:
        raise typer.Exit(int(proof(client, index)))


@_command(ledger_commands, "lineward ledger key > log.vkey", name="key")
def ledger_key(
    former: Annotated[bool, typer.Option("--all", help="With the keys that signed before, the present one first.")] = (
        False
    ),
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Print the log's verifier key, for `lineward verify --key`; give it to others by a way that they trust."""
    from catalog.cli.ledger import key

    with _connected(url, data_dir, owner=True, graph=False) as client:
        raise typer.Exit(int(key(client, former=former, as_json=as_json)))


@_command(
    ledger_commands,
    "lineward ledger erase 1 --reason 'Asked by the person' --authority 'Privacy office' --yes",
    name="erase",
)
def ledger_erase(
    entries: Annotated[
        list[int], typer.Argument(min=0, metavar="ENTRY", help="The indexes of the entries whose bodies go.")
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why.")],
    authority: Annotated[
        str, typer.Option(metavar="TEXT", help="On whose authority: a request, an order, a regulation.")
    ],
    nothing: Annotated[
        bool, typer.Option("--keep-nothing", help="Keep no names, flows and labels either: they could not go later.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: it cannot be undone.")] = False,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Erase the bodies of entries for good, as a record; every proof stays valid, and the graph is made anew."""
    from catalog.cli.ledger import erase

    residue = "NOTHING" if nothing else "FLOWS"
    with _connected(url, data_dir) as client:
        raise typer.Exit(int(erase(client, entries, reason, authority, residue, yes=yes, as_json=as_json)))


@_command(graph_commands, "lineward graph rebuild", name="rebuild")
def graph_rebuild(
    replace: Annotated[bool, typer.Option("--replace", help="Also where the graph is another ledger's.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Empty the graph and make it anew from the ledger; no server may run."""
    from catalog.cli.graph import rebuilt

    with _folder(data_dir, "graph rebuild") as settings:
        raise typer.Exit(int(rebuilt(settings, replace=replace, as_json=as_json)))


@_command(graph_commands, "lineward graph counts", name="counts")
def graph_counts(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Count nodes and edges of each kind."""
    from catalog.cli.graph import counted

    with _folder(data_dir, "graph counts") as settings:
        raise typer.Exit(int(counted(settings, as_json=as_json)))


@_command(graph_commands, "lineward graph schema", name="schema")
def graph_schema(as_json: Json = False) -> None:
    """Describe every kind of node and edge."""
    from catalog.cli.graph import described

    raise typer.Exit(int(described(as_json=as_json)))


@_command(key_commands, "lineward key create steward-pi --kind person --role steward", name="create")
def key_create(
    principal: Annotated[
        str, typer.Argument(metavar="PRINCIPAL", help="The principal's name; best an opaque id, it stays for ever.")
    ],
    role: Annotated[list[str] | None, choice(PrincipalRole, "What it may do")] = None,
    approves: Annotated[list[str] | None, choice(ApprovalKind, "What an approver decides on")] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="TEXT", help="Its display name, with which an approver signs.")
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Its function, such as 'Privacy officer'.")] = None,
    organisation: Annotated[str | None, typer.Option(metavar="TEXT", help="The organisation that it acts for.")] = None,
    kind: Annotated[str | None, choice(PrincipalKind, "What it is, a new one a service where nothing is said")] = None,
    redefine: Annotated[bool, typer.Option("--redefine", help="Change what is known of the principal.")] = False,
    force: Force = False,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Make a key; it is shown this once. A new principal needs --role; a known one is given one key more.

    The folder's first key may be made before its catalog is begun.
    """
    from catalog.cli.keys import PrincipalChange, create

    definition = PrincipalChange(
        principal,
        name,
        None if kind is None else one_of(kind, PrincipalKind, "--kind"),
        tuple(each_of(role, PrincipalRole, "--role")) if role else None,
        tuple(each_of(approves, ApprovalKind, "--approves")) if approves else None,
        title,
        organisation,
    )
    with _connected(url, data_dir, owner=True, new=True) as client:
        raise typer.Exit(int(create(client, definition, redefine=redefine, force=force, as_json=as_json)))


@_command(key_commands, "lineward key list", name="list")
def key_list(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show principals and their keys, never a key itself."""
    from catalog.cli.keys import listed

    with _connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(listed(client, as_json=as_json)))


@_command(key_commands, "lineward key revoke KEY-ID", name="revoke")
def key_revoke(
    key_id: Annotated[
        str, typer.Argument(metavar="KEY-ID", help="The key's id: the part between `lw_` and the next `_`.")
    ],
    force: Force = False,
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """Let a key not work any more, at once."""
    from catalog.cli.keys import revoke

    with _connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(revoke(client, key_id, force=force)))


@contextmanager
def _connected(
    url: str | None, data_dir: Path | None, *, owner: bool = False, new: bool = False, graph: bool = True
) -> Iterator[Client]:
    """Connect to the catalog and name it; `owner` commands need no key where the folder is opened in this process.

    Who can read its files can read them anyhow. What is written is written under a key once keys exist. A `new` command
    may begin a catalog; one that needs no `graph` does not wait for it.
    """
    from catalog.cli.client import announce, connect, key_from_environment
    from catalog.cli.target import target_for

    target, key = target_for(url, data_dir), key_from_environment()
    with connect(target, key, owner=owner, new=new, graph=graph) as client:
        announce(client.where)
        yield client


@contextmanager
def _folder(data_dir: Path | None, command: str) -> Iterator[Settings]:
    """Name the folder of the catalog that a command works on, and yield its settings."""
    with _place(data_dir, command) as settings:
        settings.require_catalog()
        yield settings


@contextmanager
def _place(data_dir: Path | None, command: str) -> Iterator[Settings]:
    """Name the folder that a command works on, catalog or not, and yield its settings."""
    from catalog.cli.client import announce
    from catalog.cli.target import folder_for

    target = folder_for(data_dir, command)
    announce(target.name)
    yield target.settings


def run() -> None:
    """Run the command line."""
    # What any command leaves behind, a report too, is for whoever ran it.
    os.umask(0o077)
    try:
        sys.exit(commands(standalone_mode=False, prog_name="lineward"))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(int(Exit.FINE))
    except Exception as error:  # noqa: BLE001  the outermost place: a defect ends in one sentence
        if (wrong := complaint(error)) is not None:
            _complain(wrong if is_help(error) else escape_hidden(f"lineward: {wrong}"))
            sys.exit(int(Exit.WRONG_USE))
        if os.environ.get("LINEWARD_LOG_LEVEL") == "DEBUG":
            _complain(traceback.format_exc())
        _complain(
            f"lineward: Something went wrong inside Lineward ({type(error).__name__}); "
            "LINEWARD_LOG_LEVEL=DEBUG shows where."
        )
        # Not 1: whoever gates on a finding must not take a defect of ours for one.
        sys.exit(int(Exit.OUTSIDE))


def _complain(text: str) -> None:
    for line in text.splitlines():
        sys.stderr.write(escape_hidden(line) + "\n")
