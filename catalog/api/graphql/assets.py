"""Datasets, jobs and runs."""

# ruff: noqa: FBT001, FBT002  (an argument of a field has a name and a default)

from __future__ import annotations

from asyncio import gather
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import strawberry
from strawberry.scalars import JSON

from catalog.api.graphql import nodes
from catalog.api.graphql.asking import Asking, AskingInfo
from catalog.api.graphql.connections import Connection, page_of
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.labels import Attestation, PhiLabel, attestations_of, labels_of
from catalog.api.graphql.nodes import AssetRef, AssetRefInput, Node
from catalog.api.graphql.problems import EXPECTED, AnyProblem, as_problem, not_found
from catalog.api.graphql.reading import AsOfInput, ReadPoint, as_of, read_point
from catalog.api.graphql.scalars import Micros
from catalog.assets import model, queries
from catalog.reading import AsOf
from graph_schema import nodes as kinds
from graph_schema.identity import split_state_id

if TYPE_CHECKING:
    from catalog.api.graphql.snapshots import Snapshot

T = TypeVar("T")

AssetState = model.AssetState
strawberry.enum(AssetState, description="Where an asset stands in its life.")
Voice = model.Voice
strawberry.enum(Voice, description="Who spoke.")


@strawberry.interface(description="Something that data lies in or that was made of it.")
class Asset(Node):
    @strawberry.field
    def name(self) -> str:
        return self._ref().name

    @strawberry.field
    def ref(self) -> AssetRef:
        return self._ref()

    @strawberry.field
    def state(self) -> AssetState:
        return self._state()

    @strawberry.field(
        description="PHI labels that principals asserted or emitters claimed on the dataset or its columns."
    )
    async def labels(self, info: AskingInfo, include_rejected: bool = False) -> list[PhiLabel]:
        dataset = self._dataset()
        if dataset is None:
            return []
        return await labels_of(info.context, dataset, self._at(), rejected=include_rejected)

    @strawberry.field
    def read_point(self, info: AskingInfo) -> ReadPoint:
        return read_point(info.context, self._at())

    def _ref(self) -> AssetRef:
        raise AssertionError(type(self))

    def _state(self) -> model.AssetState:
        raise AssertionError(type(self))

    def _dataset(self) -> str | None:
        raise AssertionError(type(self))

    def _at(self) -> AsOf:
        raise AssertionError(type(self))


@strawberry.type(description="The system that data comes from.")
class SourceSystem:
    name: str
    kind: str


@strawberry.type(description="How long data is kept.")
class Retention:
    policy_class: str
    period_days: int


@strawberry.type(description="What the owner permits, in codes and in words.")
class PermittedUse:
    purposes: list[str]
    duo: list[str]
    refrains: list[str]
    obligations: list[str]
    statement: str | None


@strawberry.type(description="A mandatory field that nobody recorded, and what would fill it.")
class RecordGap:
    field: str
    note: str


@strawberry.type(
    description="One aspect in force: its value, who spoke, the ledger entry that says so, and since when."
)
class AspectInForce:
    aspect: str
    value: JSON
    voice: Voice
    entry: int
    since: Micros
    run: strawberry.ID | None


@strawberry.type(description="A field of the schema in force; nested fields follow their parent.")
class SchemaColumn:
    id: strawberry.ID
    name: str
    type: str | None
    description: str | None


