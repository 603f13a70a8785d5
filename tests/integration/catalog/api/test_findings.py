"""The findings over the estate, over GraphQL and in the metrics, as events and records come."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from catalog.ledger.sealing import utc_microseconds
from graph_schema.nodes import Dataset
from graph_schema.times import format_time
from tests.support.records import CURATED, RAW, declaration, event, finding_record

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

RAW_ID, CURATED_ID = Dataset(**RAW).id, Dataset(**CURATED).id
QUERY = """
query Findings($filter: FindingFilter, $first: Int!, $after: String) {
  findings(filter: $filter, first: $first, after: $after) { __typename
    ... on Problem { message }
    ... on Findings { counts { rule severity state count } completeness { __typename } readPoint { ledgerIndex }
      page { totalCount pageInfo { hasNextPage endCursor }
        nodes { id rule severity state: findingState subject: subjectId name text entries
          node { __typename id } decided { by reason until } } }
  } } }
"""
ON = "query On($id: ID!) { node(id: $id) { ... on Dataset { findings { rule state: findingState text } } } }"
ONE = "query One($id: ID!) { node(id: $id) { ... on Finding { rule state: findingState decided { stance } } } }"


def asked(catalog: Catalog, first: int = 50, after: str | None = None, **filter_: Any) -> dict[str, Any]:
    catalog.caught_up()
    found: dict[str, Any] = catalog.data(QUERY, filter=filter_ or None, first=first, after=after)["findings"]
    return found


def test_findings_open_are_accepted_and_close(catalog: Catalog) -> None:
    catalog.event(event())
    found = asked(catalog)
    nodes = {(one["rule"], one["subject"]): one for one in found["page"]["nodes"]}
    assert nodes.keys() == {
        ("FIELDS_DECLARED", CURATED_ID),
        ("DATASET_DESCRIBED", RAW_ID),
        ("CATALOGUED_FIRST", CURATED_ID),
    }
    described = nodes["DATASET_DESCRIBED", RAW_ID]
    assert (described["state"], described["node"]["id"], described["name"]) == ("OPEN", RAW_ID, "landing/visits")
    assert {(one["rule"], one["state"], one["count"]) for one in found["counts"]} == {
        ("FIELDS_DECLARED", "OPEN", 1),
        ("DATASET_DESCRIBED", "OPEN", 1),
        ("CATALOGUED_FIRST", "OPEN", 1),
    }
    exposed = catalog.client.get("/metrics").text
    assert 'lineward_findings{rule="DATASET_DESCRIBED",severity="MEDIUM"} 1.0' in exposed
    assert 'lineward_findings{rule="EVALUATION_APART",severity="HIGH"} 0.0' in exposed
    catalog.record(finding_record("accept_finding", CURATED_ID))
    catalog.record(declaration(owner="nephrology"))
    (accepted,) = asked(catalog, rules=["FIELDS_DECLARED"])["page"]["nodes"]
    assert (accepted["state"], accepted["decided"]["until"][:4]) == ("ACCEPTED", "2029")
    assert catalog.data(ON, id=CURATED_ID)["node"]["findings"][0] == {
        "rule": "FIELDS_DECLARED",
        "state": "ACCEPTED",
        "text": accepted["text"],
    }
    assert catalog.data(ONE, id=accepted["id"])["node"]["decided"] == {"stance": "ACCEPTED"}
    (closed,) = asked(catalog, states=["CLOSED"], rules=["DATASET_DESCRIBED"])["page"]["nodes"]
    assert closed["subject"] == RAW_ID


def test_pages_go_on_where_one_ended_and_filters_narrow(catalog: Catalog) -> None:
    for number in range(5):
        catalog.record(declaration(dataset={"namespace": "landing", "name": f"made-up {number}"}))
    first = asked(catalog, first=2)
    assert (first["page"]["totalCount"], first["page"]["pageInfo"]["hasNextPage"]) == (5, True)
    rest = asked(catalog, first=9, after=first["page"]["pageInfo"]["endCursor"])
    subjects = [one["subject"] for one in (*first["page"]["nodes"], *rest["page"]["nodes"])]
    assert len(set(subjects)) == 5
    assert asked(catalog, severities=["HIGH"])["page"]["totalCount"] == 0
    assert asked(catalog, subjects=subjects[:1])["page"]["totalCount"] == 1


def test_what_is_found_by_the_days_of_the_site_can_be_acknowledged_by_them(serve: Callable[..., Catalog]) -> None:
    catalog = serve(suggestion_judged_days=5)
    ago = format_time(utc_microseconds() - 10 * 86_400_000_000)
    catalog.event(event(at=ago, schema={"fields": [{"name": "patient_mrn", "type": "STRING"}]}))
    (found,) = asked(catalog, rules=["SUGGESTION_JUDGED"])["page"]["nodes"]
    answer = catalog.record(finding_record("acknowledge_finding", found["subject"], "SUGGESTION_JUDGED"))
    assert answer.status_code == 201, answer.text
    assert asked(catalog, rules=["SUGGESTION_JUDGED"])["page"]["nodes"][0]["state"] == "ACKNOWLEDGED"
