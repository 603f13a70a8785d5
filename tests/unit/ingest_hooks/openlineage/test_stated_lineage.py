"""What facets name as the sources of a dataset: an explicit lineage facet, else columnLineage, else all inputs."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.store.indexes.hubs import hubs_of_records
from graph_schema import nodes
from graph_schema.facts import Facts
from graph_schema.stated_lineage import narrowed
from tests.support.events import dataset, dataset_event, job_event, projected, run_event

Json = dict[str, Any]

JOB, OTHER_JOB = nodes.Job("demo", "curate"), nodes.Job("demo", "extract")
VITALS, BILLING, CLEAN, COSTS = (nodes.Dataset("lake", name) for name in ("vitals", "billing", "clean", "costs"))
BOTH = [dataset("vitals"), dataset("billing")]
FROM_VITALS = {"columnLineage": {"fields": {"a": {"inputFields": [dataset("vitals", field="x")]}}}}
FROM_BILLING = {"lineage": {"inputs": [dataset("billing", type="DATASET")]}}


def entry(target: str, *inputs: Json, **more: object) -> Json:
    return dataset(target) | {"type": "DATASET", "inputs": list(inputs), **more}


def explicit(*entries: Json, **more: object) -> Json:
    return {"lineage": {"entries": list(entries), **more}}


def source(name: str, **more: object) -> Json:
    return dataset(name) | {"type": "DATASET", **more}


def wrote(facts: Facts, target: nodes.Dataset) -> Json:
    (edge,) = (one for one in facts.edges if (one.kind, one.target) == ("WROTE", target.id))
    return edge.data


def read(facts: Facts) -> set[str]:
    return {one.target for one in facts.edges if one.kind == "READ"}


def ids(*datasets: nodes.Dataset) -> list[str]:
    return sorted(one.id for one in datasets)


def declared(facts: Facts) -> Json:
    (said,) = (one for one in facts.statements if one.aspect == "io")
    return said.data  # type: ignore[no-any-return]


def flows(facts: Facts) -> set[tuple[str, str, str | None]]:
    return {(flow.source, flow.target, flow.job) for hub in hubs_of_records(facts.statements) for flow in hub.flows()}


def test_an_output_without_such_a_facet_says_nothing_of_its_sources() -> None:
    assert wrote(projected(run_event(inputs=BOTH, outputs=[dataset("clean")])), CLEAN) == {}


def test_column_lineage_names_the_sources_of_its_output() -> None:
    facts = projected(run_event(inputs=BOTH, outputs=[dataset("clean", facets=FROM_VITALS), dataset("costs")]))
    assert wrote(facts, CLEAN) == {"sources": ids(VITALS), "by": "column_lineage"}
    assert wrote(facts, COSTS) == {}
    assert read(facts) == {VITALS.id, BILLING.id}


@pytest.mark.parametrize("facet", [{"fields": {}}, {"fields": {"a": {"inputFields": []}}}, {"dataset": []}])
def test_column_lineage_that_names_no_dataset_says_nothing_of_sources(facet: Json) -> None:
    facts = projected(run_event(inputs=BOTH, outputs=[dataset("clean", facets={"columnLineage": facet})]))
    assert wrote(facts, CLEAN) == {}


def test_what_affects_the_whole_dataset_is_a_source_too() -> None:
    facets = {"columnLineage": {**FROM_VITALS["columnLineage"], "dataset": [dataset("billing", field="day")]}}
    assert wrote(projected(run_event(outputs=[dataset("clean", facets=facets)])), CLEAN)["sources"] == ids(
        VITALS, BILLING
    )


def test_explicit_lineage_facet_of_a_dataset_names_exactly_its_sources() -> None:
    facts = projected(run_event(inputs=BOTH, outputs=[dataset("clean", facets=FROM_BILLING)]))
    assert wrote(facts, CLEAN) == {"sources": ids(BILLING), "by": "lineage"}


def test_explicit_lineage_facet_beats_column_lineage_which_is_read_all_the_same() -> None:
    event = run_event(inputs=[], outputs=[dataset("clean", facets=FROM_VITALS | FROM_BILLING)])
    facts = projected(event)
    assert wrote(facts, CLEAN) == {"sources": ids(BILLING), "by": "lineage"}
    assert read(facts) == {VITALS.id, BILLING.id}


def test_explicit_lineage_facet_without_inputs_means_no_upstream() -> None:
    facets: Json = {"lineage": {"inputs": []}}
    facts = projected(run_event(inputs=BOTH, outputs=[dataset("clean", facets=facets)]))
    assert wrote(facts, CLEAN) == {"sources": [], "by": "lineage"}
    assert read(facts) == {VITALS.id, BILLING.id}


@pytest.mark.parametrize(
    "facet", [{}, {"inputs": "vitals"}, {"inputs": [dataset("vitals")], "_deleted": True}, ["vitals"], "vitals"]
)
def test_explicit_lineage_facet_that_says_nothing_leaves_the_inputs(facet: object) -> None:
    facts = projected(run_event(inputs=BOTH, outputs=[dataset("clean", facets={"lineage": facet})]))
    assert wrote(facts, CLEAN) == {}


def test_explicit_lineage_facet_of_a_job_speaks_for_its_entries_alone() -> None:
    facts = projected(
        run_event(
            job=explicit(entry("clean", source("vitals"))),
            inputs=BOTH,
            outputs=[dataset("clean"), dataset("costs", facets=FROM_VITALS)],
        )
    )
    assert wrote(facts, CLEAN) == {"sources": ids(VITALS), "by": "lineage"}
    assert wrote(facts, COSTS) == {"sources": ids(VITALS), "by": "column_lineage"}


def test_an_entry_of_what_is_no_output_writes_it() -> None:
    facts = projected(run_event(job=explicit(entry("costs", source("billing"))), inputs=[], outputs=[]))
    assert wrote(facts, COSTS) == {"stated_by": "lineage", "sources": ids(BILLING), "by": "lineage"}
    (edge,) = (one for one in facts.edges if one.kind == "READ")
    assert (edge.target, edge.data) == (BILLING.id, {"stated_by": "lineage"})


def test_entries_and_the_facet_of_the_dataset_that_contradict_each_other_both_count() -> None:
    event = run_event(
        job=explicit(entry("clean", source("vitals"))), inputs=BOTH, outputs=[dataset("clean", facets=FROM_BILLING)]
    )
    assert wrote(projected(event), CLEAN) == {"sources": ids(VITALS, BILLING), "by": "lineage"}


def test_fields_of_an_entry_name_sources_too() -> None:
    fields = {"a": {"inputs": [source("billing", field="b")]}}
    facts = projected(run_event(job=explicit(entry("clean", source("vitals"), fields=fields)), outputs=[]))
    assert wrote(facts, CLEAN)["sources"] == ids(VITALS, BILLING)


def test_a_deleted_facet_of_a_job_says_nothing_of_sources() -> None:
    facts = projected(
        run_event(
            job=explicit(entry("clean", source("vitals")), _deleted=True), inputs=BOTH, outputs=[dataset("clean")]
        )
    )
    assert wrote(facts, CLEAN) == {}


def test_a_job_that_generates_a_dataset_is_no_upstream_of_it() -> None:
    facts = projected(run_event(job=explicit(entry("clean", {"type": "JOB"})), inputs=BOTH, outputs=[dataset("clean")]))
    assert wrote(facts, CLEAN) == {"sources": [], "by": "lineage"}


def test_what_feeds_the_job_feeds_what_the_job_feeds() -> None:
    entries = entry("clean", {"type": "JOB"}), {"type": "JOB", "inputs": [source("vitals")]}
    facts = projected(run_event(job=explicit(*entries), inputs=BOTH, outputs=[dataset("clean")]))
    assert wrote(facts, CLEAN) == {"sources": ids(VITALS), "by": "lineage"}


def test_a_dataset_that_feeds_the_job_is_read_and_nothing_more() -> None:
    for named in ({}, {"namespace": "demo", "name": "curate"}):
        facts = projected(run_event(job=explicit({"type": "JOB", "inputs": [source("vitals")], **named})))
        assert read(facts) == {VITALS.id}
        assert not [one for one in facts.edges if one.kind in {"WROTE", "CONSUMES"}]


def test_what_an_entry_says_of_another_job_is_said_of_that_job() -> None:
    other = {"namespace": "demo", "name": "extract", "type": "JOB"}
    entries = entry("clean", other), {**other, "inputs": [source("vitals")]}
    facts = projected(run_event(job=explicit(*entries), outputs=[dataset("clean")]))
    assert wrote(facts, CLEAN) == {"sources": [], "by": "lineage"}
    assert read(facts) == set()
    assert {(one.kind, one.source, one.target) for one in facts.edges if one.kind in {"PRODUCES", "CONSUMES"}} == {
        ("PRODUCES", OTHER_JOB.id, CLEAN.id),
        ("CONSUMES", OTHER_JOB.id, VITALS.id),
    }


def test_a_job_that_feeds_a_job_moves_no_data() -> None:
    other = {"namespace": "demo", "name": "extract", "type": "JOB"}
    facts = projected(run_event(job=explicit({"type": "JOB", "inputs": [other]})))
    assert [(one.kind, one.source, one.target) for one in facts.edges if one.kind != "EXECUTED"] == [
        ("FEEDS", OTHER_JOB.id, JOB.id)
    ]


def test_a_job_event_declares_the_pairs_that_its_facets_name() -> None:
    facts = projected(
        job_event(
            job=explicit(entry("clean", source("vitals"))),
            inputs=BOTH,
            outputs=[dataset("clean"), dataset("costs")],
        )
    )
    assert declared(facts) == {
        "inputs": [VITALS.id, BILLING.id],
        "outputs": [CLEAN.id, COSTS.id],
        "fed": [{"output": CLEAN.id, "sources": [VITALS.id], "by": "lineage"}],
    }


def test_column_lineage_of_a_job_event_narrows_but_where_it_names_what_is_no_input() -> None:
    narrow = projected(job_event(inputs=BOTH, outputs=[dataset("clean", facets=FROM_VITALS)]))
    assert declared(narrow)["fed"][0]["sources"] == [VITALS.id]
    wider = projected(job_event(inputs=[dataset("billing")], outputs=[dataset("clean", facets=FROM_VITALS)]))
    assert declared(wider)["fed"][0]["sources"] == [BILLING.id, VITALS.id]
    assert declared(wider)["named"] == [VITALS.id]


def test_lineage_ever_stated_keeps_every_input_and_adds_what_facets_name() -> None:
    facets: Json = FROM_VITALS | {"lineage": {"inputs": []}}
    facts = projected(job_event(inputs=[dataset("billing")], outputs=[dataset("clean", facets=facets)]))
    assert flows(facts) == {(VITALS.id, CLEAN.id, JOB.id), (BILLING.id, CLEAN.id, JOB.id)}


def test_a_dataset_event_declares_what_feeds_the_dataset() -> None:
    facts = projected(dataset_event("clean", facets=FROM_VITALS | FROM_BILLING))
    said = {one.aspect: one.data for one in facts.statements if one.aspect.endswith("_sources")}
    assert said == {"lineage_sources": [BILLING.id], "column_lineage_sources": [VITALS.id]}
    assert flows(facts) == {(VITALS.id, CLEAN.id, None), (BILLING.id, CLEAN.id, None)}
    ended = projected(dataset_event("clean", facets={"lineage": {"_deleted": True}}))
    assert [one.value for one in ended.statements if one.aspect == "lineage_sources"] == [None]


def test_named_sources_that_are_no_inputs_are_added_to_them_but_where_the_facet_is_explicit() -> None:
    assert narrowed(["a", "b"], ["a"], "column_lineage") == ("a",)
    assert narrowed(["a", "b"], ["c"], "column_lineage") == ("a", "b", "c")
    assert narrowed(["a", "b"], ["c"], "lineage") == ("c",)
    assert narrowed(["a", "b"], [], "lineage") == ()
