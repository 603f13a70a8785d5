"""Records as they are sent: of which kind each is, in whose place it is written, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from catalog.access.model import Actor
from catalog.access.rules import in_place_of, require
from catalog.admissions import Admissions
from catalog.errors import AskerError, SenderError
from catalog.grants.queries import delegations_of
from catalog.grants.rules import DELEGABLE, delegating
from catalog.kinds import KINDS, OPEN, Kind
from catalog.reading import EVERYTHING
from catalog.record import Record, sender_error
from catalog.record_redaction import Redactor
from catalog.store.protocol import Store
from graph_schema.nearest import did_you_mean, listed
from graph_schema.nodes import Principal

_AROUND = frozenset({"kind", "on_behalf_of"})
"""The members of what is sent that no record has."""
_VERBATIM = (
    "This is kept byte for byte, and something in it looks like an identifier or a secret: take it out, or say it in "
    "other words."
)


class Place(NamedTuple):
    """In whose place a record is written, by which entry, and as what: with the narrower rights of the two."""

    principal: str
    delegation: int
    actor: Actor

    @property
    def in_body(self) -> dict[str, Any]:
        """Return what the entry's body says of it."""
        return {"principal": self.principal, "delegation": self.delegation}


class Received(NamedTuple):
    """A record as it is kept, without identifiers: with whoever writes it, and with what rights."""

    record: Record
    fields: dict[str, Any]
    redactions: list[tuple[str, str]]
    """(JSON pointer, rule) of what was replaced."""
    actor: Actor
    place: Place | None
    """In whose place it is written, None where that is nobody."""
    warnings: tuple[str, ...]


class SentRecords:
    """Reads what is sent as records; what it says of anybody's place is held against the graph."""

    def __init__(
        self,
        store: Store,
        admissions: Admissions,
        redactor: Redactor,
        named: Callable[[str], Actor | None],
    ) -> None:
        """Search by a redactor; `named` gives what the principal of a name may do now, None of one that may not act."""
        self._store = store
        self._admissions = admissions
        self._redactor = redactor
        self._named = named

    def receive(self, kind: Kind[Any], payload: Mapping[str, Any], actor: Actor, now: int) -> Received:
        """Return what is kept of what an actor sends at a time, in microseconds UTC, as a record of a kind.

        Raises:
            SenderError: 422, with the pointer of what is wrong and what would be right.
            AskerError: 403, the actor may not write it, or not in the place of the other.
            OperatorError: the graph does not hold the ledger within a moment.
        """
        warnings: list[str] = []
        sent: Record = kind.record.read(
            {name: value for name, value in payload.items() if name not in _AROUND}, warnings
        )
        require(actor, kind.permission(sent))
        if sent.holds_from is not None and sent.holds_from > now:
            raise wrong("/valid_from", "valid_from lies in the future; send it when it holds.")
        place = self._place(kind, sent, payload.get("on_behalf_of"), actor, now)
        record, fields, redactions = self._searched(kind, sent)
        return Received(record, fields, redactions, actor if place is None else place.actor, place, tuple(warnings))

    def _place(self, kind: Kind[Any], sent: Record, of: object, actor: Actor, now: int) -> Place | None:
        """Return in whose place a record is written, None where that is nobody (X7)."""
        if of is None:
            return None
        if kind.name not in DELEGABLE:
            raise wrong("/on_behalf_of", f"{kind.name} is written for oneself alone: leave on_behalf_of out.")
        if not isinstance(of, str) or not of.strip() or of == actor.principal:
            raise wrong("/on_behalf_of", "on_behalf_of is the name of another principal, who delegated this.")
        if not actor.authenticated:
            raise AskerError("Nobody writes in the place of another without a key: sign in with one.", status=403)
        # Whether it was ended a moment ago decides.
        self._admissions.await_graph()
        id_ = Principal(actor.principal).id
        with self._store.reading() as reader:
            held = delegations_of(self._admissions.view(reader, actor, now, EVERYTHING).at(now), [id_]).get(id_, ())
        delegation, other = delegating(held, of, kind.name), self._named(of)
        if delegation is None or other is None:
            raise AskerError(
                f"No delegation in force lets you write {kind.name} in this principal's place; they record one by "
                "delegate_access, with its kind in `records`.",
                status=403,
            )
        try:
            require(other, kind.permission(sent))
        except AskerError as error:
            raise AskerError(f"Whoever you write for may not do this themselves. {error.detail}", status=403) from None
        return Place(of, delegation.entry, in_place_of(actor, other))

    def _searched(self, kind: Kind[Any], sent: Record) -> tuple[Record, dict[str, Any], list[tuple[str, str]]]:
        """Return a record as it is kept, without identifiers, its fields, and what was replaced in it."""
        fields, redactions = self._redactor.record(sent.fields()) if kind.searched else (sent.fields(), [])
        if kind.verbatim and redactions:
            raise wrong(redactions[0][0], _VERBATIM)
        try:
            return kind.record.replay(fields), fields, redactions
        except ValidationError as error:
            raise sender_error(kind.record, error) from None  # markers and tokens made a text too long


def kind_of(payload: Mapping[str, Any]) -> Kind[Any]:
    """Return the kind that what is sent names; raises SenderError 422 where it names none."""
    name = payload.get("kind")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        meant = did_you_mean(name, OPEN) if isinstance(name, str) else ""
        raise wrong("/kind", f"kind is {listed(OPEN, 'docs/records.md')}{f': {meant}' if meant else '.'}")
    return kind


def wrong(pointer: str, sentence: str) -> SenderError:
    """Return the error of a member of what is sent: what is wrong there, and what would be right."""
    return SenderError(sentence, pointer=pointer, status=422)
