"""Every aspect that a statement can be about: what may be said of a node, of which kinds, and in which shape.

A statement whose aspect begins with `facet:` keeps a facet of OpenLineage as it came, under the facet's own name; one
that begins with `phi.` is a tag of that kind of PHI. Those of one check, of what one job measured and of one use of a
dataset by a run have a name for each, so that each is in force for itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from graph_schema.aspects.access import (
    AccessDecision,
    AccessDelegation,
    AccessDelegationEnd,
    AccessGrant,
    AccessRefusal,
    AccessRequest,
    EmergencyAccess,
    EmergencyReview,
    GrantEnd,
    Membership,
    MembershipEnd,
    Project,
    Protocol,
    Recertification,
)
from graph_schema.aspects.approvals import ApprovalDelegation, ConditionMet, Decision, Request
from graph_schema.aspects.declarations import (
    ComputeIsolation,
    Encryption,
    KeyUse,
    PermittedUse,
    PlaintextWindow,
    Retention,
    SourceSystem,
)
from graph_schema.aspects.events import Code, Environment, Event, Flags, Io, Producer, Redactions
from graph_schema.aspects.findings import FindingDecision
from graph_schema.aspects.gate import (
    ChangeAssessment,
    EnvironmentAssessment,
    FeatureAssessment,
    GateEvaluation,
    GateOverride,
    MonitoringPlan,
)
from graph_schema.aspects.keys import EncryptionKey
from graph_schema.aspects.labels import Anonymity, Attestation, AttestationEnd, CodeKey, ColumnLineageTrust, Tag
from graph_schema.aspects.mappings import FacetMapping, MappingWithdrawal, TagMapping
from graph_schema.aspects.models import Metric, Registration
from graph_schema.aspects.names import NamespaceRule
from graph_schema.aspects.places import Operator, Place
from graph_schema.aspects.policies import PolicyFile, PolicyObjection, Publication, QuarantineRelease
from graph_schema.aspects.principals import ApiKey, Erasure, PrincipalDefinition, Restore
from graph_schema.aspects.quality import Check, Measurement
from graph_schema.aspects.releases import Deployment, DeploymentEnd, Release, Retirement
from graph_schema.aspects.safe_use import SafeUse
from graph_schema.aspects.shape import ShapeError, reader, writer
from graph_schema.aspects.signatures import SigningKey, SigningKeyEnd
from graph_schema.aspects.snapshots import DivisionWithdrawal, Seal, SplitPart, Tombstone, Verification
from graph_schema.aspects.use import ConsentWithdrawal, ExceptionEnd, Transfer, Undertaking, UseEnd, UseStatement
from graph_schema.canonical import canonical_text

KEPT_FACET: Final = "facet:"
CHECK: Final = "check:"
MEASURED: Final = "measured:"
USE: Final = "use:"
PHI: Final = "phi."

_TEXTS: Final = tuple[str, ...]


class Facet(NamedTuple):
    """The shape of a facet of OpenLineage: as the emitter sent it, without the standard's bookkeeping."""

    name: str


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that can be said of a node: its name, the labels it is said of, its shape and how it is found.

    `searchable` aspects are found by text. Those with `counted_by` are facets of a search, counted and filtered by the
    members that it names, or by the whole of what is no object. A `momentary` aspect describes one read, write or event
    and is not in force afterwards, so it never stands on the node as a present property.
    """

    name: str
    of: tuple[str, ...]
    shape: Any
    sentence: str = ""
    searchable: bool = False
    counted_by: tuple[str, ...] | None = None
    momentary: bool = False

    @property
    def description(self) -> str:
        """Return the sentence that describes it: a class's own."""
        return self.sentence or " ".join((inspect.getdoc(self.shape) or "").split())


