"""At which entries, and for which times, anything was said of a thing: where one looks for what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.names.loading import Names
from catalog.store.protocol import Direction
from catalog.view import View
from graph_schema.aspects import is_momentary
from graph_schema.registry import STRUCTURAL, TYPES

NAMED: Final = "named"
"""What an entry says of a thing that it names."""
_BOTH: Final[tuple[Direction, ...]] = ("out", "in")


@dataclass(frozen=True, slots=True)
class Change:
    """That an entry says this of a thing, an aspect or the type of an edge, from a time on (UTC microseconds)."""

    entry: int
    since: int | None
    """None of what follows from identity, and is so at every time."""
    what: str


def changes(view: View, ids: Sequence[str]) -> dict[str, tuple[Change, ...]]:
    """Return by node what was ever said of it up to the view's point, by entry; one that is not known is absent.

    What describes one read or write and is never in force afterwards is left out.
    """
    known = view.nodes(ids)
    names = Names(view, renamed=True)
    found = {}
    for one in dict.fromkeys(ids):
        if one in known:
            every = {Change(known[one].entry, None, NAMED), *everything_stated(names, one, momentary=False)}
            found[one] = tuple(sorted(every, key=lambda each: (each.entry, each.what, each.since or 0)))
    return found


def everything_stated(names: Names, identifier: str, *, momentary: bool = True) -> Iterator[Change]:
    """Yield all that is stated of a node under all its names: its aspects, and its edges by their types."""
    for statement in names.statements([identifier]):
        if momentary or not is_momentary(statement.aspect):
            yield Change(statement.entry, statement.valid_from, statement.aspect)
    for direction in _BOTH:
        for edge in names.edges([identifier], TYPES, direction):
            yield Change(edge.entry, None if edge.kind in STRUCTURAL else edge.valid_from, edge.kind)
