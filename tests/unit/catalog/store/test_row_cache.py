"""What is kept of a remote store is bounded, and goes with what a batch touched and with nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from catalog.store.graph_state import GraphState
from catalog.store.protocol import StoreReader
from catalog.store.row_cache import CachedRows, Place, RowCache
from catalog.store.touches import Stamp, Touched

MOST = 40
PLACE = Place("made up", lambda number: (number,))


class Graph:
    """One that took so many batches, each of which touched some numbers."""

    remote = True

    def __init__(self, name: str, batches: Sequence[Iterable[int] | None] = (), *, kept: int = 9) -> None:
        self.name, self.kept = name, kept
        self.batches = [Touched(1 + at, None if some is None else frozenset(some)) for at, some in enumerate(batches)]

    def stamp(self) -> Stamp:
        return Stamp(self.name, 1 + len(self.batches))

    def touched(self, since: int) -> list[Touched]:
        return [one._replace(number=one.number + 1) for one in self.batches if one.number + 1 > since][-self.kept :]

    def checkpoint(self) -> int:
        return len(self.batches)


def of(cache: RowCache, graph: Graph) -> CachedRows:
    return cache.of(cast("StoreReader", graph))  # as much of a reader as is asked


def test_no_more_is_held_than_fits_and_what_was_asked_for_since_stays() -> None:
    cache = RowCache(GraphState(), MOST)
    cached = of(cache, Graph("one"))
    for number in range(10 * MOST):
        cached.give(PLACE, {number: "row"})
        assert cached.take(PLACE, [0]) == {0: "row"}
    held = cached.take(PLACE, range(10 * MOST))
    assert MOST // 4 < len(held) <= MOST
    assert 10 * MOST - 1 in held


def test_what_is_much_is_not_held_and_displaces_nothing() -> None:
    cached = of(RowCache(GraphState(), MOST), Graph("one"))
    cached.give(PLACE, {1: "row"})
    cached.give(PLACE, {2: "rows"}, lambda _: MOST // 2)
    assert cached.take(PLACE, [1, 2]) == {1: "row"}


def test_a_batch_takes_what_it_touched_and_a_reader_from_before_gives_none_of_it() -> None:
    cache = RowCache(GraphState())
    before = of(cache, Graph("one"))
    before.give(PLACE, {1: "before", 2: "before"})
    now = of(cache, Graph("one", [{1}]))
    assert now.take(PLACE, [1, 2]) == {2: "before"}
    before.give(PLACE, {1: "before", 3: "before"})
    assert now.take(PLACE, [1, 3]) == {3: "before"}
    now.give(PLACE, {1: "now"})
    assert before.take(PLACE, [1, 2]) == {2: "before"}
    assert of(cache, Graph("one", [{1}, None])).take(PLACE, [1, 2, 3]) == {}


def test_nothing_is_left_of_a_graph_that_was_begun_anew_nor_of_one_whose_batches_nobody_knows() -> None:
    cache = RowCache(GraphState())
    of(cache, Graph("one")).give(PLACE, {1: "before"})
    assert of(cache, Graph("another")).take(PLACE, [1]) == {}
    of(cache, Graph("another")).give(PLACE, {1: "anew"})
    assert of(cache, Graph("another", [{2}, {3}], kept=1)).take(PLACE, [1]) == {}
    assert of(cache, Graph("")).rows is None
