from __future__ import annotations

from typing import cast

import pytest

from catalog.errors import SenderError
from catalog.lineage.model import Confidence, Direction, Grain, LineageEdge, LineageGraph, LineageNode, Walk
from catalog.lineage.queries import lineage, lineage_counts, paths
from catalog.reading import AsOf, Complete, Left, Truncated
from catalog.store.memory import MemoryStore
from catalog.store.protocol import StoreReader
from catalog.view import View
from graph_schema.builder import FactBuilder
from graph_schema.edges import Captures, Generated
from graph_schema.identity import state_id
from graph_schema.nodes import Dataset, Snapshot
from tests.support.facts import run_node
from tests.support.histories import NAMESPACE, Happening, dataset, ledger, model, told


def ran(at: int, run: str, source: str, to: str, *, kind: str = "COMPLETE", **more: object) -> Happening:
    ins = tuple((name, None) for name in source)
    outs = tuple((name, None, None, None) for name in to)
    return Happening(at, "run", kind, run, f"job of {to}", ins, outs, **more)  # type: ignore[arg-type]


def store(*happenings: Happening) -> MemoryStore:
    told_to = MemoryStore()
    told_to.apply(told(happenings), ledger(happenings)[-1][0] if happenings else -1)
    return told_to


def edges(graph: LineageGraph) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in graph.edges}


def ids(*names: str) -> list[str]:
    return [dataset(name).id for name in names]


def chain(length: int) -> list[Happening]:
    return [
        Happening(
            at, "run", "COMPLETE", f"run {at}", f"job {at}", ((f"d{at}", None),), ((f"d{at + 1}", None, None, None),)
        )
        for at in range(length)
    ]


def test_a_failed_run_leaves_the_last_good_state_current() -> None:
    graph = store(ran(1, "good", "A", "B"), ran(2, "bad", "C", "B", kind="FAIL"))
    found = lineage(View(graph), Walk((dataset("B").id,), Direction.UPSTREAM))
    assert [(edge.source, edge.run) for edge in found.edges] == [(dataset("A").id, run_node("good").id)]


def test_the_failed_run_is_shown_as_an_attempt_on_request() -> None:
    graph = store(ran(1, "good", "A", "B"), ran(2, "bad", "C", "B", kind="FAIL"))
    found = lineage(View(graph), Walk((dataset("B").id,), Direction.UPSTREAM, include_attempts=True))
    assert {(edge.source, edge.attempt) for edge in found.edges} == {(dataset("A").id, False), (dataset("C").id, True)}


def test_what_was_replaced_is_past_lineage_and_shown_on_request() -> None:
    replacing = Happening(2, "run", "COMPLETE", "r2", "other", (("C", None),), (("B", None, "OVERWRITE", None),))
    graph = store(ran(1, "r1", "A", "B"), replacing)
    now = lineage(View(graph), Walk((dataset("B").id,), Direction.UPSTREAM))
    ever = lineage(View(graph), Walk((dataset("B").id,), Direction.UPSTREAM, include_past=True))
    assert {edge.source for edge in now.edges} == {dataset("C").id}
    assert {(edge.source, edge.past) for edge in ever.edges} == {(dataset("A").id, True), (dataset("C").id, False)}


def test_a_read_before_the_replacement_shows_what_was_true_then() -> None:
    replacing = Happening(5, "run", "COMPLETE", "r2", "other", (("C", None),), (("B", None, "OVERWRITE", None),))
    graph = store(ran(1, "r1", "A", "B"), replacing)
    then = lineage(View(graph, AsOf(4)), Walk((dataset("B").id,), Direction.UPSTREAM))
    assert {edge.source for edge in then.edges} == {dataset("A").id}


def test_a_late_start_known_afterwards_moves_the_inferred_read_only_from_then_on() -> None:
    history = [
        ran(1, "w1", "A", "B"),
        ran(3, "w2", "C", "B"),
        Happening(4, "run", "COMPLETE", "train", "train", (("B", None),), (("T", None, None, None),)),
        Happening(2, "run", "START", "train", "train", (("B", None),), None),
    ]
    graph = store(*history)
    trained = state_id(dataset("T").id, run_node("train").id)
    before = lineage(View(graph, AsOf(known_at=2)), Walk((trained,), Direction.UPSTREAM, depth=1))
    after = lineage(View(graph), Walk((trained,), Direction.UPSTREAM, depth=1))
    assert [(e.source, e.confidence) for e in before.edges] == [
        (state_id(dataset("B").id, run_node("w2").id), Confidence.START_UNKNOWN)
    ]
    assert [(e.source, e.confidence) for e in after.edges] == [
        (state_id(dataset("B").id, run_node("w1").id), Confidence.INFERRED)
    ]


