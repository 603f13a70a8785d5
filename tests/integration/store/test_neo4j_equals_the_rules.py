from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

import neo4j
import pytest

from catalog.lineage.model import Direction, FlowScope, Grain, Walk
from catalog.lineage.queries import lineage
from catalog.store.indexes.in_force import by_aspect
from catalog.store.memory import MemoryStore
from catalog.store.neo4j import Neo4jStore, searching
from catalog.store.neo4j import store as neo4j_store
from catalog.store.neo4j.connection import Run, runner
from catalog.store.protocol import Query
from catalog.view import View
from graph_schema.bitemporal import RECORD_RANK
from graph_schema.builder import FactBuilder
from graph_schema.cypher import reading
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset, Job
from tests.support.answers import DIRECTIONS, answers, everything, ids_of
from tests.support.columns import column, column_lineage, dataset, facts_of, indirect, ran
from tests.support.facts import LONG, WIDE, World, history, joined, shuffled
from tests.support.neo4j_server import Neo4jEndpoint
from tests.support.searching import asked, pages, record

pytestmark = pytest.mark.neo4j
LIMIT = 99


@pytest.fixture
def store(neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint) -> Iterator[Neo4jStore]:
    made = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    yield made
    made.close()


@pytest.mark.parametrize("seed", range(10))
def test_every_verb_answers_as_the_rules_do(store: Neo4jStore, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # made-up facts, nothing secret
    world = (World(), World(3, 2, 2), WIDE, LONG)[seed % 4]
    length, batch = chance.randrange(5, 60 // world.most + 30), chance.randrange(1, 20)
    records = history(chance, length, world)
    ids = ids_of(joined(records))
    expected = MemoryStore()
    for start in range(0, length, batch):
        part = joined(records[start : start + batch])
        upto = min(start + batch, length) - 1
        expected.apply(part, upto)
        store.apply(shuffled(chance, part), upto)
        assert list(store.scan()) == list(expected.scan())
    points = everything(length - 1)
    with expected.reading() as one, store.reading() as other:
        wanted, got = answers(one, ids, points), answers(other, ids, points)
        for question, answer in wanted.items():
            assert got[question] == answer, question
        for depth in (0, 1, 3, 9):
            for direction in DIRECTIONS:
                least = one.reach(ids[:2], direction, depth, LIMIT)
                reached = other.reach(ids[:2], direction, depth, LIMIT)
                assert least is not None
                assert reached is not None
                assert reached >= least
    assert store.counts() == expected.counts()


@pytest.mark.parametrize("seed", range(4))
def test_columns_are_walked_as_in_memory(store: Neo4jStore, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # made-up facts, nothing secret
    names, fields = "ABCDEF", "xyz"
    columns = [f"{name}.{field}" for name in names for field in fields]
    events = [
        ran(
            f"j{chance.randrange(4)}",
            chance.sample(names, 2),
            {
                chance.choice(names): column_lineage(
                    {field: chance.sample(columns, 2) for field in chance.sample(fields, 2)},
                    [indirect(chance.choice(columns))] if chance.random() < 0.3 else [],
                )
            },
            f"2026-01-01T{hour:02}:00:00Z",
        )
        for hour in range(20)
    ]
    expected = MemoryStore()
    for entry, event in enumerate(events):
        expected.apply(facts_of(event, entry), entry)
        store.apply(facts_of(event, entry), entry)
    ids = [*map(column, columns[::4]), *map(dataset, names[::2])]
    with store.reading() as read:
        for direction in DIRECTIONS:
            for depth, point in ((1, (NOW, NOW)), (9, (NOW, NOW)), (20, (NOW, 11))):
                held = expected.column_reach(ids[:2], direction, depth, LIMIT, *point)
                found = read.column_reach(ids[:2], direction, depth, LIMIT, *point)
                assert held is not None
                assert found is not None
                assert found.ids >= held.ids
                assert found.flows == expected.column_flows(sorted(found.ids), direction, *point)
        for one in ids:
            for way in (Direction.UPSTREAM, Direction.DOWNSTREAM):
                for flows in FlowScope:
                    walk = Walk((one,), way, Grain.COLUMN, 20, flows)
                    assert lineage(View(read), walk) == lineage(View(expected), walk)


@pytest.mark.parametrize(
    ("most_sorted", "titles", "looked"),
    [(0, 0, 0), (0, 500_000, 0), (0, 500_000, 15), (2_000, 0, 0)],
    ids=["walked", "ordered", "walked for long", "sorted"],
)
@pytest.mark.parametrize("seed", range(3))
def test_it_finds_what_comparing_every_node_finds(
    store: Neo4jStore, monkeypatch: pytest.MonkeyPatch, seed: int, most_sorted: int, titles: int, looked: int
) -> None:
    monkeypatch.setattr(searching, "_SORTED", most_sorted)
    monkeypatch.setattr(searching, "MOST_TITLES", titles)
    monkeypatch.setattr(searching, "_LOOKED_AT", looked)
    monkeypatch.setattr(searching, "_MANY", 1)
    chance = random.Random(seed)  # noqa: S311  # made-up facts, nothing secret
    records = [record(chance, entry) for entry in range(40)]
    ids = sorted({node.id for node, _ in joined(records).nodes})
    expected = MemoryStore()
    for start in range(0, 40, 7):
        part, upto = joined(records[start : start + 7]), min(start + 7, 40) - 1
        expected.apply(part, upto)
        store.apply(part, upto)
        # What was remembered of a search must not outlive what it was read of.
        with expected.reading() as one, store.reading() as other:
            for query in (asked(chance, ids) for _ in range(6)):
                assert pages(other, query) == pages(one, query), query


def test_what_facets_and_many_words_hold_is_read_once_until_it_changes(
    store: Neo4jStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_MANY", 1)
    monkeypatch.setattr(searching, "_SORTED", 0)
    monkeypatch.setattr(searching, "_LOOKED_AT", 0)
    zones = ["LANDING", "CURATED", "TRAINING"]

    def declared(entry: int, name: str, zone: str | None) -> None:
        builder = FactBuilder(entry, entry, f"{entry:016x}", RECORD_RANK)
        node = Job("made-up", name) if zone is None else Dataset("made-up", name)
        builder.add_node(node)
        if zone is not None:
            builder.add_statement(node, "zone", zone)
        store.apply(builder.build(), entry)

    for entry, zone in enumerate(zones):
        declared(entry, f"ward/{'cab'[entry]} bed", zone)
    read: list[dict[str, int]] = []
    sets = ("names", "names_in", "words", "words_in")

    def counting(transaction: neo4j.Transaction) -> Run:
        run = runner(transaction)

        def counted(query: str, **parameters: object) -> Sequence[neo4j.Record]:
            answer = run(query, **parameters)
            if query == reading.in_title_order("Dataset"):
                read.append({"titles": len(answer[0]["found"])})
            elif query == reading.sets():
                found = answer[0]["found"]
                read.append({name: len(some) for name, some in found.items()})
                read[-1]["numbers"] = sum(len(single) for _, _, single, _ in found["words_in"])
            return answer

        return counted

    monkeypatch.setattr(neo4j_store, "runner", counting)

    def searched() -> tuple[list[str], Mapping[str, int], list[Mapping[str, int]]]:
        read.clear()
        page = store.find(Query(("Dataset",), text="ward", facets=("zone",)))
        return [hit.node.title for hit in page.hits], page.facets["zone"], list(read)

    titles, counts, met = searched()
    assert titles == ["ward/a bed", "ward/b bed", "ward/c bed"]
    assert counts == dict.fromkeys(sorted(zones), 1)
    assert [met[0][given] for given in sets] == [3, 0, 1, 0]
    assert met[1] == {"titles": 3}
    assert [[one[given] for given in sets] for one in searched()[2]] == [[0, 0, 0, 0]]

    declared(3, "ward/ab bed", "CURATED")
    titles, counts, met = searched()
    assert titles == ["ward/a bed", "ward/ab bed", "ward/b bed", "ward/c bed"]
    assert counts == {"CURATED": 2, "LANDING": 1, "TRAINING": 1}
    # Nobody reads all titles again for one more.
    assert [[one[given] for given in sets] for one in met] == [[0, 3, 0, 1]]

    # A job stands in another chunk than datasets: what these are found by is not read again.
    declared(4, "ward/job", None)
    page = store.find(Query(("Dataset", "Job"), text="ward", facets=("zone",)))
    assert (page.total, page.facets["zone"]) == (5, counts)
    assert [read[-1][given] for given in (*sets, "numbers")] == [0, 0, 0, 1, 1]

    # A node keeps its number: of those that are given it is asked once.
    for asked_of in (1, 0):
        beside = {("phi", "A"): frozenset({page.hits[0].id})}
        assert store.find(Query(("Dataset",), facets=("phi",), beside=beside)).facets == {"phi": {"A": 1}}
        assert next(one for one in reversed(read) if "nodes" in one)["nodes"] == asked_of

    store.clear()
    declared(0, "ward/z bed", "LANDING")
    titles, counts, met = searched()
    assert (titles, counts, met[1]) == (["ward/z bed"], {"LANDING": 1}, {"titles": 1})


def test_what_search_keeps_is_the_same_when_it_is_filled_anew_from_the_facts(
    store: Neo4jStore, neo4j_driver: neo4j.Driver, neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint
) -> None:
    chance = random.Random(5)  # noqa: S311  # made-up facts, nothing secret
    records = [record(chance, entry) for entry in range(40)]
    for entry, facts in enumerate(records):
        store.apply(facts, entry)
    ids = sorted({node.id for node, _ in joined(records).nodes})
    queries = [asked(chance, ids) for _ in range(20)]
    with store.reading() as read:
        before = [pages(read, query) for query in queries]
    neo4j_driver.execute_query(
        "MATCH (l:Lineward {name: 'graph'}) SET l.indexes = '{}', l.numbers = '{}' WITH l "
        "MATCH (n:Entity) REMOVE n.search_number, n.search_name, n.search_digits"
    )
    again = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    with again.reading() as read:
        assert [pages(read, query) for query in queries] == before
    again.close()


@pytest.mark.parametrize("named", [5, 400])
def test_a_search_takes_the_same_statements_and_rows_however_many_nodes_it_finds(
    store: Neo4jStore, monkeypatch: pytest.MonkeyPatch, named: int
) -> None:
    builder = FactBuilder(0, 0, "0" * 16, RECORD_RANK)
    for number in range(named):
        builder.add_statement(Dataset("made-up", f"ward{number % 5}/set{number:04}"), "zone", "LANDING")
    store.apply(builder.build(), 0)
    rows: list[int] = []

    def counting(transaction: neo4j.Transaction) -> Run:
        run = runner(transaction)

        def counted(query: str, **parameters: object) -> Sequence[neo4j.Record]:
            answer = run(query, **parameters)
            found = answer[0]["found"] if answer and "found" in answer[0] else ()
            rows.append(sum(map(len, found.values())) if isinstance(found, dict) else len(found))
            return answer

        return counted

    monkeypatch.setattr(neo4j_store, "runner", counting)
    page = store.find(Query(("Dataset",), text="ward", facets=("zone", "label", "gap"), first=5))
    assert page.total == named
    assert len(rows) == 4
    # Words that begin so, values of facets, finds of the page and one more, and their aspects in force.
    assert sum(rows) <= 40


def test_a_rebuild_in_other_batches_stores_the_same_and_again_changes_nothing(store: Neo4jStore) -> None:
    chance = random.Random(7)  # noqa: S311  # made-up facts, nothing secret
    records = history(chance, 40, World(3, 2, 3))
    for start in range(0, 40, 3):
        store.apply(joined(records[start : start + 3]), min(start + 3, 40) - 1)
    live = list(store.scan())
    store.apply(joined(records[11:]), 39)
    assert list(store.scan()) == live
    store.clear()
    store.apply(joined(records), 39)
    assert list(store.scan()) == live


def test_what_is_in_force_stands_on_the_node_as_a_person_reads_it(
    store: Neo4jStore, neo4j_driver: neo4j.Driver
) -> None:
    chance = random.Random(3)  # noqa: S311  # made-up facts, nothing secret
    records = history(chance, 60)
    expected = MemoryStore()
    for entry, facts in enumerate(records):
        store.apply(facts, entry)
        expected.apply(facts, entry)
    found = {hit.id: hit.facets for hit in expected.find(Query(("Dataset",), first=10_000)).hits}
    current = by_aspect(store.in_force(ids_of(joined(records))))
    shown = neo4j_driver.execute_query(
        "MATCH (n:Dataset) RETURN n.id AS id, n.zone AS zone, coalesce(n.phi, []) AS phi"
    ).records
    assert shown
    for row in shown:
        aspects = current.get(row["id"], {})
        assert row["zone"] == aspects.get("zone")
        assert sorted(row["phi"]) == sorted(value for name, value in found[row["id"]] if name == "phi")
