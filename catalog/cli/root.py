"""Every command there is: its arguments, and the module that does it.

Each command imports what it needs when it is run, so that `--help` and the small ones answer at once.
"""
# ruff: noqa: FBT002, PLC0415, PLR0917  (options are arguments, however many)

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.cli.ending import exit_codes
from catalog.cli.options import DataDir, Force, Json, New, Url, settings_for
from catalog.errors import Exit
from catalog.lineage.model import Direction, Grain
from catalog.search.model import SearchKind
from graph_schema.characters import escape_hidden
from graph_schema.vocabulary.words import ApprovalKind, PrincipalKind, PrincipalRole, listed

if TYPE_CHECKING:
    from catalog.cli.client import Client
    from catalog.settings import Settings

commands = typer.Typer(
    name="lineward", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)
ledger_commands = typer.Typer(help="Where the ledger stands, whether it verifies, proofs.", no_args_is_help=True)
graph_commands = typer.Typer(help="The graph: rebuild it from the ledger, count it, describe it.", no_args_is_help=True)
key_commands = typer.Typer(help="Principals and the keys that they act by.", no_args_is_help=True)
commands.add_typer(ledger_commands, name="ledger")
commands.add_typer(graph_commands, name="graph")
commands.add_typer(key_commands, name="key")

Files = Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="Files, `-` for standard input.")]


@commands.callback()
def main() -> None:
    """Lineward: a clinical data catalog and lineage knowledge graph.

    Every command works on one catalog and names it on standard error: the one that --url or --data-dir names; else
    that of LINEWARD_URL; else the folder LINEWARD_DATA_DIR (by default ./lineward-data), through the server where one
    runs on it. Commands that work on the files themselves refuse LINEWARD_URL. Only serve, demo, restore, key create
    and ingest --new begin a catalog where there is none.

    Data goes to standard output, messages to standard error. Exit codes: 0 fine, 1 a finding or a failed check,
    2 wrong use, 3 something outside is not there.
    """


@commands.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (LINEWARD_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for a free one (LINEWARD_PORT).")] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the catalog: events, records, GraphQL, explorer."""
    from catalog.cli.serve import serve as run_server

    with exit_codes():
        run_server(settings_for(data_dir, host=host, port=port))


@commands.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the answers, instead of serving on.")] = False,
    data_dir: DataDir = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the reports go.")] = Path("demo-out"),
    port: Annotated[int, typer.Option(help="Port to serve on, 0 for a free one.")] = 0,
) -> None:
    """Run the example pipeline against a fresh catalog, ask it three questions, write and verify a dossier."""
    from catalog.cli.demo import demo as run_demo

    with exit_codes():
        raise typer.Exit(int(run_demo(data_dir, output, port, once=once)))


