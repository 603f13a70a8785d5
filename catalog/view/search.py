"""Reads that find nodes: by a query, by a label, by the ground on which a rule may find something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from catalog.store import touches
from catalog.store.indexes.grounds import Ground
from catalog.store.indexes.keys import EVERY, FIELDS
from catalog.store.indexes.search import HELD, LABEL
from catalog.store.protocol import Found, Page, Query, counted
from catalog.store.words import question
from catalog.view.facts import FactReader

_PAGE: Final = 500


class SearchReader(FactReader):
    """What is found, as far as it may be seen."""

    def find(self, query: Query) -> Page:
        """Return a page of what is current; what is hidden is neither found nor counted."""
        if self.rights.unbounded:
            found = self._reader.find(query)
            self._note_found(query, found)
            return found
        hits = self._every(replace(query, facets=()))
        rest = [hit for hit in hits if query.after is None or hit.place > query.after]
        return Page(tuple(rest[: query.first]), len(hits), counted(hits, query.facets), len(rest) > query.first)

    def all_of(self, label: str) -> tuple[str, ...]:
        """Return the ids of all nodes of a label, ascending: of one of few, such as requests, and of datasets, by one
        call.
        """
        if label == "Dataset":
            return self.grounds([Ground.DATASET])[Ground.DATASET]
        if EVERY in FIELDS.get(label, {}):
            return self.lookup(label, EVERY, ("",))
        return tuple(sorted(hit.id for hit in self._every(Query(labels=(label,), with_aspects=False))))

    def grounds(self, wanted: Sequence[Ground], ids: Sequence[str] | None = None) -> dict[Ground, tuple[str, ...]]:
        """Return the nodes that may be seen and have each of the grounds; see `StoreReader.grounds`."""
        asked = None if ids is None else self._seen(ids)
        self.note(touches.grounds, wanted, asked)
        found = self._reader.grounds(wanted, asked, self.known_at)
        if self.rights.unbounded:
            return found
        seen = self._judged(node for nodes in found.values() for node in nodes)
        return {ground: tuple(node for node in nodes if node in seen) for ground, nodes in found.items()}

    def _every(self, query: Query) -> Sequence[Found]:
        """Return all hits that may be seen, page by page."""
        hits: Sequence[Found] = ()
        every = replace(query, after=None, first=_PAGE)
        while True:
            page = self._reader.find(every)
            self._note_found(every, page)
            seen = frozenset(self._seen([hit.id for hit in page.hits]))
            hits = (*hits, *(hit for hit in page.hits if hit.id in seen))
            if not page.more:
                return hits
            every = replace(every, after=page.hits[-1].place)

    def _note_found(self, query: Query, page: Page) -> None:
        """Note what was looked at for a page: whatever anything is called, where words are asked for, else what is
        listed under what is asked for, and what is in force of each find.
        """
        if question(query.text).words:
            self.note_now(touches.anything)
            return
        pairs = {(LABEL, label) for label in query.labels}.union(query.every, *query.united.values())
        pairs |= {(facet, value) for facet, allowed in query.filters.items() for value in allowed}
        held = {*query.has, *query.missing}
        pairs |= {(HELD, name) for name in held}
        # Of how many labels there are those that are asked for tell.
        names = {*query.facets, *held} - {LABEL}
        finds = [hit.id for hit in page.hits] if query.with_aspects else []
        self.note_now(touches.listed, pairs, names, finds)
        self.note_now(touches.in_force, finds, None)
