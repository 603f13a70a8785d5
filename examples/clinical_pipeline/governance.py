"""What people say about the data and the models: declarations, tags, an attestation, approvals. Each is a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from ingest_hooks.emit import Code, Dataset, ModelVersion, RecordsClient

from . import deidentification, estate

_LANDED = tuple(estate.landing(source) for source in estate.SOURCES)
_DIRECT, _QUASI, _DERIVED = "DIRECT_IDENTIFIER", "QUASI_IDENTIFIER", "DERIVED_FEATURE"


@dataclass(frozen=True, slots=True)
class _Standing:
    """What is declared alike for the datasets of one zone."""

    zone: str
    state: str
    phi: tuple[str, ...]
    retention: tuple[str, int]


_RAW = _Standing("LANDING", "RAW", (_DIRECT, _QUASI), ("CLINICAL_REGULATORY", 2190))
_JOINED = _Standing("CURATED", "RAW", (_DIRECT, _QUASI), ("RESEARCH", 1825))
_STRIPPED = _Standing("CURATED", "PSEUDONYMIZED", (_DERIVED,), ("RESEARCH", 1825))
_LEARNED = _Standing("TRAINING", "PSEUDONYMIZED", (_DERIVED,), ("RESEARCH", 1825))
_LOCKED = _Standing("EVALUATION", "PSEUDONYMIZED", (_DERIVED,), ("RESEARCH", 1825))
_MEASURED = _Standing("EVALUATION", "AGGREGATED", (), ("RESEARCH", 1825))
_STANDINGS: tuple[tuple[Dataset, _Standing], ...] = (
    *((dataset, _RAW) for dataset in (*estate.SOURCES, *_LANDED)),
    (estate.STAYS, _JOINED),
    (estate.DEIDENTIFIED_STAYS, _STRIPPED),
    (estate.TRAINING, _LEARNED),
    (estate.EVALUATION, _LOCKED),
    (estate.EVALUATION_REPORT, _MEASURED),
)


def declare_datasets(steward: RecordsClient) -> None:
    """Catalogue and classify every dataset, which comes before anything is done to one."""
    for dataset, standing in _STANDINGS:
        _declare(steward, dataset, standing, "1")
    for source in estate.SOURCES:
        for claimed in source.phi_tags:
            steward.tag(
                source,
                phi_kind=claimed.kind,
                column=claimed.column,
                codes=claimed.codes,
                confidentiality=claimed.confidentiality,
                reason="Holds what 45 CFR 164.514(b)(2)(i) lists, by the source's documentation",
            )


def declare_schema_change(steward: RecordsClient) -> None:
    """Declare the schema that brought a column, and what that column holds."""
    for dataset, standing in _STANDINGS:
        if dataset.name in estate.WIDENED:
            _declare(steward, dataset, standing, "2")
    steward.tag(
        estate.CLAIMS,
        phi_kind=_DERIVED,
        column=estate.NEW_CLAIMS_COLUMN.name,
        reason="A count over a person's history; alone it names nobody",
    )


def narrow_use(steward: RecordsClient) -> int:
    """Record that the clearinghouse now allows the training of models alone; returns the record's ledger index."""
    claims = {"namespace": estate.CLAIMS.namespace, "name": estate.CLAIMS.name}
    said = {
        "use_statement": "clearinghouse-terms-2",
        "of": {"dataset": claims},
        "authority": "Sampletown clearinghouse",
        "purposes": ["MLTRAINING"],
        "basis": "Terms of the clearinghouse, second edition",
    }
    return steward.send("permit_use", said).index


def attest(steward: RecordsClient, run_id: str) -> None:
    """Attest the de-identification step, after a look at what its first run left in its output."""
    steward.attest_deidentification(
        estate.DEIDENTIFY,
        run_id=run_id,
        method="EXPERT_DETERMINATION",
        clears=[Code(estate.SAFE_HARBOR, letter) for letter in deidentification.CLEARED_LETTERS],
        alterations=deidentification.ALTERATIONS,
        expert="Testexpert Omega",
        schema_version="1",
        scope=f"{estate.STAYS.name} to {estate.DEIDENTIFIED_STAYS.name}, schema 1",
        result="The risk of naming a person from the output is very small",
        until=_in_a_year(),
    )