def test_a_model_version_answers_at_snapshot_grain_with_what_it_was_registered_on() -> None:
    sealed = Happening(1, "run", "COMPLETE", "seal", "seal", (("A", "raw-1"),), (("B", "v1", None, None),))
    later = Happening(3, "run", "COMPLETE", "seal2", "seal", (("A", "raw-2"),), (("B", "v2", None, None),))
    registered = Happening(4, "register", trained=(("B", "v1"),))
    found = lineage(View(store(sealed, later, registered)), Walk((model().id,), Direction.UPSTREAM, depth=5))
    v1, raw1 = Snapshot(NAMESPACE, "B", "v1"), Snapshot(NAMESPACE, "A", "raw-1")
    assert found.grain is Grain.SNAPSHOT
    assert edges(found) == {(v1.id, model().id), (raw1.id, v1.id)}


def test_which_models_were_trained_on_a_snapshot_is_its_downstream() -> None:
    sealed = Happening(1, "run", "COMPLETE", "seal", "seal", (("A", None),), (("B", "v1", None, None),))
    found = lineage(
        View(store(sealed, Happening(4, "register", trained=(("B", "v1"),)))),
        Walk((Snapshot(NAMESPACE, "B", "v1").id,), Direction.DOWNSTREAM),
    )
    assert model().id in {node.id for node in found.nodes}


def test_a_cycle_ends() -> None:
    graph = store(ran(1, "r1", "A", "B"), ran(2, "r2", "B", "C"), ran(3, "r3", "C", "A"))
    found = lineage(View(graph), Walk((dataset("A").id,), Direction.UPSTREAM, depth=50))
    assert edges(found) == {tuple(ids("A", "B")), tuple(ids("B", "C")), tuple(ids("C", "A"))}
    assert isinstance(found.completeness, Complete)


def test_at_the_depth_asked_for_the_nodes_with_more_behind_say_so() -> None:
    found = lineage(View(store(*chain(5))), Walk((dataset("d5").id,), Direction.UPSTREAM, depth=2))
    assert [(node.id, node.depth, node.more) for node in found.nodes] == [
        (dataset("d5").id, 0, False),
        (dataset("d4").id, 1, False),
        (dataset("d3").id, 2, True),
    ]
    assert isinstance(found.completeness, Complete)


def test_a_budget_truncates_and_names_the_place_to_go_on_from() -> None:
    wide = Happening(
        1, "run", "COMPLETE", "r", "j", tuple((f"in{i}", None) for i in range(9)), (("out", None, None, None),)
    )
    found = lineage(View(store(wide)), Walk((dataset("out").id,), Direction.UPSTREAM, budget=4))
    assert len(found.nodes) == 4
    assert found.completeness == Truncated(4, 4, (dataset("out").id,), reasons=(Left("NODES", 6),))


def test_both_directions_share_one_budget() -> None:
    found = lineage(View(store(*chain(10))), Walk((dataset("d5").id,), Direction.BOTH, depth=10, budget=8))
    assert len(found.nodes) == 8
    assert isinstance(found.completeness, Truncated)


def test_counts_are_those_of_the_walk() -> None:
    counts = lineage_counts(View(store(*chain(4))), Walk((dataset("d4").id,), Direction.UPSTREAM, depth=10))
    assert (counts.nodes, counts.edges, counts.jobs, counts.deepest) == ({"Dataset": 5}, 4, 4, 4)


def test_paths_come_shortest_first() -> None:
    graph = store(ran(1, "r1", "A", "B"), ran(2, "r2", "B", "C"), ran(3, "r3", "AC", "D"))
    found = paths(View(graph), dataset("A").id, dataset("D").id, Walk((), Direction.UPSTREAM, depth=10))
    assert [[(edge.source, edge.target) for edge in path] for path in found.paths] == [
        [tuple(ids("A", "D"))],
        [tuple(ids("A", "B")), tuple(ids("B", "C")), tuple(ids("C", "D"))],
    ]


def test_what_is_not_connected_has_no_path() -> None:
    graph = store(ran(1, "r1", "A", "B"), ran(2, "r2", "C", "D"))
    assert paths(View(graph), dataset("A").id, dataset("D").id, Walk((), Direction.UPSTREAM)).paths == ()


def test_an_alias_reused_for_another_table_does_not_hand_over_its_past() -> None:
    graph = store(
        Happening(0, "alias", alias=("L", "A")),
        Happening(1, "run", "COMPLETE", "r1", "j", (("C", None),), (("L", None, None, None),)),
        Happening(2, "alias", alias=("L", "B")),
    )
    assert lineage(View(graph), Walk((dataset("A").id,), Direction.UPSTREAM)).edges
    assert not lineage(View(graph), Walk((dataset("B").id,), Direction.UPSTREAM)).edges


