"""Which sealed snapshots are to be verified again, and by when."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, completeness, read_point
from catalog.api.graphql.as_of import as_of as _at
from catalog.api.graphql.connections import After, Connection, First, page_of
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.problems import InvalidInputError
from catalog.api.graphql.scalars import Micros
from catalog.api.graphql.snapshots import Snapshot
from catalog.snapshots import verifying
from catalog.view import View
from graph_schema.facts import NOW
from graph_schema.times import SECOND

_DAY = 86_400 * SECOND
_MOST_DAYS = 36_525


@strawberry.type(description="A sealed snapshot that is to be verified by a time.")
class VerificationDue:
    found: strawberry.Private[verifying.VerificationDue]
    among: strawberry.Private[nodes.Together]
    id: strawberry.ID = strawberry.field(description="The id of the snapshot.")
    due_at: Micros = strawberry.field(description="By when it is to be verified.")
    overdue: bool = strawberry.field(description="Whether that is over at the time asked about.")
    sealed_at: Micros = strawberry.field(description="When it was sealed.")
    last_found_as_sealed: Micros | None = strawberry.field(
        description="When its bytes were last found as they were sealed; null where they never were."
    )
    entries: list[int] = strawberry.field(description="The ledger entries of its seal and of that verification.")

    @strawberry.field(description="The snapshot itself.")
    def snapshot(self) -> Snapshot | None:
        return self.among.find(Snapshot, self.found.id)


@strawberry.type(description="What is to be verified before a time.")
class VerificationDueList:
    found: strawberry.Private[tuple[verifying.VerificationDue, ...]]
    view: strawberry.Private[View]
    before: strawberry.Private[int]
    period_days: int = strawberry.field(description="For how many days a verification is good.")
    completeness: Completeness = strawberry.field(description="Whether the answer is whole.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")

    @strawberry.field(description="What is to be verified, what is due first before all else.")
    def items(self, info: ContextInfo, first: First = 50, after: After = None) -> Connection[VerificationDue]:
        among = nodes.Together(info.context, self.view.as_of)
        moment = self.view.moment

        def made(one: verifying.VerificationDue) -> VerificationDue:
            return VerificationDue(
                found=one,
                among=among.with_(one.id),
                id=strawberry.ID(one.id),
                due_at=Micros(one.due_at),
                overdue=one.due_at <= moment,
                sealed_at=Micros(one.sealed_at),
                last_found_as_sealed=None if one.verified_at is None else Micros(one.verified_at),
                entries=list(one.entries),
            )

        cursor = Cursor.of("verification", str(self.before), str(self.period_days), self.view.as_of)
        return page_of(self.found, lambda one: [one.due_at, one.id], made, cursor, first, after)


@strawberry.type
class VerificationQueries:
    @strawberry.field(description="Which sealed snapshots are to be verified again, and by when.")
    def verification_due(
        self,
        info: ContextInfo,
        period_days: Annotated[
            int | None,
            strawberry.argument(
                description="For how many days a verification is good; by default as the catalog is set."
            ),
        ] = None,
        before: Annotated[
            Micros | None, strawberry.argument(description="Due before this time; by default every sealed snapshot.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> VerificationDueList:
        view = info.context.view(_at(as_of, info.context))
        days = info.context.services.settings.verification_days if period_days is None else period_days
        if not 1 <= days <= _MOST_DAYS:
            raise InvalidInputError(f"A verification is good for 1 to {_MOST_DAYS} days: say how many.", "periodDays")
        until = NOW if before is None else int(before)
        found = verifying.verification_due(view, until, days * _DAY)
        return VerificationDueList(
            found=found,
            view=view,
            before=until,
            period_days=days,
            completeness=completeness(view, None, [one.id for one in found]),
            read_point=read_point(view),
        )
