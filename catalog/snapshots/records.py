"""What may be written about snapshots: that one is sealed, checked again or deleted, and how subjects are divided."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, StrictBool, ValidationInfo, field_validator, model_validator

from catalog.record import (
    DatasetRef,
    Day,
    Digest,
    Index,
    JobRef,
    Name,
    Part,
    Record,
    Size,
    SnapshotDigest,
    SnapshotRef,
    Text,
    Time,
    distinct,
    is_replayed,
    refusal,
)
from catalog.snapshots.rules import MAX_FILES, is_under_root, manifest_digest, repeated
from graph_schema.nodes import Division, Snapshot
from graph_schema.vocabulary.words import SnapshotRole, SplitUnit, VerificationResult
from ingest_hooks.emit.manifests import LONGEST_PATH
from ingest_hooks.redaction.identifiers import holds_identifier

_NOT_THE_DIGEST = (
    "digest is SHA-256 over the canonical JSON of the manifest, its files sorted by path; this manifest has another."
)

_MOST_SNAPSHOTS = 1000


class ManifestEntry(Part):
    """One file: its path under the snapshot's root, its size in bytes, the digest of its bytes."""

    path: Annotated[str, Field(min_length=1, max_length=LONGEST_PATH)]
    """Its path under the snapshot's root, with / between the parts."""
    size: Size
    """Its size in bytes."""
    digest: Digest
    """The digest of its bytes."""

    @field_validator("path", mode="after")
    @classmethod
    def _lies_under_the_root(cls, path: str, info: ValidationInfo) -> str:
        if not is_replayed(info) and not is_under_root(path):
            raise ValueError(
                "leads out of the snapshot's root; write it from there, without / before it and without .."
            )
        return path


def _no_identifier(system: str) -> str:
    if holds_identifier(system):
        raise ValueError("is what the system is called, such as delta or lakefs, and no identifier")
    return system


