from __future__ import annotations

from catalog.evidence.dossier.teller import Teller
from catalog.releases.model import ModelVersionRecord, Registration
from graph_schema.times import format_time
from reports.parts import model_version as part


def model(teller: Teller, version: ModelVersionRecord, registration: Registration) -> part.ModelVersion:
    code, environment = registration.code, registration.environment
    return part.ModelVersion(
        namespace=version.namespace,
        name=version.model,
        version=version.version,
        registered_at=format_time(registration.registered_at),
        registered_by=teller.actor(registration.registered_by, authenticated=registration.authenticated),
        intended_use=registration.intended_use,
        artifact_digest=registration.artifact_digest,
        signature=registration.signature,
        code=None
        if code is None
        else part.CodeRevision(repository=code.repository, revision=code.revision, clean=code.clean),
        environment=None
        if environment is None
        else part.Environment(digest=environment.digest, description=environment.description),
        metrics=tuple(part.Metric(name=one.name, value=one.value, split=one.split) for one in registration.metrics),
        entries=teller.cites(one.entry for one in version.registrations),
    )
