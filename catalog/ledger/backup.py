"""A copy of a ledger that is whole: taken while it is written, verified, and saying what it is.

A backup is a folder: `ledger.db`, complete in itself; `ledger.db.checkpoint`, signed over all of it; `keys.db`, the
hashes of API keys; `manifest.json`, which is written last, so that a folder without it is no backup; and, only where
asked for, `keys/`, with which whoever has the folder can write history. Copying the files of a running server is no
backup: what lies in `ledger.db-wal` is missing from it.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger import audit, merkle
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.high_water import HighWater
from catalog.ledger.keys import SiteKeys, copy_keys, sync_folder, write_durably
from catalog.ledger.protocol import Progress, VerifyReport
from catalog.ledger.published import publish, published_path
from catalog.ledger.sqlite_file import FORMAT, SqliteSnapshot, connect, transaction, translated
from catalog.ledger.sqlite_opening import Marks, check_about, check_format

LEDGER: Final = "ledger.db"
API_KEYS: Final = "keys.db"
KEYS: Final = "keys"
MANIFEST: Final = "manifest.json"

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: `made_at` is RFC 3339, `root` hex, `keys` whether the site's keys are in it."""

    backup: int
    origin: str
    size: int
    root: str
    erased: int
    ledger_format: int
    lineward: str
    made_at: str
    api_keys: bool
    keys: bool

    def write(self, folder: Path) -> None:
        """Put the manifest into the folder, durably."""
        write_durably(folder / MANIFEST, (json.dumps(asdict(self), indent=2) + "\n").encode())

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return the folder's manifest, None where it has none; raises OperatorError where it is none of ours."""
        try:
            found = cls(**json.loads((folder / MANIFEST).read_text("utf-8")))
        except FileNotFoundError:
            return None
        except NotADirectoryError as error:
            raise OperatorError(
                f"{folder} is no folder.", action="Name a folder that `lineward backup` made."
            ) from error
        except (OSError, ValueError, TypeError) as error:
            why = getattr(error, "strerror", None) or "it is not as `lineward backup` writes it"
            raise OperatorError(
                f"The manifest of {folder} cannot be read: {why}.", action="Name another backup."
            ) from error
        if found.backup != _VERSION:
            raise OperatorError(
                f"{folder} is a backup of version {found.backup}; this program reads {_VERSION}.",
                action="Use the version of Lineward that made it.",
            )
        return found


@dataclass(frozen=True, slots=True)
class Site:
    """Where a catalog keeps what is backed up: the ledger's file, the API keys beside it, and the key folder."""

    ledger: Path
    api_keys: Path
    keys: Path
    origin: str

    def load_keys(self) -> SiteKeys:
        """Return the site's keys; raises OperatorError where they cannot be used."""
        return SiteKeys.load(self.keys, self.origin)


def back_up(
    site: Site, folder: Path, *, version: str, made_at: str, with_keys: bool, progress: Progress | None = None
) -> Manifest:
    """Copy a site's ledger, which may be written meanwhile, into a new folder, and verify the copy.

    Raises OperatorError where the folder holds anything or cannot be written, EvidenceError where the copy does not
    verify; then nothing is left of it.
    """
    keys = site.load_keys()
    marks = Marks.load(site.keys, keys)
    _check_bound(site.ledger)
    with _new_folder(folder):
        copy = folder / LEDGER
        copy_database(site.ledger, copy)
        report = verify_file(copy, keys, lambda found: marks.check(found, copy, keys), progress)
        checkpoint = SignedCheckpoint.sign(keys.origin, report.size, report.root, keys.signers)
        publish(published_path(copy), checkpoint)
        if site.api_keys.exists():
            copy_database(site.api_keys, folder / API_KEYS)
        if with_keys:
            copy_keys(site.keys, folder / KEYS)
            mark_for(copy, keys).save(folder / KEYS)
        manifest = Manifest(
            backup=_VERSION,
            origin=keys.origin,
            size=report.size,
            root=report.root.hex(),
            erased=report.erased,
            ledger_format=FORMAT,
            lineward=version,
            made_at=made_at,
            api_keys=site.api_keys.exists(),
            keys=with_keys,
        )
        manifest.write(folder)
    return manifest


def copy_database(source: Path, target: Path) -> None:
    """Copy an SQLite file in one step, consistently, also while it is written; the copy is complete in itself.

    In pages, SQLite would begin anew with every commit of another connection, and never end.
    """
    with translated(source):
        target.touch(mode=0o600)
        with closing(connect(source, writable=False)) as reading, closing(sqlite3.connect(target)) as writing:
            reading.backup(writing)
            writing.execute("PRAGMA journal_mode = DELETE").fetchone()
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(target.parent)


def verify_file(
    path: Path,
    keys: SiteKeys,
    check: Callable[[SqliteSnapshot], None] = lambda _: None,
    progress: Progress | None = None,
) -> VerifyReport:
    """Re-hash everything in a file that nobody writes; `check` raises EvidenceError for one more problem.

    Raises OperatorError where the file is not of the present format or of these keys, EvidenceError for the first
    problem.
    """
    with translated(path), closing(connect(path, writable=False)) as connection, transaction(connection, "BEGIN"):
        snapshot = SqliteSnapshot(connection, path)
        _check_bound(path)
        check_about(snapshot, keys)
        report = audit.verify(snapshot, keys, progress, check=lambda _: check(snapshot))
    if report.problems:
        raise EvidenceError(report.problems[0].detail, index=report.problems[0].index)
    return report


def _check_bound(path: Path) -> None:
    """Raise OperatorError for a file of format 1: what is in it, anybody could have written."""
    with translated(path), closing(connect(path, writable=False)) as connection:
        snapshot = SqliteSnapshot(connection, path)
        check_format(snapshot, path)
        if not snapshot.bound:
            raise OperatorError(
                f"{path} is a ledger of format {snapshot.format()[1]}, whose rows are not bound to its site.",
                action="Start the server on it once: that brings it to the present format.",
            )


def mark_for(path: Path, keys: SiteKeys) -> HighWater:
    """Return a high-water mark over all that a file holds."""
    with translated(path), closing(connect(path, writable=False)) as connection, transaction(connection, "BEGIN"):
        snapshot = SqliteSnapshot(connection, path)
        root = merkle.root(snapshot.size, snapshot.node)
        signed = len(snapshot.checkpoints())
        return HighWater.sign(keys, snapshot.size, root, ledger_format=FORMAT, signed=signed)


@contextmanager
def _new_folder(folder: Path) -> Iterator[None]:
    """Make the folder, or take an empty one, and leave nothing in it where what is done inside fails."""
    try:
        if folder.exists() and not folder.is_dir():
            raise OperatorError(f"{folder} is a file.", action="Name a new folder.")
        if folder.exists() and any(folder.iterdir()):
            raise OperatorError(f"{folder} is not empty.", action="Name a new folder: a backup is never written over.")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        try:
            yield
        except BaseException:
            with suppress(OSError):
                shutil.rmtree(folder)
            raise
    except OSError as error:
        raise OperatorError(
            f"The backup cannot be written to {folder}: {error.strerror or error}.",
            action="See that its folder is writable and its disk has room.",
        ) from error
