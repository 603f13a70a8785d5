from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.store.indexes.table import Changes
from catalog.store.neo4j import search_memory
from catalog.store.neo4j.forms import LIST_SET, WORD_SET
from catalog.store.neo4j.search_memory import FacetRow, Left, Made, SearchMemory, changed_by
from catalog.store.packed import CHUNK

CHUNKS = 5
ALONE, TOGETHER = 1, 2
"""The first is counted alone, of the others two each."""

TEXTS, FACETS = ("wa", "bed"), ("zone", "site")
CHANGE = st.tuples(
    st.sampled_from(("word", "facet", "other")), st.integers(0, 1), st.integers(0, CHUNKS - 1), st.booleans()
)
READ = st.tuples(st.just("read"), st.sets(st.integers(0, 1), min_size=1), st.integers(0, 2), st.just(None))


def written(kind: str, chunk: int) -> Changes:
    changes = Changes()
    changes.add(
        *((WORD_SET, [("wa", "", chunk, 2)]) if kind == "word" else (LIST_SET, [("zone", "A", chunk, 2, None)]))
    )
    return changes


class Graph:
    """Sets in chunks, of which a chunk has number 1 in it or not, and how often they were changed."""

    def __init__(self) -> None:
        self.begun = ""
        self.begin()

    def begin(self) -> None:
        """Begin as a graph that never was."""
        self.begun += "again "
        self.words = {text: [False] * CHUNKS for text in TEXTS}
        self.facets = {name: [False] * CHUNKS for name in FACETS}
        self.counts: dict[str, dict[int, int]] = {"word": {}, "facet": {}}

    def change(self, kind: str, which: int, chunk: int, *, now: bool) -> None:
        if kind == "other":
            self.begin()
            return
        sets: Mapping[str, list[bool]] = self.words if kind == "word" else self.facets
        sets[(TEXTS if kind == "word" else FACETS)[which]][chunk] = now
        counts = self.counts[kind]
        (place,) = changed_by(written(kind, chunk))
        under = int(place.rpartition(" ")[2])
        counts[under] = counts.get(under, 0) + 1

    @property
    def made(self) -> Made:
        return Made(self.begun, dict(self.counts["facet"]), dict(self.counts["word"]))

    def word(self, text: str, left: Left[Any] | None = None) -> int:
        return sum(1 << chunk * CHUNK + 1 for chunk in self._there(self.words[text], left))

    def rows(self, name: str, left: Left[Any] | None = None) -> list[FacetRow]:
        return [("made-up", chunk, 2) for chunk in self._there(self.facets[name], left)]

    def _there(self, held: Sequence[bool], left: Left[Any] | None) -> list[int]:
        """Return the chunks that are read, of which there is anything."""
        missing = None if left is None else left.missing
        return [chunk for chunk in range(CHUNKS) if held[chunk] and (missing is None or chunk in missing)]


@given(steps=st.lists(st.one_of(CHANGE, READ), max_size=30))
def test_what_is_remembered_with_what_is_read_again_is_what_there_is(
    steps: list[tuple[str, int | set[int], int, bool | None]],
) -> None:
    memory, graph = SearchMemory(), Graph()
    made: list[Made] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_memory, "_COUNTED_ALONE", ALONE)
        patch.setattr(search_memory, "_COUNTED_TOGETHER", TOGETHER)
        for kind, which, number, now in steps:
            if isinstance(which, int):
                graph.change(kind, which, number, now=bool(now))
                continue
            made.append(graph.made)
            names, texts = [FACETS[one] for one in which], [(TEXTS[one], False) for one in which]
            facets, words = memory.facets(graph.made, names), memory.words(graph.made, texts)
            rows = {name: [*left.held, *graph.rows(name, left)] for name, left in facets.items()}
            places = {one: (left.held[0] | graph.word(one[0], left), 0) for one, left in words.items()}
            for name in names:
                assert sorted(rows[name]) == graph.rows(name), name
            for text, _ in texts:
                assert places[text, False] == (graph.word(text), 0), text
            # Whoever began to read earlier, and kept what came since, makes nobody take it for what it is not.
            memory.keep(made[max(0, len(made) - 1 - number)], rows, places)
