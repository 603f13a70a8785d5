"""The ledger itself: where it stands, its checkpoints, its entries each with its proof, and that it only grew."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Final

import strawberry
from strawberry.scalars import JSON

from catalog.api.graphql.as_of import AsOfArgument, ReadPoint, read_point
from catalog.api.graphql.as_of import as_of as times
from catalog.api.graphql.connections import After, Connection, First, connect
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor, check_first
from catalog.api.graphql.entries import EntryKind
from catalog.api.graphql.problems import AnyProblem, as_problem, not_found
from catalog.api.graphql.scalars import Digest, Micros
from catalog.errors import ADDRESSED
from catalog.evidence import log
from catalog.evidence.queries import entry as read_entry
from catalog.ledger.protocol import IssuedCheckpoint
from catalog.reading import AsOf

_KINDS: Final[Mapping[str, EntryKind]] = {one.value: one for one in EntryKind}


@strawberry.type(description="Where the ledger stands, and what its checkpoints are verified by.")
class LedgerState:
    origin: str = strawberry.field(description="The name of this log in its checkpoints.")
    verifier_keys: list[str] = strawberry.field(
        description="The public keys that checkpoints are verified by (C2SP signed note), the present one first."
    )
    ledger_size: int = strawberry.field(description="How many entries count as of the time asked for.")
    ledger_root: Digest = strawberry.field(description="The root of the Merkle tree over those entries.")
    unsigned: int = strawberry.field(description="How many entries no signed checkpoint covers yet, as of now.")
    unsigned_since: Micros | None = strawberry.field(
        description="When the oldest of these was recorded; null where a checkpoint covers all."
    )


@strawberry.type(description="The size and root of the log at one time, signed.")
class LedgerCheckpoint:
    ledger_size: int = strawberry.field(description="How many entries it covers.")
    ledger_root: Digest = strawberry.field(description="The root of the Merkle tree over those entries.")
    signed_at: Micros = strawberry.field(description="When it was signed; no signature covers this time.")
    note: str = strawberry.field(description="The whole checkpoint, as any tool verifies it (C2SP signed note).")


@strawberry.type(description="An entry of the ledger in a line; `ledgerEntry` gives it whole, with its proof.")
class LedgerEntryHeader:
    index: int = strawberry.field(description="The entry's index in the ledger.")
    kind: EntryKind | None = strawberry.field(
        description="What kind of entry it is; null for one that nothing here knows."
    )
    kind_name: str = strawberry.field(description="What its kind is called in the ledger.")
    recorded_at: Micros = strawberry.field(description="When it was recorded.")
    actor: str = strawberry.field(description="The principal that sent it.")
    correlation_id: str = strawberry.field(description="The id of the request that it came with.")
    leaf: Digest = strawberry.field(description="The hash that stands in the Merkle tree for it.")
    erased: bool = strawberry.field(description="Whether its body was erased.")


@strawberry.type(description="An entry of the ledger, with the proof that it is in the tree of the answer.")
class LedgerEntry(LedgerEntryHeader):
    on_behalf_of: str | None = strawberry.field(
        description="In whose place it was written; null where that is nobody, and where the body is not shown."
    )
    subjects: list[strawberry.ID] = strawberry.field(description="The ids of what it is about, as far as you may see.")
    entry: str = strawberry.field(description="The canonical entry: SHA-256(0x00 ‖ these bytes) is the leaf.")
    body: JSON | None = strawberry.field(
        description="The redacted body as the ledger holds it: JSON, since events and records have their own shapes;"
        " null once erased, and where it names what you may not see."
    )
    salt: str | None = strawberry.field(description="SHA-256(salt ‖ canonical body) is the entry's body digest.")
    proof: list[Digest] = strawberry.field(
        description="The inclusion proof, from the leaf's sibling upwards (RFC 9162)."
    )
    ledger_size: int = strawberry.field(description="How many entries the tree has that the proof leads to.")
    ledger_root: Digest = strawberry.field(description="The root of that tree.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


@strawberry.type(description="That nothing was taken out or changed between two sizes of the ledger.")
class LedgerConsistency:
    old: int = strawberry.field(description="The smaller size.")
    old_root: Digest = strawberry.field(description="The root of the tree of that size.")
    new: int = strawberry.field(description="The larger size.")
    new_root: Digest = strawberry.field(description="The root of the tree of that size.")
    proof: list[Digest] = strawberry.field(
        description="The consistency proof (RFC 9162 §2.1.4); empty where both sizes are equal."
    )


LedgerEntryResult = Annotated[
    LedgerEntry | AnyProblem,
    strawberry.union("LedgerEntryResult", description="The entry, or why there is none to show."),
]
LedgerConsistencyResult = Annotated[
    LedgerConsistency | AnyProblem,
    strawberry.union("LedgerConsistencyResult", description="The proof, or why there is none."),
]


@strawberry.type
class LedgerQueries:
    @strawberry.field(description="Where the ledger stands: its size and root, and how much is not signed yet.")
    def ledger_state(self, info: ContextInfo, as_of: AsOfArgument = None) -> LedgerState:
        view = info.context.view(times(as_of, info.context))
        return converted(LedgerState, log.log_state(view, info.context.ledger))

    @strawberry.field(description="Every checkpoint that was signed, the newest first, whatever time is asked for.")
    def ledger_checkpoints(
        self, info: ContextInfo, first: First = 50, after: After = None
    ) -> Connection[LedgerCheckpoint]:
        check_first(first)
        cursor = Cursor.of("ledgerCheckpoints")
        place = cursor.read(after, (int, int))
        every = log.newest_checkpoints(info.context.ledger)
        rest = [one for one in every if place is None or _place(one) < place]
        shown = rest[:first]
        return connect(
            [_checkpoint(one) for one in shown],
            [partial(cursor.write, _place(one)) for one in shown],
            len(every),
            more=len(rest) > first,
        )

    @strawberry.field(description="The entries of the ledger in a line each, the newest first.")
    def ledger_entries(
        self, info: ContextInfo, first: First = 50, after: After = None, as_of: AsOfArgument = None
    ) -> Connection[LedgerEntryHeader]:
        check_first(first)
        at = times(as_of, info.context)
        cursor = _of_entries(at)
        place = cursor.read(after, (int,))
        view = info.context.view(at)
        found = log.newest_entries(view, info.context.ledger, first, None if place is None else int(place[0]))
        return connect(
            [converted(LedgerEntryHeader, one, kind=_KINDS.get(one.kind), kind_name=one.kind) for one in found],
            [partial(cursor.write, [one.index]) for one in found],
            view.known_at + 1,
            more=bool(found) and found[-1].index > 0,
        )

    @strawberry.field(description="An entry of the ledger by its index, with the proof that it is in the tree.")
    def ledger_entry(
        self,
        info: ContextInfo,
        index: Annotated[int, strawberry.argument(description="The entry's index in the ledger.")],
        as_of: AsOfArgument = None,
    ) -> LedgerEntryResult:
        try:
            view = info.context.view(times(as_of, info.context))
            found = read_entry(view, info.context.ledger, index)
        except ADDRESSED as error:
            return as_problem(error)
        if found is None:
            return not_found(f"The ledger has no entry #{index} at the time asked for.")
        point = read_point(view)
        return converted(
            LedgerEntry,
            found,
            kind=_KINDS.get(found.kind),
            kind_name=found.kind,
            ledger_size=point.ledger_size,
            ledger_root=point.ledger_root,
            read_point=point,
        )

    @strawberry.field(description="The proof that the ledger only grew between two sizes of it.")
    def ledger_consistency(
        self,
        info: ContextInfo,
        old: Annotated[int, strawberry.argument(description="A size of the ledger, from 1 on.")],
        new: Annotated[
            int | None, strawberry.argument(description="A size that is not smaller; by default that of now.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> LedgerConsistencyResult:
        try:
            view = info.context.view(times(as_of, info.context))
            size = view.known_at + 1 if new is None else new
            return converted(LedgerConsistency, log.consistency(view, info.context.ledger, old, size))
        except ADDRESSED as error:
            return as_problem(error)


def entries_after(at: AsOf, index: int) -> str:
    """Return what `ledgerEntries` takes as `after` to go on below an index, as of the same times."""
    return _of_entries(at).write([index])


def _of_entries(at: AsOf) -> Cursor:
    return Cursor.of("ledgerEntries", at)


def _place(one: IssuedCheckpoint) -> list[int]:
    return [one.checkpoint.size, one.signed_at]


def _checkpoint(one: IssuedCheckpoint) -> LedgerCheckpoint:
    return LedgerCheckpoint(
        ledger_size=one.checkpoint.size,
        ledger_root=Digest(one.checkpoint.root.hex()),
        signed_at=Micros(one.signed_at),
        note=one.checkpoint.text,
    )
