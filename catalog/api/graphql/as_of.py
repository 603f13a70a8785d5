"""At which point an answer was taken and whether it is whole, as GraphQL types."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated

import strawberry

from catalog import reading
from catalog.api.graphql.context import RequestContext
from catalog.api.graphql.problems import InvalidInputError
from catalog.api.graphql.scalars import Digest, Micros
from catalog.reading import AsOf
from catalog.view import View
from graph_schema.facts import NOW


@strawberry.input(
    description="Two times: what was true at `validAt`, as far as it was known by `knownAt`; both default to now."
)
class AsOfInput:
    valid_at: Micros | None = strawberry.field(default=None, description="What was true then; by default now.")
    known_at: Micros | None = strawberry.field(
        default=None, description="As far as it was recorded by then; by default now."
    )
    known_at_index: int | None = strawberry.field(
        default=None, description="Instead of `knownAt`: the last ledger entry that counts."
    )

    def read(self, context: RequestContext) -> AsOf:
        """Return the times as the capabilities take them.

        Raises InvalidInputError where both ways are used, or for what is no index of an entry that there is.
        """
        if self.known_at is not None and self.known_at_index is not None:
            raise InvalidInputError("Give `knownAt` or `knownAtIndex`, not both.", "asOf.knownAtIndex")
        valid_at = NOW if self.valid_at is None else int(self.valid_at)
        if self.known_at_index is not None:
            return AsOf(valid_at, context.known_entry(self.known_at_index))
        return AsOf(valid_at, NOW if self.known_at is None else context.known_by(self.known_at))


AsOfArgument = Annotated[
    AsOfInput | None, strawberry.argument(description="The point in time that is asked about; by default now.")
]


@strawberry.type(description="Where an answer was taken: any answer can be had again, equal, at the same point.")
class ReadPoint:
    valid_at: Micros = strawberry.field(description="The answer is what was true then.")
    known_at: Micros = strawberry.field(description="When the last entry that counts was recorded.")
    ledger_index: int = strawberry.field(description="The last entry that counts, -1 for none.")
    ledger_size: int = strawberry.field(description="How many entries count: `ledgerIndex` + 1.")
    ledger_root: Digest = strawberry.field(description="The root of the Merkle tree over those entries.")
    projection: str = strawberry.field(description="The version of the projection that made the graph.")


@strawberry.type(description="Nothing was left out.")
class Complete:
    whole: bool = strawberry.field(default=True, description="Always true: nothing was left out.")


@strawberry.type(
    description="The graph does not hold everything yet: `behind` entries, or quarantined ones that bear on this."
)
class Lagging:
    behind: int = strawberry.field(description="How many entries the graph is behind the ledger.")
    quarantined: list[int] = strawberry.field(description="Entries that bear on this and could not be projected.")
    at_index: int = strawberry.field(description="The last entry that the graph does hold.")


@strawberry.type(description="Why something that was asked for is not in an answer, and how much of it.")
class LeftOut:
    reason: str = strawberry.field(
        description="NODES, EDGES: the budget; OLDER_RUNS: more runs of one job to one dataset, or of the whole walk, "
        "than are followed; UNSTATED: writes that said nothing of columns; ATTEMPTS: runs without a completion; "
        "IN_MEMORY: datasets that only ever lie in memory."
    )
    count: int = strawberry.field(description="How many, at the least.")


@strawberry.type(description="A bound ended the answer; go on from `frontier`, where it holds any.")
class Truncated:
    limit: int = strawberry.field(description="How many nodes or entries the answer might have.")
    reached: int = strawberry.field(description="How many it has.")
    frontier: list[strawberry.ID] = strawberry.field(description="Where the walk stopped: ids to go on from.")
    hidden: int = strawberry.field(default=0, description="How many nodes of it rights hide as well.")
    lagging: Lagging | None = strawberry.field(default=None, description="Set where the graph is behind as well.")
    reasons: list[LeftOut] = strawberry.field(
        default_factory=list, description="Which bounds, each with what is not in the answer; empty of a plain list."
    )


@strawberry.type(description="Rights hide some nodes; connectivity is kept.")
class Redacted:
    hidden: int = strawberry.field(description="How many nodes are hidden.")
    reason: str = strawberry.field(description="What to do to see more.")
    lagging: Lagging | None = strawberry.field(default=None, description="Set where the graph is behind as well.")


Completeness = Annotated[
    Complete | Truncated | Redacted | Lagging,
    strawberry.union("Completeness", description="Whether an answer is whole; no answer is silently partial."),
]


def as_of(given: AsOfInput | None, context: RequestContext) -> AsOf:
    """Return the times asked for, now where none are."""
    return AsOf() if given is None else given.read(context)


def read_point(view: View) -> ReadPoint:
    """Return the read point of an answer."""
    point = view.read_point()
    return ReadPoint(
        valid_at=Micros(point.valid_at),
        known_at=Micros(point.known_at),
        ledger_index=point.ledger_size - 1,
        ledger_size=point.ledger_size,
        ledger_root=Digest(point.ledger_root),
        projection=point.projection,
    )


def completeness(
    view: View, found: reading.Completeness | None = None, subjects: Collection[str] = ()
) -> Complete | Truncated | Redacted | Lagging:
    """Return how whole an answer about the subjects is, `found` being what the capability says of that."""
    match view.completeness(found, subjects):
        case reading.Truncated() as cut:
            return Truncated(
                limit=cut.limit,
                reached=cut.reached,
                frontier=[strawberry.ID(one) for one in cut.frontier],
                hidden=cut.hidden,
                lagging=_lagging(cut.lagging),
                reasons=left_out(cut.reasons),
            )
        case reading.Redacted(hidden, lagging):
            return Redacted(hidden=hidden, reason=_REASON, lagging=_lagging(lagging))
        case reading.Lagging() as lagging:
            return _lagging(lagging) or Complete()
    return Complete()


def left_out(found: Iterable[reading.Left]) -> list[LeftOut]:
    """Return what is not in an answer, as GraphQL shows it."""
    return [LeftOut(reason=one.reason, count=one.count) for one in found]


_REASON = "What you may see ends there; whoever administers this catalog can say what it takes to see more."


def _lagging(found: reading.Lagging | None) -> Lagging | None:
    if found is None:
        return None
    return Lagging(behind=found.behind, quarantined=list(found.quarantined), at_index=found.at_index)
