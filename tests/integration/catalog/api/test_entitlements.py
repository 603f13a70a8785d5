"""The catalog's own policies over HTTP: who is of a site sees that site, and what is hidden answers as absent."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from catalog.access.keys import local_actor
from catalog.api.graphql.schema import graphql_schema
from catalog.api.pages.links import HOME
from catalog.api.pages.registry import PAGES
from graph_schema.nodes import Column, Dataset, Snapshot
from tests.integration.catalog.api.conftest import Catalog
from tests.integration.catalog.api.test_access import key_of
from tests.support.asking import questions
from tests.support.project import REPOSITORY
from tests.support.records import CURATED, DIGEST, RAW, declaration, event, member, place, seal
from tests.support.uses import permission

ABSENT = {**RAW, "name": "absent"}
PAIRS = (
    (Dataset(**RAW).id, Dataset(**ABSENT).id),
    (Column(RAW["namespace"], RAW["name"], "mrn").id, Column(ABSENT["namespace"], ABSENT["name"], "mrn").id),
    (Snapshot(RAW["namespace"], RAW["name"], DIGEST).id, Snapshot(ABSENT["namespace"], ABSENT["name"], DIGEST).id),
)
"""What somebody of North may not see, and what is not there."""

A_TIME = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z")


@pytest.fixture
def sites(serve: Callable[..., Catalog]) -> Catalog:
    """One dataset held at North and one at South; nobody has asked as somebody of North yet."""
    catalog = serve(query_cost=1_000_000, query_tokens=100_000, query_aliases=10_000, query_depth=100)
    catalog.event(event(schema={"fields": [{"name": "mrn", "type": "string"}]}))
    catalog.caught_up()
    for payload in (
        place("North", within=None),
        place("South", within=None),
        declaration(dataset=CURATED, site="North"),
        declaration(dataset=RAW, site="South"),
        seal(),
        permission(of={"dataset": RAW}),
    ):
        assert catalog.record(payload).status_code == 201, catalog.record(payload).text
        catalog.caught_up()
    return catalog


def of_north(catalog: Catalog, name: str = "grace", *roles: str) -> dict[str, str]:
    """Return the key of a steward, or of others, of North."""
    headers = key_of(catalog, name, *(roles or ("steward",)))
    catalog.service.intake.submit_record(member(name, "SITE", "North"), local_actor(), "tests").result()
    catalog.caught_up()
    return headers


def test_what_is_hidden_answers_every_query_as_what_is_absent(sites: Catalog) -> None:
    """X6, of every query of GraphQL that names something, with all that can be selected nearby."""
    headers = of_north(sites)
    found = key_of(sites, "all", "auditor")
    told: set[str] = set()
    for pair in PAIRS:
        hidden, absent = (
            list(questions(graphql_schema(), identifier, ref))
            for identifier, ref in zip(pair, (RAW, ABSENT), strict=True)
        )
        for (name, of_hidden), (_, of_absent) in zip(hidden, absent, strict=True):
            one, other = (_plain(sites, query, headers, pair) for query in (of_hidden, of_absent))
            assert one == other, (name, of_hidden)
            # Whoever may see it gets another answer: else nothing was asked.
            if pair == PAIRS[0] and _plain(sites, of_hidden, found, pair) != other:
                told.add(name)
    assert len(told) > 15, sorted(told)


def _plain(catalog: Catalog, query: str, headers: dict[str, str], pair: tuple[str, str]) -> str:
    """Return an answer without what was named in the question, and without the time."""
    text = catalog.client.post("/graphql", json={"query": query}, headers=headers).text
    for name in (*pair, *(one.partition(":")[2] for one in pair), RAW["name"], ABSENT["name"]):
        text = text.replace(name, "NAME")
    return A_TIME.sub("TIME", text)


def test_somebody_of_a_site_is_told_how_much_is_hidden_and_reads_no_whole_entries(sites: Catalog) -> None:
    headers = of_north(sites)
    query = """query ($id: ID!) { lineage(input: {of: [$id], direction: UPSTREAM}) { ... on LineageGraph {
      completeness { __typename ... on Redacted { hidden } } nodes { nodes { id hidden } } } } }"""
    answer = sites.ask(query, headers, id=Dataset(**CURATED).id)["data"]["lineage"]
    assert answer["completeness"]["__typename"] == "Redacted"
    assert Dataset(**RAW).id not in str(answer)
    assert sites.client.get("/api/v1/ledger/entries/0", headers=headers).status_code == 403
    page = sites.client.get(f"/explorer/dataset?id={Dataset(**RAW).id}", headers=headers)
    assert page.status_code == 404


def test_an_auditor_of_a_site_reads_everything_and_writes_nothing(sites: Catalog) -> None:
    headers = of_north(sites, "aud", "auditor")
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"
    assert sites.ask(query, headers, ids=[Dataset(**RAW).id])["data"]["nodes"] == [{"__typename": "Dataset"}]
    assert sites.client.get("/api/v1/ledger/entries/0", headers=headers).status_code == 200
    assert sites.record(declaration(dataset=CURATED), **headers).status_code == 403


def test_the_published_set_takes_what_a_role_permits_from_the_next_request_on(sites: Catalog) -> None:
    folder = REPOSITORY / "policies"
    files = [
        {"path": one.relative_to(folder).as_posix(), "text": one.read_text()}
        for one in sorted((*folder.rglob("*.cedar"), *folder.rglob("*.yaml")))
    ]
    headers = key_of(sites, "ada", "engineer", "approver")
    delegation = {
        "kind": "delegate_approvals",
        "to": "nobody",
        "approval_kinds": ["IRB"],
        "reason": "A test",
    }
    before = sites.record({**delegation, "until": "2998-01-01T00:00:00Z"}, **headers)
    assert before.status_code == 422
    publish = {"kind": "publish_policies", "files": files, "reason": "A test"}
    sites.service.intake.submit_record(publish, local_actor(), "tests").result()
    refused = sites.record({**delegation, "until": "2998-01-01T00:00:00Z"}, **headers)
    assert refused.status_code == 403
    assert "builders-do-not-approve" in refused.json()["detail"]


def test_grants_by_somebody_of_a_site_are_of_what_they_may_see(sites: Catalog) -> None:
    headers = of_north(sites)
    key_of(sites, "ada", "engineer")
    grant = {
        "kind": "grant_access",
        "principal": "ada",
        "actions": ["read"],
        "purposes": ["HRESCH"],
        "until": "2026-12-31T00:00:00Z",
        "reason": "A test",
    }
    whole = {"target_kind": "NAMESPACE", "namespace": CURATED["namespace"]}
    refused = sites.record({**grant, "target": whole}, **headers)
    assert refused.status_code == 422
    assert "name one dataset" in refused.json()["detail"]
    column = {"target_kind": "COLUMN", "column": "mrn"}
    hidden, absent = (sites.record({**grant, "target": {**column, **ref}}, **headers) for ref in (RAW, ABSENT))
    assert hidden.status_code == absent.status_code == 422
    assert hidden.json()["detail"] == absent.json()["detail"]
    taken = sites.record({**grant, "target": {"target_kind": "DATASET", **CURATED}}, **headers)
    assert taken.status_code == 201, taken.text


def test_who_may_act_in_whose_place_is_listed(sites: Catalog) -> None:
    headers = key_of(sites, "ada", "engineer")
    key_of(sites, "grace", "engineer")
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
    given = {"kind": "delegate_access", "to": "grace", "actions": ["read"], "until": until, "reason": "Away"}
    entry = sites.record(given, **headers).json()["index"]
    sites.caught_up()
    query = """query Of($principal: String) { accessDelegations(principal: $principal) {
      entry of to actions since until inForce endedBy reason } }"""
    (one,) = sites.ask(query, headers, principal="grace")["data"]["accessDelegations"]
    assert (one["entry"], one["of"], one["to"], one["actions"]) == (entry, "ada", "grace", ["READ"])
    assert (one["inForce"], one["endedBy"], one["reason"]) == (True, None, "Away")
    assert sites.ask(query, headers, principal="mary")["data"]["accessDelegations"] == []


def test_a_record_in_the_place_of_another_names_both_over_http_and_graphql(sites: Catalog) -> None:
    delegate, giver = key_of(sites, "ada", "engineer"), key_of(sites, "grace", "steward")
    payload = {**declaration(dataset=CURATED, owner="hers"), "on_behalf_of": "grace"}
    refused = sites.record(payload, **delegate)
    assert (refused.status_code, "No delegation in force" in refused.json()["detail"]) == (403, True)
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
    given = {"kind": "delegate_access", "to": "ada", "records": ["declare_dataset"], "until": until, "reason": "Away"}
    assert sites.record(given, **giver).status_code == 201
    # What was delegated just now counts, and so does what was ended just now.
    first = sites.record(payload, **delegate)
    assert first.status_code == 201, first.text
    write = """mutation Write($record: DeclareDatasetInput!) { declareDataset(record: $record, onBehalfOf: "grace") {
      __typename ... on Receipt { index } ... on Problem { message } } }"""
    record = {"dataset": CURATED, "owner": "hers as well"}
    second = sites.ask(write, delegate, record=record)["data"]["declareDataset"]
    assert second["__typename"] == "Receipt", second
    sites.caught_up()
    query = """query Of($id: ID!) { evidence(for: $id) { ... on Evidence { entries { index actor onBehalfOf } } } }"""
    entries = sites.ask(query, delegate, id=Dataset(**CURATED).id)["data"]["evidence"]["entries"]
    found = {one["index"]: (one["actor"], one["onBehalfOf"]) for one in entries}
    assert [found[index] for index in (first.json()["index"], second["index"])] == [("ada", "grace")] * 2
    page = sites.client.get(f"/explorer/entry?index={second['index']}", headers=delegate).text
    assert "in the place of" in page


OPEN_TO_ALL = {
    "/.well-known/authzen-configuration",
    "/api/v1/ledger/checkpoint",
    "/api/v1/ledger/keys",
    "/graphql",
    "/health/live",
    "/health/ready",
}
"""What is answered to whoever may not read: at /graphql a page that asks for nothing itself."""


def test_who_may_not_read_is_refused_every_query_every_address_and_every_page(sites: Catalog) -> None:
    headers = key_of(sites, "reads-nothing", "emitter")
    schema = graphql_schema()
    assert schema.query_type is not None
    for name in schema.query_type.fields:
        answer = sites.client.post("/graphql", json={"query": f"{{ {name} }}"}, headers=headers)
        assert answer.status_code == 403, name
    answered = set()
    for path, operations in sites.client.get("/openapi.json").json()["paths"].items():
        if "get" in operations:
            address = re.sub(r"\{form\}", "pdf", path)
            address = re.sub(r"\{\w+\}", "1", address)
            if sites.client.get(address, headers=headers).status_code != 403:
                answered.add(path)
    assert answered == OPEN_TO_ALL
    for page in PAGES.keys() - {HOME}:
        assert sites.client.get(f"/explorer/{page}", headers=headers).status_code == 403, page
