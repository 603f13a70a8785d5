"""A model version and the snapshots behind it, as a report shows them."""

from __future__ import annotations

from dataclasses import replace

from catalog.releases.model import SnapshotUse
from catalog.reporting.citations import Citations
from catalog.reporting.dossier_data import DossierData
from catalog.snapshots.model import Seal, SnapshotRecord
from catalog.snapshots.model import Verification as VerificationRecord
from graph_schema.times import format_time
from reports.parts.model_version import CodeRevision, Environment, Metric, ModelVersion
from reports.parts.snapshots import ForeignReference, Producer, Snapshot, SnapshotRole, Verification


def model(citations: Citations, data: DossierData) -> ModelVersion:
    """Return the version as its newest registration has it."""
    version, registration = data.version, data.registration
    code, environment = registration.code, registration.environment
    return ModelVersion(
        namespace=version.namespace,
        name=version.model,
        version=version.version,
        registered_at=format_time(registration.registered_at),
        registered_by=citations.actor(registration.registered_by, authenticated=registration.authenticated),
        intended_use=registration.intended_use,
        artifact_digest=registration.artifact_digest,
        signature=registration.signature,
        code=CodeRevision(repository=code.repository, revision=code.revision, clean=code.clean),
        environment=Environment(digest=environment.digest, description=environment.description),
        metrics=tuple(Metric(name=one.name, value=one.value, split=one.split) for one in registration.metrics),
        entries=citations.view.cite(*(one.entry for one in version.registrations)),
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
