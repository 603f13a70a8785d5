"""Every report there is: its name, its context made of parts, its contents, and what it is of.

Envelope, drawing, verification, the HTTP routes and the command read this table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from reports.context import Context
from reports.document import Cell
from reports.parts import (
    access,
    approval_subject,
    approvals,
    approvals_period,
    assessments,
    attestations,
    columns,
    dataset,
    deidentification,
    drift,
    effective_labels,
    estate,
    findings,
    gaps,
    gate,
    glossary,
    keys,
    labels,
    lineage,
    method,
    model_use,
    model_version,
    models_made,
    names,
    origins,
    people,
    proof,
    quarantine,
    regulation,
    releases,
    runs,
    schema_changes,
    snapshots,
    sources,
    stated,
    suggestions,
    use,
)
from reports.parts.regulated.answer import Regulated
from reports.section import Section, Subject

C = TypeVar("C", bound=Context)


@dataclass(frozen=True, kw_only=True)
class ModelDossier(
    Regulated,
    suggestions.Suggestions,
    effective_labels.EffectiveLabels,
    model_use.ModelUse,
    estate.Estate,
    releases.Releases,
    schema_changes.SchemaChanges,
    quarantine.Quarantine,
    names.Names,
    people.People,
):
    """All that the model provenance dossier shows."""


@dataclass(frozen=True, kw_only=True)
class DatasetDossier(
    dataset.OfDataset,
    keys.Keys,
    columns.Columns,
    attestations.Attestations,
    lineage.Lineage,
    models_made.ModelsMade,
    drift.Drifts,
    approvals.Approvals,
    access.Access,
    estate.Estate,
    stated.History,
    quarantine.Quarantine,
    names.Names,
    people.People,
):
    """All that the dossier of a dataset shows."""


@dataclass(frozen=True, kw_only=True)
class ApprovalsRecord(
    approval_subject.OfSubject, quarantine.Quarantine, approvals.Approvals, names.Names, people.People
):
    """All that the approvals record shows."""


@dataclass(frozen=True, kw_only=True)
class ApprovalsOfPeriod(approvals_period.OfPeriod, quarantine.Quarantine, people.People):
    """All that the approvals record of a period shows."""


@dataclass(frozen=True, kw_only=True)
class Report(Generic[C]):
    """A report: `name` stands in evidence and ledger, `path` in addresses, commands and file names."""

    name: str
    title: str
    version: int
    """Of its context and template: a change of either that readers must know of is another version."""
    context: type[C]
    of: tuple[str, ...]
    """The labels of the nodes that it can be of; of a period, which is no node, `Period`."""
    scope: str
    subject: Callable[[C], Subject]
    cover: Callable[[C], Iterator[tuple[str, Cell]]]
    sections: tuple[Section[C], ...]

    @property
    def path(self) -> str:
        """Return the name as addresses, commands and file names have it."""
        return self.name.replace("_", "-")

    @property
    def nouns(self) -> str:
        """Return in words what it can be of: a model version, snapshot or dataset."""
        *before, last = (re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label).lower() for label in self.of)
        return f"{', '.join(before)} or {last}" if before else last

    @property
    def template(self) -> str:
        """Return name and version, as a report says what it was made with."""
        return f"{self.name}/{self.version}"

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON schema (2020-12) of the report's context."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:lineward:report:{self.name}:{self.version}",
            **self.context.json_schema(),
        }


MODEL_DOSSIER = Report[ModelDossier](
    name="model_dossier",
    title="Model provenance dossier",
    version=4,
    context=ModelDossier,
    of=("ModelVersion",),
    scope="Everything the ledger holds on how this version came to be, at one read point",
    subject=model_version.subject,
    cover=model_version.cover,
    sections=(
        Section("model", "The model version", (model_version.PART, assessments.PART)),
        Section("data", "Training and evaluation data", (snapshots.PART,)),
        Section("sources", "Sources and their mandatory fields", (sources.PART, names.PART)),
        Section("lineage", "Lineage from the raw feeds", (lineage.PART, origins.FEEDS)),
        Section("runs", "Jobs and runs", (runs.PART, origins.JOBS)),
        Section(
            "handling",
            "De-identification and PHI labels",
            (deidentification.PART, labels.PART, suggestions.PART, effective_labels.PART),
        ),
        Section("use", "Permitted use", (use.PART, model_use.PART)),
        Section("approvals", "Approvals", (approvals.PART,)),
        Section("gate", "The release gate", (gate.PART,)),
        Section("releases", "Signature, releases and deployments", (releases.PART,)),
        Section("people", "Who acted", (people.PART,)),
        Section(
            "exceptions",
            "Schema changes, findings and quarantined records",
            (schema_changes.PART, findings.PART, estate.PART, quarantine.PART),
            empty="None are known at the read point.",
        ),
        Section("gaps", "What is not recorded", (gaps.PART, regulation.UNANSWERED)),
        Section("regulation", "Where a regulator's question is answered", (regulation.PART,)),
        Section("method", "Method and versions", (method.PART,), leads=True),
        Section("glossary", "Words used here", (glossary.PART,)),
        Section("proof", "How to verify this offline", (proof.PART,)),
    ),
)

DATASET_DOSSIER = Report[DatasetDossier](
    name="dataset_dossier",
    title="Dataset dossier",
    version=1,
    context=DatasetDossier,
    of=("Dataset",),
    scope="Everything the ledger holds on this dataset and on what surrounds it, at one read point",
    subject=dataset.subject,
    cover=dataset.cover,
    sections=(
        Section("dataset", "The dataset and its record", (dataset.RECORD, names.PART)),
        Section("source", "Source and consent", (dataset.SOURCE,)),
        Section("keeping", "Place, storage, keys and encryption", (dataset.KEEPING, keys.PART)),
        Section("columns", "Columns and what they hold", (columns.PART, effective_labels.PART)),
        Section("handling", "De-identification", (attestations.PART,)),
        Section("use", "Permitted use", (model_use.PART,)),
        Section("lineage", "From the raw feeds to models and deployments", (lineage.PART, models_made.PART)),
        Section("runs", "Jobs and runs", (runs.PART,)),
        Section("snapshots", "Snapshots", (snapshots.HELD, drift.PART)),
        Section("approvals", "Approvals", (approvals.PART,)),
        Section("access", "Access", (access.PART,)),
        Section(
            "exceptions",
            "Findings and quarantined records",
            (findings.PART, estate.PART, quarantine.PART),
            empty="None are known at the read point.",
        ),
        Section("gaps", "What is not recorded", (gaps.PART,)),
        Section("history", "What was declared over time", (stated.PART,)),
        Section("people", "Who acted", (people.PART,)),
        Section("method", "Method and versions", (method.PART,), leads=True),
        Section("glossary", "Words used here", (glossary.PART,)),
        Section("proof", "How to verify this offline", (proof.PART,)),
    ),
)

APPROVALS = Report[ApprovalsRecord](
    name="approvals",
    title="Approvals record",
    version=2,
    context=ApprovalsRecord,
    of=("ModelVersion", "Snapshot", "Dataset"),
    scope="Every request for approval of it that the ledger holds and every decision, at one read point",
    subject=approval_subject.subject,
    cover=approval_subject.cover,
    sections=(
        Section("subject", "What approval is asked for", (approval_subject.PART, names.PART)),
        Section("approvals", "Requests and decisions", (approvals.PART,)),
        Section("people", "Who acted", (people.PART,)),
        Section(
            "exceptions",
            "Findings and quarantined records",
            (findings.PART, quarantine.PART),
            empty="None are known at the read point.",
        ),
        Section("method", "Method and versions", (method.PART,), leads=True),
        Section("glossary", "Words used here", (glossary.PART,)),
        Section("proof", "How to verify this offline", (proof.PART,)),
    ),
)

APPROVALS_OF_PERIOD = Report[ApprovalsOfPeriod](
    name="approvals_period",
    title="Approvals record",
    version=1,
    context=ApprovalsOfPeriod,
    of=("Period",),
    scope="Everything that happened to requests for approval in the period, as the ledger holds it at one read point",
    subject=approvals_period.subject,
    cover=approvals_period.cover,
    sections=(
        Section("counts", "What happened, counted", (approvals_period.COUNTS,)),
        Section("causes", "What ended approvals", (approvals_period.CAUSES,)),
        Section("order", "In the order of time", (approvals_period.IN_ORDER,)),
        Section("approvals", "Requests and decisions", (approvals_period.REQUESTS,)),
        Section("subjects", "What approvals were asked for", (approvals_period.SUBJECTS,)),
        Section("people", "Who acted", (people.PART,)),
        Section(
            "exceptions",
            "Findings and quarantined records",
            (findings.PART, quarantine.PART),
            empty="None are known at the read point.",
        ),
        Section("method", "Method and versions", (method.PART,), leads=True),
        Section("glossary", "Words used here", (glossary.PART,)),
        Section("proof", "How to verify this offline", (proof.PART,)),
    ),
)

REPORTS: dict[str, Report[Any]] = {
    report.name: report for report in (MODEL_DOSSIER, DATASET_DOSSIER, APPROVALS, APPROVALS_OF_PERIOD)
}


def report_of(context: C) -> Report[C]:
    """Return the report whose context this is."""
    return next(report for report in REPORTS.values() if report.context is type(context))
