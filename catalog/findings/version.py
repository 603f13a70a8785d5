"""What is wrong with a model version's registration, and with the snapshots that it was trained and evaluated on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from catalog.findings.model import Basis, Finding
from catalog.findings.rules import Rule
from catalog.releases.model import SnapshotUse

_NAMED = ("intended use", "signature", "code revision")


def of_version(basis: Basis, missing: Collection[tuple[str, str]]) -> Iterator[Finding]:
    """Yield what is found on the version itself; `missing` are the gaps, by node and field."""
    id_, registration = basis.version.id, basis.registration
    every = tuple(sorted({one.entry for one in basis.version.registrations}))
    if registration.code.clean is False:
        text = "The code's working tree had uncommitted changes."
        yield Finding(Rule.CODE_CLEAN, id_, text, (registration.entry,))
    absent = [field for field in _NAMED if (id_, field) in missing]
    if absent:
        text = f"Not recorded of the model version: {', '.join(absent)}."
        yield Finding(Rule.VERSION_RECORDED, id_, text, every)
    if not registration.trained_on:
        text = "No training snapshot is recorded for this model version."
        yield Finding(Rule.TRAINING_RECORDED, id_, text, ())
    if (id_, "evaluation") in missing:
        text = "No evaluation snapshot is recorded for this model version."
        yield Finding(Rule.EVALUATION_RECORDED, id_, text, ())


def of_snapshots(basis: Basis, missing: Collection[tuple[str, str]]) -> Iterator[Finding]:
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
    text = _overlap(basis)
    if text:
        yield Finding(Rule.EVALUATION_APART, basis.version.id, text, (registration.entry,))


def _snapshot(basis: Basis, use: SnapshotUse, role: str, missing: Collection[tuple[str, str]]) -> Iterator[Finding]:
    found, name = basis.snapshots.get(use.snapshot), f"{role} snapshot of {basis.dataset_name(use.dataset)}"
    known = () if found is None else tuple(sorted({found.first_entry, *(one.entry for one in found.seals)}))
    yield from _altered(basis, use.snapshot, name)
    if (use.snapshot, "verification") in missing:
        text = f"{name} was not verified again after sealing."
        yield Finding(Rule.SNAPSHOT_VERIFIED, use.snapshot, text, known)
    if (use.snapshot, "seal") in missing:
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


def _overlap(basis: Basis) -> str | None:
    """Return in words what training and evaluation share: whole snapshots, or files by the manifests of their seals."""
    trained, evaluated = basis.registration.trained_on, basis.registration.evaluated_on
    digests = {use.digest for use in trained}
    whole = [basis.dataset_name(use.dataset) for use in sorted(evaluated) if use.digest in digests]
    if whole:
        return (
            f"The evaluation snapshot of {', '.join(dict.fromkeys(whole))} is also a training snapshot (same digest)."
        )
    shared = len(_files(basis, trained) & _files(basis, evaluated))
    return f"{shared} files stand in a training and in an evaluation snapshot, by digest." if shared else None


def _files(basis: Basis, uses: Sequence[SnapshotUse]) -> set[str]:
    seals = [basis.snapshots[use.snapshot].seal for use in uses if use.snapshot in basis.snapshots]
    return {file.digest for seal in seals if seal is not None for file in seal.manifest if file.size}
