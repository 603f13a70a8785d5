"""What a read of model versions gives. Times are UTC microseconds, digests name their algorithm."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.assets.model import AssetState, StatementSource
from catalog.lineage.model import LineageEdge
from catalog.reading import Completeness
from graph_schema.aspects import models as aspects
from graph_schema.aspects import releases


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

    @property
    def signed(self) -> tuple[str, int]:
        """Who registered the version, and when, in UTC microseconds since 1970."""
        return self.registered_by, self.registered_at


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(releases.Release):
    """That a version (by id) was released into an environment, by whom, by which entry and from when on."""

    version: str
    entry: int
    by: str
    released_at: int


@dataclass(frozen=True, slots=True)
class Retirement:
    """Since when a version is retired, why, by whom and by which entry."""

    reason: str
    entry: int
    by: str
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment(releases.Deployment):
    """That a version (by id) runs at a place. `until` is when it ended or is to, `end_entry` what ended it."""

    id: str
    version: str
    entry: int
    by: str
    deployed_at: int
    end_entry: int | None
    is_live: bool


@dataclass(frozen=True, slots=True)
class LiveModel:
    """A model version that was made of what was asked about: by which way, and where it runs."""

    version: str
    path: tuple[LineageEdge, ...]
    deployments: tuple[Deployment, ...]
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LiveModels:
    """The models that are live on some data, by id."""

    models: tuple[LiveModel, ...]
    entries: tuple[int, ...]
    completeness: Completeness


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version that was released before: whether it may be rolled back to, None where that cannot be told, and why."""

    version: str
    passes: bool | None
    reason: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RollbackTarget:
    """The release to go back to, None where there is none, and the versions judged, the newest release first."""

    target: Release | None
    judged: tuple[Candidate, ...]
