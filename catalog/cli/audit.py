"""Decisions on access as others' audit formats have them: FHIR R4 AuditEvent, and OCSF for a SIEM.

The shape of an AuditEvent follows the authorization decision of IHE's Basic Audit Log Patterns (1.1) as far as it goes:
no patient and no consent is named, since there is none in a decision on data. What would be done is the subtype; what
was done is deciding. Who asked in the place of another is the requestor; that other is an agent beside it, with the
DELEGATOR of HL7's RoleCode. The record that a refused release or deployment would have been is a detail.
An OCSF event is a Datastore Activity (6005) under the profile Security Control.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

from graph_schema.times import parse_zoned

_TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"
_DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_EXECUTE: Final = "E"
_ALLOWED, _DENIED = "0", "4"
"""AuditEvent.outcome: success, and a minor failure, as a request that is refused is one."""
_OBSERVER: Final = {"display": "Lineward"}

_CLASS: Final = 6005
_OCSF_ACTIVITY: Final = {"read": 1, "query": 4, "write": 5}
_OTHER: Final = 99
_VERSION: Final = "1.3.0"
_DETAILS: Final = (
    "entry",
    "correlationId",
    "policySet",
    "policies",
    "obligations",
    "refrains",
    "awaits",
    "project",
    "protocol",
    "site",
    "place",
    "environment",
    "network",
    "diseases",
    "onBehalfOf",
)
_REFUSED: Final = {"kind": "refusedKind", "validFrom": "refusedValidFrom"}
"""What is added of the record that a decision refused: of what kind it was, and the date that it gave."""


class AuditFormat(StrEnum):
    """In which format decisions are handed on."""

    FHIR = "fhir"
    """FHIR R4 AuditEvent."""
    OCSF = "ocsf"
    """Open Cybersecurity Schema Framework."""


def audit_event(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return a decision, as GraphQL gives it, as a FHIR R4 (4.0.1) AuditEvent."""
    purposes = [] if one["purpose"] is None else [_coded("v3-ActReason", one["purpose"])]
    found: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": f"lineward-{one['entry']}",
        "type": {"system": _DICOM, "code": "110113", "display": "Security Alert"},
        "subtype": [{"system": "urn:lineward:access-action", "code": one["action"]}],
        "action": _EXECUTE,
        "recorded": one["recordedAt"],
        "outcome": _ALLOWED if one["allowed"] else _DENIED,
        "outcomeDesc": " ".join(one["reasons"]),
        "purposeOfEvent": purposes,
        "agent": [
            _filled(
                {
                    "type": _coded("v3-ParticipationType", "IRCP"),
                    "who": _identified(one["principal"]),
                    "requestor": True,
                    "policy": [f"urn:lineward:policies:{one['policySet']}"] if one["policySet"] else [],
                    "purposeOfUse": purposes,
                }
            ),
            *_in_whose_place(one),
            {
                "type": {"coding": [{"system": _DICOM, "code": "110150", "display": "Application"}]},
                "who": _identified(one["askedBy"]),
                "requestor": False,
            },
            {"type": _coded("extra-security-role-type", "authserver"), "who": _OBSERVER, "requestor": False},
        ],
        "source": {
            "observer": _OBSERVER,
            "type": [{"system": f"{_TERMINOLOGY}/security-source-type", "code": "6", "display": "Security Server"}],
        },
        "entity": [
            {
                "what": {"identifier": {"system": _uri(one), "value": _name(one)}},
                "type": {"system": f"{_TERMINOLOGY}/audit-entity-type", "code": "2", "display": "System Object"},
                "name": _name(one),
                "detail": [{"type": name, "valueString": text} for name, text in _details(one).items()],
            }
        ],
    }
    return _filled(found)


def _in_whose_place(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the agent whose rights were judged where somebody asked in their place: it did not ask itself."""
    if one["onBehalfOf"] is None:
        return []
    return [{"type": _coded("v3-RoleCode", "DELEGATOR"), "who": _identified(one["onBehalfOf"]), "requestor": False}]


def security_event(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return a decision, as GraphQL gives it, as an OCSF event."""
    activity = _OCSF_ACTIVITY.get(one["action"], _OTHER)
    target = one["target"]
    policy = {"uid": one["policySet"], "name": ", ".join(one["policies"])}
    found = {
        "category_uid": 6,
        "category_name": "Application Activity",
        "class_uid": _CLASS,
        "class_name": "Datastore Activity",
        "activity_id": activity,
        "activity_name": one["action"] if activity == _OTHER else one["action"].capitalize(),
        "type_uid": _CLASS * 100 + activity,
        "severity_id": 1,
        "time": parse_zoned(one["recordedAt"]) // 1_000,
        "status_id": 1 if one["allowed"] else 2,
        "status_detail": " ".join(one["reasons"]),
        "action_id": 1 if one["allowed"] else 2,
        "action": "Allowed" if one["allowed"] else "Denied",
        "actor": {"user": {"name": one["principal"], "uid": one["principal"]}},
        "src_endpoint": {"name": one["askedBy"]},
        "database": {"name": target["ref"]["namespace"], "type_id": _OTHER},
        "table": {"name": _name(one), "uid": _name(one)},
        "policy": {name: value for name, value in policy.items() if value},
        "metadata": {
            "version": _VERSION,
            "profiles": ["security_control"],
            "product": {"name": "Lineward", "vendor_name": "Lineward"},
            "uid": str(one["entry"]),
            "correlation_uid": one["correlationId"],
        },
        "unmapped": {name: one[name] for name in ("purpose", *_DETAILS[4:]) if one[name]} | _refused(one),
    }
    return _filled(found)


FORMATS: Final[Mapping[AuditFormat, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    AuditFormat.FHIR: audit_event,
    AuditFormat.OCSF: security_event,
}


def _coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{_TERMINOLOGY}/{system}", "code": code}]}


def _identified(name: str) -> dict[str, Any]:
    return {"identifier": {"value": name}}


def _filled(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return it without the members that are empty: FHIR has none, and of an OCSF object one has to be there."""
    return {name: value for name, value in part.items() if value not in ("", [], {})}


def _uri(one: Mapping[str, Any]) -> str:
    return f"urn:lineward:{one['target']['targetKind'].lower()}"


def _name(one: Mapping[str, Any]) -> str:
    target = one["target"]
    parts = (target["ref"]["namespace"], target["ref"]["name"], target["column"] or target["version"])
    return "/".join(part for part in parts if part)


def _details(one: Mapping[str, Any]) -> dict[str, str]:
    """Return what has no place of its own in an AuditEvent, by name."""
    return {name: text for name in _DETAILS if (text := _text(one[name]))} | _refused(one)


def _refused(one: Mapping[str, Any]) -> dict[str, str]:
    """Return what is said of the record that a decision refused, nothing of a request for access."""
    held = one["refused"] or {}
    return {name: text for member, name in _REFUSED.items() if (text := held.get(member))}


def _text(value: Any) -> str:  # noqa: ANN401  a text, a number, a list of texts or nothing
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
