"""What a read of snapshots gives. Times are UTC microseconds, digests name their algorithm."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.assets.model import AssetState
from catalog.snapshots.rules import SnapshotState
from graph_schema.aspects import snapshots as aspects


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal(aspects.Seal):
    """A principal's record that fixed a snapshot."""

    entry: int
    sealed_by: str
    sealed_at: int
    run: str | None
    authenticated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification(aspects.Verification):
    """A principal's record that the bytes were checked against the digest."""

    entry: int
    verified_by: str
    verified_at: int
    authenticated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone(aspects.Tombstone):
    """A principal's record that the bytes were deleted; `deleted_at` is when."""

    entry: int
    tombstoned_by: str
    deleted_at: int


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows a run says that it wrote to a dataset, and the entry that says so."""

    rows: int
    entry: int


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """A snapshot: whose state, its digest or its store's own version, and what is known of its bytes.

    `judged` says which state it is in (see `rules.state_of`). `seal` is the newest of `seals`, `verification` the
    newest of `verifications`; both tuples run from the oldest to the newest.
    """

    id: str
    dataset: str
    namespace: str
    name: str
    digest: str
    judged: SnapshotState
    first_entry: int
    made_at: int | None = None
    """When the dataset was last put into this state: by a run that completed, else by the newest seal."""
    seal: Seal | None = None
    seals: tuple[Seal, ...] = ()
    verification: Verification | None = None
    verifications: tuple[Verification, ...] = ()
    tombstone: Tombstone | None = None
    """The first record since the newest seal that its bytes were deleted."""
    produced_by: tuple[str, ...] = ()
    """The runs that generated it, by id."""
    used_by: tuple[str, ...] = ()
    """The runs that read exactly this state, by id."""
    entries: tuple[int, ...] = ()

    @property
    def state(self) -> AssetState:
        """Return LIVE, SUPERSEDED, BYTES_GONE or TOMBSTONED."""
        return self.judged.state

    @property
    def sealed(self) -> bool:
        """Tell whether a principal sealed it."""
        return self.seal is not None