class ForeignId(Part):
    """The same state under another system's name for it."""

    system: Annotated[
        str, Field(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$"), AfterValidator(_no_identifier)
    ]
    """The other system, such as delta, lakefs or oci."""
    id: Name
    """What that system calls the state."""


class PeriodOf(Part):
    """The first and the last day that data is of, both among them (as FHIR's Period)."""

    start: Day
    """The first day, as YYYY-MM-DD."""
    end: Day
    """The last day, as YYYY-MM-DD."""

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end < self.start:
            raise ValueError("ends before it starts; say the first day and the last")
        return self


class SealSnapshot(Record):
    """That an exact state of a dataset is fixed, by the digest over its manifest, and what is in it."""

    name: ClassVar[str] = "seal_snapshot"

    dataset: DatasetRef
    """The dataset whose state is sealed."""
    digest: Digest
    """SHA-256 over the canonical JSON of the manifest, its files sorted by path."""
    manifest: Annotated[tuple[ManifestEntry, ...], Field(max_length=MAX_FILES)]
    """Every file of the state; each path stands in it once."""
    foreign: Annotated[tuple[ForeignId, ...], Field(max_length=64), distinct()] = ()
    """The same state under other systems' names for it."""
    run_id: Name | None = None
    """The run that made it, where one is known."""
    job: JobRef | None = None
    """The job that the run is of; needed where several jobs ran under one id, or where its events are still to come."""
    role: SnapshotRole = SnapshotRole.OTHER
    """What the snapshot is for; by default OTHER."""
    locked: StrictBool = False
    """Whether whoever holds the bytes keeps them unchanged from now on; by default not."""
    rows: Size | None = None
    """How many rows it holds."""
    persons: Size | None = None
    """How many persons it holds data of."""
    period: PeriodOf | None = None
    """The days that its data is of."""

    @property
    def node(self) -> Snapshot:
        """Return the snapshot."""
        return Snapshot(self.dataset.namespace, self.dataset.name, self.digest)

    @field_validator("manifest", mode="after")
    @classmethod
    def _names_each_file_once(cls, manifest: tuple[ManifestEntry, ...]) -> tuple[ManifestEntry, ...]:
        if repeated(entry.path for entry in manifest):
            raise ValueError("names a path twice; each file stands in it once")
        return manifest

    @model_validator(mode="after")
    def _is_the_digest_of_the_manifest(self, info: ValidationInfo) -> Self:
        # What the ledger holds may have had an identifier in a path replaced, so that it is not judged again.
        if not is_replayed(info) and manifest_digest(file.model_dump() for file in self.manifest) != self.digest:
            raise refusal(_NOT_THE_DIGEST, "/digest")
        return self


class VerifySnapshot(Record):
    """That a snapshot's bytes were read again and compared with its digest."""

    name: ClassVar[str] = "verify_snapshot"

    dataset: DatasetRef
    """The dataset whose snapshot was verified."""
    digest: SnapshotDigest
    """The digest over its manifest, or the version that the dataset's own store gave it."""
    result: VerificationResult
    """What comparing the bytes with the digest found."""
    differing: Annotated[tuple[Name, ...], Field(max_length=MAX_FILES), distinct()] = ()
    """The files that differ or are missing, by path."""
    method: Text
    """How the bytes were read and compared."""

    @property
    def node(self) -> Snapshot:
        """Return the snapshot."""
        return Snapshot(self.dataset.namespace, self.dataset.name, self.digest)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.result is VerificationResult.OK and self.differing:
            raise refusal("Files differ, so the result is MISMATCH or MISSING; or leave `differing` empty.", "/result")
        return self


class TombstoneSnapshot(Record):
    """That a snapshot's bytes were deleted on purpose, for good; what was sealed and verified of it stays known."""

    name: ClassVar[str] = "tombstone_snapshot"

    dataset: DatasetRef
    """The dataset whose snapshot it is."""
    digest: SnapshotDigest
    """The digest over its manifest, or the version that the dataset's own store gave it."""
    reason: Text
    """Why, such as that its period of retention is over."""
    valid_from: Time | None = None
    """When they were deleted; by default when this is recorded."""

    @property
    def node(self) -> Snapshot:
        """Return the snapshot."""
        return Snapshot(self.dataset.namespace, self.dataset.name, self.digest)


class PartOf(Part):
    """A part of a division of subjects, and the snapshots that hold data of its subjects alone."""

    part: Name
    """What the part is called, such as training or evaluation."""
    snapshots: Annotated[tuple[SnapshotRef, ...], Field(min_length=1, max_length=_MOST_SNAPSHOTS), distinct()]
    """The snapshots that hold it."""


class DeclareSplit(Record):
    """That subjects were divided into parts before snapshots were made of each, so that none is in two."""

    name: ClassVar[str] = "declare_split"

    unit: SplitUnit
    """By what: each patient, site or device is in one part alone."""
    parts: Annotated[tuple[PartOf, ...], Field(min_length=2, max_length=16)]
    """The parts, each with its snapshots; a snapshot stands in one of them."""
    assignment_digest: Digest
    """The digest over the list of which subject is in which part; the list itself stays where it is."""
    shared: Size = 0
    """How many subjects were found in more than one part, when that was looked at; by default none."""
    method: Text
    """How they were divided, and how that was checked."""

    @model_validator(mode="after")
    def _each_in_one_part(self) -> Self:
        named = [snapshot for part in self.parts for snapshot in part.snapshots]
        if len(set(named)) < len(named):
            raise refusal("parts: a snapshot stands in one part alone.", "/parts")
        if len({part.part for part in self.parts}) < len(self.parts):
            raise refusal("parts: each has a name of its own.", "/parts")
        return self


class WithdrawSplit(Record):
    """That a division of subjects was declared by mistake: from this record on it counts at no time."""

    name: ClassVar[str] = "withdraw_split"

    split: Index
    """The ledger index of the record that declared it."""
    reason: Text
    """Why it is withdrawn, such as that subjects were compared with the wrong list."""

    @property
    def node(self) -> Division:
        """Return the division."""
        return Division(str(self.split))
