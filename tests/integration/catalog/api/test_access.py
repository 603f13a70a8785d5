"""Who may do what over HTTP: before any key exists, and from the first key on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from catalog.access.keys import local_actor
from tests.support.records import decision, declaration, event, principal, registration, request, seal

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog


def key_of(catalog: Catalog, name: str, *roles: str) -> dict[str, str]:
    """Define a principal, issue a key to it as whoever owns the machine, and return the header that carries it."""
    intake = catalog.service.intake
    intake.submit_record(principal(name, *roles), local_actor(), "tests").result()
    catalog.caught_up()
    key, issued = intake.issue_key(name, local_actor(), "tests")
    issued.result()
    catalog.caught_up()
    return {"Authorization": f"Bearer {key.secret}"}


def test_without_any_key_this_machine_is_the_local_principal(catalog: Catalog) -> None:
    assert catalog.event(event()).status_code == 201
    assert catalog.service.ledger.entry(0).entry.actor == "local"


def test_without_any_key_nobody_else_is_served(catalog: Catalog) -> None:
    answer = catalog.remote().post("/api/v1/lineage", json=event())
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_a_proxy_on_this_machine_does_not_make_others_local(catalog: Catalog, header: str) -> None:
    assert catalog.event(event(), **{header: "for=192.0.2.7"}).status_code == 401


def test_from_the_first_key_on_this_machine_needs_one_too(catalog: Catalog) -> None:
    header = key_of(catalog, "emitter-1", "emitter")
    assert catalog.event(event()).status_code == 401
    assert catalog.event(event(), **header).status_code == 201
    assert catalog.remote().post("/api/v1/lineage", json=event(), headers=header).status_code == 201


@pytest.mark.parametrize("sent", ["Bearer lw_wrong", "Basic dXNlcjpwYXNz", "Bearer", "lw_x"])
def test_a_wrong_key_is_refused_even_where_none_is_needed(catalog: Catalog, sent: str) -> None:
    assert catalog.event(event(), Authorization=sent).status_code == 401


def test_the_actor_is_the_key_and_never_the_body(catalog: Catalog) -> None:
    header = key_of(catalog, "steward-1", "steward")
    catalog.record(declaration(), **header)
    assert catalog.service.ledger.entry(catalog.service.ledger.size() - 1).entry.actor == "steward-1"
    assert catalog.record({**declaration(), "actor": "somebody"}, **header).status_code == 422


def test_a_role_that_does_not_suffice_is_refused(catalog: Catalog) -> None:
    header = key_of(catalog, "emitter-1", "emitter")
    answer = catalog.record(declaration(), **header)
    assert answer.status_code == 403
    assert "engineer" in answer.json()["detail"]


def test_an_emitter_may_not_ask(catalog: Catalog) -> None:
    header = key_of(catalog, "emitter-1", "emitter")
    answer = catalog.client.post("/graphql", json={"query": "{ readPoint { ledgerIndex } }"}, headers=header)
    assert answer.status_code == 403
    assert catalog.client.get("/api/v1/ledger/entries/0", headers=header).status_code == 403


def test_who_may_not_ask_is_refused_before_the_question_is_looked_at(catalog: Catalog) -> None:
    emitter = catalog.remote(**key_of(catalog, "emitter-1", "emitter"))
    for query in ("{ search { totalCount } }", "{ no such } thing", "query a { ...a }", "{" * 100_000):
        answer = emitter.post("/graphql", json={"query": query})
        assert answer.status_code == 403, answer.text
    late = "fragment f on Query { readPoint { ledgerIndex } } query { ...f }"
    assert emitter.post("/graphql", json={"query": late}).status_code == 403
    both = {"query": "mutation a { __typename } query b { readPoint { ledgerIndex } }", "operationName": "b"}
    assert emitter.post("/graphql", json=both).status_code == 403
    written = emitter.post("/graphql", json={"query": "mutation { __typename }"})
    assert written.json() == {"data": {"__typename": "Mutation"}}


@pytest.mark.parametrize(
    "path", ["/api/v1/ledger/entries", "/api/v1/ledger/entries/0", "/api/v1/ledger/entries/0/proof"]
)
def test_the_ledger_is_read_by_those_who_may_ask(catalog: Catalog, path: str) -> None:
    header = key_of(catalog, "auditor-1", "auditor")
    assert catalog.client.get(path).status_code == 401
    assert catalog.client.get(path, headers=header).status_code == 200


def test_checkpoint_keys_and_health_are_for_everyone(catalog: Catalog) -> None:
    key_of(catalog, "auditor-1", "auditor")
    for path in ("/api/v1/ledger/checkpoint", "/api/v1/ledger/keys", "/health/live", "/health/ready"):
        assert catalog.client.get(path).status_code == 200, path


def test_metrics_are_for_this_machine_until_keys_exist_and_then_for_a_monitor(catalog: Catalog) -> None:
    assert catalog.client.get("/metrics").status_code == 200
    assert catalog.remote().get("/metrics").status_code == 401
    allowed = [key_of(catalog, role, role) for role in ("monitor", "admin")]
    refused = [key_of(catalog, role, role) for role in ("emitter", "engineer", "auditor", "approver")]
    assert catalog.client.get("/metrics").status_code == 401
    assert [catalog.remote().get("/metrics", headers=header).status_code for header in allowed] == [200, 200]
    assert {catalog.client.get("/metrics", headers=header).status_code for header in refused} == {403}
    assert catalog.client.get("/api/v1/ledger/entries", headers=allowed[0]).status_code == 403


def test_the_last_administrator_goes_only_by_force_over_http_and_graphql(catalog: Catalog) -> None:
    admin = key_of(catalog, "admin-1", "admin")
    ((use),) = catalog.keys.uses()
    revocation = {"kind": "revoke_key", "key_id": use.key_id, "principal": "admin-1"}
    answer = catalog.record(revocation, **admin)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/force")
    assert "leave nobody who can administer the catalog" in answer.json()["detail"]
    asked = """mutation($key: String!) { revokeKey(record: { keyId: $key, principal: "admin-1" }) {
      ... on InvalidInput { code field message } } }"""
    assert catalog.ask(asked, admin, key=use.key_id)["data"]["revokeKey"]["field"] == "/force"
    asked = """mutation($key: String!) { revokeKey(record: { keyId: $key, principal: "admin-1", force: true }) {
      ... on Receipt { index } } }"""
    index = catalog.ask(asked, admin, key=use.key_id)["data"]["revokeKey"]["index"]
    assert b'"force":true' in (catalog.service.ledger.entry(index).body or b"")
    assert catalog.client.get("/api/v1/ledger/entries", headers=admin).status_code == 401


def test_a_key_is_issued_by_an_admin_and_shown_once(catalog: Catalog) -> None:
    admin = key_of(catalog, "admin-1", "admin")
    catalog.record(principal("engineer-1", "engineer"), **admin)
    catalog.caught_up()
    mutation = """mutation { issueKey(principal: "engineer-1") { ... on IssuedKey { keyId secret receipt { index } }
      ... on Problem { code message } } }"""
    issued = catalog.ask(mutation, admin)["data"]["issueKey"]
    assert issued["secret"].startswith(f"lw_{issued['keyId']}_")
    entry = catalog.service.ledger.entry(issued["receipt"]["index"])
    assert issued["secret"].encode() not in entry.entry_bytes + (entry.body or b"")
    header = {"Authorization": f"Bearer {issued['secret']}"}
    assert catalog.event(event(), **header).status_code == 201
    refused = catalog.ask(mutation, header)["data"]["issueKey"]
    assert refused["code"] == "FORBIDDEN"
    revocation = {"kind": "revoke_key", "key_id": issued["keyId"], "principal": "engineer-1"}
    assert catalog.record(revocation, **admin).status_code == 201
    assert catalog.event(event(), **header).status_code == 401


def approval(catalog: Catalog, requester: dict[str, str]) -> int:
    for payload in (declaration(dataset=seal()["dataset"]), seal(), registration(run_id=None, job=None)):
        answer = catalog.record({name: value for name, value in payload.items() if value is not None}, **requester)
        assert answer.status_code == 201, answer.text
        catalog.caught_up()
    index: int = catalog.record(request(), **requester).json()["index"]
    catalog.caught_up()
    return index


def test_the_requester_of_an_approval_may_not_decide_on_it(catalog: Catalog) -> None:
    both = key_of(catalog, "person-1", "engineer", "approver")
    index = approval(catalog, both)
    answer = catalog.record(decision(index), **both)
    assert answer.status_code == 403
    other = key_of(catalog, "person-2", "approver")
    assert catalog.record(decision(index), **other).status_code == 201


def test_an_approval_shows_who_decided_and_that_a_key_proved_it(catalog: Catalog) -> None:
    engineer = key_of(catalog, "person-1", "engineer", "emitter")
    index = approval(catalog, engineer)
    approver = key_of(catalog, "person-2", "approver")
    catalog.record(decision(index), **approver)
    catalog.caught_up()
    query = "{ approvals { totalCount nodes { request approvalState decisions { decidedBy authenticated meaning } } } }"
    found: dict[str, Any] = catalog.ask(query, approver)["data"]["approvals"]
    assert found["nodes"] == [
        {
            "request": index,
            "approvalState": "APPROVED",
            "decisions": [{"decidedBy": "person-2", "authenticated": True, "meaning": "APPROVAL"}],
        }
    ]


def test_nobody_signs_with_anothers_name_by_http_or_graphql(catalog: Catalog) -> None:
    index = approval(catalog, key_of(catalog, "person-1", "engineer"))
    approver = key_of(catalog, "person-2", "approver")
    anothers = decision(index, signer={"printed_name": "Testperson person-1", "time_zone": "UTC"})
    answer = catalog.record(anothers, **approver)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/signer/printed_name")
    assert "Testperson person-2: leave printed_name out" in answer.json()["detail"]
    mutation = """mutation Decide($request: Int!, $name: String) {
      decideApproval(record: { request: $request, decision: DENY, reason: "No", meaning: REVIEW,
        signer: { printedName: $name, timeZone: "UTC" } }) {
      __typename ... on InvalidInput { field message } } }"""
    refused = catalog.ask(mutation, approver, request=index, name="Testperson person-1")["data"]["decideApproval"]
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", "/signer/printed_name")
    taken = catalog.ask(mutation, approver, request=index, name=None)["data"]["decideApproval"]
    assert taken["__typename"] == "Receipt"
    catalog.caught_up()
    query = "{ approvals { nodes { decisions { printedName keyId } } } }"
    ((signed,),) = [one["decisions"] for one in catalog.ask(query, approver)["data"]["approvals"]["nodes"]]
    assert signed["printedName"] == "Testperson person-2"
    assert signed["keyId"]


def test_a_principal_shows_its_function_and_the_entries_of_its_keys(catalog: Catalog) -> None:
    auditor = key_of(catalog, "person-2", "auditor")
    query = "{ principals { displayName title organisation keys { issuedEntry revokedEntry } } }"
    ((found),) = catalog.ask(query, auditor)["data"]["principals"]
    (key,) = found.pop("keys")
    assert found == {
        "displayName": "Testperson person-2",
        "title": "Made-up officer",
        "organisation": "Example Hospital",
    }
    assert key["revokedEntry"] is None
    entry = catalog.client.get(f"/api/v1/ledger/entries/{key['issuedEntry']}", headers=auditor)
    assert entry.json()["kind"] == "record.issue_key"


def test_a_kind_of_approval_is_granted_and_never_taken(catalog: Catalog) -> None:
    engineer = key_of(catalog, "person-1", "engineer")
    index = approval(catalog, engineer)
    admin = key_of(catalog, "admin-1", "admin")
    taken = catalog.record(principal("admin-1", "admin", "approver"), **admin)
    assert (taken.status_code, "Nobody gives themselves" in taken.json()["detail"]) == (403, True)
    mutation = """mutation Define($record: DefinePrincipalInput!) { definePrincipal(record: $record) { __typename
      ... on Problem { code message } } }"""
    record = {"principal": "admin-1", "displayName": "Testadmin", "principalKind": "PERSON", "roles": ["APPROVER"]}
    asked = catalog.ask(mutation, admin, record={**record, "approves": ["CLINICAL"]})["data"]["definePrincipal"]
    assert (asked["code"], "Nobody gives themselves" in asked["message"]) == ("FORBIDDEN", True)
    other = key_of(catalog, "person-2", "approver")
    assert catalog.record(principal("person-2", "approver", approves=["IRB"]), **admin).status_code == 201
    refused = catalog.record(decision(index), **other)
    assert (refused.status_code, "CLINICAL approvals were not granted" in refused.json()["detail"]) == (403, True)
    assert catalog.record(principal("person-2", "approver", approves=["CLINICAL"]), **admin).status_code == 201
    assert catalog.record(decision(index), **other).status_code == 201