@commands.command()
def ingest(
    files: Files = None,
    batch: Annotated[int, typer.Option(min=1, max=10_000, help="Most events sent at once.")] = 500,
    new: New = False,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Send OpenLineage events: files of one JSON object a line, or standard input."""
    from catalog.cli.ingest import ingest as send

    with _connected(url, data_dir, new=new, graph=False) as client:
        raise typer.Exit(int(send(client, files or [], batch, as_json=as_json)))


@commands.command()
def record(files: Files = None, url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Write records: JSON objects with their `kind`, such as declare_dataset, tag, request_approval."""
    from catalog.cli.record import record as write

    with _connected(url, data_dir) as client:
        raise typer.Exit(int(write(client, files or [], as_json=as_json)))


@commands.command()
def lineage(
    asset: Annotated[str, typer.Argument(help="An id, a digest, a name, `model@version`.")],
    direction: Annotated[str, typer.Option(help=f"{listed(Direction).lower()}.")] = "upstream",
    depth: Annotated[int, typer.Option(min=0, help="How many steps.")] = 20,
    grain: Annotated[str | None, typer.Option(help=f"{listed(Grain).lower()}; by default as the asset is.")] = None,
    valid_at: Annotated[str | None, typer.Option(help="What was true then: RFC 3339.")] = None,
    known_at: Annotated[str | None, typer.Option(help="As far as it was known then: RFC 3339.")] = None,
    known_at_index: Annotated[int | None, typer.Option(help="As far as it was known by this ledger entry.")] = None,
    past: Annotated[bool, typer.Option("--past", help="With what was replaced since.")] = False,
    attempts: Annotated[bool, typer.Option("--attempts", help="With runs that did not complete.")] = False,
    ever_stated: Annotated[
        bool, typer.Option("--ever-stated", help="Every flow ever stated, not only current ones.")
    ] = False,
    budget: Annotated[int, typer.Option(min=1, help="The most nodes.")] = 2000,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what data came from, or what came of it."""
    from catalog.cli.lineage import lineage as show

    times = {"validAt": valid_at, "knownAt": known_at, "knownAtIndex": known_at_index}
    asked = {
        "direction": direction.upper(),
        "depth": depth,
        "grain": None if grain is None else grain.upper(),
        "asOf": {name: value for name, value in times.items() if value is not None} or None,
        "includePast": past,
        "includeAttempts": attempts,
        "flows": "EVER_STATED" if ever_stated else "CURRENT",
        "budget": budget,
    }
    with _connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, asset, asked, as_json=as_json)))


@commands.command()
def search(
    text: Annotated[str, typer.Argument(help="Words, a digest or a run id, or the beginning of one.")] = "",
    kind: Annotated[list[str] | None, typer.Option(help=f"{listed(SearchKind.__members__).lower()}.")] = None,
    filter_: Annotated[list[str] | None, typer.Option("--filter", help="A facet and its value: zone=LANDING.")] = None,
    gap: Annotated[list[str] | None, typer.Option(help="A mandatory field that is missing: owner.")] = None,
    count: Annotated[list[str] | None, typer.Option(help="A facet to count: zone.")] = None,
    first: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 20,
    after: Annotated[str | None, typer.Option(help="Go on from here.")] = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Find datasets, jobs, snapshots, models and their versions, and runs."""
    from catalog.cli.search import search as find

    with _connected(url, data_dir, owner=True) as client:
        found = find(client, text, kind or [], filter_ or [], gap or [], count or [], first, after, as_json=as_json)
        raise typer.Exit(int(found))


@commands.command()
def report(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[REPORT] SUBJECT",
            help="model-dossier (where none is named) or approvals; then `model@version`, a name, a digest or an id.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write to.")] = Path(),
    form: Annotated[list[str] | None, typer.Option("--format", help="pdf, html or json; by default all.")] = None,
    valid_at: Annotated[str | None, typer.Option(help="What was true then: RFC 3339.")] = None,
    known_at_index: Annotated[int | None, typer.Option(help="As far as it was known by this ledger entry.")] = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Write a report: the model provenance dossier, or the approvals record of a model version, snapshot or dataset."""
    from catalog.cli.report import report as write

    times: dict[str, Any] = {"validAt": valid_at, "knownAtIndex": known_at_index}
    at = {name: value for name, value in times.items() if value is not None}
    with _connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(write(client, words, output, form or [], at, as_json=as_json)))


@commands.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A report: PDF, HTML or JSON.")],
    key: Annotated[
        str | None, typer.Option("--key", help="The log's verifier key, or a file with it, had from elsewhere.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a report offline, with nothing but the file and the log's key; without the key nothing is verified."""
    from catalog.cli.report import verify as check

    with exit_codes():
        raise typer.Exit(int(check(file, key, as_json=as_json)))


@commands.command()
def verifier() -> None:
    """Print the script that checks a report with nothing but Python and `cryptography`: save it, take it along."""
    from catalog.cli.report import print_script

    print_script()


@commands.command()
def settings() -> None:
    """Print every setting, as Markdown."""
    from catalog.settings import markdown

    sys.stdout.write(markdown() + "\n")


@commands.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder for it.")],
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


@commands.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="A folder that `lineward backup` made.")],
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Give up what was signed for and is not in it; needs --reason.")
    ] = False,
    reason: Annotated[str | None, typer.Option(help="Why the loss is accepted: it is recorded in the ledger.")] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Verify a backup and put it into an empty data directory."""
    from catalog.cli.backup import put_back

    with _place(data_dir, "restore") as settings:
        raise typer.Exit(int(put_back(settings, folder, reason, accept_loss=accept_loss, as_json=as_json)))


@ledger_commands.command("status")
def ledger_status(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show ledger, store, projection and newest checkpoint; 1 where one is red."""
    from catalog.cli.ledger import status

    with _connected(url, data_dir, owner=True, graph=False) as client:
        raise typer.Exit(int(status(client, as_json=as_json)))


