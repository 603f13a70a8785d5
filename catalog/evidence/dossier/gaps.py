from __future__ import annotations

from collections.abc import Iterable

from catalog.evidence.dossier.phrases import full_name
from catalog.evidence.dossier.teller import Teller
from catalog.releases.model import ModelVersionRecord, Registration
from reports.parts import gaps as part


def gaps(teller: Teller, version: ModelVersionRecord, registration: Registration) -> Iterable[part.Gap]:
    for record in teller.scene.sorted_datasets():
        for gap in record.gaps:
            yield part.Gap(subject=full_name(record), field=gap.field, note=gap.note)
    subject = f"{version.model} {version.version}"
    if registration.signature is None:
        yield part.Gap(subject=subject, field="signature", note="no signature of the artifact was registered")
    if not registration.evaluated_on:
        yield part.Gap(subject=subject, field="evaluation", note="no evaluation snapshot was registered")
    for use in (*registration.trained_on, *registration.evaluated_on):
        found = teller.scene.snapshots.get(use.snapshot)
        if found is None or found.seal is None:
            yield part.Gap(subject=use.digest, field="seal", note="the snapshot was never sealed")
        if found is None or found.verification is None:
            yield part.Gap(subject=use.digest, field="verification", note="its bytes were never checked again")
    absent = {
        "intended use": registration.intended_use is None,
        "metrics": not registration.metrics,
        "run": registration.run is None,
        "clean code": registration.code is None or registration.code.clean is None,
        "approvals": all(one.subject != version.id for one in teller.scene.approvals),
    }
    for field_, is_absent in absent.items():
        if is_absent:
            yield part.Gap(subject=subject, field=field_, note="no record says it")
