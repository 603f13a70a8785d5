"""Names as the index of pointers tells them, held to names judged by all that was ever said, at every point in time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.names.loading import Names
from catalog.reading import AsOf
from catalog.store.indexes.pointers import Listing
from catalog.store.memory import MemoryStore
from catalog.view import View
from graph_schema.builder import FactBuilder
from graph_schema.edges import IsAliasOf, IsSameAs
from graph_schema.facts import NOW, Facts
from graph_schema.nodes import Dataset, Job

NAMES = "ABCD"
TIMES = (*range(-1, 5), NOW)


@dataclass(frozen=True)
class ColumnStatement:
    """What a record says of a dataset: the names that it lists, None where it deletes them; or that a pointer ended, or
    that a steward joins it with another or parts them.
    """

    at: int
    name: str
    job: str | None = None
    lists: frozenset[str] | None = None
    ends: str | None = None
    with_: str | None = None
    apart: bool = False


NAMED = st.sampled_from(NAMES)
LISTS = st.frozensets(NAMED, min_size=1, max_size=2)
restated = st.builds(ColumnStatement, st.integers(0, 3), st.sampled_from("AB"), st.sampled_from("xy"), LISTS)
lists = st.builds(ColumnStatement, st.integers(0, 3), NAMED, st.none() | st.sampled_from("xy"), st.none() | LISTS)
ends = st.builds(ColumnStatement, at=st.integers(0, 3), name=NAMED, ends=NAMED)
stitches = st.builds(ColumnStatement, at=st.just(0), name=NAMED, with_=NAMED, apart=st.booleans()).filter(
    lambda one: one.name != one.with_
)
same = st.lists(st.integers(0, 3), min_size=1, max_size=4).map(
    lambda times: [ColumnStatement(at, "A", "x", frozenset("B")) for at in times]
)
histories = st.tuples(
    same, st.lists(st.one_of(restated, restated, restated, lists, ends, stitches), max_size=6)
).flatmap(lambda parts: st.permutations([*parts[0], *parts[1]]))


def id_of(name: str) -> str:
    return Dataset("made-up", name).id


def facts_of(said: ColumnStatement, entry: int) -> Facts:
    job = None if said.job is None else Job("made-up", said.job).id
    builder = FactBuilder(entry, said.at, f"{entry % 3}", 5, None, job)
    about = Dataset("made-up", said.name)
    builder.add_node(about)
    if said.with_ is not None:
        builder.add_edge(IsSameAs(about, Dataset("made-up", said.with_)), {"apart": True} if said.apart else {})
    elif said.ends is not None:
        builder.add_edge(IsAliasOf(Dataset("made-up", said.ends), about), {"ended": True})
    else:
        identifiers = [{"namespace": "made-up", "name": one} for one in sorted(said.lists or ())]
        builder.add_statement(about, "symlinks", None if said.lists is None else {"identifiers": identifiers})
        for one in (said.lists or frozenset()) - {said.name}:
            builder.add_edge(IsAliasOf(Dataset("made-up", one), about))
    return builder.build()


class EveryFact:
    """A reader that tells of every list that it may have ended, so that names are judged by all that was said."""

    remote = False

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def listings(self, ids: list[str], *_: int) -> list[Listing]:
        return [Listing(one, None, None) for one in ids]

    def __getattr__(self, verb: str) -> Any:
        return getattr(self._reader, verb)


@settings(deadline=None, max_examples=150)
@given(histories, st.integers(1, 4), st.data())
def test_names_through_the_index_are_those_through_all_that_was_said(
    history: list[ColumnStatement], batch: int, data: st.DataObject
) -> None:
    store = MemoryStore()
    for start in range(0, len(history), batch):
        part = list(enumerate(history[start : start + batch], start))
        order = data.draw(st.permutations(part))
        facts = sum((facts_of(said, entry) for entry, said in [*order, *order[:1]]), Facts())
        store.apply(facts, start + len(part) - 1)
    ids = [id_of(name) for name in NAMES]
    for known_at in (*range(len(history)), NOW):
        with store.reading() as read:
            every: Any = EveryFact(read)
            indexed, plain = Names(View(read, AsOf(NOW, known_at))), Names(View(every, AsOf(NOW, known_at)))
            indexed.load(ids)
            plain.load(ids)
        for name, at in product(ids, TIMES):
            assert indexed.resolve(name, at) == plain.resolve(name, at), (name, at, known_at)
        for name in ids:
            one, other = indexed.naming(name), plain.naming(name)
            assert one.names.keys() == other.names.keys()
            assert {each: list(claims) for each, claims in one.claims.items()} == other.claims
            assert one.is_constant == other.is_constant


@settings(deadline=None, max_examples=100)
@given(histories, st.lists(st.tuples(st.sets(NAMED, min_size=1), st.booleans(), st.booleans()), min_size=2, max_size=5))
def test_what_was_found_to_stand_alone_is_judged_as_if_nobody_had_looked(
    history: list[ColumnStatement], looks: list[tuple[set[str], bool, bool]]
) -> None:
    """Whoever looks at which names before, for whichever edges: of one answer all share what was fetched."""
    store = MemoryStore()
    store.apply(sum((facts_of(said, entry) for entry, said in enumerate(history)), Facts()), len(history) - 1)
    with store.reading() as read:
        shared = View(read)
        for asked, renamed, is_beside in looks:
            ids, beside = sorted(map(id_of, asked)), ("IS_VERSION_OF",) if is_beside else ()
            with shared.noting() as noted:
                again = Names(shared, renamed=renamed, beside=beside)
                again.load(ids)
            alone = View(read)
            with alone.noting() as expected:
                anew = Names(alone, renamed=renamed, beside=beside)
                anew.load(ids)
            assert [again.naming(one) for one in ids] == [anew.naming(one) for one in ids]
            assert (again.beside, again.apart) == (anew.beside, anew.apart)
            assert noted.keys >= expected.keys
