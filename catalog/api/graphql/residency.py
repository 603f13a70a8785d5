"""Where data is, was written, read and trained on, and where it may be; and where jobs run."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, completeness, read_point
from catalog.api.graphql.as_of import as_of as _at
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.lineage import missing
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.api.graphql.scalars import Micros
from catalog.api.graphql.use import AppliedUse, UseDecision, UseReason, applied_use
from catalog.errors import ADDRESSED
from catalog.places.queries import job_places
from catalog.reading import AsOf
from catalog.use import model, residency
from catalog.view import View

DataPresence = residency.Presence
enums.enter(DataPresence, name="DataPresence")


@strawberry.type(description="Why data may or may not be at a place.")
class PlaceReason:
    statement: str | None = strawberry.field(
        description="The statement that says so, by name; null for what all of them come to together."
    )
    reason: UseReason = strawberry.field(description="What it comes to.")


@strawberry.type(description="Where data is or was, in one way and by one job.")
class Located:
    found: strawberry.Private[residency.Located]
    at: strawberry.Private[AsOf]
    presence: DataPresence = strawberry.field(description="In which way it is or was there.")
    place: str | None = strawberry.field(description="The place; null where nobody recorded it.")
    decision: UseDecision = strawberry.field(description="Whether it may be there: the worst of all that bears on it.")
    reasons: list[PlaceReason] = strawberry.field(
        description="Why; empty where nothing limits where it may be. An exception is named with its basis."
    )
    count: int = strawberry.field(description="How often it was.")
    first: Micros = strawberry.field(description="When it was first.")
    last: Micros = strawberry.field(description="When it was last.")
    entries: list[int] = strawberry.field(description="The ledger entries that say so.")

    @strawberry.field(
        description="The job whose runs did it; null for what is declared, or where it is not to be seen."
    )
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.found.job, self.at)


@strawberry.type(description="An exception to where data may be.")
class PlaceTransfer:
    entry: int = strawberry.field(description="The ledger entry that records it.")
    place: str = strawberry.field(description="Where the data may be besides.")
    basis: str = strawberry.field(description="On what basis.")
    since: Micros = strawberry.field(description="Since when it holds.")
    until: Micros | None = strawberry.field(description="Until when it holds; null where no end was set.")
    entries: list[int] = strawberry.field(description="That entry, and those that ended it.")


@strawberry.type(description="Whether a dataset is bulk data of 28 CFR 202.205, identifiers removed or not.")
class BulkData:
    applies: bool | None = strawberry.field(
        description="Whether it is: health data of more than 10000 persons, or genomic data of more than 100; null "
        "where what decides it was not recorded."
    )
    persons: int | None = strawberry.field(description="Of how many persons it holds data.")
    genomic: bool | None = strawberry.field(description="Whether it holds human genomic data.")
    entries: list[int] = strawberry.field(description="The ledger entries that say so.")


@strawberry.type(description="Where something is and was, and where it may be.")
class Residency:
    decision: UseDecision = strawberry.field(description="The worst of what every place comes to.")
    permitted: list[str] | None = strawberry.field(
        description="Where all that it was made of lets it be; null where nothing limits that, empty for nowhere."
    )
    limits: list[AppliedUse] = strawberry.field(description="The statements that limit it, each with its path.")
    transfers: list[PlaceTransfer] = strawberry.field(description="The exceptions to them, whenever they hold.")
    located: list[Located] = strawberry.field(description="Where it is and was.")
    bulk: BulkData | None = strawberry.field(description="Whether it is bulk data; null for what is no dataset.")
    unstated: list[strawberry.ID] = strawberry.field(description="The ids of sources of which nothing was said.")
    entries: list[int] = strawberry.field(description="The ledger entries that the answer rests on.")
    completeness: Completeness = strawberry.field(description="Whether the answer is whole.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


ResidencyResult = Annotated[
    Residency | AnyProblem,
    strawberry.union("ResidencyResult", description="Where it is and may be, or why that cannot be told."),
]


@strawberry.type
class ResidencyQueries:
    @strawberry.field(description="Where data is, was written, read and trained on, against where it may be.")
    def residency(
        self,
        info: ContextInfo,
        of: Annotated[strawberry.ID, strawberry.argument(description="A dataset, a snapshot or a model version.")],
        date: Annotated[
            Micros | None, strawberry.argument(description="When where it lies is judged; by default when asked.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> ResidencyResult:
        try:
            view = info.context.view(_at(as_of, info.context))
            problem = missing(info.context, view, [str(of)])
            if problem is not None:
                return problem
            found = residency.residency(view, str(of), None if date is None else int(date))
        except ADDRESSED as error:
            return as_problem(error)
        return _residency(info.context, view, found)


def _residency(context: RequestContext, view: View, found: residency.Residency) -> Residency:
    among = nodes.Together(context, view.as_of)
    return Residency(
        decision=found.decision,
        permitted=None if found.permitted is None else sorted(found.permitted),
        limits=[applied_use(one, view.as_of, among) for one in found.limits],
        transfers=[
            PlaceTransfer(
                entry=one.entry,
                place=one.place,
                basis=one.basis,
                since=Micros(one.since),
                until=None if one.until is None else Micros(one.until),
                entries=list(one.cites),
            )
            for one in found.transfers
        ],
        located=[_located(one, view.as_of) for one in found.located],
        bulk=None
        if found.bulk is None
        else BulkData(
            applies=found.bulk.applies,
            persons=found.bulk.persons,
            genomic=found.bulk.genomic,
            entries=list(found.bulk.entries),
        ),
        unstated=[strawberry.ID(one) for one in found.unstated],
        entries=list(found.entries),
        completeness=completeness(view, found.completeness, [found.of]),
        read_point=read_point(view),
    )


def _located(one: residency.Located, at: AsOf) -> Located:
    return Located(
        found=one,
        at=at,
        presence=one.presence,
        place=one.place,
        decision=one.decision,
        reasons=[
            PlaceReason(statement=None if each.statement is None else each.statement.id, reason=_reason(each.reason))
            for each in one.reasons
        ],
        count=one.count,
        first=Micros(one.first),
        last=Micros(one.last),
        entries=list(one.entries),
    )


def _reason(one: model.Reason) -> UseReason:
    return UseReason(decision=one.decision, text=one.text, awaits=one.awaits, entries=list(one.entries))


@field_of(Job, name="runsAt", description="The place that it runs at, as declared; null where nobody said.")
async def runs_at(job: strawberry.Parent[Job], info: ContextInfo) -> str | None:
    return await info.context.load(job_places, job.at, job.record.id)
