"""`lineward places`: the declared places, and what each lies in."""

from __future__ import annotations

from catalog.cli.client import Client, ask
from catalog.cli.output import note, print_json, print_table
from catalog.cli.words import count, words_of
from catalog.errors import Exit

_QUERY = "{ places { name placeKind within around entry since } }"


def places(client: Client, *, as_json: bool) -> Exit:
    """Print every declared place."""
    found = ask(client, _QUERY, {})["places"]
    if as_json:
        print_json(found)
        return Exit.FINE
    rows = [
        (one["name"], words_of(one["placeKind"]), ", in ".join(one["around"]), one["entry"], one["since"])
        for one in found
    ]
    print_table(
        "",
        ("place", "kind", "lies in", "entry", "since"),
        rows,
        empty="No place is declared yet.",
        yielding=("lies in",),
    )
    if found:
        note(f"{count(len(rows), 'place')} declared.")
    return Exit.FINE
