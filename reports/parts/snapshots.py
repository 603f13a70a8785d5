"""The sealed states of datasets: those that a model version was trained and evaluated on, or those of one dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from reports.context import Actor, Strict
from reports.document import (
    Block,
    Column,
    Item,
    Line,
    Text,
    Tone,
    cell,
    cites,
    code,
    faint,
    item,
    mark,
    missing,
    plain,
    stamp,
    strong,
    table,
    words,
)
from reports.naming import counted, worded
from reports.parts.findings import Findings, found
from reports.phrases import listed, tone, unfinished, unrecorded, who
from reports.section import Frame, Part

SnapshotRole = Literal["TRAINING", "EVALUATION", "OTHER"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignReference(Strict):
    """The same state as another system names it: a Delta version, a lakeFS commit, an OCI digest."""

    system: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification(Strict):
    """The newest re-verification of a snapshot's bytes against its sealed manifest."""

    at: str
    by: Actor
    result: Literal["OK", "MISMATCH", "MISSING"]
    method: str | None = None
    differing: tuple[str, ...] = ()
    """Paths of the manifest."""
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Producer(Strict):
    """The run that wrote a snapshot, and how it stands."""

    job: str
    run: str | None = None
    state: str | None = None
    rows: int | None = None
    """How many rows its events say that it wrote to the dataset."""
    entries: tuple[int, ...] = ()
    """Of the event that counts the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Strict):
    """The days that data is of, as YYYY-MM-DD: the first and the last among them."""

    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(Strict):
    """One state of a dataset; `role` is what it was sealed for, or what a model version used it for."""

    role: SnapshotRole
    dataset: str
    digest: str
    """SHA-256 over the sorted manifest of paths, sizes and file digests, or its store's own version."""
    foreign: tuple[ForeignReference, ...] = ()
    state: str | None = None
    files: int | None = None
    """Of the manifest of the newest seal."""
    size_bytes: int | None = None
    """Of the manifest of the newest seal."""
    rows: int | None = None
    """As who sealed it says, like the next two."""
    persons: int | None = None
    period: Period | None = None
    sealed_at: str | None = None
    sealed_by: Actor | None = None
    locked: bool | None = None
    produced_by: Producer | None = None
    verification: Verification | None = None
    entries: tuple[int, ...] = ()
    """By which it was first known, and its seals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation(Strict):
    """Whether training and evaluation data share a file, by the manifests of the newest seals.

    Files that hold something are compared, by their digests, and the digests of whole snapshots.
    """

    result: Literal["APART", "OVERLAP", "UNKNOWN"]
    training_files: int
    """How many digests of files the training data has."""
    evaluation_files: int
    overlap: int
    """How many of them both have."""
    shared: tuple[str, ...] = ()
    """The evaluation's files among them (dataset: path), the first hundred; datasets where a whole snapshot is both."""
    unlisted: tuple[str, ...] = ()
    """Datasets of snapshots of which no manifest lists a file."""
    text: str
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Snapshots(Findings):
    """The snapshots that a subject rests on."""

    snapshots: tuple[Snapshot, ...] = ()
    """What it was trained on, then what it was evaluated on; of a dataset its own, the newest first."""
    separation: Separation | None = None
    """How its evaluation data stands to its training data, None where it names none of the one."""


@dataclass(frozen=True, kw_only=True)
class HeldSnapshots(Snapshots):
    """The snapshots of one dataset."""

    snapshots_left_out: int = 0
    """How many older ones are not shown, where it has very many."""


def blocks(context: Snapshots, frame: Frame) -> Iterator[Block]:
    """Show each snapshot: its digest, contents, seal, producer and newest verification; and whether they are apart."""
    if not context.snapshots:
        yield Text(words(plain("Snapshots:"), missing()))
        return
    yield _table(context, f"Snapshots that the {frame.subject.noun} was trained and evaluated on")
    if all(each.role != "EVALUATION" for each in context.snapshots):
        yield Text(words(plain("Evaluation snapshot:"), missing()))
    if context.separation is not None:
        yield from _separation(context, context.separation)


def _held(context: HeldSnapshots, _: Frame) -> Iterator[Block]:
    """Show each state of a dataset that was sealed or named: its digest, contents, seal, producer and verification."""
    if not context.snapshots:
        yield Text(words(plain("Snapshots:"), missing()))
        return
    yield _table(context, "Snapshots of the dataset, the newest first")
    if context.snapshots_left_out:
        yield Text(plain(f"{counted(context.snapshots_left_out, 'older snapshot')} not shown."))


def _table(context: Snapshots, caption: str) -> Block:
    return table(
        caption,
        (
            Column("Role", 2),
            Column("Dataset, digest, contents", 6),
            Column("Sealed and produced", 5),
            Column("Verified", 4),
        ),
        [
            (
                cell(_role(each), *_lock(each), cites(each.entries)),
                cell(
                    plain(each.dataset),
                    code(each.digest),
                    *(faint(f"{foreign.system}: {foreign.id}") for foreign in each.foreign),
                    *_size(each),
                    *_contents(each),
                ),
                cell(*_sealed(each)),
                cell(*_verified(each)),
            )
            for each in context.snapshots
        ],
        note="A snapshot's digest is SHA-256 over its sorted manifest of paths, sizes and file digests.",
    )


