"""Decisions on access over HTTP, after OpenID AuthZEN 1.0: asked, decided by the policies in force, recorded."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest

from catalog.access.keys import local_actor
from catalog.decisions.model import Decided
from catalog.decisions.queries import decide
from catalog.decisions.records import DecideAccess
from catalog.ledger.protocol import Receipt
from catalog.ledger.sealing import utc_microseconds
from graph_schema.nodes import Dataset, Principal
from graph_schema.times import format_time
from tests.integration.catalog.api.conftest import Catalog
from tests.integration.catalog.api.test_access import key_of
from tests.support.records import CURATED, access_decision, access_grant, declaration, ending_grant, principal
from tests.support.uses import permission

ONE, SEVERAL = "/access/v1/evaluation", "/access/v1/evaluations"
PERMIT = """
@id("granted") @reason("Granted") @obligations("AUDIT") permit (principal, action, resource) when {context.granted};
"""
FORBID = """
@id("use") @reason("Its use is not permitted") forbid (principal, action, resource) unless {context.use == "PERMIT"};
@id("devices") @reason("On managed devices") forbid (principal, action, resource)
unless {context has device.managed && context.device.managed};
"""
TESTS = """
tests:
  - {name: Use, action: read, expect: DENY, context: {purpose: HRESCH, use: DENY, device: {managed: true}}, by: [use]}
  - {name: Own, action: read, expect: DENY, context: {purpose: HRESCH, device: {managed: false}}, by: [devices]}
"""
_DECISIONS = """
query Decisions($filter: AccessDecisionFilter, $first: Int = 20, $before: Int, $asOf: AsOfInput) {
  accessDecisions(filter: $filter, first: $first, before: $before, asOf: $asOf) { erased hidden
  decisions { entry askedBy principal action purpose project protocol
  site place environment network correlationId allowed reasons policies policySet obligations refrains
  awaits sameAgain at recordedAt decidedByEntry target { targetKind column version ref { namespace name } } } } }
"""
_REPLAY = """
query Replay($filter: AccessDecisionFilter, $policies: [UnpublishedPolicyFileInput!], $after: Int = -1
  $first: Int = 9) {
  accessReplay(filter: $filter, policies: $policies, after: $after, first: $first) { decided erased after
    changed { recorded { entry allowed } again { allowed reasons policies obligations refrains } } } }