ASPECTS: Final[tuple[Aspect, ...]] = (
    Aspect("event", ("Run",), Event, momentary=True),
    Aspect("io", ("Job",), Io),
    Aspect("producer", ("Job", "Dataset"), Producer),
    Aspect("schema", ("Dataset",), Facet("schema"), "The fields with their types.", searchable=True),
    Aspect("documentation", ("Dataset", "Job"), Facet("documentation"), "The description.", searchable=True),
    Aspect("ownership", ("Dataset", "Job"), Facet("ownership"), "The owners that the emitter names.", searchable=True),
    Aspect("tags", ("Dataset", "Job", "Run"), Facet("tags"), "The emitter's tags.", searchable=True),
    Aspect(
        "data_source", ("Dataset",), Facet("dataSource"), "The name and address of the store that the dataset lies in."
    ),
    Aspect(
        "dataset_type",
        ("Dataset",),
        Facet("datasetType"),
        "TABLE, VIEW, FILE, TOPIC, MODEL … as the emitter says.",
        counted_by=("datasetType", "dataset_type"),
    ),
    Aspect(
        "storage",
        ("Dataset",),
        Facet("storage"),
        "The storage layer and file format.",
        counted_by=("storageLayer", "storage_layer", "fileFormat", "file_format"),
    ),
    Aspect(
        "catalog",
        ("Dataset",),
        Facet("catalog"),
        "The data catalog that lists it: framework, type, name and addresses; values of its properties are not kept.",
    ),
    Aspect("hierarchy", ("Dataset",), Facet("hierarchy"), "The levels that it stands under, from the highest on."),
    Aspect("column_lineage", ("Dataset",), Facet("columnLineage"), "Which input fields each field derives from."),
    Aspect("lineage", ("Dataset", "Job"), Facet("lineage"), "The explicit lineage facet."),
    Aspect(
        "lineage_sources",
        ("Dataset",),
        _TEXTS,
        "What feeds the dataset, by id, as the explicit lineage facet of an event about the dataset itself says.",
    ),
    Aspect(
        "column_lineage_sources",
        ("Dataset",),
        _TEXTS,
        "The same as the columnLineage facet of such an event says; an explicit lineage facet counts more.",
    ),
    Aspect("symlinks", ("Dataset",), Facet("symlinks"), "The other names of the dataset."),
    Aspect(
        "lifecycle",
        ("Dataset",),
        Facet("lifecycleStateChange"),
        "What one write did to the whole: CREATE, OVERWRITE, TRUNCATE, DROP, RENAME, ALTER.",
        momentary=True,
    ),
    Aspect("was_dropped", ("Dataset",), bool, "That a run dropped it; what emitters said before is past."),
    Aspect("version", ("Dataset",), Facet("version"), "The version that one read or write names.", momentary=True),
    Aspect(
        "output_statistics",
        ("Dataset",),
        Facet("outputStatistics"),
        "Rows, bytes and files of one write.",
        momentary=True,
    ),
    Aspect(
        "input_statistics", ("Dataset",), Facet("inputStatistics"), "Rows, bytes and files of one read.", momentary=True
    ),
    Aspect(
        "input_subset", ("Dataset",), Facet("inputSubset"), "Which part of it one read took; no value.", momentary=True
    ),
    Aspect(
        "output_subset",
        ("Dataset",),
        Facet("outputSubset"),
        "Which part of it one write put there; no value.",
        momentary=True,
    ),
    Aspect(
        "data_quality_assertions",
        ("Dataset",),
        Facet("dataQualityAssertions"),
        "The outcomes of assertions, as one event names them; each is in force as a check.",
        momentary=True,
    ),
    Aspect(
        "data_quality_metrics",
        ("Dataset",),
        Facet("dataQualityMetrics"),
        "Which metrics one event has, and the counts among them; what was measured is in force as a measurement.",
        momentary=True,
    ),
    Aspect(
        "iceberg_scan_report",
        ("Dataset",),
        Facet("icebergScanReport"),
        "Figures of an Iceberg scan.",
        momentary=True,
    ),
    Aspect(
        "iceberg_commit_report",
        ("Dataset",),
        Facet("icebergCommitReport"),
        "Figures of an Iceberg commit.",
        momentary=True,
    ),
    Aspect(
        "job_type",
        ("Job",),
        Facet("jobType"),
        "Processing type, integration and job type.",
        counted_by=("integration", "processingType", "processing_type", "jobType", "job_type"),
    ),
    Aspect("sql", ("Job",), Facet("sql"), "The statement with every literal replaced.", searchable=True),
    Aspect(
        "source_code", ("Job",), Facet("sourceCode"), "The language of the source code; the code itself is never kept."
    ),
    Aspect("source_code_location", ("Job",), Facet("sourceCodeLocation"), "Where the code lies and in which revision."),
    Aspect("nominal_time", ("Run",), Facet("nominalTime"), "The time that the run stands for."),
    Aspect("parent", ("Run",), Facet("parent"), "The run that started this one, and the root of both."),
    Aspect(
        "error",
        ("Run",),
        Facet("errorMessage"),
        "That the run failed and with which kind of error; the message is redacted.",
    ),
    Aspect("processing_engine", ("Run",), Facet("processing_engine"), "The engine and its version."),
    Aspect("tests", ("Run",), Facet("test"), "The tests that the run executed, with their outcomes; no value."),
    Aspect("external_query", ("Run",), Facet("externalQuery"), "The id of the query in the engine that ran it."),
    Aspect(
        "extraction_error",
        ("Run",),
        Facet("extractionError"),
        "From which tasks no lineage could be extracted.",
    ),
    Aspect(
        "environment_variables", ("Run",), Facet("environmentVariables"), "The names of variables; no value is kept."
    ),
    Aspect(
        "execution_parameters", ("Run",), Facet("executionParameters"), "The names of parameters; no value is kept."
    ),
    Aspect("job_dependencies", ("Run",), Facet("jobDependencies"), "Which jobs and runs come before and after it."),
    Aspect("flags", ("Run", "Job", "Dataset"), Flags, momentary=True),
    Aspect("redactions", ("Run", "Job", "Dataset"), Redactions, momentary=True),
    Aspect("owner", ("Dataset", "Source"), str, "Who answers for it.", searchable=True, counted_by=()),
    Aspect("source_system", ("Dataset",), SourceSystem, searchable=True, counted_by=("kind",)),
    Aspect("schema_version", ("Dataset",), str, "The version of the schema that was agreed."),
    Aspect("clinical_purpose", ("Dataset", "Source"), str, "What the data is for.", searchable=True),
    Aspect("phi_category", ("Dataset", "Source"), _TEXTS, "The kinds of PHI that the owner declares.", counted_by=()),
    Aspect(
        "deidentification_state",
        ("Dataset",),
        str,
        "RAW, DE_IDENTIFIED, PSEUDONYMIZED, AGGREGATED or UNKNOWN.",
        counted_by=(),
    ),
    Aspect(
        "gdpr_state",
        ("Dataset",),
        str,
        "The same as the GDPR counts: DE_IDENTIFIED is anonymous, PSEUDONYMIZED personal for whoever can get the key.",
    ),
    Aspect("retention", ("Dataset", "Source"), Retention, counted_by=("policy_class",)),
    Aspect("permitted_use", ("Dataset",), PermittedUse, counted_by=("purposes", "duo")),
    Aspect(
        "zone", ("Dataset",), str, "LANDING, CURATED, TRAINING, ARTIFACT, EVALUATION or FEATURE_STORE.", counted_by=()
    ),
    Aspect("source", ("Dataset",), str, "The declared source that supplies it.", searchable=True),
    Aspect("place", ("Dataset",), str, "The place that it lies in.", counted_by=()),
    Aspect(
        "storage_pattern",
        ("Dataset",),
        str,
        "OBJECT, HYBRID, FEDERATED_LOCAL, CONFIDENTIAL or IMMUTABLE_ARCHIVE.",
        counted_by=(),
    ),
    Aspect("storage_format", ("Dataset",), str, "The format that it is stored in."),
    Aspect("encryption_keys", ("Dataset",), tuple[KeyUse, ...], "The keys that it is encrypted under."),
    Aspect("code_key", ("Dataset",), CodeKey),
    Aspect("anonymity", ("Dataset",), Anonymity),
    Aspect("encryption", ("Dataset",), Encryption),
    Aspect("plaintext_window", ("Dataset",), PlaintextWindow),
    Aspect("compute_isolation", ("Dataset",), ComputeIsolation),
    Aspect("persons", ("Dataset",), int, "Of how many persons it holds data, as 28 CFR 202 counts them."),
    Aspect("genomic", ("Dataset",), bool, "Whether it holds human genomic data, as 28 CFR 202 has it."),
    Aspect("feature_set_version", ("Dataset",), str, "The version of the feature set that it holds."),
    Aspect("encryption_key", ("EncryptionKey",), EncryptionKey),
    Aspect(
        "source_kind",
        ("Source",),
        str,
        "EHR, HL7V2, FHIR, PACS_DICOM, PATHOLOGY_SLIDES, LAB, CLAIMS, GENOMICS or OTHER.",
    ),
    Aspect(
        "permitted_processing",
        ("Source",),
        _TEXTS,
        "In which ways its data may be processed: BATCH, STREAMING, QUERY_IN_PLACE, FEDERATED or CONFIDENTIAL.",
    ),
    Aspect("permitted_consumers", ("Source",), _TEXTS, "Who may have its data."),
    Aspect("permitted_places", ("Source",), _TEXTS, "The places where its data may be."),
    Aspect("site", ("Dataset",), str, "The site that holds the data.", counted_by=()),
    Aspect("region", ("Dataset",), str, "The region that the data lies in.", counted_by=()),
    Aspect("location", ("Place",), Place),
    Aspect("operator", ("Place",), Operator),
    Aspect("runs_at", ("Job",), str, "The place that it runs at, as declared."),
    Aspect("column_lineage_trust", ("Job",), ColumnLineageTrust),
    Aspect("seal", ("Snapshot",), Seal),
    Aspect("verification", ("Snapshot",), Verification),
    Aspect("split_part", ("Snapshot",), SplitPart),
    Aspect("division_withdrawal", ("Division",), DivisionWithdrawal),
    Aspect("tombstone", ("Snapshot",), Tombstone),
    Aspect("registration", ("ModelVersion",), Registration, searchable=True),
    Aspect("release", ("ModelVersion",), Release),
    Aspect("retirement", ("ModelVersion",), Retirement),
    Aspect("deployment", ("Deployment",), Deployment),
    Aspect("deployment_end", ("Deployment",), DeploymentEnd),
    Aspect("signing_key", ("SigningKey",), SigningKey),
    Aspect("signing_key_end", ("SigningKey",), SigningKeyEnd),
    Aspect("metrics", ("Evaluation",), tuple[Metric, ...], "The figures measured."),
    Aspect("attestation", ("Attestation",), Attestation),
    Aspect("attestation_end", ("Attestation",), AttestationEnd),
    Aspect("request", ("Approval",), Request),
    Aspect("decision", ("Approval",), Decision),
    Aspect("condition_met", ("Approval",), ConditionMet),
    Aspect("approval_delegation", ("Principal",), ApprovalDelegation),
    Aspect("principal", ("Principal",), PrincipalDefinition, searchable=True),
    Aspect("api_key", ("Principal",), ApiKey),
    Aspect("erasure", ("Principal",), Erasure, momentary=True),
    Aspect("restore", ("Principal",), Restore, momentary=True),
    Aspect("code", ("CodeRevision",), Code),
    Aspect("facet_mapping", ("Mapping",), FacetMapping),
    Aspect("tag_mapping", ("Mapping",), TagMapping),
    Aspect("mapping_withdrawal", ("Mapping",), MappingWithdrawal, momentary=True),
    Aspect("safe_use", ("SafeUse",), SafeUse),
    Aspect("finding_decision", ("Finding",), FindingDecision),
    Aspect("access_grant", ("Principal",), AccessGrant, momentary=True),
    Aspect("access_grant_end", ("Principal",), GrantEnd, momentary=True),
    Aspect("access_request", ("Principal",), AccessRequest, momentary=True),
    Aspect("access_delegation", ("Principal",), AccessDelegation, momentary=True),
    Aspect("access_delegation_end", ("Principal",), AccessDelegationEnd, momentary=True),
    Aspect("access_refusal", ("Principal",), AccessRefusal, momentary=True),
    Aspect("recertification", ("Principal",), Recertification, momentary=True),
    Aspect("project", ("Project",), Project),
    Aspect("protocol", ("Protocol",), Protocol),
    Aspect("membership", ("Principal",), Membership, momentary=True),
    Aspect("membership_end", ("Principal",), MembershipEnd, momentary=True),
    Aspect("emergency_access", ("Principal",), EmergencyAccess, momentary=True),
    Aspect("emergency_review", ("Principal",), EmergencyReview, momentary=True),
    Aspect("access_decision", ("Principal", "Dataset", "Column", "ModelVersion"), AccessDecision, momentary=True),
    Aspect("policy_objection", ("Job", "Dataset", "Principal"), PolicyObjection),
    Aspect("quarantine_release", ("PolicySet",), QuarantineRelease, momentary=True),
    Aspect("publication", ("PolicySet",), Publication),
    Aspect("policy_files", ("PolicySet",), tuple[PolicyFile, ...], "The files that it is made of."),
    Aspect("environment", ("Environment",), Environment),
    Aspect("change_assessment", ("ModelVersion",), ChangeAssessment),
    Aspect("environment_assessment", ("Environment",), EnvironmentAssessment),
    Aspect("feature_assessment", ("ModelVersion",), FeatureAssessment),
    Aspect("monitoring_plan", ("ModelVersion",), MonitoringPlan),
    Aspect("gate_override", ("ModelVersion",), GateOverride, momentary=True),
    Aspect("gate_evaluation", ("ModelVersion",), GateEvaluation, momentary=True),
    Aspect("use_statement", ("UseStatement",), UseStatement),
    Aspect("consent_withdrawal", ("UseStatement",), ConsentWithdrawal),
    Aspect("use_end", ("UseStatement",), UseEnd),
    Aspect("transfer", ("Transfer",), Transfer),
    Aspect("undertaking", ("Undertaking",), Undertaking),
    Aspect("exception_end", ("Transfer", "Undertaking"), ExceptionEnd),
    Aspect("namespace_rule", ("NamespaceRule",), NamespaceRule),
    Aspect(
        "withdrawn", ("NamespaceRule",), bool, "That what was said of the rule until then never held.", momentary=True
    ),
)
BY_NAME: Final[Mapping[str, Aspect]] = {aspect.name: aspect for aspect in ASPECTS}

