"""Lineage between columns over random histories: laws, and a plain slow walk over all that was stated."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.lineage.model import Dependency, Direction, FlowScope, Grain, LineageGraph, Walk
from catalog.lineage.queries import lineage
from catalog.reading import AsOf
from catalog.store.memory import MemoryStore
from catalog.store.sqlite import SqliteStore
from catalog.view import View
from graph_schema.facts import NOW, Facts
from graph_schema.times import parse_zoned
from tests.support.answers import DIRECTIONS
from tests.support.columns import Json, column, column_lineage, dataset, facts_of, indirect, name_of, ran, source

NAMES, FIELDS = "ABCD", "xy"
COLUMNS = [f"{name}.{field}" for name in NAMES for field in FIELDS]
NODES = [*map(column, COLUMNS), *map(dataset, NAMES)]
OF = {column(one): dataset(one[0]) for one in COLUMNS} | {dataset(name): "" for name in NAMES}
TIMES = [f"2026-01-01T0{hour}:00:00Z" for hour in range(6)]
STATED = tuple(one for one in Dependency if one is not Dependency.UNSTATED)
laws = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=60)

_column = st.sampled_from(COLUMNS)
_source = st.one_of(_column, _column.map(indirect), _column.map(lambda one: source(one, {})))
_fields = st.dictionaries(st.sampled_from(FIELDS), st.lists(_source, max_size=2), max_size=2)
_wide = st.lists(_column.map(lambda one: indirect(one, "JOIN")), max_size=1)
_facet = st.builds(column_lineage, _fields, _wide)
_entry = st.builds(
    lambda fields: {"lineage": {"fields": {name: {"inputs": some} for name, some in fields.items()}}},
    st.dictionaries(
        st.sampled_from(FIELDS),
        st.lists(_column.map(lambda one: {**source(one), "type": "DATASET"}), min_size=1, max_size=2),
        min_size=1,
        max_size=1,
    ),
)
_mode = st.sampled_from([{}, {}, {"lifecycleStateChange": {"lifecycleStateChange": "OVERWRITE"}}])
_facets = st.builds(
    lambda facet, entry, mode: {**facet, **entry, **mode},
    st.one_of(st.just({}), _facet),
    st.one_of(st.just({}), _entry),
    _mode,
)
_events = st.builds(
    lambda job, run, at, kind, ins, outs: ran(f"j{job}", ins, outs, at, kind, run=f"j{job} r{run}"),
    st.integers(0, 2),
    st.integers(0, 1),
    st.sampled_from(TIMES),
    st.sampled_from(["START", "FAIL", "COMPLETE", "COMPLETE", "COMPLETE"]),
    st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
    st.dictionaries(st.sampled_from(NAMES), _facets, max_size=2),
)
HISTORIES = st.lists(_events, min_size=1, max_size=7)


def store_of(events: Sequence[Json]) -> MemoryStore:
    facts = Facts()
    for entry, event in enumerate(events):
        facts += facts_of(event, entry)
    store = MemoryStore()
    store.apply(facts, len(events) - 1)
    return store


def walked(store: MemoryStore, root: str, direction: Direction, at: AsOf | None = None, **more: Any) -> LineageGraph:
    asked: dict[str, Any] = {"dependencies": STATED, "depth": 20, **more}
    return lineage(View(store, at or AsOf()), Walk((root,), direction, Grain.COLUMN, **asked))


def pairs(graph: LineageGraph) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in graph.edges}


def without_entries(graph: LineageGraph) -> tuple[object, ...]:
    """Return the answer without the entries by which it was known, which depend on the order of arrival."""
    return graph.nodes, {edge._replace(known_from=0) for edge in graph.edges}, graph.completeness, graph.columns


def roots(store: MemoryStore) -> list[str]:
    return [one for one in NODES if one in store.nodes(NODES)]


@contextmanager
def sqlite() -> Iterator[SqliteStore]:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "graph.db")
        try:
            yield store
        finally:
            store.close()


@given(st.permutations(range(7)), HISTORIES, st.sampled_from(Direction).filter(lambda one: one != "CONNECTED"))
@laws
def test_any_order_and_repetition_of_events_gives_the_same(
    order: list[int], events: list[Json], direction: Direction
) -> None:
    store = store_of(events)
    shuffled = store_of([events[place] for place in order if place < len(events)])
    for root in roots(store):
        for flows in FlowScope:
            first = walked(store, root, direction, flows=flows, dependencies=tuple(Dependency))
            assert without_entries(first) == without_entries(
                walked(shuffled, root, direction, flows=flows, dependencies=tuple(Dependency))
            )


@given(HISTORIES, st.sampled_from([*TIMES, ""]))
@laws
def test_what_is_in_the_data_lies_within_what_was_ever_stated(events: list[Json], at: str) -> None:
    store, then = store_of(events), AsOf(parse_zoned(at) or NOW if at else NOW)
    for root in roots(store):
        for direction in (Direction.UPSTREAM, Direction.DOWNSTREAM):
            crisp = pairs(walked(store, root, direction, then))
            assert crisp <= pairs(walked(store, root, direction, then, flows=FlowScope.EVER_STATED))


@given(HISTORIES, st.integers(0, 6), st.sampled_from(FlowScope))
@laws
def test_as_of_an_entry_it_answers_as_if_no_later_one_were_there(
    events: list[Json], entry: int, flows: FlowScope
) -> None:
    whole, prefix = store_of(events), store_of(events[: entry + 1])
    for root in roots(prefix):
        for direction in (Direction.UPSTREAM, Direction.DOWNSTREAM):
            assert walked(whole, root, direction, AsOf(NOW, entry), flows=flows) == walked(
                prefix, root, direction, flows=flows
            )


@given(HISTORIES)
@laws
def test_downstream_is_the_inverse_of_upstream(events: list[Json]) -> None:
    store = store_of(events)
    columns = [one for one in map(column, COLUMNS) if one in store.nodes(NODES)]
    above = {one: walked(store, one, Direction.UPSTREAM) for one in columns}
    for root in columns:
        down = walked(store, root, Direction.DOWNSTREAM)
        reached = {node.id for node in down.nodes}
        fed = {one for one, graph in above.items() if root in {node.id for node in graph.nodes}}
        # A column that no write in force names is reached by what reaches the whole dataset, which stands for it.
        assert {one for one in fed if _is_named(above[one], one)} <= reached
        ways = set().union(*(pairs(graph) for one, graph in above.items() if one in reached or one in fed), set())
        # Of a whole it may lead on to nothing but what a write before had made of the column.
        ways |= set().union(*(pairs(walked(store, one, Direction.UPSTREAM)) for one in reached - above.keys()), set())
        assert {(source_, target) for source_, target in pairs(down) if target in above} <= ways


def _is_named(graph: LineageGraph, root: str) -> bool:
    return any(edge.target == root for edge in graph.edges)


def stated_pairs(events: Sequence[Json]) -> set[tuple[str, str]]:
    """Return every pair of columns that anything ever stated, plainly: wholes stand between."""
    found: set[tuple[str, str]] = set()
    named: dict[str, set[str]] = {name: set() for name in NAMES}
    whole: set[str] = set()
    for event in events:
        for output in event.get("outputs", ()):
            name = output["name"]
            lineage_of = output["facets"].get("columnLineage", {})
            explicit = output["facets"].get("lineage", {})
            fields = {one: some["inputFields"] for one, some in lineage_of.get("fields", {}).items()}
            for said in (fields, {one: some["inputs"] for one, some in explicit.get("fields", {}).items()}):
                for field, some in said.items():
                    named[name].add(field)
                    for one in some:
                        named[one["name"]].add(one["field"])
                        found.add((column(f"{one['name']}.{one['field']}"), column(f"{name}.{field}")))
            for one in lineage_of.get("dataset", ()):
                named[one["name"]].add(one["field"])
                whole.add(name)
                found.add((column(f"{one['name']}.{one['field']}"), dataset(name)))
    found |= {(dataset(name), column(f"{name}.{field}")) for name in whole for field in named[name]}
    return found


@given(HISTORIES)
@laws
def test_what_was_ever_stated_is_what_a_plain_walk_over_all_statements_finds(events: list[Json]) -> None:
    store, every = store_of(events), stated_pairs(events)
    for root in roots(store):
        for direction in (Direction.UPSTREAM, Direction.DOWNSTREAM):
            near, far = (1, 0) if direction is Direction.UPSTREAM else (0, 1)
            own = {one for pair in every for one in pair if OF[one] == root}
            reached, front = {root} | own, {root} | own
            while front:
                front = {pair[far] for pair in every if pair[near] in front} - reached
                reached |= front
            graph = walked(store, root, direction, flows=FlowScope.EVER_STATED)
            assert {node.id for node in graph.nodes} <= reached | own
            # A root stands for its columns: that what reaches the whole reaches them is said where something does.
            idle = {root} & set(map(dataset, NAMES)) if direction is Direction.DOWNSTREAM else set()
            idle -= {target for source_, target in every if source_ in reached}
            assert pairs(graph) == {pair for pair in every if pair[near] in reached - idle}


def test_the_names_of_the_histories_are_made_up() -> None:
    assert name_of("A") == {"namespace": "made-up", "name": "A"}


class _NothingAhead:
    """A reading that fetches no columns ahead, and notes what would have been."""

    remote = False

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def column_reach(self, *_: object) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@given(HISTORIES, st.sampled_from([*TIMES, ""]), st.integers(1, 4), st.sampled_from([2, 5, 2000]))
@laws
def test_what_is_fetched_ahead_changes_no_answer(events: list[Json], at: str, depth: int, budget: int) -> None:
    store, then = store_of(events), AsOf(parse_zoned(at) or NOW if at else NOW)
    for root in roots(store):
        for direction in (Direction.UPSTREAM, Direction.DOWNSTREAM, Direction.BOTH):
            for flows in FlowScope:
                walk = Walk((root,), direction, Grain.COLUMN, depth, flows, budget=budget)
                plain = lineage(View(_NothingAhead(store), then), walk)
                assert lineage(View(store, then), walk) == plain


@given(HISTORIES, st.sampled_from(TIMES), st.integers(0, 7), st.integers(1, 5), st.sampled_from([3, 99]))
@laws
def test_what_is_fetched_ahead_is_all_that_is_derived(
    events: list[Json], at: str, known_at: int, depth: int, limit: int
) -> None:
    rules, valid_at = store_of(events), parse_zoned(at) or NOW
    with sqlite() as store:
        for entry, event in enumerate(events):
            store.apply(facts_of(event, entry), entry)
        for direction in DIRECTIONS:
            asked = NODES[::3], direction, depth, limit, valid_at, known_at
            found = store.column_reach(*asked)
            assert found == rules.column_reach(*asked)
            if found is not None:
                assert found.flows == rules.column_flows(sorted(found.ids), direction, valid_at, known_at)
                further = rules.column_reach(NODES[::3], direction, depth + 1, 2**31)
                assert further is not None
                assert {flow.source if direction == "in" else flow.target for flow in found.flows} <= further.ids
