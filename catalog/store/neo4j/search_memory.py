"""What searches read before: the sets of each facet, those of many words, and nodes in the order of their titles.

A set stands in chunks of the nodes' numbers. Beside the checkpoint it is counted how often any set of facets changed in
each chunk, and any of words: what was read before is of use but for the chunks that were counted on since, and these
alone are read again. `begun` tells one graph from another. A node's title and number never change.
"""

from __future__ import annotations

import json
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import compress, islice
from typing import Any, Final, Generic, NamedTuple, TypeVar

from catalog.store.indexes.search import HELD, LABEL
from catalog.store.indexes.table import Changes
from catalog.store.matching import Places
from catalog.store.neo4j.forms import LIST_SET, WORD_SET
from catalog.store.packed import CHUNK, numbers, set_of
from graph_schema.cypher import reading

KEPT: Final = (LIST_SET.name, WORD_SET.name)
"""The tables of which changes are counted."""

_COUNTED_ALONE: Final = 256
_COUNTED_TOGETHER: Final = 64
"""The first chunks are counted each for itself, those behind by so many together: 300 counts of 10 million nodes."""

_MOST_MISSING: Final = 64
"""Of more chunks all is read again."""

_EVERYWHERE: Final = -1
"""Stands for all chunks: a table was filled anew."""

_READ_EACH_TIME: Final = frozenset({LABEL, HELD})
"""Every run adds to these."""

_MOST_CHUNKS: Final = 40_000
"""Of all facets together: some 20 MB."""

_MOST_WORDS: Final = 64
"""Beginnings and parts of words, with a set or two of each."""

MOST_TITLES: Final = 500_000
"""So many nodes of a label are kept in order, 4 bytes each; of more, titles are walked anew each time."""

_MOST_NUMBERS: Final = 100_000
"""Of nodes that are given by id, as those of a facet that is judged when it is asked for: some 20 MB."""

_ADDED_ALONE: Final = 200
"""Up to so many new nodes are put between those whose order is known; for more all titles are read again."""

FacetRow = tuple[str, int, int]
"""The value, the chunk, and the set of places in it."""

Ask = Callable[..., Any]
"""Run one statement with its parameters and return its one value."""


T = TypeVar("T")
Counts = Mapping[int, int]
"""How often anything changed, by what chunks are counted under."""


class Made(NamedTuple):
    """By what one tells that what was remembered is what there is."""

    begun: str
    facets: Counts
    words: Counts

    @classmethod
    def of(cls, begun: str, sets: str) -> Made:
        """Read it as it stands beside the checkpoint."""
        counts: dict[str, dict[int, int]] = {name: {} for name in KEPT}
        for name, count in json.loads(sets).items():
            table, _, chunk = name.partition(" ")
            if table in counts:
                counts[table][int(chunk or _EVERYWHERE)] = count
        return cls(begun, *(counts[name] for name in KEPT))


def changed_by(changes: Changes) -> set[str]:
    """Return under what the chunks of `KEPT` are counted that change. Labels and what is in force are none of them."""
    found = set()
    for table in (LIST_SET, WORD_SET):
        place = table.place("chunk")
        for row in (*changes.put.get(table.name, ()), *changes.drop.get(table.name, ())):
            if table is WORD_SET or row[0] not in _READ_EACH_TIME:
                found.add(f"{table.name} {_counted_under(row[place])}")
    return found


def _counted_under(chunk: int) -> int:
    """Return the first of the chunks that are counted with this one."""
    return chunk if chunk < _COUNTED_ALONE else chunk - (chunk - _COUNTED_ALONE) % _COUNTED_TOGETHER


def _counted_with(first: int) -> range:
    return range(first, first + (1 if first < _COUNTED_ALONE else _COUNTED_TOGETHER))


class Left(NamedTuple, Generic[T]):
    """What is remembered that still holds, and the chunks that are to be read: None for all."""

    held: T
    missing: Collection[int] | None


class _Entry(NamedTuple, Generic[T]):
    counts: Counts
    held: T

    def missing(self, now: Counts) -> frozenset[int] | None:
        then = self.counts
        if now == then:
            return frozenset()
        changed = [first for first, count in now.items() if then.get(first) != count]
        if _EVERYWHERE in changed:
            return None
        missing = frozenset(chunk for first in changed for chunk in _counted_with(first))
        return missing if len(missing) <= _MOST_MISSING else None


