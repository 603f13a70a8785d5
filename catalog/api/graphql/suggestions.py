"""What schemas let one suppose of PHI, and what stewards judged of it: their list, and that of a dataset."""

# ruff: noqa: A002  `filter` is its name in the interface

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument
from catalog.api.graphql.as_of import as_of as times
from catalog.api.graphql.codes import Code
from catalog.api.graphql.columns import SchemaColumn
from catalog.api.graphql.connections import After, First, ReadConnection, page_in_order
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.datasets import Dataset, PhiKind
from catalog.api.graphql.scalars import Micros
from catalog.labels import queries, suggestions
from catalog.labels.judgement import Judgement
from catalog.reading import AsOf

enums.enter(Judgement, name="SuggestionJudgement")


@strawberry.type(description="A kind of PHI that a column may hold by its name: it counts until a person judged it.")
class PhiSuggestion:
    found: strawberry.Private[suggestions.Suggestion]
    at: strawberry.Private[AsOf]
    column: str = strawberry.field(description="The column, by its address in the dataset.")
    phi_kind: PhiKind = strawberry.field(description="Which of the six kinds of PHI it may hold.")
    judgement: Judgement = strawberry.field(description="What became of it.")
    codes: list[Code] = strawberry.field(description="What exactly it may hold; all letters for free text and pixels.")
    rule: str = strawberry.field(description="The table and the pattern by which it is supposed.")
    field_type: str | None = strawberry.field(description="The type of the column, as the schema writes it.")
    entry: int = strawberry.field(description="The ledger entry of the schema that it follows from.")
    since: Micros = strawberry.field(description="Since when that schema is in force.")

    @strawberry.field(description="The dataset that the column is of.")
    async def dataset(self, info: ContextInfo) -> Dataset | None:
        return await nodes.find(Dataset, info.context, self.found.label.dataset, self.at)

    @strawberry.field(description="Who judged it; null while nobody did.")
    def judged_by(self) -> str | None:
        return None if self.judgement is Judgement.OPEN else self.found.label.tag.by

    @strawberry.field(description="Why it was judged so; null while nobody did.")
    def reason(self) -> str | None:
        return None if self.judgement is Judgement.OPEN else self.found.label.tag.reason

    @strawberry.field(description="The ledger entry that judges it; null while none does.")
    def judged_entry(self) -> int | None:
        return None if self.judgement is Judgement.OPEN else self.found.label.tag.entry


@strawberry.type(description="A page of suggestions, and how to ask for the next one.")
class PhiSuggestionConnection(ReadConnection[PhiSuggestion]):
    pass


@strawberry.type(description="How many suggestions there are of one kind and judgement.")
class SuggestionCount:
    judgement: Judgement = strawberry.field(description="What became of them.")
    phi_kind: PhiKind = strawberry.field(description="Which of the six kinds of PHI they are of.")
    count: int = strawberry.field(description="How many there are.")


@strawberry.input(description="All that match every field given; what is left empty leaves nothing out.")
class SuggestionFilter:
    judgements: list[Judgement] = strawberry.field(
        default_factory=list, description="What became of them: OPEN for what is still to be judged."
    )
    phi_kinds: list[PhiKind] = strawberry.field(default_factory=list, description="Which kinds of PHI they are of.")
    namespaces: list[str] = strawberry.field(default_factory=list, description="The namespaces of the datasets.")
    datasets: list[strawberry.ID] = strawberry.field(default_factory=list, description="The datasets, by their ids.")

    @property
    def wanted(self) -> suggestions.Wanted:
        """The same as the capability has it."""
        return suggestions.Wanted(
            frozenset(one.value for one in self.judgements),
            frozenset(one.value for one in self.phi_kinds),
            frozenset(self.namespaces),
            frozenset(map(str, self.datasets)),
        )


_FILTER = strawberry.argument(description="Which suggestions are wanted; all where none is given.")


@strawberry.type
class SuggestionQueries:
    @strawberry.field(description="What schemas let one suppose of PHI, by dataset and column: what a steward judges.")
    def suggestions(
        self,
        info: ContextInfo,
        filter: Annotated[SuggestionFilter | None, _FILTER] = None,
        first: First = 50,
        after: After = None,
        as_of: AsOfArgument = None,
    ) -> PhiSuggestionConnection:
        at, wanted = times(as_of, info.context), _wanted(filter)
        view = info.context.view(at)
        found = queries.list_suggestions(view, wanted)
        narrowed = (wanted.judgements, wanted.kinds, wanted.namespaces, wanted.datasets)
        cursor = Cursor.of("suggestions", *map(sorted, narrowed), at)
        page = page_in_order(found, lambda one: _suggestion(one, at), cursor, first, after)
        return PhiSuggestionConnection.of(page, view)

    @strawberry.field(description="How many of these there are, by judgement and kind.")
    def suggestion_counts(
        self,
        info: ContextInfo,
        filter: Annotated[SuggestionFilter | None, _FILTER] = None,
        as_of: AsOfArgument = None,
    ) -> list[SuggestionCount]:
        view = info.context.view(times(as_of, info.context))
        found = suggestions.counts(queries.list_suggestions(view, _wanted(filter)))
        return [
            SuggestionCount(judgement=Judgement(judgement), phi_kind=PhiKind(kind), count=count)
            for (judgement, kind), count in sorted(found.items())
        ]


@field_of(Dataset, name="suggestions", description="What its schema in force lets one suppose of PHI, judged or not.")
async def of_dataset(dataset: strawberry.Parent[Dataset], info: ContextInfo) -> list[PhiSuggestion]:
    found = await info.context.load(queries.suggestions, dataset.at, dataset.record.id) or ()
    return [_suggestion(one, dataset.at) for one in found]


@field_of(SchemaColumn, name="suggestions", description="What its name lets one suppose of PHI, judged or not.")
async def of_column(column: strawberry.Parent[SchemaColumn], info: ContextInfo) -> list[PhiSuggestion]:
    found = await info.context.load(queries.suggestions, column.at, column.of) or ()
    return [_suggestion(one, column.at) for one in found if one.label.column == column.name]


def _wanted(given: SuggestionFilter | None) -> suggestions.Wanted:
    return suggestions.EVERY if given is None else given.wanted


def _suggestion(one: suggestions.Suggestion, at: AsOf) -> PhiSuggestion:
    return converted(
        PhiSuggestion,
        one.by_rule,
        found=one,
        at=at,
        column=one.label.column or "",
        phi_kind=PhiKind(one.label.kind),
        judgement=one.judgement,
        rule=one.by_rule.reason or "",
    )
