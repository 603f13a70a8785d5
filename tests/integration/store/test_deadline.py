"""A call to a store is cut off in the middle once nobody waits for it, and the store goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.store.deadline import ReadEndedError
from catalog.store.neo4j import Neo4jStore
from catalog.store.protocol import Store
from catalog.store.sqlite import SqliteStore
from graph_schema.bitemporal import RANK
from graph_schema.builder import FactBuilder
from graph_schema.edges import Executed, Read, Wrote
from graph_schema.nodes import Dataset, Job
from tests.support.facts import run_node
from tests.support.neo4j_server import Neo4jEndpoint

WIDE = 700
OUTPUTS = [Dataset("made-up", f"output {number}").id for number in range(WIDE)]


class Left:
    """A deadline that has passed, or does after so many looks; it counts them."""

    remaining = 0.01

    def __init__(self, after: int = 0) -> None:
        self.looks, self._after = 0, after

    def lasts(self) -> bool:
        self.looks += 1
        return self.looks <= self._after


@pytest.fixture(params=["sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Return a store that holds a run whose inputs and outputs make half a million flows."""
    made: Store
    if request.param == "sqlite":
        made = SqliteStore(tmp_path / "graph.db")
    else:
        endpoint: Neo4jEndpoint = request.getfixturevalue("neo4j_endpoint")
        made = Neo4jStore(request.getfixturevalue("neo4j_uri"), *endpoint.auth)
    run, job = run_node("wide"), Job("made-up", "wide")
    builder = FactBuilder(0, 0, "0" * 16, RANK["COMPLETE"], run.id, job.id)
    builder.add_statement(run, "event", {"type": "COMPLETE"})
    builder.add_edge(Executed(run, job))
    for number in range(WIDE):
        builder.add_edge(Read(run, Dataset("made-up", f"input {number}")))
        builder.add_edge(Wrote(run, Dataset("made-up", f"output {number}")))
    made.apply(builder.build(), 0)
    yield made
    made.close()


def test_a_call_that_nobody_waits_for_is_cut_off_and_the_next_one_is_answered(store: Store) -> None:
    with pytest.raises(ReadEndedError), store.reading(Left()) as reader:
        reader.flows(OUTPUTS, "in")
    with store.reading() as reader:
        assert len(reader.flows(OUTPUTS[:2], "in")) == 2 * WIDE


def test_a_call_that_somebody_waits_for_is_answered(tmp_path: Path) -> None:
    waiting = Left(after=10**9)
    store = SqliteStore(tmp_path / "graph.db")
    with store.reading(waiting) as reader:
        assert reader.checkpoint() == -1
    assert waiting.looks == 0
    store.close()
