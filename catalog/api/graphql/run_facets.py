"""What else an emitter says of a run: its nominal time, its query, what it was started with."""

from __future__ import annotations

import strawberry

from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.enums import enter
from catalog.api.graphql.runs import Run
from catalog.api.graphql.scalars import Long, Micros, micros
from catalog.assets import run_facets

enter(run_facets.StartBasis)


@strawberry.type(description="Since when at the earliest a run ran that sent no START: inferred, and no event says it.")
class InferredStart:
    not_before: Micros = strawberry.field(description="It began then or later.")
    basis: run_facets.StartBasis = strawberry.field(description="By what that is inferred.")


@strawberry.type(description="The query of an engine that a run was.")
class ExternalQuery:
    id: str = strawberry.field(description="The query's id in that engine.")
    source: str | None = strawberry.field(description="Which engine that is.")


@strawberry.type(description="From how many tasks of a run no lineage could be extracted.")
class ExtractionFailures:
    total_tasks: Long | None = strawberry.field(description="How many tasks the emitter looked at.")
    failed_tasks: Long | None = strawberry.field(description="Of how many of them it could extract no lineage.")


@field_of(Run, description="The time that it stands for, from then on: when it was scheduled for.")
def nominal_start(run: strawberry.Parent[Run]) -> Micros | None:
    return micros(run_facets.nominal_times(run.record.aspects)[0])


@field_of(Run, description="Until when, not included, it stands for.")
def nominal_end(run: strawberry.Parent[Run]) -> Micros | None:
    return micros(run_facets.nominal_times(run.record.aspects)[1])


@field_of(
    Run,
    description="Of a run without a START: since when at the earliest it ran. Null where a START says when, and where"
    " neither its nominal time nor its id tells.",
)
def inferred_start(run: strawberry.Parent[Run]) -> InferredStart | None:
    found = run_facets.inferred_start(run.record)
    return None if found is None else InferredStart(not_before=Micros(found.not_before), basis=found.basis)


@field_of(Run, description="The query that it was in the engine that ran it.")
def external_query(run: strawberry.Parent[Run]) -> ExternalQuery | None:
    found = run_facets.external_query(run.record.aspects)
    return None if found is None else ExternalQuery(id=found[0], source=found[1])


@field_of(Run, description="From how many of its tasks no lineage could be extracted; null where it is silent.")
def extraction_failures(run: strawberry.Parent[Run]) -> ExtractionFailures | None:
    found = run_facets.extraction_failures(run.record.aspects)
    return None if found is None else converted(ExtractionFailures, found)


@field_of(Run, description="The names of its environment variables; values are not kept.")
def environment_variables(run: strawberry.Parent[Run]) -> list[str]:
    return list(run_facets.variable_names(run.record.aspects))


@field_of(Run, description="The keys of its parameters; values are not kept.")
def execution_parameters(run: strawberry.Parent[Run]) -> list[str]:
    return list(run_facets.parameter_names(run.record.aspects))
