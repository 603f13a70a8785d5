"""From an answer to the ledger: every entry that speaks of a thing, each with its proof."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from catalog import reading
from catalog.api.graphql.as_of import AsOfArgument, AsOfInput, Completeness, ReadPoint, as_of, completeness, read_point
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.entries import EntryKind
from catalog.api.graphql.event_notes import Flag, Redaction
from catalog.api.graphql.problems import AnyProblem, InvalidInputError, as_problem, not_found
from catalog.api.graphql.scalars import Digest, Micros
from catalog.errors import ADDRESSED
from catalog.evidence.model import EntryEvidence
from catalog.evidence.queries import evidence as read_evidence

MAX_ENTRIES = 500


@strawberry.type(description="One ledger entry behind an answer, with its proof in the tree of the answer.")
class EvidenceEntry:
    index: int = strawberry.field(description="The entry's index in the ledger.")
    kind: EntryKind = strawberry.field(description="What kind of entry it is.")
    recorded_at: Micros = strawberry.field(description="When it was recorded.")
    actor: str = strawberry.field(description="The principal that sent it.")
    on_behalf_of: str | None = strawberry.field(
        description="In whose place it was written; null where that is nobody, and where the body is not shown."
    )
    correlation_id: str = strawberry.field(description="The id of the request that it came with.")
    statements: list[str] = strawberry.field(description="What it states of the thing: aspects and edge types.")
    leaf: Digest = strawberry.field(description="The hash that stands in the Merkle tree for it.")
    entry: str = strawberry.field(description="The canonical entry: SHA-256(0x00 ‖ these bytes) is the leaf.")
    body: JSON | None = strawberry.field(
        description="The redacted body as the ledger holds it: JSON, since events and records have their own shapes;"
        " null once erased, and where it names what you may not see."
    )
    flags: list[Flag] = strawberry.field(
        description="Of an event: what was odd about it; empty where the body is not shown."
    )
    redactions: list[Redaction] = strawberry.field(
        description="What was replaced in it before it was stored; empty where the body is not shown."
    )
    salt: str | None = strawberry.field(description="SHA-256(salt ‖ canonical body) is the entry's body digest.")
    erased: bool = strawberry.field(description="Whether its body was erased.")
    proof: list[Digest] = strawberry.field(
        description="The inclusion proof, from the leaf's sibling upwards (RFC 9162)."
    )


@strawberry.type(description="Every ledger entry that speaks of a thing, by index, up to the limit.")
class Evidence:
    id: strawberry.ID = strawberry.field(description="The id that was asked for.")
    entries: list[EvidenceEntry] = strawberry.field(description="The entries, the oldest first.")
    total: int = strawberry.field(description="How many entries there are beyond the limit too.")
    ledger_size: int = strawberry.field(description="How many entries the tree has that the proofs lead to.")
    ledger_root: Digest = strawberry.field(description="The root of that tree.")
    completeness: Completeness = strawberry.field(
        description="Whether the answer is whole; look here before taking an empty answer for none."
    )
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


EvidenceResult = Annotated[
    Evidence | AnyProblem, strawberry.union("EvidenceResult", description="The evidence, or why there is none to show.")
]


@strawberry.type
class EvidenceQueries:
    @strawberry.field(description="The ledger entries that a thing rests on.")
    def evidence(
        self,
        info: ContextInfo,
        for_: Annotated[strawberry.ID, strawberry.argument(name="for", description="The id of the thing.")],
        as_of: AsOfArgument = None,
        limit: Annotated[int, strawberry.argument(description="How many entries at most, from 1 to 500.")] = 100,
        after: Annotated[
            int | None, strawberry.argument(description="The index of the last entry that was shown before.")
        ] = None,
    ) -> EvidenceResult:
        try:
            return find_evidence(info.context, str(for_), as_of, limit, -1 if after is None else after)
        except ADDRESSED as error:
            return as_problem(error)


def find_evidence(
    context: RequestContext, identifier: str, when: AsOfInput | None, limit: int, after: int = -1
) -> Evidence | AnyProblem:
    """Return the evidence for a thing; raises InvalidInputError for a limit out of bounds."""
    if not 1 <= limit <= MAX_ENTRIES:
        raise InvalidInputError(f"Ask for 1 to {MAX_ENTRIES} entries: `limit` is {limit}.", "limit")
    view = context.view(as_of(when, context))
    found = read_evidence(view, context.ledger, identifier, limit, after)
    if found is None:
        return not_found("Nothing of this id is known at the time asked for; `search` finds ids.")
    cut = reading.Truncated(limit, len(found.entries)) if found.more else None
    entries = [_entry(one) for one in found.entries]
    return converted(
        Evidence,
        found,
        entries=entries,
        completeness=completeness(view, cut, (identifier,)),
        read_point=read_point(view),
    )


def _entry(found: EntryEvidence) -> EvidenceEntry:
    notes = found.notes
    return converted(
        EvidenceEntry,
        found,
        flags=[converted(Flag, one) for one in notes.flags],
        redactions=[converted(Redaction, one, rule=one.code) for one in notes.redactions],
    )
