from __future__ import annotations

from catalog.evidence.dossier.phrases import full_name
from catalog.evidence.dossier.teller import Teller
from catalog.releases.model import Registration, SnapshotUse
from catalog.snapshots.model import SnapshotRecord
from graph_schema.times import format_time
from reports.parts import snapshots as part


def snapshots(teller: Teller, registration: Registration) -> tuple[part.Snapshot, ...]:
    """Return what the version was trained on, then what it was evaluated on."""
    return (
        *(_snapshot(teller, "TRAINING", use) for use in sorted(registration.trained_on)),
        *(_snapshot(teller, "EVALUATION", use) for use in sorted(registration.evaluated_on)),
    )


def _snapshot(teller: Teller, role: part.SnapshotRole, use: SnapshotUse) -> part.Snapshot:
    found = teller.scene.snapshots.get(use.snapshot)
    record = teller.scene.datasets.get(use.dataset)
    name = full_name(record) if record else use.dataset
    if found is None:
        return part.Snapshot(role=role, dataset=name, digest=use.digest)
    seal, verification = found.seal, found.verification
    return part.Snapshot(
        role=role,
        dataset=name,
        digest=found.digest,
        foreign=()
        if seal is None
        else tuple(part.ForeignReference(system=one.system, id=one.id) for one in seal.foreign),
        state=found.state.value,
        files=None if seal is None else seal.files,
        size_bytes=None if seal is None else seal.size_bytes,
        sealed_at=None if seal is None else format_time(seal.sealed_at),
        sealed_by=None if seal is None else teller.actor(seal.sealed_by, authenticated=seal.authenticated),
        locked=None if seal is None else seal.locked,
        produced_by=_producer(teller, found),
        verification=None
        if verification is None
        else part.Verification(
            at=format_time(verification.verified_at),
            by=teller.actor(verification.verified_by, authenticated=verification.authenticated),
            result=verification.result,  # type: ignore[arg-type]  # the record's own closed list
            method=verification.method,
            differing=verification.differing,
            entries=(teller.cite(verification.entry),),
        ),
        entries=teller.cites([found.first_entry, *(one.entry for one in found.seals)]),
    )


def _producer(teller: Teller, found: SnapshotRecord) -> part.Producer | None:
    for run_id in found.produced_by:
        run = teller.scene.runs.get(run_id)
        if run is not None:
            return part.Producer(job=teller.job_name(run.job), run=run.run_id, state=run.state)
    return None
