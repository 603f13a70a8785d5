"""The one way to write: what is sent is read, searched for identifiers, held to the rules, and handed to the ledger.

An answer is given once the entry is durable; the graph follows. What a record says of subjects is held against the
graph, which may lag: before something is called unknown, the projection is waited for, for two seconds at most; where
that is not enough, the sender is asked to come back.
Nothing that was sent is ever logged.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from catalog.access.changes import AccessChanges
from catalog.access.keys import KeyFile, NewKey
from catalog.access.model import Actor
from catalog.access.permissions import Permission
from catalog.access.records import IssueKey
from catalog.access.rules import require, rights_of
from catalog.admissions import PATIENCE, Admissions, Follower
from catalog.appending import Appending, Pending
from catalog.canonical import canonical_bytes
from catalog.comparison import Compared, Comparison, compare
from catalog.decisions.promotion import RefusedByPoliciesError
from catalog.decisions.records import DecideAccess
from catalog.drafting import draft_event
from catalog.errors import OperatorError, SenderError
from catalog.futures import resolved, settled, then
from catalog.gate.records import GateEvaluated
from catalog.kinds import KINDS, LASTING, Kind
from catalog.ledger.entry import MAX_SUBJECTS
from catalog.ledger.protocol import Draft, Ledger, Receipt, StoredEntry
from catalog.metrics import Metrics, ProducerMetrics
from catalog.operations.records import RestoreLedger
from catalog.reading import Rights
from catalog.record import Record
from catalog.record_redaction import Redactor, provenance_of
from catalog.reporting.records import ReportIssued
from catalog.retries import Retries, Sent
from catalog.sent_records import Received, SentRecords, kind_of, wrong
from catalog.store.protocol import Store
from catalog.view import Anchor
from graph_schema.canonical import digest_of
from graph_schema.facts import Facts
from graph_schema.times import SECOND
from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.oversize import LeftOut
from ingest_hooks.openlineage.wire import JSON, Flag, Parts
from ingest_hooks.redaction import UNBOUNDED
from ingest_hooks.redaction.site_rules import NO_RULES, Rules


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the ledger took: the receipt, the kind on the wire, the node ids it is about, what was noted on the way.

    `warnings` are sentences; `redactions` are (JSON pointer, rule) of what was replaced before it was stored.
    """

    receipt: Receipt
    kind: str
    subjects: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    redactions: tuple[tuple[str, str], ...] = ()


Outcome = Accepted | Exception
"""What became of one of several events."""


class _Terms(NamedTuple):
    """What an Accepted says beside its receipt."""

    kind: str
    subjects: tuple[str, ...]
    warnings: tuple[str, ...]
    redactions: tuple[tuple[str, str], ...]


