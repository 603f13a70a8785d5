from __future__ import annotations

import socket
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import neo4j
import pytest

from catalog.errors import OperatorError
from catalog.store.neo4j import Neo4jStore
from catalog.store.neo4j.connection import SilentMismatchError, runner, write
from catalog.store.neo4j.contents import Contents
from catalog.store.neo4j.reading import Neo4jReading
from catalog.store.neo4j.search_memory import SearchMemory
from catalog.store.protocol import Direction
from catalog.store.run_memory import RunMemory
from catalog.store.sqlite import SqliteStore
from graph_schema.bitemporal import RANK
from graph_schema.builder import FactBuilder
from graph_schema.edges import Read, Wrote
from graph_schema.facts import NOW, Facts
from graph_schema.nodes import Dataset
from tests.support.columns import column, column_lineage, facts_of, ran
from tests.support.facts import run_node
from tests.support.neo4j_server import Neo4jEndpoint


def wrote(entry: int) -> Facts:
    builder = FactBuilder(entry, entry, f"{entry:016x}", RANK["COMPLETE"], run=run_node(f"{entry}").id)
    builder.add_statement(run_node(f"{entry}"), "event", {"type": "COMPLETE"})
    builder.add_edge(Read(run_node(f"{entry}"), Dataset("made-up", f"{entry}")))
    builder.add_edge(Wrote(run_node(f"{entry}"), Dataset("made-up", f"{entry + 1}")))
    return builder.build()


