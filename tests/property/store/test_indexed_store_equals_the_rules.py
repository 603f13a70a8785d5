from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.store.memory import MemoryStore
from catalog.store.sqlite import SqliteStore
from graph_schema.bitemporal import RANK
from graph_schema.builder import FactBuilder
from graph_schema.edges import Wrote
from graph_schema.facts import Facts
from graph_schema.nodes import Dataset, Job
from tests.support.answers import DIRECTIONS, answers, contributing, everything, flowing, ids_of
from tests.support.facts import LONG, WIDE, World, history, joined, run_node, shuffled

CHANCE = st.integers(0, 2**32).map(random.Random)


@contextmanager
def sqlite() -> Iterator[SqliteStore]:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "graph.db")
        try:
            yield store
        finally:
            store.close()


def applied(
    expected: MemoryStore, store: SqliteStore, chance: random.Random, records: list[Facts], batch: int
) -> Iterator[int]:
    """Apply records to both stores in batches, to the second each in any order; yield up to which entry."""
    for start in range(0, len(records), batch):
        part, upto = joined(records[start : start + batch]), min(start + batch, len(records)) - 1
        expected.apply(part, upto)
        store.apply(shuffled(chance, part), upto)
        yield upto


@given(CHANCE, st.integers(1, 40), st.integers(1, 12), st.sampled_from([World(), World(3, 2, 2), World(2, 1, 1)]))
def test_every_verb_answers_as_the_rules_do_after_every_batch(
    chance: random.Random, length: int, batch: int, world: World
) -> None:
    records = history(chance, length, world)
    ids = ids_of(joined(records))
    expected = MemoryStore()
    with sqlite() as store:
        for upto in applied(expected, store, chance, records, batch):
            with expected.reading() as one, store.reading() as other:
                wanted, got = answers(one, ids, everything(upto)), answers(other, ids, everything(upto))
            for question, answer in wanted.items():
                assert got[question] == answer, question
            for depth, limit in ((0, 99), (1, 99), (3, 99), (9, 99), (9, 3)):
                for direction in DIRECTIONS:
                    assert store.reach(ids[:2], direction, depth, limit) == expected.reach(
                        ids[:2], direction, depth, limit
                    )
        assert list(store.scan()) == list(expected.scan())
        assert store.counts() == expected.counts()


def test_of_two_events_of_the_same_order_each_names_what_its_own_entry_says() -> None:
    run, job, table = run_node("one"), Job("made-up", "stream"), Dataset("made-up", "table")
    records = []
    for entry, (at, names) in enumerate(((5, True), (9, False), (9, True))):
        builder = FactBuilder(entry, at, f"{at:016x}", RANK["OTHER"], run.id, job.id)
        builder.add_statement(run, "event", {"type": "OTHER", "processing": "STREAMING"})
        if names:
            builder.add_edge(Wrote(run, table))
        records.append(builder.build())
    expected = MemoryStore()
    expected.apply(joined(records), 2)
    with sqlite() as store:
        for entry, record in enumerate(records):
            store.apply(record, entry)
        asked = [(table.id, 9)]
        assert [(one.at, one.entry) for one in store.contributions(asked, newest=2)] == [(9, 2), (5, 0)]
        assert store.contributions(asked, newest=2) == expected.contributions(asked, newest=2)


@given(CHANCE, st.integers(1, 12), st.integers(1, 5))
@settings(max_examples=40)
def test_flows_that_are_joined_when_read_are_those_of_the_rules(chance: random.Random, length: int, batch: int) -> None:
    records = history(chance, length, WIDE)
    ids = ids_of(joined(records))
    points = everything(length - 1)
    expected = MemoryStore()
    with sqlite() as store:
        for _ in applied(expected, store, chance, records, batch):
            pass
        with expected.reading() as one, store.reading() as other:
            wanted, got = flowing(one, ids, points), flowing(other, ids, points)
        for question, answer in wanted.items():
            assert got[question] == answer, question


@given(CHANCE, st.integers(20, 60), st.integers(1, 25))
@settings(max_examples=40)
def test_candidates_that_are_joined_when_read_are_those_of_the_rules(
    chance: random.Random, length: int, batch: int
) -> None:
    records = history(chance, length, LONG)
    ids = ids_of(joined(records))
    points = everything(length - 1)
    expected = MemoryStore()
    with sqlite() as store:
        for _ in applied(expected, store, chance, records, batch):
            pass
        with expected.reading() as one, store.reading() as other:
            wanted, got = contributing(one, ids, points), contributing(other, ids, points)
            for direction in DIRECTIONS:
                assert one.flows(ids[::5], direction) == other.flows(ids[::5], direction)
                assert one.flows(ids[::5], direction, 7, length // 2) == other.flows(
                    ids[::5], direction, 7, length // 2
                )
            assert one.in_force(ids) == other.in_force(ids)
        for question, answer in wanted.items():
            assert got[question] == answer, question


@given(CHANCE, st.integers(1, 40), st.integers(1, 7), st.integers(8, 40))
def test_a_rebuild_in_other_batches_stores_the_same_rows(
    chance: random.Random, length: int, small: int, large: int
) -> None:
    records = history(chance, length, World(3, 2, 3))
    with sqlite() as store:
        for start in range(0, length, small):
            store.apply(joined(records[start : start + small]), min(start + small, length) - 1)
        live = list(store.scan())
        store.clear()
        assert list(store.scan()) == []
        assert store.checkpoint() == -1
        for start in range(0, length, large):
            store.apply(joined(records[start : start + large]), min(start + large, length) - 1)
        assert list(store.scan()) == live


@given(CHANCE, st.integers(1, 30))
def test_applying_again_what_is_there_changes_nothing(chance: random.Random, length: int) -> None:
    records = history(chance, length)
    with sqlite() as store:
        for entry, facts in enumerate(records):
            store.apply(facts, entry)
        live, counts = list(store.scan()), store.counts()
        again = chance.randrange(length)
        store.apply(joined(records[again:]), length - 1)
        store.apply(records[again], again)
        assert list(store.scan()) == live
        assert store.counts() == counts
        assert store.checkpoint() == length - 1
