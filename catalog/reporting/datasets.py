"""The datasets and snapshots behind a version: declarations, labels, permitted use, seals, changes of schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from catalog.assets.model import AspectInForce, DatasetRecord
from catalog.releases.model import SnapshotUse
from catalog.reporting.citations import Citations
from catalog.reporting.dossier_data import DossierData, full_name
from catalog.snapshots.model import Seal, SnapshotRecord
from catalog.snapshots.model import Verification as VerificationRecord
from graph_schema.times import format_time
from reports.context import Code
from reports.parts.labels import Label
from reports.parts.schema_changes import SchemaChange
from reports.parts.snapshots import ForeignReference, Producer, Snapshot, SnapshotRole, Verification
from reports.parts.sources import Declared, Source
from reports.parts.use import UseStatement

_DECLARED = (
    "owner",
    "source_system",
    "schema_version",
    "clinical_purpose",
    "phi_category",
    "deidentification_state",
    "retention",
    "zone",
    "site",
    "region",
)


def sources(citations: Citations, data: DossierData) -> Iterator[Source]:
    """Yield every dataset with what was declared of it."""
    feeds = {data.dataset_of(node) for node in data.raw_feeds}
    for record in data.datasets.values():
        yield _source(citations, record, raw_feed=record.id in feeds)


def _source(citations: Citations, record: DatasetRecord, *, raw_feed: bool) -> Source:
    every: list[tuple[str, AspectInForce[Any] | None]] = [(name, getattr(record, name)) for name in _DECLARED]
    declared = [(name, one) for name, one in every if one is not None]
    system = record.source_system
    return Source(
        dataset=full_name(record),
        system=None if system is None else system.value.name,
        system_kind=None if system is None else system.value.kind,
        raw_feed=raw_feed,
        declared=tuple(Declared(field=name, value=_words(one.value)) for name, one in declared),
        missing=tuple(gap.field for gap in record.gaps),
        entries=citations.view.cite(record.first_entry, *(one.entry for _, one in declared)),
    )


def _words(value: Any) -> str:  # noqa: ANN401  a declared value
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if hasattr(value, "policy_class"):
        return f"{value.policy_class}, {value.period_days} days"
    if hasattr(value, "kind"):
        return f"{value.name} ({value.kind})"
    return str(value)


def labels(citations: Citations, data: DossierData) -> Iterator[Label]:
    """Yield every label that holds on a dataset or column."""
    for record in data.datasets.values():
        for one in data.labels.get(record.id, ()):
            if one.present:
                yield Label(
                    dataset=full_name(record),
                    column=one.column,
                    kind=one.kind,
                    codes=tuple(Code(system=code.system, code=code.code) for code in one.codes),
                    confidentiality=one.confidentiality,
                    origin=one.origin,
                    because=one.tag.reason,
                    entries=citations.view.cite(*(tag.entry for tag in one.history)),
                )


def use(citations: Citations, data: DossierData) -> Iterator[UseStatement]:
    """Yield what the owners permit."""
    for record in data.datasets.values():
        if record.permitted_use is not None:
            permitted = record.permitted_use.value
            yield UseStatement(
                dataset=full_name(record),
                purposes=permitted.purposes,
                duo=permitted.duo,
                refrains=permitted.refrains,
                obligations=permitted.obligations,
                statement=permitted.statement,
                region=None if record.region is None else record.region.value,
                entries=citations.view.cite(record.permitted_use.entry),
            )


def schema_changes(citations: Citations, data: DossierData) -> Iterator[SchemaChange]:
    """Yield the changes up to the registration."""
    for record in data.datasets.values():
        for step in data.schema_changes.get(record.id, ()):
            yield SchemaChange(
                dataset=full_name(record),
                at=format_time(step.at),
                run=data.run_id(step.run),
                added=step.added,
                removed=step.removed,
                changed=step.changed,
                entries=citations.view.cite(*step.entries),
            )


def snapshots(citations: Citations, data: DossierData) -> tuple[Snapshot, ...]:
    """Return what the version was trained on, then what it was evaluated on."""
    roles: tuple[tuple[SnapshotRole, tuple[SnapshotUse, ...]], ...] = (
        ("TRAINING", data.registration.trained_on),
        ("EVALUATION", data.registration.evaluated_on),
    )
    return tuple(_snapshot(citations, data, role, use) for role, uses in roles for use in sorted(uses))


def _snapshot(citations: Citations, data: DossierData, role: SnapshotRole, use: SnapshotUse) -> Snapshot:
    found = data.snapshots.get(use.snapshot)
    dataset = data.title(use.dataset)
    if found is None:
        return Snapshot(role=role, dataset=dataset, digest=use.digest)
    shown = Snapshot(
        role=role,
        dataset=dataset,
        digest=found.digest,
        state=found.state.value,
        produced_by=_producer(data, found),
        verification=None if found.verification is None else _verification(citations, found.verification),
        entries=citations.view.cite(found.first_entry, *(one.entry for one in found.seals)),
    )
    return shown if found.seal is None else _sealed(citations, shown, found.seal)


def _sealed(citations: Citations, shown: Snapshot, seal: Seal) -> Snapshot:
    return replace(
        shown,
        foreign=tuple(ForeignReference(system=one.system, id=one.id) for one in seal.foreign),
        files=seal.files,
        size_bytes=seal.size_bytes,
        sealed_at=format_time(seal.sealed_at),
        sealed_by=citations.actor(seal.sealed_by, authenticated=seal.authenticated),
        locked=seal.locked,
    )


def _verification(citations: Citations, found: VerificationRecord) -> Verification:
    return Verification(
        at=format_time(found.verified_at),
        by=citations.actor(found.verified_by, authenticated=found.authenticated),
        result=found.result,  # type: ignore[arg-type]  # the record's own closed list
        method=found.method,
        differing=found.differing,
        entries=citations.view.cite(found.entry),
    )


def _producer(data: DossierData, found: SnapshotRecord) -> Producer | None:
    runs = (data.attempts.runs.get(run) for run in found.produced_by)
    run = next((run for run in runs if run is not None), None)
    return None if run is None else Producer(job=data.job_name(run.job), run=run.run_id, state=run.state)
