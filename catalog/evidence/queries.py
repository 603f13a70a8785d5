"""From a node back to every ledger entry that speaks of it, with proofs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import orjson

from catalog.evidence.model import EntryEvidence, Evidence
from catalog.ledger.protocol import Ledger
from catalog.reading import LATEST, AsOf
from catalog.store.protocol import Snapshotted
from graph_schema.registry import TYPES

MAX_ENTRIES = 1000


def evidence(
    reader: Snapshotted, ledger: Ledger, identifier: str, as_of: AsOf = LATEST, limit: int = 50
) -> Evidence | None:
    """Return the entries behind all that is known of a node, by index; None where the node was not known by then.

    The proofs hold in the tree of the entries that the graph was made from, which the read point names. Raises
    EvidenceError where the ledger does not verify.
    """
    known = reader.nodes([identifier], as_of.known_at).get(identifier)
    if known is None:
        return None
    because: dict[int, set[str]] = defaultdict(set)
    because[known.entry].add("named")
    for said in reader.statements([identifier], None, as_of.known_at):
        if said.valid_from <= as_of.valid_at:
            because[said.entry].add(said.aspect)
    for direction in ("out", "in"):
        for edge in reader.hop([identifier], TYPES, direction, as_of.known_at):
            if edge.valid_from <= as_of.valid_at:
                because[edge.entry].add(edge.kind)
    size = min(reader.checkpoint(), as_of.known_at) + 1
    quarantined = [
        each.entry for each in reader.quarantined() if each.entry <= as_of.known_at and identifier in each.subjects
    ]
    shown = sorted(because)[: min(limit, MAX_ENTRIES)]
    return Evidence(
        id=identifier,
        ledger_size=size,
        ledger_root=ledger.root(size).hex(),
        entries=entries(ledger, shown, size, because),
        total=len(because),
        quarantined=tuple(quarantined),
    )


def entries(
    ledger: Ledger, indexes: Iterable[int], size: int, because: Mapping[int, Iterable[str]] | None = None
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
                because=tuple(sorted((because or {}).get(index, ()))),
            )
        )
    return tuple(found)