@strawberry.type(description="A named collection of data, with everything in force about it.")
class Dataset(Asset):
    record: strawberry.Private[model.DatasetRecord]
    at: strawberry.Private[AsOf]

    @strawberry.field
    def first_entry(self) -> int:
        return self.record.first_entry

    @strawberry.field
    def owner(self) -> str | None:
        return _value(self.record.owner)

    @strawberry.field
    def source_system(self) -> SourceSystem | None:
        said = self.record.source_system
        return None if said is None else SourceSystem(name=said.value.name, kind=said.value.kind)

    @strawberry.field
    def schema_version(self) -> str | None:
        return _value(self.record.schema_version)

    @strawberry.field
    def clinical_purpose(self) -> str | None:
        return _value(self.record.clinical_purpose)

    @strawberry.field(description="The kinds of PHI that the owner declares; null where nobody said.")
    def phi_category(self) -> list[str] | None:
        said = self.record.phi_category
        return None if said is None else list(said.value)

    @strawberry.field(description="RAW, DE_IDENTIFIED, PSEUDONYMIZED, AGGREGATED, or UNKNOWN until said.")
    def deid_state(self) -> str:
        return _value(self.record.deidentification_state) or "UNKNOWN"

    @strawberry.field
    def retention(self) -> Retention | None:
        said = self.record.retention
        return (
            None
            if said is None
            else Retention(policy_class=said.value.policy_class, period_days=said.value.period_days)
        )

    @strawberry.field
    def permitted_use(self) -> PermittedUse | None:
        if self.record.permitted_use is None:
            return None
        use = self.record.permitted_use.value
        return PermittedUse(
            purposes=list(use.purposes),
            duo=list(use.duo),
            refrains=list(use.refrains),
            obligations=list(use.obligations),
            statement=use.statement,
        )

    @strawberry.field
    def zone(self) -> str | None:
        return _value(self.record.zone)

    @strawberry.field
    def site(self) -> str | None:
        return _value(self.record.site)

    @strawberry.field
    def region(self) -> str | None:
        return _value(self.record.region)

    @strawberry.field
    def documentation(self) -> str | None:
        return _value(self.record.documentation)

    @strawberry.field
    def dataset_type(self) -> str | None:
        return _value(self.record.dataset_type)

    @strawberry.field(description="The owners that an emitter names.")
    def named_owners(self) -> list[str]:
        said = self.record.ownership
        return [] if said is None else [owner.name for owner in said.value]

    @strawberry.field
    def columns(self, first: int = 100, after: str | None = None) -> Connection[SchemaColumn]:
        cursor = Cursor.of("columns", self.record.id, self.at)
        return page_of(self.record.columns, lambda column: [column.ordinal], _column, cursor, first, after)

    @strawberry.field(description="The snapshots of the dataset, the newest entry last.")
    async def snapshots(
        self, info: AskingInfo, first: int = 50, after: str | None = None
    ) -> Connection[Annotated[Snapshot, strawberry.lazy("catalog.api.graphql.snapshots")]]:
        from catalog.api.graphql.snapshots import page_of_dataset  # noqa: PLC0415  each knows the other

        return await page_of_dataset(info.context, self.record.id, self.at, first, after)

    @strawberry.field(description="Mandatory fields that nobody recorded.")
    def gaps(self) -> list[RecordGap]:
        return [RecordGap(field=gap.field, note=gap.note) for gap in self.record.gaps]

    @strawberry.field(
        description="Everything in force about the dataset, with who said it and where; all where no names are given."
    )
    def aspects(self, names: list[str] | None = None) -> list[AspectInForce]:
        return _aspects(self.record.aspects, names)

    def _ref(self) -> AssetRef:
        return AssetRef(namespace=self.record.namespace, name=self.record.name)

    def _state(self) -> model.AssetState:
        return self.record.state

    def _dataset(self) -> str:
        return self.record.id

    def _at(self) -> AsOf:
        return self.at


@strawberry.type(description="A transformation that can run many times.")
class Job(Node):
    record: strawberry.Private[model.JobRecord]
    at: strawberry.Private[AsOf]

    @strawberry.field
    def name(self) -> str:
        return self.record.name

    @strawberry.field
    def ref(self) -> AssetRef:
        return AssetRef(namespace=self.record.namespace, name=self.record.name)

    @strawberry.field
    def first_entry(self) -> int:
        return self.record.first_entry

    @strawberry.field
    def documentation(self) -> str | None:
        return _value(self.record.documentation)

    @strawberry.field(description="The statement, every literal replaced.")
    def sql(self) -> JSON | None:
        return _value(self.record.sql)

    @strawberry.field
    def job_type(self) -> JSON | None:
        return _value(self.record.job_type)

    @strawberry.field
    def source_code_location(self) -> JSON | None:
        return _value(self.record.source_code_location)

    @strawberry.field(description="Seen only as the end of an edge, never described.")
    def ghost(self) -> bool:
        return self.record.ghost

    @strawberry.field(description="De-identification attested for this job.")
    async def attestations(self, info: AskingInfo) -> list[Attestation]:
        return await attestations_of(info.context, self.record.id, self.at)

    @strawberry.field(description="Everything in force about the job; all where no names are given.")
    def aspects(self, names: list[str] | None = None) -> list[AspectInForce]:
        return _aspects(self.record.aspects, names)


@strawberry.type(description="One execution of a job, as it was at the point read.")
class Run(Node):
    record: strawberry.Private[model.RunRecord]
    at: strawberry.Private[AsOf]

    @strawberry.field
    def run_id(self) -> str:
        return self.record.run_id

    @strawberry.field(description="RUNNING, COMPLETE, FAIL or ABORT; null where no event was known by then.")
    def state(self) -> str | None:
        return self.record.state

    @strawberry.field
    def started_at(self) -> Micros | None:
        return _micros(self.record.started_at)

    @strawberry.field(description="False where no START came, and the earliest event stands for it.")
    def start_known(self) -> bool:
        return self.record.start_known

    @strawberry.field
    def ended_at(self) -> Micros | None:
        return _micros(self.record.ended_at)

    @strawberry.field
    def error(self) -> JSON | None:
        return _value(self.record.error)

    @strawberry.field
    async def job(self, info: AskingInfo) -> Job | None:
        return await _job(info.context, self.record.job, self.at)

    @strawberry.field
    async def parent(self, info: AskingInfo) -> Run | None:
        return await _run(info.context, self.record.parent, self.at)

    @strawberry.field
    async def inputs(self, info: AskingInfo) -> list[Dataset]:
        return await _datasets(info.context, self.record.inputs, self.at)

    @strawberry.field
    async def outputs(self, info: AskingInfo) -> list[Dataset]:
        return await _datasets(info.context, self.record.outputs, self.at)

    @strawberry.field(description="The ledger entries of its events.")
    def entries(self) -> list[int]:
        return list(self.record.entries)

    @strawberry.field(description="Everything in force about the run; all where no names are given.")
    def aspects(self, names: list[str] | None = None) -> list[AspectInForce]:
        return _aspects(self.record.aspects, names)


