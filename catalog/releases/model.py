"""What a read of model versions gives. Times are UTC microseconds, digests name their algorithm."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.assets.model import AssetState, StatementSource
from graph_schema.aspects import models as aspects


@dataclass(frozen=True, slots=True, order=True)
class SnapshotUse:
    """A snapshot that a model version names, and the dataset it is a state of, by id."""

    snapshot: str
    dataset: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(aspects.Registration):
    """A principal's record of a model version: everything that names it exactly."""

    entry: int
    registered_by: str
    authenticated: bool
    registered_at: int
    trained_on: tuple[SnapshotUse, ...]
    evaluated_on: tuple[SnapshotUse, ...]
    run: str | None
    job: str | None


@dataclass(frozen=True, slots=True)
class ModelVersionRecord:
    """A model version; `registration` is the newest of `registrations`, which run from the oldest to the newest.

    It is None where nobody registered the version, but something names it. `state` is LIVE once a run wrote it, or
    read one that was registered.
    """

    id: str
    namespace: str
    model: str
    version: str
    first_entry: int
    registration: Registration | None
    registrations: tuple[Registration, ...]
    state: AssetState


@dataclass(frozen=True, slots=True)
class VersionStatement:
    """That a record or a run's event stated a model version: in which entry, by whom, and when that holds."""

    source: StatementSource
    """RECORD for a registration, WRITING_RUN for an event of a run that wrote the version, READING_RUN for one that
    read it.
    """
    by: str
    authenticated: bool
    entry: int
    at: int
    run: str | None
    job: str | None
