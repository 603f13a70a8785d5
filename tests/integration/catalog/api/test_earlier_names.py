"""Documents written for the first release still hold: each name of it is there, deprecated, and answers the same."""

from __future__ import annotations

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType

from catalog.api.graphql.schema import graphql_schema
from tests.integration.catalog.api.conftest import Catalog
from tests.support.records import CURATED, RUN

EARLIER = ("Run.state", "PhiLabel.kind", "LineageNode.label", "NodeCount.label", "Approval.state", "Dataset.deidState")


@pytest.mark.parametrize("path", [*EARLIER, "LineageInput.manner"])
def test_each_earlier_name_says_what_to_ask_instead(path: str) -> None:
    name, _, field = path.partition(".")
    kind = graphql_schema().type_map[name]
    assert isinstance(kind, GraphQLObjectType | GraphQLInputObjectType)
    assert (kind.fields[field].deprecation_reason or "").startswith("Ask for `")


def test_an_earlier_name_answers_as_the_present_one(filled: Catalog) -> None:
    query = """query($run: String!, $visits: QualifiedNameInput!) {
      run(runId: $run) { ... on Run { state runState } }
      dataset(ref: $visits) { ... on Dataset { deidState deidentificationState labels { kind phiKind } } }
      approvals { nodes { state approvalState } } }"""
    found = filled.data(query, run=RUN, visits=CURATED)
    assert found["run"] == {"state": "COMPLETE", "runState": "COMPLETE"}
    assert found["dataset"]["deidState"] == found["dataset"]["deidentificationState"]
    pairs = [tuple(each.values()) for each in (*found["dataset"]["labels"], *found["approvals"]["nodes"])]
    assert pairs
    assert all(earlier == present for earlier, present in pairs)


@pytest.mark.parametrize(("manner", "flows"), [("CRISP", "CURRENT"), ("CAUTIOUS", "EVER_STATED")])
def test_a_walk_asked_for_by_its_manner_is_the_walk_of_its_flows(filled: Catalog, manner: str, flows: str) -> None:
    query = """query($id: ID!) { lineage(input: {of: [$id], direction: UPSTREAM, grain: DATASET, WHICH}) {
      ... on LineageGraph { nodes { nodes { id label } } edges { nodes { from to known: knownFrom } } } } }"""
    root = filled.data("query($r: QualifiedNameInput!) { dataset(ref: $r) { ... on Dataset { id } } }", r=CURATED)
    asked = [query.replace("WHICH", which) for which in (f"manner: {manner}", f"flows: {flows}")]
    first, second = (filled.data(one, id=root["dataset"]["id"])["lineage"] for one in asked)
    assert first == second
    assert {node["label"] for node in first["nodes"]["nodes"]} == {"Dataset"}
