"""What must hold before a seal or a verification is taken."""

from __future__ import annotations

from catalog.assets.run_refs import admit_run
from catalog.record import DECLARE_FIRST, Admission, Admitted
from catalog.snapshots.records import DeclareSplit, SealSnapshot, VerifySnapshot


def admit_seal(record: SealSnapshot, admission: Admission) -> Admitted:
    """Hold the dataset to be known, and the run that is named to be one alone."""
    admission.require([(record.dataset.node, "/dataset", DECLARE_FIRST)])
    return Admitted(*admit_run(record.run_id, record.job, admission))


def admit_verification(record: VerifySnapshot, admission: Admission) -> Admitted:
    """Hold the snapshot to be known."""
    admission.require([(record.dataset.node, "/dataset", DECLARE_FIRST), (record.node, "/digest", "seal it first")])
    return Admitted()


def admit_split(record: DeclareSplit, admission: Admission) -> Admitted:
    """Hold each snapshot to be known; whoever declares a division that did not hold is told what it comes to."""
    admission.require(
        [
            (snapshot.node, f"/parts/{number}/snapshots/{place}/digest", "seal it first")
            for number, part in enumerate(record.parts)
            for place, snapshot in enumerate(part.snapshots)
        ]
    )
    if record.shared:
        return Admitted(warnings=("Subjects are in more than one part: its parts are not apart.",))
    return Admitted()
