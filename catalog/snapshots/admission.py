"""What must hold before a seal or a verification is taken."""

from __future__ import annotations

from catalog.assets.run_refs import admit_run
from catalog.record import DECLARE_FIRST, Admission, Admitted
from catalog.snapshots.records import SealSnapshot, VerifySnapshot


def admit_seal(record: SealSnapshot, admission: Admission) -> Admitted:
    """Hold the dataset to be known, and the run that is named to be one alone."""
    admission.require([(record.dataset.node, "/dataset", DECLARE_FIRST)])
    return Admitted(*admit_run(record.run_id, record.job, admission))


def admit_verification(record: VerifySnapshot, admission: Admission) -> Admitted:
    """Hold the snapshot to be known."""
    admission.require([(record.dataset.node, "/dataset", DECLARE_FIRST), (record.node, "/digest", "seal it first")])
    return Admitted()
