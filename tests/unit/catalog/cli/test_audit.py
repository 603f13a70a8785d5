"""Decisions on access as FHIR AuditEvents and OCSF events: every field has its place, and nothing is left empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from catalog.cli.audit import audit_event, security_event

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
    "correlationId": "made-up-1",
    "allowed": True,
    "reasons": ["As made up.", "And so."],
    "policies": ["granted-work"],
    "policySet": "sha256:" + "0" * 64,
    "obligations": ["AUDIT"],
    "refrains": [],
    "awaits": [],
    "target": {
        "targetKind": "COLUMN",
        "ref": {"namespace": "curated", "name": "visits"},
        "column": "ward",
        "version": None,
    },
}
BARE = {**DECISION, "purpose": None, "policySet": None, "policies": [], "obligations": [], "allowed": False}


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
    assert [one["requestor"] for one in found["agent"]] == [True, False]


def test_an_audit_event_says_who_what_why_when_and_by_which_policies() -> None:
    found = audit_event(DECISION)
    assert (found["recorded"], found["outcome"], found["action"]) == ("2026-01-31T12:00:00.250Z", "0", "R")
    assert found["outcomeDesc"] == "As made up. And so."
    assert found["agent"][0]["who"]["identifier"]["value"] == "grace"
    assert found["purposeOfEvent"][0]["coding"][0]["code"] == "HRESCH"
    (entity,) = found["entity"]
    assert entity["what"]["identifier"] == {"system": "urn:lineward:column", "value": "curated/visits/ward"}
    assert {one["type"]: one["valueString"] for one in entity["detail"]}["correlationId"] == "made-up-1"
    assert audit_event({**DECISION, "action": "write"})["action"] == "U"
    assert audit_event({**DECISION, "action": "deploy"})["action"] == "E"
    assert audit_event(BARE)["outcome"] == "4"


def test_a_security_event_is_a_datastore_activity_that_was_allowed_or_denied() -> None:
    found = security_event(DECISION)
    assert (found["class_uid"], found["type_uid"], found["time"]) == (6005, 600501, 1769860800250)
    assert (found["action"], found["status_id"]) == ("Allowed", 1)
    assert found["actor"]["user"]["name"] == "grace"
    assert found["metadata"]["correlation_uid"] == "made-up-1"
    assert found["unmapped"]["purpose"] == "HRESCH"
    denied = security_event({**BARE, "action": "export"})
    assert (denied["action_id"], denied["activity_id"], denied["type_uid"]) == (2, 99, 600599)
