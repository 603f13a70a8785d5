"""From an answer to the ledger: every entry that speaks of a thing, each with its proof."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from catalog import reading
from catalog.api.graphql.as_of import AsOfInput, Completeness, ReadPoint, as_of, completeness, read_point
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.problems import AnyProblem, InvalidInputError, as_problem, not_found
from catalog.api.graphql.scalars import Digest, Micros
from catalog.errors import ADDRESSED
from catalog.evidence.queries import evidence as read_evidence

MAX_ENTRIES = 500


@strawberry.type(description="One ledger entry behind an answer, with its proof in the tree of the answer.")
class EvidenceEntry:
    index: int
    kind: str
    recorded_at: Micros
    actor: str
    correlation_id: str
    statements: list[str] = strawberry.field(description="What it states of the thing: aspects and edge types.")
    leaf: Digest
    entry: str = strawberry.field(description="The canonical entry: SHA-256(0x00 ‖ these bytes) is the leaf.")
    body: JSON | None = strawberry.field(
        description="The redacted body; null once erased, and where it names what you may not see."
    )
    salt: str | None = strawberry.field(description="SHA-256(salt ‖ canonical body) is the entry's body digest.")
    erased: bool
    proof: list[Digest] = strawberry.field(
        description="The inclusion proof, from the leaf's sibling upwards (RFC 9162)."
    )


@strawberry.type(description="Every ledger entry that speaks of a thing, by index, up to the limit.")
class Evidence:
    id: strawberry.ID
    entries: list[EvidenceEntry]
    total: int
    ledger_size: int
    ledger_root: Digest
    completeness: Completeness
    read_point: ReadPoint


EvidenceResult = Annotated[Evidence | AnyProblem, strawberry.union("EvidenceResult")]


@strawberry.type
class EvidenceQueries:
    @strawberry.field(description="The ledger entries that a thing rests on.")
    def evidence(
        self,
        info: ContextInfo,
        for_: Annotated[strawberry.ID, strawberry.argument(name="for")],
        as_of: AsOfInput | None = None,
        limit: int = 100,
    ) -> EvidenceResult:
        try:
            return find_evidence(info.context, str(for_), as_of, limit)
        except ADDRESSED as error:
            return as_problem(error)


def find_evidence(
    context: RequestContext, identifier: str, when: AsOfInput | None, limit: int
) -> Evidence | AnyProblem:
    """Return the evidence for a thing; raises InvalidInputError for a limit out of bounds."""
    if not 1 <= limit <= MAX_ENTRIES:
        raise InvalidInputError(f"limit is from 1 to {MAX_ENTRIES}.", "limit")
    view = context.view(as_of(when, context))
    found = read_evidence(view, context.ledger, identifier, limit)
    if found is None:
        return not_found("Nothing of this id is known at the time asked for.")
    cut = reading.Truncated(limit, len(found.entries)) if found.total > len(found.entries) else None
    return converted(Evidence, found, completeness=completeness(view, cut, (identifier,)), read_point=read_point(view))
