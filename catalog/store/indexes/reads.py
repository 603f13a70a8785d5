"""The verbs that an engine answers out of the rows of its indexes, unless it knows a better way."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Sequence

from catalog.store.indexes import (
    boundaries,
    column_coverage,
    column_flows,
    contributions,
    flows,
    grounds,
    in_force,
    keys,
    label_work,
    pointers,
    producers,
    record_states,
    uses,
)
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
from catalog.store.indexes.named_in_facets import NamedInFacet, named_in_facets
from catalog.store.indexes.pointers import Listing, Pointer
from catalog.store.indexes.producers import Produced
from catalog.store.indexes.record_states import RecordState, Suggested
from catalog.store.indexes.schemas import SchemaStated, schemas
from catalog.store.indexes.table import Direction, Either, IndexReader
from catalog.store.indexes.uses import Use
from graph_schema.bitemporal import Contribution, Flow
from graph_schema.column_lineage import Mentioned
from graph_schema.facts import NOW, Edge


class IndexReads(IndexReader):
    """What a reading inherits that keeps rows; see `StoreReader`."""

    remote: bool = False

    def together(self, asks: Sequence[Callable[[], object]]) -> None:
        """Do several reads; see `StoreReader.together`."""
        for ask in asks:
            ask()

    def lacks(self, kind: str) -> bool:  # noqa: ARG002  an engine that is near counts nothing ahead
        """See `StoreReader.lacks`."""
        return False

    @abstractmethod
    def edges(
        self,
        ids: Sequence[str],
        kinds: Sequence[str],
        direction: Direction | Either,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Edge]:
        """See `StoreReader.edges`."""

    def lookup(self, label: str, field: str, values: Sequence[str], known_at: int = NOW) -> list[str]:
        return keys.lookup(self, label, field, values, known_at)

    def in_force(self, ids: Sequence[str], *, endings: bool = False) -> list[InForce]:
        return in_force.in_force(self, ids, endings=endings)

    def flows(
        self,
        ids: Sequence[str],
        direction: Direction,
        valid_at: int = NOW,
        known_at: int = NOW,
        limit: int | None = None,
    ) -> list[Flow]:
        return flows.flows(self, ids, direction, valid_at, known_at, limit)

    def neighbours(
        self, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
    ) -> frozenset[str]:
        return flows.neighbours(self, ids, direction, valid_at, known_at)

    def reach(self, ids: Sequence[str], direction: Direction, depth: int, limit: int) -> frozenset[str] | None:
        return flows.reach(self, ids, direction, depth, limit)

    def contributions(
        self, asks: Sequence[tuple[str, int]], known_at: int = NOW, newest: int = 1, *, by_job: bool = True
    ) -> list[Contribution]:
        return contributions.contributions(self, asks, known_at, newest, by_job=by_job)

    def uses(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Use]:
        return uses.uses(self, ids, valid_at, known_at)

    def named_in_facets(self, ids: Sequence[str], known_at: int = NOW) -> list[NamedInFacet]:
        return named_in_facets(self, ids, known_at)

    def schemas(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[SchemaStated]:
        return schemas(self, ids, valid_at, known_at)

    def pointers(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Pointer]:
        return pointers.pointers(self, ids, valid_at, known_at)

    def listings(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Listing]:
        return pointers.listings(self, ids, valid_at, known_at)

    def producers(self) -> list[Produced]:
        return producers.producers(self)

    def grounds(
        self, wanted: Sequence[Ground], ids: Sequence[str] | None = None, known_at: int = NOW
    ) -> dict[Ground, tuple[str, ...]]:
        return grounds.grounds(self, wanted, ids, known_at)

    def record_states(self, ids: Sequence[str] | None = None) -> list[RecordState]:
        return record_states.record_states(self, ids)

    def datasets_suggested(self, states: Collection[Suggested]) -> list[str]:
        return record_states.datasets_suggested(self, states)

    def last_boundary(self, until: int) -> int | None:
        return boundaries.last_boundary(self, until)

    def labels_due(self, at: int, count: int) -> list[LabelsDue]:
        return label_work.labels_due(self, at, count)

    def labels_pending(self, count: int) -> list[LabelsPending]:
        return label_work.labels_pending(self, count)

    def label_equations(self, ids: Sequence[str]) -> dict[str, LabelEquation]:
        return label_work.label_equations(self, ids)

    def label_readers(self, ids: Sequence[str]) -> list[tuple[str, str]]:
        return label_work.label_readers(self, ids)

    def labels_followed(self) -> LabelsFollowed:
        return label_work.labels_followed(self)

    def held_labels(self, ids: Sequence[str]) -> list[HeldLabel]:
        return label_work.held_labels(self, ids)

    def label_states(self, ids: Sequence[str]) -> dict[str, LabelState]:
        return label_work.label_states(self, ids)

    def assets_labelled(self, kinds: Sequence[str]) -> frozenset[str]:
        return label_work.assets_labelled(self, kinds)

    def used(self, hows: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> frozenset[str]:
        return uses.used(self, hows, valid_at, known_at)

    def column_flows(
        self, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
    ) -> list[ColumnFlow]:
        return column_flows.column_flows(self, ids, direction, valid_at, known_at)

    def column_reach(
        self,
        ids: Sequence[str],
        direction: Direction,
        depth: int,
        limit: int,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> ColumnReach | None:
        return column_flows.column_reach(self, ids, direction, depth, limit, valid_at, known_at)

    def transformations(self, hows: Collection[str]) -> dict[str, How]:
        return column_flows.transformations(self, hows)

    def column_lineage(
        self, asks: Sequence[tuple[str, str | None]], valid_at: int = NOW, known_at: int = NOW
    ) -> list[ColumnStatement]:
        return column_flows.column_lineage(self, asks, valid_at, known_at)

    def columns_stated_by(
        self, asks: Sequence[tuple[str, str | None]], valid_at: int = NOW, known_at: int = NOW
    ) -> set[tuple[str, str | None]]:
        return column_flows.stated_by(self, asks, valid_at, known_at)

    def column_coverage(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Covered]:
        return column_coverage.column_coverage(self, ids, valid_at, known_at)

    def mentioned(self, stated: Collection[str]) -> dict[str, Mentioned]:
        return column_coverage.mentioned(self, stated)
