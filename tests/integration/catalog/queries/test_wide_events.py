"""What one event of a thousand inputs and a thousand outputs costs those who ask: what it said, never its pairs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.lineage.model import Direction, FlowScope, Grain, LineageGraph, Walk
from catalog.lineage.queries import lineage, lineage_counts
from catalog.lineage.walk import EDGES_A_NODE
from catalog.reading import Complete, Truncated
from catalog.store.sqlite import SqliteStore
from catalog.view import View
from graph_schema.bitemporal import RANK
from graph_schema.builder import FactBuilder
from graph_schema.edges import Executed, Read, Wrote
from graph_schema.facts import Facts
from graph_schema.nodes import Dataset, Job
from tests.support.facts import run_node

ENDS = 1000
INPUTS, OUTPUTS = ([Dataset("made-up", f"{side}-{number:04}") for number in range(ENDS)] for side in ("in", "out"))
REPORT = Dataset("made-up", "report")


def complete(entry: int, job: str, reads: list[Dataset], writes: list[Dataset]) -> Facts:
    run, executed = run_node(f"run-{entry}"), Job("made-up", job)
    builder = FactBuilder(entry, 10 * entry, f"{entry:016x}", RANK["COMPLETE"], run.id, executed.id)
    builder.add_statement(run, "event", {"type": "COMPLETE"})
    builder.add_edge(Executed(run, executed))
    for dataset in reads:
        builder.add_edge(Read(run, dataset))
    for dataset in writes:
        builder.add_edge(Wrote(run, dataset))
    return builder.build()


class Weighing:
    """Counts what the store that it stands in front of hands out."""

    remote = False

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.handed_out = 0

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._reader, name)

        def weighed(*args: Any, **more: Any) -> Any:
            answer = verb(*args, **more)
            self.handed_out += 1 if answer is None or isinstance(answer, int) else len(answer)
            return answer

        return weighed


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    folder: Path = tmp_path_factory.mktemp("wide")
    made = SqliteStore(folder / "graph.db")
    made.apply(complete(1, "wide", INPUTS, OUTPUTS), 1)
    made.apply(complete(2, "report", OUTPUTS, [REPORT]), 2)
    yield made
    made.close()


def asked(store: SqliteStore, walk: Walk) -> LineageGraph:
    weighing = Weighing(store)
    graph = lineage(View(weighing), walk)
    assert weighing.handed_out < 30 * ENDS
    return graph


@pytest.mark.parametrize("flows", FlowScope)
@pytest.mark.parametrize("of", ["out-0007", "in-0007"])
def test_each_end_of_a_wide_event_has_as_many_neighbours_as_there_are(
    store: SqliteStore, of: str, flows: FlowScope
) -> None:
    direction = Direction.UPSTREAM if of.startswith("out") else Direction.DOWNSTREAM
    walk = Walk((Dataset("made-up", of).id,), direction, depth=1, flows=flows, budget=5000)
    graph = asked(store, walk)
    assert len(graph.edges) == ENDS
    assert len(graph.nodes) == ENDS + 1
    assert graph.completeness == Complete()
    assert lineage_counts(View(store), walk).edges == ENDS


@pytest.mark.parametrize("grain", [Grain.DATASET, Grain.SNAPSHOT])
def test_a_walk_both_ways_from_one_end_holds_the_edges_of_that_end_alone(store: SqliteStore, grain: Grain) -> None:
    graph = asked(store, Walk((OUTPUTS[7].id,), Direction.BOTH, grain, depth=1, budget=5000))
    assert len(graph.edges) == ENDS + 1


@pytest.mark.parametrize("flows", FlowScope)
def test_a_walk_that_meets_every_pair_ends_by_its_budget_and_says_where(store: SqliteStore, flows: FlowScope) -> None:
    budget = 2 * ENDS + 1
    graph = lineage(View(store), Walk((REPORT.id,), Direction.UPSTREAM, depth=3, flows=flows, budget=budget))
    assert len(graph.edges) == EDGES_A_NODE * budget
    assert isinstance(graph.completeness, Truncated)
    assert set(graph.completeness.frontier) == {dataset.id for dataset in OUTPUTS}
