"""Every aspect that a statement can be about: what may be said of a node, of which kinds, and in which shape.

A statement whose aspect begins with `facet:` keeps a facet of OpenLineage as it came, under the facet's own name; one
that begins with `phi.` is a tag of that kind of PHI.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph_schema.aspects.approvals import Decision, Request
from graph_schema.aspects.declarations import PermittedUse, Retention, SourceSystem
from graph_schema.aspects.events import Code, Environment, Event, Flags, Io, Redactions
from graph_schema.aspects.labels import Attestation, Tag
from graph_schema.aspects.models import Metric, Registration
from graph_schema.aspects.principals import ApiKey, Erasure, PrincipalDefinition, Restore
from graph_schema.aspects.shape import ShapeError, reader, writer
from graph_schema.aspects.snapshots import Seal, Verification

KEPT_FACET: Final = "facet:"
PHI: Final = "phi."

FACET: Final = None
"""The shape of an aspect that is a facet of OpenLineage: as the emitter sent it, without the standard's bookkeeping."""

_TEXTS: Final = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that can be said of a node: its name, the labels it is said of, its shape and how it is found.

    `searchable` aspects are found by text. Those with a `facet` are counted and filtered by it: it names the members
    that hold the values, of an aspect that is no object none. A `momentary` aspect describes one read, write or event
    and is not in force afterwards, so it never stands on the node as a present property.
    """

    name: str
    of: tuple[str, ...]
    shape: Any
    sentence: str = ""
    searchable: bool = False
    facet: tuple[str, ...] | None = None
    momentary: bool = False

    @property
    def description(self) -> str:
        """Return the sentence that describes it: a class's own."""
        return self.sentence or " ".join((inspect.getdoc(self.shape) or "").split())


