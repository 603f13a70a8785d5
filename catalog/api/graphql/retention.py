"""What has been kept as long as it is to be kept, and what will have been by a time."""

from __future__ import annotations

import json
from typing import Annotated

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, completeness, read_point
from catalog.api.graphql.as_of import as_of as _at
from catalog.api.graphql.assets import Asset
from catalog.api.graphql.connections import After, Connection, First, page_of
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.datasets import PhiKind, RetentionClass, RetentionDisposition
from catalog.api.graphql.scalars import Micros
from catalog.labels.retention import retention_due_of
from catalog.labels.taint.queries import effective_labels
from catalog.reading import AsOf
from catalog.snapshots import retention
from catalog.view import View
from graph_schema.facts import NOW


@strawberry.type(description="Data that is to be moved, expired or deleted, and by when.")
class RetentionDue:
    found: strawberry.Private[retention.Due]
    among: strawberry.Private[nodes.Together]
    at: strawberry.Private[AsOf]
    id: strawberry.ID = strawberry.field(description="The id of the dataset or snapshot.")
    due_at: Micros = strawberry.field(description="When its period is over.")
    overdue: bool = strawberry.field(description="Whether it is over at the time asked about.")
    began_at: Micros = strawberry.field(
        description="From when the period counts: a day declared, else a snapshot's seal, a dataset's beginning."
    )
    policy_class: RetentionClass = strawberry.field(description="The class of the retention policy.")
    period_days: int = strawberry.field(description="How many days the data is kept.")
    disposition: RetentionDisposition | None = strawberry.field(
        description="Whether it is to be moved, expired or deleted then; null where nobody said."
    )
    by_source: str | None = strawberry.field(description="The source whose retention it is; null for its own.")
    entries: list[int] = strawberry.field(description="The ledger entries that say so.")

    @strawberry.field(description="The thing itself.")
    def asset(self) -> Asset | None:
        return self.among.find(Asset, self.found.id)

    @strawberry.field(description="The kinds of PHI that its dataset holds, wherever they came from.")
    async def tags(self, info: ContextInfo) -> list[PhiKind]:
        found = await info.context.load(effective_labels, self.at, self.found.dataset)
        return [] if found is None else sorted({PhiKind(one.kind) for one in found.labels})


@strawberry.type(description="What is due before a time.")
class RetentionDueList:
    found: strawberry.Private[retention.DueList]
    view: strawberry.Private[View]
    before: strawberry.Private[int]
    chosen: strawberry.Private[str]
    unknown: list[strawberry.ID] = strawberry.field(
        description="The ids of datasets whose period counts from what nobody recorded: declare the day of its clock."
    )
    completeness: Completeness = strawberry.field(description="Whether the answer is whole.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")

    @strawberry.field(description="What is due, what is due first before all else.")
    def items(self, info: ContextInfo, first: First = 50, after: After = None) -> Connection[RetentionDue]:
        among = nodes.Together(info.context, self.view.as_of)
        moment = self.view.moment

        def made(one: retention.Due) -> RetentionDue:
            return RetentionDue(
                found=one,
                among=among.with_(one.id),
                at=self.view.as_of,
                id=strawberry.ID(one.id),
                due_at=Micros(one.due_at),
                overdue=one.due_at <= moment,
                began_at=Micros(one.began_at),
                policy_class=RetentionClass(one.policy_class),
                period_days=one.period_days,
                disposition=None if one.disposition is None else RetentionDisposition(one.disposition),
                by_source=one.by_source,
                entries=list(one.entries),
            )

        cursor = Cursor.of("retention", str(self.before), self.chosen, self.view.as_of)
        return page_of(self.found.due, lambda one: [one.due_at, one.id], made, cursor, first, after)


@strawberry.type
class RetentionQueries:
    @strawberry.field(description="What is to be moved, expired or deleted, and by when.")
    def retention_due(
        self,
        info: ContextInfo,
        before: Annotated[
            Micros | None, strawberry.argument(description="Due before this time; by default all that has a period.")
        ] = None,
        classes: Annotated[
            list[RetentionClass] | None, strawberry.argument(description="Of these classes alone.")
        ] = None,
        tags: Annotated[
            list[PhiKind] | None,
            strawberry.argument(description="Of datasets that hold one of these kinds alone, wherever it came from."),
        ] = None,
        lies_in: Annotated[
            list[str] | None,
            strawberry.argument(description="Of datasets that lie in one of these declared places alone."),
        ] = None,
        dispositions: Annotated[
            list[RetentionDisposition] | None,
            strawberry.argument(description="Of what is to be moved, expired or deleted alone."),
        ] = None,
        as_of: AsOfArgument = None,
    ) -> RetentionDueList:
        view = info.context.view(_at(as_of, info.context))
        until = NOW if before is None else int(before)
        wanted = sorted(one.value for one in classes or ())
        kinds = sorted(one.value for one in tags or ())
        places = sorted({info.context.services.redactor.field("place", one) for one in lies_in or ()})
        then = sorted(one.value for one in dispositions or ())
        if kinds:
            found = retention_due_of(view, until, kinds, wanted, places, then)
        else:
            found = retention.retention_due(view, until, wanted, places, dispositions=then)
        return RetentionDueList(
            found=found,
            view=view,
            before=until,
            chosen=json.dumps([wanted, kinds, places, then]),
            unknown=[strawberry.ID(one) for one in found.unknown],
            completeness=completeness(view, None, [*(one.id for one in found.due), *found.unknown]),
            read_point=read_point(view),
        )
