"""What everything that data lies in has in common, and what is in force about a thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

import strawberry
from strawberry.scalars import JSON
from strawberry.types.base import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from catalog.api.graphql import enums
from catalog.api.graphql.as_of import ReadPoint, read_point
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.nodes import Named
from catalog.api.graphql.scalars import Micros
from catalog.assets import model
from catalog.reading import AsOf
from graph_schema.aspects import USE

T = TypeVar("T")


Names = Annotated[
    list[str] | None,
    strawberry.argument(description="The names of the aspects that are wanted; all where none are given."),
]


AssetState = model.AssetState
enums.enter(AssetState)
StatementSource = model.StatementSource
enums.enter(StatementSource)


@strawberry.interface(description="Something that data lies in or that was made of it.")
class Asset(Named):
    at: strawberry.Private[AsOf]
    find_state: strawberry.Private[Callable[[], AssetState]]
    """What finds its state."""
    dataset: strawberry.Private[str | None]
    """The dataset that it is, or is a state of, by id."""

    @strawberry.field(description="Where it stands in its life.")
    def state(self) -> AssetState:
        return self.find_state()

    @strawberry.field(description="Where this was read, so that it can be read again, equal.")
    def read_point(self, info: ContextInfo) -> ReadPoint:
        return read_point(info.context.view(self.at))


@strawberry.type(
    description="One aspect in force: its value, who stated it, the ledger entry that says so, and since when."
)
class AspectInForce:
    aspect: str = strawberry.field(
        description="The name of the aspect, such as `owner`; a facet that is kept as it came is `facet:NAME`."
    )
    value: JSON = strawberry.field(
        description="The value, in the aspect's own shape: JSON, since emitters' facets have any."
    )
    source: StatementSource = strawberry.field(description="Who stated it.")
    entry: int = strawberry.field(description="The ledger entry that states it.")
    since: Micros = strawberry.field(description="Since when it holds.")
    run: strawberry.ID | None = strawberry.field(description="The run that stated it, where one did.")
    by_source: str | None = strawberry.field(
        description="The declared source of which it is said, where the dataset has it by its source alone."
    )
    by_place: str | None = strawberry.field(
        description="The declared place of which it is said, where the dataset has it by where it lies alone."
    )


def aspects_of(aspects: Mapping[str, model.AspectInForce[Any]], names: list[str] | None) -> list[AspectInForce]:
    """Return the aspects in force of these names, all but those of single uses where none are given, by name."""
    return [
        converted(AspectInForce, found, aspect=name)
        for name, found in sorted(aspects.items())
        if (not name.startswith(USE) if names is None else name in names)
    ]


def value_of(found: model.AspectInForce[T] | None) -> T | None:
    """Return the value of an aspect, None where it is not in force."""
    return None if found is None else found.value


def texts_of(kind: type[T], facet: model.AspectInForce[Any] | None) -> T | None:
    """Return the texts of a facet as its type: what is no text there is left out, `aspects` shows it as it came."""
    value = value_of(facet)
    if not isinstance(value, dict):
        return None
    fields = get_object_definition(kind, strict=True).fields
    texts = {field.python_name: value.get(to_camel_case(field.python_name)) for field in fields}
    return kind(**{name: text if isinstance(text, str) else None for name, text in texts.items()})
