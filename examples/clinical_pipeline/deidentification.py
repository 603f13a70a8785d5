"""De-identification: what names or locates a person is dropped, coarsened or replaced by a keyed pseudonym.

Names, telephone numbers and streets are dropped (45 CFR 164.514(b)(2)(i)(A), (B), (D)); of a ZIP the first three digits
stay, unless its area holds 20,000 people or fewer ((B)); of dates the year stays, and ages over 89 become 90 ((C)).
The record number becomes a keyed hash ((H)). Because that is derived from the number, 164.514(c)(1) is not met, and the
step rests on an expert's determination (164.514(b)(1)), not on Safe Harbor: its output is pseudonymised.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import date

from ingest_hooks import emit
from ingest_hooks.emit import Flow, LinewardDeidentificationRunFacet
from ingest_hooks.emit.facets import ClaimedCode

from . import estate
from .tables import Row, read_table, write_table
from .workspace import Workspace

OLDEST_TOLD = 89
# The areas of 20,000 people or fewer by the 2000 census, as the regulator's guidance of 2012 lists them.
SPARSE_AREAS = frozenset(
    ("036", "059", "063", "102", "203", "556", "692", "790", "821",
     "823", "830", "831", "878", "879", "884", "890", "893")
)  # fmt: skip
CLEARED_LETTERS = ("A", "B", "C", "D", "H", "J")
ALTERATIONS = ("REDACTED", "PSEUDED", "AGGRED")
_KEPT = ("sex", "condition_count", "hba1c", "creatinine", "claim_count", "billed_total", "readmitted")


def deidentify(workspace: Workspace, key: bytes) -> str:
    """Write the stays without identifiers; returns the run's id, which an attestation may name."""
    columns = workspace.columns(estate.DEIDENTIFIED_STAYS)
    source, target = workspace.folder(estate.STAYS), workspace.folder(estate.DEIDENTIFIED_STAYS)
    with workspace.run(estate.DEIDENTIFY) as run:
        run.read(estate.STAYS, snapshot=emit.manifest(source), columns=workspace.columns(estate.STAYS))
        rows = sorted((strip(row, key) for row in read_table(source)), key=lambda row: row["person_key"])
        write_table(target, columns, rows)
        run.claim_deidentification(
            LinewardDeidentificationRunFacet(
                "EXPERT_DETERMINATION",
                "PSEUDONYMIZED",
                [ClaimedCode(estate.SAFE_HARBOR, letter) for letter in CLEARED_LETTERS],
                list(ALTERATIONS),
            )
        )
        run.write(
            estate.DEIDENTIFIED_STAYS,
            files=target,
            columns=columns,
            column_lineage=_lineage([column.name for column in columns]),
            mode=workspace.mode,
            rows=len(rows),
        )
    return run.run_id


def strip(row: Row, key: bytes) -> Row:
    """One stay without what identifies its person."""
    admitted, discharged = date.fromisoformat(row["admitted_on"]), date.fromisoformat(row["discharged_on"])
    stripped = {
        "person_key": pseudonym(row["mrn"], key),
        "zip3": zip3(row["postal_code"]),
        "age": str(told_age(date.fromisoformat(row["birth_date"]), admitted)),
        "admission_year": str(admitted.year),
        "length_of_stay_days": str((discharged - admitted).days),
        **{column: row[column] for column in _KEPT},
    }
    if estate.NEW_CLAIMS_COLUMN.name in row:
        stripped[estate.NEW_CLAIMS_COLUMN.name] = row[estate.NEW_CLAIMS_COLUMN.name]
    return stripped


def pseudonym(mrn: str, key: bytes) -> str:
    """A record number's keyed hash: the same person gets the same one, and nobody without the key can tell whose."""
    return hmac.new(key, mrn.encode(), hashlib.sha256).hexdigest()[:20]


def zip3(postal_code: str) -> str:
    """The first three digits of a ZIP, or 000 where too few people share them."""
    area = postal_code[:3]
    return "000" if area in SPARSE_AREAS else area


def told_age(born: date, on: date) -> int:
    """The age in whole years, everybody over 89 being 90."""
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return min(years, OLDEST_TOLD + 1)


def _lineage(columns: Sequence[str]) -> Mapping[str, Sequence[Flow]]:
    def made(*sources: str, how: str) -> list[Flow]:
        return [Flow(estate.STAYS, name, subtype="TRANSFORMATION", masking=True, description=how) for name in sources]

    altered = {
        "person_key": made("mrn", how="keyed hash"),
        "zip3": made("postal_code", how="first three digits, zeros where sparse"),
        "age": made("birth_date", "admitted_on", how="whole years, the oldest told alike"),
        "admission_year": made("admitted_on", how="year"),
        "length_of_stay_days": made("admitted_on", "discharged_on", how="days between"),
    }
    return {
        name: altered.get(name) or [Flow(estate.STAYS, name, subtype="IDENTITY", masking=False)] for name in columns
    }