ASPECTS: Final[tuple[Aspect, ...]] = (
    Aspect("event", ("Run",), Event, momentary=True),
    Aspect("io", ("Job",), Io),
    Aspect("schema", ("Dataset",), FACET, "The fields with their types.", searchable=True),
    Aspect("documentation", ("Dataset", "Job"), FACET, "The description.", searchable=True),
    Aspect("ownership", ("Dataset", "Job"), FACET, "The owners that the emitter names.", searchable=True),
    Aspect("tags", ("Dataset", "Job", "Run"), FACET, "The emitter's tags.", searchable=True),
    Aspect("data_source", ("Dataset",), FACET, "The name and address of the store that the dataset lies in."),
    Aspect(
        "dataset_type",
        ("Dataset",),
        FACET,
        "TABLE, VIEW, FILE, TOPIC, MODEL … as the emitter says.",
        facet=("datasetType", "dataset_type"),
    ),
    Aspect(
        "storage",
        ("Dataset",),
        FACET,
        "The storage layer and file format.",
        facet=("storageLayer", "storage_layer", "fileFormat", "file_format"),
    ),
    Aspect("column_lineage", ("Dataset",), FACET, "Which input fields each field derives from."),
    Aspect("lineage", ("Dataset", "Job"), FACET, "The explicit lineage facet."),
    Aspect("symlinks", ("Dataset",), FACET, "The other names of the dataset."),
    Aspect(
        "lifecycle",
        ("Dataset",),
        FACET,
        "What one write did to the whole: CREATE, OVERWRITE, TRUNCATE, DROP, RENAME, ALTER.",
        momentary=True,
    ),
    Aspect("version", ("Dataset",), FACET, "The version that one read or write names.", momentary=True),
    Aspect("output_statistics", ("Dataset",), FACET, "Rows, bytes and files of one write.", momentary=True),
    Aspect("input_statistics", ("Dataset",), FACET, "Rows, bytes and files of one read.", momentary=True),
    Aspect(
        "job_type",
        ("Job",),
        FACET,
        "Processing type, integration and job type.",
        facet=("integration", "processingType", "processing_type", "jobType", "job_type"),
    ),
    Aspect("sql", ("Job",), FACET, "The statement with every literal replaced.", searchable=True),
    Aspect("source_code", ("Job",), FACET, "The language of the source code; the code itself is never kept."),
    Aspect("source_code_location", ("Job",), FACET, "Where the code lies and in which revision."),
    Aspect("nominal_time", ("Run",), FACET, "The time that the run stands for."),
    Aspect("parent", ("Run",), FACET, "The run that started this one, and the root of both."),
    Aspect("error", ("Run",), FACET, "That the run failed and with which kind of error; the message is redacted."),
    Aspect("processing_engine", ("Run",), FACET, "The engine and its version."),
    Aspect("flags", ("Run", "Job", "Dataset"), Flags, momentary=True),
    Aspect("redactions", ("Run", "Job", "Dataset"), Redactions, momentary=True),
    Aspect("owner", ("Dataset",), str, "Who answers for the dataset.", searchable=True, facet=()),
    Aspect("source_system", ("Dataset",), SourceSystem, searchable=True, facet=("kind",)),
    Aspect("schema_version", ("Dataset",), str, "The version of the schema that was agreed."),
    Aspect("clinical_purpose", ("Dataset",), str, "What the data is for.", searchable=True),
    Aspect("phi_category", ("Dataset",), _TEXTS, "The kinds of PHI that the owner declares.", facet=()),
    Aspect(
        "deidentification_state",
        ("Dataset",),
        str,
        "RAW, DE_IDENTIFIED, PSEUDONYMIZED, AGGREGATED or UNKNOWN.",
        facet=(),
    ),
    Aspect("retention", ("Dataset",), Retention, facet=("policy_class",)),
    Aspect("permitted_use", ("Dataset",), PermittedUse),
    Aspect("zone", ("Dataset",), str, "LANDING, CURATED, TRAINING, ARTIFACT, EVALUATION or FEATURE_STORE.", facet=()),
    Aspect("site", ("Dataset",), str, "The site that holds the data.", facet=()),
    Aspect("region", ("Dataset",), str, "The region that the data lies in.", facet=()),
    Aspect("seal", ("Snapshot",), Seal),
    Aspect("verification", ("Snapshot",), Verification),
    Aspect("registration", ("ModelVersion",), Registration, searchable=True),
    Aspect("metrics", ("Evaluation",), tuple[Metric, ...], "The figures measured."),
    Aspect("attestation", ("Attestation",), Attestation),
    Aspect("request", ("Approval",), Request),
    Aspect("decision", ("Approval",), Decision),
    Aspect("principal", ("Principal",), PrincipalDefinition, searchable=True),
    Aspect("api_key", ("Principal",), ApiKey),
    Aspect("erasure", ("Principal",), Erasure, momentary=True),
    Aspect("restore", ("Principal",), Restore, momentary=True),
    Aspect("code", ("CodeRevision",), Code),
    Aspect("environment", ("Environment",), Environment),
)
BY_NAME: Final[Mapping[str, Aspect]] = {aspect.name: aspect for aspect in ASPECTS}

DECLARED: Final = (
    "owner",
    "source_system",
    "schema_version",
    "clinical_purpose",
    "phi_category",
    "deidentification_state",
    "retention",
    "permitted_use",
    "zone",
    "site",
    "region",
)
"""The aspects that only records speak of, in the order of the record's fields."""

TAG: Final = Aspect(f"{PHI}KIND", ("Dataset", "Column"), Tag)
KEPT: Final = Aspect(f"{KEPT_FACET}NAME", ("Dataset", "Job", "Run"), FACET, "A facet that has no aspect of its own.")
"""Those of which there are many, each of a name of its own."""


def aspect_of(name: str) -> Aspect | None:
    """Return the aspect under whose name statements may be made; None where they may not."""
    known = BY_NAME.get(name)
    if known is not None:
        return known
    return TAG if name.startswith(PHI) else KEPT if name.startswith(KEPT_FACET) else None


def as_json(name: str, value: object) -> Any:  # noqa: ANN401  any JSON
    """Return an aspect's value, or the JSON of it, as JSON; raises ShapeError where it does not have the shape."""
    aspect = aspect_of(name)
    if aspect is None:
        raise ShapeError(f"{name} is no registered aspect")
    return value if aspect.shape is FACET else writer(aspect.shape)(reader(aspect.shape)(value))
