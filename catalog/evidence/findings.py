"""What a dossier has to point at by itself, because the records contradict what a model version should rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalog.approvals.model import Approval
from catalog.releases.model import Registration, SnapshotUse
from catalog.snapshots.model import SnapshotRecord


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found: by which rule, on which node, in words, and the entries that show it."""

    rule: str
    severity: str
    subject: str
    text: str
    entries: tuple[int, ...]


def findings(
    version: str, said: Registration, held: Mapping[str, SnapshotRecord], approvals: Sequence[Approval]
) -> Iterator[Found]:
    """Yield what is found on a model version (a node id), from its registration, snapshots and approvals."""
    if said.code.clean is False:
        text = "The working tree held changes that are not in the revision."
        yield Found("code revision clean", "MEDIUM", version, text, (said.entry,))
    for record in held.values():
        checked = record.verification
        if checked is not None and checked.result != "OK":
            text = f"The newest verification found {checked.result}; {len(checked.differing)} files differ."
            yield Found("snapshot unaltered", "HIGH", record.id, text, (checked.entry,))
    shared = _files(held, said.trained_on) & _files(held, said.evaluated_on)
    if shared:
        text = f"{len(shared)} files stand in a training and in an evaluation snapshot, by digest."
        yield Found("evaluation apart from training", "HIGH", version, text, (said.entry,))
    for use in said.evaluated_on:
        seal = held[use.snapshot].seal if use.snapshot in held else None
        if seal is not None and not seal.locked:
            text = "The evaluation snapshot was sealed without a lock."
            yield Found("evaluation set locked", "MEDIUM", use.snapshot, text, (seal.entry,))
    yield from unauthenticated(approvals)


def unauthenticated(approvals: Sequence[Approval]) -> Iterator[Found]:
    """Yield the decisions of somebody whom nothing authenticated."""
    for approval in approvals:
        for decision in approval.decisions:
            if not decision.authenticated:
                text = "A decision was made by the local principal, whom nothing authenticated."
                yield Found("decision authenticated", "HIGH", approval.subject, text, (decision.entry,))


def _files(held: Mapping[str, SnapshotRecord], uses: Sequence[SnapshotUse]) -> set[str]:
    seals = [held[use.snapshot].seal for use in uses if use.snapshot in held]
    return {file.digest for seal in seals if seal is not None for file in seal.manifest if file.size}
