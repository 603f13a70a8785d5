"""What must hold before a seal, a verification, a deletion or a division of subjects is taken."""

from __future__ import annotations

from typing import Final

from catalog.assets.run_refs import admit_run
from catalog.errors import SenderError
from catalog.record import DECLARE_FIRST, Admission, Admitted
from catalog.snapshots.queries import snapshots
from catalog.snapshots.records import DeclareSplit, SealSnapshot, TombstoneSnapshot, VerifySnapshot, WithdrawSplit
from catalog.snapshots.splits import withdrawn
from graph_schema.facts import NOW
from graph_schema.vocabulary.words import VerificationResult

_SHARED: Final = (
    "Subjects are in more than one part: its parts are not apart. Where that is a mistake, a steward withdraws it "
    "(`withdraw_split`)."
)


def admit_seal(record: SealSnapshot, admission: Admission) -> Admitted:
    """Hold the dataset to be known, and the run that is named to be one alone."""
    admission.require([(record.dataset.node, "/dataset", DECLARE_FIRST)])
    return Admitted(*admit_run(record.run_id, record.job, admission))


def admit_verification(record: VerifySnapshot, admission: Admission) -> Admitted:
    """Hold the snapshot to be known; whoever finds what is recorded to be deleted is told so."""
    _require(record, admission)
    found = snapshots(admission.view.unredacted.at(NOW), [record.node.id])[record.node.id]
    if found.tombstone is None or record.result is not VerificationResult.OK:
        return Admitted()
    gone = f"Entry {found.tombstone.entry} says that its bytes were deleted, and they are there: seal them anew."
    return Admitted(warnings=(gone,))


def admit_tombstone(record: TombstoneSnapshot, admission: Admission) -> Admitted:
    """Hold the snapshot to be known and not to be deleted already; whoever deletes it is told what was made of it."""
    _require(record, admission)
    view = admission.view.unredacted.at(NOW)
    found = snapshots(view, [record.node.id])[record.node.id]
    if found.tombstone is not None:
        already = f"Its bytes were deleted already, by entry {found.tombstone.entry}."
        raise SenderError(already, pointer="/digest", status=422)
    uses = view.edges([record.node.id], ("TRAINED_ON", "EVALUATED_ON"), "in")
    made = len({edge.source for edge in uses})
    if not made:
        return Admitted()
    plural = "s were" if made > 1 else " was"
    rests = f"{made} model version{plural} trained or evaluated on it: no gate will pass on what cannot be read again."
    return Admitted(warnings=(rests,))


def _require(record: VerifySnapshot | TombstoneSnapshot, admission: Admission) -> None:
    admission.require([(record.dataset.node, "/dataset", DECLARE_FIRST), (record.node, "/digest", "seal it first")])


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
        return Admitted(warnings=(_SHARED,))
    return Admitted()


def admit_withdrawal(record: WithdrawSplit, admission: Admission) -> Admitted:
    """Hold the division to be known; whoever withdraws one again is told that it counts for nothing already."""
    admission.require([(record.node, "/split", "give the ledger index of the record that declared it")])
    before = withdrawn(admission.view.unredacted, [record.node.id]).get(record.node.id)
    if before is None:
        return Admitted()
    return Admitted(warnings=(f"It was withdrawn already, by entry {before}; this adds why.",))
