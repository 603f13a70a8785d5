"""What is in the ledger and not in the graph, and why."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Final

import strawberry

from catalog.api.graphql import enums
from catalog.api.graphql.as_of import AsOfArgument
from catalog.api.graphql.as_of import as_of as times
from catalog.api.graphql.connections import After, Connection, First, connect
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor, check_first
from catalog.api.graphql.entries import EntryKind
from catalog.api.graphql.scalars import Digest, Micros
from catalog.operations import quarantine

QuarantineCause = quarantine.QuarantineCause
enums.enter(QuarantineCause)


@strawberry.type(description="An entry that is in the ledger and kept out of the graph; nothing of its body is shown.")
class QuarantinedEntry:
    entry: int = strawberry.field(description="Its ledger index.")
    kind: EntryKind | None = strawberry.field(
        description="What kind of entry it is; null for one that nothing here knows."
    )
    kind_name: str = strawberry.field(description="What its kind is called in the ledger.")
    recorded_at: Micros = strawberry.field(description="When it was recorded.")
    actor: str = strawberry.field(description="Who sent it.")
    cause: QuarantineCause = strawberry.field(description="What keeps it out.")
    reason: str = strawberry.field(description="Why, in a sentence.")
    policies: list[str] = strawberry.field(description="The ids of the policies that decided; empty where none did.")
    policy_set: Digest | None = strawberry.field(
        description="The digest of the published set that they are of; null where no policy keeps it out."
    )


_KINDS: Final[Mapping[str, EntryKind]] = {one.value: one for one in EntryKind}


def _made(one: quarantine.QuarantinedEntry) -> QuarantinedEntry:
    return converted(QuarantinedEntry, one, kind=_KINDS.get(one.kind), kind_name=one.kind)


@strawberry.type
class QuarantineQueries:
    @strawberry.field(description="What is in the ledger and kept out of the graph, the newest first.")
    def quarantined(
        self,
        info: ContextInfo,
        causes: Annotated[
            list[QuarantineCause] | None, strawberry.argument(description="Of these causes alone; by default of any.")
        ] = None,
        first: First = 50,
        after: After = None,
        as_of: AsOfArgument = None,
    ) -> Connection[QuarantinedEntry]:
        check_first(first)
        at, wanted = times(as_of, info.context), frozenset(causes or ())
        cursor = Cursor.of("quarantined", sorted(wanted), at)
        place = cursor.read(after, (int,))
        before = None if place is None else int(place[0])
        found = quarantine.quarantined(info.context.view(at), info.context.ledger, first, before, wanted)
        return connect(
            list(map(_made, found.entries)),
            [partial(cursor.write, [one.entry]) for one in found.entries],
            found.total,
            more=found.more,
        )
