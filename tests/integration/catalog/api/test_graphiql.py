"""The queries that GraphiQL begins with: each runs as it is, and finds what it asks for in a clinical catalog."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from graphql import OperationDefinitionNode, parse

import catalog.api.pages
from catalog.access.keys import local_actor
from catalog.api.graphql.allowance import Allowance
from catalog.api.graphql.endpoint import GraphQLRequest, ask
from tests.support.clinical_story import CLAIMS, OBSERVATIONS, PATIENTS, TRAINING, Story

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

SCRIPT = (Path(catalog.api.pages.__file__).parent / "assets" / "graphiql.js").read_text("utf-8")
(STARTERS,) = re.findall(r"const starters = `(.*?)`;", SCRIPT, re.DOTALL)
OPERATIONS = {
    one.name.value: one
    for one in parse(STARTERS).definitions
    if isinstance(one, OperationDefinitionNode) and one.name is not None
}


@pytest.fixture
def clinical(serve: Callable[..., Catalog], tmp_path: Path) -> Catalog:
    house = Story(tmp_path / "story").house
    return serve(house.ledger, house.store)


def answer(catalog: Catalog, operation: str) -> dict[str, Any]:
    question = GraphQLRequest(STARTERS, {}, operation)
    found = ask(catalog.service, local_actor(), question, Allowance(60, 10**9))
    assert "errors" not in found, found["errors"]
    data: dict[str, Any] = found["data"]["search"]
    return data


def test_each_starter_runs_as_it_is_and_asks_for_no_variable(catalog: Catalog) -> None:
    assert list(OPERATIONS) == ["RawFeeds", "JobsAndRuns", "ModelVersions", "Overview"]
    for name, operation in OPERATIONS.items():
        assert not operation.variable_definitions
        assert answer(catalog, name)["nodes"] == []


def test_no_line_of_the_starters_is_cut_off_at_the_editor_s_side() -> None:
    assert [line for line in STARTERS.splitlines() if len(line) > 56] == []


def test_the_starters_answer_the_three_questions(clinical: Catalog) -> None:
    (snapshot,) = answer(clinical, "RawFeeds")["nodes"]
    assert (snapshot["name"], snapshot["state"]) == (TRAINING, "LIVE")
    feeds = snapshot["feeds"]
    assert {feed["name"] for feed in feeds["nodes"]["nodes"]} == {PATIENTS, OBSERVATIONS, CLAIMS}
    assert feeds["completeness"] == {"__typename": "Complete"}
    (snapshot,) = answer(clinical, "JobsAndRuns")["nodes"]
    edges = snapshot["lineage"]["edges"]["nodes"]
    assert {edge["job"]["name"] for edge in edges} >= {"join_admissions", "build_training_set"}
    assert {edge["run"]["runState"] for edge in edges} == {"COMPLETE"}
    assert any(attestation["inForce"] for edge in edges for attestation in edge["attestations"])
    (snapshot,) = answer(clinical, "ModelVersions")["nodes"]
    assert [version["name"] for version in snapshot["trainedModelVersions"]] == ["readmission@1.1.0"]
    assert snapshot["trainedModelVersions"][0]["approvals"]
    overview = answer(clinical, "Overview")
    assert overview["totalCount"] == len(overview["nodes"]) > 6
    zones = next(facet["counts"] for facet in overview["facets"] if facet["facet"] == "ZONE")
    assert {zone["value"] for zone in zones} == {"LANDING", "CURATED", "TRAINING", "EVALUATION"}