@strawberry.type(
    description="The state in which a run left a dataset that no emitter versioned: derived, never stored."
)
class State(Asset):
    dataset: strawberry.Private[model.DatasetRecord]
    run_key: strawberry.Private[str]
    at: strawberry.Private[AsOf]

    @strawberry.field
    def of(self) -> Dataset | None:
        return _as_dataset(self.dataset, self.at)

    @strawberry.field
    async def run(self, info: AskingInfo) -> Run | None:
        return await _run(info.context, self.run_key, self.at)

    def _ref(self) -> AssetRef:
        return AssetRef(namespace=self.dataset.namespace, name=self.dataset.name)

    def _state(self) -> model.AssetState:
        return self.dataset.state

    def _dataset(self) -> str:
        return self.dataset.id

    def _at(self) -> AsOf:
        return self.at


DatasetResult = Annotated[Dataset | AnyProblem, strawberry.union("DatasetResult")]


@strawberry.type
class AssetQueries:
    @strawberry.field(description="The dataset of a name.")
    async def dataset(self, info: AskingInfo, ref: AssetRefInput, as_of: AsOfInput | None = None) -> DatasetResult:
        return await find_dataset(info.context, kinds.Dataset(*ref.held(info.context)).id, as_of)


async def find_dataset(asking: Asking, identifier: str, when: AsOfInput | None) -> Dataset | AnyProblem:
    """Return the dataset of an id as it was, or the problem that stands for it."""
    try:
        at = as_of(when, asking)
    except EXPECTED as error:
        return as_problem(error)
    record = await asking.load(queries.datasets, at, identifier)
    if record is not None:
        return _as_dataset(record, at)
    now = await asking.load(queries.datasets, AsOf(), identifier)
    return not_found("There is no dataset of this name at the time asked for.", ever_known=now is not None)


@nodes.resolves("Dataset")
async def _dataset(asking: Asking, identifier: str, at: AsOf) -> Dataset | None:
    record = await asking.load(queries.datasets, at, identifier)
    return None if record is None else _as_dataset(record, at)


@nodes.resolves("Job")
async def _job(asking: Asking, identifier: str | None, at: AsOf) -> Job | None:
    record = None if identifier is None else await asking.load(queries.jobs, at, identifier)
    return None if record is None else Job(id=strawberry.ID(record.id), record=record, at=at)


@nodes.resolves("Run")
async def _run(asking: Asking, identifier: str | None, at: AsOf) -> Run | None:
    record = None if identifier is None else await asking.load(queries.runs, at, identifier)
    return None if record is None else Run(id=strawberry.ID(record.id), record=record, at=at)


@nodes.resolves("State")
async def _state(asking: Asking, identifier: str, at: AsOf) -> State | None:
    ids = split_state_id(identifier)
    record = None if ids is None else await asking.load(queries.datasets, at, ids[0])
    if ids is None or record is None:
        return None
    return State(id=strawberry.ID(identifier), dataset=record, run_key=ids[1], at=at)


async def dataset_of(asking: Asking, identifier: str, at: AsOf) -> Dataset | None:
    """Return the dataset of an id, None where there is none."""
    return await _dataset(asking, identifier, at)


async def job_of(asking: Asking, identifier: str | None, at: AsOf) -> Job | None:
    """Return the job of an id, None where there is none."""
    return await _job(asking, identifier, at)


async def run_of(asking: Asking, identifier: str | None, at: AsOf) -> Run | None:
    """Return the run of an id, None where there is none."""
    return await _run(asking, identifier, at)


async def runs_of(asking: Asking, identifiers: Iterable[str], at: AsOf) -> list[Run]:
    """Return the runs of these ids that were known, in their order."""
    found = await gather(*(_run(asking, one, at) for one in identifiers))
    return [run for run in found if run is not None]


async def _datasets(asking: Asking, identifiers: Iterable[str], at: AsOf) -> list[Dataset]:
    found = await gather(*(_dataset(asking, one, at) for one in identifiers))
    return [dataset for dataset in found if dataset is not None]


def _as_dataset(record: model.DatasetRecord, at: AsOf) -> Dataset:
    return Dataset(id=strawberry.ID(record.id), record=record, at=at)


def _column(column: model.ColumnRecord) -> SchemaColumn:
    return SchemaColumn(id=strawberry.ID(column.id), name=column.name, type=column.type, description=column.description)


def _value(said: model.Said[T] | None) -> T | None:
    return None if said is None else said.value


def _micros(at: int | None) -> Micros | None:
    return None if at is None else Micros(at)


def _aspects(aspects: Mapping[str, model.Said[Any]], names: list[str] | None) -> list[AspectInForce]:
    return [
        AspectInForce(
            aspect=name,
            value=said.value,
            voice=said.voice,
            entry=said.entry,
            since=Micros(said.since),
            run=None if said.run is None else strawberry.ID(said.run),
        )
        for name, said in sorted(aspects.items())
        if names is None or name in names
    ]
