"""The verbs that read, one round trip each but `aliases` and `find`, which take a few, whatever the number of ids.

Neo4j reads what is committed at the moment, so that an answer of several statements is made consistent here: the
checkpoint is read first, and facts of later entries do not exist for this reading. What is current has no history: it
is what held when that statement ran.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.store.indexes.contributions import by_target_and_job, newest_of
from catalog.store.indexes.flows import flows_within, one_each
from catalog.store.indexes.in_force import InForce, by_aspect
from catalog.store.neo4j.connection import Run
from catalog.store.ordering import Row, edge_order, rows, statement_order
from catalog.store.protocol import Direction, Either, Found, KnownNode, Page, Quarantined, Query
from catalog.store.run_memory import ACCESSES, RunMemory, assemble
from catalog.store.words import words
from graph_schema import cypher
from graph_schema.bitemporal import Contribution, Flow, RunFacts
from graph_schema.facts import ALWAYS, NOW, Edge, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Node
from graph_schema.registry import LABELS


class Neo4jReading:
    """One consistent state of the graph."""

    def __init__(self, run: Run, memory: RunMemory) -> None:
        """Read inside this transaction, up to the checkpoint of now."""
        self._run = run
        self._memory = memory
        found = run(cypher.checkpoint())
        self._checkpoint: int = found[0]["checkpoint"] if found else -1
        self._counts: str = found[0]["counts"] if found else "{}"
        self._alias_reach: int = found[0]["alias_reach"] if found else 0
        self._joined: bool = found[0]["joined"] if found else False
        self._hubs: int = found[0]["hubs"] if found else 0

    def see_everything(self) -> None:
        """Read beyond the checkpoint too: for the writer, inside its own transaction."""
        self._checkpoint = NOW

    def checkpoint(self) -> int:
        return self._checkpoint

    def nodes(self, ids: Sequence[str], known_at: int = NOW) -> dict[str, KnownNode]:
        found = {
            row["id"]: _known(row) for row in self._run(cypher.nodes(), known_at=self._known(known_at), ids=_once(ids))
        }
        return {identifier: found[identifier] for identifier in ids if identifier in found}

    def edges(
        self,
        ids: Sequence[str],
        kinds: Sequence[str],
        direction: Direction | Either,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Edge]:
        if not kinds:
            return []
        query = cypher.edges(kinds, direction)
        found = self._run(query, valid_at=valid_at, known_at=self._known(known_at), ids=_once(ids))
        return sorted(set(map(_edge, found)), key=edge_order)

    def statements(
        self,
        ids: Sequence[str],
        aspects: Sequence[str] | None = None,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Statement]:
        found = self._run(
            cypher.statements(aspects=aspects is not None),
            ids=_once(ids),
            aspects=None if aspects is None else list(dict.fromkeys(aspects)),
            always=ALWAYS,
            valid_at=valid_at,
            known_at=self._known(known_at),
        )
        return sorted((Statement(*row.values()) for row in found), key=statement_order)

    def in_force(self, ids: Sequence[str]) -> list[InForce]:
        found = (tuple(row.values()) for row in self._run(cypher.in_force(), ids=_once(ids)))
        return sorted((InForce(row[0], Statement._make(row[1:])) for row in found), key=lambda one: one.statement[:2])

    def runs(self, ids: Sequence[str]) -> dict[str, RunFacts]:
        # What was committed since this reading began is not fetched, so that it is not what is remembered either.
        found = self._run(cypher.run_stamps(), ids=_once(ids))
        stamps = {row["id"]: min(row["entry"], self._checkpoint) for row in found}
        return self._memory.read(stamps, self._fetch_runs)

    def _fetch_runs(self, runs: list[str]) -> dict[str, RunFacts]:
        return assemble(runs, self.statements(runs, ("event",)), self.edges(runs, ACCESSES, "out"))

    def flows(
        self,
        ids: Sequence[str],
        direction: Direction,
        valid_at: int = NOW,
        known_at: int = NOW,
        limit: int | None = None,
    ) -> list[Flow]:
        query, known = cypher.flows(direction), self._known(known_at)

        def fetch(some: Sequence[str]) -> list[Flow]:
            found = self._run(query, valid_at=valid_at, known_at=known, ids=_once(some))
            return one_each(Flow(*row.values()) for row in found)

        if limit is None:
            return fetch(ids)
        most = {row["id"]: row["most"] for row in self._run(cypher.degrees(direction), ids=_once(ids))}
        return flows_within(limit, ids, most, fetch)

    def neighbours(
        self, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
    ) -> frozenset[str]:
        query = cypher.neighbours(direction)
        found = self._run(query, valid_at=valid_at, known_at=self._known(known_at), ids=_once(ids))
        return frozenset(row["id"] for row in found)

    def reach(self, ids: Sequence[str], direction: Direction, depth: int, limit: int) -> frozenset[str] | None:
        asked = frozenset(ids)
        # An alias is a step like any other there, no chain of them longer than was ever seen; a hub makes one flow two.
        steps = (depth + (depth + 1) * self._alias_reach) * (2 if self._hubs else 1)
        query = cypher.reach(direction, steps)
        found = self._run(query, limit=limit + 1, ids=_once(ids))
        reached = asked.union(row["id"] for row in found)
        return reached if len(reached) <= limit else None

    def contributions(
        self, asks: Sequence[tuple[str, int]], known_at: int = NOW, newest: int = 1, *, by_job: bool = True
    ) -> list[Contribution]:
        times: dict[str, list[int]] = {}
        for target, at in dict.fromkeys(asks):
            times.setdefault(target, []).append(at)
        asked: dict[str, Any] = {"ids": list(times), "asks": times, "known_at": self._known(known_at), "newest": newest}
        found = [_contribution(row) for row in self._run(cypher.contributions(replacing=by_job), **asked)]
        joined = self._run(cypher.joined_contributions(), **asked) if self._joined else ()
        found += [_joined_contribution(*row.values()) for row in joined]
        if by_job and not joined:
            return by_target_and_job(found)
        return newest_of(asks, found, newest, by_job=by_job)

    def find(self, query: Query) -> Page:
        empty: Page = Page((), 0, {facet: {} for facet in query.facets}, more=False)
        labels = [name for name in dict.fromkeys(query.labels) if name in LABELS]
        if "label" in query.filters:
            labels = [name for name in labels if name in query.filters["label"]]
        if not labels or "label" in query.missing:
            return empty
        terms = words(query.text)
        title, identifier = query.after or ("", "")
        row = self._run(
            cypher.find(labels, text=bool(terms), after=query.after is not None),
            text=" ".join(f"+{term}*" for term in terms),
            filters=[
                [f"{facet}={value}" for value in allowed]
                for facet, allowed in query.filters.items()
                if facet != "label"
            ],
            has=[name for name in query.has if name != "label"],
            missing=list(query.missing),
            facets=list(query.facets),
            title=title,
            id=identifier,
            first=query.first + 1,
        )[0]
        return self._page(query, row)

    def quarantined(self) -> list[Quarantined]:
        return [
            Quarantined(entry, kind, tuple(subjects), reason)
            for entry, kind, subjects, reason in (row.values() for row in self._run(cypher.quarantined()))
            if entry <= self._checkpoint
        ]

    def counts(self) -> dict[str, int]:
        """Return what `Store.counts` returns."""
        return dict(sorted(json.loads(self._counts).items()))

    def scan(self) -> Iterator[Row]:
        """Yield what `Store.scan` yields."""
        named = sorted(
            ((row["id"], _known(row)) for row in self._run(cypher.scan_nodes())),
            key=lambda item: item[0],
        )
        return rows(
            named,
            sorted(map(_edge, self._run(cypher.scan_edges())), key=edge_order),
            sorted((Statement(*row.values()) for row in self._run(cypher.scan_statements())), key=statement_order),
            sorted(tuple(row.values()) for row in self._run(cypher.scan_current())),
            self.quarantined(),
        )

    def _known(self, known_at: int) -> int:
        return min(known_at, self._checkpoint)

    def _page(self, query: Query, row: Mapping[str, Any]) -> Page:
        ids = row["page"][: query.first]
        nodes, current = self.nodes(ids), by_aspect(self.in_force(ids))
        hits = tuple(
            Found(identifier, nodes[identifier].node, nodes[identifier].entry, current.get(identifier, {}))
            for identifier in ids
            if identifier in nodes
        )
        counts: dict[str, dict[str, int]] = {facet: {} for facet in query.facets}
        if "label" in counts:
            counts["label"] = dict(sorted((name, count) for name, count in row["labels"]))
        for facet, count in sorted(row["facets"]):
            name, _, value = facet.partition("=")
            if name in counts:
                counts[name][value] = count
        return Page(hits, row["total"], counts, len(row["page"]) > query.first)


def _once(ids: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def _known(row: Mapping[str, Any]) -> KnownNode:
    return KnownNode(Node.registered[label_of(row["id"])].from_key(row["key"]), row["entry"])


def _edge(row: Mapping[str, Any]) -> Edge:
    kind = row["type"].removesuffix(cypher.RESTATED)
    if row["valid_from"] is None:  # a structural edge keeps only what is not always the same
        return Edge(kind, row["source"], row["target"], "{}", None, None, ALWAYS, 0, "", row["entry"])
    return Edge(
        kind,
        row["source"],
        row["target"],
        row["value"],
        row["run"],
        row["job"],
        row["valid_from"],
        row["rank"],
        row["tie"],
        row["entry"],
        row["by"],
        row["authenticated"],
    )


def _joined_contribution(target: str, job: str, at: int, run: str, entry: int, replaces: bool) -> Contribution:  # noqa: FBT001
    return Contribution(target, job or None, at, run, "ran", "", entry, replaces)


def _contribution(row: Any) -> Contribution:  # noqa: ANN401  # a record of the driver
    target, job, at, run, how, tie, entry, replaced = row.values()
    return Contribution(target, job or None, at, run or None, how, tie, entry, replaced is not None)
