"""What is wrong with a model version's registration, and with the snapshots that it was trained and evaluated on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalog.findings.model import Basis, Finding, Gap
from catalog.findings.rules import Rule
from catalog.findings.separation import Apartness, separation
from catalog.releases.model import SnapshotUse
from reports.fields import sentence, together


def of_version(basis: Basis, missing: Sequence[Gap]) -> Iterator[Finding]:
    """Yield what is found on the version itself, and what of it is missing."""
    id_, registration = basis.version.id, basis.registration
    every = tuple(sorted({one.entry for one in basis.version.registrations}))
    if registration.code.clean is False:
        text = "The code's working tree had uncommitted changes."
        yield Finding(Rule.CODE_CLEAN, id_, text, (registration.entry,))
    absent = [gap.field for gap in missing if gap.rule is Rule.VERSION_RECORDED]
    if absent:
        yield Finding(Rule.VERSION_RECORDED, id_, together(absent), every)
    if not registration.trained_on:
        text = "No training snapshot is recorded for this model version."
        yield Finding(Rule.TRAINING_RECORDED, id_, text, ())
    for gap in missing:
        if gap.rule is Rule.EVALUATION_RECORDED:
            yield Finding(Rule.EVALUATION_RECORDED, id_, sentence(gap.field, [gap.name]), ())


def of_snapshots(basis: Basis, missing: Sequence[Gap]) -> Iterator[Finding]:
    """Yield what is found on each snapshot, and on training and evaluation together."""
    registration = basis.registration
    trained, evaluated = sorted(registration.trained_on), sorted(registration.evaluated_on)
    # What is both is named as training data.
    roles = {use.snapshot: "Evaluation" for use in evaluated} | {use.snapshot: "Training" for use in trained}
    for use in dict.fromkeys((*trained, *evaluated)):
        yield from _snapshot(basis, use, roles[use.snapshot], missing)
        if use in evaluated:
            yield from _unlocked(basis, use)
    for id_ in sorted(basis.snapshots.keys() - roles.keys()):
        yield from _altered(basis, id_, f"Snapshot of {basis.dataset_name(basis.snapshots[id_].dataset)}")
    apart = separation(basis)
    if apart is not None and apart.result is Apartness.OVERLAP:
        yield Finding(Rule.EVALUATION_APART, basis.version.id, apart.text, (registration.entry,))


def _snapshot(basis: Basis, use: SnapshotUse, role: str, missing: Sequence[Gap]) -> Iterator[Finding]:
    found, name = basis.snapshots.get(use.snapshot), f"{role} snapshot of {basis.dataset_name(use.dataset)}"
    known = () if found is None else tuple(sorted({found.first_entry, *(one.entry for one in found.seals)}))
    yield from _altered(basis, use.snapshot, name)
    rules = {gap.rule for gap in missing if gap.subject == use.snapshot}
    if Rule.SNAPSHOT_VERIFIED in rules:
        text = f"{name} was not verified again after sealing."
        yield Finding(Rule.SNAPSHOT_VERIFIED, use.snapshot, text, known)
    if Rule.SNAPSHOT_SEALED in rules:
        yield Finding(Rule.SNAPSHOT_SEALED, use.snapshot, f"{name} is not sealed.", known)


def _unlocked(basis: Basis, use: SnapshotUse) -> Iterator[Finding]:
    seal = basis.snapshots[use.snapshot].seal if use.snapshot in basis.snapshots else None
    if seal is not None and not seal.locked:
        text = f"Evaluation snapshot of {basis.dataset_name(use.dataset)} is not locked."
        yield Finding(Rule.EVALUATION_LOCKED, use.snapshot, text, (seal.entry,))


def _altered(basis: Basis, id_: str, name: str) -> Iterator[Finding]:
    checked = basis.snapshots[id_].verification if id_ in basis.snapshots else None
    if checked is not None and checked.result != "OK":
        text = f"{name}: the newest verification found {checked.result}."
        yield Finding(Rule.SNAPSHOT_UNALTERED, id_, text, (checked.entry,))
