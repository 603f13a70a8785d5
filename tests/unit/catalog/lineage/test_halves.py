"""Halves of streams: two streaming runs below one, of which the one only reads and the other only writes."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from catalog.lineage.model import Confidence, Direction, FlowScope, Grain, Walk
from catalog.lineage.queries import lineage
from catalog.reading import LATEST, AsOf
from catalog.view import View
from graph_schema.identity import node_id
from tests.support.records import House, event

Json = dict[str, Any]
PIPE, TASK, SINK = ("stream", "pipe"), ("stream", "pipe.task"), ("stream", "pipe.sink")
IN, OUT = ("kafka", "topic_in"), ("kafka", "topic_out")


def spelled(one: Json, job: tuple[str, str] | None) -> Json:
    """Return the event with its parent's job spelled otherwise, or not named."""
    above: Json = {"run": {"runId": "p"}}
    if job is not None:
        above["job"] = {"namespace": job[0], "name": job[1]}
    return {**one, "run": {**one["run"], "facets": {"parent": above}}}


def sent(
    job: tuple[str, str],
    run: str,
    kind: str = "START",
    *,
    reads: tuple[tuple[str, str], ...] = (),
    writes: tuple[tuple[str, str], ...] = (),
    processing: str = "STREAMING",
    parent: str | None = "p",
    minute: int = 0,
) -> Json:
    above = {"run": {"runId": parent}, "job": {"namespace": PIPE[0], "name": PIPE[1]}}
    return {
        **event(kind, f"2026-01-01T10:{minute:02}:00Z"),
        "run": {"runId": run, "facets": {"parent": above} if parent else {}},
        "job": {
            "namespace": job[0],
            "name": job[1],
            "facets": {"jobType": {"processingType": processing, "integration": "MADE-UP"}},
        },
        "inputs": [{"namespace": namespace, "name": name} for namespace, name in reads],
        "outputs": [{"namespace": namespace, "name": name} for namespace, name in writes],
    }


def pipe(processing: str = "STREAMING") -> Json:
    return sent(PIPE, "p", processing=processing, parent=None)


SOURCE = sent(TASK, "one", reads=(IN,), minute=1)
SINK_START, SINK_RUNNING = (sent(TASK, "two", kind, writes=(OUT,), minute=2) for kind in ("START", "RUNNING"))


def dataset(name: tuple[str, str]) -> str:
    return node_id("Dataset", name)


def flows(
    house: House,
    scope: FlowScope = FlowScope.CURRENT,
    at: AsOf = LATEST,
    direction: Direction = Direction.UPSTREAM,
) -> set[tuple[str, str, Confidence]]:
    root = dataset(OUT if direction is Direction.UPSTREAM else IN)
    found = lineage(View(house.store, at), Walk((root,), direction, flows=scope))
    return {(edge.source, edge.target, edge.confidence) for edge in found.edges}


JOINED = {(dataset(IN), dataset(OUT), Confidence.INFERRED)}


@pytest.mark.parametrize("scope", FlowScope)
@pytest.mark.parametrize("direction", [Direction.UPSTREAM, Direction.DOWNSTREAM])
def test_streaming_jobs_half_events_of_one_stream_join_through_their_parent(
    house: House, scope: FlowScope, direction: Direction
) -> None:
    for one in (pipe(), SOURCE, SINK_START, SINK_RUNNING):
        house.send(one)
    assert flows(house, scope, direction=direction) == JOINED


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_whichever_order_they_arrive_and_not_before_all_are_known(house: House, order: tuple[int, ...]) -> None:
    for place in order:
        house.send((pipe(), SOURCE, SINK_START)[place])
    for scope in FlowScope:
        assert flows(house, scope) == JOINED
        assert flows(house, scope, AsOf(known_at=house.store.checkpoint() - 1)) == set()


def test_siblings_of_another_job_are_joined_as_well(house: House) -> None:
    for one in (pipe(), SOURCE, sent(SINK, "two", writes=(OUT,))):
        house.send(one)
    assert flows(house) == flows(house, FlowScope.EVER_STATED) == JOINED


@pytest.mark.parametrize("scope", FlowScope)
@pytest.mark.parametrize(
    "events",
    [
        [pipe("BATCH"), SOURCE, SINK_START],
        [SOURCE, SINK_START],
        [pipe(), SOURCE, sent(TASK, "two", "COMPLETE", writes=(OUT,), processing="BATCH")],
        [pipe(), SOURCE, sent(TASK, "two", writes=(OUT,), parent=None)],
        [pipe(), sent(PIPE, "q", parent=None), SOURCE, sent(TASK, "two", writes=(OUT,), parent="q")],
    ],
    ids=["below a batch", "below nothing that streams", "a batch", "no parent", "another parent"],
)
def test_what_is_no_half_of_the_same_stream_is_not_joined(house: House, scope: FlowScope, events: list[Json]) -> None:
    for one in events:
        house.send(one)
    assert flows(house, scope) == set()


def test_a_run_that_names_both_sides_is_no_half(house: House) -> None:
    other = ("kafka", "topic_other")
    for one in (pipe(), SOURCE, sent(TASK, "two", reads=(other,), writes=(OUT,), minute=2)):
        house.send(one)
    for scope in FlowScope:
        assert {source for source, *_ in flows(house, scope)} == {dataset(other)}


def test_at_the_grain_of_states_it_is_the_same_from_both_ends(house: House) -> None:
    for one in (pipe(), SOURCE, SINK_START):
        house.send(one)
    for root, direction in ((OUT, Direction.UPSTREAM), (IN, Direction.DOWNSTREAM)):
        found = lineage(View(house.store), Walk((dataset(root),), direction, Grain.SNAPSHOT))
        assert len(found.edges) == 1


OTHERWISE = [("Stream", "PIPE"), ("elsewhere", "pipe"), None]


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("one", OTHERWISE)
@pytest.mark.parametrize("other", [PIPE, *OTHERWISE])
def test_parent_identity_a_half_that_spells_its_parents_job_otherwise_or_not_at_all_is_one_of_the_same_stream(
    house: House, one: tuple[str, str] | None, other: tuple[str, str] | None, order: tuple[int, ...]
) -> None:
    events = pipe(), spelled(SOURCE, one), spelled(SINK_START, other)
    for place in order:
        house.send(events[place])
    for scope in FlowScope:
        for direction in (Direction.UPSTREAM, Direction.DOWNSTREAM):
            assert flows(house, scope, direction=direction) == JOINED
        assert flows(house, scope, AsOf(known_at=house.store.checkpoint() - 1)) == set()


def test_one_run_id_of_several_jobs_halves_of_two_parents_under_one_id_are_not_in_each_other(house: House) -> None:
    second = ("stream", "another pipe")
    for one in (pipe(), sent(second, "p", parent=None), SOURCE, spelled(SINK_START, second)):
        house.send(one)
    assert flows(house) == set()
    house.send(spelled(sent(SINK, "three", writes=(OUT,), minute=3), PIPE))
    assert flows(house) == JOINED
