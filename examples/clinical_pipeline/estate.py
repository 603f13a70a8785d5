"""Everything of the made-up hospital that has a name: its systems, datasets, jobs and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from graph_schema.vocabulary import hipaa
from ingest_hooks.emit import Code, Column, Dataset, DataSource, Job, PhiTag, Storage

SAFE_HARBOR = hipaa.SYSTEM
SITE = "sampletown-general"
REGION = "US"
ADMISSIONS = (date(2025, 1, 1), date(2025, 12, 31))
"""The first and the last day on which a stay that is studied can have begun."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Someone who sends records or events; `key` is the name under which the pipeline is given the API key.

    `approves` are the kinds of approval that it decides on, `title` is its function in the hospital.
    """

    key: str
    id: str
    display_name: str
    kind: str
    roles: tuple[str, ...]
    approves: tuple[str, ...] = ()
    title: str | None = None
    organisation: str = "Sampletown General"


EMITTER = Principal("emitter", "sampletown-pipelines", "Pipelines of Sampletown General", "EMITTER", ("emitter",))
ENGINEER = Principal(
    "engineer", "engineer-rho", "Testengineer Rho", "PERSON", ("engineer",), title="Machine learning engineer"
)
STEWARD = Principal("steward", "steward-pi", "Teststeward Pi", "PERSON", ("steward",), title="Data steward")
CLINICAL_APPROVER = Principal(
    "clinical_approver",
    "clinician-sigma",
    "Testclinician Sigma",
    "PERSON",
    ("approver",),
    ("CLINICAL",),
    "Head of cardiology",
)
PRIVACY_APPROVER = Principal(
    "privacy_approver", "privacy-tau", "Testofficer Tau", "PERSON", ("approver",), ("GOVERNANCE",), "Privacy officer"
)
PRINCIPALS = (EMITTER, ENGINEER, STEWARD, CLINICAL_APPROVER, PRIVACY_APPROVER)


def _letter(letter: str) -> tuple[Code, ...]:
    return (Code(SAFE_HARBOR, letter),)


def _direct(column: str, letter: str) -> PhiTag:
    return PhiTag("DIRECT_IDENTIFIER", column, _letter(letter), "R")


def _quasi(column: str, letter: str) -> PhiTag:
    return PhiTag("QUASI_IDENTIFIER", column, _letter(letter), "N")


_EHR = "fhir://ehr.sampletown.example"
_CLEARINGHOUSE = "sftp://claims.sampletown.example"
_LAKE = "lake://sampletown"

_EHR_SOURCE = DataSource("Sampletown EHR, FHIR R4 bulk export", _EHR)
_NDJSON = Storage("file", "json")
_CSV = Storage("file", "csv")


def _columns(**types: str) -> tuple[Column, ...]:
    """Columns by name, in order; `__` stands for the dot of a FHIR path."""
    return tuple(Column(name.replace("__", "."), kind) for name, kind in types.items())


PATIENT = Dataset(
    _EHR,
    "Patient",
    "People who were treated, as the EHR exports them",
    columns=_columns(
        id="string",
        identifier="array",
        name="array",
        telecom="array",
        gender="string",
        birthDate="date",
        address__line="array",
        address__city="string",
        address__state="string",
        address__postalCode="string",
    ),
    source=_EHR_SOURCE,
    storage=_NDJSON,
    phi_tags=(
        _direct("identifier", "H"),
        _direct("name", "A"),
        _direct("telecom", "D"),
        _quasi("birthDate", "C"),
        _direct("address.line", "B"),
        _quasi("address.city", "B"),
        _quasi("address.postalCode", "B"),
    ),
)
ENCOUNTER = Dataset(
    _EHR,
    "Encounter",
    "Inpatient stays",
    columns=_columns(id="string", subject="reference", period__start="dateTime", period__end="dateTime"),
    source=_EHR_SOURCE,
    storage=_NDJSON,
    phi_tags=(_quasi("period.start", "C"), _quasi("period.end", "C")),
)
CONDITION = Dataset(
    _EHR,
    "Condition",
    "Diagnoses, ICD-10-CM",
    columns=_columns(id="string", subject="reference", encounter="reference", code="CodeableConcept"),
    source=_EHR_SOURCE,
    storage=_NDJSON,
)
OBSERVATION = Dataset(
    _EHR,
    "Observation",
    "Laboratory results, LOINC",
    columns=_columns(
        id="string",
        subject="reference",
        encounter="reference",
        code="CodeableConcept",
        effectiveDateTime="dateTime",
        valueQuantity="Quantity",
    ),
    source=_EHR_SOURCE,
    storage=_NDJSON,
    phi_tags=(_quasi("effectiveDateTime", "C"),),
)
CLAIMS = Dataset(
    _CLEARINGHOUSE,
    "professional-claims",
    "Billed services, the flat form of an 837",
    columns=_columns(
        claim_id="string",
        member_mrn="string",
        service_date="date",
        place_of_service="string",
        icd10="string",
        cpt="string",
        billed_amount="decimal",
    ),
    source=DataSource("Sampletown clearinghouse", _CLEARINGHOUSE),
    storage=_CSV,
    phi_tags=(_direct("claim_id", "J"), _direct("member_mrn", "H"), _quasi("service_date", "C")),
)
SOURCES = (PATIENT, ENCOUNTER, CONDITION, OBSERVATION, CLAIMS)


def landing(source: Dataset) -> Dataset:
    """The landing dataset that a source arrives in, unchanged."""
    return Dataset(
        _LAKE,
        f"landing/{source.name}",
        f"{source.description}, as it arrived",
        columns=source.columns,
        source=DataSource("Sampletown lake", _LAKE),
        storage=source.storage,
    )


def _in_lake(name: str, description: str, columns: tuple[Column, ...]) -> Dataset:
    return Dataset(_LAKE, name, description, columns=columns, source=DataSource("Sampletown lake", _LAKE), storage=_CSV)


_FEATURES = _columns(
    condition_count="integer",
    hba1c="double",
    creatinine="double",
    claim_count="integer",
    billed_total="decimal",
    readmitted="boolean",
)
STAYS = _in_lake(
    "curated/stays",
    "One row a first stay, joined from all feeds, with identifiers",
    _columns(
        mrn="string",
        patient_name="string",
        phone="string",
        street="string",
        postal_code="string",
        birth_date="date",
        sex="string",
        admitted_on="date",
        discharged_on="date",
    )
    + _FEATURES,
)
_DEIDENTIFIED = (
    _columns(
        person_key="string",
        zip3="string",
        age="integer",
        sex="string",
        admission_year="integer",
        length_of_stay_days="integer",
    )
    + _FEATURES
)
DEIDENTIFIED_STAYS = _in_lake(
    "curated/stays_deidentified", "The stays without what names or locates a person", _DEIDENTIFIED
)
TRAINING = _in_lake("training/readmission", "Stays that the readmission model learns from", _DEIDENTIFIED)
EVALUATION = _in_lake("evaluation/readmission", "Stays of other people, locked for evaluation", _DEIDENTIFIED)
EVALUATION_REPORT = Dataset(
    _LAKE,
    "evaluation/readmission_report",
    "How the readmission model measured",
    columns=_columns(metric="string", value="double"),
    storage=_NDJSON,
)
MODEL = Dataset("models://sampletown", "readmission", "Logistic regression, made-up 30 day readmission", type="MODEL")

NEW_CLAIMS_COLUMN = Column("prior_admissions_12m", "integer", "Stays in the twelve months before, from schema 2 on")
WIDENED = frozenset(
    dataset.name for dataset in (CLAIMS, landing(CLAIMS), STAYS, DEIDENTIFIED_STAYS, TRAINING, EVALUATION)
)


def columns(dataset: Dataset, schema_version: int) -> tuple[Column, ...]:
    """The columns of a dataset under a version of the schema; version 2 brought one column more, from the claims."""
    more = (NEW_CLAIMS_COLUMN,) if schema_version > 1 and dataset.name in WIDENED else ()
    return dataset.columns + more


def job(name: str, description: str, module: str) -> Job:
    """A job of the pipeline, with the module that it is written in."""
    return Job("sampletown-pipelines", name, description, f"examples/clinical_pipeline/{module}.py")


PIPELINE = job("readmission", "From the feeds to an evaluated readmission model", "pipeline")
CURATE = job("readmission.curate_stays", "Join the feeds to one row a first stay", "curation")
DEIDENTIFY = job("readmission.deidentify_stays", "Drop, coarsen and pseudonymise identifiers", "deidentification")
SPLIT = job("readmission.split_cohorts", "Part the people into training and evaluation", "cohorts")
TRAIN = job("readmission.train", "Fit the readmission model", "training")
EVALUATE = job("readmission.evaluate", "Measure the model on people it never saw", "evaluation")


def land_job(source: Dataset) -> Job:
    """The job that lands one source."""
    return job(f"readmission.land_{source.name.lower().replace('-', '_')}", f"Land {source.name} unchanged", "landing")
