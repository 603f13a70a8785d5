"""API keys: made once, shown once, kept as a hash in a file of their own, outside ledger, graph and exports.

A key is `lw_<key id>_<secret>`, the secret 256 random bits. It is kept as SHA-256: a slow hash (scrypt) defends short
secrets that people choose against guessing; 2^256 cannot be guessed, and a slow hash would cost on every request.
Beside the keys lies a mirror of the principals (name, display name, roles, kinds of approval, active): a principal must
be known while the graph is unreachable. The ledger stays the truth of both; `access.mirror` brings the file up to it
before anybody is served, so that a file that is lost, older, or another catalog's lets nobody in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catalog.access.model import LOCAL, LOCAL_DISPLAY_NAME, Actor, Holder
from catalog.access.rules import ALL_ROLES
from catalog.errors import AskerError, OperatorError

_FORM = re.compile(r"lw_(?P<id>[a-z2-7]{10})_(?P<secret>[A-Za-z0-9_-]{43})", re.ASCII)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS key (
  id TEXT PRIMARY KEY, principal TEXT NOT NULL, hash BLOB NOT NULL, revoked INTEGER NOT NULL DEFAULT 0, last_used TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS principal (
  name TEXT PRIMARY KEY, display_name TEXT NOT NULL, roles TEXT NOT NULL, active INTEGER NOT NULL,
  entry INTEGER NOT NULL, approves TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE TABLE IF NOT EXISTS once (what TEXT PRIMARY KEY) STRICT;
CREATE TABLE IF NOT EXISTS mirrored (size INTEGER NOT NULL, root BLOB NOT NULL) STRICT;
"""
_BEFORE_APPROVES = "ALTER TABLE principal ADD COLUMN approves TEXT NOT NULL DEFAULT '[]'"
"""What a file of the version that granted no kinds of approval lacks: none were granted."""

_UPSERT = """
INSERT INTO principal VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
  display_name = excluded.display_name, roles = excluded.roles, active = excluded.active, entry = excluded.entry,
  approves = excluded.approves
  WHERE excluded.entry >= entry
"""
_SUSPEND = """
UPDATE principal SET active = 0, roles = '[]', approves = '[]', entry = ? WHERE name = ? AND entry < ?
"""
_FIND = """
SELECT key.hash, key.revoked, key.last_used, principal.name, principal.display_name, principal.roles,
  principal.approves, principal.active
  FROM key JOIN principal ON principal.name = key.principal WHERE key.id = ?
"""
_NAMED = "SELECT display_name, roles, approves FROM principal WHERE name = ? AND active"
_ISSUED = "key-issued"
_REMEMBERED = 1_000
REFUSED = "The key is not valid here: it is unknown, revoked, or its principal may not act."
_NO_SECRET = hashlib.sha256(b"").digest()


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made; `secret` is the whole key, and this is the only time that it is seen."""

    key_id: str
    principal: str
    secret: str


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key as its file knows it: its principal, whether it was revoked, the day of its last use (UTC, ISO)."""

    key_id: str
    principal: str
    revoked: bool
    last_used: str | None


