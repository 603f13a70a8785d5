"""What a record may hold where: closed forms are enforced, names and authored text are scanned, people may be named."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from catalog.decisions.asking import read as read_request
from catalog.errors import SenderError
from catalog.kinds import KINDS
from catalog.record_redaction import CLOSED, Redactor
from tests.support import records
from tests.support.records import SIGNATURE

REDACTOR = Redactor(b"t" * 32)
HIDDEN = [
    "Testperson Alpha, MRN 48213977",
    "MRN-48213977",
    "testperson@example.org",
    "patient 48213977",
    "987-65-4320",
]


def read(payload: dict[str, Any]) -> None:
    KINDS[payload["kind"]].record.read({key: value for key, value in payload.items() if key != "kind"})


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize(
    "hide",
    [
        lambda text: records.tag(codes=[{"system": "http://codes.example/x", "code": text}]),
        lambda text: records.tag(codes=[{"system": f"http://codes.example/{text}", "code": "A"}]),
        lambda text: records.tag(codes=[{"system": f"urn:oid:1.2.{text}", "code": "A"}]),
        lambda text: records.tag(codes=[{"system": text, "code": "A"}]),
        lambda text: records.tag(valid_from=text),
        lambda text: records.tag(valid_from=f"2026-01-01T00:00:00Z[{text}]"),
        lambda text: records.tag(phi_kind=text),
        lambda text: records.tag(stance=text),
        lambda text: records.tag(confidentiality=text),
        lambda text: records.attestation(alterations=[text]),
        lambda text: records.attestation(until=text),
        lambda text: records.declaration(zone=text),
        lambda text: records.declaration(permitted_use={"duo": [text]}),
        lambda text: records.declaration(permitted_use={"purposes": [text]}),
        lambda text: records.declaration(source_system={"name": "EHR", "kind": text}),
        lambda text: records.registration(signature=text),
        lambda text: records.registration(signature=text * 20),
        lambda text: records.registration(signature=base64.b64encode(text.encode() * 20).decode()),
        lambda text: records.registration(signature=base64.b64encode(json.dumps({"of": text * 9}).encode()).decode()),
        lambda text: records.registration(artifact_digest=text),
        lambda text: records.registration(environment={"digest": text}),
        lambda text: records.seal(foreign=[{"system": text, "id": "17"}]),
        lambda text: records.seal(role=text),
    ],
)
def test_free_text_cannot_hide_in_a_closed_form(hide: Any, hidden: str) -> None:
    with pytest.raises(SenderError):
        read(hide(hidden))


OPEN_IN_CLOSED = {
    # A code's system and the code are held to their forms together, see above.
    "Coded.system",
    # Held to their forms once the whole record is read: words of a label, keys and patterns of partitions.
    "DeclareDataset.policy_label",
    "DefineNamespaceRule.keys",
    "DefineNamespaceRule.pattern",
    # What the service writes itself of a decision; what a caller sends of it is redacted as names are.
    "Circumstances.purpose",
    "Circumstances.environment",
    "DecideAccess.awaits",
    "DecideAccess.obligations",
    "DecideAccess.refrains",
    "RefusedRecord.kind",
    "RefusedRecord.roles",
    # Held to a checkpoint's form when the record is admitted.
    "RestoreLedger.signed_checkpoint",
}


def models(annotation: Any, seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in seen:
            seen.add(annotation)
            yield annotation
            for field in annotation.model_fields.values():
                yield from models(field.annotation, seen)
    else:
        for part in get_args(annotation):
            yield from models(part, seen)


def takes(model: type[BaseModel], field: str, text: str) -> bool:
    """Tell whether a field takes a text, or a list of it, whatever else of the record is wrong."""
    for sent in (text, [text]):
        try:
            model.model_validate({field: sent})
        except ValidationError as error:
            if any(one["loc"][:1] == (field,) for one in error.errors(include_url=False)):
                continue
        return True
    return False


def test_every_field_that_is_not_searched_has_a_closed_form() -> None:
    seen: set[type[BaseModel]] = set()
    every = [model for kind in KINDS.values() for model in models(kind.record, seen)]
    free = {
        f"{model.__name__}.{name}"
        for model in every
        for name in model.model_fields
        if name in CLOSED and takes(model, name, HIDDEN[0])
    }
    assert free == OPEN_IN_CLOSED


@pytest.mark.parametrize("hidden", HIDDEN)
def test_what_is_asked_for_access_holds_no_identifier(hidden: str) -> None:
    texts = ("purpose", "project", "protocol", "site", "place", "environment", "network", "on_behalf_of")
    asked = read_request(
        {
            "subject": {"type": "user", "id": hidden},
            "action": {"name": hidden},
            "resource": {"type": "dataset", "id": hidden, "properties": {"namespace": hidden}},
            "context": {**dict.fromkeys(texts, hidden), "enforces": [hidden]},
        },
        REDACTOR,
    )
    assert "48213977" not in str(asked)
    assert hidden not in str(asked)


def test_a_known_purpose_is_recorded_as_it_is_sent() -> None:
    context = {"purpose": "HRESCH", "environment": "PRODUCTION"}
    part = {"type": "dataset", "id": "made-up", "properties": {"namespace": "lake"}}
    asked = read_request(
        {"subject": {"type": "user", "id": "a"}, "action": {"name": "read"}, "resource": part, "context": context},
        REDACTOR,
    )
    assert "'HRESCH'" in str(asked)
    assert "'PRODUCTION'" in str(asked)


@pytest.mark.parametrize(
    "payload",
    [
        records.tag(codes=[{"system": "http://snomed.info/sct", "code": "44054006"}]),
        records.tag(codes=[{"system": "urn:oid:2.16.840.1.113883.6.96", "code": "73211009"}]),
        records.tag(codes=[{"system": "urn:oid:1.3.6.1.4.1.12009.10.2.3", "code": "A:1/2"}]),
        records.tag(codes=[{"system": "http://loinc.org", "code": "2345-7"}]),
        records.tag(codes=[{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "E11.9"}]),
        records.tag(valid_from="2026-01-01T00:00:00.123456+02:00"),
        records.registration(signature=SIGNATURE),
        records.registration(signature=SIGNATURE.replace("+", "-").replace("/", "_").rstrip("=")),
        records.registration(
            signature=base64.b64encode(
                json.dumps(
                    {"payloadType": "application/vnd.in-toto+json", "payload": "e30=", "signatures": []}
                ).encode()
            ).decode()
        ),
        records.seal(foreign=[{"system": "delta", "id": "17"}, {"system": "iceberg", "id": "4358109269898191001"}]),
    ],
)
def test_what_has_its_form_is_taken(payload: dict[str, Any]) -> None:
    read(payload)


def test_authored_text_loses_identifiers_and_people_of_the_house_keep_their_names() -> None:
    fields, found = REDACTOR.record(
        {
            "reason": "Seen for patient Testperson Alpha, MRN 48213977",
            "signer": {"printed_name": "Dr. Teststeward Pi", "time_zone": "UTC"},
            "owner": "teststeward@hospital.example",
            "dataset": {"namespace": "files", "name": "/patients/48213977/x"},
        }
    )
    assert fields["reason"] == "Seen for patient <redacted:name>, MRN <redacted:identifier>"
    assert fields["signer"]["printed_name"] == "Dr. Teststeward Pi"
    assert fields["owner"] == "teststeward@hospital.example"
    assert fields["dataset"]["name"] == REDACTOR.name("/patients/48213977/x") != "/patients/48213977/x"
    assert dict(found) == {"/reason": "text", "/dataset/name": "name"}


@pytest.mark.parametrize("name", ["steward-1", "airflow.prod", "018f4a3e-0000-7000-8000-000000000001", "team@north"])
def test_a_principal_is_called_by_a_name_that_says_nothing(name: str) -> None:
    read(records.principal(name, "auditor"))


@pytest.mark.parametrize("name", ["mrn-4821", "testperson@example.org", "48213977", "TP-9982213", "x-987-65-4320"])
def test_a_principal_whose_name_may_identify_a_person_is_refused(name: str) -> None:
    with pytest.raises(SenderError) as refused:
        read(records.principal(name, "auditor"))
    assert refused.value.pointer == "/principal"


def test_a_patient_is_replaced_even_where_the_house_s_people_stand() -> None:
    assert REDACTOR.field("owner", "for patient Testperson Alpha") == "for patient <redacted:name>"
    assert REDACTOR.field("printed_name", "MRN 48213977") == "MRN <redacted:identifier>"
