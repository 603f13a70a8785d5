"""Reads of lineage between columns, as indexes keep it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from catalog.store import touches
from catalog.store.indexes.column_flows import COLUMN_FLOW, COLUMN_STATEMENT
from catalog.store.protocol import ColumnFlow, ColumnReach, ColumnStatement, Covered, Direction, How
from catalog.view.scope import Scope
from graph_schema.column_lineage import Mentioned


class ColumnReader(Scope):
    """What flowed between columns, as far as it may be seen."""

    def column_flows(self, ids: Sequence[str], direction: Direction) -> list[ColumnFlow]:
        """Return the flows between columns ever stated out of or into these; see `StoreReader.column_flows`."""
        asked = self._seen(ids)
        self.note(touches.rows, COLUMN_FLOW, asked)
        found = self._reader.column_flows(asked, direction, self.as_of.valid_at, self.known_at)
        if self.rights.unbounded:
            return found
        ends = self.visible(end for flow in found for end in (flow.source, flow.target))
        return [flow for flow in found if flow.source in ends and flow.target in ends]

    def column_reach(self, ids: Sequence[str], direction: Direction, depth: int, limit: int) -> ColumnReach | None:
        """Return at least the columns and wholes that are near, with their flows; see `StoreReader.column_reach`."""
        asked = self._seen(ids)
        found = self._reader.column_reach(asked, direction, depth, limit, self.as_of.valid_at, self.known_at)
        self.note(touches.rows, COLUMN_FLOW, asked if found is None else found.ids.union(asked))
        if found is None or self.rights.unbounded:
            return found
        ends = self.visible(end for flow in found.flows for end in (flow.source, flow.target))
        flows = [flow for flow in found.flows if flow.source in ends and flow.target in ends]
        return ColumnReach(self.visible(found.ids, counted=False), flows)

    def transformations(self, hows: Collection[str]) -> dict[str, How]:
        """Return what the `how` of such flows stand for."""
        return self._reader.transformations(hows) if hows else {}

    def column_lineage(self, asks: Sequence[tuple[str, str | None]]) -> list[ColumnStatement]:
        """Return all that was said of the columns of datasets; see `StoreReader.column_lineage`.

        What a value names is not filtered: whoever shows it asks `visible`.
        """
        seen = frozenset(self._seen([dataset for dataset, _ in asks]))
        self.note(touches.rows, COLUMN_STATEMENT, seen)
        asked = [ask for ask in asks if ask[0] in seen]
        return self._reader.column_lineage(asked, self.as_of.valid_at, self.known_at) if asked else []

    def columns_stated_by(self, asks: Sequence[tuple[str, str | None]]) -> set[tuple[str, str | None]]:
        """Return those of the (dataset, job) of which anything of columns was ever stated."""
        self.note(touches.rows, COLUMN_STATEMENT, [dataset for dataset, _ in asks])
        return self._reader.columns_stated_by(asks, self.as_of.valid_at, self.known_at) if asks else set()

    def column_coverage(self, ids: Sequence[str]) -> list[Covered]:
        """Return what writes into the datasets said of their columns; see `StoreReader.column_coverage`."""
        asked = self._seen(ids)
        self.note(touches.coverage, asked)
        found = self._reader.column_coverage(asked, self.as_of.valid_at, self.known_at)
        if self.rights.unbounded:
            return found
        ends = self.visible(end for one in found for end in (one.source, one.target))
        return [one for one in found if one.source in ends and one.target in ends]

    def mentioned(self, stated: Collection[str]) -> dict[str, Mentioned]:
        """Return what the `stated` of such rows mention."""
        return self._reader.mentioned(stated) if any(stated) else {}
