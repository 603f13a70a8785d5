"""What searches read before: the sets of each facet, those of many words, and nodes in the order of their titles.

Each is of use while the graph says that it is what it was: `begun` tells one graph from another, `sets` counts how
often those of facets and of words were changed. A node's title and number never change.
"""

from __future__ import annotations

import json
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from itertools import compress, islice
from typing import Any, Final, NamedTuple

from catalog.store.indexes.search import HELD, LABEL
from catalog.store.indexes.table import Changes
from catalog.store.matching import Places
from catalog.store.neo4j.forms import LIST_SET, WORD_SET
from catalog.store.packed import numbers, set_of
from graph_schema.cypher import reading

KEPT: Final = (LIST_SET.name, WORD_SET.name)
"""The tables of which changes are counted."""

_READ_EACH_TIME: Final = frozenset({LABEL, HELD})
"""Every run adds to these."""

_MOST_CHUNKS: Final = 40_000
"""Of all facets together: some 20 MB."""

_MOST_WORDS: Final = 64
"""Beginnings and parts of words, with a set or two of each."""

MOST_TITLES: Final = 500_000
"""So many nodes of a label are kept in order, 4 bytes each; of more, titles are walked anew each time."""

_ADDED_ALONE: Final = 200
"""Up to so many new nodes are put between those whose order is known; for more all titles are read again."""

FacetRow = tuple[str, int, int]
"""The value, the chunk, and the set of places in it."""

Ask = Callable[..., Any]
"""Run one statement with its parameters and return its one value."""


class Made(NamedTuple):
    """By what one tells that what was remembered is what there is."""

    begun: str
    facets: int
    words: int

    @classmethod
    def of(cls, begun: str, sets: str) -> Made:
        """Read it as it stands beside the checkpoint."""
        counted = json.loads(sets)
        return cls(begun, *(counted.get(name, 0) for name in KEPT))


def changed_by(changes: Changes) -> set[str]:
    """Return the tables of `KEPT` of which rows of sets change. Labels and what is in force are none of them."""
    lists = (*changes.put.get(LIST_SET.name, ()), *changes.drop.get(LIST_SET.name, ()))
    found = {LIST_SET.name} if any(row[0] not in _READ_EACH_TIME for row in lists) else set()
    return found | ({WORD_SET.name} & (changes.put.keys() | changes.drop.keys()))


class SearchMemory:
    """Shared by all readers of a store."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._lock = threading.Lock()
        self._ordering = threading.Lock()
        self._facets: dict[str, Sequence[FacetRow]] = {}
        self._words: OrderedDict[tuple[str, bool], Places] = OrderedDict()
        self._orders: dict[str, _Order] = {}
        self._made = Made("", -1, -1)

    def forget(self) -> None:
        """Start anew: the store was emptied."""
        with self._lock:
            self._begin(Made("", -1, -1))

    def facets(self, made: Made) -> Mapping[str, Sequence[FacetRow]]:
        """Return what is remembered of facets, by name."""
        with self._lock:
            self._begin(made)
            return dict(self._facets)

    def words(self, made: Made) -> Mapping[tuple[str, bool], Places]:
        """Return what is remembered of words, by what was asked and whether it was of what is inside them."""
        with self._lock:
            self._begin(made)
            return dict(self._words)

    def keep(
        self, made: Made, facets: Mapping[str, Sequence[FacetRow]], words: Mapping[tuple[str, bool], Places]
    ) -> None:
        """Remember what was read while the graph was made so."""
        with self._lock:
            self._begin(made)
            for name, rows in facets.items():
                if name not in _READ_EACH_TIME and len(rows) + sum(map(len, self._facets.values())) <= _MOST_CHUNKS:
                    self._facets[name] = rows
            self._words.update(words)
            while len(self._words) > _MOST_WORDS:
                self._words.popitem(last=False)

    def _begin(self, made: Made) -> None:
        """Forget what is of another graph, or of other sets."""
        before, self._made = self._made, made
        if made.begun != before.begun:
            self._orders = {}
        if made[:2] != before[:2]:
            self._facets = {}
        if (made.begun, made.words) != (before.begun, before.words):
            self._words = OrderedDict()

    def first(
        self, ask: Ask, made: Made, labelled: tuple[str, int], some: int, behind: tuple[str, str], most: int
    ) -> list[int]:
        """Return the first numbers of a set of a label, behind a place, by title and id; `labelled` is the label, and
        every node of it.
        """
        label, every = labelled
        with self._ordering:
            order = self._orders.get(label) if made.begun == self._made.begun else None
            order = _completed(ask, label, every, order) if order is not None else None
            order = order or _read(ask, label)
            with self._lock:
                if made.begun == self._made.begun:
                    self._orders[label] = order
        return order.first(ask, label, some, behind, most)


class _Order:
    """The nodes of a label by title and id."""

    def __init__(self, sorted_numbers: array[int]) -> None:
        self.numbers = sorted_numbers
        self.held = set_of(sorted_numbers)

    def first(self, ask: Ask, label: str, some: int, behind: tuple[str, str], most: int) -> list[int]:
        begin = 0
        if behind != ("", ""):
            title, identifier = behind
            after = ask(reading.behind(label), title=title, id=identifier)
            if not after:
                return []
            if after[0] not in self.numbers:
                return list(numbers(some))  # it came just now: all are sorted
            begin = self.numbers.index(after[0])
        flags = flags_of(some).ljust(max(self.numbers, default=0) + 1, b"\0")
        rest = islice(self.numbers, begin, None)
        return list(islice(compress(rest, map(flags.__getitem__, islice(self.numbers, begin, None))), most))


def flags_of(some: int) -> bytes:
    """Return a set as a byte for each number, 1 where it is in it."""
    return f"{some:b}"[::-1].encode().translate(_ONES)


_ONES: Final = bytes.maketrans(b"01", b"\x00\x01")


def _read(ask: Ask, label: str) -> _Order:
    return _Order(array("I", ask(reading.in_title_order(label))))


def _completed(ask: Ask, label: str, every: int, order: _Order) -> _Order | None:
    """Return an order with the nodes of the label that it lacks; None where it is to be read again."""
    new = every & ~order.held
    if not new:
        return order
    if new.bit_count() > _ADDED_ALONE:
        return None
    found = array("I", order.numbers)
    for number, following in ask(reading.following(label), numbers=list(numbers(new))):
        if following is None:
            found.append(number)
        elif following in found:
            found.insert(found.index(following), number)
        else:
            return None
    return _Order(found)
