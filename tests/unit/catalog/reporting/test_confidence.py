"""How an edge of a dossier is known follows from what the run's events name as its output's sources (rule 10)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.reporting.model_dossier import model_dossier
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, ModelVersion
from reports.kinds import ModelDossier
from reports.standalone import verify_lineward
from reports.verify import verify
from tests.support.events import Json, dataset, run_event
from tests.support.records import House, registration

VERSION = ModelVersion("models", "triage", "1").id
VERSIONED = {"version": {"datasetVersion": "v1"}}
NAMED = {"namespace": "lake", "name": "raw"}
LINEAGE = {"lineage": {"inputs": [{**NAMED, "type": "DATASET"}]}}
COLUMNS = {"columnLineage": {"fields": {"k": {"inputFields": [{**NAMED, "field": "k"}]}}}}
OF_JOB = {"lineage": {"entries": [{"namespace": "lake", "name": "clean", "type": "DATASET", **LINEAGE["lineage"]}]}}


def told(folder: Path, facets: Json, job: Json | None = None, kinds: tuple[str, ...] = ("START", "COMPLETE")) -> House:
    house = House(folder)
    inputs, outputs = [dataset("raw"), dataset("beside")], [dataset("clean", facets={**VERSIONED, **facets})]
    for minute, kind in enumerate(kinds, 1):
        sent = run_event(kind, minute, inputs=inputs, outputs=outputs)
        sent["job"]["facets"] = job or {}
        house.send(sent)
    clean = {"dataset": {"namespace": "lake", "name": "clean"}, "digest": "v1"}
    made = {"model": {"namespace": "models", "name": "triage"}, "trained_on": [clean], "evaluated_on": []}
    house.record(registration(**made, run_id=None, job=None))
    return house


def dossier(house: House) -> ModelDossier:
    made = model_dossier(house.view(), house.ledger, VERSION)
    assert made is not None
    return made


def failing(house: House, context: ModelDossier) -> dict[str, str]:
    file, key = house.issue_context(context, "json"), str(house.ledger.verifiers[0])
    found = [
        {one.name: one.detail for one in result.checks if one.status == "FAIL"}
        for result in (verify(file, key), verify_lineward.verify(file, key))
    ]
    assert found[0] == found[1]
    return found[0]


def into_clean(context: ModelDossier) -> dict[str, str | None]:
    return {edge.source: edge.confidence for edge in context.edges if label_of(edge.target) != "ModelVersion"}


RAW, BESIDE = Dataset("lake", "raw").id, Dataset("lake", "beside").id
CASES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "an explicit lineage facet": ({"facets": LINEAGE}, {RAW: "STATED"}),
    "one that beats column lineage": ({"facets": {**LINEAGE, **COLUMNS}}, {RAW: "STATED"}),
    "one of the job": ({"facets": COLUMNS, "job": OF_JOB}, {RAW: "STATED"}),
    "column lineage": ({"facets": COLUMNS}, {RAW: "COLUMN_LINEAGE"}),
    "nothing": ({"facets": {}}, {RAW: "INFERRED", BESIDE: "INFERRED"}),
    "nothing and no start": ({"facets": {}, "kinds": ("COMPLETE",)}, {RAW: "START_UNKNOWN", BESIDE: "START_UNKNOWN"}),
}


@pytest.mark.parametrize(("said", "known"), CASES.values(), ids=CASES)
def test_rule_10_an_edge_is_known_by_what_comes_first_and_by_nothing_else(
    tmp_path: Path, said: dict[str, Any], known: dict[str, str]
) -> None:
    house = told(tmp_path, **said)
    context = dossier(house)
    assert into_clean(context) == known
    assert failing(house, context) == {}
    for number, edge in enumerate(context.edges):
        for confidence in {"STATED", "COLUMN_LINEAGE", "INFERRED", "START_UNKNOWN"} - {edge.confidence}:
            edges = list(context.edges)
            edges[number] = replace(edge, confidence=confidence)
            refused = failing(house, replace(context, edges=tuple(edges)))
            assert "confidence" in refused["derived: lineage"]
    house.close()


@pytest.mark.parametrize("facets", [LINEAGE, COLUMNS])
def test_an_edge_from_an_input_that_the_facet_leaves_out_is_refused(tmp_path: Path, facets: Json) -> None:
    house = told(tmp_path, facets)
    context = dossier(house)
    edges = tuple(replace(edge, source=BESIDE) if edge.source == RAW else edge for edge in context.edges)
    nodes = tuple(replace(node, id=BESIDE, name="lake/beside") if node.id == RAW else node for node in context.nodes)
    refused = failing(house, replace(context, edges=edges, nodes=nodes))
    assert "leaves its source out" in refused["derived: lineage"]
    house.close()
