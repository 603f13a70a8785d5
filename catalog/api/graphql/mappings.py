"""Mappings of facets and tags, what they read, and what one would read before it is recorded."""

from __future__ import annotations

from asyncio import gather
from typing import TYPE_CHECKING, Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument, AsOfInput, as_of
from catalog.api.graphql.connections import After, Connection, First, connected, page_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.datasets import Dataset, PhiKind
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.nodes import Node, QualifiedName
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.api.graphql.records import fields_of, input_of
from catalog.api.graphql.runs import Run
from catalog.api.graphql.scalars import Micros
from catalog.assets.queries import node_records
from catalog.errors import ADDRESSED
from catalog.mappings import model, queries
from catalog.mappings.records import MapFacet
from catalog.reading import AsOf
from graph_schema import nodes as kinds
from graph_schema.aspects.mappings import FacetMapping
from graph_schema.vocabulary import words

MappedKind = words.MappedKind
enums.enter(MappedKind)
MappingTarget = words.MappingTarget
enums.enter(MappingTarget)


@strawberry.type(description=kinds.Mapping.__doc__)
class Mapping(Node):
    name: str = strawberry.field(description="What it is called.")
    first_entry: int = strawberry.field(description="The ledger entry that first named it.")


@strawberry.type(description="A mapping in force.")
class MappingRule:
    found: strawberry.Private[model.Rule]
    name: str = strawberry.field(description="What the mapping is called.")
    by: str = strawberry.field(description="Who recorded it.")
    entry: int = strawberry.field(description="The ledger entry that says so.")
    since: Micros = strawberry.field(description="Since when it holds.")

    @strawberry.field(description="The facet that it reads; null where it reads tags.")
    def facet(self) -> str | None:
        return getattr(self.found.content, "facet", None)

    @strawberry.field(description="What the facet stands on; null where it reads tags.")
    def on(self) -> MappedKind | None:
        on = getattr(self.found.content, "on", None)
        return None if on is None else MappedKind(on)

    @strawberry.field(description="Where in the facet it looks, as a JSON pointer; null where it reads tags.")
    def pointer(self) -> str | None:
        return getattr(self.found.content, "pointer", None)

    @strawberry.field(description="What the facet says there.")
    def target(self) -> MappingTarget:
        return MappingTarget(getattr(self.found.content, "target", MappingTarget.PHI_TAG))

    @strawberry.field(description="The key of the tags that it reads; null where it reads a facet.")
    def tag_key(self) -> str | None:
        return getattr(self.found.content, "key", None)

    @strawberry.field(description="The kind of PHI that it claims; null where the value names it, or none is claimed.")
    def phi_kind(self) -> PhiKind | None:
        kind = self.found.content.phi_kind
        return None if kind is None else PhiKind(kind)

    @strawberry.field(description="Why it means this.")
    def reason(self) -> str:
        return self.found.content.reason


