"""What everything with an id has in common, and how an id becomes the thing."""

from __future__ import annotations

import inspect
import re
from asyncio import gather
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, cast

import strawberry

from catalog.api.graphql import enums
from catalog.api.graphql.as_of import AsOfInput, as_of
from catalog.api.graphql.connections import Connection, connected
from catalog.api.graphql.context import RequestContext
from catalog.api.graphql.problems import AnyProblem, as_problem, not_found
from catalog.assets.queries import existing
from catalog.errors import ADDRESSED
from catalog.reading import AsOf
from catalog.view import View
from graph_schema import nodes as kinds
from graph_schema.facts import NOW
from graph_schema.identity import label_of

_CAMEL = re.compile("(?<=[a-z])(?=[A-Z])")
_DERIVED = "State"
"""The label of a dataset's state that no emitter versioned: derived when read, and so among no kinds of node."""

if TYPE_CHECKING:

    class NodeKind(StrEnum):
        """A kind of node of the registry, by its label."""
else:
    NodeKind = StrEnum(
        "NodeKind",
        {_CAMEL.sub("_", label).upper(): label for label in kinds.Node.registered} | {"DATASET_STATE": _DERIVED},
    )
enums.enter(
    NodeKind,
    description="What kind of thing a node of the graph is.",
    members={
        NodeKind(label).name: inspect.cleandoc(kind.__doc__ or "") for label, kind in kinds.Node.registered.items()
    }
    | {"DATASET_STATE": "The state in which a run left a dataset, where no emitter gave it a version."},
)


@strawberry.interface(description="Anything in the graph: its id is opaque, and the same in every store and rebuild.")
class Node:
    id: strawberry.ID = strawberry.field(description="The opaque id, the same in every store and after every rebuild.")


class HasName(Protocol):
    """What lies under a name in a namespace: a record or a node key."""

    @property
    def namespace(self) -> str:
        """Where the name belongs."""

    @property
    def name(self) -> str:
        """The name within the namespace."""


@strawberry.type(description="What a thing is called: as the pipelines call it, a token in an identifier's place.")
class QualifiedName:
    namespace: str = strawberry.field(
        description="Where the name belongs: the store, scheduler or registry, as OpenLineage has it."
    )
    name: str = strawberry.field(description="The name within the namespace.")

    @classmethod
    def of(cls, named: HasName) -> QualifiedName:
        """Return the name of a record or node key that has one."""
        return cls(namespace=named.namespace, name=named.name)


@strawberry.input(description="A name to look up, byte for byte as the pipelines call it.")
class QualifiedNameInput:
    namespace: str = strawberry.field(
        description="Where the name belongs: the store, scheduler or registry, as OpenLineage has it."
    )
    name: str = strawberry.field(description="The name within the namespace.")

    def redacted(self, context: RequestContext) -> tuple[str, str]:
        """Return namespace and name as the catalog holds them: tokens where the pipelines' names have identifiers."""
        name = context.services.redactor.name
        return name(self.namespace), name(self.name)


@strawberry.interface(description="What has a namespace and a name by which it is asked for.")
class Named(Node):
    name: str = strawberry.field(description="What people call it.")
    ref: QualifiedName = strawberry.field(description="The namespace, and the name in it.")


N = TypeVar("N", bound=Node)
F = TypeVar("F")
Resolve = Callable[[RequestContext, str, AsOf], Awaitable[N | None]]

_RESOLVERS: dict[str, tuple[type[Node], Resolve[Node]]] = {}


def resolves(kind: type[N], label: str | None = None) -> Callable[[Resolve[N]], Resolve[N]]:
    """Enter a function as the way from an id to a thing of this type, its label the type's name unless given."""

    def enter(function: Resolve[N]) -> Resolve[N]:
        _RESOLVERS[label or kind.__name__] = (kind, function)
        return function

    return enter


Read = Callable[[View, Sequence[str]], Mapping[str, F]]
Make = Callable[[F, AsOf], N]

_NAMED: dict[str, tuple[Read[Any], Make[Any, Node]]] = {}


def named(kind: type[N], read: Read[F]) -> Callable[[Make[F, N]], Make[F, N]]:
    """Enter a function as what makes a thing of this type of what `read` finds of its id."""

    def enter(make: Make[F, N]) -> Make[F, N]:
        async def resolver(context: RequestContext, identifier: str, at: AsOf) -> N | None:
            found = await context.load(read, at, identifier)
            return None if found is None else make(found, at)

        _NAMED[kind.__name__] = (read, make)
        resolves(kind)(resolver)
        return make

    return enter


