"""What is held for later answers is what the store says, whatever entries come in between and whoever asks."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.store import touches
from catalog.store.graph_state import GraphState
from catalog.store.indexes.grounds import Ground
from catalog.store.indexes.keys import CARRIES, FIELDS
from catalog.store.indexes.label_work import FOLLOWED, HELD
from catalog.store.indexes.table import Changes, Row
from catalog.store.memory import MemoryStore
from catalog.store.protocol import Direction, Quarantined, Store, StoreReader
from catalog.store.remembering import Remembering
from catalog.store.row_cache import RowCache
from catalog.store.sqlite import SqliteStore
from graph_schema.bitemporal import RANK
from graph_schema.builder import FactBuilder
from graph_schema.edges import Executed, Wrote
from graph_schema.facts import NOW, Facts
from graph_schema.nodes import Dataset, Job, Run
from graph_schema.registry import TYPES
from tests.property.store.test_touches import COLUMN, FACETS, SAID, rerun
from tests.support.answers import DIRECTIONS, ids_of
from tests.support.facts import LONG, WIDE, World, history, joined

CHANCE = st.integers(0, 2**32).map(random.Random)
WORLDS = st.sampled_from([World(3, 2, 2), World(), WIDE, LONG])

Ask = Callable[[StoreReader, Sequence[str], int], Any]


def _contributions(newest: int, *, by_job: bool) -> Ask:
    return lambda read, ids, at: read.contributions([(one, NOW) for one in ids], at, newest, by_job=by_job)


def _lookup(label: str, field: str, *more: str) -> Ask:
    def ask(read: StoreReader, ids: Sequence[str], at: int) -> list[list[str]]:
        titles = [known.node.title for known in read.nodes(ids, at).values()]
        several = ["", "made-up", COLUMN, *more, *titles]
        return [read.lookup(label, field, several, at), *(read.lookup(label, field, [one], at) for one in several)]

    return ask


def _transformations(read: StoreReader, ids: Sequence[str], at: int) -> Any:
    return read.transformations({one.how for one in read.column_flows(ids, "in", NOW, at)})


def _mentioned(read: StoreReader, ids: Sequence[str], at: int) -> Any:
    return read.mentioned({one.stated for one in read.column_coverage(ids, NOW, at)})


def _runs(read: StoreReader, ids: Sequence[str], at: int) -> Any:
    # There may be newer facts among those of a run.
    return {run: facts.at(NOW, at) for run, facts in read.runs(ids).items()}


def _edges(kind: str, way: Direction) -> Ask:
    return lambda read, ids, at: read.edges(ids, (kind,), way, NOW, at)


def _statements(aspect: str) -> Ask:
    return lambda read, ids, at: read.statements(ids, (aspect,), NOW, at)


def _flows(way: Direction) -> Ask:
    return lambda read, ids, at: (read.flows(ids, way, NOW, at), read.column_flows(ids, way, NOW, at))


QUESTIONS: Mapping[str, Ask] = {
    **{f"{kind} {way}": _edges(kind, way) for kind in TYPES for way in DIRECTIONS},
    **{f"{one} stated": _statements(one) for one in SAID},
    **{f"{label} by {field}": _lookup(label, field) for label, fields in FIELDS.items() for field in fields},
    **{f"{label} with a facet": _lookup(label, CARRIES, *FACETS) for label in ("Dataset", "Job", "Run")},
    **{f"flows {way}": _flows(way) for way in DIRECTIONS},
    **{f"contributions {newest}": _contributions(newest, by_job=True) for newest in (1, 2)},
    "contributions of all jobs": _contributions(1, by_job=False),
    "nodes": lambda read, ids, at: read.nodes(ids, at),
    "edges": lambda read, ids, at: read.edges(ids, TYPES, "both", NOW, at),
    "edges before": lambda read, ids, at: read.edges(ids, TYPES, "both", 5, at // 2),
    "statements": lambda read, ids, at: read.statements(ids, None, NOW, at),
    "statements before": lambda read, ids, at: read.statements(ids, None, 5, at // 2),
    "in force": lambda read, ids, _: read.in_force(ids),
    "endings": lambda read, ids, _: read.in_force(ids, endings=True),
    "runs": _runs,
    "uses": lambda read, ids, at: read.uses(ids, NOW, at),
    "schemas": lambda read, ids, at: read.schemas(ids, NOW, at),
    "pointers": lambda read, ids, at: read.pointers(ids, NOW, at),
    "listings": lambda read, ids, at: read.listings(ids, NOW, at),
    "named in facets": lambda read, ids, at: read.named_in_facets(ids, at),
    "coverage": lambda read, ids, at: read.column_coverage(ids, NOW, at),
    "mentioned": _mentioned,
    "transformations": _transformations,
    "grounds": lambda read, ids, at: read.grounds(list(Ground), ids, at),
    "a ground": lambda read, ids, at: read.grounds([Ground.SCHEMA], ids, at),
    "record states": lambda read, ids, _: read.record_states(ids),
    "grounds of all": lambda read, _, at: read.grounds(list(Ground), None, at),
    "quarantined": lambda read, *_: read.quarantined(),
}


class Story:
    """A store that takes entries, readers of several of its states, and rows that are held for all of them."""

    def __init__(self, store: Store, stack: ExitStack, ids: Sequence[str], readers: int) -> None:
        self.store, self.ids, self.held = store, ids, RowCache(GraphState())
        self._most = readers
        self._stack = stack
        self._readers: list[tuple[StoreReader, Remembering]] = []

    def look(self, chance: random.Random) -> None:
        """Begin to look at the state of now, and no longer at one of those before."""
        reader = self._stack.enter_context(self.store.reading())
        self._readers = [*self._readers, (reader, self._of(reader))][-self._most :]
        if self._most > 1 and chance.random() < 0.5:
            # Somebody who began at that state, and asks only now.
            earlier, _ = chance.choice(self._readers)
            self._readers = [(earlier, self._of(earlier)), *self._readers[1:]]

    def forget(self) -> None:
        """Look at none of the states so far."""
        self._stack.close()
        self._readers = []

    def _of(self, reader: StoreReader) -> Remembering:
        return Remembering(reader, reader.checkpoint(), self.held.of(reader))

    def ask(self, chance: random.Random, questions: Sequence[str]) -> None:
        """Raises AssertionError where one of the readers answers otherwise than its state of the store."""
        for plain, remembering in self._readers:
            some = chance.sample(self.ids, chance.randint(1, len(self.ids)))
            at = plain.checkpoint()
            if chance.random() < 0.5:
                remembering.together([partial(QUESTIONS[name], remembering, some, at) for name in questions])
            for name in questions:
                ask = QUESTIONS[name]
                assert ask(remembering, some, at) == ask(plain, some, at), name


def told(chance: random.Random, length: int, again: int, world: World) -> list[Facts]:
    first = history(chance, length, world)
    return first + [rerun(chance, length + number, 20 + number) for number in range(again)]


def tell(
    store: Store,
    entries: Sequence[Facts],
    chance: random.Random,
    questions: Sequence[str] | None = None,
    readers: int = 3,
) -> None:
    """Let a store take entries, be emptied and filled anew and be written to by a follower, and ask in between."""
    ids, steps = ids_of(joined(list(entries))), 0
    with ExitStack() as stack:
        story = Story(store, stack, ids, readers)
        for entry, facts in enumerate(entries):
            refused = [Quarantined(entry, "declare_dataset", (), "made up")] if chance.random() < 0.1 else []
            store.apply(facts, entry, refused)
            if chance.random() < 0.1:
                changes = Changes()
                changes.add(HELD, [(chance.choice(ids), "CLINICAL_NOTE", 0, "[]")])
                before = ("labels", steps, steps) if steps else None
                steps += store.keep(changes, FOLLOWED, ("labels", steps + 1, steps + 1), before)
            if chance.random() < 0.05:
                story.forget()
                store.clear()
                steps, erased = 0, joined([one for one in entries[: entry + 1] if chance.random() < 0.9])
                store.apply(erased, entry)
            story.look(chance)
            story.ask(chance, questions or chance.sample(sorted(QUESTIONS), 12))
        story.ask(chance, questions or sorted(QUESTIONS))


@contextmanager
def sqlite() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "graph.db")
        yield store
        store.close()


@given(CHANCE, st.integers(1, 12), st.integers(0, 8), WORLDS)
@settings(max_examples=15)
def test_what_is_held_is_what_a_file_says(chance: random.Random, length: int, again: int, world: World) -> None:
    with sqlite() as store:
        tell(store, told(chance, length, again, world), chance)


@given(CHANCE, st.integers(1, 12), WORLDS)
@settings(max_examples=5)
def test_what_is_held_is_what_memory_says(chance: random.Random, length: int, world: World) -> None:
    tell(MemoryStore(), told(chance, length, 2, world), chance)


LEFT_OUT: Mapping[str, Sequence[str]] = {
    "flow": ["flows out"],
    "alias": ["flows out"],
    "hub inlet outlet": ["flows in", "flows out"],
    "contribution replacement producer": ["contributions 1"],
    "joined output effect": ["contributions 1"],
    "named_in_facet": ["named in facets"],
    "pointer": ["pointers"],
    "pointer_listing": ["listings"],
    "schema": ["schemas"],
    "column_flow": ["flows out"],
    "column_coverage": ["coverage"],
    "job_use": ["uses"],
    "in_force": ["in force"],
    "key_field": ["Snapshot by version", "Model by dataset"],
    "facet_key": ["Dataset with a facet"],
}
"""The tables, those together of which each row comes with one of another, and what is answered by them."""


def on_and_on(length: int) -> list[Facts]:
    """Return what the events of one run say that writes much and completes again and again: its outputs are joined."""
    job, entries = Job("made-up", "on and on"), []
    run = Run(job.namespace, job.name, "00000000-0000-4000-8000-000000000001")
    for entry in range(length):
        builder = FactBuilder(entry, 20 + entry, f"{entry:016x}", RANK["COMPLETE"], run.id, job.id)
        builder.add_statement(run, "event", {"type": "COMPLETE"})
        builder.add_edge(Executed(run, job))
        for number in range(100):
            builder.add_edge(Wrote(run, Dataset("made-up", f"written {number}")))
        entries.append(builder.build())
    return entries


def stories(tables: str) -> Iterator[list[Facts]]:
    """Yield what is told where rows of these tables are to be met."""
    if "joined" in tables:
        yield on_and_on(9)
    for seed in range(24):
        chance = random.Random(seed)  # noqa: S311  any story
        yield told(chance, *((14, 0, World(3, 2, 2)), (14, 0, WIDE), (2, 9, World()))[seed % 3])


def is_broken(entries: Sequence[Facts], questions: Sequence[str]) -> bool:
    """Tell whether anything of a story is answered otherwise than by the store."""
    with sqlite() as store:
        try:
            tell(store, entries, random.Random(len(entries)), questions)  # noqa: S311  any order
        except AssertionError:
            return True
    return False


@pytest.mark.parametrize("tables", LEFT_OUT)
def test_were_rows_not_known_to_touch_anything_answers_would_be_those_of_before(tables: str) -> None:
    unread: dict[str, Callable[[Row], Sequence[int]]] = {table: lambda _: () for table in tables.split()}
    with patch.dict(touches._TOUCHES, unread):
        assert any(is_broken(entries, LEFT_OUT[tables]) for entries in stories(tables))


def test_were_nothing_let_go_of_answers_would_be_those_of_before() -> None:
    chance = random.Random(1)  # noqa: S311  any story
    with (
        sqlite() as store,
        patch.object(RowCache, "let_go", lambda *_: None),
        pytest.raises(AssertionError),
    ):
        tell(store, told(chance, 8, 4, World()), chance)
