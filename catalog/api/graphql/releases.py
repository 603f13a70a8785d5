"""Model versions: what they were trained and evaluated on, built from, and approved for."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import AsOfArgument
from catalog.api.graphql.assets import Asset, StatementSource
from catalog.api.graphql.connections import After, Connection, First, page_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.nodes import Named, Node, QualifiedName, QualifiedNameInput
from catalog.api.graphql.problems import AnyProblem
from catalog.api.graphql.runs import Run
from catalog.api.graphql.scalars import Digest, Micros
from catalog.api.graphql.snapshots import Snapshot
from catalog.assets.queries import node_records
from catalog.reading import AsOf
from catalog.releases import model as found_model
from catalog.releases import queries
from graph_schema import nodes as kinds
from graph_schema.aspects.models import Metric as Measured


@strawberry.type(description="The code revision that a model version was built from.")
class BuildCode:
    id: strawberry.ID = strawberry.field(description="The id of the code revision as a node.")
    repository: str = strawberry.field(description="The address of the repository.")
    revision: str = strawberry.field(description="The commit, as its version control names it.")
    clean: bool | None = strawberry.field(description="Whether the tree was exactly that commit.")


@strawberry.type(description="The software environment that a model version was built in.")
class BuildEnvironment:
    id: strawberry.ID = strawberry.field(description="The id of the environment as a node.")
    digest: Digest = strawberry.field(description="The digest over everything that was installed in it.")
    description: str | None = strawberry.field(description="What that was, in short.")


@strawberry.type(description="A figure measured, as the decimal text that was recorded.")
class Metric:
    name: str = strawberry.field(description="What was measured.")
    value: str = strawberry.field(description="The figure, as decimal text.")
    split: str | None = strawberry.field(description="The split of the data that it was measured on.")


@strawberry.type(description="A principal's record of a model version: everything that names it exactly.")
class Registration:
    found: strawberry.Private[found_model.Registration]
    at: strawberry.Private[AsOf]
    entry: int = strawberry.field(description="The ledger entry of the record.")
    registered_by: str = strawberry.field(description="The principal that registered it.")
    authenticated: bool = strawberry.field(description="Whether a key proved who registered it.")
    registered_at: Micros = strawberry.field(description="When it was registered.")
    artifact_digest: Digest = strawberry.field(description="The digest of the model's artifact.")
    signature: str | None = strawberry.field(description="A signature over the artifact, in base64.")
    intended_use: str | None = strawberry.field(description="What the version is meant for.")
    metrics: list[Metric] = strawberry.field(description="The figures that were measured.")
    code: BuildCode | None = strawberry.field(description="What it was built from.")
    environment: BuildEnvironment | None = strawberry.field(description="What it was built in.")

    @strawberry.field(description="The run that trained it, where one is named.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.found.run, self.at)

    @strawberry.field(description="The job that trained it, where one is named.")
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.found.job, self.at)


@strawberry.type(description="That a record or an emitter's event stated a model version.")
class ModelVersionStatement:
    found: strawberry.Private[found_model.VersionStatement]
    at: strawberry.Private[AsOf]
    source: StatementSource = strawberry.field(description="Whether a record says so, or an event of a run.")
    by: str = strawberry.field(description="The principal whose record or event it is.")
    authenticated: bool = strawberry.field(description="Whether a key proved who that was.")
    entry: int = strawberry.field(description="The ledger entry that says so.")
    valid_from: Micros = strawberry.field(description="From when on it holds.")

    @strawberry.field(description="The run that it is an event of, or that a registration names.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.found.run, self.at)

    @strawberry.field(description="The job in which it was said.")
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.found.job, self.at)


@strawberry.type(description="One trained model: exact snapshots, code, environment and artifact.")
class ModelVersion(Asset):
    record: strawberry.Private[found_model.ModelVersionRecord]
    model: QualifiedName = strawberry.field(description="The model that it is a version of.")
    version: str = strawberry.field(description="What its registry calls the version.")
    first_entry: int = strawberry.field(description="The ledger entry that first named it.")

    @strawberry.field(
        description="The newest registration; null where something names the version and nobody registered it."
    )
    def registration(self) -> Registration | None:
        found = self.record.registration
        return None if found is None else _registration(found, self.at)

    @strawberry.field(description="Every registration, the oldest first.")
    def registrations(self) -> list[Registration]:
        return [_registration(one, self.at) for one in self.record.registrations]

    @strawberry.field(
        name="saidBy",
        description="Who stated it, by ledger entry: registrations and the runs that wrote it; without any, the runs "
        "that read it.",
    )
    async def statements(
        self, info: ContextInfo, first: First = 50, after: After = None
    ) -> Connection[ModelVersionStatement]:
        found = await info.context.load(queries.version_statements, self.at, str(self.id)) or ()
        return page_of(
            found,
            lambda one: [one.entry, one.run or ""],
            lambda one: ModelVersionStatement(
                found=one,
                at=self.at,
                source=one.source,
                by=one.by,
                authenticated=one.authenticated,
                entry=one.entry,
                valid_from=Micros(one.at),
            ),
            Cursor.of("model.saidBy", self.id, self.at),
            first,
            after,
        )

    @strawberry.field(description="The snapshots that it was trained on.")
    async def trained_on(self, info: ContextInfo) -> list[Snapshot]:
        found = self.record.registration
        ids = () if found is None else tuple(use.snapshot for use in found.trained_on)
        return await nodes.find_all(Snapshot, info.context, ids, self.at)

    @strawberry.field(description="The snapshots that it was evaluated on.")
    async def evaluated_on(self, info: ContextInfo) -> list[Snapshot]:
        found = self.record.registration
        ids = () if found is None else tuple(use.snapshot for use in found.evaluated_on)
        return await nodes.find_all(Snapshot, info.context, ids, self.at)


@strawberry.type(description="A model across all its versions.")
class Model(Named):
    at: strawberry.Private[AsOf]

    @strawberry.field(description="Its versions, the newest in the ledger first.")
    async def versions(self, info: ContextInfo, first: First = 50, after: After = None) -> Connection[ModelVersion]:
        found = await info.context.load(queries.versions_of, self.at, str(self.id)) or ()
        places = [(-place, version) for place, version in reversed(list(enumerate(found)))]
        cursor = Cursor.of("model.versions", self.id, self.at)
        page = page_of(places, lambda place: [place[0]], lambda place: place[1], cursor, first, after)
        return await nodes.find_page(ModelVersion, info.context, page, self.at)


@strawberry.type(description=kinds.Evaluation.__doc__)
class Evaluation(Node):
    key: strawberry.Private[kinds.Evaluation]
    at: strawberry.Private[AsOf]
    first_entry: int = strawberry.field(description="The ledger entry that first named it.")
    snapshot_digest: Digest = strawberry.field(description="The digest of the snapshot that it was measured on.")
    metrics: list[Metric] = strawberry.field(description="What was measured on the snapshot.")

    @strawberry.field(description="The version that was evaluated.")
    async def model_version(self, info: ContextInfo) -> ModelVersion | None:
        version = kinds.ModelVersion(self.key.namespace, self.key.model, self.key.version)
        return await nodes.find(ModelVersion, info.context, version.id, self.at)


ModelVersionResult = Annotated[
    ModelVersion | AnyProblem,
    strawberry.union("ModelVersionResult", description="The model version, or why there is none to show."),
]


ModelResult = Annotated[
    Model | AnyProblem, strawberry.union("ModelResult", description="The model, or why there is none to show.")
]


@strawberry.type
class ReleaseQueries:
    @strawberry.field(description="One version of a model.")
    async def model_version(
        self,
        info: ContextInfo,
        model: Annotated[QualifiedNameInput, strawberry.argument(description="The namespace and name of the model.")],
        version: Annotated[str, strawberry.argument(description="What its registry calls the version.")],
        as_of: AsOfArgument = None,
    ) -> ModelVersionResult:
        key = kinds.ModelVersion(*model.redacted(info.context), info.context.services.redactor.name(version))
        return await nodes.find_named(ModelVersion, info.context, key.id, as_of, "model version")

    @strawberry.field(description="The model of this namespace and name, with all its versions.")
    async def model(
        self,
        info: ContextInfo,
        ref: Annotated[QualifiedNameInput, strawberry.argument(description="Its namespace and name.")],
        as_of: AsOfArgument = None,
    ) -> ModelResult:
        return await nodes.find_named(Model, info.context, kinds.Model(*ref.redacted(info.context)).id, as_of, "model")


@field_of(Snapshot, description="The model versions that were trained on it.")
async def trained_model_versions(snapshot: strawberry.Parent[Snapshot], info: ContextInfo) -> list[ModelVersion]:
    ids = await info.context.load(queries.trained_on, snapshot.at, snapshot.record.id) or ()
    return await nodes.find_all(ModelVersion, info.context, ids, snapshot.at)


@nodes.resolves(ModelVersion)
async def _model_version(context: RequestContext, identifier: str, at: AsOf) -> ModelVersion | None:
    record = await context.load(queries.model_versions, at, identifier)
    if record is None:
        return None
    title = f"{record.model}@{record.version}"
    return converted(
        ModelVersion,
        record,
        name=title,
        ref=QualifiedName(namespace=record.namespace, name=title),
        find_state=lambda: record.state,
        model=QualifiedName(namespace=record.namespace, name=record.model),
        at=at,
        dataset=None,
        record=record,
    )


@nodes.resolves(Model)
async def _model(context: RequestContext, identifier: str, at: AsOf) -> Model | None:
    found = await context.load(node_records, at, identifier)
    if found is None or not isinstance(found.node, kinds.Model):
        return None
    ref = QualifiedName.of(found.node)
    return Model(id=strawberry.ID(identifier), name=ref.name, ref=ref, at=at)


@nodes.resolves(Evaluation)
async def _evaluation(context: RequestContext, identifier: str, at: AsOf) -> Evaluation | None:
    found = await context.load(node_records, at, identifier)
    if found is None or not isinstance(found.node, kinds.Evaluation):
        return None
    measured = found.aspects.get("metrics")
    return Evaluation(
        id=strawberry.ID(identifier),
        key=found.node,
        at=at,
        first_entry=found.first_entry,
        snapshot_digest=Digest(found.node.snapshot),
        metrics=[converted(Metric, Measured.from_json(one)) for one in (() if measured is None else measured.value)],
    )


def _registration(found: found_model.Registration, at: AsOf) -> Registration:
    return converted(Registration, found, found=found, at=at)
