"""The key file brought up to the ledger: who may act, which keys were revoked, whether one was ever issued.

The ledger is the truth of all three. Only the hash of a key lies in the key file alone: where that file is lost, the
keys that were issued do not work any more, and still none of them is needed less.
"""

from __future__ import annotations

import logging
from typing import Any

import orjson

from catalog.access.keys import KeyFile
from catalog.access.records import DefinePrincipal, IssueKey, RevokeKey
from catalog.ledger.protocol import Ledger, StoredEntry
from graph_schema.nodes import Principal

_LOG = logging.getLogger("lineward.access")
_KINDS = (DefinePrincipal.in_ledger(), IssueKey.in_ledger(), RevokeKey.in_ledger())


def mirror(ledger: Ledger, keys: KeyFile) -> None:
    """Bring the key file up to the ledger, from where it is known to agree with it.

    A file that agrees with no state of this ledger, as after restoring one of the two, is made anew from it: keys that
    this ledger has not issued are revoked.

    Raises:
        OperatorError: ledger or key file cannot be read or written.
        EvidenceError: an entry that says who may act does not verify.
    """
    size = ledger.size()
    start = _agreed(ledger, keys, size)
    if start == size:
        return
    if start is None:
        keys.forget_principals()
    following = _Following(keys)
    for index in ledger.of_kinds(_KINDS, start or 0):
        following.take(ledger.entry(index))
    if start is None:
        following.revoke_foreign()
    keys.note_mirrored(size, ledger.root(size))


def _agreed(ledger: Ledger, keys: KeyFile, size: int) -> int | None:
    """Return the size of the ledger up to which the mirror agrees with it, None where it is another's or unknown."""
    mirrored = keys.mirrored()
    if mirrored is None or mirrored[0] > size or ledger.root(mirrored[0]) != mirrored[1]:
        return None
    return mirrored[0]


class _Following:
    """Lets the key file follow entry after entry."""

    def __init__(self, keys: KeyFile) -> None:
        self._keys = keys
        self._issued: dict[str, tuple[str, ...]] = {}
        """The keys issued so far, each with the subjects of its entry: its principal's node."""

    def take(self, stored: StoredEntry) -> None:
        """Follow one entry. What one that cannot be read gave is taken away: it may have taken away itself."""
        kind, subjects = stored.entry.kind, stored.entry.subjects
        if kind == IssueKey.in_ledger():
            self._keys.note_issued()
        try:
            fields = None if stored.body is None else orjson.loads(stored.body)["record"]
            if fields is not None:
                self._follow(kind, fields, stored)
                return
        except ValueError:
            _LOG.exception("a record of who may act cannot be read", extra={"index": stored.index})
        if kind == DefinePrincipal.in_ledger():
            for name in self._keys.principals():
                if Principal(name).id in subjects:
                    self._keys.suspend(name, stored.index)
        elif kind == RevokeKey.in_ledger():
            for key_id in [key_id for key_id, of in self._issued.items() if of == subjects]:
                self._keys.revoke(key_id)

    def _follow(self, kind: str, fields: dict[str, Any], stored: StoredEntry) -> None:
        if kind == DefinePrincipal.in_ledger():
            record = DefinePrincipal.replay(fields)
            self._keys.upsert_principal(
                record.principal,
                record.display_name,
                [role.value for role in record.roles],
                active=record.active,
                entry=stored.index,
                approves=[kind.value for kind in record.approves],
            )
        elif kind == RevokeKey.in_ledger():
            self._keys.revoke(RevokeKey.replay(fields).key_id)
        else:
            self._issued[IssueKey.replay(fields).key_id] = stored.entry.subjects

    def revoke_foreign(self) -> None:
        """Revoke the keys that none of the entries issued."""
        foreign = [key.key_id for key in self._keys.uses() if key.key_id not in self._issued and not key.revoked]
        for key_id in foreign:
            self._keys.revoke(key_id)
        if foreign:
            _LOG.warning("keys revoked that this ledger has not issued", extra={"entries": len(foreign)})
