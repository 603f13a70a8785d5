"""`lineward ledger`: where the ledger stands, whether it verifies, and the proofs to take along."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from catalog import app
from catalog.cli import files
from catalog.cli.client import Client, checked, document, foreign
from catalog.cli.ending import fail
from catalog.cli.output import note, out, print_document, print_json, print_line, print_table, progress
from catalog.cli.sending import send
from catalog.errors import DamagedGraphError, Exit, OperatorError
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.note import NoteError, VerifierKey
from catalog.ledger.proof import ProofFile
from catalog.projection.rebuilding import rebuild
from catalog.settings import Settings
from catalog.store.comparing import first_difference

_RED = 503
_KEPT = (
    "Names, flows and labels of them stay in the record that erases, which is never erased; --keep-nothing drops them."
)


def status(client: Client, *, as_json: bool) -> Exit:
    """Print how the service stands; 1 where its health is red."""
    client.look_through()
    answer = client.request("GET", "health/ready")
    found = document(answer, "state", success=answer.status_code != _RED)
    if as_json:
        print_json({"catalog": client.where, **found})
    else:
        rows = [
            (name, part["state"], ", ".join(f"{key} {_shown(value)}" for key, value in part.items() if key != "state"))
            for name, part in found.items()
            if isinstance(part, dict)
        ]
        print_table(f"{found['state']}, at {client.where}", ("part", "health", ""), rows)
    return Exit.FINE if answer.is_success else Exit.FINDING


def checkpoint(client: Client) -> Exit:
    """Print the newest checkpoint, as it is kept elsewhere."""
    answer = checked(client.request("GET", "api/v1/ledger/checkpoint"))
    try:
        SignedCheckpoint.parse(answer.text)
    except NoteError:
        raise foreign(answer) from None
    print_document(answer.text)
    return Exit.FINE


def proof(client: Client, index: int) -> Exit:
    """Print an entry's offline proof."""
    answer = checked(client.request("GET", f"api/v1/ledger/entries/{index}/proof"))
    try:
        ProofFile.parse(answer.text)
    except NoteError:
        raise foreign(answer) from None
    print_document(answer.text)
    return Exit.FINE


def key(client: Client, *, former: bool, as_json: bool) -> Exit:
    """Print the verifier key that signs now (C2SP vkey); with `former` those that signed before as well."""
    answer = checked(client.request("GET", "api/v1/ledger/keys"))
    try:
        keys = [str(VerifierKey.parse(line)) for line in answer.text.splitlines()]
    except NoteError:
        keys = []
    if not keys:
        raise foreign(answer)
    shown = keys if former else keys[:1]
    if as_json:
        print_json({"keys": shown, "catalog": client.where})
    else:
        for one in shown:
            print_line(one)
    return Exit.FINE


def erase(
    client: Client, entries: list[int], reason: str, authority: str, residue: str, *, yes: bool, as_json: bool
) -> Exit:
    """Erase the bodies of entries, after asking whoever sits there; print the index of the record that says so."""
    if not yes:
        if not sys.stdin.isatty():
            fail("Erasing cannot be undone; where nobody can be asked, say --yes.", Exit.WRONG_USE)
        named = ", ".join(map(str, entries))
        if residue == "FLOWS":
            note(_KEPT)
        if not typer.confirm(f"Erase the bodies of entries {named} for good?", err=True):
            return Exit.FINDING
    record = {
        "kind": "erase_entries",
        "entries": entries,
        "reason": reason,
        "authority": authority,
        "residue": residue,
    }
    answer = document(send(client, "api/v1/records", record), "index", "warnings")
    if as_json:
        print_json({"index": answer["index"], "entries": sorted(set(entries)), "warnings": answer["warnings"]})
        return Exit.FINE
    out.print(f"Erased, by the record at index {answer['index']}.")
    for warning in answer["warnings"]:
        note(warning)
    note(
        "The graph is made anew from what is left. Backups, reports and exports made before still hold what was erased."
    )
    return Exit.FINE


def verify(settings: Settings, held: list[Path], *, graph: bool, as_json: bool) -> Exit:
    """Re-hash the whole ledger and hold it to its checkpoints and those held elsewhere; 1 where anything differs.

    With `graph`, the ledger is projected anew and the first difference to the graph is named.
    """
    checkpoints = [_held(path) for path in held]
    ledger = app.read_ledger(settings)
    try:
        with progress("re-hashing the ledger") as show:
            report = ledger.verify(show, checkpoints)
        difference = _difference(settings) if graph and report.ok else None
    finally:
        ledger.close()
    problems = [{"index": one.index, "detail": one.detail} for one in report.problems]
    if difference is not None:
        problems.append({"index": None, "detail": difference})
    if as_json:
        print_json(
            {
                "catalog": str(settings.data_dir.absolute()),
                "ok": not problems,
                "size": report.size,
                "root": report.root.hex(),
                "entries": report.entries,
                "bodies": report.bodies,
                "erased": report.erased,
                "checkpoints": report.checkpoints,
                "graph": graph and difference is None,
                "problems": problems,
            }
        )
        return Exit.FINDING if problems else Exit.FINE
    counted = [("entries", report.entries), ("bodies", report.bodies), ("erased", report.erased)]
    counted += [("checkpoints", report.checkpoints)]
    print_table(f"size {report.size}, root {report.root.hex()}", ("checked", "number"), counted)
    if problems:
        print_table("Does not verify", ("entry", "what"), [(one["index"], one["detail"]) for one in problems])
        return Exit.FINDING
    out.print("The ledger verifies." + (" The graph is what it says." if graph else ""))
    note("This shows that entries were not changed since they were signed, not that they were true or complete.")
    return Exit.FINE


def _held(path: Path) -> SignedCheckpoint:
    content = files.read(path)
    try:
        return SignedCheckpoint.parse(content.decode("utf-8"))
    except (NoteError, UnicodeDecodeError) as error:
        raise OperatorError(
            f"{path} is no checkpoint.", action="It is a signed note, as `ledger checkpoint` prints it."
        ) from error


def _difference(settings: Settings) -> str | None:
    """Return the first row in which the graph is not the projection of the ledger, None where there is none."""
    ledger = app.read_ledger(settings)
    store, scratch = app.open_store(settings, ledger), app.scratch_store()
    try:
        try:
            store.check()
        except DamagedGraphError as error:
            return str(error)
        size = store.checkpoint() + 1
        with progress("projecting anew", size) as show:
            rebuild(ledger, scratch, show)
        found = first_difference(store, scratch)
    finally:
        store.close()
        ledger.close()
    if found is None:
        return None
    live, anew = map(_row, found)
    return f"The graph differs from the ledger at {live}; projected anew it is {anew}."


def _row(row: tuple[str, ...] | None) -> str:
    return "nothing" if row is None else " ".join(row)[:200]


def _shown(value: object) -> str:
    """Return what a part of health has to say: a number as one reads it, none for what there is none of."""
    match value:
        case None | []:
            return "none"
        case float():
            return str(round(value, 1))
        case list():
            return " ".join(map(str, value))
        case _:
            return str(value)
