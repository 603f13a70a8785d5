"""Decisions on access as FHIR AuditEvents and OCSF events: every field has its place, and nothing is left empty."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent

from catalog.cli.audit import audit_event, security_event
from graph_schema.vocabulary.words import AccessAction

DECISION: dict[str, Any] = {
    "entry": 12,
    "askedBy": "lake-1",
    "recordedAt": "2026-01-31T12:00:00.250Z",
    "principal": "grace",
    "action": "read",
    "purpose": "HRESCH",
    "project": "made-up project",
    "protocol": None,
    "site": "North",
    "place": None,
    "environment": "TRAINING",
    "network": None,
    "diseases": ["MONDO:0005148"],
    "onBehalfOf": None,
    "correlationId": "made-up-1",
    "allowed": True,
    "reasons": ["As made up.", "And so."],
    "policies": ["granted-work"],
    "policySet": "sha256:" + "0" * 64,
    "obligations": ["AUDIT"],
    "refrains": [],
    "awaits": [],
    "refused": None,
    "target": {
        "targetKind": "COLUMN",
        "ref": {"namespace": "curated", "name": "visits"},
        "column": "ward",
        "version": None,
    },
}
DELEGATED = {**DECISION, "onBehalfOf": "rita"}
REFUSED = {
    **DECISION,
    "action": "promote",
    "allowed": False,
    "refused": {"kind": "RELEASE_MODEL_VERSION", "validFrom": "2026-01-30T00:00:00Z"},
    "target": {
        "targetKind": "MODEL_VERSION",
        "ref": {"namespace": "models", "name": "risk"},
        "column": None,
        "version": "2.0.0",
    },
}
BARE = {
    **DECISION,
    "purpose": None,
    "diseases": [],
    "policySet": None,
    "policies": [],
    "obligations": [],
    "reasons": [],
    "allowed": False,
}

OCSF: dict[str, Any] = {
    "category_uid": {6: "Application Activity"},
    "class_uid": {6005: "Datastore Activity"},
    "activity_id": {1: "Read", 2: "Update", 3: "Connect", 4: "Query", 5: "Write", 6: "Create", 7: "Delete", 8: "List"},
    "action_id": {1: "Allowed", 2: "Denied"},
    "status_id": {1: "Success", 2: "Failure"},
    "severity_id": {1: "Informational"},
}
"""What the numbers mean, as the schema of OCSF has them: `events/application/datastore_activity.json`,
`profiles/security_control.json` and `dictionary.json` of github.com/ocsf/ocsf-schema. A class has the number of its
category times 1,000 and its own, a type the number of the class times 100 and that of the activity."""
OCSF_REQUIRED = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}
OCSF_REQUIRED_OF_CLASS = {"actor", "src_endpoint"}
OCSF_KNOWN = {
    *OCSF_REQUIRED,
    *OCSF_REQUIRED_OF_CLASS,
    *("action", "action_id", "activity_name", "category_name", "class_name", "database", "policy", "status_detail"),
    *("status_id", "table", "unmapped"),
}


def values(part: Any) -> Iterator[Any]:
    """Every value in a document: FHIR has neither null nor what is empty."""
    yield part
    for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from values(one)


@pytest.mark.parametrize("decision", [DECISION, BARE])
def test_an_audit_event_has_what_is_required_and_nothing_empty(decision: dict[str, Any]) -> None:
    found = audit_event(decision)
    assert {"type", "recorded", "agent", "source"} <= set(found)
    assert all(value not in (None, "", [], {}) for value in values(found))
    assert [one["requestor"] for one in found["agent"]] == [True, False, False]


@pytest.mark.parametrize("action", AccessAction)
@pytest.mark.parametrize("decision", [DECISION, DELEGATED, REFUSED, BARE])
def test_an_audit_event_is_one_of_fhir_r4(decision: dict[str, Any], action: AccessAction) -> None:
    # R4B changed nothing in AuditEvent; a member that R4 does not know is refused.
    found = audit_event({**decision, "action": action.value})
    read = json.loads(AuditEvent.model_validate(found).model_dump_json())
    assert {**read, "recorded": found["recorded"]} == found


def test_an_audit_event_says_who_what_why_when_and_by_which_policies() -> None:
    found = audit_event(DECISION)
    assert (found["recorded"], found["outcome"], found["action"]) == ("2026-01-31T12:00:00.250Z", "0", "E")
    assert (found["type"]["code"], found["subtype"][0]["code"]) == ("110113", "read")
    assert found["outcomeDesc"] == "As made up. And so."
    assert found["agent"][0]["who"]["identifier"]["value"] == "grace"
    assert found["purposeOfEvent"][0]["coding"][0]["code"] == "HRESCH"
    (entity,) = found["entity"]
    assert entity["what"]["identifier"] == {"system": "urn:lineward:column", "value": "curated/visits/ward"}
    assert {one["type"]: one["valueString"] for one in entity["detail"]}["correlationId"] == "made-up-1"
    assert found["agent"][2]["who"] == found["source"]["observer"]
    assert audit_event(BARE)["outcome"] == "4"


def test_who_acts_in_the_place_of_another_is_the_requestor_and_that_other_an_agent_beside() -> None:
    agents = audit_event(DELEGATED)["agent"]
    named = [(one["who"].get("identifier", {}).get("value"), one["requestor"]) for one in agents]
    assert named == [("grace", True), ("rita", False), ("lake-1", False), (None, False)]
    assert agents[1]["type"]["coding"][0]["code"] == "DELEGATOR"
    assert security_event(DELEGATED)["unmapped"]["onBehalfOf"] == "rita"
    assert security_event(DELEGATED)["actor"]["user"]["name"] == "grace"


def test_the_record_that_was_refused_is_named_and_the_date_that_it_gave() -> None:
    details = {one["type"]: one["valueString"] for one in audit_event(REFUSED)["entity"][0]["detail"]}
    named = {"refusedKind": "RELEASE_MODEL_VERSION", "refusedValidFrom": "2026-01-30T00:00:00Z"}
    assert named.items() <= details.items()
    assert named.items() <= security_event(REFUSED)["unmapped"].items()
    undated = {**REFUSED, "refused": {"kind": "DEPLOY_MODEL_VERSION", "validFrom": None}}
    assert "refusedValidFrom" not in security_event(undated)["unmapped"]
    assert not {"refusedKind", "refusedValidFrom"} & security_event(DECISION)["unmapped"].keys()


def test_a_security_event_is_a_datastore_activity_that_was_allowed_or_denied() -> None:
    found = security_event(DECISION)
    assert (found["class_uid"], found["type_uid"], found["time"]) == (6005, 600501, 1769860800250)
    assert (found["action"], found["status_id"]) == ("Allowed", 1)
    assert found["actor"]["user"]["name"] == "grace"
    assert found["metadata"]["correlation_uid"] == "made-up-1"
    assert found["unmapped"]["purpose"] == "HRESCH"
    denied = security_event({**BARE, "action": "export"})
    assert (denied["action_id"], denied["activity_id"], denied["type_uid"]) == (2, 99, 600599)


@pytest.mark.parametrize("action", AccessAction)
@pytest.mark.parametrize("decision", [DECISION, DELEGATED, REFUSED, BARE])
def test_the_numbers_of_a_security_event_are_those_of_the_schema(
    decision: dict[str, Any], action: AccessAction
) -> None:
    found = security_event({**decision, "action": action.value})
    assert OCSF_REQUIRED | OCSF_REQUIRED_OF_CLASS <= found.keys() <= OCSF_KNOWN
    assert found["class_uid"] // 1_000 == found["category_uid"]
    assert found["type_uid"] == found["class_uid"] * 100 + found["activity_id"]
    assert (found["category_name"], found["class_name"]) == (OCSF["category_uid"][6], OCSF["class_uid"][6005])
    assert found["activity_name"] == OCSF["activity_id"].get(found["activity_id"], action.value)
    assert (found["action"], found["status_id"] in OCSF["status_id"]) == (OCSF["action_id"][found["action_id"]], True)
    assert found["severity_id"] in OCSF["severity_id"]
    # At least one of the two has to be there, and so of a policy a name or an id.
    assert {"database", "table"} & found.keys()
    assert all(value not in (None, "", [], {}) for value in values(found))
