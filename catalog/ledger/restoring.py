"""Putting a backup back: verified first, into an empty place, and never below what was signed for without a record.

A ledger that goes back behind its high-water mark is a fork: somebody may hold a checkpoint, a proof or a report of
what is lost. It is allowed knowingly, and then its next entry says so, with the newest checkpoint that was lost in it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger import merkle
from catalog.ledger.backup import API_KEYS, KEYS, LEDGER, MANIFEST, Manifest, Site, copy_database, mark_for, verify_file
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.high_water import HIGH_WATER, Acknowledgements, HighWater, State, newest
from catalog.ledger.keys import SiteKeys, copy_keys, sync_folder, write_durably
from catalog.ledger.note import NoteError
from catalog.ledger.protocol import Progress
from catalog.ledger.published import held, published_path
from catalog.ledger.sqlite_file import SqliteSnapshot, connect, transaction, translated
from catalog.ledger.sqlite_opening import Marks

STAGED: Final = "ledger.db.restoring"
_NAMED: Final = 5
"""The name of the file while it is not in its place yet."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What a restore gives up: the state that it goes back to, and the newest checkpoint that is not of its tree."""

    size: int
    root: bytes
    signed: SignedCheckpoint

    @property
    def sentence(self) -> str:
        """Say what is lost."""
        if self.signed.size > self.size:
            return (
                f"the backup holds {self.size} entries, but {self.signed.size} were taken: entries {self.size} to"
                f" {self.signed.size - 1} are lost"
            )
        return (
            f"the backup is of another history than the {self.signed.size} entries that were taken: what is not in"
            " it is lost"
        )


Record = Callable[[Path, Path, Loss], None]
"""Appends the record of a loss to a file (first argument) whose high-water mark lies in a folder (second argument)."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and whether the key folder had a mark to hold it to; `loss` is what was given up."""

    size: int
    root: bytes
    marked: bool
    loss: Loss | None
    keys_copied: bool
    api_keys: bool


def restore(source: Path, site: Site, *, record: Record | None = None, progress: Progress | None = None) -> Restored:
    """Put a backup's ledger, and its API keys, in the place of a site that holds none.

    Without `record` a loss is refused, and so is a folder that is no backup.

    Raises OperatorError where source, place or keys are not as they must be, EvidenceError where the backup does not
    verify or is not what was signed for. Then the ledger is not in its place.
    """
    manifest = Manifest.read(source)
    _check_source(source, manifest, accepted=record is not None)
    with _empty_place(site) as staged:
        keys_copied = _bring_keys(source, site)
        keys = site.load_keys()
        known = Marks.load(site.keys, keys)
        copy_database(source / LEDGER, staged)
        report = verify_file(staged, keys, progress=progress)
        if manifest is not None and (manifest.size, manifest.root) != (report.size, report.root.hex()):
            raise EvidenceError(f"{source} holds {report.size} entries, and not the {manifest.size} of its manifest")
        loss = _loss(staged, known, _held(source, keys), keys)
        if loss is not None:
            _accept(loss, staged, keys, record)
        if (source / API_KEYS).exists():
            copy_database(source / API_KEYS, site.api_keys)
        after = mark_for(staged, keys)
        if loss is None:
            # Where it ends in between, it can be begun again: the mark is one that the backup reaches.
            _set_marks(site, keys, after)
        staged.replace(site.ledger)
        sync_folder(site.ledger.parent)
        if loss is not None:
            # Where it ends in between, the old mark refuses what is in its place.
            _set_marks(site, keys, after)
    found = after.checkpoint
    return Restored(found.size, found.root, known.mark is not None, loss, keys_copied, (source / API_KEYS).exists())


def _check_source(source: Path, manifest: Manifest | None, *, accepted: bool) -> None:
    if not (source / LEDGER).is_file():
        raise OperatorError(f"There is no backup in {source}.", action="Name a folder that `lineward backup` made.")
    if manifest is None and not accepted:
        raise OperatorError(
            f"{source} has no {MANIFEST}: it is no backup but a copy, and nobody can tell what is missing from it.",
            action="Name a folder that `lineward backup` made, or take the copy knowingly by --accept-loss.",
        )