DECLARED: Final = (
    "owner",
    "source_system",
    "schema_version",
    "clinical_purpose",
    "phi_category",
    "deidentification_state",
    "gdpr_state",
    "retention",
    "permitted_use",
    "zone",
    "site",
    "region",
    "source",
    "place",
    "storage_pattern",
    "storage_format",
    "encryption_keys",
    "encryption",
    "plaintext_window",
    "compute_isolation",
    "persons",
    "genomic",
    "feature_set_version",
)
"""The aspects of a dataset that only records speak of, in the order of the record's fields."""

DECLARED_OF_SOURCE: Final = (
    "source_kind",
    "owner",
    "clinical_purpose",
    "phi_category",
    "retention",
    "permitted_processing",
    "permitted_consumers",
    "permitted_places",
)
"""The same of a source. What a source says of these holds of the datasets that it supplies, where nothing else does."""

MANDATORY: Final = (
    "owner",
    "source_system",
    "schema_version",
    "clinical_purpose",
    "phi_category",
    "retention",
    "permitted_use",
)
"""Those of them that every dataset's record has to have."""

TAG: Final = Aspect(f"{PHI}KIND", ("Dataset", "Column"), Tag)
KEPT: Final = Aspect(
    f"{KEPT_FACET}NAME", ("Dataset", "Job", "Run"), Facet("NAME"), "A facet that has no aspect of its own."
)
CHECKED: Final = Aspect(f"{CHECK}WHICH", ("Dataset",), Check)
MEASUREMENT: Final = Aspect(f"{MEASURED}WHICH", ("Dataset",), Measurement)
USED: Final = Aspect(
    f"{USE}ROLE:ASPECT:DATASET",
    ("Run",),
    Facet("ASPECT"),
    "What one read (`in`) or write (`out`) of a dataset was like: an aspect that describes one use alone.",
)
"""Those of which there are many, each of a name of its own."""