"""


def asked(**more: Any) -> dict[str, Any]:
    return {
        "subject": {"type": "user", "id": "grace"},
        "action": {"name": "read"},
        "resource": {"type": "dataset", "id": CURATED["name"], "properties": {"namespace": CURATED["namespace"]}},
        "context": {
            "purpose": "HRESCH",
            "place": "North",
            "device": {"managed": True},
            "enforces": ["AUDIT", "ENCRYPT"],
        },
        **more,
    }


def within(context: dict[str, Any], **more: Any) -> dict[str, Any]:
    held = asked()["context"] | context
    return asked(context={name: value for name, value in held.items() if value is not None}, **more)


@pytest.fixture
def ruled(catalog: Catalog) -> Catalog:
    files = {"a.cedar": PERMIT, "b.cedar": FORBID, "tests/a.yaml": TESTS}
    for payload in (
        declaration(dataset=CURATED, permitted_use=None, source_system=None),
        permission(
            of={"dataset": CURATED},
            terms=[{"code": "GRU"}],
            purposes=["HRESCH"],
            obligations=["ENCRYPT"],
            places=["North"],
        ),
        principal("grace", "engineer"),
        access_grant(until=format_time(utc_microseconds() + 86_400_000_000)),
        {
            "kind": "publish_policies",
            "files": [{"path": path, "text": text} for path, text in files.items()],
            "reason": "A test",
        },
    ):
        taken = catalog.record(payload)
        assert taken.status_code == 201, taken.text
        catalog.caught_up()
    return catalog


def ask(catalog: Catalog, body: dict[str, Any], path: str = ONE, **headers: str) -> dict[str, Any]:
    answer = catalog.client.post(path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def denied(catalog: Catalog, body: dict[str, Any]) -> list[str]:
    found = ask(catalog, body)
    assert found["decision"] is False
    reasons: list[str] = found["context"]["reasons"]
    return reasons


def test_what_policies_use_and_grant_permit_is_permitted_and_says_why(ruled: Catalog) -> None:
    found = ask(ruled, asked())
    context = found["context"]
    assert found["decision"] is True, context
    assert (context["policies"], context["reasons"]) == (["granted"], ["Granted"])
    assert context["obligations"] == ["AUDIT", "ENCRYPT"]
    stated = {one["name"]: one["statedBy"] for one in context["attributes"]}
    assert (stated["principal.roles"], stated["resource.zone"]) == ("REGISTERED", "REGISTERED")
    assert (stated["context.use"], stated["context.device"]) == ("DERIVED", "CLAIMED")
    assert context["entry"] == ruled.service.ledger.size() - 1


def test_a_denial_names_the_policies_that_forbid(ruled: Catalog) -> None:
    found = ask(ruled, within({"device": {"managed": False}}))
    assert found["decision"] is False
    assert (found["context"]["policies"], found["context"]["reasons"]) == (["devices"], ["On managed devices"])
    assert (found["context"]["obligations"], found["context"]["awaits"]) == ([], [])


def test_x2_a_missing_purpose_and_an_unknown_action_are_denials(ruled: Catalog) -> None:
    assert denied(ruled, within({"purpose": None})) == ["Say in context.purpose what for: a code of HL7 PurposeOfUse."]
    assert denied(ruled, asked(context=None))[0].startswith("Say in context.purpose")
    assert "HL7 PurposeOfUse" in denied(ruled, within({"purpose": "FUN"}))[0]
    (why,) = denied(ruled, asked(action={"name": "sell"}))
    assert why.startswith("An action is one of read, query, train")
    assert "type dataset, column, model_version" in denied(ruled, asked(resource={"type": "ship", "id": "x"}))[0]


@pytest.mark.parametrize("part", ["subject", "action", "resource"])
@pytest.mark.parametrize("value", [None, {}, "x", {"type": "user"}, {"type": "user", "id": " "}])
def test_x2_only_a_missing_part_is_400(ruled: Catalog, part: str, value: object) -> None:
    before = ruled.service.ledger.size()
    answer = ruled.client.post(ONE, json=asked(**{part: value}))
    assert (answer.status_code, answer.json()["title"] != "") == (400, True)
    assert f"{part}" in answer.json()["detail"]
    assert ruled.service.ledger.size() == before


def test_x2_what_is_not_known_is_ignored_and_the_id_of_the_request_comes_back(ruled: Catalog) -> None:
    answer = ruled.client.post(ONE, json={**asked(), "unheard_of": [1]}, headers={"X-Request-ID": "made-up-7"})
    assert (answer.status_code, answer.json()["decision"]) == (200, True)
    assert answer.headers["X-Request-ID"] == "made-up-7"
    assert "x-request-id" not in ruled.client.post(ONE, json=asked()).headers


def test_x2_the_id_of_the_request_comes_back_with_a_refusal_as_well(ruled: Catalog) -> None:
    for path in (ONE, SEVERAL):
        answer = ruled.client.post(path, json={}, headers={"X-Request-ID": "made-up-7"})
        assert (answer.status_code, answer.headers["X-Request-ID"]) == (400, "made-up-7")
    headers = {"X-Request-ID": "made-up-8", "Authorization": "Bearer lw_unknown"}
    answer = ruled.client.post(ONE, json=asked(), headers=headers)
    assert (answer.status_code, answer.headers["X-Request-ID"]) == (401, "made-up-8")
    assert "X-Request-ID" not in ruled.client.post(ONE, json={}).headers


def test_x2_whoever_enforces_finds_where_to_ask_at_the_well_known_address(ruled: Catalog) -> None:
    answer = ruled.client.get("/.well-known/authzen-configuration")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    point = str(ruled.client.base_url).rstrip("/")
    assert answer.json() == {
        "policy_decision_point": point,
        "access_evaluation_endpoint": f"{point}{ONE}",
        "access_evaluations_endpoint": f"{point}{SEVERAL}",
    }
    behind = ruled.client.get("/.well-known/authzen-configuration", headers={"X-Forwarded-Proto": "https"})
    assert behind.json()["access_evaluation_endpoint"] == f"https://{point.partition('://')[2]}{ONE}"
    assert (
        ruled.client.get("/catalog/.well-known/authzen-configuration")
        .json()["policy_decision_point"]
        .endswith("/catalog")
    )
    assert ruled.client.get("/.well-known/authzen-configuration/elsewhere").status_code == 404


def test_x2_several_are_answered_in_order_and_take_what_they_leave_out_from_the_whole(ruled: Catalog) -> None:
    items: list[dict[str, Any]] = [{}, {"action": {"name": "export"}}, {"subject": {"type": "user"}}, {}]
    found = ask(ruled, {**asked(), "evaluations": items}, SEVERAL)["evaluations"]
    assert [one["decision"] for one in found] == [True, False, False, True]
    assert found[2]["context"]["error"]["status"] == 400
    for semantic, decisions in (("deny_on_first_deny", [True, False]), ("permit_on_first_permit", [True])):
        body = {**asked(), "evaluations": items, "options": {"evaluations_semantic": semantic}}
        assert [one["decision"] for one in ask(ruled, body, SEVERAL)["evaluations"]] == decisions
    without: tuple[dict[str, Any], ...] = ({}, {"evaluations": []})
    for none in without:
        assert ask(ruled, {**asked(), **none}, SEVERAL)["decision"] is True
    wrong = {**asked(), "evaluations": items, "options": {"evaluations_semantic": "guess"}}
    assert ruled.client.post(SEVERAL, json=wrong).status_code == 400


def test_x3_what_a_request_claims_never_beats_what_is_registered(ruled: Catalog) -> None:
    grants = {"granted": True, "use": "PERMIT", "now": "2000-01-01T00:00:00Z", "time": "2000-01-01T00:00:00Z"}
    claims = {"type": "user", "id": "nobody", "properties": {"roles": ["admin"], "active": True}}
    assert denied(ruled, within(grants, subject=claims)) == ["Nobody of this name may act."]
    ruled.record(ending_grant(3))
    ruled.caught_up()
    assert denied(ruled, within(grants)) == ["No policy permits this."]


def test_x4_an_obligation_that_the_caller_does_not_enforce_makes_it_a_denial(ruled: Catalog) -> None:
    found = ask(ruled, within({"enforces": ["AUDIT"]}))
    assert found["decision"] is False
    assert found["context"]["reasons"] == ["The caller does not say in context.enforces that it enforces ENCRYPT."]
    assert found["context"]["obligations"] == ["AUDIT", "ENCRYPT"]


def test_x4_what_a_person_has_to_decide_is_a_denial_that_names_the_record(ruled: Catalog) -> None:
    open_ = permission("board-2", of={"dataset": CURATED}, terms=[{"code": "GRU"}, {"code": "COL"}], places=["North"])
    assert ruled.record(open_).status_code == 201
    ruled.caught_up()
    found = ask(ruled, asked())
    assert (found["decision"], found["context"]["policies"]) == (False, ["use"])
    assert found["context"]["awaits"] == ["COLLABORATION"]


def test_x5_no_emergency_is_recorded_and_none_is_claimed(ruled: Catalog) -> None:
    ruled.record(ending_grant(3))
    ruled.caught_up()
    claimed = {"emergency": True, "purpose": "ETREAT", "break_glass": True}
    assert ask(ruled, within(claimed))["decision"] is False


def test_x6_what_is_not_there_is_denied_like_what_may_not_be_seen(ruled: Catalog) -> None:
    elsewhere = {"type": "dataset", "id": "unheard of", "properties": {"namespace": "curated"}}
    assert denied(ruled, asked(resource=elsewhere)) == ["There is no such thing, or it is not to be seen."]


def test_x6_to_be_asked_for_makes_nothing_known(ruled: Catalog) -> None:
    """Else the second answer would be another one than the first, and anybody could fill the catalog with names."""
    elsewhere = {"type": "dataset", "id": "unheard of", "properties": {"namespace": "curated"}}
    column = {"type": "column", "id": "unheard of", "properties": CURATED | {"dataset": CURATED["name"]}}
    nobody = {"type": "user", "id": "unheard-of"}
    for more in ({"resource": elsewhere}, {"subject": nobody}, {"resource": column}):
        first, again = ask(ruled, asked(**more)), ask(ruled, asked(**more))
        assert (first["decision"], first["context"]["reasons"]) == (again["decision"], again["context"]["reasons"])
    ruled.caught_up()
    named = '{ search(text: "unheard", filter: {}) { totalCount } }'
    assert ruled.data(named)["search"]["totalCount"] == 0
    assert len(listed(ruled, {"principal": "unheard-of"})) == 2
    ruled.record(principal("unheard-of"))
    ask(ruled, asked(subject=nobody))
    ruled.caught_up()
    assert len(listed(ruled, {"principal": "unheard-of"})) == 3
    assert len(listed(ruled, {"of": Dataset(**CURATED).id})) == 5


def test_x7_nobody_is_asked_for_on_behalf_of_another(ruled: Catalog) -> None:
    for_grace = within({"on_behalf_of": "grace"}, subject={"type": "user", "id": "ada"})
    assert denied(ruled, for_grace) == ["Nobody of this name may act."]
    ruled.record(principal("ada"))
    ruled.caught_up()
    assert denied(ruled, for_grace) == ["No delegation is in force by which this may be done in their place."]


def test_x8_an_answer_says_until_when_it_may_be_relied_on_and_a_revocation_ends_the_next(ruled: Catalog) -> None:
    found = ask(ruled, asked())["context"]
    assert found["validUntil"] > format_time(utc_microseconds())
    assert found["validUntil"] < format_time(utc_microseconds() + 61_000_000)
    ruled.record(ending_grant(3))
    assert ask(ruled, asked())["decision"] is False


def test_without_a_set_of_policies_nothing_is_permitted(catalog: Catalog) -> None:
    catalog.record(principal("grace", "engineer"))
    assert denied(catalog, asked()) == ["No set of policies is in force."]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"context": {}}, "Say in context.purpose what for: a code of HL7 PurposeOfUse."),
        ({"action": {"name": "look"}}, "An action is one of "),
        (within({"purpose": "made-up"}), "purpose"),
    ],
)
def test_what_a_request_lacks_is_named_without_a_set_of_policies_too(
    catalog: Catalog, wrong: dict[str, Any], sentence: str
) -> None:
    named, none = denied(catalog, {**asked(), **wrong})
    assert sentence in named
    assert none == "No set of policies is in force."


def test_only_an_enforcer_may_ask(ruled: Catalog) -> None:
    enforcer, engineer = (key_of(ruled, f"{role}-1", role) for role in ("enforcer", "engineer"))
    assert ruled.client.post(ONE, json=asked(), headers=engineer).status_code == 403
    assert ruled.client.post(ONE, json=asked(), headers=enforcer).json()["decision"] is True
    assert ruled.client.post("/graphql", json={"query": "{ __typename }"}, headers=enforcer).status_code == 403


def test_every_decision_is_recorded_and_comes_to_the_same_again(ruled: Catalog) -> None:
    ask(ruled, asked())
    ask(ruled, within({"device": None, "project": "made-up project"}))
    ruled.record(ending_grant(3))
    ask(ruled, asked())
    ruled.record(principal("grace"))
    ruled.caught_up()
    of_person = ruled.data(_DECISIONS, filter={"of": Principal("grace").id})["accessDecisions"]["decisions"]
    of_data = ruled.data(_DECISIONS, filter={"of": Dataset(**CURATED).id})["accessDecisions"]["decisions"]
    assert of_person == of_data
    assert [one["allowed"] for one in of_person] == [False, False, True]
    assert all(one["sameAgain"] for one in of_person)
    assert [one["policies"] for one in of_person] == [[], ["devices"], ["granted"]]
    assert {one["principal"] for one in of_person} == {"grace"}
    assert of_person[1]["project"] == "made-up project"
    assert of_person[0]["target"]["ref"] == CURATED
    assert len({one["policySet"] for one in of_person}) == 1


@pytest.fixture
def decided(ruled: Catalog) -> Catalog:
    """Three decisions, of which the second one is a permission for another purpose, environment and project."""
    said = {
        "project": "made-up project",
        "protocol": "made-up protocol",
        "environment": "TRAINING",
        "network": "inside",
    }
    ask(ruled, within({"device": {"managed": False}}))
    ask(ruled, within({**said, "site": "North"}))
    ask(ruled, within({"enforces": []}, action={"name": "export"}))
    ruled.caught_up()
    return ruled


def listed(catalog: Catalog, wanted: dict[str, Any] | None, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = catalog.data(_DECISIONS, filter=wanted, **more)["accessDecisions"]["decisions"]
    return found


FIELDS = (
    "principal",
    "action",
    "allowed",
    "purpose",
    "project",
    "protocol",
    "site",
    "place",
    "environment",
    "network",
    "askedBy",
    "policySet",
    "correlationId",
)


@pytest.mark.parametrize("field", FIELDS)
def test_decisions_can_be_asked_for_by_each_field(decided: Catalog, field: str) -> None:
    every = listed(decided, None)
    assert len(every) == 3
    for value in {one[field] for one in every if one[field] is not None}:
        assert listed(decided, {field: value}) == [one for one in every if one[field] == value]
    other = False if field == "allowed" else "sha256:" + "0" * 64
    assert listed(decided, {field: other}) == [one for one in every if one[field] == other]


def test_decisions_can_be_asked_for_by_what_they_are_of_why_and_when(decided: Catalog) -> None:
    first, second, third = reversed(listed(decided, None))
    assert listed(decided, {"namespace": "curated"}) == [third, second, first]
    assert listed(decided, {"namespace": "landing"}) == []
    assert listed(decided, {"policy": "granted"}) == [second]
    assert listed(decided, {"reason": "On managed devices"}) == [first]
    assert listed(decided, {"of": Dataset(**CURATED).id, "action": "export"}) == [third]
    assert listed(decided, {"since": second["recordedAt"]}) == [third, second]
    assert listed(decided, {"until": second["recordedAt"]}) == [first]
    assert listed(decided, {"of": Principal("grace").id, "since": second["recordedAt"], "allowed": True}) == [second]
    assert listed(decided, None, first=2) == [third, second]
    assert listed(decided, None, first=2, before=second["entry"]) == [first]


def test_a_period_in_which_nothing_can_lie_is_refused_and_not_empty(decided: Catalog) -> None:
    query = "query ($filter: AccessDecisionFilter) { accessDecisions(filter: $filter) { decisions { entry } } }"
    reversed_ = {"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    answer = decided.ask(query, filter=reversed_)
    assert answer["errors"][0]["message"] == "until is not later than since: nothing lies between them."


def test_decisions_are_listed_as_of_an_entry(decided: Catalog) -> None:
    first, second, _ = reversed(listed(decided, None))
    assert listed(decided, None, asOf={"knownAtIndex": second["entry"]}) == [second, first]
    assert listed(decided, None, asOf={"validAt": second["recordedAt"]}) == [second, first]


def test_a_period_is_decided_again_from_the_ledger_and_comes_to_the_same(decided: Catalog) -> None:
    decided.record(ending_grant(3))
    decided.record(principal("grace"))
    decided.caught_up()
    assert decided.data(_REPLAY)["accessReplay"] == {"decided": 3, "erased": 0, "after": None, "changed": []}
    page = decided.data(_REPLAY, first=2)["accessReplay"]
    assert page["decided"] == 2
    rest = decided.data(_REPLAY, first=2, after=page["after"])["accessReplay"]
    assert (rest["decided"], rest["after"]) == (1, None)
    assert decided.data(_REPLAY, filter={"allowed": True})["accessReplay"]["decided"] == 1


def test_what_was_recorded_otherwise_than_it_is_decided_is_listed(decided: Catalog) -> None:
    wrong = {
        "principal": "nobody",
        "target": {"target_kind": "DATASET", **CURATED},
        "known_at": 2,
        "at": format_time(utc_microseconds()),
    }
    record = DecideAccess.read(access_decision(**wrong))
    entry = decided.service.intake.record_decision(record, local_actor(), "made-up").result().index
    decided.caught_up()
    (one,) = decided.data(_REPLAY)["accessReplay"]["changed"]
    assert one["recorded"] == {"entry": entry, "allowed": True}
    assert (one["again"]["allowed"], one["again"]["reasons"]) == (False, ["No set of policies is in force."])


def test_what_other_policies_would_have_decided_is_shown(decided: Catalog) -> None:
    second = listed(decided, {"allowed": True})[0]["entry"]
    closed = [{"path": "a.cedar", "text": '@id("never") @reason("Never") forbid (principal, action, resource);'}]
    found = decided.data(_REPLAY, policies=closed)["accessReplay"]
    assert found["decided"] == 3
    changed = {one["recorded"]["entry"]: one for one in found["changed"]}
    assert changed[second]["again"]["policies"] == ["never"]
    assert (changed[second]["recorded"]["allowed"], changed[second]["again"]["allowed"]) == (True, False)
    same = [{"path": "a.cedar", "text": PERMIT + FORBID}]
    assert decided.data(_REPLAY, policies=same)["accessReplay"]["changed"] == []
    broken = [{"path": "a.cedar", "text": "permit (principal, action, resource) when {x};"}]
    answer = decided.ask(_REPLAY, policies=broken)
    assert "a.cedar:1:" in answer["errors"][0]["message"]


def test_grants_are_listed(ruled: Catalog) -> None:
    query = """{ accessGrants(principal: "grace") { principal entry by since until endedBy actions purposes project
      reason target { targetKind ref { namespace name } column version } } }"""
    (found,) = ruled.data(query)["accessGrants"]
    assert (found["entry"], found["actions"], found["endedBy"]) == (3, ["READ"], None)
    assert found["target"]["ref"] == CURATED


def test_the_same_request_again_is_recorded_again_by_the_same_basis(ruled: Catalog) -> None:
    first, second = (ask(ruled, asked())["context"] for _ in range(2))
    assert second["entry"] == first["entry"] + 1
    ruled.caught_up()
    newest, before = listed(ruled, None)
    assert newest["decidedByEntry"] == before["decidedByEntry"] == first["entry"] - 1
    ruled.record(principal("ada"))
    ask(ruled, asked())
    ruled.caught_up()
    assert listed(ruled, None)[0]["decidedByEntry"] == second["entry"] + 1
    assert ruled.data(_REPLAY)["accessReplay"]["changed"] == []


def test_several_are_handed_to_the_ledger_before_any_is_waited_for(
    ruled: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    handed_on: list[Future[Receipt]] = []
    intake = ruled.service.intake
    record = intake.record_decision

    class Awaited(Future[Receipt]):
        def result(self, timeout: float | None = None) -> Receipt:
            sizes.append(len(handed_on))
            return super().result(timeout)

    def recorded(*given: Any) -> Future[Receipt]:
        durable, awaited = record(*given), Awaited()
        durable.add_done_callback(lambda done: awaited.set_result(done.result()))
        handed_on.append(awaited)
        return awaited

    monkeypatch.setattr(intake, "record_decision", recorded)
    body = {**asked(), "evaluations": [{}, {"action": {"name": "export"}}, {}]}
    found = ask(ruled, body, SEVERAL)["evaluations"]
    assert sizes == [3, 3, 3]
    assert len({one["context"]["entry"] for one in found}) == 3


def test_what_was_read_once_is_not_read_again_until_something_else_is_recorded(
    ruled: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, made = utc_microseconds(), list[int]()

    def counted(*given: Any, **more: Any) -> Decided:
        made.append(1)
        return decide(*given, **more)

    monkeypatch.setattr("catalog.api.http.access.utc_microseconds", lambda: now)
    monkeypatch.setattr("catalog.decisions.queries.decide", counted)
    for _ in range(4):
        ask(ruled, asked())
    assert len(made) == 1
    ruled.record(principal("ada"))
    ask(ruled, asked())
    assert len(made) == 2
