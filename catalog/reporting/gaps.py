"""What should be recorded of a model version and of what it rests on, and is not."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.reporting.dossier_data import DossierData, full_name
from reports.parts.gaps import Gap


def gaps(data: DossierData) -> Iterator[Gap]:
    """Yield the gaps of the datasets, then those of the version and of its snapshots."""
    version, registration = data.version, data.registration
    for record in data.datasets.values():
        for gap in record.gaps:
            yield Gap(subject=full_name(record), field=gap.field, note=gap.note)
    subject = f"{version.model} {version.version}"
    if registration.signature is None:
        yield Gap(subject=subject, field="signature", note="no signature of the artifact was registered")
    if not registration.evaluated_on:
        yield Gap(subject=subject, field="evaluation", note="no evaluation snapshot was registered")
    for use in (*registration.trained_on, *registration.evaluated_on):
        found = data.snapshots.get(use.snapshot)
        if found is None or found.seal is None:
            yield Gap(subject=use.digest, field="seal", note="the snapshot was never sealed")
        if found is None or found.verification is None:
            yield Gap(subject=use.digest, field="verification", note="its bytes were never checked again")
    absent = {
        "intended use": registration.intended_use is None,
        "metrics": not registration.metrics,
        "run": registration.run is None,
        "clean code": registration.code.clean is None,
        "approvals": all(one.subject != version.id for one in data.approvals),
    }
    for field, is_absent in absent.items():
        if is_absent:
            yield Gap(subject=subject, field=field, note="no record says it")
