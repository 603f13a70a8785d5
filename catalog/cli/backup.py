"""`lineward backup` and `lineward restore`: a copy that is whole, and the way back."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from catalog import app
from catalog.cli.ending import fail
from catalog.cli.output import note, out, print_json, print_table, progress
from catalog.cli.words import count
from catalog.errors import Exit
from catalog.ledger import backup, restoring
from catalog.ledger.sealing import utc_microseconds
from catalog.settings import Settings
from graph_schema.times import format_time


def back_up(settings: Settings, folder: Path, *, with_keys: bool, as_json: bool) -> Exit:
    """Copy ledger and API keys into a new folder, verify the copy, and say what else must be kept."""
    with progress("re-hashing the copy") as show:
        made = backup.back_up(
            app.site_of(settings),
            folder,
            version=version("lineward"),
            made_at=format_time(utc_microseconds(), "seconds"),
            with_keys=with_keys,
            progress=show,
        )
    if as_json:
        print_json({"folder": str(folder), "size": made.size, "root": made.root, "keys": made.keys})
        return Exit.FINE
    rows = [
        ("entries", made.size),
        ("root", made.root),
        ("bodies erased", made.erased),
        ("hashes of API keys", "in it" if made.api_keys else "none exist"),
        ("signing and site keys", "in it" if made.keys else "not in it"),
        ("graph", "not in it: it is made from the ledger"),
    ]
    print_table(f"{folder}, verified", ("what", ""), rows)
    if made.keys:
        note("With these keys whoever has this folder can write history: keep it as you keep the keys themselves.")
    else:
        note(
            f"Without the keys in {settings.keys.absolute()} it can be neither verified nor gone on with. Keep a copy"
            " of them apart from it, made after each rotation (cp -a, readable for you alone)."
        )
    return Exit.FINE


def put_back(settings: Settings, source: Path, reason: str | None, *, accept_loss: bool, as_json: bool) -> Exit:
    """Verify a backup, put it into an empty data directory, and say what was lost; a loss is recorded in the ledger."""
    if accept_loss != (reason is not None):
        fail("--accept-loss and --reason go together: a loss is recorded with its reason.", Exit.WRONG_USE)
    recorder = None if reason is None else app.loss_recorder(settings, reason)
    with progress("re-hashing the backup") as show:
        done = restoring.restore(source, app.site_of(settings), record=recorder, progress=show)
    if as_json:
        lost = None if done.loss is None else {"size": done.loss.size, "signedSize": done.loss.signed.size}
        print_json({"size": done.size, "root": done.root.hex(), "loss": lost, "keysCopied": done.keys_copied})
        return Exit.FINE
    out.print(f"Restored: {count(done.size, 'entry', 'entries')}, verified.", markup=False)
    if done.loss is not None:
        note(f"Given up, and recorded as entry {done.size - 1}: {done.loss.sentence}.")
        note("Keys that were revoked among it work again, keys that were issued do not: see `lineward key list`.")
    elif not done.marked:
        note(
            "The key folder held no high-water mark: whether anything newer was signed for, nobody can tell from here."
        )
    if done.keys_copied:
        note(f"The keys of the backup are in {settings.keys.absolute()} now.")
    if not done.api_keys:
        note("The backup holds no API keys: those that were issued do not work here, issue new ones.")
    if settings.store == "neo4j":
        note("A graph in Neo4j that is ahead of this ledger is refused: `lineward graph rebuild` makes it anew.")
    else:
        note("The graph is made from the ledger at the next start.")
    return Exit.FINE
