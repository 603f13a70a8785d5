"""Snapshots: exact states of datasets, sealed and verified."""

from __future__ import annotations

from asyncio import gather
from typing import TYPE_CHECKING, Annotated

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.asking import Asking, AskingInfo
from catalog.api.graphql.assets import Asset, Dataset, Run, dataset_of, runs_of
from catalog.api.graphql.connections import Connection, page_of
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.nodes import AssetRef
from catalog.api.graphql.problems import EXPECTED, AnyProblem, as_problem, not_found
from catalog.api.graphql.reading import AsOfInput, as_of
from catalog.api.graphql.scalars import Digest, Long, Micros
from catalog.assets.model import AssetState as State
from catalog.reading import AsOf
from catalog.releases import queries as releases
from catalog.snapshots import model, queries

if TYPE_CHECKING:
    from catalog.api.graphql.releases import ModelVersion


@strawberry.type(description="One file of a sealed snapshot.")
class ManifestFile:
    path: str
    size: Long
    digest: Digest


@strawberry.type(description="The same state as another system names it.")
class ForeignRef:
    system: str
    id: str


@strawberry.type(description="A principal's record that fixed a snapshot.")
class Seal:
    found: strawberry.Private[model.Seal]
    entry: int
    sealed_by: str
    sealed_at: Micros
    role: str = strawberry.field(description="TRAINING, EVALUATION or OTHER.")
    locked: bool
    files: int
    size_bytes: Long
    foreign: list[ForeignRef]

    @strawberry.field
    def manifest(self, first: int = 100, after: str | None = None) -> Connection[ManifestFile]:
        cursor = Cursor.of("manifest", self.entry)
        files = sorted(self.found.manifest, key=lambda file: file.path)
        return page_of(files, lambda file: [file.path], _file, cursor, first, after)


@strawberry.type(description="A principal's record that the bytes were checked against the digest.")
class Verification:
    entry: int
    verified_by: str
    verified_at: Micros
    result: str = strawberry.field(description="OK, MISMATCH or MISSING.")
    method: str
    differing: list[str]


@strawberry.type(description="One exact state of a dataset.")
class Snapshot(Asset):
    record: strawberry.Private[model.SnapshotRecord]
    at: strawberry.Private[AsOf]

    @strawberry.field(description="The digest over the manifest, or the version that its own store gave it.")
    def digest(self) -> str:
        return self.record.digest

    @strawberry.field
    def first_entry(self) -> int:
        return self.record.first_entry

    @strawberry.field
    async def of(self, info: AskingInfo) -> Dataset | None:
        return await dataset_of(info.context, self.record.dataset, self.at)

    @strawberry.field
    def sealed(self) -> bool:
        return self.record.sealed

    @strawberry.field
    def seal(self) -> Seal | None:
        return None if self.record.seal is None else _seal(self.record.seal)

    @strawberry.field(description="Every seal, the oldest first.")
    def seals(self) -> list[Seal]:
        return [_seal(seal) for seal in self.record.seals]

    @strawberry.field(description="The newest check of the bytes against the digest.")
    def last_verified(self) -> Verification | None:
        return None if self.record.verification is None else _verification(self.record.verification)

    @strawberry.field(description="Every verification, the oldest first.")
    def verifications(self) -> list[Verification]:
        return [_verification(one) for one in self.record.verifications]

    @strawberry.field
    async def produced_by(self, info: AskingInfo) -> list[Run]:
        return await runs_of(info.context, self.record.produced_by, self.at)

    @strawberry.field(description="The runs that read exactly this state.")
    async def used_by(self, info: AskingInfo) -> list[Run]:
        return await runs_of(info.context, self.record.used_by, self.at)

    @strawberry.field(description="The model versions that were trained on it.")
    async def trained(
        self, info: AskingInfo
    ) -> list[Annotated[ModelVersion, strawberry.lazy("catalog.api.graphql.releases")]]:
        from catalog.api.graphql.releases import model_versions_of  # noqa: PLC0415  each knows the other

        found = await info.context.load(releases.trained_on, self.at, self.record.id) or ()
        return await model_versions_of(info.context, found, self.at)

    def _ref(self) -> AssetRef:
        return AssetRef(namespace=self.record.namespace, name=self.record.name)

    def _state(self) -> State:
        return self.record.state

    def _dataset(self) -> str:
        return self.record.dataset

    def _at(self) -> AsOf:
        return self.at


SnapshotResult = Annotated[Snapshot | AnyProblem, strawberry.union("SnapshotResult")]


@strawberry.type
class SnapshotQueries:
    @strawberry.field(
        description="The snapshot of a digest; of several datasets with the same bytes, that of the first name."
    )
    async def snapshot(self, info: AskingInfo, digest: Digest, as_of: AsOfInput | None = None) -> SnapshotResult:
        found = await _with_digest(info.context, digest, as_of)
        return found[0] if isinstance(found, list) else found


async def _with_digest(asking: Asking, digest: str, when: AsOfInput | None) -> list[Snapshot] | AnyProblem:
    try:
        at = as_of(when, asking)
    except EXPECTED as error:
        return as_problem(error)
    ids = queries.with_digest(asking.reader, asking.services.redactor.name(digest))
    found = await snapshots_of(asking, ids, at)
    if found:
        return sorted(found, key=lambda one: (one.record.namespace, one.record.name))
    return not_found("There is no snapshot of this digest at the time asked for.", ever_known=bool(ids))


@nodes.resolves("Snapshot")
async def _snapshot(asking: Asking, identifier: str, at: AsOf) -> Snapshot | None:
    record = await asking.load(queries.snapshots, at, identifier)
    return None if record is None else _as_snapshot(record, at)


async def snapshots_of(asking: Asking, identifiers: tuple[str, ...], at: AsOf) -> list[Snapshot]:
    """Return the snapshots of these ids that were known, in their order."""
    found = await gather(*(_snapshot(asking, one, at) for one in identifiers))
    return [snapshot for snapshot in found if snapshot is not None]


async def page_of_dataset(
    asking: Asking, dataset: str, at: AsOf, first: int, after: str | None
) -> Connection[Snapshot]:
    """Return a page of the snapshots of a dataset, in the order in which the ledger first named them."""
    records = sorted(
        await asking.load(queries.snapshots_of, at, dataset) or (), key=lambda one: (one.first_entry, one.id)
    )
    cursor = Cursor.of("snapshots", dataset, at)
    return page_of(
        records, lambda one: [one.first_entry, one.id], lambda one: _as_snapshot(one, at), cursor, first, after
    )


def _as_snapshot(record: model.SnapshotRecord, at: AsOf) -> Snapshot:
    return Snapshot(id=strawberry.ID(record.id), record=record, at=at)


def _file(file: model.ManifestFile) -> ManifestFile:
    return ManifestFile(path=file.path, size=Long(file.size), digest=Digest(file.digest))


def _seal(seal: model.Seal) -> Seal:
    return Seal(
        found=seal,
        entry=seal.entry,
        sealed_by=seal.sealed_by,
        sealed_at=Micros(seal.sealed_at),
        role=seal.role,
        locked=seal.locked,
        files=seal.files,
        size_bytes=Long(seal.size_bytes),
        foreign=[ForeignRef(system=one.system, id=one.id) for one in seal.foreign],
    )


def _verification(found: model.Verification) -> Verification:
    return Verification(
        entry=found.entry,
        verified_by=found.verified_by,
        verified_at=Micros(found.verified_at),
        result=found.result,
        method=found.method,
        differing=list(found.differing),
    )
