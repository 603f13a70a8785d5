"""`lineward dataset`, `places`, `data-sources` and `encryption-keys`: what is declared of the estate."""

from __future__ import annotations

from typing import Any

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, known
from catalog.cli.output import note, print_json, print_table
from catalog.cli.words import count, full_name, words_of
from catalog.errors import Exit
from graph_schema.aspects import DECLARED, DECLARED_OF_SOURCE

_PLACES = "{ places { name placeKind within around entry since } }"
_SOURCES = "{ sources { name aspects { aspect value entry since } } }"
_KEYS = "{ encryptionKeys { key environment workload tier createdBy rotatedBy usedBy entry since } }"
_DATASET = """
query Declared($id: ID!, $names: [String!], $asOf: AsOfInput) {
  node(id: $id, asOf: $asOf) { ... on Dataset { ref { namespace name } state
  aspects(names: $names) { aspect value bySource byPlace entry since } gaps { field note } } } }
"""
_SHOWN = tuple(dict.fromkeys((*DECLARED, *DECLARED_OF_SOURCE)))


def places(client: Client, *, as_json: bool) -> Exit:
    """Print every declared place."""
    found = ask(client, _PLACES, {})["places"]
    if as_json:
        print_json(found)
        return Exit.FINE
    rows = [
        (one["name"], words_of(one["placeKind"]), ", in ".join(one["around"]), one["entry"], one["since"])
        for one in found
    ]
    head = ("place", "kind", "lies in", "entry", "since")
    print_table("", head, rows, empty="No place is declared yet.", yielding=("lies in",))
    if found:
        note(f"{count(len(rows), 'place')} declared.")
    return Exit.FINE


def data_sources(client: Client, *, as_json: bool) -> Exit:
    """Print what is declared of every source, each thing with the entry that says so."""
    found = ask(client, _SOURCES, {})["sources"]
    if as_json:
        print_json(found)
        return Exit.FINE
    rows = [
        (one["name"], words_of(each["aspect"]), _text(each["value"]), each["entry"], each["since"])
        for one in found
        for each in one["aspects"]
    ]
    head = ("source", "what", "value", "entry", "since")
    print_table("", head, rows, empty="No source is declared yet.", yielding=("value",))
    if found:
        note(f"{count(len(found), 'source')} declared.")
    return Exit.FINE


def encryption_keys(client: Client, *, as_json: bool) -> Exit:
    """Print every declared encryption key."""
    found = ask(client, _KEYS, {})["encryptionKeys"]
    if as_json:
        print_json(found)
        return Exit.FINE
    rows = [
        (
            one["key"],
            words_of(one["environment"]),
            one["workload"],
            one["tier"],
            one["createdBy"],
            one["rotatedBy"],
            ", ".join(one["usedBy"]),
            one["entry"],
        )
        for one in found
    ]
    head = ("key", "environment", "workload", "tier", "created by", "rotated by", "used by", "entry")
    print_table("", head, rows, empty="No encryption key is declared yet.", yielding=("key",))
    if found:
        note(f"{count(len(rows), 'key')} declared.")
    return Exit.FINE


def dataset(client: Client, asset: str, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print what is declared of a dataset, what it has by its source, and which mandatory fields nobody recorded.

    Raises AskerError where nothing of it is known at that point.
    """
    asked = {"id": identify(client, asset, ("Dataset",)), "names": list(_SHOWN), "asOf": as_of or None}
    found = known(ask(client, _DATASET, asked)["node"], asset)
    if as_json:
        print_json(found)
        return Exit.FINE
    order = {name: place for place, name in enumerate(_SHOWN)}
    rows = [
        (words_of(one["aspect"]), _text(one["value"]), one["bySource"] or one["byPlace"], one["entry"], one["since"])
        for one in sorted(found["aspects"], key=lambda one: order[one["aspect"]])
    ]
    head = ("what", "value", "by source or place", "entry", "since")
    name = full_name(found["ref"])
    empty = "Nothing is declared of it."
    print_table(name, head, rows, empty=empty, optional=("by source or place",), yielding=("value",))
    if found["gaps"]:
        missing = [(words_of(one["field"]), one["note"]) for one in found["gaps"]]
        print_table("Not recorded", ("field", "what would fill it"), missing, yielding=("what would fill it",))
    note(f"It is {words_of(found['state'])}; {count(len(found['gaps']), 'mandatory field')} not recorded.")
    return Exit.FINE


def _text(value: Any) -> str:  # noqa: ANN401  as the aspect's shape has it
    """Return a declared value on one line: a text as it is, a list and an object by their parts."""
    if isinstance(value, dict):
        return ", ".join(f"{words_of(name)} {_text(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
