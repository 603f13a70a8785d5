"""Curation: the feeds joined to one row a first stay, identifiers still in it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingest_hooks import emit
from ingest_hooks.emit import Dataset, Flow

from . import estate
from .tables import Row, read_table, write_table
from .workspace import Workspace

_HBA1C, _CREATININE = "4548-4", "2160-0"
_READMISSION = timedelta(days=30)
_PATIENT, _ENCOUNTER, _CONDITION, _OBSERVATION, _CLAIMS = (estate.landing(source) for source in estate.SOURCES)


@dataclass(frozen=True, slots=True)
class Feeds:
    """The landed feeds, in memory."""

    patients: Sequence[Mapping[str, Any]]
    encounters: Sequence[Mapping[str, Any]]
    conditions: Sequence[Mapping[str, Any]]
    observations: Sequence[Mapping[str, Any]]
    claims: Sequence[Row]


def curate(workspace: Workspace) -> None:
    """Join the landed feeds and write the stays."""
    columns = workspace.columns(estate.STAYS)
    with workspace.run(estate.CURATE) as run:
        for dataset in (_PATIENT, _ENCOUNTER, _CONDITION, _OBSERVATION, _CLAIMS):
            run.read(dataset, snapshot=emit.manifest(workspace.folder(dataset)), columns=workspace.columns(dataset))
        feeds = Feeds(
            patients=list(_resources(workspace.folder(_PATIENT))),
            encounters=list(_resources(workspace.folder(_ENCOUNTER))),
            conditions=list(_resources(workspace.folder(_CONDITION))),
            observations=list(_resources(workspace.folder(_OBSERVATION))),
            claims=read_table(workspace.folder(_CLAIMS)),
        )
        rows = join(feeds)
        write_table(workspace.folder(estate.STAYS), columns, rows)
        run.write(
            estate.STAYS,
            files=workspace.folder(estate.STAYS),
            columns=columns,
            column_lineage={column.name: _LINEAGE[column.name] for column in columns},
            depends_on=_JOINS,
            mode=workspace.mode,
            rows=len(rows),
        )


def join(feeds: Feeds) -> list[Row]:
    """One row for each person's first stay, ordered by record number."""
    stays: defaultdict[str, list[tuple[date, date]]] = defaultdict(list)
    conditions = Counter(condition["subject"]["reference"] for condition in feeds.conditions)
    results: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    claims: defaultdict[str, list[Row]] = defaultdict(list)
    for encounter in feeds.encounters:
        period = encounter["period"]
        stays[encounter["subject"]["reference"]].append((_day(period["start"]), _day(period["end"])))
    for observation in feeds.observations:
        loinc = observation["code"]["coding"][0]["code"]
        results[observation["subject"]["reference"], loinc].append(observation["valueQuantity"]["value"])
    for claim in feeds.claims:
        claims[claim["member_mrn"]].append(claim)
    rows = []
    for patient in feeds.patients:
        reference, mrn = f"Patient/{patient['id']}", patient["identifier"][0]["value"]
        (admitted, discharged), *later = sorted(stays[reference])
        address, billed = patient["address"][0], claims[mrn]
        row = {
            "mrn": mrn,
            "patient_name": f"{patient['name'][0]['family']} {patient['name'][0]['given'][0]}",
            "phone": patient["telecom"][0]["value"],
            "street": address["line"][0],
            "postal_code": address["postalCode"],
            "birth_date": patient["birthDate"],
            "sex": patient["gender"],
            "admitted_on": admitted.isoformat(),
            "discharged_on": discharged.isoformat(),
            "condition_count": str(conditions[reference]),
            "hba1c": str(max(results[reference, _HBA1C])),
            "creatinine": str(max(results[reference, _CREATININE])),
            "claim_count": str(len(billed)),
            "billed_total": str(sum((Decimal(claim["billed_amount"]) for claim in billed), Decimal(0))),
            "readmitted": str(any(again - discharged <= _READMISSION for again, _ in later)).lower(),
        }
        if billed and estate.NEW_CLAIMS_COLUMN.name in billed[0]:
            row[estate.NEW_CLAIMS_COLUMN.name] = billed[0][estate.NEW_CLAIMS_COLUMN.name]
        rows.append(row)
    return sorted(rows, key=lambda row: row["mrn"])


def _resources(folder: Path) -> Iterator[dict[str, Any]]:
    for chunk in sorted(folder.glob("*.ndjson")):
        with chunk.open() as lines:
            yield from map(json.loads, lines)


def _day(moment: str) -> date:
    return date.fromisoformat(moment[:10])


def _same(dataset: Dataset, column: str) -> list[Flow]:
    return [Flow(dataset, column, subtype="IDENTITY", masking=False)]


def _made_of(*columns: tuple[Dataset, str], subtype: str = "AGGREGATION") -> list[Flow]:
    return [Flow(dataset, column, subtype=subtype, masking=False) for dataset, column in columns]


_LINEAGE: Mapping[str, Sequence[Flow]] = {
    "mrn": _same(_PATIENT, "identifier"),
    "patient_name": _same(_PATIENT, "name"),
    "phone": _same(_PATIENT, "telecom"),
    "street": _same(_PATIENT, "address.line"),
    "postal_code": _same(_PATIENT, "address.postalCode"),
    "birth_date": _same(_PATIENT, "birthDate"),
    "sex": _same(_PATIENT, "gender"),
    "admitted_on": _made_of((_ENCOUNTER, "period.start"), subtype="TRANSFORMATION"),
    "discharged_on": _made_of((_ENCOUNTER, "period.end"), subtype="TRANSFORMATION"),
    "condition_count": _made_of((_CONDITION, "code")),
    "hba1c": _made_of((_OBSERVATION, "valueQuantity")),
    "creatinine": _made_of((_OBSERVATION, "valueQuantity")),
    "claim_count": _made_of((_CLAIMS, "claim_id")),
    "billed_total": _made_of((_CLAIMS, "billed_amount")),
    "readmitted": _made_of((_ENCOUNTER, "period.start"), (_ENCOUNTER, "period.end")),
    estate.NEW_CLAIMS_COLUMN.name: _same(_CLAIMS, estate.NEW_CLAIMS_COLUMN.name),
}
_JOINS = (
    Flow(_PATIENT, "id", "INDIRECT", "JOIN"),
    Flow(_PATIENT, "identifier", "INDIRECT", "JOIN"),
    Flow(_ENCOUNTER, "subject", "INDIRECT", "JOIN"),
    Flow(_CONDITION, "subject", "INDIRECT", "JOIN"),
    Flow(_OBSERVATION, "subject", "INDIRECT", "JOIN"),
    Flow(_OBSERVATION, "code", "INDIRECT", "FILTER"),
    Flow(_CLAIMS, "member_mrn", "INDIRECT", "JOIN"),
)