@dataclass(frozen=True, slots=True)
class Opinion:
    """How an approver decides on one request, and why."""

    approver: estate.Principal
    approval_kind: str
    decision: Literal["APPROVE", "DENY", "ABSTAIN"]
    meaning: Literal["REVIEW", "APPROVAL"]
    reason: str
    conditions: tuple[str, ...] = ()


OPINIONS_ON_THE_FIRST = (
    Opinion(
        estate.CLINICAL_APPROVER,
        "CLINICAL",
        "APPROVE",
        "APPROVAL",
        "Discrimination and calibration suffice for a silent trial",
        ("Silent mode only", "Review after 90 days"),
    ),
    Opinion(
        estate.PRIVACY_APPROVER,
        "GOVERNANCE",
        "APPROVE",
        "APPROVAL",
        "Every path from the feeds passes the attested de-identification",
    ),
)
OPINIONS_ON_THE_SECOND = (
    Opinion(
        estate.CLINICAL_APPROVER,
        "CLINICAL",
        "ABSTAIN",
        "REVIEW",
        "The new column's definition was drawn up with my help, so another clinician must decide",
    ),
    Opinion(
        estate.PRIVACY_APPROVER,
        "GOVERNANCE",
        "DENY",
        "REVIEW",
        "The attestation covers schema 1; the new column has not been looked at",
    ),
)


def request_approvals(engineer: RecordsClient, version: ModelVersion, opinions: tuple[Opinion, ...]) -> tuple[int, ...]:
    """Ask for the approvals that a release of a model version needs; returns the requests' ledger indexes."""
    return tuple(
        engineer.request_approval(
            version,
            approval_kind=opinion.approval_kind,
            use_case="Silent trial on the wards of Sampletown General",
            reason=f"Release of {version.model.name} {version.version}",
            expires_at=_in_a_year(),
        ).index
        for opinion in opinions
    )


def decide(approver: RecordsClient, request: int, opinion: Opinion) -> None:
    """Decide on one request, as its approver."""
    approver.decide_approval(
        request,
        decision=opinion.decision,
        reason=opinion.reason,
        meaning=opinion.meaning,
        time_zone="America/New_York",
        conditions=opinion.conditions,
    )


def _in_a_year() -> str:
    return (datetime.now(UTC) + timedelta(days=365)).isoformat(timespec="seconds").replace("+00:00", "Z")


def _declare(steward: RecordsClient, dataset: Dataset, standing: _Standing, schema_version: str) -> None:
    system, kind = _origin(dataset)
    steward.declare_dataset(
        dataset,
        owner="group:readmission-study",
        source_system=system,
        source_kind=kind,
        schema_version=schema_version,
        clinical_purpose="Predict readmission within 30 days",
        phi_category=standing.phi,
        deidentification_state=standing.state,
        retention=standing.retention,
        purposes=["HOPERAT", "MLTRAINING"],
        duo=["DUO:0000006", "DUO:0000018"],
        refrains=["NORDSCLW"],
        obligations=["AUDIT"],
        use_statement="Training and evaluation inside Sampletown General; no disclosure outside",
        zone=standing.zone,
        site=estate.SITE,
        region=estate.REGION,
    )


def _origin(dataset: Dataset) -> tuple[str, str]:
    if dataset.namespace.startswith("fhir:"):
        return "Sampletown EHR", "FHIR"
    if dataset.name.endswith(estate.CLAIMS.name):
        return "Sampletown clearinghouse", "CLAIMS"
    landed = dataset.name.startswith("landing/")
    return ("Sampletown EHR", "FHIR") if landed else ("Sampletown lake", "OTHER")
