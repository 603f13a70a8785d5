"""What a search finds, of sets of nodes by term and by value of a facet, whichever engine keeps the sets.

A set is an integer with a bit for each node's number (`packed`). What it costs follows from how many terms begin with
what was asked, not from how many nodes have them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property, reduce
from operator import and_, or_
from typing import Final, Protocol

from catalog.store.indexes.search import HELD, LABEL
from catalog.store.packed import InChunks
from catalog.store.protocol import Query
from catalog.store.words import Asked, Question, question

_PLACES: Final = (2, 3, 4, 5)
"""See `Question.rank`."""

Places = tuple[int, int]
"""The nodes whose key has a term, and those of which it is said."""


class Sets(Protocol):
    """The sets that an engine keeps; what is not kept is 0."""

    def of_nodes(self, ids: Collection[str]) -> int:
        """Return these nodes."""

    def listed(self, name: str, value: str) -> int:
        """Return the nodes that are listed under a value, see `indexes.search.LISTED`."""

    def listed_under(self, name: str) -> int:
        """Return the nodes that are listed under any value of a name."""

    def counts(self, name: str, whole: InChunks) -> Iterable[tuple[str, int]]:
        """Return how many of a set are listed under each value of a name; of one value there may be several counts."""

    def having(self, term: str) -> int:
        """Return the nodes that have exactly this term."""

    def beginning(self, text: str) -> Places:
        """Return the nodes of whose terms one begins so."""

    def holding(self, text: str) -> Places:
        """Return at least the nodes that have a word with the text inside it; all of them have it in a word."""


class Matches:
    """All that a query finds."""

    def __init__(self, sets: Sets, query: Query) -> None:
        """Compare the sets."""
        self._sets = sets
        self._query = query
        labels = frozenset(query.labels).intersection(query.filters.get(LABEL, query.labels))
        self.of_label = {label: sets.listed(LABEL, label) for label in sorted(labels)}
        """Every node of each label that is asked for."""
        self._beside = {pair: sets.of_nodes(ids) for pair, ids in query.beside.items()} | self._united()
        wanted = self._wanted()
        self.ranks = tuple(self._ranked(question(query.text), wanted)) if wanted else ()
        """(rank, nodes) as `Question.rank` counts, the best first, each find once."""

    @cached_property
    def every(self) -> int:
        """Return all that is found."""
        return reduce(or_, (some for _, some in self.ranks), 0)

    def _united(self) -> dict[tuple[str, str], int]:
        united = self._query.united
        kept = {one: self._sets.listed(*one) for one in frozenset().union(*united.values())}
        return {pair: reduce(or_, (kept[one] for one in others), 0) for pair, others in united.items()}

    def _wanted(self) -> int:
        """Return what is of the labels and has what is asked for beside words."""
        query = self._query
        found = reduce(or_, self.of_label.values(), 0)
        for facet, allowed in query.filters.items():
            if facet != LABEL:
                found &= reduce(or_, (self._listed(facet, value) for value in allowed), 0)
        for facet, value in query.every:
            found &= self._listed(facet, value)
        for name in query.has:
            found &= self._having_any(name, found)
        for name in query.missing:
            found &= ~self._having_any(name, found)
        return found

    def _listed(self, name: str, value: str) -> int:
        return self._sets.listed(name, value) | self._beside.get((name, value), 0)

    def _having_any(self, name: str, every: int) -> int:
        """Return what has an aspect or any value of a facet."""
        if name == LABEL:
            return every
        found = self._sets.listed_under(name) | self._listed(HELD, name)
        return reduce(or_, (some for (facet, _), some in self._beside.items() if facet == name), found)

    def _ranked(self, asked: Question, wanted: int) -> Iterable[tuple[int, int]]:
        if not asked.words:
            yield 0, wanted
            return
        exact = reduce(or_, map(self._sets.having, asked.exact), 0)
        named = self._sets.beginning(asked.begun)[0] if asked.begun else 0
        found = {one: self._places(one) for one in asked.asked}
        sets = [exact, exact | named]
        for at in range(len(_PLACES)):
            words = (
                reduce(or_, (reduce(and_, (found[one][at] for one in way)) for way in ways)) for ways in asked.words
            )
            sets.append(sets[1] | reduce(and_, words))
        before = 0
        for rank, some in enumerate(sets):
            yield rank, some & wanted & ~before
            before |= some & wanted

    def _places(self, asked: Asked) -> tuple[int, ...]:
        """Return what a term is found in at each place or a better one."""
        of_key, of_stated = self._sets.beginning(asked.text)
        in_key, in_stated = self._sets.holding(asked.text) if asked.inside else (0, 0)
        within = of_key | in_key
        return of_key, within, within | of_stated, within | of_stated | in_stated

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many finds have each value of the facets that are asked for."""
        counts: dict[str, dict[str, int]] = {}
        whole = InChunks(self.every)
        for facet in self._query.facets:
            beside = {value for name, value in self._beside if name == facet}
            found: dict[str, int] = {}
            for value, number in self._sets.counts(facet, whole) if self.every else ():
                if number and value not in beside:
                    found[value] = found.get(value, 0) + number
            for value in beside:
                if number := (self.every & self._listed(facet, value)).bit_count():
                    found[value] = number
            counts[facet] = dict(sorted(found.items()))
        return counts
