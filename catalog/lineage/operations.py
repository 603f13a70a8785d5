"""What happened to data along an edge: it was copied as it is, or something else was made of it; never guessed.

A copy leaves bytes, or rows, as they are. That follows from what is stated alone, the strongest statement first: what
the emitter calls it, digests that are equal, where every column comes from, what kind of job it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from catalog.assets.column_names import ColumnNames
from catalog.lineage.model import LineageEdge
from catalog.names.loading import Names
from catalog.view import View
from graph_schema.aspects import KEPT_FACET
from graph_schema.bitemporal import RunFold
from graph_schema.column_lineage import ColumnLineage, Origin, dataset_of, read_column_lineage
from graph_schema.facet_reading import objects, text
from graph_schema.facts import Statement
from graph_schema.identity import split_state_id
from graph_schema.nodes import Column, Dataset, Snapshot

FACET: Final = f"{KEPT_FACET}lineward_operation"
"""On a job, a run, or a dataset as a run's output: `{"operation": "COPY"}` or WRITE."""
_OF_OUTPUTS: Final = f"{KEPT_FACET}out.lineward_operation"
_COPYING: Final = frozenset(
    {"COPY", "EXPORT", "IMPORT", "UNLOAD", "REPLICATION", "SYNC", "MIRROR", "BACKUP", "RESTORE"}
)
"""Kinds of job (jobType) that move data as it is."""


class Operation(StrEnum):
    """What happened to data along an edge."""

    WRITE = "WRITE"
    """Something else was made of it."""
    COPY = "COPY"
    """Bytes, or rows, were left as they are."""
    UNKNOWN = "UNKNOWN"
    """Nothing says which of the two."""


class OperationReason(StrEnum):
    """By what it is known, or why it is not."""

    STATED = "STATED"
    """The facet lineward_operation of the output, the run or the job says so."""
    SAME_DIGEST = "SAME_DIGEST"
    """What was read and what was written have the same digest."""
    RENAMED = "RENAMED"
    """The same data got another name."""
    COLUMNS = "COLUMNS"
    """Column lineage says where every column comes from, and that it is or is not the same, unmasked."""
    JOB_TYPE = "JOB_TYPE"
    """The job is of a kind that moves data as it is."""
    MASKING_UNKNOWN = "MASKING_UNKNOWN"
    """Every column is that of the source, but whether it was masked on the way is not said."""
    COLUMNS_MISSING = "COLUMNS_MISSING"
    """Column lineage leaves out some of the columns that the dataset has, or these are not known."""
    NOT_STATED = "NOT_STATED"
    """Nothing is said of it."""


class OperationFound(NamedTuple):
    """What happened, by what that is known, and the entries that say so."""

    operation: Operation
    reason: OperationReason
    entries: tuple[int, ...] = ()


NOT_STATED: Final = OperationFound(Operation.UNKNOWN, OperationReason.NOT_STATED)


@dataclass(frozen=True, slots=True)
class Statements:
    """What is stated of one edge: the newest statement of each kind."""

    named: Statement | None = None
    columns: ColumnsStated | None = None
    job_type: Statement | None = None
    read: str | None = None
    written: str | None = None
    """The versions that the run names of what it read and wrote."""


@dataclass(frozen=True, slots=True)
class ColumnsStated:
    """What is stated of the columns at both ends of an edge, each by the name that it has there."""

    same: bool
    """Whether every column may be that of the source as it is: of nothing else, and changed and masked by nothing."""
    masked: frozenset[bool | None]
    """What is said of masking; None where nothing is."""
    derived: frozenset[str]
    """The columns whose origin is stated."""
    columns: frozenset[str]
    of_source: frozenset[str]
    """The columns of the two schemas; empty where they are not known."""
    entries: tuple[int, ...]


def decide(stated: Statements) -> OperationFound:
    """Return what happened to data along an edge, by what is stated of that."""
    if stated.named is not None:
        word = (text(stated.named.data, "operation") or "").upper()
        if word in {Operation.COPY, Operation.WRITE}:
            return OperationFound(Operation(word), OperationReason.STATED, (stated.named.entry,))
    if stated.read and stated.read == stated.written and ":" in stated.read:
        return OperationFound(Operation.COPY, OperationReason.SAME_DIGEST)
    by_columns = None if stated.columns is None else _by_columns(stated.columns)
    if by_columns is not None and by_columns.operation is not Operation.UNKNOWN:
        return by_columns
    if stated.job_type is not None and (text(stated.job_type.data, "jobType") or "").upper() in _COPYING:
        return OperationFound(Operation.COPY, OperationReason.JOB_TYPE, (stated.job_type.entry,))
    return by_columns or NOT_STATED


