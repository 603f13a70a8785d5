"""What a record costs in Neo4j, and that what is remembered of the graph is never taken for what it is not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import neo4j
import pytest

from bench.estates import NAMESPACE, run_events
from catalog.errors import OperatorError
from catalog.store.indexes import INDEXES
from catalog.store.indexes.reads import IndexReads
from catalog.store.memory import MemoryStore
from catalog.store.neo4j import Neo4jStore, refilling
from catalog.store.neo4j import store as neo4j_store
from catalog.store.neo4j.connection import Run, planned_once, runner
from catalog.store.neo4j.forms import TABLES, rows_of
from graph_schema.builder import FactBuilder
from graph_schema.cypher import rows
from graph_schema.cypher.rows import Form
from graph_schema.facts import Facts
from graph_schema.nodes import Dataset
from ingest_hooks.openlineage.facts import project_event
from tests.support.answers import answers, everything, ids_of
from tests.support.facts import World, history, joined, shuffled
from tests.support.neo4j_server import Neo4jEndpoint
from tests.support.records import access_decision

pytestmark = pytest.mark.neo4j
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint) -> Iterator[Neo4jStore]:
    made = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    yield made
    made.close()


def run_of_a_job(day: int) -> list[Facts]:
    events = run_events("nightly", ["raw/a", "raw/b"], ["curated/a"], BEGIN + timedelta(days=day))
    return [
        project_event(event, tie=f"{day:08x}{part:08x}", recorded_at=2**60, entry=2 * day + part)
        for part, event in enumerate(events)
    ]


def sizes(driver: neo4j.Driver) -> tuple[int, int]:
    nodes = driver.execute_query("MATCH (n) RETURN count(n) AS n").records[0]["n"]
    return nodes, driver.execute_query("MATCH ()-[r]->() RETURN count(r) AS n").records[0]["n"]


def test_a_run_that_says_nothing_new_adds_three_nodes_and_at_most_eight_relationships(
    store: Neo4jStore, neo4j_driver: neo4j.Driver
) -> None:
    # Of each producer the newest 32 events are kept: from then on they take the places of older ones.
    for facts in (each for day in range(16) for each in run_of_a_job(day)):
        store.apply(facts, facts.statements[0].entry)
    before = sizes(neo4j_driver)
    for day in range(16, 21):
        for facts in run_of_a_job(day):
            store.apply(facts, facts.statements[0].entry)
    nodes, relationships = (now - then for then, now in zip(before, sizes(neo4j_driver), strict=True))
    assert nodes <= 5 * 3
    assert relationships <= 5 * 8


def test_what_is_in_force_is_read_past_none_of_the_decisions_on_it(
    store: Neo4jStore, neo4j_driver: neo4j.Driver
) -> None:
    for facts in run_of_a_job(0):
        store.apply(facts, facts.statements[0].entry)
    written = Dataset(NAMESPACE, "curated/a")
    led = "MATCH (:Dataset {id: $id})<-[r:IS_ABOUT]-() RETURN count(r) AS n"
    before = neo4j_driver.execute_query(led, id=written.id).records[0]["n"]
    for entry in range(10, 20):
        builder = FactBuilder(entry, entry, f"{entry:016x}")
        builder.add_statement(written, "access_decision", access_decision(known_at=entry - 1))
        store.apply(builder.build(), entry)
    assert neo4j_driver.execute_query(led, id=written.id).records[0]["n"] == before > 0
    assert len(store.statements([written.id], ["access_decision"])) == 10
    others = [one for one in store.statements([written.id]) if one.aspect != "access_decision"]
    assert len(store.statements([written.id])) == 10 + len(others) > 10


def test_a_node_is_created_with_all_that_it_shows_and_holds_and_not_found_again(
    store: Neo4jStore, neo4j_driver: neo4j.Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = run_of_a_job(0)
    changed: list[str] = []

    def counting(transaction: neo4j.Transaction) -> Run:
        run = runner(transaction)

        def counted(query: str, **parameters: Any) -> Any:  # whatever a statement takes and gives
            if "SET r +=" in query or "SET n +=" in query:
                changed.extend(query for _ in parameters["rows"])
            return run(query, **parameters)

        return counted

    monkeypatch.setattr(neo4j_store, "runner", counting)
    store.apply(first, 0)
    assert changed == []
    shown = neo4j_driver.execute_query("MATCH (r:Run) RETURN r.state AS state, r.started_at AS at, r.run_state AS row")
    (run,) = (record.data() for record in shown.records)
    assert (run["state"], run["at"].to_native(), run["row"]) == ("RUNNING", BEGIN, True)


def test_two_processes_worth_of_stores_write_to_one_graph(
    store: Neo4jStore, neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint
) -> None:
    other = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    expected = MemoryStore()
    records = history(random.Random(5), 30, World(3, 2, 3))  # noqa: S311  # made-up facts, nothing secret
    for entry, facts in enumerate(records):
        (store, other)[entry // 2 % 2].apply(facts, entry)
        expected.apply(facts, entry)
    assert list(store.scan()) == list(expected.scan())
    with expected.reading() as one, store.reading() as read:
        ids = ids_of(joined(records))
        assert answers(read, ids, everything(29)) == answers(one, ids, everything(29))
    other.close()


@pytest.mark.parametrize("batch", [1, 7])
def test_every_index_has_the_rows_of_its_specification(store: Neo4jStore, batch: int) -> None:
    chance = random.Random(batch)  # noqa: S311  # made-up facts, nothing secret
    records = history(chance, 28, World(3, 2, 3))
    for start in range(0, 28, batch):
        store.apply(shuffled(chance, joined(records[start : start + batch])), start + batch - 1)
    same_answers(store, records)


def test_an_index_that_another_version_of_it_made_is_filled_anew_before_anybody_reads_it(
    store: Neo4jStore, neo4j_driver: neo4j.Driver, neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint
) -> None:
    records = history(random.Random(6), 30, World(3, 2, 3))  # noqa: S311  # made-up facts, nothing secret
    for entry, facts in enumerate(records[:-1]):
        store.apply(facts, entry)
    neo4j_driver.execute_query(
        "MATCH (l:Lineward) SET l.indexes = '{}' WITH l MATCH ()-[f:FEEDS|CONTRIBUTED_TO|DERIVES_FROM]->() DELETE f"
    )
    neo4j_driver.execute_query("MATCH (n:Run|Dataset) REMOVE n.lookup_run_id, n.lookup_folded, n.lookup_undated")
    again = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    same_answers(again, records[:-1])
    again.apply(records[-1], 29)
    same_answers(again, records)
    again.close()


class KilledError(Exception):
    """A process that ended in the middle."""


@pytest.mark.parametrize("transactions", [3, 40])
def test_who_is_killed_while_indexes_are_filled_leaves_what_nobody_reads_and_the_next_one_ends(
    store: Neo4jStore,
    neo4j_driver: neo4j.Driver,
    neo4j_uri: str,
    neo4j_endpoint: Neo4jEndpoint,
    monkeypatch: pytest.MonkeyPatch,
    transactions: int,
) -> None:
    records = history(random.Random(6), 30, World(3, 2, 3))  # noqa: S311  # made-up facts, nothing secret
    store.apply(joined(records[:-1]), 28)
    neo4j_driver.execute_query("MATCH (l:Lineward) SET l.indexes = '{}'")
    monkeypatch.setattr(refilling, "SLICE", 20)
    left = transactions
    once = refilling._advance

    def killed(*state: Any, **changed: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KilledError
        once(*state, **changed)

    with monkeypatch.context() as dying:
        dying.setattr(refilling, "_advance", killed)
        with pytest.raises(KilledError):
            Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    with pytest.raises(OperatorError, match="being filled anew"):
        store.checkpoint()
    written: list[int] = []

    def counting(transaction: neo4j.Transaction) -> Run:
        run = runner(transaction)

        def counted(query: str, **parameters: Any) -> Any:
            if " AS written" in query:
                written.append(len(parameters["rows"]))
            return run(query, **parameters)

        return counted

    with monkeypatch.context() as counted_:
        counted_.setattr(neo4j_store, "runner", counting)
        Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password).close()
    assert 0 < max(written) <= 2 * 20  # an arrow names two nodes
    same_answers(store, records[:-1])
    # Another version has filled them again, since this store was opened.
    neo4j_driver.execute_query("MATCH (l:Lineward) SET l.indexes = '{}'")
    store.apply(records[-1], 29)
    same_answers(store, records)


def test_rows_are_sought_in_every_order_also_when_planned_on_an_empty_graph(
    store: Neo4jStore, neo4j_driver: neo4j.Driver
) -> None:
    assert store.checkpoint() == -1
    for table in TABLES:
        form = rows_of(table)
        for order in (form.keyed, *table.orders):
            for length in range(1, len(order) + 1):
                fields = order[:length]
                if form.form is Form.ARROW and not form.ordered and not {form.source, form.target} & set(fields):
                    continue  # whoever asks for arrows names an end
                query = f"EXPLAIN {planned_once(rows.under(form, fields, known=table.known or ''))}"
                plan = neo4j_driver.execute_query(query, given={"prefixes": [], "known_at": 0}).summary.plan
                assert plan is not None
                assert not [one for one in operators(plan) if "Scan" in one], query


def operators(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["operatorType"]
    for child in plan.get("children", ()):
        yield from operators(child)


def same_answers(store: Neo4jStore, records: list[Facts]) -> None:
    """Hold every index but the search, whose words nodes carry, to its specification, and the store to the rules."""
    expected = MemoryStore()
    expected.apply(joined(records), len(records) - 1)
    ids, points = ids_of(joined(records)), everything(len(records) - 1)
    with expected.reading() as one, store.reading() as read:
        assert isinstance(read, IndexReads)
        assert isinstance(one, IndexReads)
        for index in INDEXES:
            if index.name != "search":
                assert list(index.answers(read, ids)) == list(index.answers(one, ids)), index.name
        assert answers(read, ids, points) == answers(one, ids, points)
