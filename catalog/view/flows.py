"""Reads of lineage between whole assets, as indexes keep it: flows, contributions and uses."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.store import touches
from catalog.store.indexes.uses import USE
from catalog.store.protocol import Direction, Use
from catalog.view.scope import Scope
from graph_schema.bitemporal import Contribution, Flow


class FlowReader(Scope):
    """What flowed between assets, as far as it may be seen."""

    def flows(self, ids: Sequence[str], direction: Direction, limit: int | None = None) -> list[Flow]:
        """Return the flows ever stated out of or into the nodes; see `StoreReader.flows`."""
        asked = self._seen(ids)
        self.note(touches.flows, asked)
        found = self._reader.flows(asked, direction, self.as_of.valid_at, self.known_at, limit)
        if self.rights.unbounded:
            return found
        ends = self.visible(end for flow in found for end in (flow.source, flow.target))
        return [flow for flow in found if flow.source in ends and flow.target in ends]

    def neighbours(self, ids: Sequence[str], direction: Direction) -> frozenset[str]:
        """Return the other ends of these flows."""
        asked = self._seen(ids)
        self.note(touches.flows, asked)
        found = self._reader.neighbours(asked, direction, self.as_of.valid_at, self.known_at)
        return self.visible(found)

    def reach(self, ids: Sequence[str], direction: Direction, depth: int, limit: int) -> frozenset[str] | None:
        """Return at least what lies within so many flows, None where that is too much; see `StoreReader.reach`."""
        asked = self._seen(ids)
        found = self._reader.reach(asked, direction, depth, limit)
        self.note(touches.flows, asked if found is None else found.union(asked))
        return None if found is None else self.visible(found)

    def contributions(
        self, asks: Sequence[tuple[str, int]], newest: int = 1, *, by_job: bool = True
    ) -> list[Contribution]:
        """Return the newest candidates for what put the nodes into their states; see `StoreReader.contributions`."""
        seen = frozenset(self._seen([target for target, _ in asks]))
        self.note(touches.contributions, seen)
        self.note(self._run_ids.looked_at_for_meant)
        asked = [(target, min(at, self.as_of.valid_at)) for target, at in asks if target in seen]
        return self._run_ids.contributions(self._reader.contributions(asked, self.known_at, newest, by_job=by_job))

    def uses(self, ids: Sequence[str]) -> list[Use]:
        """Return what the jobs use, and by which jobs the others are used; see `StoreReader.uses`."""
        asked = self._seen(ids)
        self.note(touches.rows, USE, asked)
        found = self._reader.uses(asked, self.as_of.valid_at, self.known_at)
        if self.rights.unbounded:
            return found
        ends = self.visible(end for use in found for end in (use.job, use.dataset) if end)
        return [use for use in found if use.dataset in ends and (use.job is None or use.job in ends)]

    def used(self, hows: Sequence[str]) -> frozenset[str]:
        """Return every dataset and model version that may be seen and that anything uses in one of these ways."""
        self.note(touches.of_some, USE, hows)
        return self.visible(self._reader.used(hows, self.as_of.valid_at, self.known_at), counted=False)
