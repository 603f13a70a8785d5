"""Who may not see everything: the interface answers what is hidden as what is not there, and says how much it hides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from catalog.access.model import Actor
from catalog.reading import EVERYTHING, Rights
from graph_schema.nodes import Dataset, Job, ModelVersion
from tests.integration.catalog.api.conftest import Catalog
from tests.support.records import CURATED, JOB, MODEL, RAW

BOUNDED = Rights(namespaces=frozenset({"curated", "models"}))
HIDDEN, OPEN, ABSENT = Dataset(**RAW).id, Dataset(**CURATED).id, Dataset("curated", "never met").id


@pytest.fixture
def bounded(serve: Callable[..., Catalog]) -> Catalog:
    """Whoever asks is bound to two namespaces once the catalog is filled."""
    filled: list[bool] = []

    def rights(_: Actor) -> Rights:
        return BOUNDED if filled else EVERYTHING

    catalog = serve(rights=rights)
    catalog.fill()
    filled.append(True)
    return catalog


def test_the_hidden_and_the_absent_get_the_same_answer(bounded: Catalog) -> None:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"
    ids = [HIDDEN, ABSENT, Job(**JOB).id, OPEN]
    assert bounded.data(query, ids=ids)["nodes"] == [None, None, None, {"__typename": "Dataset"}]
    asked = (
        "query ($ref: QualifiedNameInput!) { dataset(ref: $ref) { __typename ... on NotFound { message everKnown } } }"
    )
    hidden, absent = (
        bounded.data(asked, ref=ref)["dataset"] for ref in (RAW, {"namespace": "curated", "name": "never met"})
    )
    assert hidden == absent
    lineage = """query ($id: ID!) { lineage(input: {of: [$id], direction: UPSTREAM}) {
      __typename ... on NotFound { everKnown } } }"""
    assert bounded.data(lineage, id=HIDDEN) == bounded.data(lineage, id=ABSENT)


def test_lineage_says_that_it_is_redacted_and_by_how_much(bounded: Catalog) -> None:
    answer = bounded.data(
        """query ($id: ID!) { lineage(input: {of: [$id], direction: UPSTREAM}) { ... on LineageGraph {
          completeness { __typename ... on Redacted { hidden reason lagging { behind } } }
          nodes { nodes { id hidden } } edges { nodes { from } } } } }""",
        id=OPEN,
    )["lineage"]
    assert answer["completeness"]["__typename"] == "Redacted"
    assert answer["completeness"]["hidden"] >= 1
    assert answer["nodes"]["nodes"] == [{"id": OPEN, "hidden": 1}]
    assert answer["edges"]["nodes"] == []


def test_search_counts_only_what_may_be_seen(bounded: Catalog) -> None:
    query = "{ search(facets: [OWNER]) { totalCount nodes { id } facets { counts { value count } } } }"
    found = bounded.data(query)["search"]
    assert OPEN in {node["id"] for node in found["nodes"]}
    assert HIDDEN not in {node["id"] for node in found["nodes"]}
    assert found["totalCount"] == len(found["nodes"])
    assert found["facets"][0]["counts"] == []  # the only owner there is owns what is hidden


def test_the_body_of_an_entry_that_names_what_is_hidden_is_left_out(bounded: Catalog) -> None:
    answer = bounded.data(
        """query ($id: ID!) { evidence(for: $id) { ... on Evidence {
          completeness { __typename } entries { kind body salt erased } } } }""",
        id=OPEN,
    )["evidence"]
    events: list[dict[str, Any]] = [one for one in answer["entries"] if one["kind"] == "RUN_EVENT"]
    assert events
    assert all(one["body"] is None and one["salt"] is None and not one["erased"] for one in events)
    assert answer["completeness"]["__typename"] == "Redacted"


def test_whole_entries_and_reports_that_rest_on_hidden_things_are_refused_with_what_to_do(bounded: Catalog) -> None:
    for path in ("/api/v1/ledger/entries", "/api/v1/ledger/entries/0"):
        refused = bounded.client.get(path)
        assert refused.status_code == 403
        assert "evidence" in refused.json()["detail"]
    assert bounded.client.get("/api/v1/ledger/checkpoint").status_code == 200
    version = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
    size = bounded.service.ledger.size()
    refused = bounded.client.get(f"/api/v1/reports/model-dossier/{version}.json")
    assert refused.status_code == 403
    assert "ask somebody who may see all of them" in refused.json()["detail"]
    assert bounded.service.ledger.size() == size  # nothing was issued


def test_a_record_about_what_is_hidden_is_refused_as_one_about_what_is_not_there(bounded: Catalog) -> None:
    refused, absent = (
        bounded.record({"kind": "tag", "dataset": ref, "phi_kind": "DIRECT_IDENTIFIER", "reason": "made up"})
        for ref in (RAW, {"namespace": "curated", "name": "never met"})
    )
    assert refused.status_code == absent.status_code == 422
    assert refused.json()["detail"] == absent.json()["detail"]
