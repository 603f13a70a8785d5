"""What must hold before a seal or a verification is taken."""

from __future__ import annotations

from catalog.record import DECLARE_FIRST, Admission, Admitted
from catalog.snapshots.records import SealSnapshot, VerifySnapshot


def admit_seal(record: SealSnapshot, admission: Admission) -> Admitted:
    """Hold the dataset to be known; a run that nobody reported is taken, with a warning."""
    admission.require([(record.dataset.node, "/dataset", DECLARE_FIRST)])
    if record.run is not None and record.run.id not in admission.view.nodes([record.run.id]):
        return Admitted(warnings=("No event of the run that produced the snapshot has arrived.",))
    return Admitted()


def admit_verification(record: VerifySnapshot, admission: Admission) -> Admitted:
    """Hold the snapshot to be known."""
    admission.require([(record.dataset.node, "/dataset", DECLARE_FIRST), (record.node, "/digest", "seal it first")])
    return Admitted()