@dataclass(frozen=True, slots=True)
class _Later:
    """What is read once it is awaited; whoever asks for it and takes another way leaves nothing behind."""

    read: Callable[[], Coroutine[Any, Any, Node | None]]

    def __await__(self) -> Generator[Any, Any, Node | None]:
        return self.read().__await__()


@dataclass(eq=False)
class Together:
    """The things of an answer's ids at one point: all of a kind are read in one go once the first is asked for.

    So they need not be waited for one by one, as what `resolve` gives.
    """

    context: RequestContext
    at: AsOf
    _ids: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    _found: dict[str, Node | None] = field(default_factory=dict)

    def with_(self, *ids: str | None) -> Self:
        """Return it, with the ids of things more that may be asked for."""
        for one in ids:
            if one is not None and one not in self._found:
                self._ids[label_of(one)][one] = None
        return self

    def find(self, kind: type[N], identifier: str | None) -> N | None:
        """Return the thing of an id, as `find`; what GraphQL has to await where it is of a kind that is not `named`."""
        if identifier is None:
            return None
        label = label_of(identifier)
        if label not in _NAMED:
            return cast("N | None", _Later(lambda: find(kind, self.context, identifier, self.at)))
        if identifier not in self._found:
            self._read(label, identifier)
        found = self._found[identifier]
        return found if isinstance(found, kind) else None

    def _read(self, label: str, identifier: str) -> None:
        read, make = _NAMED[label]
        asked = self._ids.pop(label, {}) | {identifier: None}
        found = read(self.context.view(self.at), tuple(asked))
        self._found.update((one, make(found[one], self.at) if one in found else None) for one in asked)


def resolved_types() -> dict[str, type[Node]]:
    """Return the type that an id of each label resolves to."""
    return {label: kind for label, (kind, _) in _RESOLVERS.items()}


async def resolve(context: RequestContext, identifier: str, at: AsOf) -> Node | None:
    """Return the thing of an id as it was at these times, None where nothing of that id was known by then."""
    entered = _RESOLVERS.get(label_of(identifier))
    return None if entered is None else await entered[1](context, identifier, at)


async def find(kind: type[N], context: RequestContext, identifier: str | None, at: AsOf) -> N | None:
    """Return the thing of an id where it is of this type, as `resolve`; None where there is no id."""
    found = None if identifier is None else await resolve(context, identifier, at)
    return found if isinstance(found, kind) else None


async def find_all(kind: type[N], context: RequestContext, identifiers: Iterable[str], at: AsOf) -> list[N]:
    """Return those of the things that were known, in their order."""
    found = await gather(*(find(kind, context, one, at) for one in identifiers))
    return [one for one in found if one is not None]


async def find_page(kind: type[N], context: RequestContext, page: Connection[str], at: AsOf) -> Connection[N]:
    """Return a page of ids as the things of these, as `find_all`."""
    found = {str(one.id): one for one in await find_all(kind, context, page.nodes, at)}
    return connected(page, found.get)


async def find_then(context: RequestContext, identifier: str, at: AsOf) -> Node | None:
    """Return the thing of an id as `resolve`, None too where nothing of it held yet at the valid time asked for."""
    found = await resolve(context, identifier, at)
    if found is None or at.valid_at == NOW or label_of(identifier) not in _BEGINNING:
        return found
    return found if await context.load(existing, at, identifier) else None


_BEGINNING = frozenset({"Dataset", "Snapshot", "ModelVersion", "Job", "Run"})
"""The kinds of what begins at a time; any other thing is what its name says, at every time."""


async def find_named(
    kind: type[N], context: RequestContext, identifier: str, when: AsOfInput | None, noun: str
) -> N | AnyProblem:
    """Return the thing of an id as it was, or the problem that stands for it; `noun` is what people call the kind."""
    try:
        at = as_of(when, context)
    except ADDRESSED as error:
        return as_problem(error)
    found = await find_then(context, identifier, at)
    if isinstance(found, kind):
        return found
    now = await find(kind, context, identifier, AsOf())
    return not_found(
        f"There is no {noun} of this name at the time asked for; `search` finds names.", ever_known=now is not None
    )
