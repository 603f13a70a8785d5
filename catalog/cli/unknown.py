"""What is told beside an answer that may be empty, or open, since a name in the question is nobody's."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from catalog.cli.client import Client, ask
from catalog.cli.output import note
from graph_schema.nearest import did_you_mean

_PLACES: Final = "{ places { name within } }"
_PRINCIPALS: Final = "{ principals { principal } }"


def note_place(client: Client, place: str | None) -> None:
    """Tell that a place is neither declared nor what a declared one lies in."""
    if place is not None:
        declared = {name for one in ask(client, _PLACES, {})["places"] for name in (one["name"], one["within"]) if name}
        _note(f"No place is declared as {place}, so that nobody knows where it lies", place, declared)


def note_principal(client: Client, principal: str | None) -> None:
    """Tell that no record defines a principal."""
    if principal is not None:
        defined = {one["principal"] for one in ask(client, _PRINCIPALS, {})["principals"]}
        _note(f"No record defines a principal {principal}", principal, defined)


def _note(sentence: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        meant = did_you_mean(name, known)
        note(f"{sentence}; {meant}" if meant else f"{sentence}.")