@pytest.mark.parametrize(("depth", "budget"), [(-1, 10), (101, 10), (3, 0), (3, 20_001)])
def test_a_depth_or_budget_out_of_bounds_is_refused_with_the_bounds(depth: int, budget: int) -> None:
    with pytest.raises(SenderError, match="goes from"):
        lineage(View(MemoryStore()), Walk((dataset("A").id,), Direction.UPSTREAM, depth=depth, budget=budget))


def test_roots_of_several_grains_are_refused() -> None:
    with pytest.raises(SenderError, match="one grain"):
        lineage(View(MemoryStore()), Walk((dataset("A").id, run_node("r").id), Direction.UPSTREAM))


class Counting:
    """A reader that counts the calls to each verb."""

    remote = False

    def __init__(self, graph: MemoryStore) -> None:
        self.graph = graph
        self.calls: list[str] = []

    def __getattr__(self, verb: str) -> object:
        self.calls.append(verb)
        return getattr(self.graph, verb)


def calls(length: int, grain: Grain, root: str) -> int:
    reader = Counting(store(*chain(length)))
    found = lineage(View(cast("StoreReader", reader)), Walk((root,), Direction.UPSTREAM, grain, depth=length + 1))
    assert len(found.nodes) == length + 1
    return len(reader.calls)


def test_a_dataset_walk_takes_the_same_number_of_calls_however_deep() -> None:
    assert calls(3, Grain.DATASET, dataset("d3").id) == calls(30, Grain.DATASET, dataset("d30").id) <= 12


def test_a_wide_level_takes_no_more_calls_than_a_narrow_one() -> None:
    def wide(width: int) -> int:
        history = [
            Happening(i, "run", "COMPLETE", f"r{i}", f"j{i}", ((f"in{i}", None),), (("out", None, None, None),))
            for i in range(width)
        ]
        reader = Counting(store(*history))
        lineage(View(cast("StoreReader", reader)), Walk((dataset("out").id,), Direction.UPSTREAM, Grain.SNAPSHOT))
        return len(reader.calls)

    assert wide(2) == wide(40)


def test_a_snapshot_walk_takes_a_bounded_number_of_calls_a_level() -> None:
    ten = calls(10, Grain.SNAPSHOT, state_id(dataset("d10").id, run_node("run 9").id))
    twenty = calls(20, Grain.SNAPSHOT, state_id(dataset("d20").id, run_node("run 19").id))
    assert twenty - ten <= 10 * 8


def test_an_unknown_node_stands_alone() -> None:
    unknown = Dataset(NAMESPACE, "never heard of").id
    assert [node.id for node in lineage(View(MemoryStore()), Walk((unknown,), Direction.BOTH)).nodes] == [unknown]


def test_a_seal_that_names_the_run_gives_its_unversioned_state_a_past_and_a_future() -> None:
    graph = store(ran(1, "r1", "A", "B"))
    sealed = Snapshot(NAMESPACE, "B", "sha256:aa")
    builder = FactBuilder(entry=9, valid_from=2, tie="seal")
    builder.add_edge(Generated(run_node("r1"), sealed))
    builder.add_edge(Captures(sealed, dataset("B")))
    graph.apply(builder.build(), 9)
    up = lineage(View(graph), Walk((sealed.id,), Direction.UPSTREAM))
    down = lineage(View(graph), Walk((dataset("A").id,), Direction.DOWNSTREAM, Grain.SNAPSHOT))
    assert edges(up) == {(dataset("A").id, sealed.id)}
    assert (dataset("A").id, sealed.id) in edges(down)


def test_raw_feeds_are_what_nothing_flows_into_and_nothing_more_can_lie_behind() -> None:
    def flow(source: str, target: str, *, attempt: bool = False) -> LineageEdge:
        return LineageEdge(source, target, "ran", None, None, Confidence.STATED, 0, 0, attempt=attempt)

    nodes = (
        LineageNode("ModelVersion:m", 0),
        LineageNode("Dataset:fed", 1),
        LineageNode("Dataset:feed", 2),
        LineageNode("Dataset:fed only by a run that failed", 2),
        LineageNode("Dataset:cut off", 2, more=True),
        LineageNode("Dataset:behind which something is hidden", 2, hidden=1),
    )
    edges = (
        flow("Dataset:fed", "ModelVersion:m"),
        *(flow(node.id, "Dataset:fed") for node in nodes[2:]),
        flow("Dataset:feed", "Dataset:fed only by a run that failed", attempt=True),
    )
    graph = LineageGraph(("ModelVersion:m",), Grain.DATASET, nodes, edges)
    assert graph.sources == {"Dataset:feed", "Dataset:fed only by a run that failed"}
    assert LineageGraph(("ModelVersion:m",), Grain.DATASET, nodes[:1], ()).sources == set()