def _by_columns(stated: ColumnsStated) -> OperationFound:
    columns, of_source = stated.columns, stated.of_source
    if not stated.same or (columns and of_source and columns != of_source):
        return OperationFound(Operation.WRITE, OperationReason.COLUMNS, stated.entries)
    if not columns or not of_source or not columns <= stated.derived:
        return OperationFound(Operation.UNKNOWN, OperationReason.COLUMNS_MISSING, stated.entries)
    if stated.masked == {False}:
        return OperationFound(Operation.COPY, OperationReason.COLUMNS, stated.entries)
    return OperationFound(Operation.UNKNOWN, OperationReason.MASKING_UNKNOWN, stated.entries)


def operations(view: View, edges: Sequence[LineageEdge]) -> dict[LineageEdge, OperationFound]:
    """Return what happened along each of the edges: between datasets, or between states of them.

    What a job is, and what columns came of, is looked at among what holds by the view's time; a run's own statement
    comes before any other.
    """
    judged = [edge for edge in edges if edge.how in {"ran", "declared", "renamed"} and edge.column is None]
    data = _Data(view)
    data.load(judged)
    return {edge: data.decide(edge) if edge in data.known else NOT_STATED for edge in edges}


class _Data:
    """What is stated around some edges, under whatever name of their ends."""

    def __init__(self, view: View) -> None:
        self.known: set[LineageEdge] = set()
        self._view = view
        self._names = Names(view)
        self._spelling = ColumnNames(self._names)
        self._dataset: dict[str, Dataset] = {}
        self._stated: dict[tuple[str, str], list[Statement]] = defaultdict(list)
        self._columns: dict[LineageEdge, tuple[Statement, ColumnLineage]] = {}
        self._folds: Mapping[str, RunFold | None] = {}

    def load(self, edges: Sequence[LineageEdge]) -> None:
        """Fetch in a handful of calls all that is stated around the edges."""
        ends = {end for edge in edges for end in (edge.source, edge.target)}
        self._load_datasets(ends)
        self.known = set(edges)
        datasets = {one.id for one in self._dataset.values()}
        runs = {edge.run for edge in edges if edge.run}
        about = (*sorted(datasets), *sorted(runs), *sorted({edge.job for edge in edges if edge.job}))
        aspects = (FACET, _OF_OUTPUTS, "column_lineage", "schema", "job_type")
        for statement in self._names.statements(about, aspects) if about else ():
            self._stated[statement.subject, statement.aspect].append(statement)
        for some in self._stated.values():
            some.sort(key=lambda one: one.order)
        self._folds = self._view.runs(runs)
        self._load_columns(edges)
        read = {name for fold in self._folds.values() if fold for name in (*fold.ever_read, *fold.ever_wrote)}
        self._names.load(read)

    def _load_datasets(self, ends: Iterable[str]) -> None:
        of_state = {end: pair[0] for end in ends if (pair := split_state_id(end))}
        wanted = {of_state.get(end, end) for end in ends}
        nodes = {one: each.node for one, each in self._view.nodes(sorted(wanted)).items()}
        for end in ends:
            node = nodes.get(of_state.get(end, end))
            if isinstance(node, Dataset):
                self._dataset[end] = node
            elif isinstance(node, Snapshot):
                self._dataset[end] = Dataset(node.namespace, node.dataset)

    def _load_columns(self, edges: Iterable[LineageEdge]) -> None:
        for edge in edges:
            target = self._dataset.get(edge.target)
            stated = None if target is None else self._by(edge, target.id, "column_lineage")
            if stated is not None and isinstance(stated.data, dict):
                self._columns[edge] = stated, read_column_lineage(stated.data).expanded()
        origins = (one.source for _, lineage in self._columns.values() for one in _origins(lineage))
        named = {dataset_of(one).id for one in origins}
        self._names.load(named)
        self._spelling.load({*(one.id for one in self._dataset.values()), *named})

    def decide(self, edge: LineageEdge) -> OperationFound:
        """Return what happened along an edge."""
        if edge.how == "renamed":
            return OperationFound(Operation.COPY, OperationReason.RENAMED, (edge.known_from,))
        source, target = self._dataset.get(edge.source), self._dataset.get(edge.target)
        if target is None:
            named = self._of(edge.run, FACET) or self._of(edge.job, FACET)
            return decide(Statements(named=named)) if source else NOT_STATED
        if source is None:
            return NOT_STATED
        read, written = self._versions(edge, source.id, target.id)
        return decide(
            Statements(
                self._named(edge, target.id),
                self._columns_stated(edge, source.id, target.id),
                self._of(edge.job, "job_type"),
                read,
                written,
            ),
        )

    def _columns_stated(self, edge: LineageEdge, source: str, target: str) -> ColumnsStated | None:
        stated, lineage = self._columns.get(edge, (None, None))
        if stated is None or lineage is None or not lineage.fields:
            return None
        at = edge.valid_from

        def called(column: str) -> str:
            return self._spelling.name(target, self._spelling.name(source, column, at), at)

        schema = self._by(edge, target, "schema") or self._of(target, "schema")
        of_source = self._of(source, "schema")
        return ColumnsStated(
            same=not lineage.wide
            and all(
                len(some) == 1
                and _is_identity(some[0])
                and self._is_same(some[0].source, source, at)
                and called(getattr(some[0].source, "name", "")) == called(name)
                for name, some in lineage.fields.items()
            ),
            masked=frozenset(one.masking for origin in _origins(lineage) for one in origin.transformations),
            derived=frozenset(map(called, lineage.fields)),
            columns=frozenset(map(called, _columns(schema))),
            of_source=frozenset(map(called, _columns(of_source))),
            entries=tuple(sorted({stated.entry, *(one.entry for one in (schema, of_source) if one is not None)})),
        )

    def _is_same(self, named: Column | Dataset, source: str, at: int) -> bool:
        """Tell whether a column that is named as an origin is one of the source, by whatever name of that."""
        if not isinstance(named, Column):
            return False
        dataset = dataset_of(named).id
        return dataset == source or self._names.resolve(dataset, at) == self._names.resolve(source, at)

    def _named(self, edge: LineageEdge, target: str) -> Statement | None:
        return (
            self._by(edge, target, FACET)
            or self._by(edge, target, _OF_OUTPUTS)
            or self._of(edge.run, FACET)
            or self._of(edge.job, FACET)
        )

    def _by(self, edge: LineageEdge, subject: str, aspect: str) -> Statement | None:
        """Return the newest statement of the edge's run, or of its job where it has none."""
        found = [
            one
            for one in self._stated.get((subject, aspect), ())
            if (one.run == edge.run if edge.run else one.job == edge.job) and one.role != "in"
        ]
        return found[-1] if found and found[-1].value is not None else None

    def _of(self, subject: str | None, aspect: str) -> Statement | None:
        found = self._stated.get((subject or "", aspect), ())
        return found[-1] if found and found[-1].value is not None else None

    def _versions(self, edge: LineageEdge, source: str, target: str) -> tuple[str | None, str | None]:
        fold = self._folds.get(edge.run) if edge.run else None
        if fold is None:
            return None, None
        at = edge.valid_from
        read = self._only({name: access.version for name, access in fold.inputs.items()}, source, at)
        wrote = {name: access.version for (name, job), access in fold.outputs.items() if job == edge.job}
        return read, self._only(wrote, target, at)

    def _only(self, versions: Mapping[str, str | None], dataset: str, at: int) -> str | None:
        """Return the version under the dataset's own name, else the one under its other names."""
        if dataset in versions:
            return versions[dataset]
        found = {
            version
            for name, version in versions.items()
            if self._names.resolve(name, at) == self._names.resolve(dataset, at)
        }
        return found.pop() if len(found) == 1 else None


def _origins(lineage: ColumnLineage) -> Iterator[Origin]:
    return (origin for some in lineage.fields.values() for origin in some)


def _is_identity(origin: Origin) -> bool:
    return (
        not origin.indirect
        and bool(origin.transformations)
        and all(one.subtype == "IDENTITY" and one.masking is not True for one in origin.transformations)
    )


def _columns(schema: Statement | None) -> frozenset[str]:
    if schema is None:
        return frozenset()
    return frozenset(name for one in objects(schema.data, "fields") if (name := text(one, "name")))