FAMILIES: Final[Mapping[str, Aspect]] = {
    PHI: TAG,
    KEPT_FACET: KEPT,
    CHECK: CHECKED,
    MEASURED: MEASUREMENT,
    USE: USED,
}
"""By how the aspect's name begins."""


def name_of_check(job: str | None, assertion: str, name: str | None, column: str | None) -> str:
    """Return the aspect of one check: by whom, what, and of which column, so that no other job's replaces it."""
    return CHECK + _short_digest([job, assertion, name, column])


def name_of_measurement(job: str | None, column: str | None) -> str:
    """Return the aspect of what one job measures of one column, or of the whole."""
    return MEASURED + _short_digest([job, column])


def name_of_use(role: str, aspect: str, dataset: str) -> str:
    """Return the aspect under which a run states what one of its uses of a dataset, by id, was like."""
    return f"{USE}{role}:{aspect}:{dataset.partition(':')[2]}"


def _short_digest(parts: list[str | None]) -> str:
    return blake2b(canonical_text(parts).encode(), digest_size=8).hexdigest()


def aspect_of(name: str) -> Aspect | None:
    """Return the aspect under whose name statements may be made; None where they may not."""
    known = BY_NAME.get(name)
    if known is not None:
        return known
    return next((family for beginning, family in FAMILIES.items() if name.startswith(beginning)), None)


def is_momentary(name: str) -> bool:
    """Tell whether the aspect describes one read, write or event and is never in force afterwards."""
    known = BY_NAME.get(name)
    return known is not None and known.momentary


def aspects_of_facets(label: str) -> Mapping[str, str]:
    """Return the facets of OpenLineage that have an aspect when they stand on such a node, with the aspect's name."""
    facets = ((one.shape, one.name) for one in ASPECTS if label in one.of)
    return {shape.name: name for shape, name in facets if isinstance(shape, Facet)}


def as_json(name: str, value: object) -> Any:  # noqa: ANN401  any JSON
    """Return an aspect's value, or the JSON of it, as JSON; raises ShapeError where it does not have the shape."""
    aspect = aspect_of(name)
    if aspect is None:
        raise ShapeError(f"{name} is no registered aspect")
    return value if isinstance(aspect.shape, Facet) else writer(aspect.shape)(reader(aspect.shape)(value))
