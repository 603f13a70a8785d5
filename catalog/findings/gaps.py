"""What should be recorded of a model version and of what it rests on, and is not."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.findings.model import Basis, Gap

_NO_RECORD = "no record says it"
# What a pipeline sends for a revision where its code was under no version control.
_UNKNOWN = "unknown"


def gaps(basis: Basis) -> Iterator[Gap]:
    """Yield what is missing of the datasets, by name, and then of the version and its snapshots."""
    for record in sorted(basis.datasets.values(), key=lambda one: (one.namespace, one.name)):
        for gap in record.gaps:
            yield Gap(record.id, gap.field, gap.note)
    version, registration = basis.version.id, basis.registration
    if registration.signature is None:
        yield Gap(version, "signature", "no signature of the artifact was registered")
    if not registration.evaluated_on:
        yield Gap(version, "evaluation", "no evaluation snapshot was registered")
    for use in (*registration.trained_on, *registration.evaluated_on):
        found = basis.snapshots.get(use.snapshot)
        if found is None or found.seal is None:
            yield Gap(use.snapshot, "seal", "the snapshot was never sealed")
        if found is None or found.verification is None:
            yield Gap(use.snapshot, "verification", "its bytes were never checked again")
    code = registration.code
    absent = {
        "intended use": registration.intended_use is None,
        "metrics": not registration.metrics,
        "run": registration.run is None,
        "code revision": code.revision == _UNKNOWN,
        "clean code": code.clean is None,
        "approvals": all(one.subject != version for one in basis.approvals),
    }
    for field, is_absent in absent.items():
        if is_absent:
            yield Gap(version, field, _NO_RECORD)
