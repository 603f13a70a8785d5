"""Every aspect that a statement can be about: what may be said of a node, by whom, and which kinds it is said of.

A statement whose aspect begins with `facet:` keeps a facet of OpenLineage as it came, under the facet's own name.
"""

from __future__ import annotations

from dataclasses import dataclass

KEPT_FACET = "facet:"
PHI = "phi."


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that can be said of a node: its name, the labels it is said of, its description and how it is found.

    `searchable` aspects are found by text, `facet` ones are counted and filtered by. A `momentary` aspect describes one
    read, write or event and is not in force afterwards, so it never stands on the node as a present property.
    """

    name: str
    of: tuple[str, ...]
    description: str
    searchable: bool = False
    facet: bool = False
    momentary: bool = False


ASPECTS: tuple[Aspect, ...] = (
    Aspect(
        "event",
        ("Run",),
        "One event of the run: its type, whether it is a window of its own, whether the job streams.",
        momentary=True,
    ),
    Aspect("io", ("Job",), "The inputs and outputs that a job declares at design time."),
    Aspect("schema", ("Dataset",), "The fields with their types.", searchable=True),
    Aspect("documentation", ("Dataset", "Job"), "The description.", searchable=True),
    Aspect("ownership", ("Dataset", "Job"), "The owners that the emitter names.", searchable=True),
    Aspect("tags", ("Dataset", "Job", "Run"), "The emitter's tags.", searchable=True),
    Aspect("data_source", ("Dataset",), "The name and address of the store that the dataset lies in."),
    Aspect("dataset_type", ("Dataset",), "TABLE, VIEW, FILE, TOPIC, MODEL … as the emitter says.", facet=True),
    Aspect("storage", ("Dataset",), "The storage layer and file format.", facet=True),
    Aspect("column_lineage", ("Dataset",), "Which input fields each field derives from."),
    Aspect("lineage", ("Dataset", "Job"), "The explicit lineage facet."),
    Aspect("symlinks", ("Dataset",), "The other names of the dataset."),
    Aspect(
        "lifecycle",
        ("Dataset",),
        "What one write did to the whole: CREATE, OVERWRITE, TRUNCATE, DROP, RENAME, ALTER.",
        momentary=True,
    ),
    Aspect("version", ("Dataset",), "The version that one read or write names.", momentary=True),
    Aspect("output_statistics", ("Dataset",), "Rows, bytes and files of one write.", momentary=True),
    Aspect("input_statistics", ("Dataset",), "Rows, bytes and files of one read.", momentary=True),
    Aspect("job_type", ("Job",), "Processing type, integration and job type.", facet=True),
    Aspect("sql", ("Job",), "The statement with every literal replaced.", searchable=True),
    Aspect("source_code", ("Job",), "The language of the source code; the code itself is never kept."),
    Aspect("source_code_location", ("Job",), "Where the code lies and in which revision."),
    Aspect("nominal_time", ("Run",), "The time that the run stands for."),
    Aspect("parent", ("Run",), "The run that started this one, and the root of both."),
    Aspect("error", ("Run",), "That the run failed and with which kind of error; the message is redacted."),
    Aspect("processing_engine", ("Run",), "The engine and its version."),
    Aspect(
        "flags", ("Run", "Job", "Dataset"), "What was odd about an event and was taken all the same.", momentary=True
    ),
    Aspect(
        "redactions",
        ("Run", "Job", "Dataset"),
        "What was replaced before it was stored: pointer and rule.",
        momentary=True,
    ),
    Aspect("owner", ("Dataset",), "Who answers for the dataset.", searchable=True, facet=True),
    Aspect(
        "source_system", ("Dataset",), "The system that the data comes from, and its kind.", searchable=True, facet=True
    ),
    Aspect("schema_version", ("Dataset",), "The version of the schema that was agreed."),
    Aspect("clinical_purpose", ("Dataset",), "What the data is for.", searchable=True),
    Aspect("phi_category", ("Dataset",), "The kinds of PHI that the owner declares.", facet=True),
    Aspect(
        "deidentification_state", ("Dataset",), "RAW, DE_IDENTIFIED, PSEUDONYMIZED, AGGREGATED or UNKNOWN.", facet=True
    ),
    Aspect("retention", ("Dataset",), "The retention class and its period in days.", facet=True),
    Aspect("permitted_use", ("Dataset",), "Purposes, data use codes, refrains and obligations."),
    Aspect("zone", ("Dataset",), "LANDING, CURATED, TRAINING, ARTIFACT, EVALUATION or FEATURE_STORE.", facet=True),
    Aspect("site", ("Dataset",), "The site that holds the data.", facet=True),
    Aspect("region", ("Dataset",), "The region that the data lies in.", facet=True),
    Aspect("seal", ("Snapshot",), "Manifest, role, lock and foreign references of a sealed snapshot."),
    Aspect("verification", ("Snapshot",), "The result of checking the bytes against the digest."),
    Aspect("registration", ("ModelVersion",), "Artifact, signature, metrics, intended use.", searchable=True),
    Aspect("metrics", ("Evaluation",), "The figures measured."),
    Aspect("attestation", ("Attestation",), "Method, what it clears, scope, result, until when, by whom."),
    Aspect("request", ("Approval",), "What is asked for: kind, use case, reason, bound digests, expiry."),
    Aspect("decision", ("Approval",), "Approve, deny or abstain, with reason, meaning of signature and signer."),
    Aspect("principal", ("Principal",), "Name, kind, roles, approvals it decides on, whether active.", searchable=True),
    Aspect("api_key", ("Principal",), "That a key was issued or revoked; never the key."),
    Aspect(
        "erasure",
        ("Principal",),
        "That the principal erased bodies of ledger entries: which, why, on whose authority.",
        momentary=True,
    ),
    Aspect(
        "restore",
        ("Principal",),
        "That the principal restored an older ledger: its size, what had been signed for, why.",
        momentary=True,
    ),
    Aspect("code", ("CodeRevision",), "Whether the working tree was clean."),
    Aspect("environment", ("Environment",), "A short description of what is installed."),
)
BY_NAME = {aspect.name: aspect for aspect in ASPECTS}


def is_known(name: str) -> bool:
    """Tell whether statements may be made under this name."""
    return name in BY_NAME or name.startswith((KEPT_FACET, PHI))
