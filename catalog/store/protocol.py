"""The verbs of a store: the only ways in which facts go in and come out, the same for every engine.

Reads name `valid_at`, a time, and `known_at`, a ledger index: what holds or was said only later does not exist for
them. Nothing here decides what is in force; that is `graph_schema.bitemporal`, applied by the capabilities above. The
exceptions are `in_force` and `find`, which answer on what is current.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from catalog.store.deadline import Deadline
from catalog.store.indexes.column_coverage import Covered
from catalog.store.indexes.column_flows import ColumnFlow, ColumnReach, ColumnStatement, How
from catalog.store.indexes.grounds import Ground
from catalog.store.indexes.in_force import InForce
from catalog.store.indexes.label_work import (
    HeldLabel,
    LabelEquation,
    LabelsDue,
    LabelsFollowed,
    LabelsPending,
    LabelState,
)
from catalog.store.indexes.named_in_facets import NamedInFacet
from catalog.store.indexes.pointers import Listing, Pointer
from catalog.store.indexes.producers import Produced
from catalog.store.indexes.record_states import RecordState, Suggested
from catalog.store.indexes.schemas import SchemaStated
from catalog.store.indexes.table import Changes, Direction, Either, Row, Table
from catalog.store.indexes.uses import Use
from catalog.store.touches import Stamp, Touched
from graph_schema.bitemporal import Contribution, Flow, RunFacts
from graph_schema.column_lineage import Mentioned
from graph_schema.facts import NOW, Edge, Facts, Statement
from graph_schema.nodes import Node

__all__ = (
    "ColumnFlow",
    "ColumnReach",
    "ColumnStatement",
    "Contribution",
    "Covered",
    "Direction",
    "Either",
    "Flow",
    "How",
    "InForce",
    "Use",
)


Place = tuple[int, str, str]
"""By what hits are sorted: (rank, title, id)."""


@dataclass(frozen=True, slots=True)
class KnownNode:
    """A node with the first ledger entry that named it."""

    node: Node
    entry: int


@dataclass(frozen=True, slots=True)
class Found:
    """One hit of a search: the node, the aspects now in force, each as parsed JSON, and its (facet, value) pairs.

    `rank` is 0 for what is called as was asked, 1 where all that was asked begins words, 2 where some is inside them.
    """

    id: str
    node: Node
    entry: int
    current: Mapping[str, object]
    facets: frozenset[tuple[str, str]] = frozenset()
    rank: int = 0

    @property
    def place(self) -> Place:
        """Return by what it is sorted."""
        return self.rank, self.node.title, self.id


@dataclass(frozen=True)
class Query:
    """What to find: nodes of these labels whose current aspects match.

    What `text` asks for is the `words.question()` of it, and it is asked of the terms of the node's key and searchable
    aspects. `filters` maps a facet to the values allowed (`facets_of()` tells which), of `every` (facet, value) there
    has to be each. `missing` are aspects or facets that must not be in force, `has` those that must. `beside` are
    nodes by (facet, value), which count beside those that are kept; of `united`, a (facet, value) is had by whatever
    has one of others that are kept. Sorted by (rank, title, id), texts ascending by code point; `after` is the place of
    the last one seen. Without `with_aspects` nothing else is answered of a find than which it is.
    """

    labels: tuple[str, ...]
    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    every: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    after: Place | None = None
    first: int = 20
    beside: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    united: Mapping[tuple[str, str], frozenset[tuple[str, str]]] = field(default_factory=dict)
    with_aspects: bool = True

    def facets_with(self, node: str, kept: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Return all (facet, value) pairs of a node, given those that are kept of it."""
        of_others = {pair for pair, others in self.united.items() if not others.isdisjoint(kept)}
        return kept.union(self._beside.get(node, ()), of_others)

    @cached_property
    def _beside(self) -> Mapping[str, frozenset[tuple[str, str]]]:
        found: dict[str, set[tuple[str, str]]] = {}
        for pair, nodes in self.beside.items():
            for node in nodes:
                found.setdefault(node, set()).add(pair)
        return {node: frozenset(pairs) for node, pairs in found.items()}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of hits, the total, the counts of each facet asked for (value to nodes), and whether more follow."""

    hits: tuple[Found, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    more: bool


def counted(hits: Sequence[Found], facets: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return how many of the hits have each value of these facets; `label` is what kind of node it is."""
    counts: dict[str, dict[str, int]] = {facet: {} for facet in facets}
    for hit in hits:
        for facet, value in {("label", hit.node.label), *hit.facets}:
            if facet in counts:
                counts[facet][value] = counts[facet].get(value, 0) + 1
    return {facet: dict(sorted(values.items())) for facet, values in counts.items()}


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An entry that could not be projected: its index, kind, subjects and the reason, without any payload."""

    entry: int
    kind: str
    subjects: tuple[str, ...]
    reason: str


class StoreReader(Protocol):
    """All reads of one answer: taken from one consistent state of the store."""

    remote: bool
    """Whether what is asked goes to another process, so that asking costs more than what is answered."""

    def together(self, asks: Sequence[Callable[[], object]]) -> None:
        """Do several reads of this reader, each of which follows from what it reads: an engine that is far away is
        asked for what all of them want at once, and begins each anew once that is there.
        """

    def lacks(self, kind: str) -> bool:
        """Tell whether it is known, before anything is asked, that no edge of a kind was ever stated."""

    def has_at_most(self, table: Table, count: int) -> bool:
        """Tell whether it is known, before anything is asked, that a table has no more rows than that."""

    def checkpoint(self) -> int:
        """Return the index of the last entry projected into what is read here, -1 for none."""

    def nodes(self, ids: Sequence[str], known_at: int = NOW) -> dict[str, KnownNode]:
        """Return those of the nodes that were known by `known_at`."""

    def edges(
        self,
        ids: Sequence[str],
        kinds: Sequence[str],
        direction: Direction | Either,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Edge]:
        """Return every edge fact of these kinds that leaves ("out") or reaches ("in") the nodes, or either ("both"),
        each once, in the order of (kind, source, target, valid_from, rank, tie, entry, value).
        """

    def statements(
        self,
        ids: Sequence[str],
        aspects: Sequence[str] | None = None,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Statement]:
        """Return every statement about the nodes, all aspects where None, in the order of
        (subject, aspect, valid_from, rank, tie, entry, role, value).
        """

    def lookup(self, label: str, field: str, values: Sequence[str], known_at: int = NOW) -> list[str]:
        """Return the ids of the nodes known by then that have one of these values in the field, ascending.

        Raises:
            LookupError: nodes of the label are not looked up by the field, see `catalog.store.indexes.keys`.
        """

    def in_force(self, ids: Sequence[str], *, endings: bool = False) -> list[InForce]:
        """Return the statements now in force about the nodes, in the order of (subject, aspect); with `endings` those
        too that ended an aspect, whose value is None.
        """

    def runs(self, ids: Sequence[str]) -> dict[str, RunFacts]:
        """Return the events, READ and WROTE facts of each run that had an event, to be folded: at a `known_at` no later
        than `checkpoint()`, for there may be newer facts among them.
        """

    def flows(
        self,
        ids: Sequence[str],
        direction: Direction,
        valid_at: int = NOW,
        known_at: int = NOW,
        limit: int | None = None,
    ) -> list[Flow]:
        """Return the flows ever stated out of ("out") or into ("in") the nodes valid and known by then, one for each
        (source, target, job, how) with its earliest (valid_from, entry), in that order.

        Where there are more than `limit`, those of the first ids, ascending, that have more than that together: an
        answer longer than the limit is not whole.
        """

    def neighbours(
        self, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
    ) -> frozenset[str]:
        """Return the other ends of these flows, of which there may be far more than there are ends."""

    def reach(self, ids: Sequence[str], direction: Direction, depth: int, limit: int) -> frozenset[str] | None:
        """Return at least every node within `depth` flows of the nodes at any time, aliases costing no step, themselves
        included; it may hold more, and it is None where that would be more than `limit` nodes. It fetches ahead.
        """

    def contributions(
        self, asks: Sequence[tuple[str, int]], known_at: int = NOW, newest: int = 1, *, by_job: bool = True
    ) -> list[Contribution]:
        """Return for each (target, at) the `newest` candidates at or before `at`: of each job, and beside them of those
        that may replace the whole; or (`by_job=False`) of all jobs together. Duplicates once, in the order of
        (target, job, at desc, run desc, tie desc). A row that says `replaces` wins over the same row that does not.
        """

    def uses(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Use]:
        """Return what the jobs among the ids use, and by which jobs the other ids are used,
        each (job, dataset, how) with its earliest (valid_from, entry), in that order.
        """

    def named_in_facets(self, ids: Sequence[str], known_at: int = NOW) -> list[NamedInFacet]:
        """Return where the datasets are named in facets that have no meaning of their own, by id and carrier."""

    def schemas(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[SchemaStated]:
        """Return every schema ever said of the datasets, each where it was first said; in order."""

    def pointers(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Pointer]:
        """Return the pointers from and to these names valid and known by then, one for each
        (source, target, job, ended) with the first that was said of it, in that order.
        """

    def listings(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Listing]:
        """Return every list of other names of these datasets valid and known by then, each of a job once, in the order
        of (carrier, job, names).
        """

    def producers(self) -> list[Produced]:
        """Return how many events each producer sent of each namespace, and how many deviated, as it is now."""

    def grounds(
        self, wanted: Sequence[Ground], ids: Sequence[str] | None = None, known_at: int = NOW
    ) -> dict[Ground, tuple[str, ...]]:
        """Return the nodes that have each of the grounds known by then, ascending; of these ids alone where some are
        given.
        """

    def record_states(self, ids: Sequence[str] | None = None) -> list[RecordState]:
        """Return every dataset on whose record a rule over the estate may find something now, by id; of these alone
        where some are given.
        """

    def datasets_suggested(self, states: Collection[Suggested]) -> list[str]:
        """Return the datasets whose suggested labels stand in one of these ways now, as far as their own names tell,
        ascending.
        """

    def last_boundary(self, until: int) -> int | None:
        """Return the last time at which anything that a record says begins or ends by itself, until one in microseconds
        UTC; None where there is none. Decisions on access are left out.
        """

    def stamp(self) -> Stamp:
        """Return which graph is read here, and how many batches and steps of followers are in it."""

    def touched(self, since: int) -> list[Touched]:
        """Return what the batches behind one touched, as far as they are in what is read here and it is kept."""

    def touched_meanwhile(self) -> list[Touched]:
        """Return what was touched by batches and steps that were committed since it is read here: by these, what has no
        history may be read as it is behind them. Nothing where all of it is one snapshot.
        """

    def labels_due(self, at: int, count: int) -> list[LabelsDue]:
        """Return so many of the places where labels may have changed by a time, in microseconds UTC."""

    def labels_pending(self, count: int) -> list[LabelsPending]:
        """Return so many of the assets whose labels are to be judged again: all of them such that are to be read anew,
        as long as there are any.
        """

    def label_equations(self, ids: Sequence[str]) -> dict[str, LabelEquation]:
        """Return what is kept of what flows into datasets and model versions; one without any is absent."""

    def label_readers(self, ids: Sequence[str]) -> list[tuple[str, str]]:
        """Return each of these with each other into which anything of it flows, as it is kept."""

    def labels_followed(self) -> LabelsFollowed:
        """Return how far the follower of labels is."""

    def held_labels(self, ids: Sequence[str]) -> list[HeldLabel]:
        """Return the effective labels kept of datasets and model versions, by asset and kind."""

    def label_states(self, ids: Sequence[str]) -> dict[str, LabelState]:
        """Return all labels kept of each and of its columns; one without any is absent."""

    def assets_labelled(self, kinds: Sequence[str]) -> frozenset[str]:
        """Return the assets of which any of the kinds is kept."""

    def used(self, hows: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> frozenset[str]:
        """Return every dataset and model version that anything uses in one of these ways."""

    def column_flows(
        self, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
    ) -> list[ColumnFlow]:
        """Return what ever derived from the columns and datasets as a whole ("out"), or what they derive from ("in"),
        valid and known by then: one for each (target, source, job, how) with its earliest (valid_from, entry), in that
        order.
        """

    def column_reach(
        self,
        ids: Sequence[str],
        direction: Direction,
        depth: int,
        limit: int,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> ColumnReach | None:
        """Return at least the columns and wholes less than `depth` flows at any time from these, themselves included,
        and their flows as `column_flows` does; it may hold more, and it is None where that would be more than `limit`
        of them. With what is met its dataset is; "out" of them, with a whole its columns are. It fetches ahead.
        """

    def transformations(self, hows: Collection[str]) -> dict[str, How]:
        """Return what the `how` of such flows stand for."""

    def column_lineage(
        self, asks: Sequence[tuple[str, str | None]], valid_at: int = NOW, known_at: int = NOW
    ) -> list[ColumnStatement]:
        """Return all that was said of the columns of each dataset by a run or declaring job, or by its own events where
        that is None, valid and known by then, in the order of (dataset, by, valid_from, rank, tie).
        """

    def columns_stated_by(
        self, asks: Sequence[tuple[str, str | None]], valid_at: int = NOW, known_at: int = NOW
    ) -> set[tuple[str, str | None]]:
        """Return those of the (dataset, job) of which anything of columns was ever stated."""

    def column_coverage(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Covered]:
        """Return what writes into the datasets said of their columns beside all that they read, valid and known by
        then: one for each (target, job, stated, source) with its earliest (valid_from, entry), in that order.
        """

    def mentioned(self, stated: Collection[str]) -> dict[str, Mentioned]:
        """Return what the `stated` of such rows mention; what is empty is absent."""

    def find(self, query: Query) -> Page:
        """Return a page of what is current."""

    def quarantined(self) -> list[Quarantined]:
        """Return what could not be projected, by entry."""


class Store(StoreReader, Protocol):
    """A graph of facts. Each verb alone is one consistent read; `reading()` gives one for several."""

    name: str

    def apply(self, facts: Facts, upto: int, quarantined: Sequence[Quarantined] = ()) -> None:
        """Add the facts of all entries up to and including `upto`, the indexes and what is current, and the checkpoint,
        in one transaction. Facts of entries at or below the checkpoint are there already: applying them again changes
        nothing.

        Raises:
            OperatorError: the store is unreachable, full or read-only; nothing was applied.
        """

    def keep(self, changes: Changes, table: Table, now: Row, before: Row | None) -> bool:
        """Write and take away rows of indexes that a follower keeps, and the row that says how far it is, in one
        transaction; return whether that was done: only where it stands in the table as it was read `before`.

        Raises:
            OperatorError: as `apply`.
        """

    def reading(self, deadline: Deadline | None = None) -> AbstractContextManager[StoreReader]:
        """Open one consistent state for all reads of an answer.

        A call that takes longer than somebody waits for it is cut off: the call raises what the engine says of that,
        the context ReadEndedError. A store in memory answers it all the same.
        """

    def scan(self) -> Generator[tuple[str, ...]]:
        """Yield everything stored as rows of text in one total order: nodes, edges, statements, current aspects,
        quarantine. Two stores that took the same facts yield the same. Flows and contributions are left out: what is
        answered of them does not depend on how many of them stand one by one.
        """

    def clear(self) -> None:
        """Remove everything, checkpoint and version included: the start of a rebuild."""

    def version(self) -> str | None:
        """Return with what the graph was marked; None for one that never was, also where it is empty."""

    def mark(self, version: str) -> None:
        """Note what makes the graph, and of what: opaque here, see `catalog.operations.provenance`."""

    def forget(self) -> None:
        """Remember nothing that was read before: another process has emptied the graph."""

    def check(self) -> None:
        """Look through what is stored, in time linear in it, beside readers and the writer.

        Raises:
            DamagedGraphError: it is not what was written; from now on every verb raises it.
        """

    def counts(self) -> dict[str, int]:
        """Return how many nodes of each label and edges of each type there are, counted cheaply."""

    def close(self) -> None:
        """Release files, connections and threads."""
