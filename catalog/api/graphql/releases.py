"""Model versions: what they were trained and evaluated on, built from, and approved for."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Iterable
from typing import Annotated

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.approvals import Approval, approval
from catalog.api.graphql.asking import Asking, AskingInfo
from catalog.api.graphql.assets import Asset, Job, Run, job_of, run_of
from catalog.api.graphql.nodes import AssetRef, AssetRefInput, Node
from catalog.api.graphql.problems import EXPECTED, AnyProblem, as_problem, not_found
from catalog.api.graphql.reading import AsOfInput, as_of
from catalog.api.graphql.scalars import Digest, Micros
from catalog.api.graphql.snapshots import Snapshot, snapshots_of
from catalog.assets.model import AssetState
from catalog.reading import AsOf
from catalog.releases import model as found_model
from catalog.releases import queries
from graph_schema import nodes as kinds


@strawberry.type(description="The code revision that a model version was built from.")
class BuildCode:
    id: strawberry.ID
    repository: str
    revision: str
    clean: bool | None = strawberry.field(description="Whether the tree was exactly that commit.")


@strawberry.type(description="The software environment that a model version was built in.")
class BuildEnvironment:
    id: strawberry.ID
    digest: Digest
    description: str | None


@strawberry.type(description="A figure measured, as the decimal text that was recorded.")
class Metric:
    name: str
    value: str
    split: str | None


@strawberry.type(description="A principal's record of a model version: everything that names it exactly.")
class Registration:
    found: strawberry.Private[found_model.Registration]
    at: strawberry.Private[AsOf]
    entry: int
    registered_by: str
    authenticated: bool
    registered_at: Micros
    artifact_digest: Digest
    signature: str | None
    intended_use: str | None
    metrics: list[Metric]
    code: BuildCode | None
    environment: BuildEnvironment | None

    @strawberry.field
    async def run(self, info: AskingInfo) -> Run | None:
        return await run_of(info.context, self.found.run, self.at)

    @strawberry.field
    async def job(self, info: AskingInfo) -> Job | None:
        return await job_of(info.context, self.found.job, self.at)


@strawberry.type(description="One trained model: exact snapshots, code, environment and artifact.")
class ModelVersion(Asset):
    record: strawberry.Private[found_model.ModelVersionRecord]
    at: strawberry.Private[AsOf]

    @strawberry.field
    def model(self) -> AssetRef:
        return AssetRef(namespace=self.record.namespace, name=self.record.model)

    @strawberry.field
    def version(self) -> str:
        return self.record.version

    @strawberry.field
    def first_entry(self) -> int:
        return self.record.first_entry

    @strawberry.field(
        description="The newest registration; null where something names the version and nobody registered it."
    )
    def registration(self) -> Registration | None:
        found = self.record.registration
        return None if found is None else _registration(found, self.at)

    @strawberry.field(description="Every registration, the oldest first.")
    def registrations(self) -> list[Registration]:
        return [_registration(one, self.at) for one in self.record.registrations]

    @strawberry.field(description="The snapshots that it was trained on.")
    async def trained_on(self, info: AskingInfo) -> list[Snapshot]:
        found = self.record.registration
        ids = () if found is None else tuple(use.snapshot for use in found.trained_on)
        return await snapshots_of(info.context, ids, self.at)

    @strawberry.field(description="The snapshots that it was evaluated on.")
    async def evaluated_on(self, info: AskingInfo) -> list[Snapshot]:
        found = self.record.registration
        ids = () if found is None else tuple(use.snapshot for use in found.evaluated_on)
        return await snapshots_of(info.context, ids, self.at)

    @strawberry.field(description="Approvals that concern it, the oldest request first.")
    def approvals(self) -> list[Approval]:
        return [approval(one, self.at) for one in self.record.approvals]

    def _ref(self) -> AssetRef:
        return AssetRef(namespace=self.record.namespace, name=f"{self.record.model}@{self.record.version}")

    def _state(self) -> AssetState:
        return AssetState.GHOST if self.record.registration is None else AssetState.DECLARED

    def _dataset(self) -> None:
        return None

    def _at(self) -> AsOf:
        return self.at


@strawberry.type(description="A model across all its versions.")
class Model(Node):
    key: strawberry.Private[kinds.Model]
    at: strawberry.Private[AsOf]

    @strawberry.field
    def ref(self) -> AssetRef:
        return AssetRef(namespace=self.key.namespace, name=self.key.name)

    @strawberry.field
    async def versions(self, info: AskingInfo) -> list[ModelVersion]:
        ids = await info.context.load(queries.versions_of, self.at, str(self.id)) or ()
        return await model_versions_of(info.context, ids, self.at)


ModelVersionResult = Annotated[ModelVersion | AnyProblem, strawberry.union("ModelVersionResult")]


@strawberry.type
class ReleaseQueries:
    @strawberry.field(description="One version of a model.")
    async def model_version(
        self, info: AskingInfo, model: AssetRefInput, version: str, as_of: AsOfInput | None = None
    ) -> ModelVersionResult:
        key = kinds.ModelVersion(*model.held(info.context), info.context.services.redactor.name(version))
        return await find_model_version(info.context, key.id, as_of)


async def find_model_version(asking: Asking, identifier: str, when: AsOfInput | None) -> ModelVersion | AnyProblem:
    """Return the model version of an id as it was, or the problem that stands for it."""
    try:
        at = as_of(when, asking)
    except EXPECTED as error:
        return as_problem(error)
    found = await _model_version(asking, identifier, at)
    if found is not None:
        return found
    now = await _model_version(asking, identifier, AsOf())
    return not_found("There is no model version of this name at the time asked for.", ever_known=now is not None)


@nodes.resolves("ModelVersion")
async def _model_version(asking: Asking, identifier: str, at: AsOf) -> ModelVersion | None:
    record = await asking.load(queries.model_versions, at, identifier)
    return None if record is None else ModelVersion(id=strawberry.ID(record.id), record=record, at=at)


async def model_versions_of(asking: Asking, identifiers: Iterable[str], at: AsOf) -> list[ModelVersion]:
    """Return the model versions of these ids that were known, in their order."""
    found = await gather(*(_model_version(asking, one, at) for one in identifiers))
    return [version for version in found if version is not None]


def _registration(found: found_model.Registration, at: AsOf) -> Registration:
    code, environment = found.code, found.environment
    return Registration(
        found=found,
        at=at,
        entry=found.entry,
        registered_by=found.registered_by,
        authenticated=found.authenticated,
        registered_at=Micros(found.registered_at),
        artifact_digest=Digest(found.artifact_digest),
        signature=found.signature,
        intended_use=found.intended_use,
        metrics=[Metric(name=one.name, value=one.value, split=one.split) for one in found.metrics],
        code=None
        if code is None
        else BuildCode(id=strawberry.ID(code.id), repository=code.repository, revision=code.revision, clean=code.clean),
        environment=None
        if environment is None
        else BuildEnvironment(
            id=strawberry.ID(environment.id),
            digest=Digest(environment.digest),
            description=environment.description,
        ),
    )