class Intake:
    """Takes events and records; safe for any thread.

    `submit_record` may wait for the graph: call it off the event loop. `redactor` is what every name goes through, also
    that of what is asked for. `anchored` gives by a moment what the site's views are taken by; without it by no site's.
    `named` gives what the principal of a name may do now, None of one that may not act; without it by its roles alone.
    """

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        follower: Follower,
        keys: KeyFile,
        *,
        token_key: bytes,
        rules: Rules = NO_RULES,
        producers: ProducerMetrics | None = None,
        facts_of: Callable[[StoredEntry], Facts],
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.time,
        rights_of: Callable[[Actor], Rights] = rights_of,
        anchored: Callable[[int], Anchor] | None = None,
        pending: Pending | None = None,
        named: Callable[[str], Actor | None] | None = None,
    ) -> None:
        self.pending = pending or Pending()
        self._ledger = Appending(ledger, self.pending)
        self._store = store
        self._keys = keys
        self._token_key = token_key
        self._rules = rules
        self._producers = producers or Metrics().producers
        self.redactor = Redactor(token_key, rules)
        self.admissions = Admissions(
            ledger,
            store,
            follower,
            facts_of=facts_of,
            patience=patience,
            rights_of=rights_of,
            anchored=anchored,
        )
        self._clock = clock
        self._numbers = itertools.count()
        self._retries: Retries[Accepted] = Retries(clock)
        self._sent = SentRecords(store, self.admissions, self.redactor, named or keys.named)
        self._access = AccessChanges(keys)

    def submit_event(
        self,
        value: JSON,
        actor: Actor,
        correlation_id: str,
        flags: Sequence[Flag] = (),
        left_out: Sequence[LeftOut] = (),
        most: int = UNBOUNDED,
        parts: Parts | None = None,
    ) -> Future[Accepted]:
        """Take one OpenLineage event as `wire.parse` read it, with its flags; the future resolves once it is durable.

        `left_out` are the facets that it is taken without, see `oversize`; so much of it is searched at `most`; `parts`
        are its parts, as `wire` found them in the rest.

        Raises:
            Unreadable: it is no event; 422.
            TooLaborious: more would have to be searched; nothing was taken.
            AskerError: 403, the actor may not send events.
            OperatorError: the ledger cannot take it now.
        """
        require(actor, Permission.SEND_EVENTS)
        draft, terms = self._read_event(value, flags, actor, correlation_id, left_out, most, parts)
        return then(self._ledger.append(draft), lambda receipt: Accepted(receipt, *terms))

    def submit_events(
        self, values: Sequence[JSON], actor: Actor, correlation_id: str, flags: Sequence[Flag] = ()
    ) -> Future[list[Outcome]]:
        """Take several events that were parsed already; the future resolves to what became of each, in order.

        They go to the ledger together; what it does not take so it is given one by one, each with its own answer.
        Where it takes nothing now, none of them is taken: a later one would overtake one that is sent again.
        """
        outcomes: list[Outcome | tuple[Draft, _Terms]] = []
        for value in values:
            try:
                require(actor, Permission.SEND_EVENTS)
                outcomes.append(self._read_event(value, flags, actor, correlation_id))
            except Exception as error:  # noqa: BLE001  it is this event's, and judged by whoever asked
                outcomes.append(error)
        try:
            durable = self._ledger.append_all([one[0] for one in outcomes if isinstance(one, tuple)])
        except OperatorError as error:
            return resolved([error if isinstance(one, tuple) else one for one in outcomes])
        except Exception:  # noqa: BLE001  each of them meets it again, or does not
            return resolved([self._outcome(*one) if isinstance(one, tuple) else one for one in outcomes])
        return settled(durable, lambda done: _answers(outcomes, done))

    def _outcome(self, draft: Draft, terms: _Terms) -> Outcome:
        try:
            return Accepted(self._ledger.append(draft).result(), *terms)
        except Exception as error:  # noqa: BLE001  as above
            return error

    def submit_record(self, payload: Mapping[str, Any] | Record, actor: Actor, correlation_id: str) -> Future[Accepted]:
        """Take one record: `{"kind": …, …fields}`, or a record that was read already.

        With `on_behalf_of`, a principal's name, it is written in that one's place: by a delegation of its kind that is
        in force, and only where both may write it. The entry names both.

        The same record again within ten minutes, with no other of its kind about its subject in between, is answered
        as the first one was, as a duplicate. Later it is a new statement: that a snapshot still verifies, say.

        Raises:
            SenderError: 422, with the pointer of what is wrong and what would be right.
            AskerError: 403, the actor's roles do not suffice, the requester of an approval would decide on it, or the
                policies deny a release or a deployment: then that is recorded before it is raised.
            OperatorError: the ledger or the graph cannot be reached.
        """
        if isinstance(payload, Record):
            payload = {"kind": payload.name, **payload.fields()}
        kind = kind_of(payload)
        if not kind.open:
            raise wrong("/kind", f"{kind.name} is written by the catalog itself.")
        return self._take(kind, payload, actor, correlation_id)

    def compare_records(self, payloads: Sequence[JSON], actor: Actor) -> tuple[Comparison, ...]:
        """Return what each of the records would change if they were taken in this order; nothing is written.

        What one names may come to be known by one before it; one with `on_behalf_of` is held to what both may. An error
        points into the list: `/3/owner`.

        Raises:
            SenderError: 422, one of them could not be taken, or is of a kind of which nothing is in force.
            AskerError: 403, the actor may not write one of them.
            OperatorError: the graph does not hold the ledger within a moment.
        """
        now = int(self._clock() * SECOND)
        self.admissions.await_graph()
        records: list[Compared] = []
        with self._store.reading() as reader:
            view = self.admissions.view(reader, actor, now)
            promised: set[str] = set()
            for place, payload in enumerate(payloads):
                try:
                    kind, received = self._comparable(payload, actor, now)
                    by = received.actor
                    seen = view if by is actor else self.admissions.view(reader, by, now)
                    admission = self.admissions.admission(seen, by, now, frozenset(promised))
                    admitted = kind.admit(received.record, admission)
                except SenderError as error:
                    raise SenderError(error.detail, pointer=f"/{place}{error.pointer}", status=422) from error
                promised.update(node.id for node in kind.subjects(received.record))
                records.append((kind, received.record, admitted.all_added))
            return compare(view, records)

    def _comparable(self, payload: JSON, actor: Actor, now: int) -> tuple[Kind[Any], Received]:
        if not isinstance(payload, dict):
            raise wrong("", 'A record is a JSON object with its "kind", such as "declare_dataset".')
        kind = kind_of(payload)
        if not kind.lasting:
            raise wrong(
                "/kind",
                f"{kind.name} says that something was done, of which nothing is in force: it can be sent alone. Held "
                f"against what is in force are {', '.join(LASTING)}.",
            )
        return kind, self._sent.receive(kind, payload, actor, now)

    def issue_key(self, principal: str, actor: Actor, correlation_id: str) -> tuple[NewKey, Future[Accepted]]:
        """Make a key for a principal and record that; the key works once the future has resolved.

        Raises as `submit_record`.
        """
        key = self._keys.make(principal)
        record = IssueKey.read({"key_id": key.key_id, "principal": principal})
        payload = {"kind": record.name, **record.fields()}
        taken = self._take(KINDS[record.name], payload, actor, correlation_id)
        return key, then(taken, lambda accepted: self._keep(key, accepted))

    def record_restore(self, record: RestoreLedger, actor: Actor, correlation_id: str) -> Future[Accepted]:
        """Record that an older state of the ledger was restored; raises as `submit_record`."""
        return self._take_own(record, actor, correlation_id)

    def record_decision(self, record: DecideAccess, actor: Actor, correlation_id: str) -> Future[Receipt]:
        """Record what was decided of a request for access, before it is answered.

        Each is recorded, alike or not, as it was made: the catalog wrote it, of names that were searched before. Raises
        AskerError 403, and OperatorError as `submit_record`.
        """
        require(actor, KINDS[record.name].permission(record))
        return self._append_decision(record, actor, correlation_id)

    def _append_decision(self, record: DecideAccess, actor: Actor, correlation_id: str) -> Future[Receipt]:
        kind, fields = KINDS[record.name], record.fields()
        subjects = [node.id for node in record.nodes]
        body = {
            "record": fields,
            "added": {},
            "authenticated": actor.authenticated,
            "redactions": [],
            "subjects": [],
            **provenance_of(self._rules),
        }
        written = canonical_bytes(body)
        draft = Draft(
            kind=kind.in_ledger,
            actor=actor.principal,
            correlation_id=correlation_id,
            subjects=tuple(subjects),
            body=written,
            received=b'{"body":' + written + b',"number":%d}' % next(self._numbers),
        )
        return self._ledger.append(draft)

    def issue_report(self, record: ReportIssued, actor: Actor, correlation_id: str) -> Future[Accepted]:
        """Record that a report is issued to whoever asks for it, before it leaves; answered as before for the same one.

        Raises as `submit_record`.
        """
        return self._take_own(record, actor, correlation_id)

    def record_gate(self, record: GateEvaluated, actor: Actor, correlation_id: str) -> Future[Accepted]:
        """Record what the gate said to whoever asked it; raises as `submit_record`."""
        return self._take_own(record, actor, correlation_id)

    def _take_own(self, record: Record, actor: Actor, correlation_id: str) -> Future[Accepted]:
        """Take a record that the catalog makes of what somebody asked of it."""
        payload = {"kind": record.name, **record.fields()}
        return self._take(KINDS[record.name], payload, actor, correlation_id)

    def _keep(self, key: NewKey, accepted: Accepted) -> Accepted:
        self._keys.keep(key)
        return accepted

    def _take(self, kind: Kind[Any], payload: Mapping[str, Any], actor: Actor, correlation_id: str) -> Future[Accepted]:
        now = int(self._clock() * SECOND)
        record, fields, redactions, actor, place, warnings = self._sent.receive(kind, payload, actor, now)
        subjects = tuple(dict.fromkeys(node.id for node in kind.subjects(record)))
        try:
            bound = self.admissions.admit(kind, record, actor, now) if kind.binds else None
        except RefusedByPoliciesError as refused:
            receipt = self._append_decision(refused.decision, actor, correlation_id).result()
            raise refused.recorded_as(receipt.index) from None
        digest = digest_of(payload if bound is None else [payload, bound.added])
        sent = Sent(kind.name, next(iter(subjects), ""), actor.principal, digest)
        before = self._retries.answer(sent)
        if before is not None:
            return then(before, _as_duplicate)
        admitted = bound or self.admissions.admit(kind, record, actor, now)
        body = {
            "record": fields,
            "added": admitted.all_added,
            "authenticated": actor.authenticated,
            "redactions": redactions,
            "subjects": list(subjects[MAX_SUBJECTS:]),
            **provenance_of(self._rules),
            **({} if place is None else {"on_behalf_of": place.in_body}),
        }
        draft = Draft(
            kind=kind.in_ledger,
            actor=actor.principal,
            correlation_id=correlation_id,
            subjects=subjects[:MAX_SUBJECTS],
            body=canonical_bytes(body),
            # A person may say the same twice and mean it: what was true in between is another matter.
            received=canonical_bytes({"payload": dict(payload), "at": now, "number": next(self._numbers)}),
            erases=admitted.erases,
        )
        durable = kind.commit(record, actor, self._access, lambda: self._ledger.append(draft))
        notes = (*warnings, *admitted.warnings, *_redaction_warning(redactions))
        taken = then(durable, lambda receipt: Accepted(receipt, kind.name, subjects, notes, tuple(redactions)))
        self._retries.remember(sent, taken)
        return taken

    def _read_event(
        self,
        value: JSON,
        flags: Sequence[Flag],
        actor: Actor,
        correlation_id: str,
        left_out: Sequence[LeftOut] = (),
        most: int = UNBOUNDED,
        parts: Parts | None = None,
    ) -> tuple[Draft, _Terms]:
        key, rules = self._token_key, self._rules
        try:
            found = draft_event(
                value,
                flags,
                actor.principal,
                correlation_id,
                token_key=key,
                rules=rules,
                left_out=left_out,
                most=most,
                parts=parts,
            )
        except Unreadable:
            self._producers.refused(self._producer_of(value))
            raise
        self._producers.took(found.event.producer, (flag.code for flag in found.flags))
        return found.draft, _Terms(found.draft.kind, found.subjects, (), found.redactions)

    def _producer_of(self, value: JSON) -> str | None:
        """Return the producer that what is no event names, as it would be stored."""
        producer = value.get("producer") if isinstance(value, dict) else None
        return self.redactor.name(producer) if isinstance(producer, str) else None


def _redaction_warning(redactions: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    if not redactions:
        return ()
    return (f"What looked like an identifier was replaced at {', '.join(pointer for pointer, _ in redactions[:5])}.",)


def _answers(outcomes: Sequence[Outcome | tuple[Draft, _Terms]], done: Future[Sequence[Receipt]]) -> list[Outcome]:
    """Return what became of each, once those that are left were written together or failed together."""
    try:
        receipts = iter(done.result())
    except Exception as error:  # noqa: BLE001  it is each one's, and judged by whoever asked
        return [error if isinstance(one, tuple) else one for one in outcomes]
    return [Accepted(next(receipts), *one[1]) if isinstance(one, tuple) else one for one in outcomes]


def _as_duplicate(accepted: Accepted) -> Accepted:
    return replace(accepted, receipt=replace(accepted.receipt, duplicate=True))
