"""What may be written about a snapshot: that it is sealed, and that its bytes were checked again."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, StrictBool, StrictInt, model_validator

from catalog.record import MAX_NAME, DatasetRef, Digest, Name, Part, Record, Text, distinct
from catalog.snapshots.rules import MAX_FILES, repeated
from graph_schema.nodes import Run, Snapshot
from graph_schema.vocabulary.words import SnapshotRole, VerificationResult


class ManifestEntry(Part):
    """One file: its path under the snapshot's root, its size in bytes, the digest of its bytes."""

    path: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
    size: Annotated[StrictInt, Field(ge=0, le=2**53 - 1)]
    digest: Digest


class ForeignId(Part):
    """The same state under another system's name for it."""

    system: Name
    id: Name


def _each_once(manifest: tuple[ManifestEntry, ...]) -> tuple[ManifestEntry, ...]:
    if repeated(entry.path for entry in manifest):
        raise ValueError("names a path twice; each file stands in it once")
    return manifest


class SealSnapshot(Record):
    """That an exact state of a dataset is fixed, by the digest over its manifest."""

    name: ClassVar[str] = "seal_snapshot"

    dataset: DatasetRef
    digest: Digest
    manifest: Annotated[tuple[ManifestEntry, ...], Field(max_length=MAX_FILES), AfterValidator(_each_once)]
    foreign: Annotated[tuple[ForeignId, ...], Field(max_length=64), distinct()] = ()
    run_id: Name | None = None
    role: SnapshotRole = SnapshotRole.OTHER
    locked: StrictBool = False

    @property
    def node(self) -> Snapshot:
        """Return the snapshot."""
        return Snapshot(self.dataset.namespace, self.dataset.name, self.digest)

    @property
    def run(self) -> Run | None:
        """Return the run that produced it, where one is named."""
        return None if self.run_id is None else Run(self.run_id)


class VerifySnapshot(Record):
    """That a snapshot's bytes were read again and compared with its digest."""

    name: ClassVar[str] = "verify_snapshot"

    dataset: DatasetRef
    digest: Name
    result: VerificationResult
    differing: Annotated[tuple[Name, ...], Field(max_length=MAX_FILES), distinct()] = ()
    method: Text

    @property
    def node(self) -> Snapshot:
        """Return the snapshot."""
        return Snapshot(self.dataset.namespace, self.dataset.name, self.digest)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.result is VerificationResult.OK and self.differing:
            raise ValueError("Files differ, so the result is MISMATCH or MISSING; or leave `differing` empty.")
        return self
