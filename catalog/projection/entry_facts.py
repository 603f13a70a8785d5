"""What one entry of the ledger says: its facts, a pure function of that entry, and what stands in for one kept out."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from typing import Any

import orjson
from pydantic import ValidationError

from catalog.access.model import is_proven
from catalog.kinds import EVENT, KINDS
from catalog.ledger.protocol import Ledger, StoredEntry
from catalog.operations.records import ReleaseQuarantined
from catalog.operations.residue import Residues
from catalog.policies.ingest import IngestPolicies, Judged
from catalog.record import RecordContext
from graph_schema.aspects.policies import PolicyObjection
from graph_schema.bitemporal import RECORD_RANK
from graph_schema.builder import FactBuilder, TooManyFactsError
from graph_schema.facts import Facts
from graph_schema.nodes import Dataset, Job, Node, Principal
from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.facts import project_event
from ingest_hooks.openlineage.part_memo import PartMemo
from ingest_hooks.openlineage.wire import Flag

PROJECTION_VERSION = "5"
"""Raised whenever the same ledger would give another graph; one of another version is made anew by who follows it."""

_LOG = logging.getLogger("lineward.projection")
_TIE_LENGTH = 16

_PARTS = PartMemo()

_LETS_IN = ReleaseQuarantined.in_ledger()
_RECORDS = {kind.in_ledger: kind for kind in KINDS.values()}


class UnprojectableError(Exception):
    """An entry says nothing that this version of the catalog understands; the message holds nothing of its body."""


def project(stored: StoredEntry) -> Facts:
    """Return what one entry says: a pure function of that entry alone. An erased body says nothing.

    Raises:
        UnprojectableError: the entry's kind or body cannot be understood.
    """
    return shared_facts(stored).whole


def shared_facts(stored: StoredEntry) -> Facts:
    """Return what `project` does, with structures that other entries named as well."""
    if stored.body is None:
        return Facts()
    kind = stored.entry.kind
    if not kind.startswith(EVENT) and kind not in _RECORDS:
        raise UnprojectableError("This version of the catalog knows no records of this kind.")
    try:
        body: dict[str, Any] = orjson.loads(stored.body)
        facts = _event(stored, body) if kind.startswith(EVENT) else _record(stored, body)
    except Unreadable as error:
        raise UnprojectableError(f"{error.pointer or 'The event'}: {error.detail}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = "/".join(str(step) for step in first["loc"])
        raise UnprojectableError(f"The record does not have its form at /{where} ({first['type']}).") from error
    except TooManyFactsError as error:
        raise UnprojectableError(
            f"It states {error}: more than a graph takes of one entry. Send it as several events."
        ) from error
    except Exception as error:
        # Whatever a body of any emitter makes our code do must not stop the entries after it.
        _LOG.exception("an entry cannot be projected", extra={"index": stored.index})
        raise UnprojectableError(f"A defect of the catalog ({type(error).__name__}).") from error
    return facts


def facts_of(stored: StoredEntry) -> Facts:
    """Return what one entry says as far as this version understands it; nothing where it cannot be projected."""
    try:
        return project(stored)
    except UnprojectableError:
        return Facts()


class LedgerFacts:
    """What the entries of a ledger say, in its order.

    Of one whose body was erased it is what stands in its place; one that the policies of ingest keep out says nothing,
    and what is let in later is said by the entry that lets it in.
    """

    def __init__(self, ledger: Ledger) -> None:
        """Look at nothing yet."""
        self._ledger = ledger
        self._residues = Residues(ledger)
        self._policies = IngestPolicies(ledger)

    def of(self, stored: StoredEntry) -> Facts:
        """Return what one entry says; raises UnprojectableError where it cannot be understood, or is kept out."""
        judged = self._policies.judge(stored)
        if judged is not None and judged.held:
            raise UnprojectableError(judged.sentence)
        facts = self._stated(stored)
        if stored.entry.kind == _LETS_IN and stored.body is not None:
            # Known by the entry that lets it in, and not before; valid, and by whom, as it was said.
            for index in orjson.loads(stored.body)["record"]["entries"]:
                facts += self._stated(replace(self._ledger.entry(index), index=stored.index))
        return facts if judged is None else facts + _objection(stored, judged)

    def _stated(self, stored: StoredEntry) -> Facts:
        return self._residues.facts_of(stored) if stored.body is None else shared_facts(stored)


def _objection(stored: StoredEntry, judged: Judged) -> Facts:
    """Return that policies of ingest object to an entry: said of the job of an event, or of what a record is about."""
    body: dict[str, Any] = orjson.loads(stored.body or b"{}")
    builder = FactBuilder(
        entry=stored.index,
        valid_from=stored.entry.recorded_at,
        tie=tie_of(stored.body or b""),
        rank=RECORD_RANK,
        by=stored.entry.actor,
        authenticated=is_proven(stored.entry.actor),
    )
    value = PolicyObjection(judged.policies, judged.reasons, judged.policy_set)
    builder.add_statement(_objected(stored, body), "policy_objection", value)
    return builder.build()


def _objected(stored: StoredEntry, body: dict[str, Any]) -> Node:
    if stored.entry.kind.startswith(EVENT):
        event = body["event"]
        kind, named = (Job, event["job"]) if event.get("job") else (Dataset, event["dataset"])
        return kind(named["namespace"], named["name"])
    kind_of_record = _RECORDS[stored.entry.kind]
    about = kind_of_record.subjects(kind_of_record.record.replay(body["record"]))
    return next((one for one in about if isinstance(one, Job | Dataset)), Principal(stored.entry.actor))


def tie_of(body: bytes) -> str:
    """Return what orders facts of the same time and rank: the first 16 hex digits of the redacted body's SHA-256."""
    return hashlib.sha256(body).hexdigest()[:_TIE_LENGTH]


def _event(stored: StoredEntry, body: dict[str, Any]) -> Facts:
    return project_event(
        body["event"],
        tie=tie_of(stored.body or b""),
        recorded_at=stored.entry.recorded_at,
        entry=stored.index,
        by=stored.entry.actor,
        authenticated=is_proven(stored.entry.actor),
        flags=[Flag(*row) for row in body["flags"]],
        redactions=[(pointer, rule) for pointer, rule in body["redactions"]],
        memo=_PARTS,
    )


def _record(stored: StoredEntry, body: dict[str, Any]) -> Facts:
    kind = _RECORDS[stored.entry.kind]
    record = kind.record.replay(body["record"])
    recorded_at = stored.entry.recorded_at
    builder = FactBuilder(
        entry=stored.index,
        valid_from=min(recorded_at, recorded_at if record.holds_from is None else record.holds_from),
        tie=tie_of(stored.body or b""),
        rank=RECORD_RANK,
        by=stored.entry.actor,
        authenticated=body["authenticated"],
    )
    kind.project(record, RecordContext(builder, body["added"]))
    return builder.build()