@ledger_commands.command("verify")
def ledger_verify(
    held: Annotated[
        list[Path] | None, typer.Option("--checkpoint", help="A checkpoint that was kept elsewhere; may be repeated.")
    ] = None,
    graph: Annotated[bool, typer.Option("--graph", help="Hold the graph to the ledger as well.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Re-hash everything in the data directory and check every checkpoint; 1 where anything differs."""
    from catalog.cli.ledger import verify as check

    with _folder(data_dir, "ledger verify") as settings:
        raise typer.Exit(int(check(settings, held or [], graph=graph, as_json=as_json)))


@ledger_commands.command("checkpoint")
def ledger_checkpoint(url: Url = None, data_dir: DataDir = None) -> None:
    """Print the newest checkpoint, signed now where need be: keep it elsewhere."""
    from catalog.cli.ledger import checkpoint

    with _connected(url, data_dir, owner=True, graph=False) as client:
        raise typer.Exit(int(checkpoint(client)))


@ledger_commands.command("proof")
def ledger_proof(
    index: Annotated[int, typer.Argument(min=0, help="The index of an entry.")],
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """Print an entry's offline proof (C2SP tlog-proof)."""
    from catalog.cli.ledger import proof

    with _connected(url, data_dir, owner=True, graph=False) as client:
        raise typer.Exit(int(proof(client, index)))


@ledger_commands.command("erase")
def ledger_erase(
    entries: Annotated[list[int], typer.Argument(min=0, help="The indexes of the entries whose bodies go.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    authority: Annotated[str, typer.Option(help="On whose authority: a request, an order, a regulation.")],
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


@ledger_commands.command("key")
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


@graph_commands.command("rebuild")
def graph_rebuild(
    replace: Annotated[bool, typer.Option("--replace", help="Also where the graph is another ledger's.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Empty the graph and make it anew from the ledger; no server may run."""
    from catalog.cli.graph import rebuilt

    with _folder(data_dir, "graph rebuild") as settings:
        raise typer.Exit(int(rebuilt(settings, replace=replace, as_json=as_json)))


@graph_commands.command("counts")
def graph_counts(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Count nodes and edges of each kind."""
    from catalog.cli.graph import counted

    with _folder(data_dir, "graph counts") as settings:
        raise typer.Exit(int(counted(settings, as_json=as_json)))


@graph_commands.command("schema")
def graph_schema(as_json: Json = False) -> None:
    """Describe every kind of node and edge."""
    from catalog.cli.graph import described

    raise typer.Exit(int(described(as_json=as_json)))


@key_commands.command("create")
def key_create(
    principal: Annotated[str, typer.Argument(help="The principal's name; best an opaque id, it stays for ever.")],
    role: Annotated[
        list[str] | None,
        typer.Option(help=f"{', '.join(PrincipalRole)}; may be repeated."),
    ] = None,
    approves: Annotated[
        list[str] | None,
        typer.Option(help=f"What an approver decides on: {', '.join(ApprovalKind).lower()}."),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Its display name, with which an approver signs.")] = None,
    title: Annotated[str | None, typer.Option(help="Its function, such as 'Privacy officer'.")] = None,
    organisation: Annotated[str | None, typer.Option(help="The organisation that it acts for.")] = None,
    kind: Annotated[str | None, typer.Option(help=f"{listed(PrincipalKind).lower()}; a new one is a service.")] = None,
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
        kind,
        tuple(role) if role else None,
        tuple(approves) if approves else None,
        title,
        organisation,
    )
    with _connected(url, data_dir, owner=True, new=True) as client:
        raise typer.Exit(int(create(client, definition, redefine=redefine, force=force, as_json=as_json)))


@key_commands.command("list")
def key_list(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show principals and their keys, never a key itself."""
    from catalog.cli.keys import listed

    with _connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(listed(client, as_json=as_json)))


@key_commands.command("revoke")
def key_revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id: the part between `lw_` and the next `_`.")],
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

    with (
        exit_codes(),
        connect(target_for(url, data_dir), key_from_environment(), owner=owner, new=new, graph=graph) as client,
    ):
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

    with exit_codes():
        target = folder_for(data_dir, command)
        announce(target.name)
        yield target.settings


def run() -> None:
    """Run the command line."""
    # What any command leaves behind, a report too, is for whoever ran it.
    os.umask(0o077)
    try:
        sys.exit(commands(standalone_mode=False))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(int(Exit.FINE))
    except Exception as error:  # noqa: BLE001  the outermost place: a defect ends in one sentence
        # Typer keeps the class of its errors to itself; each shows what was typed wrong, and how it ends.
        show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
        if callable(show) and isinstance(code, int):
            show(file=(shown := io.StringIO()))
            _complain(shown.getvalue())
            sys.exit(code)
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
