"""What a read of datasets, jobs and runs gives: values at one (validAt, knownAt). Times are UTC microseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from graph_schema.aspects.declarations import PermittedUse, Retention, SourceSystem
from graph_schema.nodes import Job, Node

T = TypeVar("T")


class RunState(StrEnum):
    """How a run stands, by its events as far as they are known."""

    RUNNING = "RUNNING"
    """No event ended it yet."""
    COMPLETE = "COMPLETE"
    """It ended well, and what it wrote took effect."""
    FAIL = "FAIL"
    """It ended with an error."""
    ABORT = "ABORT"
    """It was stopped before its end."""


class AssetState(StrEnum):
    """Where an asset stands in its life."""

    DECLARED = "DECLARED"
    """A record or its own event describes it; no run wrote or read it yet."""
    LIVE = "LIVE"
    """Runs or jobs write or read it."""
    SUPERSEDED = "SUPERSEDED"
    """A newer snapshot of the same dataset was sealed or written."""
    BYTES_GONE = "BYTES_GONE"
    """The newest verification did not find the bytes."""
    TOMBSTONED = "TOMBSTONED"
    """It was dropped or renamed away, and nothing wrote it since; of a snapshot also: its bytes were deleted."""
    GHOST = "GHOST"
    """Seen only as the end of an edge, never described."""


class StatementSource(StrEnum):
    """Who stated an aspect in force: it is never taken for more than it is."""

    RECORD = "RECORD"
    """An authorised principal's record."""
    OWN_EVENT = "OWN_EVENT"
    """An event about the dataset or job itself, sent by an emitter."""
    WRITING_RUN = "WRITING_RUN"
    """An event of a run that wrote the dataset."""
    READING_RUN = "READING_RUN"
    """An event of a run that read the dataset, where nothing else stated it."""


@dataclass(frozen=True, slots=True)
class AspectInForce(Generic[T]):
    """One aspect in force: its value, who stated it, the ledger entry that says so, and since when it holds."""

    value: T
    source: StatementSource
    entry: int
    since: int
    run: str | None = None
    by_source: str | None = None
    """The declared source of which it is said, where a dataset has it by its source alone."""
    by_place: str | None = None
    """The declared place of which it is said, where a dataset has it by the place that it lies in alone."""


@dataclass(frozen=True, slots=True)
class NamedOwner:
    """An owner as an emitter names them."""

    name: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnRecord:
    """A field of the schema in force; nested fields follow their parent, with their path in `name` (`a.b`)."""

    id: str
    name: str
    type: str | None
    description: str | None
    ordinal: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A mandatory field that nobody recorded, by its name, and in words what would fill it."""

    field: str
    note: str


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """A dataset with everything in force about it.

    The declared fields (owner to permitted_places) are only ever stated by records: of the dataset or, with `by_source`
    or `by_place`, of the source that supplies it or the place that it lies in; `documentation` to `storage` mostly by
    emitters. `aspects` holds every aspect in force, these included, by name and parsed, kept facets as `facet:NAME`.
    `gaps` names the mandatory fields missing: owner, source_system, schema_version, clinical_purpose, phi_category,
    retention, permitted_use, lineage, in this order.
    """

    id: str
    namespace: str
    name: str
    state: AssetState
    first_entry: int
    owner: AspectInForce[str] | None = None
    source_system: AspectInForce[SourceSystem] | None = None
    schema_version: AspectInForce[str] | None = None
    clinical_purpose: AspectInForce[str] | None = None
    phi_category: AspectInForce[tuple[str, ...]] | None = None
    deidentification_state: AspectInForce[str] | None = None
    retention: AspectInForce[Retention] | None = None
    permitted_use: AspectInForce[PermittedUse] | None = None
    zone: AspectInForce[str] | None = None
    site: AspectInForce[str] | None = None
    region: AspectInForce[str] | None = None
    supplier: AspectInForce[str] | None = None
    place: AspectInForce[str] | None = None
    permitted_processing: AspectInForce[tuple[str, ...]] | None = None
    permitted_consumers: AspectInForce[tuple[str, ...]] | None = None
    permitted_places: AspectInForce[tuple[str, ...]] | None = None
    documentation: AspectInForce[str] | None = None
    ownership: AspectInForce[tuple[NamedOwner, ...]] | None = None
    dataset_type: AspectInForce[str] | None = None
    data_source: AspectInForce[Any] | None = None
    storage: AspectInForce[Any] | None = None
    columns: tuple[ColumnRecord, ...] = ()
    gaps: tuple[Gap, ...] = ()
    aspects: Mapping[str, AspectInForce[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A declared source with what is in force of it; `aspects` are of `DECLARED_OF_SOURCE`, by name, as JSON."""

    id: str
    name: str
    aspects: Mapping[str, AspectInForce[Any]]


@dataclass(frozen=True, slots=True, order=True)
class KeyOfDataset:
    """That a dataset, by id, is encrypted under a key in an environment, by which entry and since when."""

    key: str
    environment: str
    dataset: str
    entry: int
    since: int


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """A node of any kind with everything in force about it; `aspects` as in DatasetRecord."""

    node: Node
    first_entry: int
    aspects: Mapping[str, AspectInForce[Any]]


@dataclass(frozen=True, slots=True, order=True)
class Noted:
    """What was noted of one place in an event: `code` of a flag, or of a redaction the rule that replaced it.

    `size` is how many bytes a facet had that was left out.
    """

    entry: int
    pointer: str
    code: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class EventNotes:
    """What was noted while events were taken, by entry and pointer: what was odd, and what was replaced."""

    flags: tuple[Noted, ...] = ()
    redactions: tuple[Noted, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedRun:
    """A run, and the first entry that names it."""

    id: str
    entry: int


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job with everything in force about it; `aspects` as in DatasetRecord."""

    id: str
    namespace: str
    name: str
    first_entry: int
    documentation: AspectInForce[str] | None = None
    job_type: AspectInForce[Any] | None = None
    sql: AspectInForce[Any] | None = None
    source_code_location: AspectInForce[Any] | None = None
    ghost: bool = False
    aspects: Mapping[str, AspectInForce[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as it was at the point read: its state is None before its first event."""

    id: str
    run_id: str
    first_entry: int
    job: str | None
    state: RunState | None
    started_at: int | None
    start_known: bool
    ended_at: int | None
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    error: AspectInForce[Any] | None = None
    parents: tuple[str, ...] = ()
    """What it is a part of, the one last named first."""
    entries: tuple[int, ...] = ()
    """The ledger entries of its events."""
    aspects: Mapping[str, AspectInForce[Any]] = field(default_factory=dict)
    executed: Job | None = None
    """The job by its name; None where only the run's id is known."""
