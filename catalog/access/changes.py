"""Who may act, changed together with the record that says so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import replace

from catalog.access.keys import REFUSED, KeyFile
from catalog.access.model import Actor, Holder
from catalog.access.records import DefinePrincipal, RevokeKey
from catalog.access.rules import check_administrator_left
from catalog.errors import AskerError, OperatorError, SenderError
from catalog.ledger.protocol import Receipt

Append = Callable[[], Future[Receipt]]
"""Hands a record to the ledger; the future resolves once it is durable."""


class AccessChanges:
    """Changes what may take rights away one after the other, so that the last two administrators cannot both go.

    Safe for any thread. Raises AskerError 403 where nobody would be left who can administer the catalog.
    """

    def __init__(self, keys: KeyFile) -> None:
        """Change the rights that this file holds."""
        self._keys = keys
        self._lock = threading.Lock()

    def define(self, record: DefinePrincipal, append: Append) -> Future[Receipt]:
        """Write what a principal is, and let it be that once the record is durable."""
        roles = frozenset(role.value for role in record.roles)
        with self._lock:
            if not record.force:
                self._check(record.principal, lambda holder: replace(holder, roles=roles, active=record.active))
            durable = append()
            wait([durable])
            self._keys.upsert_principal(
                record.principal,
                record.display_name,
                roles,
                active=record.active,
                entry=durable.result().index,
                approves=[kind.value for kind in record.approves],
            )
            return durable

    def revoke(self, record: RevokeKey, append: Append) -> Future[Receipt]:
        """Let a key not work any more, first of all; that it does not is recorded next, or asked for again.

        Raises SenderError 422 where the key is not the principal's.
        """
        if self._keys.principal_of(record.key_id) != record.principal:
            raise SenderError("key_id names no key of this principal.", pointer="/key_id", status=422)
        with self._lock:
            if not record.force:
                self._check(record.principal, lambda holder: replace(holder, keys=holder.keys - {record.key_id}))
            self._keys.revoke(record.key_id)
            return append()

    def sign(self, actor: Actor, append: Append) -> Future[Receipt]:
        """Write what somebody signs as who they are at that very entry: name, roles and key as they were admitted.

        Raises AskerError 401 where the key does not work any more, OperatorError where they were defined anew since.
        """
        with self._lock:
            now = None if actor.key_id is None else self._keys.holder(actor.key_id)
            if now is None:
                raise AskerError(REFUSED, status=401)
            if now != actor:
                raise OperatorError(
                    "Who signs was defined anew while this was on its way.", action="Send it again.", retry_after=1
                )
            return append()

    def _check(self, principal: str, changed: Callable[[Holder], Holder]) -> None:
        before = self._keys.holders()
        after = [changed(holder) if holder.principal == principal else holder for holder in before]
        check_administrator_left(before, after)
