"""Snapshots: exact states of datasets, sealed and verified."""

from __future__ import annotations

import re
from asyncio import gather
from typing import Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument
from catalog.api.graphql.as_of import as_of as as_of_times
from catalog.api.graphql.assets import Asset
from catalog.api.graphql.connections import After, Connection, First, page_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.datasets import Dataset
from catalog.api.graphql.nodes import QualifiedName, QualifiedNameInput
from catalog.api.graphql.problems import AnyProblem, Problem, as_problem, not_found
from catalog.api.graphql.runs import Run
from catalog.api.graphql.scalars import Digest, Long, Micros
from catalog.assets.naming import full_name
from catalog.errors import ADDRESSED, ProblemCode
from catalog.reading import AsOf
from catalog.snapshots import model, queries
from graph_schema import nodes as kinds
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


@strawberry.type(description="The days that data is of, the first and the last among them.")
class Period:
    start: str = strawberry.field(description="The first day, as YYYY-MM-DD.")
    end: str = strawberry.field(description="The last day, as YYYY-MM-DD.")


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
    rows: Long | None = strawberry.field(description="How many rows the snapshot holds, as who sealed it says.")
    persons: Long | None = strawberry.field(description="How many persons it holds data of, as who sealed it says.")
    period: Period | None = strawberry.field(description="The days that its data is of, as who sealed it says.")
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


@strawberry.type(description="A principal's record that the bytes of a snapshot were deleted on purpose.")
class Tombstone:
    entry: int = strawberry.field(description="The ledger entry of the record.")
    tombstoned_by: str = strawberry.field(description="The principal that recorded it.")
    deleted_at: Micros = strawberry.field(description="When the bytes were deleted.")
    reason: str = strawberry.field(description="Why they were.")


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

    @strawberry.field(description="That its bytes were deleted since it was sealed last; null where nobody says so.")
    def tombstone(self) -> Tombstone | None:
        return None if self.record.tombstone is None else converted(Tombstone, self.record.tombstone)

    @strawberry.field(description="The runs that wrote exactly this state.")
    async def produced_by(self, info: ContextInfo) -> list[Run]:
        return await nodes.find_all(Run, info.context, self.record.produced_by, self.at)

    @strawberry.field(description="The runs that read exactly this state.")
    async def used_by(self, info: ContextInfo) -> list[Run]:
        return await nodes.find_all(Run, info.context, self.record.used_by, self.at)


@strawberry.type(description="Several snapshots are meant; say which by `dataset`, or by more digits of the digest.")
class AmbiguousSnapshot(Problem):
    candidates: list[Snapshot] = strawberry.field(description="The snapshots that are meant, by the dataset's name.")


SnapshotResult = Annotated[
    Snapshot | AmbiguousSnapshot | AnyProblem,
    strawberry.union("SnapshotResult", description="The snapshot, or why there is none to show, or not one alone."),
]


@strawberry.type
class SnapshotQueries:
    @strawberry.field(description="The snapshot of a digest, also where only the first of its digits are given.")
    async def snapshot(
        self,
        info: ContextInfo,
        digest: Annotated[
            Digest,
            strawberry.argument(
                description="The digest, its first 8 hex digits or more, or the version that a store gave the snapshot."
            ),
        ],
        dataset: Annotated[
            QualifiedNameInput | None,
            strawberry.argument(description="The dataset, where several have the same bytes."),
        ] = None,
        as_of: AsOfArgument = None,
    ) -> SnapshotResult:
        try:
            at = as_of_times(as_of, info.context)
        except ADDRESSED as error:
            return as_problem(error)
        ids = _with_digest(info.context, digest)
        every = await gather(*(nodes.find_then(info.context, one, at) for one in ids))
        found = [one for one in every if isinstance(one, Snapshot)]
        if dataset is not None:
            wanted = kinds.Dataset(*dataset.redacted(info.context)).id
            found = [one for one in found if one.dataset == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            return _ambiguous(found)
        return not_found(
            "There is no snapshot of this digest at the time asked for; give all of it, or its first 8 digits.",
            ever_known=bool(ids),
        )


def _with_digest(context: RequestContext, digest: str) -> tuple[str, ...]:
    """Return the ids of the snapshots of a digest or version; where there is none, of those whose digest begins so."""
    view = context.view(AsOf())
    ids = queries.with_digest(view, context.services.redactor.name(digest))
    prefix = _PREFIX.fullmatch(digest)
    return ids if ids or prefix is None else queries.with_prefix(view, prefix[1])


_PREFIX = re.compile("(?:sha256:)?([0-9a-fA-F]{8,64})")


def _ambiguous(found: list[Snapshot]) -> AmbiguousSnapshot:
    found = sorted(found, key=lambda one: (one.record.namespace, one.record.name, one.record.digest))
    names = ", ".join(full_name(one.record) for one in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    same = len({one.record.digest for one in found}) == 1
    how = "Several datasets have a snapshot of this digest" if same else "Several digests begin like this"
    return AmbiguousSnapshot(
        code=ProblemCode.INVALID_INPUT,
        message=f"{how}: of {names}{more}. Say which by `dataset`{'' if same else ', or by more digits'}.",
        candidates=found,
    )


_NAMED = 5


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
    ref = QualifiedName.of(record)
    return converted(
        Snapshot, record, ref=ref, at=at, dataset=record.dataset, find_state=lambda: record.state, record=record
    )


def _place(record: model.SnapshotRecord) -> list[int | str]:
    """Return where a snapshot stands among those of its dataset: as the ledger first named them."""
    return [record.first_entry, record.id]


def _seal(seal: model.Seal) -> Seal:
    return converted(Seal, seal, found=seal)
