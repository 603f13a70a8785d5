from __future__ import annotations

from collections.abc import Iterator

from reports.contexts import ModelDossier, Snapshot
from reports.document import (
    Block,
    Column,
    Line,
    Text,
    cell,
    cites,
    code,
    faint,
    mark,
    missing,
    plain,
    stamp,
    strong,
    table,
    words,
)
from reports.dossier.naming import counted
from reports.dossier.phrases import listed, tone, unfinished, who


def data(context: ModelDossier) -> Iterator[Block]:
    if not context.snapshots:
        yield Text(words(plain("Snapshots:"), missing()))
        return
    yield table(
        "Snapshots that the model version was trained and evaluated on",
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
