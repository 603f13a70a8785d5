"""`lineward record`: what a principal declares, tags, attests, seals, registers, asks for and decides."""

from __future__ import annotations

from typing import Any

from catalog.cli import files
from catalog.cli.client import Client, document
from catalog.cli.output import note, print_json, print_table
from catalog.cli.sending import send
from catalog.cli.words import count
from catalog.errors import Exit, SenderError
from ingest_hooks.openlineage.event import is_event

_EXAMPLE = '{"kind": "declare_dataset", …}'


def record(client: Client, names: list[str], on_behalf_of: str | None, *, as_json: bool) -> Exit:
    """Send the records in these files (standard input where there is none), in order; stops at the first refusal.

    Each is written in the place of another where that is asked for, by its own member else.
    """
    place = {} if on_behalf_of is None else {"on_behalf_of": on_behalf_of}
    receipts: list[dict[str, Any]] = []
    for name in names or [files.STANDARD_INPUT]:
        for item in _records(name, receipts):
            try:
                value = {**item.value, **place} if isinstance(item.value, dict) else item.value
                receipts.append(document(send(client, "api/v1/records", value), "index"))
            except SenderError as error:
                raise SenderError(
                    f"{item.place}: {error.detail}{_before(receipts)}", pointer=error.pointer, status=error.status
                ) from error
    if as_json:
        print_json(receipts)
        return Exit.FINE
    print_table(
        "",
        ("entry", "kind", "about", "what became of it"),
        [(one["index"], one["kind"], one["subjects"][0], _became(one)) for one in receipts],
    )
    for one in receipts:
        for warning in one["warnings"]:
            note(f"entry {one['index']}: {warning}")
    there = sum(one["duplicate"] for one in receipts)
    note(f"{count(len(receipts) - there, 'record')} taken{f', {there} already there' if there else ''}.")
    return Exit.FINE


def _became(receipt: dict[str, Any]) -> str:
    return "already there" if receipt["duplicate"] else "taken"


def _before(receipts: list[dict[str, Any]]) -> str:
    if not receipts:
        return ""
    return f" {'The one' if len(receipts) == 1 else f'The {len(receipts)}'} before it {_was(len(receipts))} taken."


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _records(name: str, receipts: list[dict[str, Any]]) -> list[files.Item]:
    """Return the records of a file: one JSON object, an array of them, or one a line."""
    content = files.from_standard_input("records") if name == files.STANDARD_INPUT else files.read(name)
    found = files.items(name, content)
    if not found:
        raise SenderError(
            f"{files.source(name)} holds no records: one is a JSON object with its kind, such as {_EXAMPLE}."
            f"{_before(receipts)}"
        )
    for item in found:
        if not isinstance(item.value, dict):
            raise SenderError(f"{item.place} is no record: one is a JSON object with its kind, such as {_EXAMPLE}.")
        if is_event(item.value):
            raise SenderError(f"{item.place} is an OpenLineage event and no record: send it with `lineward ingest`.")
    return found
