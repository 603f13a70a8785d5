"""Declared sources, and what datasets have by them."""

from __future__ import annotations

from typing import Any

import strawberry

from catalog.api.graphql import enums
from catalog.api.graphql.as_of import AsOfArgument
from catalog.api.graphql.as_of import as_of as _at
from catalog.api.graphql.assets import AspectInForce, aspects_of, value_of
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.datasets import Dataset, PhiKind, Retention, SourceKind
from catalog.assets import model, sources
from graph_schema.aspects import declarations
from graph_schema.vocabulary import words

ProcessingPattern = words.ProcessingPattern
enums.enter(ProcessingPattern)


@strawberry.type(description="A source as it is declared: what is said of it holds of the datasets that it supplies.")
class DeclaredSource:
    found: strawberry.Private[model.SourceRecord]
    id: strawberry.ID = strawberry.field(description="The id of the source.")
    name: str = strawberry.field(description="What it is called where it runs.")

    def _value(self, aspect: str) -> Any:  # noqa: ANN401  as the aspect's shape has it
        return value_of(self.found.aspects.get(aspect))

    @strawberry.field(description="What kind of system it is; null where nobody said.")
    def source_kind(self) -> SourceKind | None:
        kind = self._value("source_kind")
        return None if kind is None else SourceKind(kind)

    @strawberry.field(description="The unit or role that answers for it.")
    def owner(self) -> str | None:
        owner: str | None = self._value("owner")
        return owner

    @strawberry.field(description="What its data is collected for.")
    def clinical_purpose(self) -> str | None:
        purpose: str | None = self._value("clinical_purpose")
        return purpose

    @strawberry.field(description="The kinds of PHI that its data holds; null where nobody said.")
    def phi_category(self) -> list[PhiKind] | None:
        kinds = self._value("phi_category")
        return None if kinds is None else [PhiKind(kind) for kind in kinds]

    @strawberry.field(description="How long its data is kept.")
    def retention(self) -> Retention | None:
        retention = self._value("retention")
        return None if retention is None else converted(Retention, declarations.Retention.from_json(retention))

    @strawberry.field(description="In which ways its data may be processed; null where nobody said.")
    def permitted_processing(self) -> list[ProcessingPattern] | None:
        return _patterns(self._value("permitted_processing"))

    @strawberry.field(description="Who may have its data; null where nobody said.")
    def permitted_consumers(self) -> list[str] | None:
        return _texts(self._value("permitted_consumers"))

    @strawberry.field(description="The places where its data may be; null where nobody said.")
    def permitted_places(self) -> list[str] | None:
        return _texts(self._value("permitted_places"))

    @strawberry.field(description="All of this with the ledger entry that says so, and since when it holds.")
    def aspects(self) -> list[AspectInForce]:
        return aspects_of(self.found.aspects, None)


@strawberry.type
class SourceQueries:
    @strawberry.field(description="The declared sources, by name.")
    def sources(self, info: ContextInfo, as_of: AsOfArgument = None) -> list[DeclaredSource]:
        found = sources.sources(info.context.view(_at(as_of, info.context)))
        return [DeclaredSource(found=one, id=strawberry.ID(one.id), name=one.name) for one in found]


@field_of(Dataset, description="The declared source that supplies it; null where nobody named one.")
def supplied_by(dataset: strawberry.Parent[Dataset]) -> str | None:
    return value_of(dataset.record.supplier)


@field_of(Dataset, description="The place that it lies in; null where nobody declared one.")
def place(dataset: strawberry.Parent[Dataset]) -> str | None:
    return value_of(dataset.record.place)


@field_of(Dataset, description="In which ways its source permits it to be processed; null where nobody said.")
def permitted_processing(dataset: strawberry.Parent[Dataset]) -> list[ProcessingPattern] | None:
    return _patterns(value_of(dataset.record.permitted_processing))


@field_of(Dataset, description="Who may have it, as its source says; null where nobody said.")
def permitted_consumers(dataset: strawberry.Parent[Dataset]) -> list[str] | None:
    return _texts(value_of(dataset.record.permitted_consumers))


@field_of(Dataset, description="The places where it may be, as its source says; null where nobody said.")
def permitted_places(dataset: strawberry.Parent[Dataset]) -> list[str] | None:
    return _texts(value_of(dataset.record.permitted_places))


@field_of(Dataset, description="What it has by its source or place alone, with the ledger entry that says so.")
def inherited(dataset: strawberry.Parent[Dataset]) -> list[AspectInForce]:
    return aspects_of(
        {
            name: one
            for name, one in dataset.record.aspects.items()
            if one.by_source is not None or one.by_place is not None
        },
        None,
    )


def _texts(values: Any) -> list[str] | None:  # noqa: ANN401  a list of texts, or none
    return None if values is None else list(values)


def _patterns(values: Any) -> list[ProcessingPattern] | None:  # noqa: ANN401  the same
    return None if values is None else [ProcessingPattern(one) for one in values]
