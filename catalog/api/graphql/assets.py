"""Datasets, jobs and runs."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import strawberry
from strawberry.scalars import JSON
from strawberry.types.base import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument, ReadPoint, read_point
from catalog.api.graphql.as_of import as_of as as_of_times
from catalog.api.graphql.codes import Code, codes_of
from catalog.api.graphql.connections import After, Connection, First, connected, page_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.nodes import Named, Node, QualifiedName, QualifiedNameInput
from catalog.api.graphql.problems import AnyProblem, Problem, as_problem
from catalog.api.graphql.scalars import Long, Micros, micros
from catalog.assets import model, queries
from catalog.assets.rules import MANDATORY
from catalog.assets.run_refs import in_words
from catalog.errors import ADDRESSED, ProblemCode
from catalog.lineage.columns.queries import column_lineage_in_force
from catalog.reading import AsOf
from graph_schema import nodes as kinds
from graph_schema.aspects import USE
from graph_schema.identity import split_state_id
from graph_schema.vocabulary import duo, hl7, words

COLUMN_LINEAGE = "column_lineage"
T = TypeVar("T")
Names = Annotated[
    list[str] | None,
    strawberry.argument(description="The names of the aspects that are wanted; all where none are given."),
]

AssetState = model.AssetState
enums.enter(AssetState)
StatementSource = model.StatementSource
enums.enter(StatementSource)
RunState = model.RunState
enums.enter(RunState)
DeidentificationState = words.DeidentificationState
enums.enter(DeidentificationState)
RetentionClass = words.RetentionClass
enums.enter(RetentionClass)
SourceKind = words.SourceKind
enums.enter(SourceKind)
Zone = words.Zone
enums.enter(Zone)
PhiKind = words.PhiKind
enums.enter(PhiKind)


if TYPE_CHECKING:

    class MandatoryField(StrEnum):
        """A field of `rules.MANDATORY`."""
else:
    MandatoryField = StrEnum("MandatoryField", {name.upper(): name for name in MANDATORY})
enums.enter(
    MandatoryField,
    description="What has to be recorded of every dataset.",
    members={name.upper(): note for name, note in MANDATORY.items()},
)


@strawberry.interface(description="Something that data lies in or that was made of it.")
class Asset(Named):
    state: AssetState = strawberry.field(description="Where it stands in its life.")
    at: strawberry.Private[AsOf]
    dataset: strawberry.Private[str | None]
    """The dataset that it is, or is a state of, by id."""

    @strawberry.field(description="Where this was read, so that it can be read again, equal.")
    def read_point(self, info: ContextInfo) -> ReadPoint:
        return read_point(info.context.view(self.at))


@strawberry.type(description="The system that data comes from.")
class SourceSystem:
    name: str = strawberry.field(description="What the system is called where it runs.")
    kind: SourceKind = strawberry.field(description="What kind of system it is.")


@strawberry.type(description="How long data is kept.")
class Retention:
    policy_class: RetentionClass = strawberry.field(description="The class of the retention policy.")
    period_days: int = strawberry.field(description="How many days the data is kept.")


@strawberry.type(description="What the owner permits, in codes and in words.")
class PermittedUse:
    purposes: list[Code] = strawberry.field(description="Purposes that it may be used for: codes of HL7 PurposeOfUse.")
    duo: list[Code] = strawberry.field(
        description="Permissions and their modifiers: codes of the GA4GH Data Use Ontology."
    )
    refrains: list[Code] = strawberry.field(description="What must not be done with it: codes of HL7 RefrainPolicy.")
    obligations: list[Code] = strawberry.field(
        description="What must be done by whoever uses it: codes of HL7 ObligationPolicy."
    )
    statement: str | None = strawberry.field(description="The same in the owner's own words.")


@strawberry.type(description="A mandatory field that nobody recorded, and what would fill it.")
class RecordGap:
    field: MandatoryField = strawberry.field(description="The field that is missing.")
    note: str = strawberry.field(description="What would fill it, in words.")


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


@strawberry.type(description="A named collection of data, with everything in force about it.")
class Dataset(Asset):
    record: strawberry.Private[model.DatasetRecord]

    @strawberry.field(description="The ledger entry that first named it.")
    def first_entry(self) -> int:
        return self.record.first_entry

    @strawberry.field(description="The unit or role that answers for it; null where nobody declared one.")
    def owner(self) -> str | None:
        return _value(self.record.owner)

    @strawberry.field(description="The system outside that its data comes from.")
    def source_system(self) -> SourceSystem | None:
        declared = _value(self.record.source_system)
        return None if declared is None else converted(SourceSystem, declared)

    @strawberry.field(description="The version of its schema, as its owner counts.")
    def schema_version(self) -> str | None:
        return _value(self.record.schema_version)

    @strawberry.field(description="What it is for clinically.")
    def clinical_purpose(self) -> str | None:
        return _value(self.record.clinical_purpose)

    @strawberry.field(description="The kinds of PHI that the owner declares; null where nobody said.")
    def phi_category(self) -> list[PhiKind] | None:
        declared = _value(self.record.phi_category)
        return None if declared is None else [PhiKind(kind) for kind in declared]

    @strawberry.field(description="How far identifiers are gone, as the owner declares it; UNKNOWN until then.")
    def deidentification_state(self) -> DeidentificationState:
        declared = _value(self.record.deidentification_state)
        return DeidentificationState.UNKNOWN if declared is None else DeidentificationState(declared)

    @strawberry.field(description="How long it is kept.")
    def retention(self) -> Retention | None:
        declared = _value(self.record.retention)
        return None if declared is None else converted(Retention, declared)

    @strawberry.field(description="What it may be used for.")
    def permitted_use(self) -> PermittedUse | None:
        declared = _value(self.record.permitted_use)
        if declared is None:
            return None
        return PermittedUse(
            purposes=codes_of(hl7.PURPOSE_OF_USE, declared.purposes),
            duo=codes_of(duo.DUO, declared.duo),
            refrains=codes_of(hl7.REFRAINS, declared.refrains),
            obligations=codes_of(hl7.OBLIGATIONS, declared.obligations),
            statement=declared.statement,
        )

    @strawberry.field(description="Where in the estate it lies.")
    def zone(self) -> Zone | None:
        declared = _value(self.record.zone)
        return None if declared is None else Zone(declared)

    @strawberry.field(description="The hospital, institute or place that holds it.")
    def site(self) -> str | None:
        return _value(self.record.site)

    @strawberry.field(description="The region that it may not leave.")
    def region(self) -> str | None:
        return _value(self.record.region)

    @strawberry.field(description="What an emitter says of it.")
    def documentation(self) -> str | None:
        return _value(self.record.documentation)

    @strawberry.field(description="What an emitter says that it is, such as TABLE or FILE.")
    def dataset_type(self) -> str | None:
        return _value(self.record.dataset_type)

    @strawberry.field(description="The owners that an emitter names.")
    def named_owners(self) -> list[str]:
        return [owner.name for owner in _value(self.record.ownership) or ()]

    @strawberry.field(description="Mandatory fields that nobody recorded.")
    def gaps(self) -> list[RecordGap]:
        return [converted(RecordGap, gap) for gap in self.record.gaps]

    @strawberry.field(
        description="Everything in force about the dataset, with who said it and where; all where no names are given."
    )
    async def aspects(self, info: ContextInfo, names: Names = None) -> list[AspectInForce]:
        found = aspects_of(self.record.aspects, names)
        # What each job says of its own write is in force, not the last writer's alone.
        if any(one.aspect == COLUMN_LINEAGE for one in found) or COLUMN_LINEAGE in (names or ()):
            each = await info.context.load(column_lineage_in_force, self.at, self.record.id) or ()
            found = [one for one in found if one.aspect != COLUMN_LINEAGE]
            found += [converted(AspectInForce, one, aspect=COLUMN_LINEAGE) for one in each]
        return sorted(found, key=lambda one: one.aspect)


@strawberry.type(description="Something odd about an event, which was taken all the same.")
class Flag:
    entry: int = strawberry.field(description="The ledger entry of the event.")
    pointer: str = strawberry.field(description="Where in the event, as a JSON pointer.")
    code: str = strawberry.field(description="What was odd, as a code for programs.")
    size: Long | None = strawberry.field(description="Of a facet that was left out: how many bytes it had.")


@strawberry.type(description="A text in an event or record that was replaced before it was stored.")
class Redaction:
    entry: int = strawberry.field(description="The ledger entry of the event or record.")
    pointer: str = strawberry.field(description="Where in it, as a JSON pointer.")
    rule: str = strawberry.field(description="The rule that found it, as docs/redaction.md names it.")


@strawberry.type(description="The SQL statement of a job, with every literal in it replaced.")
class SqlStatement:
    query: str | None = strawberry.field(description="The statement.")
    dialect: str | None = strawberry.field(description="The dialect that it is written in, as the emitter names it.")


@strawberry.type(description="What kind of job it is, as its emitter says.")
class JobType:
    processing_type: str | None = strawberry.field(description="How it processes: BATCH, STREAMING or SERVICE.")
    integration: str | None = strawberry.field(description="What it runs in, such as SPARK, DBT or AIRFLOW.")
    job_type: str | None = strawberry.field(description="What it is there, such as QUERY, MODEL or TASK.")


@strawberry.type(description="Where the code of a job lies, as its emitter says.")
class SourceCodeLocation:
    type: str | None = strawberry.field(description="The kind of version control, such as git.")
    url: str | None = strawberry.field(description="The address of the file.")
    repo_url: str | None = strawberry.field(description="The address of the repository.")
    path: str | None = strawberry.field(description="The path of the file in the repository.")
    version: str | None = strawberry.field(description="The revision, such as a commit.")
    tag: str | None = strawberry.field(description="The tag of the revision.")
    branch: str | None = strawberry.field(description="The branch that it was on.")


@strawberry.type(description="What a run failed of, as its emitter says.")
class RunError:
    message: str | None = strawberry.field(description="The message, with what it quotes replaced.")
    programming_language: str | None = strawberry.field(description="The language of the program that failed.")
    stack_trace: str | None = strawberry.field(description="Where in the program it failed.")


@strawberry.type(description="A transformation that can run many times.")
class Job(Named):
    record: strawberry.Private[model.JobRecord]
    at: strawberry.Private[AsOf]

    @strawberry.field(description="The ledger entry that first named it.")
    def first_entry(self) -> int:
        return self.record.first_entry

    @strawberry.field(description="What an emitter says of it.")
    def documentation(self) -> str | None:
        return _value(self.record.documentation)

    @strawberry.field(description="The statement, every literal replaced.")
    def sql(self) -> SqlStatement | None:
        return _texts(SqlStatement, self.record.sql)

    @strawberry.field(description="What kind of job it is, as its emitter says.")
    def job_type(self) -> JobType | None:
        return _texts(JobType, self.record.job_type)

    @strawberry.field(description="Where its code lies, as its emitter says.")
    def source_code_location(self) -> SourceCodeLocation | None:
        return _texts(SourceCodeLocation, self.record.source_code_location)

    @strawberry.field(description="The runs that executed it, the newest in the ledger first.")
    async def runs(self, info: ContextInfo, first: First = 50, after: After = None) -> Connection[Run]:
        found = await info.context.load(queries.runs_of, self.at, self.record.id) or ()
        return await _runs(info.context, found, self.at, Cursor.of("job.runs", self.record.id, self.at), first, after)

    @strawberry.field(description="Seen only as the end of an edge, never described.")
    def ghost(self) -> bool:
        return self.record.ghost

    @strawberry.field(description="Everything in force about the job; all where no names are given.")
    def aspects(self, names: Names = None) -> list[AspectInForce]:
        return aspects_of(self.record.aspects, names)


@strawberry.type(description="One execution of a job, as it was at the point read.")
class Run(Node):
    record: strawberry.Private[model.RunRecord]
    at: strawberry.Private[AsOf]

    @strawberry.field(description="The run's UUID, as its pipeline chose it.")
    def run_id(self) -> str:
        return self.record.run_id

    @strawberry.field(description="How the run stands; null where no event of it was known by then.")
    def run_state(self) -> RunState | None:
        return self.record.state

    @strawberry.field(description="When it started, or the time of its earliest event; null before any was known.")
    def started_at(self) -> Micros | None:
        return micros(self.record.started_at)

    @strawberry.field(description="False where no START came, and the earliest event stands for it.")
    def start_known(self) -> bool:
        return self.record.start_known

    @strawberry.field(description="When it ended; null while it runs.")
    def ended_at(self) -> Micros | None:
        return micros(self.record.ended_at)

    @strawberry.field(description="What it failed of, as its emitter says.")
    def error(self) -> RunError | None:
        return _texts(RunError, self.record.error)

    @strawberry.field(description="The job that it executed.")
    async def job(self, info: ContextInfo) -> Job | None:
        return await nodes.find(Job, info.context, self.record.job, self.at)

    @strawberry.field(description="The run that started this one; where several are named, the one named last.")
    async def parent(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, next(iter(self.record.parents), None), self.at)

    @strawberry.field(description="The runs that it started, the newest in the ledger first.")
    async def children(self, info: ContextInfo, first: First = 50, after: After = None) -> Connection[Run]:
        found = await info.context.load(queries.children_of, self.at, self.record.id) or ()
        cursor = Cursor.of("run.children", self.record.id, self.at)
        return await _runs(info.context, found, self.at, cursor, first, after)

    @strawberry.field(description="What was odd about its events, which were taken all the same.")
    async def flags(self, info: ContextInfo) -> list[Flag]:
        noted = await info.context.load(queries.event_notes, self.at, self.record.id)
        return [] if noted is None else [converted(Flag, one) for one in noted.flags]

    @strawberry.field(description="What was replaced in its events before they were stored.")
    async def redactions(self, info: ContextInfo) -> list[Redaction]:
        noted = await info.context.load(queries.event_notes, self.at, self.record.id)
        return [] if noted is None else [converted(Redaction, one, rule=one.code) for one in noted.redactions]

    @strawberry.field(description="The datasets that it read.")
    async def inputs(self, info: ContextInfo) -> list[Dataset]:
        return await nodes.find_all(Dataset, info.context, self.record.inputs, self.at)

    @strawberry.field(description="The datasets that it wrote.")
    async def outputs(self, info: ContextInfo) -> list[Dataset]:
        return await nodes.find_all(Dataset, info.context, self.record.outputs, self.at)

    @strawberry.field(description="The ledger entries of its events.")
    def entries(self) -> list[int]:
        return list(self.record.entries)

    @strawberry.field(description="Everything in force about the run; all where no names are given.")
    def aspects(self, names: Names = None) -> list[AspectInForce]:
        return aspects_of(self.record.aspects, names)


@strawberry.type(
    description="The state in which a run left a dataset that no emitter versioned: derived, never stored."
)
class DatasetState(Asset):
    run_id: strawberry.Private[str]

    @strawberry.field(description="The dataset that this is a state of.")
    async def of(self, info: ContextInfo) -> Dataset | None:
        return await nodes.find(Dataset, info.context, self.dataset, self.at)

    @strawberry.field(description="The run that left the dataset in this state.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.run_id, self.at)


DatasetResult = Annotated[
    Dataset | AnyProblem, strawberry.union("DatasetResult", description="The dataset, or why there is none to show.")
]


JobResult = Annotated[
    Job | AnyProblem, strawberry.union("JobResult", description="The job, or why there is none to show.")
]


@strawberry.type(description="Several jobs ran under this run id, each a run of its own; say which by `job`.")
class AmbiguousRun(Problem):
    candidates: list[Run] = strawberry.field(description="The runs that are meant, by their jobs' names.")


RunResult = Annotated[
    Run | AmbiguousRun | AnyProblem,
    strawberry.union("RunResult", description="The run, or why there is none to show, or not one alone."),
]


@strawberry.type
class AssetQueries:
    @strawberry.field(description="The dataset of this namespace and name.")
    async def dataset(
        self,
        info: ContextInfo,
        ref: Annotated[QualifiedNameInput, strawberry.argument(description="Its namespace and name.")],
        as_of: AsOfArgument = None,
    ) -> DatasetResult:
        identifier = kinds.Dataset(*ref.redacted(info.context)).id
        return await nodes.find_named(Dataset, info.context, identifier, as_of, "dataset")

    @strawberry.field(description="The job of this namespace and name.")
    async def job(
        self,
        info: ContextInfo,
        ref: Annotated[QualifiedNameInput, strawberry.argument(description="Its namespace and name.")],
        as_of: AsOfArgument = None,
    ) -> JobResult:
        identifier = kinds.Job(*ref.redacted(info.context)).id
        return await nodes.find_named(Job, info.context, identifier, as_of, "job")

    @strawberry.field(description="The run of this UUID.")
    async def run(
        self,
        info: ContextInfo,
        run_id: Annotated[str, strawberry.argument(description="The run's UUID, as its pipeline chose it.")],
        job: Annotated[
            QualifiedNameInput | None,
            strawberry.argument(description="The job that it executed, where several ran under one UUID."),
        ] = None,
        as_of: AsOfArgument = None,
    ) -> RunResult:
        named = info.context.services.redactor.name(run_id)
        if job is not None:
            identifier = kinds.Run.of(kinds.Job(*job.redacted(info.context)), named).id
            return await nodes.find_named(Run, info.context, identifier, as_of, "run")
        try:
            at = as_of_times(as_of, info.context)
        except ADDRESSED as error:
            return as_problem(error)
        ids = await info.context.load(queries.runs_with_id, at, named)
        ever = ids or await info.context.load(queries.runs_with_id, AsOf(), named) or (kinds.Run.of(None, named).id,)
        every = await gather(*(nodes.find_then(info.context, one, at) for one in ids or ()))
        found = [one for one in every if isinstance(one, Run)]
        if len(found) <= 1:
            return await nodes.find_named(Run, info.context, found[0].record.id if found else ever[0], as_of, "run")
        jobs = in_words([one.record.executed for one in found if one.record.executed is not None])
        return AmbiguousRun(
            code=ProblemCode.INVALID_INPUT,
            message=f"Several jobs ran under this run id: {jobs}. Say which by `job`.",
            candidates=found,
        )


@nodes.resolves(Dataset)
async def _dataset(context: RequestContext, identifier: str, at: AsOf) -> Dataset | None:
    record = await context.load(queries.datasets, at, identifier)
    return (
        None
        if record is None
        else converted(Dataset, record, ref=_ref(record), at=at, dataset=record.id, record=record)
    )


@nodes.resolves(Job)
async def _job(context: RequestContext, identifier: str, at: AsOf) -> Job | None:
    record = await context.load(queries.jobs, at, identifier)
    if record is None:
        return None
    ref = QualifiedName(namespace=record.namespace, name=record.name)
    return converted(Job, record, ref=ref, record=record, at=at)


@nodes.resolves(Run)
async def _run(context: RequestContext, identifier: str, at: AsOf) -> Run | None:
    record = await context.load(queries.runs, at, identifier)
    return None if record is None else converted(Run, record, record=record, at=at)


@nodes.resolves(DatasetState, "State")
async def _state(context: RequestContext, identifier: str, at: AsOf) -> DatasetState | None:
    ids = split_state_id(identifier)
    record = None if ids is None else await context.load(queries.datasets, at, ids[0])
    if ids is None or record is None:
        return None
    return converted(DatasetState, record, id=identifier, ref=_ref(record), at=at, dataset=record.id, run_id=ids[1])


async def _runs(
    context: RequestContext,
    found: Sequence[model.NamedRun],
    at: AsOf,
    cursor: Cursor,
    first: int,
    after: str | None,
) -> Connection[Run]:
    page = page_of(found, lambda run: [-run.entry, run.id], lambda run: run, cursor, first, after)
    runs = {str(run.id): run for run in await nodes.find_all(Run, context, [run.id for run in page.nodes], at)}
    return connected(page, lambda named: runs.get(named.id))


def _ref(record: model.DatasetRecord) -> QualifiedName:
    return QualifiedName(namespace=record.namespace, name=record.name)


def _value(found: model.AspectInForce[T] | None) -> T | None:
    return None if found is None else found.value


def _texts(kind: type[T], facet: model.AspectInForce[Any] | None) -> T | None:
    """Return the texts of a facet as its type: what is no text there is left out, `aspects` shows it as it came."""
    value = _value(facet)
    if not isinstance(value, dict):
        return None
    fields = get_object_definition(kind, strict=True).fields
    texts = {field.python_name: value.get(to_camel_case(field.python_name)) for field in fields}
    return kind(**{name: text if isinstance(text, str) else None for name, text in texts.items()})


def aspects_of(aspects: Mapping[str, model.AspectInForce[Any]], names: list[str] | None) -> list[AspectInForce]:
    """Return the aspects in force of these names, all but those of single uses where none are given, by name."""
    return [
        converted(AspectInForce, found, aspect=name)
        for name, found in sorted(aspects.items())
        if (not name.startswith(USE) if names is None else name in names)
    ]
