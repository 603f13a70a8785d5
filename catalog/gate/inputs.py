"""Whether what a version was trained on is sealed, and was read again lately; of the models it was made of likewise."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.assets.model import RunState
from catalog.gate.model import Reason, Training
from catalog.gate.reasons import DAY, FAIL, PASS, UNKNOWN, count, day
from catalog.releases.model import Registration, SnapshotUse
from catalog.snapshots.model import SnapshotRecord
from catalog.snapshots.rules import verify_by
from graph_schema.vocabulary.words import VerificationResult
from reports.naming import worded


def sealed(one: Training) -> Iterator[Reason]:
    """Yield whether every input that the training runs read is a sealed snapshot."""
    registration = one.registration
    if registration is None:
        yield Reason(UNKNOWN, f"{one.title} is not registered: nobody recorded what it was trained on.")
        return
    if not registration.trained_on:
        yield Reason(UNKNOWN, "Its registration names no training data that may be seen.", (registration.entry,))
    for use in registration.trained_on:
        if _seal(one, use) is None:
            yield Reason(
                FAIL, f"The training snapshot of {one.name(use.dataset)} is not sealed.", (registration.entry,)
            )
    yield from _runs(one)
    yield from _reads(one, registration)
    seals = {seal for use in registration.trained_on if (seal := _seal(one, use)) is not None}
    entries = {registration.entry, *seals, *(entry for each in one.reads for entry in each.entries)}
    text = f"{count(len({each.dataset for each in one.reads}), 'input')} read, each a sealed snapshot."
    yield Reason(PASS, text, tuple(sorted(entries)))


def _reads(one: Training, registration: Registration) -> Iterator[Reason]:
    """Yield what a run read that is no sealed snapshot: by the state that it names, else by what is registered."""
    uses = (*registration.trained_on, *registration.evaluated_on)
    named = {use.dataset for use in uses}
    held = {use.dataset for use in uses if _seal(one, use) is not None}
    used = {(each.run, each.dataset) for each in one.used}
    for each in one.used:
        state = one.snapshots.get(each.snapshot)
        if state is None or not state.sealed:
            yield Reason(FAIL, f"Its run read a state of {one.name(each.dataset)} that nobody sealed.", (each.entry,))
    for read in one.reads:
        if (read.run, read.dataset) in used:
            continue
        if read.dataset not in named:
            text = f"Its run read {one.name(read.dataset)}, of which its registration names no snapshot."
            yield Reason(FAIL, text, (registration.entry, *read.entries))
        elif read.dataset not in held:
            yield Reason(FAIL, f"Its run read {one.name(read.dataset)}, which nobody sealed.", read.entries)


def _runs(one: Training) -> Iterator[Reason]:
    registration = one.registration
    entries = () if registration is None else (registration.entry,)
    if not one.runs:
        yield Reason(UNKNOWN, f"No run is recorded that trained {one.title}: what it read is not known.", entries)
        return
    ended = {run.state for run in one.runs if run.id in one.roots}
    if RunState.COMPLETE not in ended:
        failed = not ended.isdisjoint({RunState.FAIL, RunState.ABORT})
        ends = tuple(sorted({entry for run in one.runs if run.id in one.roots for entry in run.entries}))
        yield Reason(FAIL if failed else UNKNOWN, f"The run that trained {one.title} did not complete.", ends)
    if one.cut:
        yield Reason(UNKNOWN, "Its training run has more parts than were looked at.", entries)
    elif not one.reads:
        yield Reason(UNKNOWN, f"The run that trained {one.title} reports no input.", entries)


def _seal(one: Training, use: SnapshotUse) -> int | None:
    """Return the entry that seals a snapshot."""
    found = one.snapshots.get(use.snapshot)
    return None if found is None or found.seal is None else found.seal.entry


def verified(one: Training, moment: int, days: int) -> Iterator[Reason]:
    """Yield whether the bytes of what it was trained on were read again within so many days, and were as sealed."""
    inputs = one.snapshots_of_training
    if not inputs:
        yield Reason(UNKNOWN, f"Nothing is sealed of what {one.title} was trained on.")
    for each in inputs:
        yield verified_snapshot(each, one.name(each.dataset), moment, days)


def verified_snapshot(one: SnapshotRecord, name: str, moment: int, days: int) -> Reason:
    """Return whether the bytes of one snapshot were read again within so many days, and were as sealed."""
    newest = one.verification
    if newest is None or one.seal is None:
        entries = () if one.seal is None else (one.seal.entry,)
        return Reason(UNKNOWN, f"The bytes of the snapshot of {name} were not read again since it was sealed.", entries)
    if newest.result != VerificationResult.OK:
        text = f"The newest verification of the snapshot of {name} found {worded(newest.result)}."
        return Reason(FAIL, text, (newest.entry,))
    if one.judged.unread:
        return Reason(UNKNOWN, f"The bytes of the snapshot of {name} went after they were last read.", _gone(one))
    if verify_by(one.seal.sealed_at, newest.verified_at, days * DAY) <= moment:
        text = f"The bytes of the snapshot of {name} were last read on {day(newest.verified_at)}, over {days} days ago."
        return Reason(UNKNOWN, text, (newest.entry,))
    return Reason(PASS, f"The snapshot of {name} was verified on {day(newest.verified_at)}.", (newest.entry,))


def _gone(one: SnapshotRecord) -> tuple[int, ...]:
    """Return the entries that say that a snapshot's bytes went, and that they were there before."""
    newest = () if one.verification is None else (one.verification.entry,)
    return (*newest, *(() if one.judged.entry is None else (one.judged.entry,)))
