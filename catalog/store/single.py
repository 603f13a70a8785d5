"""The verbs of a store asked one at a time: each is a reading of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager

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
from catalog.store.indexes.table import Table
from catalog.store.indexes.uses import Use
from catalog.store.protocol import Direction, Either, KnownNode, Page, Quarantined, Query, StoreReader
from catalog.store.touches import Stamp, Touched
from graph_schema.bitemporal import Contribution, Flow, RunFacts
from graph_schema.column_lineage import Mentioned
from graph_schema.facts import NOW, Edge, Statement


class SingleReads(ABC):
    """What every store inherits: `store.verb(...)` is the same as `with store.reading() as read: read.verb(...)`."""

    remote: bool = False

    @abstractmethod
    def reading(self, deadline: Deadline | None = None) -> AbstractContextManager[StoreReader]:
        """Open one consistent state; see `Store.reading`."""

    def together(self, asks: Sequence[Callable[[], object]]) -> None:
        for ask in asks:
            ask()

    def lacks(self, kind: str) -> bool:  # noqa: ARG002  nothing is known ahead
        return False

    def has_at_most(self, table: Table, count: int) -> bool:  # noqa: ARG002  nothing is known ahead
        return False

    def checkpoint(self) -> int:
        with self.reading() as read:
            return read.checkpoint()

    def nodes(self, ids: Sequence[str], known_at: int = NOW) -> dict[str, KnownNode]:
        with self.reading() as read:
            return read.nodes(ids, known_at)

    def edges(
        self,
        ids: Sequence[str],
        kinds: Sequence[str],
        direction: Direction | Either,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Edge]:
        with self.reading() as read:
            return read.edges(ids, kinds, direction, valid_at, known_at)

    def statements(
        self,
        ids: Sequence[str],
        aspects: Sequence[str] | None = None,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Statement]:
        with self.reading() as read:
            return read.statements(ids, aspects, valid_at, known_at)

    def lookup(self, label: str, field: str, values: Sequence[str], known_at: int = NOW) -> list[str]:
        with self.reading() as read:
            return read.lookup(label, field, values, known_at)

    def in_force(self, ids: Sequence[str], *, endings: bool = False) -> list[InForce]:
        with self.reading() as read:
            return read.in_force(ids, endings=endings)

    def runs(self, ids: Sequence[str]) -> dict[str, RunFacts]:
        with self.reading() as read:
            return read.runs(ids)

    def flows(
        self,
        ids: Sequence[str],
        direction: Direction,
        valid_at: int = NOW,
        known_at: int = NOW,
        limit: int | None = None,
    ) -> list[Flow]:
        with self.reading() as read:
            return read.flows(ids, direction, valid_at, known_at, limit)

    def neighbours(
        self, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
    ) -> frozenset[str]:
        with self.reading() as read:
            return read.neighbours(ids, direction, valid_at, known_at)

    def reach(self, ids: Sequence[str], direction: Direction, depth: int, limit: int) -> frozenset[str] | None:
        with self.reading() as read:
            return read.reach(ids, direction, depth, limit)

    def contributions(
        self, asks: Sequence[tuple[str, int]], known_at: int = NOW, newest: int = 1, *, by_job: bool = True
    ) -> list[Contribution]:
        with self.reading() as read:
            return read.contributions(asks, known_at, newest, by_job=by_job)

    def uses(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Use]:
        with self.reading() as read:
            return read.uses(ids, valid_at, known_at)

    def named_in_facets(self, ids: Sequence[str], known_at: int = NOW) -> list[NamedInFacet]:
        with self.reading() as read:
            return read.named_in_facets(ids, known_at)

    def schemas(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[SchemaStated]:
        with self.reading() as read:
            return read.schemas(ids, valid_at, known_at)

    def pointers(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Pointer]:
        with self.reading() as read:
            return read.pointers(ids, valid_at, known_at)

    def listings(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Listing]:
        with self.reading() as read:
            return read.listings(ids, valid_at, known_at)

    def producers(self) -> list[Produced]:
        with self.reading() as read:
            return read.producers()

    def grounds(
        self, wanted: Sequence[Ground], ids: Sequence[str] | None = None, known_at: int = NOW
    ) -> dict[Ground, tuple[str, ...]]:
        with self.reading() as read:
            return read.grounds(wanted, ids, known_at)

    def record_states(self, ids: Sequence[str] | None = None) -> list[RecordState]:
        with self.reading() as read:
            return read.record_states(ids)

    def datasets_suggested(self, states: Collection[Suggested]) -> list[str]:
        with self.reading() as read:
            return read.datasets_suggested(states)

    def last_boundary(self, until: int) -> int | None:
        with self.reading() as read:
            return read.last_boundary(until)

    def stamp(self) -> Stamp:
        with self.reading() as read:
            return read.stamp()

    def touched(self, since: int) -> list[Touched]:
        with self.reading() as read:
            return read.touched(since)

    def touched_meanwhile(self) -> list[Touched]:
        with self.reading() as read:
            return read.touched_meanwhile()

    def labels_due(self, at: int, count: int) -> list[LabelsDue]:
        with self.reading() as read:
            return read.labels_due(at, count)

    def labels_pending(self, count: int) -> list[LabelsPending]:
        with self.reading() as read:
            return read.labels_pending(count)

    def label_equations(self, ids: Sequence[str]) -> dict[str, LabelEquation]:
        with self.reading() as read:
            return read.label_equations(ids)

    def label_readers(self, ids: Sequence[str]) -> list[tuple[str, str]]:
        with self.reading() as read:
            return read.label_readers(ids)

    def labels_followed(self) -> LabelsFollowed:
        with self.reading() as read:
            return read.labels_followed()

    def held_labels(self, ids: Sequence[str]) -> list[HeldLabel]:
        with self.reading() as read:
            return read.held_labels(ids)

    def label_states(self, ids: Sequence[str]) -> dict[str, LabelState]:
        with self.reading() as read:
            return read.label_states(ids)

    def assets_labelled(self, kinds: Sequence[str]) -> frozenset[str]:
        with self.reading() as read:
            return read.assets_labelled(kinds)

    def used(self, hows: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> frozenset[str]:
        with self.reading() as read:
            return read.used(hows, valid_at, known_at)

    def column_flows(
        self, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
    ) -> list[ColumnFlow]:
        with self.reading() as read:
            return read.column_flows(ids, direction, valid_at, known_at)

    def column_reach(
        self,
        ids: Sequence[str],
        direction: Direction,
        depth: int,
        limit: int,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> ColumnReach | None:
        with self.reading() as read:
            return read.column_reach(ids, direction, depth, limit, valid_at, known_at)

    def transformations(self, hows: Collection[str]) -> dict[str, How]:
        with self.reading() as read:
            return read.transformations(hows)

    def column_lineage(
        self, asks: Sequence[tuple[str, str | None]], valid_at: int = NOW, known_at: int = NOW
    ) -> list[ColumnStatement]:
        with self.reading() as read:
            return read.column_lineage(asks, valid_at, known_at)

    def columns_stated_by(
        self, asks: Sequence[tuple[str, str | None]], valid_at: int = NOW, known_at: int = NOW
    ) -> set[tuple[str, str | None]]:
        with self.reading() as read:
            return read.columns_stated_by(asks, valid_at, known_at)

    def column_coverage(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Covered]:
        with self.reading() as read:
            return read.column_coverage(ids, valid_at, known_at)

    def mentioned(self, stated: Collection[str]) -> dict[str, Mentioned]:
        with self.reading() as read:
            return read.mentioned(stated)

    def find(self, query: Query) -> Page:
        with self.reading() as read:
            return read.find(query)

    def quarantined(self) -> list[Quarantined]:
        with self.reading() as read:
            return read.quarantined()