@strawberry.type(description="What a facet says by a mapping: a claim of whoever sent it, beside what is declared.")
class MappedValue:
    found: strawberry.Private[model.MappedValue]
    at: strawberry.Private[AsOf]
    target: MappingTarget = strawberry.field(description="What it says.")
    value: str = strawberry.field(description="The value, as it stands in the facet.")
    column: str | None = strawberry.field(description="The column that it is said of; null: the whole.")
    phi_kind: PhiKind | None = strawberry.field(description="The kind of PHI, for PHI_TAG.")
    mapping: str = strawberry.field(description="The mapping that reads it; empty in a dry run.")
    facet: str = strawberry.field(description="The facet that says it.")
    entry: int = strawberry.field(description="The ledger entry of the facet.")
    since: Micros = strawberry.field(description="Since when both facet and mapping hold.")

    @strawberry.field(description="The dataset that feeds this one, for FLOW.")
    def source(self) -> QualifiedName | None:
        named = self.found.source
        return None if named is None else QualifiedName(namespace=named[0], name=named[1])

    @strawberry.field(description="What the facet stands on.")
    async def node(self, info: ContextInfo) -> Node | None:
        return await nodes.resolve(info.context, self.found.node, self.at)

    @strawberry.field(description="The run whose event says it, where one does.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.found.run, self.at)


@strawberry.type(description="Why what a mapping reads does not stand alone.")
class MappingConflict:
    node: strawberry.ID = strawberry.field(description="The id of what the facet stands on.")
    why: str = strawberry.field(description="What speaks against it, in a sentence without the value.")


@strawberry.type(description="What a mapping would do to what was received; nothing was recorded.")
class MappingDryRun:
    carrying: int = strawberry.field(description="How many carry the facet.")
    looked_at: int = strawberry.field(description="How many of these were looked at.")
    mapped: int = strawberry.field(description="Of how many of these it says something.")
    examples: list[MappedValue] = strawberry.field(description="What it reads in the first of them.")
    conflicting: int = strawberry.field(description="How many conflicts there are.")
    conflicts: list[MappingConflict] = strawberry.field(description="The first of these.")


if TYPE_CHECKING:

    class MapFacetInput:
        """The record as the mutation takes it."""
else:
    MapFacetInput = input_of(MapFacet)

MappingDryRunResult = Annotated[
    MappingDryRun | AnyProblem,
    strawberry.union("MappingDryRunResult", description="What the mapping would do, or why it cannot be one."),
]
_FACET = strawberry.argument(description="The facet's key, as emitters write it.")
_ON = strawberry.argument(description="What it stands on; of runs, their jobs are shown.")


@strawberry.type
class MappingQueries:
    @strawberry.field(description="The mappings in force, by name.")
    def mappings(self, info: ContextInfo, as_of: AsOfArgument = None) -> list[MappingRule]:
        view = info.context.view(_at(info, as_of))
        return [converted(MappingRule, one, found=one) for one in queries.mappings(view)]

    @strawberry.field(description="What a mapping would read in what was received, without recording it.")
    def mapping_dry_run(
        self,
        info: ContextInfo,
        record: Annotated[MapFacetInput, strawberry.argument(description="The mapping as it would be recorded.")],
        as_of: AsOfArgument = None,
    ) -> MappingDryRunResult:
        at = _at(info, as_of)
        try:
            content = FacetMapping.from_json(MapFacet.read(fields_of(record)).fields())
        except ADDRESSED as error:
            return as_problem(error)
        found = queries.dry_run(info.context.view(at), content)
        examples = [_value(one, at) for one in found.examples]
        return converted(MappingDryRun, found, examples=examples)

    @strawberry.field(description="What has a facet in force, custom or not; of runs, the jobs whose runs ever had it.")
    async def with_facet(
        self,
        info: ContextInfo,
        facet: Annotated[str, _FACET],
        on: Annotated[MappedKind, _ON] = MappedKind.DATASET,
        first: First = 50,
        after: After = None,
        as_of: AsOfArgument = None,
    ) -> Connection[Node]:
        at = _at(info, as_of)
        found = queries.carriers(info.context.view(at), facet, on)
        cursor = Cursor.of("facets", f"{on.value} {facet}", at)
        page = page_of(found, lambda one: [one], lambda one: one, cursor, first, after)
        shown = await gather(*(nodes.resolve(info.context, one, at) for one in page.nodes))
        return connected(page, dict(zip(page.nodes, shown, strict=True)).get)


@field_of(Dataset, name="mapped", description="What its facets say by mappings, beside what is declared.")
async def of_dataset(dataset: strawberry.Parent[Dataset], info: ContextInfo) -> list[MappedValue]:
    return await _mapped(info.context, dataset.record.id, dataset.at)


@field_of(Job, name="mapped", description="What its facets say by mappings.")
async def of_job(job: strawberry.Parent[Job], info: ContextInfo) -> list[MappedValue]:
    return await _mapped(info.context, job.record.id, job.at)


@field_of(Run, name="mapped", description="What its facets say by mappings.")
async def of_run(run: strawberry.Parent[Run], info: ContextInfo) -> list[MappedValue]:
    return await _mapped(info.context, run.record.id, run.at)


@nodes.resolves(Mapping)
async def _mapping(context: RequestContext, identifier: str, at: AsOf) -> Mapping | None:
    found = await context.load(node_records, at, identifier)
    if found is None or not isinstance(found.node, kinds.Mapping):
        return None
    return Mapping(id=strawberry.ID(identifier), name=found.node.name, first_entry=found.first_entry)


async def _mapped(context: RequestContext, identifier: str, at: AsOf) -> list[MappedValue]:
    return [_value(one, at) for one in await context.load(queries.mapped, at, identifier) or ()]


def _value(one: model.MappedValue, at: AsOf) -> MappedValue:
    kind = None if one.kind is None else PhiKind(one.kind)
    return converted(MappedValue, one, found=one, at=at, phi_kind=kind)


def _at(info: ContextInfo, when: AsOfInput | None) -> AsOf:
    return as_of(when, info.context)
