"""What was ever said of a dataset, aspect by aspect."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from catalog.api.graphql.assets import StatementSource
from catalog.api.graphql.connections import After, Connection, First, page_in_order
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.datasets import Dataset
from catalog.api.graphql.scalars import Micros
from catalog.assets import history


@strawberry.type(description="One statement of an aspect: what was said, by whom, for when, and what became of it.")
class AspectStatement:
    aspect: str = strawberry.field(description="The name of the aspect, such as `owner`.")
    value: JSON | None = strawberry.field(description="What was said; null where that ended the aspect.")
    source: StatementSource = strawberry.field(description="Who stated it.")
    by: str = strawberry.field(description="The principal whose record or event it is.")
    authenticated: bool = strawberry.field(description="Whether a key proved who that was.")
    valid_from: Micros = strawberry.field(description="For when it was said.")
    entry: int = strawberry.field(description="The ledger entry that says so.")
    recorded_at: Micros = strawberry.field(description="When it became known.")
    since: Micros | None = strawberry.field(
        description="When it took effect; null where it never did, such as by a run that did not complete."
    )
    until: Micros | None = strawberry.field(description="When another took its place; null where none did.")
    in_force: bool = strawberry.field(description="Whether it is what holds at the point asked about.")
    run: strawberry.ID | None = strawberry.field(description="The run that stated it, where one did.")
    job: strawberry.ID | None = strawberry.field(description="The job that stated it, where one did.")


@field_of(
    Dataset,
    name="history",
    description="Every statement of an aspect up to the point asked about, by the time that it is said for; "
    "without one, of all of them, by entry.",
)
async def history_of(
    dataset: strawberry.Parent[Dataset],
    info: ContextInfo,
    aspect: Annotated[
        str | None, strawberry.argument(description="The name of the aspect, such as `owner`; by default all.")
    ] = None,
    first: First = 50,
    after: After = None,
) -> Connection[AspectStatement]:
    context, of = info.context, str(dataset.id)
    found = await (
        context.load(history.whole_histories, dataset.at, of)
        if aspect is None
        else context.load(history.histories, dataset.at, (of, aspect))
    )

    def made(one: history.Stated) -> AspectStatement:
        recorded = context.ledger.entry(one.entry).entry.recorded_at
        return converted(AspectStatement, one, recorded_at=Micros(recorded))

    return page_in_order(found or (), made, Cursor.of("history", of, aspect or "", dataset.at), first, after)
