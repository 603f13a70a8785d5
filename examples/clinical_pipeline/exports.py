"""What the source systems deliver: a FHIR R4 Bulk Data export (ndjson chunks and their manifest) and a claims file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from .periods import Period
from .population import Person

_CHUNK = 400
_LOINC = "http://loinc.org"
_ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
_CODES = "http://terminology.hl7.org/CodeSystem"

Resource = dict[str, Any]


def export_fhir(people: list[Person], period: Period, folder: Path) -> None:
    """Write a bulk export: for each resource type chunks of ndjson, and the manifest that names them."""
    folder.mkdir(parents=True)
    output = []
    for kind, resources in (
        ("Patient", _patients(people)),
        ("Encounter", _encounters(people)),
        ("Condition", _conditions(people)),
        ("Observation", _observations(people)),
    ):
        lines = [json.dumps(resource, separators=(",", ":")) for resource in resources]
        for number, start in enumerate(range(0, len(lines), _CHUNK)):
            chunk = folder / f"{kind}.{number:03d}.ndjson"
            chunk.write_text("".join(line + "\n" for line in lines[start : start + _CHUNK]))
            output.append({"type": kind, "url": f"https://ehr.sampletown.example/bulk/{period.name}/{chunk.name}"})
    manifest = {
        "transactionTime": period.end.isoformat(),
        "request": "https://ehr.sampletown.example/fhir/$export",
        "requiresAccessToken": True,
        "output": output,
        "error": [],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2))


def tear(chunk: Path) -> None:
    """Cut a chunk in the middle of its last line, as a broken transfer does."""
    content = chunk.read_bytes()
    chunk.write_bytes(content[:-40])


def export_claims(people: list[Person], period: Period, file: Path) -> None:
    """Write the claims file; from schema 2 on it has one column more."""
    file.parent.mkdir(parents=True)
    columns = ["claim_id", "member_mrn", "service_date", "place_of_service", "icd10", "cpt", "billed_amount"]
    if period.schema_version > 1:
        columns.append("prior_admissions_12m")
    numbers = count(1)
    with file.open("w", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(columns)
        for person in people:
            for claim in person.claims:
                row = [
                    f"CLM-{next(numbers):08d}",
                    person.mrn,
                    claim.service_date.isoformat(),
                    "21",
                    claim.diagnosis,
                    claim.service,
                    f"{claim.cents // 100}.{claim.cents % 100:02d}",
                    str(person.prior_admissions),
                ]
                rows.writerow(row[: len(columns)])


def _patients(people: Iterable[Person]) -> Iterator[Resource]:
    for person in people:
        yield {
            "resourceType": "Patient",
            "id": _id(person),
            "identifier": [
                {
                    "use": "usual",
                    "type": {"coding": [_coding(f"{_CODES}/v2-0203", "MR")]},
                    "system": "urn:oid:2.16.840.1.113883.19.5",
                    "value": person.mrn,
                }
            ],
            "name": [{"use": "official", "family": person.family_name, "given": [person.given_name]}],
            "telecom": [{"system": "phone", "value": person.phone, "use": "home"}],
            "gender": person.sex,
            "birthDate": person.birth_date.isoformat(),
            "address": [
                {
                    "use": "home",
                    "line": [person.street],
                    "city": "Sampletown",
                    "state": "ZZ",
                    "postalCode": person.postal_code,
                }
            ],
        }


def _encounters(people: Iterable[Person]) -> Iterator[Resource]:
    for person in people:
        for number, stay in enumerate(person.stays):
            yield {
                "resourceType": "Encounter",
                "id": f"{_id(person)}-e{number}",
                "status": "finished",
                "class": _coding(f"{_CODES}/v3-ActCode", "IMP"),
                "subject": _patient(person),
                "period": {"start": f"{stay.admitted_on}T08:00:00Z", "end": f"{stay.discharged_on}T11:00:00Z"},
            }


def _conditions(people: Iterable[Person]) -> Iterator[Resource]:
    for person in people:
        for number, diagnosis in enumerate(person.diagnoses):
            yield {
                "resourceType": "Condition",
                "id": f"{_id(person)}-c{number}",
                "clinicalStatus": {"coding": [_coding(f"{_CODES}/condition-clinical", "active")]},
                "code": {"coding": [_coding(_ICD10, diagnosis)]},
                "subject": _patient(person),
                "encounter": _first_stay(person),
            }


def _observations(people: Iterable[Person]) -> Iterator[Resource]:
    for person in people:
        results = [("4548-4", "%", value) for value in person.hba1c]
        results += [("2160-0", "mg/dL", value) for value in person.creatinine]
        for number, (loinc, unit, value) in enumerate(results):
            yield {
                "resourceType": "Observation",
                "id": f"{_id(person)}-o{number}",
                "status": "final",
                "code": {"coding": [_coding(_LOINC, loinc)]},
                "subject": _patient(person),
                "encounter": _first_stay(person),
                "effectiveDateTime": f"{person.stays[0].admitted_on}T09:30:00Z",
                "valueQuantity": {
                    "value": value,
                    "unit": unit,
                    "system": "http://unitsofmeasure.org",
                    "code": unit,
                },
            }


def _id(person: Person) -> str:
    return f"p{person.number:05d}"


def _patient(person: Person) -> Resource:
    return {"reference": f"Patient/{_id(person)}"}


def _first_stay(person: Person) -> Resource:
    return {"reference": f"Encounter/{_id(person)}-e0"}


def _coding(system: str, code: str) -> Resource:
    return {"system": system, "code": code}
