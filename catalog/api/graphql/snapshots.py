"""Snapshots: exact states of datasets, sealed and verified."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument, AsOfInput, as_of
from catalog.api.graphql.assets import Asset, Dataset, Run
from catalog.api.graphql.connections import After, Connection, First, page_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.nodes import QualifiedName
from catalog.api.graphql.problems import AnyProblem, as_problem, not_found
from catalog.api.graphql.scalars import Digest, Long, Micros
from catalog.errors import ADDRESSED
from catalog.reading import AsOf
from catalog.snapshots import model, queries
from graph_schema.vocabulary import words

SnapshotRole = words.SnapshotRole
enums.enter(SnapshotRole)
VerificationResult = words.VerificationResult
enums.enter(VerificationResult)


@strawberry.type(description="One file of a sealed snapshot.")
class ManifestFile:
    path: str = strawberry.field(description="Its path under the snapshot's root.")
    size: Long = strawberry.field(description="Its size in bytes.")
    digest: Digest = strawberry.field(description="The digest of its bytes.")


@strawberry.type(description="The same state as another system names it.")
class ForeignRef:
    system: str = strawberry.field(description="The other system, such as delta, lakefs or oci.")
    id: str = strawberry.field(description="What that system calls the state.")


@strawberry.type(description="A principal's record that fixed a snapshot.")
class Seal:
    found: strawberry.Private[model.Seal]
    entry: int = strawberry.field(description="The ledger entry of the record.")
    sealed_by: str = strawberry.field(description="The principal that sealed it.")
    sealed_at: Micros = strawberry.field(description="When it was sealed.")
    role: SnapshotRole = strawberry.field(description="What the snapshot is for.")
    locked: bool = strawberry.field(description="Whether its bytes are kept unchanged.")
    files: int = strawberry.field(description="How many files it has.")
    size_bytes: Long = strawberry.field(description="How many bytes they have together.")
    foreign: list[ForeignRef] = strawberry.field(description="The same state under other systems' names for it.")

    @strawberry.field(description="The files that the digest is made of, by path.")
    def manifest(self, first: First = 100, after: After = None) -> Connection[ManifestFile]:
        cursor = Cursor.of("manifest", self.entry)
        files = sorted(self.found.manifest, key=lambda file: file.path)
        return page_of(
            files, lambda file: [file.path], lambda file: converted(ManifestFile, file), cursor, first, after
        )


@strawberry.type(description="A principal's record that the bytes were checked against the digest.")
class Verification:
    entry: int = strawberry.field(description="The ledger entry of the record.")
    verified_by: str = strawberry.field(description="The principal that verified it.")
    verified_at: Micros = strawberry.field(description="When it was verified.")
    result: VerificationResult = strawberry.field(description="What comparing the bytes with the digest found.")
    method: str = strawberry.field(description="How the bytes were read and compared.")
    differing: list[str] = strawberry.field(description="The files that differ or are missing, by path.")


@strawberry.type(description="One exact state of a dataset.")
class Snapshot(Asset):
    record: strawberry.Private[model.SnapshotRecord]
    digest: Digest = strawberry.field(
        description="The digest over the manifest, or the version that its own store gave it."
    )
    first_entry: int = strawberry.field(description="The ledger entry that first named it.")

    @strawberry.field(description="The dataset that this is a state of.")
    async def of(self, info: ContextInfo) -> Dataset | None:
        return await nodes.find(Dataset, info.context, self.dataset, self.at)

    @strawberry.field(description="Whether a principal's record fixed it.")
    def sealed(self) -> bool:
        return self.record.sealed

    @strawberry.field(description="The newest seal; null where nobody sealed it.")
    def seal(self) -> Seal | None:
        return None if self.record.seal is None else _seal(self.record.seal)

    @strawberry.field(description="Every seal, the oldest first.")
    def seals(self) -> list[Seal]:
        return [_seal(seal) for seal in self.record.seals]

    @strawberry.field(description="The newest check of the bytes against the digest.")
    def last_verified(self) -> Verification | None:
        return None if self.record.verification is None else converted(Verification, self.record.verification)

    @strawberry.field(description="Every verification, the oldest first.")
    def verifications(self) -> list[Verification]:
        return [converted(Verification, one) for one in self.record.verifications]

    @strawberry.field(description="The runs that wrote exactly this state.")
    async def produced_by(self, info: ContextInfo) -> list[Run]:
        return await nodes.find_all(Run, info.context, self.record.produced_by, self.at)

    @strawberry.field(description="The runs that read exactly this state.")
    async def used_by(self, info: ContextInfo) -> list[Run]:
        return await nodes.find_all(Run, info.context, self.record.used_by, self.at)


SnapshotResult = Annotated[
    Snapshot | AnyProblem, strawberry.union("SnapshotResult", description="The snapshot, or why there is none to show.")
]


@strawberry.type
class SnapshotQueries:
    @strawberry.field(
        description="The snapshot of a digest; of several datasets with the same bytes, that of the first name."
    )
    async def snapshot(
        self,
        info: ContextInfo,
        digest: Annotated[Digest, strawberry.argument(description="The digest, whole.")],
        as_of: AsOfArgument = None,
    ) -> SnapshotResult:
        found = await _with_digest(info.context, digest, as_of)
        return found[0] if isinstance(found, list) else found


async def _with_digest(context: RequestContext, digest: str, when: AsOfInput | None) -> list[Snapshot] | AnyProblem:
    try:
        at = as_of(when, context)
    except ADDRESSED as error:
        return as_problem(error)
    ids = queries.with_digest(context.view(AsOf()), context.services.redactor.name(digest))
    found = await nodes.find_all(Snapshot, context, ids, at)
    if found:
        return sorted(found, key=lambda one: (one.record.namespace, one.record.name))
    return not_found("There is no snapshot of this digest at the time asked for.", ever_known=bool(ids))


@field_of(Dataset, description="The snapshots of the dataset, the newest entry last.")
async def snapshots(
    dataset: strawberry.Parent[Dataset], info: ContextInfo, first: First = 50, after: After = None
) -> Connection[Snapshot]:
    found = await info.context.load(queries.snapshots_of, dataset.at, dataset.record.id) or ()
    return page_of(
        sorted(found, key=_place),
        _place,
        lambda one: _as_snapshot(one, dataset.at),
        Cursor.of("snapshots", dataset.record.id, dataset.at),
        first,
        after,
    )


@nodes.resolves(Snapshot)
async def _snapshot(context: RequestContext, identifier: str, at: AsOf) -> Snapshot | None:
    record = await context.load(queries.snapshots, at, identifier)
    return None if record is None else _as_snapshot(record, at)


def _as_snapshot(record: model.SnapshotRecord, at: AsOf) -> Snapshot:
    ref = QualifiedName(namespace=record.namespace, name=record.name)
    return converted(Snapshot, record, ref=ref, at=at, dataset=record.dataset, record=record)


def _place(record: model.SnapshotRecord) -> list[int | str]:
    """Return where a snapshot stands among those of its dataset: as the ledger first named them."""
    return [record.first_entry, record.id]


def _seal(seal: model.Seal) -> Seal:
    return converted(Seal, seal, found=seal)
