"""The programs that send events: how many, how they deviate, how far their clocks are off."""

from __future__ import annotations

import strawberry

from catalog.api.graphql.connections import After, Connection, First, page_of
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.scalars import Long, Micros
from catalog.producers import queries
from catalog.producers.model import ProducerRecord
from catalog.reading import LATEST


@strawberry.type(description="How often something odd was noted of a producer's events, which were taken all the same.")
class Deviation:
    code: str = strawberry.field(description="What was odd, as a code for programs.")
    count: int = strawberry.field(description="How often.")


@strawberry.type(description="How far the times of a producer's newest events are from when they were recorded.")
class Skew:
    events: int = strawberry.field(description="How many events were compared, the newest 32 at most.")
    median: Long = strawberry.field(
        description="In µs; positive where events were recorded after their time, negative where its clock is ahead."
    )
    late: Long = strawberry.field(
        description="The largest span by which one was recorded after its time, in µs; 0 where none was."
    )
    early: Long = strawberry.field(
        description="The largest span by which its clock was ahead of the recording, in µs; 0 where it never was."
    )


@strawberry.type(description="A program that sends events, and what is known of them now; no earlier state is kept.")
class Producer:
    uri: str = strawberry.field(description="How it names itself in events; empty for those that name none.")
    name: str = strawberry.field(description="The same without its version.")
    version: str | None = strawberry.field(description="The version in the URI; null where there is none.")
    events: int = strawberry.field(description="How many events of it are in the graph.")
    newest_entry: int = strawberry.field(description="The ledger entry of the newest, -1 where all are quarantined.")
    last_seen: Micros | None = strawberry.field(description="When the newest was recorded.")
    deviations: list[Deviation] = strawberry.field(description="What was odd about its events, by code.")
    quarantined: int = strawberry.field(description="How many of its events could not be projected.")
    rejected: int | None = strawberry.field(
        description="How many this server refused since it started; they are in no ledger, nothing else counts them."
        " Null for who may not see everything."
    )
    skew: Skew | None = strawberry.field(description="How far its clock is off; null where no event names its time.")


@strawberry.type
class ProducerQueries:
    @strawberry.field(description="The programs that send events, by their URI, as they are known now.")
    def producers(self, info: ContextInfo, first: First = 50, after: After = None) -> Connection[Producer]:
        context = info.context
        view = context.view(LATEST)
        refused = context.services.metrics.producers.rejected() if view.rights.unbounded else None
        found = queries.producers(view, context.ledger, refused or ())

        def made(one: ProducerRecord) -> Producer:
            return converted(Producer, one, rejected=None if refused is None else refused.get(one.uri, 0))

        return page_of(found, lambda one: [one.uri], made, Cursor.of("producers"), first, after)
