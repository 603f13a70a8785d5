"""Which code a job and each of its runs ran."""

from __future__ import annotations

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.jobs import Job
from catalog.api.graphql.runs import Run
from catalog.api.graphql.scalars import Digest, Micros
from catalog.assets import code_versions
from catalog.reading import AsOf


@strawberry.type(description="The code of a job or run from one time on; what it reads and writes is each run's own.")
class CodeVersion:
    found: strawberry.Private[code_versions.CodeVersion]
    at: strawberry.Private[AsOf]
    repository: str | None = strawberry.field(description="The address of the repository, or of the file.")
    path: str | None = strawberry.field(description="Where in the repository the file lies.")
    revision: str | None = strawberry.field(description="The revision, such as a commit.")
    statement: Digest | None = strawberry.field(description="SHA-256 over the SQL statement without its literals.")
    since: Micros = strawberry.field(description="Since when this was the code.")
    entry: int = strawberry.field(description="The ledger entry that first says so.")

    @strawberry.field(description="The run whose event first says so.")
    async def run(self, info: ContextInfo) -> Run | None:
        return await nodes.find(Run, info.context, self.found.run, self.at)


@field_of(Job, name="codeVersions", description="Which code it ran, one version after the other, the oldest first.")
async def versions_of_code(job: strawberry.Parent[Job], info: ContextInfo) -> list[CodeVersion]:
    found = await info.context.load(code_versions.code_versions, job.at, job.record.id) or ()
    return [converted(CodeVersion, one, found=one, at=job.at) for one in found]


@field_of(Run, name="codeVersions", description="The code that its own events name, the oldest first.")
async def code_of_run(run: strawberry.Parent[Run], info: ContextInfo) -> list[CodeVersion]:
    found = await info.context.load(code_versions.ran_code, run.at, run.record.id) or ()
    return [converted(CodeVersion, one, found=one, at=run.at) for one in found]