def test_a_batch_that_fails_in_the_middle_leaves_sqlite_untouched_and_usable(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    store = SqliteStore(path)
    store.apply(wrote(0), 0)
    live = list(store.scan())
    with sqlite3.connect(path) as other:
        other.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON contribution WHEN NEW.at = 1 BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    with pytest.raises(sqlite3.IntegrityError):
        store.apply(wrote(1), 1)
    assert store.checkpoint() == 0
    assert list(store.scan()) == live
    with sqlite3.connect(path) as other:
        other.execute("DROP TRIGGER refuse")
    other.close()
    store.apply(wrote(1), 1)
    fresh = SqliteStore(tmp_path / "fresh.db")
    fresh.apply(wrote(0) + wrote(1), 1)
    assert list(store.scan()) == list(fresh.scan())
    fresh.close()
    store.close()


def test_two_processes_worth_of_stores_share_one_file(tmp_path: Path) -> None:
    one, other = SqliteStore(tmp_path / "graph.db"), SqliteStore(tmp_path / "graph.db")
    for entry in range(6):
        (one, other)[entry % 2].apply(wrote(entry), entry)
    other.clear()
    for entry in range(6):
        (one, other)[entry % 2].apply(wrote(entry), entry)
    fresh = SqliteStore(tmp_path / "fresh.db")
    fresh.apply(sum((wrote(entry) for entry in range(1, 6)), wrote(0)), 5)
    assert list(one.scan()) == list(other.scan()) == list(fresh.scan())
    for store in (one, other, fresh):
        store.close()


@pytest.mark.parametrize("damage", ["folder", "text", "layout"])
def test_a_file_that_cannot_be_used_is_the_operators_to_mend(tmp_path: Path, damage: str) -> None:
    path = tmp_path / ("absent/graph.db" if damage == "folder" else "graph.db")
    if damage == "text":
        path.write_text("this is no database " * 100)
    if damage == "layout":
        with sqlite3.connect(path) as other:
            other.execute("PRAGMA user_version = 99")
        other.close()
    with pytest.raises(OperatorError) as caught:
        SqliteStore(path)
    assert caught.value.action


def test_a_file_of_an_earlier_layout_is_emptied_to_be_filled_from_the_ledger(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "graph.db"
    with sqlite3.connect(path) as other:
        other.executescript("CREATE TABLE node (id TEXT); CREATE TABLE former (id TEXT); PRAGMA user_version = 1")
    other.close()
    store = SqliteStore(path)
    assert (store.checkpoint(), store.version()) == (-1, None)
    assert "the graph is made anew" in caplog.text
    store.apply(wrote(0), 0)
    store.close()
    again = SqliteStore(path)
    assert again.checkpoint() == 0
    again.close()


@pytest.mark.neo4j
def test_a_graph_that_was_being_cleared_says_so_and_is_cleared_to_its_end(
    neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    store.mark("1")
    store.apply(wrote(0), 0)
    with monkeypatch.context() as patch:
        patch.setattr("graph_schema.cypher.schema.clear", lambda: "RETURN 1 / 0 AS removed")
        with pytest.raises(neo4j.exceptions.ClientError):
            store.clear()
    assert store.version() not in {None, "1"}
    assert store.checkpoint() == -1
    assert store.nodes([node.id for node, _ in wrote(0).nodes]) == {}
    store.clear()
    assert (store.version(), list(store.scan())) == (None, [])
    store.close()


@pytest.mark.neo4j
def test_a_batch_that_fails_in_the_middle_leaves_neo4j_untouched_and_usable(
    neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    store.apply(wrote(0), 0)
    live = list(store.scan())
    with monkeypatch.context() as patch:
        patch.setattr("graph_schema.cypher.writing.create_records", lambda: "RETURN 0 AS written")
        with pytest.raises(SilentMismatchError):
            store.apply(wrote(1), 1)
    assert store.checkpoint() == 0
    assert list(store.scan()) == live
    store.apply(wrote(1), 1)
    assert store.checkpoint() == 1
    store.close()


@pytest.mark.neo4j
def test_a_row_that_matches_nothing_is_an_error(neo4j_driver: neo4j.Driver) -> None:
    query = "UNWIND $rows AS row MATCH (n:Absent {id: row.id}) RETURN count(n) AS written"
    with (
        neo4j_driver.session() as session,
        session.begin_transaction() as transaction,
        pytest.raises(SilentMismatchError, match="0 of 1"),
    ):
        write(runner(transaction), query, [{"id": "x"}])


@pytest.mark.neo4j
def test_a_read_takes_as_few_round_trips_whatever_the_number_of_ids(
    neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint, neo4j_driver: neo4j.Driver
) -> None:
    store = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    store.apply(sum((wrote(entry) for entry in range(1, 40)), wrote(0)), 39)
    store.close()
    datasets = [Dataset("made-up", f"{number}").id for number in range(40)]
    runs = [run_node(f"{number}").id for number in range(40)]
    trips = 0
    with neo4j_driver.session() as session, session.begin_transaction() as transaction:
        once = runner(transaction)

        def counting(query: str, **values: Any) -> Sequence[neo4j.Record]:  # as the driver takes them
            nonlocal trips
            trips += 1
            return once(query, **values)

        read = Neo4jReading(counting, RunMemory(), Contents(), SearchMemory())
        for most, ask in (
            (1, lambda: read.nodes(datasets)),
            (3, lambda: read.edges(datasets, ("READ", "WROTE"), "in")),
            (2, lambda: read.statements(datasets, ("schema",))),
            (1, lambda: read.in_force(datasets)),
            (3, lambda: read.runs(runs)),
            (1, lambda: read.flows(datasets, "in")),
            (1, lambda: read.reach(datasets[:1], "out", 39, 100)),
            (2, lambda: read.contributions([(dataset, NOW) for dataset in datasets])),
        ):
            before = trips
            ask()
            assert trips <= before + most


@pytest.mark.neo4j
def test_columns_over_twenty_levels_take_four_round_trips(
    neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint, neo4j_driver: neo4j.Driver
) -> None:
    store = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    for level in range(30):
        made_of = column_lineage({name: [f"{level}.{name}"] for name in "abc"})
        store.apply(facts_of(ran("a job", [f"{level}"], {f"{level + 1}": made_of}), level), level)
    store.close()
    asked: list[str] = []
    with neo4j_driver.session() as session, session.begin_transaction() as transaction:
        once = runner(transaction)

        def counting(query: str, **values: Any) -> Sequence[neo4j.Record]:  # as the driver takes them
            asked.append(query)
            return once(query, **values)

        read = Neo4jReading(counting, RunMemory(), Contents(), SearchMemory())
        asked.clear()
        starts: dict[Direction, int] = {"in": 30, "out": 0}
        for direction, start in starts.items():
            found = read.column_reach([column(f"{start}.{name}") for name in "abc"], direction, 21, 1000)
            assert found is not None
            assert len(found.flows) >= 21 * 3
            assert len(asked) <= 4
            asked.clear()


def test_a_server_that_is_not_there_is_the_operators_to_start() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(OperatorError, match="cannot be reached") as caught:
        Neo4jStore(f"bolt://127.0.0.1:{port}", "neo4j", "wrong", retry_seconds=1)
    assert caught.value.retry_after


@pytest.mark.neo4j
def test_a_wrong_password_is_the_operators_to_set(neo4j_uri: str) -> None:
    with pytest.raises(OperatorError, match="refuses"):
        Neo4jStore(neo4j_uri, "neo4j", "certainly wrong", retry_seconds=1)
