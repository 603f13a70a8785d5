from __future__ import annotations

import pytest

from catalog.errors import SenderError
from catalog.lineage.model import Direction, Grain, LineageGraph, Walk
from catalog.lineage.queries import lineage
from catalog.reading import AsOf, Complete, Redacted, Rights, Truncated
from catalog.store.memory import MemoryStore
from catalog.view import View
from graph_schema.nodes import Job
from tests.support.facts import run_node
from tests.support.histories import NAMESPACE, Happening, dataset, ledger, told


def ran(at: int, job: str, source: str, to: str, kind: str = "COMPLETE") -> Happening:
    ins = tuple((name, None) for name in source)
    outs = tuple((name, None, None, None) for name in to)
    return Happening(at, "run", kind, f"run of {job} {at}", job, ins, outs)


def store(*happenings: Happening) -> MemoryStore:
    told_to = MemoryStore()
    told_to.apply(told(happenings), ledger(happenings)[-1][0])
    return told_to


def connected(graph: MemoryStore, root: str, **more: object) -> LineageGraph:
    return lineage(View(graph), Walk((root,), Direction.CONNECTED, **more))  # type: ignore[arg-type]


def names(found: LineageGraph, graph: MemoryStore) -> set[str]:
    return {each.node.title for each in graph.nodes([node.id for node in found.nodes]).values()}


CHAIN = (ran(1, "i", "A", "B"), ran(2, "j", "BX", "C"), ran(3, "k", "X", "Y"))


def test_it_goes_up_and_down_from_everything_it_meets() -> None:
    graph = store(*CHAIN)
    found = connected(graph, dataset("A").id, depth=2)
    assert names(found, graph) == {"A", "B", "C", "X", "Y", "i", "j", "k"}
    assert isinstance(found.completeness, Complete)


def test_its_depth_counts_steps_from_job_to_job() -> None:
    graph = store(*CHAIN)
    assert [len(names(connected(graph, dataset("A").id, depth=depth), graph)) for depth in range(4)] == [3, 6, 8, 8]
    depths = {node.id: node.depth for node in connected(graph, dataset("A").id, depth=2).nodes}
    assert (depths[dataset("A").id], depths[Job(NAMESPACE, "i").id], depths[dataset("X").id]) == (0, 1, 2)


def test_it_says_behind_which_nodes_there_is_more() -> None:
    found = connected(store(*CHAIN), dataset("A").id, depth=1)
    assert {node.id for node in found.nodes if node.more} == {dataset("X").id}


def test_a_dataset_begins_with_the_jobs_that_write_it() -> None:
    graph = store(*CHAIN)
    assert names(connected(graph, dataset("B").id, depth=0), graph) == {"A", "B", "i"}
    assert names(connected(graph, dataset("X").id, depth=0), graph) == {"X", "B", "C", "Y", "j", "k"}


def test_a_job_is_a_root_too() -> None:
    graph = store(*CHAIN)
    assert names(connected(graph, Job(NAMESPACE, "k").id, depth=0), graph) == {"X", "Y", "k"}


def test_a_run_that_failed_connects_as_well() -> None:
    graph = store(ran(1, "i", "A", "B", "FAIL"))
    assert names(connected(graph, dataset("A").id), graph) == {"A", "B", "i"}


def test_it_is_read_at_a_point_in_time() -> None:
    graph = store(*CHAIN)
    walk = Walk((dataset("A").id,), Direction.CONNECTED, depth=9)
    assert names(lineage(View(graph, AsOf(1)), walk), graph) == {"A", "B", "i"}
    assert names(lineage(View(graph, AsOf(known_at=1)), walk), graph) == {"A", "B", "C", "X", "i", "j"}


def test_names_of_one_dataset_are_one_node() -> None:
    graph = store(ran(1, "i", "A", "B"), Happening(1, "alias", alias=("B2", "B")), ran(2, "j", ("B2",), "C"))  # type: ignore[arg-type]
    found = connected(graph, dataset("A").id, depth=1)
    assert names(found, graph) == {"A", "B", "C", "i", "j"}


def test_the_budget_ends_it_and_says_so() -> None:
    found = connected(store(*CHAIN), dataset("A").id, depth=9, budget=4)
    assert len(found.nodes) == 4
    assert isinstance(found.completeness, Truncated)
    assert all(edge.source in {node.id for node in found.nodes} for edge in found.edges)


def test_what_rights_hide_is_counted() -> None:
    view = View(store(*CHAIN), rights=Rights(namespaces=frozenset({"elsewhere"})))
    found = lineage(view, Walk((dataset("A").id,), Direction.CONNECTED))
    assert [node.id for node in found.nodes] == [dataset("A").id]
    assert not found.edges
    assert not isinstance(found.completeness, Redacted)


@pytest.mark.parametrize(
    ("walk", "pointer"),
    [
        (Walk((dataset("A").id,), Direction.CONNECTED, Grain.SNAPSHOT), "/grain"),
        (Walk((run_node("r").id,), Direction.CONNECTED), "/of"),
        (Walk((), Direction.CONNECTED), "/of"),
        (Walk((dataset("A").id,), Direction.CONNECTED, depth=101), "/depth"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(walk: Walk, pointer: str) -> None:
    with pytest.raises(SenderError) as refused:
        lineage(View(store(*CHAIN)), walk)
    assert refused.value.pointer == pointer
