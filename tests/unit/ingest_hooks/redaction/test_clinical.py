from __future__ import annotations

import json

import pytest

from ingest_hooks.openlineage.wire import JSON
from ingest_hooks.redaction.clinical import holds_clinical, is_clinical

PATIENT: dict[str, JSON] = {"resourceType": "Patient", "name": [{"family": "Testperson"}]}
DICOM: dict[str, JSON] = {"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Testperson^Alpha"}]}}


@pytest.mark.parametrize("value", [PATIENT, DICOM, {"resourceType": "Observation", "valueQuantity": {"value": 3}}])
def test_a_resource_is_known_by_its_structure_also_as_text_in_text(value: dict[str, JSON]) -> None:
    assert is_clinical(value)
    text = json.dumps(value)
    for _ in range(3):
        assert holds_clinical(f"got {text} at last")
        text = json.dumps({"body": text})


@pytest.mark.parametrize(
    "text",
    [
        "PID|1||48213977^^^H^MR||Testperson^Alpha",
        "MSH|^~\\&|A|B|C|D|20260301||ADT^A01|1|P|2.5",
        "read: OBX|1|TX|B20^^I10||Testperson",
        "{'resourceType': 'Patient', 'id': 'Testperson'}",
        "(0010,0010) PN [Testperson^Alpha]        #  16, 1 PatientName",
        "(0010, 0020) Patient ID                  LO: '48213977'",
        "NM1*IL*1*TESTPERSON*ALPHA****MI*48213977~",
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget/>',
        '<Patient xmlns="http://hl7.org/fhir"><id value="x"/>',
    ],
)
def test_messages_and_documents_are_known(text: str) -> None:
    assert holds_clinical(text)


@pytest.mark.parametrize(
    "value",
    [
        {"resourceType": "Patient"},
        {"resourceType": "Patient", "profile": "http://hl7.org/fhir/StructureDefinition/Patient", "count": 3},
        {"resourceType": "BIGQUERY_TABLE", "name": "visits"},
        {"00100010": {"vr": "PN", "keyword": "PatientName"}},
        {"0123abcd": {"state": "done"}},
    ],
)
def test_what_is_about_such_data_is_not_such_data(value: dict[str, JSON]) -> None:
    assert not is_clinical(value)


@pytest.mark.parametrize(
    "text",
    [
        "Maps PID.3 and OBX-5 of HL7 v2 to FHIR Patient and Observation.",
        "http://hl7.org/fhir/StructureDefinition/Patient",
        "resourceType says Patient",
        "The tag (0010,0010) Patient's Name is removed, and so is (0010, 0020).",
        "Segment NM1*IL carries the subscriber.",
        "a | b | c",
        "<td>urn:hl7-org:v3</td>",
    ],
)
def test_prose_about_them_is_not_such_data(text: str) -> None:
    assert not holds_clinical(text)
