"""What is checked before a ledger file is trusted: that nobody else writes it, its format, its keys, its end."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger import audit
from catalog.ledger.keys import SiteKeys, sync_folder
from catalog.ledger.published import held, published_path
from catalog.ledger.sqlite_file import (
    APPLICATION_ID,
    FORMAT,
    SCHEMA,
    STATEMENTS,
    SqliteSnapshot,
    connect,
    transaction,
    translated,
)

_OPENING_TAIL = 256


def take_lock(path: Path) -> sqlite3.Connection:
    """Hold a lock that ends with the process, however it ends; SQLite's own, so that it works where SQLite does."""
    lock = sqlite3.connect(
        path.with_name(f"{path.name}.lock"), timeout=0, isolation_level=None, check_same_thread=False
    )
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        raise OperatorError(
            f"Another process writes the ledger {path}.", action="End it, or give this one a ledger of its own."
        ) from error
    return lock


def keys_for(
    snapshot: SqliteSnapshot, connection: sqlite3.Connection, path: Path, folder: Path, origin: str
) -> SiteKeys:
    """Return the keys that belong to the file; a new file and its keys are made here."""
    if snapshot.format() == (0, 0) and not snapshot.schema():
        keys = SiteKeys.create(folder, origin)
        with translated(path), transaction(connection):
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement.strip())
            connection.executemany("INSERT INTO about VALUES (?, ?)", _about(keys).items())
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        sync_folder(path.parent)
        return keys
    check_format(snapshot, path)
    keys = SiteKeys.load(folder, origin)
    check_about(snapshot, keys)
    return keys


def check_format(snapshot: SqliteSnapshot, path: Path) -> None:
    """Raise OperatorError unless the file is a ledger of this format, EvidenceError where its tables are not."""
    application, version = snapshot.format()
    if application != APPLICATION_ID:
        raise OperatorError(f"{path} is not a ledger.", action="Name the ledger's file, or a new one.")
    if version != FORMAT:
        raise OperatorError(
            f"{path} is a ledger of format {version}; this program writes {FORMAT}.", action="Use a newer version."
        )
    if snapshot.schema() != STATEMENTS:
        raise EvidenceError(f"the tables and triggers of {path} are not those that a ledger is made with")


def _about(keys: SiteKeys) -> dict[str, str]:
    return {
        "origin": keys.origin,
        "received_key": keys.received.key_id,
        "duplicates_key": keys.duplicates.key_id,
    }


def check_about(snapshot: SqliteSnapshot, keys: SiteKeys) -> None:
    """Raise OperatorError unless these are the keys that the file was made with."""
    about, expected = snapshot.about(), _about(keys)
    for name in expected:
        if about.get(name) != expected[name]:
            raise OperatorError(
                f"The ledger's {name.replace('_', ' ')} is {about.get(name)!r}, but that of the key folder is"
                f" {expected[name]!r}.",
                action="Name the key folder that belongs to this ledger.",
            )


def check_end(path: Path, keys: SiteKeys) -> None:
    """Raise EvidenceError unless the end re-hashes and the newest checkpoints, there and beside, are of this tree."""
    with translated(path):
        connection = connect(path, writable=False)
        try:
            with transaction(connection, "BEGIN"):
                published = held(published_path(path))
                audit.check_opening(SqliteSnapshot(connection, path), keys, published, _OPENING_TAIL)
        finally:
            connection.close()