@contextmanager
def _empty_place(site: Site) -> Iterator[Path]:
    """Make the site's folder, which must hold nothing but its keys, and yield where its ledger is staged."""
    folder = site.ledger.parent
    staged = folder / STAGED
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = sorted(one.name for one in folder.iterdir() if one != site.keys and not one.name.startswith(STAGED))
        if there:
            names = ", ".join(there[:_NAMED]) + (", …" if len(there) > _NAMED else "")
            raise OperatorError(
                f"{folder} is not empty: it holds {names}.",
                action="Move all but the key folder away, or restore elsewhere: nothing is ever written over.",
            )
        try:
            yield staged
        finally:
            for left in folder.glob(f"{STAGED}*"):
                shutil.rmtree(left) if left.is_dir() else left.unlink()
    except OSError as error:
        raise OperatorError(
            f"Nothing can be restored into {folder}: {error.strerror or error}.",
            action="See that it is writable and its disk has room.",
        ) from error


def _bring_keys(source: Path, site: Site) -> bool:
    """Use the keys that are there, else those of the backup; tell whether they were copied."""
    if site.keys.is_dir() and any(site.keys.iterdir()):
        return False
    if not (source / KEYS).is_dir():
        raise OperatorError(
            f"The key folder {site.keys} is empty, and the backup has no keys in it.",
            action="Put the keys that belong to this ledger back there first, or name their folder by"
            " LINEWARD_KEYS_DIR.",
        )
    if site.keys.is_dir():
        site.keys.rmdir()
    copy_keys(source / KEYS, site.keys)
    write_durably(site.keys / HIGH_WATER, (source / KEYS / HIGH_WATER).read_bytes())
    return True


def _held(source: Path, keys: SiteKeys) -> list[SignedCheckpoint]:
    """Return the checkpoint beside the backup's ledger, held to be this log's."""
    found = held(published_path(source / LEDGER))
    try:
        for checkpoint in found:
            checkpoint.verify(keys.origin, keys.verifiers)
    except NoteError as error:
        raise EvidenceError(f"the checkpoint in {source} is not this log's: {error}") from error
    return list(found)


@contextmanager
def _reading(path: Path) -> Iterator[SqliteSnapshot]:
    with translated(path), closing(connect(path, writable=False)) as connection, transaction(connection, "BEGIN"):
        yield SqliteSnapshot(connection, path)


def _loss(staged: Path, known: Marks, others: list[SignedCheckpoint], keys: SiteKeys) -> Loss | None:
    """Return what was signed for, or acknowledged since, and is not in the file, None where all of it is."""
    states = [] if known.mark is None else [known.mark.checkpoint]
    if known.acknowledged is not None:
        # What is about to be given up is signed for, so that the record of it can show that it was.
        state = known.acknowledged
        states.append(SignedCheckpoint.sign(keys.origin, state.size, state.root, keys.signers))
    with _reading(staged) as snapshot:
        signed = newest(
            checkpoint
            for checkpoint in (*states, *others)
            if checkpoint.size > snapshot.size or merkle.root(checkpoint.size, snapshot.node) != checkpoint.root
        )
        return None if signed is None else Loss(snapshot.size, merkle.root(snapshot.size, snapshot.node), signed)


def _accept(loss: Loss, staged: Path, keys: SiteKeys, record: Record | None) -> None:
    if record is None:
        raise EvidenceError(
            f"{loss.sentence}. Find a newer backup, or accept the loss by --accept-loss and --reason: it is recorded in"
            " the ledger"
        )
    marks = staged.with_name(f"{STAGED}.mark")
    marks.mkdir(mode=0o700)
    mark_for(staged, keys).save(marks)
    record(staged, marks, loss)


def _set_marks(site: Site, keys: SiteKeys, mark: HighWater) -> None:
    """Let the key folder know the ledger as it is now."""
    mark.save(site.keys)
    acknowledged = Acknowledgements(site.keys, keys)
    acknowledged.note(State(mark.checkpoint.size, mark.checkpoint.root))
    acknowledged.sync()
    acknowledged.close()
