"""What everything with an id has in common, and the way from an id to the thing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import strawberry

from catalog.api.graphql.asking import Asking
from catalog.reading import AsOf
from graph_schema.identity import label_of


@strawberry.interface(description="Anything in the graph: its id is opaque, and the same in every store and rebuild.")
class Node:
    id: strawberry.ID


@strawberry.type(description="What a thing is called: as the pipelines call it, a token in an identifier's place.")
class AssetRef:
    namespace: str
    name: str


@strawberry.input(description="A name to look up, byte for byte as the pipelines call it.")
class AssetRefInput:
    namespace: str
    name: str

    def held(self, asking: Asking) -> tuple[str, str]:
        """Return namespace and name as the catalog holds them: tokens where the pipelines' names have identifiers."""
        name = asking.services.redactor.name
        return name(self.namespace), name(self.name)


Resolve = Callable[[Asking, str, AsOf], Awaitable[Node | None]]

R = TypeVar("R", bound=Resolve)

_BY_LABEL: dict[str, Resolve] = {}


def resolves(label: str) -> Callable[[R], R]:
    """Enter a function as the way from an id with this label to its node."""

    def enter(function: R) -> R:
        _BY_LABEL[label] = function
        return function

    return enter


async def resolve(asking: Asking, identifier: str, at: AsOf) -> Node | None:
    """Return the node of an id as it was at these times, None where nothing of that id was known by then."""
    function = _BY_LABEL.get(label_of(identifier))
    return None if function is None else await function(asking, identifier, at)
