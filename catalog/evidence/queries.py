"""From a node back to every ledger entry that speaks of it, with proofs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from catalog.evidence.changes import NAMED, everything_stated
from catalog.evidence.model import EntryEvidence, Evidence
from catalog.ledger.protocol import Ledger
from catalog.names.loading import Names
from catalog.view import View
from graph_schema.identity import node_id

MAX_ENTRIES = 1000


def evidence(view: View, ledger: Ledger, identifier: str, limit: int = 50, after: int = -1) -> Evidence | None:
    """Return the entries behind all that is known of a node, by index, those after one; None where the node was not
    known by then.

    The proofs hold in the tree of the entries that the graph was made from, which the read point names. The body of an
    entry that names something which rights hide is left out. Raises EvidenceError where the ledger does not verify.
    """
    known = view.nodes([identifier]).get(identifier)
    if known is None:
        return None
    statements: dict[int, set[str]] = defaultdict(set)
    statements[known.entry].add(NAMED)
    for one in everything_stated(Names(view, renamed=True), identifier):
        statements[one.entry].add(one.what)
    size = view.known_at + 1
    rest = sorted(one for one in statements if one > after)
    shown = rest[: min(limit, MAX_ENTRIES)]
    return Evidence(
        id=identifier,
        ledger_size=size,
        ledger_root=ledger.root(size).hex(),
        entries=tuple(_redacted(one, view) for one in entries(ledger, shown, size, statements)),
        total=len(statements),
        before=len(statements) - len(rest),
        quarantined=tuple(one.entry for one in view.quarantined() if identifier in one.subjects),
    )


def entry(view: View, ledger: Ledger, index: int) -> EntryEvidence | None:
    """Return one ledger entry with its proof, as `evidence` gives it; None where it was not known by then.

    Raises EvidenceError where the ledger does not verify.
    """
    size = view.known_at + 1
    found = entries(ledger, [index] if 0 <= index < size else [], size)
    return _redacted(found[0], view) if found else None


def _redacted(entry: EntryEvidence, view: View) -> EntryEvidence:
    """Return the entry without its body where that names something that may not be seen."""
    body = entry.body if isinstance(entry.body, dict) else {}
    named = frozenset((*entry.subjects, *body.get("subjects", ()), *_jobs_in(body)))
    seen = view.visible(named)
    if named == seen:
        return entry
    return replace(entry, subjects=tuple(one for one in entry.subjects if one in seen), body=None, salt=None)


def _jobs_in(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids of the jobs that a record, or what the catalog added to it, names beside its subjects."""
    for part in (body.get("record"), body.get("added")):
        job = part.get("job") if isinstance(part, dict) else None
        if isinstance(job, dict):
            yield node_id("Job", (str(job.get("namespace")), str(job.get("name"))))


def entries(
    ledger: Ledger, indexes: Iterable[int], size: int, statements: Mapping[int, Iterable[str]] | None = None
) -> tuple[EntryEvidence, ...]:
    """Return ledger entries with their inclusion proofs in the tree of this size, by index."""
    found = []
    for index in sorted(set(indexes)):
        stored = ledger.entry(index)
        entry = stored.entry
        found.append(
            EntryEvidence(
                index=index,
                kind=entry.kind,
                recorded_at=entry.recorded_at,
                actor=entry.actor,
                correlation_id=entry.correlation_id,
                subjects=entry.subjects,
                leaf=stored.leaf.hex(),
                entry=stored.entry_bytes.decode("ascii"),
                body=None if stored.body is None else orjson.loads(stored.body),
                salt=None if stored.salt is None else stored.salt.hex(),
                erased=stored.body is None,
                proof=tuple(part.hex() for part in ledger.inclusion_proof(index, size)),
                statements=tuple(sorted((statements or {}).get(index, ()))),
            )
        )
    return tuple(found)
