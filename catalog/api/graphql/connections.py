"""Lists in pages, as Relay has them: forward, by keyset, with the total."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

import strawberry

from catalog.api.graphql.cursors import Cursor, check_first

T = TypeVar("T")
R = TypeVar("R")


@strawberry.type(description="Whether more follows, and the cursor to go on from.")
class PageInfo:
    has_next_page: bool
    end_cursor: str | None = None


@strawberry.type(name="Edge")
class ConnectionEdge(Generic[T]):
    node: T
    write: strawberry.Private[Callable[[], str]]

    @strawberry.field
    def cursor(self) -> str:
        return self.write()


@strawberry.type
class Connection(Generic[T]):
    edges: list[ConnectionEdge[T]]
    nodes: list[T] = strawberry.field(description="The same without cursors.")
    page_info: PageInfo
    total_count: int


def connect(nodes: Sequence[T], cursors: Sequence[Callable[[], str]], total: int, *, more: bool) -> Connection[T]:
    """Return a page: nodes, what writes the cursor after each, how many there are in all, and whether more follow."""
    return Connection(
        edges=[ConnectionEdge(node=node, write=write) for node, write in zip(nodes, cursors, strict=True)],
        nodes=list(nodes),
        page_info=PageInfo(has_next_page=more, end_cursor=cursors[-1]() if cursors else None),
        total_count=total,
    )


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
