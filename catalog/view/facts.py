"""Reads of facts: nodes, edges, statements and runs, and what is in force of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from catalog.run_ids import ASPECTS, KINDS
from catalog.store import touches
from catalog.store.protocol import Direction, Either, InForce, KnownNode
from catalog.view.scope import Scope
from catalog.visibility import known_nodes
from graph_schema.bitemporal import RunFold
from graph_schema.facts import NOW, Edge, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Run


class FactReader(Scope):
    """What was recorded, as far as it may be seen."""

    def nodes(self, ids: Sequence[str]) -> dict[str, KnownNode]:
        """Return those of the nodes that were known, in the order asked; each is fetched once."""
        asked, held = self._seen(ids), self._nodes
        new = [one for one in dict.fromkeys(asked) if one not in held]
        if new:
            held |= dict.fromkeys(new) | known_nodes(self._reader, new, self.known_at)
        if self._noting:
            # Of a node that is known nothing changes; a dataset may be one that facets alone tell of.
            self.note(touches.nodes, [one for one in asked if held[one] is None or label_of(one) == "Dataset"])
        return {one: known for one in asked if (known := held[one]) is not None}

    def edges(
        self,
        ids: Sequence[str],
        kinds: Sequence[str],
        direction: Direction | Either,
        *,
        known_by: int = NOW,
        attested: Collection[str] | None = None,
    ) -> list[Edge]:
        """Return the edge facts of these kinds that leave ("out") or reach ("in") the nodes, or either ("both").

        Of those known by an entry alone where one is given, which nothing later adds to; or by runs of these jobs
        alone. See `StoreReader.edges`.
        """
        asked = self._seen(ids)
        if not asked or not kinds:
            return []
        asked = self._run_ids.with_bare(asked, kinds)
        if not KINDS.isdisjoint(kinds):
            self.note(self._run_ids.looked_at_for_meant)
        if attested is not None:
            self.note(touches.accesses, attested)
        elif known_by == NOW:
            self.note(touches.edges, asked, kinds, direction)
        found = self._edges(asked, kinds, direction)
        if known_by == NOW and attested is None:
            return found
        return [one for one in found if one.entry <= known_by and (attested is None or one.job in attested)]

    def _edges(self, asked: Sequence[str], kinds: Sequence[str], direction: Direction | Either) -> list[Edge]:
        place = "edges", tuple(asked), tuple(kinds), direction, self.as_of.valid_at
        found = self._asked.get(place)
        if found is None:
            found = self._run_ids.edges(self._reader.edges(asked, kinds, direction, self.as_of.valid_at, self.known_at))
            self._asked[place] = found
        if self.rights.unbounded:
            return list(found)
        ends = self.visible(end for edge in found for end in (edge.source, edge.target))
        return [self._attributed(edge) for edge in found if edge.source in ends and edge.target in ends]

    def statements(self, ids: Sequence[str], aspects: Sequence[str] | None = None) -> list[Statement]:
        """Return what was stated about the nodes, all aspects where None; see `StoreReader.statements`."""
        asked = self._seen(ids)
        self.note(touches.statements, asked, aspects)
        if aspects is None or not ASPECTS.isdisjoint(aspects):
            self.note(self._run_ids.looked_at_for_meant)
        place = "statements", tuple(asked), None if aspects is None else tuple(aspects), self.as_of.valid_at
        found = self._asked.get(place)
        if found is None:
            found = self._reader.statements(asked, aspects, self.as_of.valid_at, self.known_at) if asked else []
            found = self._asked[place] = self._run_ids.statements(found)
        if self.rights.unbounded:
            return list(found)
        return self.attributed(found)

    def lookup(self, label: str, field: str, values: Sequence[str]) -> tuple[str, ...]:
        """Return the ids of the nodes that have one of these values in the field, ascending."""
        self.note(touches.lookup, label, field, values)
        place = "lookup", label, field, tuple(values)
        found = self._asked.get(place)
        if found is None:
            found = self._asked[place] = self._reader.lookup(label, field, values, self.known_at)
        return tuple(self._seen(found))

    def runs_of_ids(self, run_ids: Collection[str]) -> dict[str, tuple[Run, ...]]:
        """Return the runs of each run id, by their jobs; one without any is absent. See `catalog.run_ids`."""
        found = self._run_ids.runs(run_ids)
        self.note(self._run_ids.looked_at, run_ids)
        if self.rights.unbounded:
            return found
        seen = self._judged(run.id for runs in found.values() for run in runs)
        shown = {run_id: tuple(run for run in runs if run.id in seen) for run_id, runs in found.items()}
        return {run_id: runs for run_id, runs in shown.items() if runs}

    def in_force(
        self, ids: Sequence[str], *, endings: bool = False, aspects: Sequence[str] | None = None
    ) -> list[InForce]:
        """Return what is in force about the nodes, of a view of now alone: a store keeps that.

        With `endings` what ended an aspect is there too: what was said under another name may be older than that.
        Of the aspects alone where some are given.
        """
        asked = sorted(set(self._seen(ids)))
        self.note_now(touches.in_force, asked, aspects)
        new = [one for one in asked if (one, endings) not in self._held]
        if new:
            self._held.update(((one, endings), []) for one in new)
            for each in self._reader.in_force(new, endings=endings):
                self._held[each.statement.subject, endings].append(each)
        wanted = None if aspects is None else frozenset(aspects)
        found = [
            each
            for one in asked
            for each in self._held[one, endings]
            if wanted is None or each.statement.aspect in wanted
        ]
        return (
            found
            if self.rights.unbounded
            else [one._replace(statement=self._attributed(one.statement)) for one in found]
        )

    def runs(self, ids: Collection[str]) -> dict[str, RunFold | None]:
        """Return the runs as they were, None for one of which nothing was known or that may not be seen.

        What a fold names is not filtered: whoever shows it asks `visible`.
        """
        wanted = sorted(set(ids))
        asked = self._seen(wanted)
        self.note(touches.runs, asked)
        facts = self._reader.runs(asked) if asked else {}
        return {run: facts[run].at(self.as_of.valid_at, self.known_at) if run in facts else None for run in wanted}

    def is_as_at(self, before: int) -> bool:
        """Tell whether nothing that is known begins or ends after a time in microseconds UTC, by which all of it was
        recorded, until the view's own: what follows from it, and from no span of time, is what it was then.
        """
        last = self._reader.last_boundary(self.moment)
        return before <= self.moment and (last is None or last <= before)
