"""Lists in pages, as Relay has them: forward, by keyset, with the total."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, Generic, Self, TypeVar

import strawberry

from catalog.api.graphql.as_of import Completeness, ReadPoint, completeness, read_point
from catalog.api.graphql.cursors import Cursor, check_first
from catalog.view import View

T = TypeVar("T")
R = TypeVar("R")

First = Annotated[int, strawberry.argument(description="How many items a page has, from 1 to 500.")]
After = Annotated[
    str | None, strawberry.argument(description="Where to go on: an `endCursor` or `cursor` of the same question.")
]


@strawberry.type(description="Whether more follows, and the cursor to go on from.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether another page follows.")
    end_cursor: str | None = strawberry.field(
        default=None, description="What to send as `after` for the next page; null on an empty one."
    )


@strawberry.type(name="Edge", description="An item of a page, and the cursor to go on behind it.")
class ConnectionEdge(Generic[T]):
    node: T = strawberry.field(description="The item itself.")
    write: strawberry.Private[Callable[[], str]]

    @strawberry.field(description="What to send as `after` to go on behind this item.")
    def cursor(self) -> str:
        return self.write()


@strawberry.type(description="A page of a list, and how to ask for the next one.")
class Connection(Generic[T]):
    edges: list[ConnectionEdge[T]] = strawberry.field(description="The items of this page, each with its cursor.")
    nodes: list[T] = strawberry.field(description="The same without cursors.")
    page_info: PageInfo = strawberry.field(description="Whether another page follows, and how to ask for it.")
    total_count: int = strawberry.field(description="How many items there are on all pages together.")


@strawberry.type(
    description="A page of a list, how whole it is and where it was read, and how to ask for the next one."
)
class ReadConnection(Connection[T]):
    completeness: Completeness = strawberry.field(
        description="Whether the answer is whole; look here before taking an empty answer for none."
    )
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")

    @classmethod
    def of(cls, page: Connection[T], view: View) -> Self:
        """Return a page as it was read of a view."""
        return cls(**vars(page), completeness=completeness(view), read_point=read_point(view))


def connect(nodes: Sequence[T], cursors: Sequence[Callable[[], str]], total: int, *, more: bool) -> Connection[T]:
    """Return a page: nodes, what writes the cursor after each, how many there are in all, and whether more follow."""
    return Connection(
        edges=[ConnectionEdge(node=node, write=write) for node, write in zip(nodes, cursors, strict=True)],
        nodes=list(nodes),
        page_info=PageInfo(has_next_page=more, end_cursor=cursors[-1]() if cursors else None),
        total_count=total,
    )


def connected(page: Connection[R], make: Callable[[R], T | None]) -> Connection[T]:
    """Return the page with what `make` gives for its items, without those that it gives None for."""
    edges = [(made, edge) for edge in page.edges if (made := make(edge.node)) is not None]
    return Connection(
        edges=[ConnectionEdge(node=made, write=edge.write) for made, edge in edges],
        nodes=[made for made, _ in edges],
        page_info=page.page_info,
        total_count=page.total_count,
    )


def page_in_order(
    items: Sequence[R], make: Callable[[R], T], cursor: Cursor, first: int, after: str | None
) -> Connection[T]:
    """Return a page out of a sequence that the question always gives in this order, as `page_of`."""
    return page_of(list(enumerate(items)), lambda one: [one[0]], lambda one: make(one[1]), cursor, first, after)


def page_of(
    items: Sequence[R],
    key: Callable[[R], list[Any]],
    make: Callable[[R], T],
    cursor: Cursor,
    first: int,
    after: str | None,
) -> Connection[T]:
    """Return a page out of a sequence in memory, ascending by `key`: JSON scalars of one number and kind.

    Raises InvalidInputError for a page size out of bounds and for a cursor of another query.
    """
    check_first(first)
    begin = 0
    if items:
        position = cursor.read(after, [type(part) for part in key(items[0])])
        begin = next((at for at, item in enumerate(items) if key(item) > (position or [])), len(items))
    shown = items[begin : begin + first]
    return connect(
        [make(item) for item in shown],
        [partial(cursor.write, key(item)) for item in shown],
        len(items),
        more=begin + first < len(items),
    )
