"""Releases and deployments of model versions: what runs where, and on which data."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, completeness, read_point
from catalog.api.graphql.as_of import as_of as _at
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.lineage import LineageEdge, as_edge, missing
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.api.graphql.releases import ModelVersion
from catalog.api.graphql.scalars import Digest, Micros
from catalog.errors import ADDRESSED
from catalog.gate import queries as gate
from catalog.reading import AsOf
from catalog.releases import deployments as queries
from catalog.releases import model


@strawberry.type(description="That a model version was released into an environment.")
class ModelRelease:
    environment_name: str = strawberry.field(description="The environment, such as production.")
    reason: str = strawberry.field(description="Why.")
    artifact_digest: Digest | None = strawberry.field(description="The digest of the artifact that was released.")
    gate_entry: int | None = strawberry.field(description="The ledger index of the gate's evaluation that it quotes.")
    by: str = strawberry.field(description="The principal that released it.")
    entry: int = strawberry.field(description="The ledger entry that says so.")
    released_at: Micros = strawberry.field(description="From when on it is released there.")


@strawberry.type(description="That a model version is neither released nor deployed any more.")
class ModelRetirement:
    reason: str = strawberry.field(description="Why.")
    by: str = strawberry.field(description="The principal that retired it.")
    entry: int = strawberry.field(description="The ledger entry that says so.")
    since: Micros = strawberry.field(description="Since when.")


@strawberry.type(description="That a model version runs at a place, or ran there.")
class Deployment(Node):
    found: strawberry.Private[model.Deployment]
    at: strawberry.Private[AsOf]
    place_name: str = strawberry.field(description="The place where it runs.")
    environment_name: str = strawberry.field(description="The environment, such as production.")
    is_live: bool = strawberry.field(description="Whether it runs at the time asked about.")
    deployed_at: Micros = strawberry.field(description="From when on it runs there.")
    ends_at: Micros | None = strawberry.field(description="When it ended, or is to end; null without an end.")
    entry: int = strawberry.field(description="The ledger entry that says that it runs.")
    end_entry: int | None = strawberry.field(description="The ledger entry that ended it; null where none did.")
    artifact_digest: Digest | None = strawberry.field(description="The digest of the artifact that was deployed.")
    gate_entry: int | None = strawberry.field(description="The ledger index of the gate's evaluation that it quotes.")
    replaces_entry: int | None = strawberry.field(description="The entry of the deployment whose place it took.")
    rolls_back: bool = strawberry.field(description="Whether it went back from that to another version.")
    by: str = strawberry.field(description="The principal that deployed it.")

    @strawberry.field(description="The version that runs; null where that is not to be seen.")
    async def model_version(self, info: ContextInfo) -> ModelVersion | None:
        return await nodes.find(ModelVersion, info.context, self.found.version, self.at)


@strawberry.type(description="A model version that was made of what was asked about, and runs somewhere.")
class LiveModel:
    found: strawberry.Private[model.LiveModel]
    at: strawberry.Private[AsOf]
    among: strawberry.Private[nodes.Together]
    entries: list[int] = strawberry.field(description="The ledger entries that say so.")
    deployments: list[Deployment] = strawberry.field(description="Where it runs.")

    @strawberry.field(description="The version; null where that is not to be seen.")
    async def model_version(self, info: ContextInfo) -> ModelVersion | None:
        return await nodes.find(ModelVersion, info.context, self.found.version, self.at)

    @strawberry.field(description="A shortest way to it, from what was asked about.")
    def path(self) -> list[LineageEdge]:
        return [as_edge(edge, self.among) for edge in self.found.path]


@strawberry.type(description="The model versions that run somewhere and were made of some data.")
class LiveModels:
    models: list[LiveModel] = strawberry.field(description="Each of them, by id.")
    entries: list[int] = strawberry.field(description="The ledger entries that the answer rests on.")
    completeness: Completeness = strawberry.field(description="Whether that is all.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


LiveModelsResult = Annotated[
    LiveModels | AnyProblem, strawberry.union("LiveModelsResult", description="The models, or why none can be told.")
]


@strawberry.type(
    description="A version that was released into an environment before, and whether one may go back to it."
)
class RollbackCandidate:
    found: strawberry.Private[model.Candidate]
    at: strawberry.Private[AsOf]
    passes: bool | None = strawberry.field(description="Whether it may; null where that cannot be told.")
    reason: str = strawberry.field(description="Why.")
    entries: list[int] = strawberry.field(description="The ledger entries that say so.")

    @strawberry.field(description="The version; null where that is not to be seen.")
    async def model_version(self, info: ContextInfo) -> ModelVersion | None:
        return await nodes.find(ModelVersion, info.context, self.found.version, self.at)


@strawberry.type(description="What a model version may be rolled back to in an environment.")
class RollbackTarget:
    target: RollbackCandidate | None = strawberry.field(
        description="The version to go back to; null where there is none."
    )
    judged: list[RollbackCandidate] = strawberry.field(description="The versions judged, the newest release first.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


RollbackTargetResult = Annotated[
    RollbackTarget | AnyProblem,
    strawberry.union("RollbackTargetResult", description="What may be gone back to, or why that cannot be told."),
]


@strawberry.type
class DeploymentQueries:
    @strawberry.field(
        description="Which models are live on this data: made of it by any flow ever stated, and running."
    )
    def live_models(
        self,
        info: ContextInfo,
        of: Annotated[strawberry.ID, strawberry.argument(description="A source, a dataset or a snapshot.")],
        as_of: AsOfArgument = None,
    ) -> LiveModelsResult:
        try:
            view = info.context.view(_at(as_of, info.context))
            problem = missing(info.context, view, [str(of)])
            if problem is not None:
                return problem
            found = queries.live_models(view, str(of))
        except ADDRESSED as error:
            return as_problem(error)
        among = nodes.Together(info.context, view.as_of)
        return LiveModels(
            models=[
                LiveModel(
                    found=one,
                    at=view.as_of,
                    among=among,
                    entries=list(one.entries),
                    deployments=[_deployment(each, view.as_of) for each in one.deployments],
                )
                for one in found.models
            ],
            entries=list(found.entries),
            completeness=completeness(view, found.completeness, [str(of)]),
            read_point=read_point(view),
        )

    @strawberry.field(description="What runs at a place, or at one that is declared to lie within it.")
    def running_at(
        self,
        info: ContextInfo,
        place: Annotated[str, strawberry.argument(description="The place, as it is declared.")],
        as_of: AsOfArgument = None,
    ) -> list[Deployment]:
        view = info.context.view(_at(as_of, info.context))
        named = info.context.services.redactor.field("place", place)
        return [_deployment(one, view.as_of) for one in queries.running_at(view, named)]

    @strawberry.field(
        description="What a model version may be rolled back to: of the model's other versions, the one released last "
        "of which the gate said so then, and says so again now."
    )
    def rollback_target(
        self,
        info: ContextInfo,
        of: Annotated[strawberry.ID, strawberry.argument(description="The model version that runs now.")],
        environment: Annotated[str, strawberry.argument(description="The environment, such as production.")],
        as_of: AsOfArgument = None,
    ) -> RollbackTargetResult:
        try:
            view = info.context.view(_at(as_of, info.context))
            problem = missing(info.context, view, [str(of)])
            if problem is not None:
                return problem
            found = queries.rollback_target(view, str(of), environment, gate.gone_back_to)
        except ADDRESSED as error:
            return as_problem(error)
        judged = [converted(RollbackCandidate, one, found=one, at=view.as_of) for one in found.judged]
        version = None if found.target is None else found.target.version
        return RollbackTarget(
            target=next((one for one in judged if one.found.version == version), None),
            judged=judged,
            read_point=read_point(view),
        )


@field_of(ModelVersion, description="The environments that it was released into, the oldest release first.")
async def releases(version: strawberry.Parent[ModelVersion], info: ContextInfo) -> list[ModelRelease]:
    found = await info.context.load(queries.releases_of, version.at, version.record.id) or ()
    return [converted(ModelRelease, one, environment_name=one.environment, gate_entry=one.gate) for one in found]


@field_of(ModelVersion, description="Where it runs and ran, the oldest deployment first.")
async def deployments(version: strawberry.Parent[ModelVersion], info: ContextInfo) -> list[Deployment]:
    found = await info.context.load(queries.deployments_of, version.at, version.record.id) or ()
    return [_deployment(one, version.at) for one in found]


@field_of(ModelVersion, description="Since when it is retired; null while it is not.")
async def retirement(version: strawberry.Parent[ModelVersion], info: ContextInfo) -> ModelRetirement | None:
    found = await info.context.load(queries.retirements, version.at, version.record.id)
    return None if found is None else converted(ModelRetirement, found)


@nodes.resolves(Deployment)
async def _resolved(context: RequestContext, identifier: str, at: AsOf) -> Deployment | None:
    found = await context.load(queries.deployments, at, identifier)
    return None if found is None else _deployment(found, at)


def _deployment(found: model.Deployment, at: AsOf) -> Deployment:
    return converted(
        Deployment,
        found,
        found=found,
        at=at,
        id=strawberry.ID(found.id),
        place_name=found.place,
        environment_name=found.environment,
        gate_entry=found.gate,
        replaces_entry=found.replaces,
        ends_at=None if found.until is None else Micros(found.until),
    )
