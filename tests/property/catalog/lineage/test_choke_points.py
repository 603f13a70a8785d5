"""Choke points against taking each node and each step away, and looking whether a way is left."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.lineage.choke_points import JobRun, cuts, reaches_without, step_of
from catalog.lineage.model import Confidence, LineageEdge

NODES = "abcdefg"
node = st.sampled_from(NODES)
edges = st.lists(
    st.builds(
        lambda source, target, job, run: LineageEdge(
            source, target, "ran", job, run if job else None, Confidence.INFERRED, 1, 0
        ),
        node,
        node,
        st.sampled_from(["i", "j", "k", None]),
        st.sampled_from(["1", "2", None]),
    ),
    max_size=14,
)
some = st.sets(node, min_size=1, max_size=2)


def is_left(drawn: Iterable[LineageEdge], sources: Collection[str], targets: Collection[str]) -> bool:
    met = {one for one in sources if one not in targets}
    pairs = {(edge.source, edge.target) for edge in drawn if edge.source not in targets}
    while more := {target for source, target in pairs if source in met} - met:
        met |= more
    return bool(met & set(targets))


@settings(max_examples=400, deadline=None)
@given(edges, some, some)
def test_they_are_what_cannot_be_taken_away(drawn: list[LineageEdge], sources: set[str], targets: set[str]) -> None:
    found = cuts(drawn, sources, targets)
    assert found.connected == is_left(drawn, sources, targets)
    nodes = {
        one
        for one in set(NODES) - sources - targets
        if not is_left([edge for edge in drawn if one not in (edge.source, edge.target)], sources, targets)
    }
    steps = {
        step
        for step in {step_of(edge) for edge in drawn}
        if step and not is_left([edge for edge in drawn if step_of(edge) != step], sources, targets)
    }
    assert set(found.nodes) == (nodes if found.connected else set())
    assert set(found.steps) == (steps if found.connected else set())


@settings(max_examples=200, deadline=None)
@given(edges, some, some, st.sets(st.tuples(st.sampled_from("ijk"), st.sampled_from(["1", "2", None])), max_size=3))
def test_a_way_without_steps_is_one_that_is_left_when_they_are_gone(
    drawn: list[LineageEdge], sources: set[str], targets: set[str], gone: set[tuple[str, str | None]]
) -> None:
    without = {JobRun(*one) for one in gone}
    left = [edge for edge in drawn if step_of(edge) not in without]
    assert reaches_without(drawn, sources, targets, without) == is_left(left, sources, targets)
