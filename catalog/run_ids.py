"""Which runs a run id means, in one state of the store: several jobs may have run under the same.

Records of earlier versions, and parent facets without a job, name a run by its id alone. Such a run stands for the one
that is known of its id, wherever it is read; where there are several, or none, it stays what it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final, TypeVar

from catalog.store import touches
from catalog.store.protocol import StoreReader
from graph_schema.bitemporal import Contribution
from graph_schema.facts import Edge, Statement
from graph_schema.nodes import Run

KINDS: Final = frozenset({"GENERATED", "PRODUCED", "IS_PART_OF"})
"""The edges of which an end may be a run that is named by its id alone."""

ASPECTS: Final = frozenset({"seal", "registration"})
"""The aspects that such a run may be said to be behind."""

Fact = TypeVar("Fact", Edge, Statement)


class RunIds:
    """The runs of run ids, as they were known by a ledger index."""

    def __init__(self, reader: StoreReader, known_at: int) -> None:
        """Read nothing yet."""
        self._reader = reader
        self._known_at = known_at
        self._several: set[str] = set()
        """The runs that were found to share a run id with another."""
        self._bare: frozenset[str] = frozenset()
        """The run ids by which alone runs are named."""

    def looked_at(self, run_ids: Collection[str]) -> Iterator[int]:
        """Yield what was looked at to find the runs of run ids; see `catalog.store.touches`."""
        yield from touches.lookup("Run", "run_id", run_ids)
        yield from touches.runs(self._several)

    def looked_at_for_meant(self) -> Iterator[int]:
        """Yield what was looked at to tell which runs are meant, as far as anybody asked."""
        yield from touches.lookup("Run", "job", ("",))
        if self._bare:
            yield from self.looked_at(self._bare)

    def runs(self, run_ids: Collection[str]) -> dict[str, tuple[Run, ...]]:
        """Return the runs of each run id, by their jobs: those that sent events, else all that anything names.

        So a facet that spells a parent's job in another way than the parent itself makes no second run of it.
        """
        found = self._reader.lookup("Run", "run_id", sorted(set(run_ids)), self._known_at) if run_ids else []
        of: dict[str, list[Run]] = defaultdict(list)
        for known in self._reader.nodes(found, self._known_at).values() if found else ():
            if isinstance(known.node, Run) and known.node.executed is not None:
                of[known.node.run_id].append(known.node)
        several = [run.id for runs in of.values() if len(runs) > 1 for run in runs]
        self._several.update(several)
        facts = self._reader.runs(several) if several else {}
        sent = {run for run, of_run in facts.items() if any(one.entry <= self._known_at for one in of_run.events)}
        return {run_id: _by_job(one for one in runs if one.id in sent) or _by_job(runs) for run_id, runs in of.items()}

    @cached_property
    def meant(self) -> Mapping[str, str]:
        """Return the runs that are named by their ids alone, each with the one run that it stands for."""
        bare = self._reader.lookup("Run", "job", ("",), self._known_at)
        named = (
            {known.node.title: id_ for id_, known in self._reader.nodes(bare, self._known_at).items()} if bare else {}
        )
        self._bare = frozenset(named)
        return {named[run_id]: runs[0].id for run_id, runs in self.runs(named).items() if len(runs) == 1}

    def with_bare(self, ids: Collection[str], kinds: Collection[str]) -> list[str]:
        """Return the ids asked for, and those that stand for them, where the kinds of edges may have these as ends."""
        asked = list(ids)
        if KINDS.isdisjoint(kinds) or not self.meant:
            return asked
        wanted = frozenset(asked)
        return asked + [bare for bare, run in self.meant.items() if run in wanted and bare not in wanted]

    def edges(self, edges: list[Edge]) -> list[Edge]:
        """Return the edges between the runs that are meant, each once."""
        if not any(edge.kind in KINDS for edge in edges) or not self.meant:
            return edges
        return list(dict.fromkeys(self._edge(edge) for edge in edges))

    def _edge(self, edge: Edge) -> Edge:
        meant = self.meant
        return self._attributed(
            edge._replace(source=meant.get(edge.source, edge.source), target=meant.get(edge.target, edge.target))
        )

    def statements(self, statements: list[Statement]) -> list[Statement]:
        """Return the statements as said of the runs that are meant."""
        if not any(one.run and one.aspect in ASPECTS for one in statements) or not self.meant:
            return statements
        return [self._attributed(one) for one in statements]

    def contributions(self, rows: list[Contribution]) -> list[Contribution]:
        """Return the candidates with the runs that are meant behind registrations."""
        if not any(row.run and row.how == "registered" for row in rows) or not self.meant:
            return rows
        return [row._replace(run=self.meant.get(row.run or "", row.run)) for row in rows]

    def _attributed(self, fact: Fact) -> Fact:
        meant = self.meant.get(fact.run or "")
        return fact if meant is None else fact._replace(run=meant)


def _by_job(runs: Iterable[Run]) -> tuple[Run, ...]:
    return tuple(sorted(runs, key=lambda run: run.key))
