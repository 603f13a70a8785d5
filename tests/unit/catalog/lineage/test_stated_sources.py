"""From events to a walk: an output is fed by what its facets name, else by all inputs; what was ever stated stays."""

from __future__ import annotations

import pytest

from catalog.lineage.model import Confidence, Direction, FlowScope, Walk
from catalog.lineage.queries import lineage
from catalog.view import View
from graph_schema.nodes import Dataset
from tests.support.events import Json, dataset, graph, run_event

BOTH = [dataset("vitals"), dataset("billing")]
NAMES = {Dataset("lake", name).id: name for name in ("vitals", "billing", "clean", "costs", "partition")}


def columns(*names: str) -> Json:
    return {"columnLineage": {"fields": {"a": {"inputFields": [dataset(name, field="x") for name in names]}}}}


def inputs(*names: str, **more: object) -> Json:
    return {"lineage": {"inputs": [dataset(name, type="DATASET") for name in names], **more}}


def entries(**sources: list[str]) -> Json:
    return {
        "lineage": {
            "entries": [
                dataset(target, type="DATASET", inputs=[dataset(name, type="DATASET") for name in named])
                for target, named in sources.items()
            ]
        }
    }


def feeding(event: Json, name: str = "clean", flows: FlowScope = FlowScope.CURRENT) -> dict[str, Confidence]:
    walk = Walk((Dataset("lake", name).id,), Direction.UPSTREAM, flows=flows)
    return {NAMES[edge.source]: edge.confidence for edge in lineage(View(graph([event])), walk).edges}


def curated(job: Json | None = None, **facets: Json) -> Json:
    outputs = [dataset("clean", facets=facets), dataset("costs")]
    return run_event(inputs=BOTH, outputs=outputs, job=job)


@pytest.mark.parametrize(
    ("event", "clean", "costs"),
    [
        (curated(), {"vitals", "billing"}, {"vitals", "billing"}),
        (curated(**columns("vitals")), {"vitals"}, {"vitals", "billing"}),
        (curated(**columns("partition")), {"vitals", "billing", "partition"}, {"vitals", "billing"}),
        (curated(**inputs("vitals")), {"vitals"}, {"vitals", "billing"}),
        (curated(**inputs()), set(), {"vitals", "billing"}),
        (curated(**inputs("billing"), **columns("vitals")), {"billing"}, {"vitals", "billing"}),
        (curated(**inputs("billing", _deleted=True)), {"vitals", "billing"}, {"vitals", "billing"}),
        (curated(entries(clean=["vitals"])), {"vitals"}, {"vitals", "billing"}),
        (curated(entries(clean=["vitals"], costs=["billing"])), {"vitals"}, {"billing"}),
        (curated(entries(clean=["vitals"]), **inputs("billing")), {"vitals", "billing"}, {"vitals", "billing"}),
        (curated(entries(clean=[])), set(), {"vitals", "billing"}),
    ],
)
def test_an_output_is_fed_by_what_its_facets_name(event: Json, clean: set[str], costs: set[str]) -> None:
    assert feeding(event).keys() == clean
    assert feeding(event, "costs").keys() == costs


def test_an_entry_of_what_is_no_output_writes_it_from_its_inputs() -> None:
    event = run_event(inputs=BOTH, outputs=[dataset("clean")], job=entries(costs=["billing"]))
    assert feeding(event, "costs").keys() == {"billing"}
    assert feeding(event).keys() == {"vitals", "billing"}


@pytest.mark.parametrize("event", [curated(**inputs()), curated(**columns("vitals")), curated(entries(clean=[]))])
def test_lineage_ever_stated_is_narrowed_by_no_facet(event: Json) -> None:
    assert feeding(event, flows=FlowScope.EVER_STATED).keys() == {"vitals", "billing"}


def test_the_confidence_of_an_edge_says_which_facet_names_its_source() -> None:
    assert feeding(curated(**inputs("vitals")))["vitals"] is Confidence.STATED
    assert feeding(curated(**columns("vitals")))["vitals"] is Confidence.COLUMN_LINEAGE
