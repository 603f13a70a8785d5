"""What is read of a store around names: once for all views that know as much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from catalog.names.rules import Naming
from catalog.store import touches
from catalog.store.indexes.pointers import LISTING, POINTER, Listing, Pointer
from catalog.view import View
from graph_schema.facts import Edge
from graph_schema.identity import label_of


class Fetched:
    """Pointers of names, lists of datasets and the edges between, fetched once for all views that know as much."""

    def __init__(self, _ever: View) -> None:
        """Fetch nothing yet."""
        # It keeps no view: views keep it, and what goes in a circle stays until the interpreter looks for garbage.
        self._of: dict[str, list[Pointer]] = {}
        self._lists: dict[str, list[Listing]] = {}
        self._edges: dict[tuple[str, str], list[Edge]] = {}
        self._alone: dict[tuple[str, ...], dict[str, Naming]] = {}
        """By the kinds of edges that were asked for, what was found to have no other name: most datasets."""

    def alone(self, ever: View, names: Sequence[str], kinds: tuple[str, ...]) -> dict[str, Naming]:
        """Return those of the names, ascending, that are known to have neither pointers nor edges of these kinds."""
        held = [some for of, some in self._alone.items() if set(kinds) <= set(of)]
        found = {one: some[one] for some in held for one in names if one in some}
        if found:
            ever.note(touches.edges, found, kinds, "both")
            ever.note(touches.rows, POINTER, [one for one in found if label_of(one) == "Dataset"])
        return found

    def keep_alone(self, names: Iterable[str], kinds: tuple[str, ...]) -> None:
        """Keep which of the names have neither, of those whose pointers and edges were fetched."""
        held = self._alone.setdefault(kinds, {})
        for one in names:
            if not self._of.get(one) and not any(self._edges[one, kind] for kind in kinds):
                held[one] = Naming({one: ("", one)})

    def edges(self, ever: View, ids: Iterable[str], kinds: Sequence[str]) -> set[Edge]:
        """Return the edges of these kinds at the nodes."""
        asked = sorted(ids)
        ever.note(touches.edges, asked, kinds, "both")
        new = [one for one in asked if any((one, kind) not in self._edges for kind in kinds)]
        lacking = [kind for kind in kinds if any((one, kind) not in self._edges for one in new)]
        places = list(product(new, lacking))
        self._edges.update((place, []) for place in places)
        fresh = frozenset(new)
        for edge in ever.edges(new, lacking, "both") if new else ():
            for end in {edge.source, edge.target} & fresh:
                self._edges[end, edge.kind].append(edge)
        return {edge for one in asked for kind in kinds for edge in self._edges[one, kind]}

    def pointers(self, ever: View, names: Iterable[str]) -> set[Pointer]:
        """Return the pointers from and to the names of datasets among these."""
        asked = sorted(one for one in names if label_of(one) == "Dataset")
        ever.note(touches.rows, POINTER, asked)
        new = [one for one in asked if one not in self._of]
        self._of.update((one, []) for one in new)
        fresh = frozenset(new)
        for pointer in ever.pointers(new) if new else ():
            for end in {pointer.source, pointer.target} & fresh:
                self._of[end].append(pointer)
        return {pointer for one in asked for pointer in self._of[one]}

    def listings(self, ever: View, carriers: Iterable[str]) -> list[Listing]:
        """Return what symlinks facets of these datasets listed."""
        asked = sorted(carriers)
        ever.note(touches.rows, LISTING, asked)
        new = [one for one in asked if one not in self._lists]
        self._lists.update((one, []) for one in new)
        for listing in ever.listings(new) if new else ():
            self._lists[listing.carrier].append(listing)
        return [listing for one in asked for listing in self._lists[one]]
