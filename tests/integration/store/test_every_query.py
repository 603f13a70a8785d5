"""Every query there is, asked of one catalog in every store: the same answer, and of Neo4j in how many round trips."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import neo4j
import pytest

from catalog.gate.model import GateQuestion
from catalog.gate.queries import gate
from catalog.projection.rebuilding import rebuild
from catalog.search.model import Search
from catalog.search.queries import search
from catalog.store.neo4j import Neo4jStore
from catalog.store.neo4j.connection import runner
from catalog.store.neo4j.contents import Contents
from catalog.store.neo4j.reading import Neo4jReading
from catalog.store.neo4j.search_memory import SearchMemory
from catalog.store.run_memory import RunMemory
from catalog.store.sqlite import SqliteStore
from catalog.view import Anchor, View
from graph_schema.identity import label_of
from tests.property.catalog.view.test_prefix import DECIDES, PAYLOADS, write
from tests.support.cold import forget
from tests.support.neo4j_server import Neo4jEndpoint
from tests.support.queries import QUERIES, Ask, about_entries
from tests.support.records import House

MOST = 55
"""So many round trips a query makes, of all ids that there are together, where it asks the store level by level."""

MOST_OF: Mapping[str, int] = {
    "approvals": 100,
    "decide": 80,
    "drift": 85,
    "effective_labels": 60,
    "effective_labels of models": 60,
    "effective_labels of snapshots": 65,
    "effective_labels_of_columns": 60,
    "effective_states": 65,
    "finding_details": 120,
    "findings": 120,
    "findings_on": 80,
    "gate": 70,
    "inbox": 100,
    "known": 65,
    "lineage": 60,
    "lineage of all columns": 160,
    "lineage of columns": 215,
    "lineage of columns ever stated": 205,
    "lineage of runs": 105,
    "lineage of snapshots": 95,
    "lineage, past and attempts": 65,
    "lineage_difference": 100,
    "list_approvals": 100,
    "may_use of models": 60,
    "may_use of snapshots": 60,
    "retention_due_of": 70,
    "safety": 105,
    "what_if": 70,
    "why_label": 60,
}
"""Those that walk, or that the table asks once for each id: a fourth more than they make now."""
GATE_AT_FIRST = 100
"""So many round trips the gate makes in a process that has read nothing."""
GATE_NEXT = 10
"""So many for the next version of what is known."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("every query"))
    write(made, [*PAYLOADS, DECIDES])
    yield made
    made.close()


def asked(house: House) -> Mapping[str, Callable[[View], Any]]:
    """Return every query, each of all ids of its label that there are."""
    ids = sorted(row[1] for row in house.store.scan() if row[0] == "node")

    def of(label: str, ask: Ask) -> Callable[[View], Any]:
        return lambda view: ask(view, [one for one in ids if label_of(one) == label])

    table = {name: of(*one) for name, one in {**QUERIES, **about_entries(house.ledger)}.items()}
    return {**table, "search": lambda view: search(view, Search(text="visits")).hits}


def test_a_file_answers_every_query_as_memory_does(house: House, tmp_path: Path) -> None:
    anchor = Anchor(house.ledger, "1", house.clock.micros())
    store = SqliteStore(tmp_path / "graph.db")
    rebuild(house.ledger, store)
    with house.store.reading() as memory, store.reading() as file:
        for name, ask in asked(house).items():
            assert ask(View(file, anchor=anchor)) == ask(View(memory, anchor=anchor)), name
    store.close()


@pytest.mark.neo4j
@pytest.mark.timeout(600)
def test_neo4j_answers_every_query_as_memory_does_in_a_bounded_number_of_round_trips(
    house: House, neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint, neo4j_driver: neo4j.Driver
) -> None:
    anchor = Anchor(house.ledger, "1", house.clock.micros())
    store = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    rebuild(house.ledger, store)
    store.close()
    trips = 0
    with (
        house.store.reading() as memory,
        neo4j_driver.session() as session,
        session.begin_transaction() as transaction,
    ):
        once = runner(transaction)

        def counting(query: str, **values: Any) -> Sequence[neo4j.Record]:  # as the driver takes them
            nonlocal trips
            trips += 1
            return once(query, **values)

        made = {}
        for name, ask in asked(house).items():
            forget()
            read = Neo4jReading(counting, RunMemory(), Contents(), SearchMemory())
            trips = 0
            assert ask(View(read, anchor=anchor)) == ask(View(memory, anchor=anchor)), name
            made[name] = trips
        forget()
        of_gate = []
        versions = sorted(
            row[1] for row in house.store.scan() if row[0] == "node" and label_of(row[1]) == "ModelVersion"
        )
        for version in versions[:2]:
            read, trips = Neo4jReading(counting, RunMemory(), Contents(), SearchMemory()), 0
            asked_of = GateQuestion(of=version, purpose="HRESCH", place="nowhere-land", environment="production")
            assert gate(View(read, anchor=anchor), asked_of) is not None
            of_gate.append(trips)
    assert {name: count for name, count in made.items() if count > MOST_OF.get(name, MOST)} == {}
    assert of_gate[0] <= GATE_AT_FIRST
    assert of_gate[1] <= GATE_NEXT
