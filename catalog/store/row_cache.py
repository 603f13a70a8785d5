"""Rows that were read of a graph, held for the next answers until a batch touches them: a store that is far away is
asked again only for what changed.

A row is held under the verb that answers it and the id that it was asked by, with the keys under which a batch would
touch that (`catalog.store.touches`), and an index from keys to rows: so following a batch costs what the batch touched,
however much is held. Rights and times are above: what is held is all that a store answers of an id as of now, whenever
it is valid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from catalog.store.graph_state import GRAPH_STATE, GraphState, is_touched
from catalog.store.protocol import StoreReader
from catalog.store.touches import NO_GRAPH, Stamp, Touched

MOST: Final = 300_000
"""So many rows, and ids of which there are none, are held at the most: some 150 MB, at 480 bytes a row."""
_PART_OF_ONE: Final = 20
"""What is more than this part of all is not held: it would displace everything else."""


class Place(NamedTuple):
    """What one verb is asked of ids: `looked_at` yields the keys of what it looks at for one."""

    name: Hashable
    looked_at: Callable[[Any], Iterable[int]]


class _Row(NamedTuple):
    """What was answered, as of which batch, and how many rows it is."""

    value: Any
    number: int
    size: int


_At = tuple[Hashable, Hashable]


class _Generation:
    """What was read in about the same time, and goes together."""

    def __init__(self) -> None:
        self.rows: dict[_At, _Row] = {}
        self.by_key: defaultdict[int, set[_At]] = defaultdict(set)
        self.size = 0

    def put(self, at: _At, row: _Row, keys: Iterable[int]) -> None:
        before = self.rows.get(at)
        self.rows[at] = row
        self.size += row.size - (0 if before is None else before.size)
        for key in keys:
            self.by_key[key].add(at)

    def let_go(self, touched: Iterable[int]) -> None:
        # Whichever is smaller is gone through: a batch may touch far more than is held.
        for key in self.by_key.keys() & touched:
            for at in self.by_key.pop(key):
                row = self.rows.pop(at, None)
                if row is not None:
                    self.size -= row.size


class RowCache:
    """What is held of the graph that was looked at last, in two generations: once the younger is full the older goes,
    but for what was asked for since.
    """

    def __init__(self, state: GraphState, most: int = MOST) -> None:
        """Hold nothing yet, of at most so many rows."""
        self._state = state
        self._most = most
        self._young, self._old = _Generation(), _Generation()
        state.join(self)

    def begin(self) -> None:
        """See `Remembers.begin`."""
        self._young, self._old = _Generation(), _Generation()

    def let_go(self, touched: Sequence[Touched]) -> None:
        """See `Remembers.let_go`."""
        if any(one.keys is None for one in touched):
            self.begin()
            return
        for one in touched:
            for generation in (self._young, self._old):
                generation.let_go(one.keys or ())

    def of(self, reader: StoreReader) -> CachedRows:
        """Return what stands in the state that a reader shows: nothing of a graph that is being emptied, or is empty.

        It is told first what was touched until there.
        """
        stamp = reader.stamp()
        if not stamp.graph:
            return NOTHING_CACHED
        self._state.follow(stamp, reader.touched)
        return CachedRows(self, stamp, reader.checkpoint())

    def take(self, place: Place, ids: Iterable[Hashable], stamp: Stamp) -> dict[Any, Any]:
        """Return what is held of these ids and stands in a state."""
        found: dict[Any, Any] = {}
        with self._state.lock:
            if stamp.graph != self._state.stamp.graph:
                return found
            young, old = self._young.rows, self._old.rows
            for one in ids:
                at = place.name, one
                row = young.get(at)
                if row is None and (row := old.get(at)) is not None:
                    self._put(at, row, place)
                if row is not None and row.number <= stamp.number:
                    found[one] = row.value
        return found

    def give(self, place: Place, values: Mapping[Any, Any], sizes: Callable[[Any], int], stamp: Stamp) -> None:
        """Hold what was read of ids in a state, unless it was touched since, or nobody knows."""
        with self._state.lock:
            since = self._state.since(stamp)
            if since is None:
                return
            for one, value in values.items():
                row = _Row(value, stamp.number, sizes(value))
                if row.size * _PART_OF_ONE > self._most:
                    continue
                if not (since and is_touched(frozenset(place.looked_at(one)), since)):
                    self._put((place.name, one), row, place)

    def _put(self, at: _At, row: _Row, place: Place) -> None:
        if 2 * (self._young.size + row.size) > self._most:
            self._young, self._old = _Generation(), self._young
        self._young.put(at, row, place.looked_at(at[1]))


@dataclass(frozen=True, slots=True)
class CachedRows:
    """What is held, as one reader may have it: all of it as known by the `newest` entry that it shows."""

    rows: RowCache | None
    stamp: Stamp
    newest: int
    _absent: dict[Hashable, set[Hashable]] = field(default_factory=dict, compare=False)
    """What was looked for and not held, by place: it is not looked for again."""

    def take(self, place: Place, ids: Iterable[Hashable]) -> dict[Any, Any]:
        """Return what is held of these ids."""
        if self.rows is None:
            return {}
        absent = self._absent.setdefault(place.name, set())
        asked = [one for one in ids if one not in absent]
        found = self.rows.take(place, asked, self.stamp) if asked else {}
        absent.update(one for one in asked if one not in found)
        return found

    def give(self, place: Place, values: Mapping[Any, Any], sizes: Callable[[Any], int] = lambda _: 1) -> None:
        """Hold what the reader answered of ids, each of which is so many rows, and which nobody may change."""
        if self.rows is not None and values:
            self.rows.give(place, values, sizes, self.stamp)


NOTHING_CACHED: Final = CachedRows(None, NO_GRAPH, -2)
"""Of no entry: for a reader whose rows are nobody else's."""
ROW_CACHE: Final = RowCache(GRAPH_STATE)
"""Of the graph that this process looked at last."""