def _separation(context: Snapshots, separation: Separation) -> Iterator[Block]:
    yield Text(words(plain(separation.text), cites(separation.entries)), _TONES[separation.result])
    kept = {one.index: one.withheld for one in context.evidence.cited if one.withheld is not None}
    held = [index for index in separation.entries if index in kept]
    if held:
        text = "This file does not hold the manifests that say so, and nobody can compare them by it:"
        yield Text(words(plain(text), cites(held)), "warn")


def _role(snapshot: Snapshot) -> Line:
    return faint("none stated") if snapshot.role == "OTHER" else strong(worded(snapshot.role).capitalize())


def _lock(snapshot: Snapshot) -> Iterator[Line]:
    if snapshot.role == "EVALUATION" and snapshot.sealed_at is not None:
        yield mark("locked", "good") if snapshot.locked else mark("not locked", "bad")


def _size(snapshot: Snapshot) -> Iterator[Line]:
    known = [counted(snapshot.files, "file")] if snapshot.files is not None else []
    known += [counted(snapshot.size_bytes, "byte")] if snapshot.size_bytes is not None else []
    known += [snapshot.state] if snapshot.state else []
    if known:
        yield faint(" · ".join(known))


def _contents(snapshot: Snapshot) -> Iterator[Line]:
    """Yield how many rows and persons it holds and of which days, each by its seal; the rows also by who wrote them."""
    written = None if snapshot.produced_by is None else snapshot.produced_by.rows
    rows = written if snapshot.rows is None else snapshot.rows
    yield unrecorded("rows") if rows is None else plain(counted(rows, "row"))
    if snapshot.rows is not None and written is not None and written != snapshot.rows:
        yield mark(f"its run wrote {counted(written, 'row')}", "warn")
    yield unrecorded("persons") if snapshot.persons is None else plain(counted(snapshot.persons, "person"))
    period = snapshot.period
    yield unrecorded("period") if period is None else plain(f"of {period.start} to {period.end}")


def _sealed(snapshot: Snapshot) -> Iterator[Line]:
    yield stamp(snapshot.sealed_at) if snapshot.sealed_at else unrecorded("seal")
    if snapshot.sealed_by:
        yield words(plain("by"), who(snapshot.sealed_by))
    if snapshot.produced_by is None:
        yield unrecorded("producer")
        return
    yield plain(f"job {snapshot.produced_by.job}")
    if snapshot.produced_by.run:
        yield code(snapshot.produced_by.run)
    yield from unfinished(snapshot.produced_by.state)


def _verified(snapshot: Snapshot) -> Iterator[Line]:
    checked = snapshot.verification
    if checked is not None:
        yield mark(checked.result, tone(checked.result))
        yield stamp(checked.at)
        yield words(plain("by"), who(checked.by))
        yield plain(checked.method) if checked.method else ()
        if checked.differing:
            yield listed("differing", checked.differing)
        yield cites(checked.entries)
    if not is_verified(snapshot):
        yield unrecorded("verification")


def is_verified(snapshot: Snapshot) -> bool:
    """Tell whether its bytes were checked since its newest seal, whatever was found."""
    checked = snapshot.verification
    return checked is not None and (snapshot.sealed_at is None or checked.at >= snapshot.sealed_at)


def is_sound(snapshot: Snapshot) -> bool:
    """Tell whether it is sealed, and its bytes were found as they were sealed since."""
    checked = snapshot.verification
    return snapshot.sealed_at is not None and is_verified(snapshot) and checked is not None and checked.result == "OK"


def items(context: Snapshots, _: Frame) -> Iterator[Item]:
    """Yield what is wrong with the data that the subject was trained and evaluated on, and what is in order."""
    yield from found(context, "training data", "evaluation data", "snapshot", "overlap")
    separation = context.separation
    if separation is not None and separation.result != "OVERLAP":
        yield item(_TONES[separation.result], "OVERLAP", separation.text, separation.entries)
    sound = [each for each in context.snapshots if is_sound(each)]
    if sound:
        every = counted(len(context.snapshots), "snapshot")
        text = f"{len(sound):,} of {every} sealed, and found unaltered by a verification since."
        entries = [i for each in sound for i in (*each.entries, *_checked(each))]
        yield item("good", "SNAPSHOTS", text, entries)


_TONES: dict[str, Tone] = {"APART": "none", "OVERLAP": "bad", "UNKNOWN": "warn"}


def _held_items(context: HeldSnapshots, frame: Frame) -> Iterator[Item]:
    """Yield which states of a dataset are not as they were sealed, which nobody checked, and what is in order."""
    sealed = [each for each in context.snapshots if each.sealed_at is not None]
    altered = [each for each in sealed if each.verification is not None and each.verification.result != "OK"]
    if altered:
        text = f"{_of(altered, context)}: the newest verification found files that differ or are missing."
        entries = [i for each in altered for i in (*each.entries, *_checked(each))]
        yield item("bad", "SNAPSHOTS", text, entries)
    unchecked = [each for each in sealed if not is_verified(each)]
    if unchecked:
        text = f"{_of(unchecked, context)}: sealed, and not verified since."
        yield item("warn", "SNAPSHOTS", text, [i for each in unchecked for i in each.entries])
    yield from items(context, frame)


def _of(some: Sequence[Snapshot], context: HeldSnapshots) -> str:
    return f"{len(some):,} of {counted(len(context.snapshots), 'snapshot')}"


def _checked(snapshot: Snapshot) -> tuple[int, ...]:
    return () if snapshot.verification is None else snapshot.verification.entries


PART = Part(blocks, items)
HELD = Part(_held, _held_items)