class SearchMemory:
    """Shared by all readers of a store."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._lock = threading.Lock()
        self._ordering = threading.Lock()
        self._facets: dict[str, _Entry[Sequence[FacetRow]]] = {}
        self._words: OrderedDict[tuple[str, bool], _Entry[Places]] = OrderedDict()
        self._orders: dict[str, _Order] = {}
        self._numbers: dict[str, int] = {}
        self._begun = ""

    def forget(self) -> None:
        """Start anew: the store was emptied."""
        with self._lock:
            self._begin("")

    def facets(self, made: Made, names: Collection[str]) -> dict[str, Left[Sequence[FacetRow]]]:
        """Return what is remembered of each of these facets."""
        with self._lock:
            self._begin(made.begun)
            kept = {name: self._facets.get(name) for name in names}
        found: dict[str, Left[Sequence[FacetRow]]] = {}
        for name, entry in kept.items():
            missing = None if entry is None else entry.missing(made.facets)
            held = () if entry is None or missing is None else entry.held
            if missing:
                held = [row for row in held if row[1] not in missing]
            found[name] = Left(held, missing)
        return found

    def words(self, made: Made, asked: Collection[tuple[str, bool]]) -> dict[tuple[str, bool], Left[Places]]:
        """Return what is remembered of words, by what is asked and whether it is of what is inside them."""
        with self._lock:
            self._begin(made.begun)
            kept = {one: self._words.get(one) for one in asked}
            for one, entry in kept.items():
                if entry is not None:
                    self._words.move_to_end(one)
        found: dict[tuple[str, bool], Left[Places]] = {}
        for one, entry in kept.items():
            missing = None if entry is None else entry.missing(made.words)
            if entry is None or missing is None:
                found[one] = Left((0, 0), None)
            else:
                of_key, of_stated = entry.held
                found[one] = Left((_without(of_key, missing), _without(of_stated, missing)), missing)
        return found

    def keep(
        self, made: Made, facets: Mapping[str, Sequence[FacetRow]], words: Mapping[tuple[str, bool], Places]
    ) -> None:
        """Remember what was read when the graph was made so, or later."""
        with self._lock:
            self._begin(made.begun)
            for name, rows in facets.items():
                others = sum(len(entry.held) for other, entry in self._facets.items() if other != name)
                if name not in _READ_EACH_TIME and len(rows) + others <= _MOST_CHUNKS:
                    self._facets[name] = _Entry(made.facets, rows)
                else:
                    self._facets.pop(name, None)
            for one, places in words.items():
                self._words[one] = _Entry(made.words, places)
                self._words.move_to_end(one)
            while len(self._words) > _MOST_WORDS:
                self._words.popitem(last=False)

    def _begin(self, begun: str) -> None:
        """Forget what is of another graph."""
        if begun != self._begun:
            self._begun, self._orders, self._numbers, self._facets, self._words = begun, {}, {}, {}, OrderedDict()

    def numbers(self, made: Made, ids: Collection[str]) -> dict[str, int]:
        """Return what is remembered of the numbers of nodes, by id."""
        with self._lock:
            self._begin(made.begun)
            known = self._numbers
        return {one: number for one in ids if (number := known.get(one)) is not None}

    def number(self, made: Made, found: Mapping[str, int]) -> None:
        """Remember the numbers of nodes."""
        with self._lock:
            self._begin(made.begun)
            room = max(0, _MOST_NUMBERS - len(self._numbers))
            self._numbers.update(islice(found.items(), room))

    def has_order(self, label: str, made: Made) -> bool:
        """Tell whether the nodes of a label are remembered in the order of their titles."""
        return made.begun == self._begun and label in self._orders

    def first(
        self, ask: Ask, made: Made, labelled: tuple[str, int], some: int, behind: tuple[str, str], most: int
    ) -> list[int]:
        """Return the first numbers of a set of a label, behind a place, by title and id; `labelled` is the label, and
        every node of it.
        """
        label, every = labelled
        with self._ordering:
            order = self._orders.get(label) if made.begun == self._begun else None
            order = _completed(ask, label, every, order) if order is not None else None
            order = order or _read(ask, label)
            with self._lock:
                if made.begun == self._begun:
                    self._orders[label] = order
        return order.first(ask, label, some, behind, most)


def _without(some: int, missing: Collection[int]) -> int:
    """Return a set without some chunks."""
    for chunk in missing:
        some &= ~(_WHOLE << chunk * CHUNK)
    return some


_WHOLE: Final = (1 << CHUNK) - 1


class _Order:
    """The nodes of a label by title and id, and the same as a set."""

    def __init__(self, sorted_numbers: array[int], held: int) -> None:
        self.numbers = sorted_numbers
        self.held = held

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
    found = array("I", ask(reading.in_title_order(label)))
    return _Order(found, set_of(found))


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
    return _Order(found, order.held | new)
