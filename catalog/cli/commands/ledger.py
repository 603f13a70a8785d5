"""`lineward ledger`: its state, verification, entries, checkpoints, proofs, keys, erasures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.commands.connection import connected, folder_of
from catalog.cli.commands.groups import command, group
from catalog.cli.options import DataDir, Json, KnownAtIndex, Url, ValidAt, point

commands = group("Show where the ledger stands, verify it, list entries, print its proofs, erase bodies.")


@command(commands, "lineward ledger status", name="status")
def ledger_status(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show the health of ledger, store and projection, and the newest checkpoint; 1 where one is red."""
    from catalog.cli.ledger import status

    with connected(url, data_dir, owner=True, graph=False) as client:
        raise typer.Exit(int(status(client, as_json=as_json)))


@command(commands, "lineward ledger verify --graph", name="verify")
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

    with folder_of(data_dir, "ledger verify") as settings:
        raise typer.Exit(int(check(settings, held or [], graph=graph, as_json=as_json)))


@command(commands, "lineward ledger entries --about 'curated visits'", name="entries")
def ledger_entries(
    about: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="A dataset, job, snapshot, run, model or version; a principal, place, source, project, use statement"
            " or set of policies; or the id of anything.",
        ),
    ],
    first: Annotated[int, typer.Option("--first", min=1, metavar="NUMBER", help="How many at most.")] = 50,
    after: Annotated[
        int | None, typer.Option("--after", min=0, metavar="ENTRY", help="Those behind this entry alone.")
    ] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List every entry that speaks of a thing, the oldest first, with what it says of it."""
    from catalog.cli.evidence import entries

    at = point(valid_at, known_at_index)
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(entries(client, about, first, after, at, as_json=as_json)))


@command(commands, "lineward ledger checkpoint > checkpoint.txt", name="checkpoint")
def ledger_checkpoint(url: Url = None, data_dir: DataDir = None) -> None:
    """Print the newest checkpoint, signed now where need be: keep it elsewhere."""
    from catalog.cli.ledger import checkpoint

    with connected(url, data_dir, owner=True, graph=False) as client:
        raise typer.Exit(int(checkpoint(client)))


@command(commands, "lineward ledger proof 3", name="proof")
def ledger_proof(
    index: Annotated[int, typer.Argument(min=0, metavar="ENTRY", help="The index of an entry, from 0.")],
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """Print an entry's offline proof (C2SP tlog-proof)."""
    from catalog.cli.ledger import proof

    with connected(url, data_dir, owner=True, graph=False) as client:
        raise typer.Exit(int(proof(client, index)))


@command(commands, "lineward ledger key > log.vkey", name="key")
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

    with connected(url, data_dir, owner=True, graph=False) as client:
        raise typer.Exit(int(key(client, former=former, as_json=as_json)))


@command(
    commands,
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
    with connected(url, data_dir) as client:
        raise typer.Exit(int(erase(client, entries, reason, authority, residue, yes=yes, as_json=as_json)))