class KeyFile:
    """The file of keys and the mirror of principals; safe for any thread.

    What was found is remembered until the next write, as every request asks: only the process that writes the ledger
    writes this file.

    Raises OperatorError where the file cannot be read or written.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[tuple[str, tuple[object, ...]], list[tuple[Any, ...]]] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.execute("PRAGMA secure_delete=ON")
            self._connection.executescript(_SCHEMA)
            columns = {row[1] for row in self._connection.execute("PRAGMA table_info(principal)")}
            if "approves" not in columns:
                self._connection.execute(_BEFORE_APPROVES)
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from error

    def has_ever_issued(self) -> bool:
        """Tell whether a key was ever issued: from then on keys are required, revoked ones included."""
        return bool(self._rows("SELECT 1 FROM once WHERE what = ?", (_ISSUED,)))

    def make(self, principal: str) -> NewKey:
        """Return a new key that does not work yet: `keep` it once its record is in the ledger."""
        key_id = base64.b32encode(secrets.token_bytes(7)).decode().lower()[:10]
        return NewKey(key_id, principal, f"lw_{key_id}_{secrets.token_urlsafe(32)}")

    def keep(self, key: NewKey) -> None:
        """Let the key work from now on."""
        self._write(
            ("INSERT OR IGNORE INTO once VALUES (?)", (_ISSUED,)),
            ("INSERT INTO key (id, principal, hash) VALUES (?, ?, ?)", (key.key_id, key.principal, _hash(key.secret))),
        )

    def revoke(self, key_id: str) -> None:
        """Let the key not work any more, known or not."""
        self._write(("UPDATE key SET revoked = 1 WHERE id = ?", (key_id,)))

    def principal_of(self, key_id: str) -> str | None:
        """Return whose key it is."""
        rows = self._rows("SELECT principal FROM key WHERE id = ?", (key_id,))
        return str(rows[0][0]) if rows else None

    def upsert_principal(
        self,
        name: str,
        display_name: str,
        roles: Iterable[str],
        *,
        active: bool,
        entry: int,
        approves: Iterable[str] = (),
    ) -> None:
        """Mirror what the ledger's entry says of a principal; what an older entry says changes nothing."""
        self._write(
            (
                _UPSERT,
                (name, display_name, json.dumps(sorted(roles)), int(active), entry, json.dumps(sorted(approves))),
            ),
        )

    def note_issued(self) -> None:
        """Remember that a key was issued, whether it is known here or not."""
        self._write(("INSERT OR IGNORE INTO once VALUES (?)", (_ISSUED,)))

    def principals(self) -> list[str]:
        """Return the names of all principals that are mirrored."""
        return [str(name) for (name,) in self._rows("SELECT name FROM principal ORDER BY name")]

    def suspend(self, name: str, entry: int) -> None:
        """Let a principal not act, from this entry on until a later one defines it anew."""
        self._write(
            (_SUSPEND, (entry, name, entry)),
        )

    def mirrored(self) -> tuple[int, bytes] | None:
        """Return size and root of the ledger that the mirror is known to agree with, None where that is unknown."""
        rows = self._rows("SELECT size, root FROM mirrored")
        return (int(rows[0][0]), bytes(rows[0][1])) if rows else None

    def note_mirrored(self, size: int, root: bytes) -> None:
        """Remember that the mirror agrees with the ledger of this size and root."""
        self._write(("DELETE FROM mirrored", ()), ("INSERT INTO mirrored VALUES (?, ?)", (size, root)))

    def forget_principals(self) -> None:
        """Forget whom the mirror knows: nobody may act until the ledger has said who they are."""
        self._write(("DELETE FROM mirrored", ()), ("DELETE FROM principal", ()))

    def holders(self) -> list[Holder]:
        """Return every principal with the keys that still work."""
        found = self._rows(
            "SELECT principal.name, principal.roles, principal.active, key.id FROM principal"
            " LEFT JOIN key ON key.principal = principal.name AND NOT key.revoked ORDER BY principal.name"
        )
        keys: dict[str, set[str]] = {}
        for name, _, _, key_id in found:
            keys.setdefault(name, set()).update([] if key_id is None else [key_id])
        rights = {name: (frozenset(json.loads(roles)), bool(active)) for name, roles, active, _ in found}
        return [Holder(name, *rights[name], frozenset(keys[name])) for name in keys]

    def uses(self) -> list[KeyUse]:
        """Return every key, by id, without anything that it could be used with."""
        rows = self._rows("SELECT id, principal, revoked, last_used FROM key ORDER BY id")
        return [KeyUse(str(id_), str(principal), bool(gone), used) for id_, principal, gone, used in rows]

    def actor(self, key: str) -> Actor | None:
        """Return who holds the key, None where it is no valid one. Hashes are compared in constant time."""
        match = _FORM.fullmatch(key)
        key_id = match["id"] if match else ""
        rows = self._rows(_FIND, (key_id,))
        same = hmac.compare_digest(rows[0][0] if rows else _NO_SECRET, _hash(key))
        if not rows or not same:
            return None
        found, last_used = _actor(key_id, rows[0]), rows[0][2]
        today = self._clock().date().isoformat()
        if found is not None and last_used != today:
            self._write(("UPDATE key SET last_used = ? WHERE id = ?", (today, key_id)))
        return found

    def holder(self, key_id: str) -> Actor | None:
        """Return who acts under the key of this id now, None where nobody does, or does any more."""
        rows = self._rows(_FIND, (key_id,))
        return _actor(key_id, rows[0]) if rows else None

    def named(self, principal: str) -> Actor | None:
        """Return the principal of this name, whom no key proves here, None where it may not act."""
        rows = self._rows(_NAMED, (principal,))
        if not rows:
            return None
        display_name, roles, approves = rows[0]
        return Actor(
            principal,
            frozenset(json.loads(roles)),
            authenticated=False,
            display_name=display_name,
            approves=frozenset(json.loads(approves)),
        )

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _rows(self, statement: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        known = self._known.get((statement, values))
        if known is not None:
            return known
        try:
            with self._lock:
                found = self._connection.execute(statement, values).fetchall()
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[statement, values] = found
                return found
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _write(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        try:
            with self._lock:
                # Before and after, a reader that comes in between asks the file, and waits for the lock.
                self._known.clear()
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    for statement, values in statements:
                        self._connection.execute(statement, values)
                    self._connection.execute("COMMIT")
                except sqlite3.Error:
                    self._connection.execute("ROLLBACK")
                    raise
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> OperatorError:
        return OperatorError(
            f"The key file {self._path} cannot be used ({type(error).__name__}).",
            action="Check that the disk has room and that the file belongs to the service.",
            retry_after=5,
        )


def _actor(key_id: str, row: tuple[Any, ...]) -> Actor | None:
    _, revoked, _, principal, display_name, roles, approves, active = row
    if revoked or not active:
        return None
    return Actor(
        principal,
        frozenset(json.loads(roles)),
        authenticated=True,
        display_name=display_name,
        key_id=key_id,
        approves=frozenset(json.loads(approves)),
    )


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


class Authenticator:
    """Who a request comes from.

    While no key was ever issued, a request from loopback is the local principal's: every role, and marked as
    unauthenticated wherever it shows. From the first key on, and from any other address, a valid key is required;
    revoking the last key does not open the door again.
    """

    def __init__(self, keys: KeyFile, entitled: Callable[[Actor], Actor] = lambda actor: actor) -> None:
        self._keys = keys
        self._guarded = False
        self.entitled = entitled
        """Returns somebody with what policies leave of what they may do."""

    def authenticate(self, bearer: str | None, *, from_loopback: bool) -> Actor:
        """Return who acts; `bearer` is the token of the Authorization header. Raises AskerError 401."""
        if bearer is not None:
            actor = self._keys.actor(bearer)
            if actor is None:
                raise AskerError(REFUSED, status=401)
            return self.entitled(actor)
        if self.needs_key():
            raise AskerError("A key is needed here: send it as `Authorization: Bearer lw_…`.", status=401)
        if not from_loopback:
            raise AskerError("Without any key only this machine is served; make one by `lineward key`.", status=401)
        return self.entitled(local_actor())

    def holder(self, key_id: str) -> Actor | None:
        """Return who acts under the key of this id now, None once nobody does."""
        found = self._keys.holder(key_id)
        return None if found is None else self.entitled(found)

    def key_named_in(self, secret: str) -> str:
        """Return the id of the key that a text names, right or wrong, "" where there is none of it."""
        match = _FORM.fullmatch(secret)
        return match["id"] if match and self._keys.principal_of(match["id"]) is not None else ""

    def named(self, principal: str) -> Actor | None:
        """Return what the principal of this name may do now, None where it may not act; no key proves it here."""
        found = self._keys.named(principal)
        return None if found is None else self.entitled(found)

    def needs_key(self) -> bool:
        """Tell whether requests without a key are refused, on loopback too."""
        if not self._guarded:
            self._guarded = self._keys.has_ever_issued()
        return self._guarded


def local_actor() -> Actor:
    """Return the local principal: whoever acts on this machine while no key was ever issued."""
    return Actor(LOCAL, ALL_ROLES, authenticated=False, display_name=LOCAL_DISPLAY_NAME)
