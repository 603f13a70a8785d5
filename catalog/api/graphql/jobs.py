"""Jobs, as their emitters describe them."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import AsOfArgument
from catalog.api.graphql.assets import AspectInForce, Names, aspects_of, texts_of, value_of
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.nodes import Named, QualifiedName, QualifiedNameInput
from catalog.api.graphql.problems import AnyProblem
from catalog.assets import model, queries
from catalog.reading import AsOf
from graph_schema import nodes as kinds


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


@strawberry.type(description="A transformation that can run many times.")
class Job(Named):
    named: strawberry.Private[queries.Named[model.JobRecord]]
    at: strawberry.Private[AsOf]

    @property
    def record(self) -> model.JobRecord:
        """What is in force about it, read once something of it is asked for."""
        return self.named.record

    @strawberry.field(description="The ledger entry that first named it.")
    def first_entry(self) -> int:
        return self.named.first_entry

    @strawberry.field(description="What an emitter says of it.")
    def documentation(self) -> str | None:
        return value_of(self.record.documentation)

    @strawberry.field(description="The statement, every literal replaced.")
    def sql(self) -> SqlStatement | None:
        return texts_of(SqlStatement, self.record.sql)

    @strawberry.field(description="What kind of job it is, as its emitter says.")
    def job_type(self) -> JobType | None:
        return texts_of(JobType, self.record.job_type)

    @strawberry.field(description="Where its code lies, as its emitter says.")
    def source_code_location(self) -> SourceCodeLocation | None:
        return texts_of(SourceCodeLocation, self.record.source_code_location)

    @strawberry.field(description="Seen only as the end of an edge, never described.")
    def ghost(self) -> bool:
        return self.record.ghost

    @strawberry.field(description="Everything in force about the job; all where no names are given.")
    def aspects(self, names: Names = None) -> list[AspectInForce]:
        return aspects_of(self.record.aspects, names)


JobResult = Annotated[
    Job | AnyProblem, strawberry.union("JobResult", description="The job, or why there is none to show.")
]


@strawberry.type
class JobQueries:
    @strawberry.field(description="The job of this namespace and name.")
    async def job(
        self,
        info: ContextInfo,
        ref: Annotated[QualifiedNameInput, strawberry.argument(description="Its namespace and name.")],
        as_of: AsOfArgument = None,
    ) -> JobResult:
        identifier = kinds.Job(*ref.redacted(info.context)).id
        return await nodes.find_named(Job, info.context, identifier, as_of, "job")


@nodes.named(Job, queries.named_jobs)
def _job(found: queries.Named[model.JobRecord], at: AsOf) -> Job:
    assert isinstance(found.node, kinds.Job)  # noqa: S101  what it reads holds no others
    ref = QualifiedName.of(found.node)
    return Job(id=strawberry.ID(found.node.id), name=found.node.name, ref=ref, named=found, at=at)
