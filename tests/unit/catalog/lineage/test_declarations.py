"""Lineage by design: what a job declares of each of its outputs, and what an event about a dataset says feeds it."""

from __future__ import annotations

from typing import Any

from catalog.lineage.model import Direction, Walk
from catalog.lineage.queries import lineage
from catalog.reading import AsOf
from catalog.view import View
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset
from tests.support.events import dataset, dataset_event, graph, job_event

Json = dict[str, Any]


def explicit(*names: str) -> Json:
    return {"lineage": {"inputs": [dataset(name, type="DATASET") for name in names]}}


def by_columns(name: str) -> Json:
    return {"columnLineage": {"fields": {"a": {"inputFields": [dataset(name, field="x")]}}}}


def feeding(name: str, *events: Json, known_at: int = NOW) -> set[str]:
    walk = Walk((Dataset("lake", name).id,), Direction.UPSTREAM)
    found = lineage(View(graph(events), AsOf(NOW, known_at)), walk)
    named = {Dataset("lake", source).id: source for source in "abcd"}
    return {named[edge.source] for edge in found.edges}


def test_an_output_whose_facet_names_its_sources_is_fed_by_those_and_the_others_by_all_inputs() -> None:
    event = job_event(
        inputs=[dataset("a"), dataset("b")], outputs=[dataset("clean", facets=explicit("a")), dataset("costs")]
    )
    assert feeding("clean", event) == {"a"}
    assert feeding("costs", event) == {"a", "b"}


def test_downstream_of_a_source_is_what_names_it() -> None:
    event = job_event(inputs=[dataset("a"), dataset("b")], outputs=[dataset("c", facets=explicit("a")), dataset("d")])
    found = lineage(View(graph([event])), Walk((Dataset("lake", "b").id,), Direction.DOWNSTREAM))
    assert [edge.target for edge in found.edges] == [Dataset("lake", "d").id]


def test_a_dataset_event_that_names_sources_feeds_the_dataset_until_it_is_replaced() -> None:
    first, second = (dataset_event("clean", at, facets=explicit(name)) for at, name in ((1, "a"), (2, "b")))
    assert feeding("clean", first) == {"a"}
    assert feeding("clean", first, second) == feeding("clean", second, first) == {"b"}
    assert feeding("clean", first, second, known_at=0) == {"a"}


def test_its_explicit_facet_counts_more_than_a_later_column_lineage_until_it_is_deleted() -> None:
    events = [dataset_event("clean", 1, facets=explicit("a")), dataset_event("clean", 2, facets=by_columns("b"))]
    assert feeding("clean", *events) == {"a"}
    events.append(dataset_event("clean", 3, facets={"lineage": {"_deleted": True}}))
    assert feeding("clean", *events) == {"b"}


def test_what_a_job_declares_and_what_the_dataset_s_own_event_says_stand_beside_each_other() -> None:
    of_job = job_event(inputs=[dataset("a")], outputs=[dataset("clean")])
    assert feeding("clean", of_job, dataset_event("clean", 9, facets=explicit("b"))) == {"a", "b"}
