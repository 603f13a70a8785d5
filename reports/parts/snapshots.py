"""The sealed states of datasets that a model version was trained and evaluated on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reports.context import Actor, Strict
from reports.document import (
    Block,
    Column,
    Item,
    Line,
    Text,
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
from reports.naming import counted
from reports.parts.findings import Findings, found
from reports.phrases import listed, tone, unfinished, who
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(Strict):
    """One sealed state of a dataset that the model version was trained or evaluated on."""

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
    sealed_at: str | None = None
    sealed_by: Actor | None = None
    locked: bool | None = None
    produced_by: Producer | None = None
    verification: Verification | None = None
    entries: tuple[int, ...] = ()
    """By which it was first known, and its seals."""


@dataclass(frozen=True, kw_only=True)
class Snapshots(Findings):
    """The snapshots that a subject rests on."""

    snapshots: tuple[Snapshot, ...] = ()
    """What it was trained on, then what it was evaluated on."""


def blocks(context: Snapshots, frame: Frame) -> Iterator[Block]:
    """Show each snapshot: its digest, seal, producer and newest verification."""
    if not context.snapshots:
        yield Text(words(plain("Snapshots:"), missing()))
        return
    yield table(
        f"Snapshots that the {frame.subject.noun} was trained and evaluated on",
        (Column("Role", 2), Column("Dataset and digest", 6), Column("Sealed and produced", 5), Column("Verified", 4)),
        [
            (
                cell(strong(each.role.capitalize()), *_lock(each), cites(each.entries)),
                cell(
                    plain(each.dataset),
                    code(each.digest),
                    *(faint(f"{foreign.system}: {foreign.id}") for foreign in each.foreign),
                    *_size(each),
                ),
                cell(*_sealed(each)),
                cell(*_verified(each)),
            )
            for each in context.snapshots
        ],
        note="A snapshot's digest is SHA-256 over its sorted manifest of paths, sizes and file digests.",
    )


def _lock(snapshot: Snapshot) -> Iterator[Line]:
    if snapshot.role == "EVALUATION":
        yield mark("locked", "good") if snapshot.locked else mark("not locked", "bad")


def _size(snapshot: Snapshot) -> Iterator[Line]:
    known = [counted(snapshot.files, "file")] if snapshot.files is not None else []
    known += [counted(snapshot.size_bytes, "byte")] if snapshot.size_bytes is not None else []
    known += [snapshot.state] if snapshot.state else []
    if known:
        yield faint(" · ".join(known))


def _sealed(snapshot: Snapshot) -> Iterator[Line]:
    yield stamp(snapshot.sealed_at) if snapshot.sealed_at else missing("not sealed")
    if snapshot.sealed_by:
        yield words(plain("by"), who(snapshot.sealed_by))
    if snapshot.produced_by is None:
        yield missing("producing run: not recorded")
        return
    yield plain(f"job {snapshot.produced_by.job}")
    if snapshot.produced_by.run:
        yield code(snapshot.produced_by.run)
    yield from unfinished(snapshot.produced_by.state)


def _verified(snapshot: Snapshot) -> Iterator[Line]:
    checked = snapshot.verification
    if checked is None:
        yield missing("not verified since")
        return
    yield mark(checked.result, tone(checked.result))
    yield stamp(checked.at)
    yield words(plain("by"), who(checked.by))
    if checked.differing:
        yield listed("differing", checked.differing)
    yield cites(checked.entries)


def items(context: Snapshots, _: Frame) -> Iterator[Item]:
    """Yield what is wrong with the data that the subject was trained and evaluated on, and what is in order."""
    yield from found(context, "training data", "evaluation data", "snapshot", "overlap")
    sound = [s for s in context.snapshots if s.sealed_at and s.verification and s.verification.result == "OK"]
    if sound:
        text = f"{len(sound)} of {counted(len(context.snapshots), 'snapshot')} sealed and verified again since."
        entries = [
            i for each in sound for i in (*each.entries, *(each.verification.entries if each.verification else ()))
        ]
        yield item("good", "SNAPSHOTS", text, entries)


PART = Part(blocks, items)
