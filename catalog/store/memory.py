"""The store in memory: all facts as they came, and of each index the rows that its specification says.

It is what the other stores are held to, and the seam at which tests feed facts. Every `apply` makes a new immutable
graph, so that whoever reads keeps the one that he began with.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar
from uuid import uuid4

from catalog.store import words
from catalog.store.deadline import Deadline
from catalog.store.indexes import INDEXES, search
from catalog.store.indexes.in_force import InForce, by_aspect
from catalog.store.indexes.reads import IndexReads
from catalog.store.indexes.rows import MemoryRows, merged
from catalog.store.indexes.table import Changes, Direction, Either, Table
from catalog.store.indexes.table import Key as Prefix
from catalog.store.indexes.table import Row as IndexRow
from catalog.store.ordering import Row, edge_order, rows, statement_order, unseen
from catalog.store.protocol import Found, KnownNode, Page, Quarantined, Query, StoreReader, counted
from catalog.store.single import SingleReads
from catalog.store.touches import NO_GRAPH, Stamp, Touched
from graph_schema.bitemporal import RunFacts
from graph_schema.facts import NOW, Edge, Facts, Statement
from graph_schema.registry import STRUCTURAL, check_facts

Key = TypeVar("Key")
Value = TypeVar("Value")

_NONE = frozenset[tuple[str, str]]()
_RUN_EDGES = ("READ", "WROTE", "PRODUCED")


@dataclass(frozen=True)
class _Graph(IndexReads):
    """All facts up to one checkpoint, and what follows from them, computed when first asked for."""

    upto: int = -1
    made: Stamp = NO_GRAPH
    known: Mapping[str, KnownNode] = field(default_factory=dict)
    all_edges: tuple[Edge, ...] = ()
    all_statements: tuple[Statement, ...] = ()
    refused: tuple[Quarantined, ...] = ()
    kept: Mapping[str, Mapping[Prefix, IndexRow | None]] = field(default_factory=dict)
    """By table and key what a follower keeps, None for a row of the facts that it took away."""
    _specified: dict[str, Changes] = field(default_factory=dict)

    def rows(
        self, table: Table, prefixes: Sequence[Prefix], order: int = 0, *, valid_at: int = NOW, known_at: int = NOW
    ) -> list[IndexRow]:
        return self._index_rows.rows(table, prefixes, order, valid_at=valid_at, known_at=known_at)

    def ends(  # both times and what is wanted
        self,
        table: Table,
        prefixes: Sequence[Prefix],
        column: str,
        order: int = 0,
        *,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> set[Any]:
        return self._index_rows.ends(table, prefixes, column, order, valid_at=valid_at, known_at=known_at)

    def newest(
        self, table: Table, asks: Sequence[tuple[Prefix, int]], count: int, *, known_at: int = NOW
    ) -> list[IndexRow]:
        return self._index_rows.newest(table, asks, count, known_at=known_at)

    def counts(self, table: Table, prefixes: Sequence[Prefix], order: int = 0) -> dict[Prefix, int]:
        return self._index_rows.counts(table, prefixes, order)

    def checkpoint(self) -> int:
        return self.upto

    def stamp(self) -> Stamp:
        return self.made

    def touched(self, since: int) -> list[Touched]:
        """Return that each batch touched everything: what follows from its facts is found by all of them together."""
        return [Touched(number, None) for number in range(since + 1, self.made.number + 1)]

    def touched_meanwhile(self) -> list[Touched]:
        return []

    def nodes(self, ids: Sequence[str], known_at: int = NOW) -> dict[str, KnownNode]:
        wanted = ((identifier, self.known.get(identifier)) for identifier in dict.fromkeys(ids))
        return {identifier: node for identifier, node in wanted if node is not None and node.entry <= known_at}

    def edges(
        self,
        ids: Sequence[str],
        kinds: Sequence[str],
        direction: Direction | Either,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Edge]:
        sides = {"out": (self._edges_out,), "in": (self._edges_in,), "both": (self._edges_out, self._edges_in)}
        found = {edge for side in sides[direction] for identifier in ids for edge in side.get(identifier, ())}
        return sorted(
            (edge for edge in found if edge.kind in kinds and edge.valid_from <= valid_at and edge.entry <= known_at),
            key=edge_order,
        )

    def statements(
        self,
        ids: Sequence[str],
        aspects: Sequence[str] | None = None,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Statement]:
        found = (statement for identifier in set(ids) for statement in self._statements_about.get(identifier, ()))
        wanted = (
            statement
            for statement in found
            if statement.valid_from <= valid_at
            and statement.entry <= known_at
            and (aspects is None or statement.aspect in aspects)
        )
        return sorted(wanted, key=statement_order)

    def runs(self, ids: Sequence[str]) -> dict[str, RunFacts]:
        known = {run: facts for run, facts in self._runs.items() if facts.events}
        return {run: known[run] for run in ids if run in known}

    def find(self, query: Query) -> Page:
        matching = [hit for hit in self._matching(query) if self._is_wanted(hit, query)]
        following = sorted(
            (hit for hit in matching if query.after is None or hit.place > query.after), key=lambda hit: hit.place
        )
        page = following[: query.first]
        if not query.with_aspects:
            page = [replace(hit, current={}, facets=_NONE) for hit in page]
        return Page(
            tuple(page),
            len(matching),
            counted(matching, query.facets),
            len(following) > query.first,
        )

    def quarantined(self) -> list[Quarantined]:
        return list(self.refused)

    def _matching(self, query: Query) -> Iterator[Found]:
        """Yield the nodes of the labels that the text is found in."""
        asked = words.question(query.text)
        for identifier, known in self.known.items():
            if known.node.label in query.labels:
                rank = asked.rank(*self._terms[identifier])
                if rank is not None:
                    current = self._current.get(identifier, {})
                    facets = query.facets_with(identifier, self._facets.get(identifier, _NONE))
                    yield Found(identifier, known.node, known.entry, dict(current), facets, rank)

    @cached_property
    def _terms(self) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
        """Return by which terms of its key, and by which of what is said of it, each node is found."""
        found: dict[str, tuple[set[str], set[str]]] = {one: (set(), set()) for one in self.known}
        for term, node, aspect in self._index_rows.rows(search.WORD, [()]):
            if node in found:
                found[node][bool(aspect)].add(term)
        return {one: (frozenset(key), frozenset(stated)) for one, (key, stated) in found.items()}

    def _is_wanted(self, hit: Found, query: Query) -> bool:
        facets = hit.facets | {("label", hit.node.label)}
        held = hit.current.keys() | {facet for facet, _ in facets}
        return (
            all(any((name, value) in facets for value in allowed) for name, allowed in query.filters.items())
            and facets.issuperset(query.every)
            and held.issuperset(query.has)
            and held.isdisjoint(query.missing)
        )

    @cached_property
    def _facets(self) -> Mapping[str, frozenset[tuple[str, str]]]:
        return search.facets(self, list(self.known))

    @cached_property
    def _edges_out(self) -> dict[str, list[Edge]]:
        return _grouped((edge.source, edge) for edge in self.all_edges)

    @cached_property
    def _edges_in(self) -> dict[str, list[Edge]]:
        return _grouped((edge.target, edge) for edge in self.all_edges)

    @cached_property
    def _statements_about(self) -> dict[str, list[Statement]]:
        return _grouped((statement.subject, statement) for statement in self.all_statements)

    @cached_property
    def _runs(self) -> dict[str, RunFacts]:
        events = _grouped(
            (statement.subject, statement) for statement in self.all_statements if statement.aspect == "event"
        )
        edges = _grouped(((edge.source, edge.kind), edge) for edge in self.all_edges if edge.kind in _RUN_EDGES)
        return {
            run: RunFacts(tuple(events.get(run, ())), *(tuple(edges.get((run, kind), ())) for kind in _RUN_EDGES))
            for run in {*events, *(run for run, _ in edges)}
        }

    @cached_property
    def held(self) -> list[InForce]:
        """Return all that is in force, in order."""
        return self.in_force(list(self.known))

    @cached_property
    def _index_rows(self) -> MemoryRows:
        return MemoryRows(self._rows_of)

    def _rows_of(self, table: Table) -> Iterable[IndexRow]:
        """Return what the facts say of a table's rows, and what a follower keeps there or has taken away."""
        index = next(one for one in INDEXES if table in one.tables)
        if index.name not in self._specified:
            nodes = tuple((known.node, known.entry) for known in self.known.values())
            facts = Facts(nodes, self.all_edges, self.all_statements)
            self._specified[index.name] = index.specification(facts)
        kept = self.kept.get(table.name, {})
        stated = (row for row in self._specified[index.name].put.get(table.name, ()) if row[: table.key] not in kept)
        return [*stated, *(row for row in kept.values() if row is not None)]

    @cached_property
    def _current(self) -> dict[str, dict[str, object]]:
        return by_aspect(self.held)


def _following(made: Stamp) -> Stamp:
    return Stamp(made.graph or uuid4().hex, made.number + 1)


def _grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    groups: dict[Key, list[Value]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


class MemoryStore(SingleReads):
    """A store that forgets when the process ends."""

    name = "memory"

    def __init__(self) -> None:
        """Begin with no facts."""
        self._graph = _Graph()
        self._version: str | None = None
        self._writing = threading.Lock()

    def apply(self, facts: Facts, upto: int, quarantined: Sequence[Quarantined] = ()) -> None:
        with self._writing:
            graph = self._graph
            check_facts(facts)
            new = unseen(facts, graph.upto, upto)
            known = dict(graph.known)
            for node, entry in new.nodes:
                known.setdefault(node.id, KnownNode(node, entry))
            structural = {(edge.kind, edge.source, edge.target) for edge in graph.all_edges if edge.kind in STRUCTURAL}
            edges = []
            for edge in sorted(new.edges, key=lambda edge: edge.entry):
                key = (edge.kind, edge.source, edge.target)
                if edge.kind not in STRUCTURAL or key not in structural:
                    structural.add(key)
                    edges.append(edge)
            refused = {
                one.entry: one
                for one in (*quarantined, *graph.refused)
                if one.entry > graph.upto or one in graph.refused
            }
            self._graph = _Graph(
                max(graph.upto, upto),
                _following(graph.made),
                known,
                (*graph.all_edges, *edges),
                (*graph.all_statements, *new.statements),
                tuple(refused[entry] for entry in sorted(refused)),
                graph.kept,
            )

    def keep(self, changes: Changes, table: Table, now: IndexRow, before: IndexRow | None) -> bool:
        with self._writing:
            if self._graph.kept.get(table.name, {}).get(now[: table.key]) != before:
                return False
            changes.add(table, [now])
            tables = {table.name: table for index in INDEXES for table in index.tables}
            kept = {name: dict(rows) for name, rows in self._graph.kept.items()}
            for name, keys in changes.drop.items():
                kept.setdefault(name, {}).update(dict.fromkeys(map(tuple, keys)))
            for name, some in changes.put.items():
                written, of = tables[name], kept.setdefault(name, {})
                for key, row in merged(written, some).items():
                    old = of.get(key)
                    of[key] = row if old is None else written.merged(old, row)
            self._graph = replace(self._graph, kept=kept, made=_following(self._graph.made))
        return True

    @contextmanager
    def reading(self, deadline: Deadline | None = None) -> Iterator[StoreReader]:  # noqa: ARG002  each verb is quick
        yield self._graph

    def scan(self) -> Generator[Row]:
        graph = self._graph
        return rows(
            sorted(graph.known.items(), key=lambda item: item[0]),
            sorted(graph.all_edges, key=edge_order),
            sorted(graph.all_statements, key=statement_order),
            (
                (statement.subject, statement.aspect, statement.value or "", since, statement.entry)
                for since, statement in graph.held
            ),
            graph.refused,
        )

    def clear(self) -> None:
        with self._writing:
            self._graph, self._version = _Graph(), None

    def version(self) -> str | None:
        return self._version

    def mark(self, version: str) -> None:
        self._version = version

    def forget(self) -> None:
        """Nothing is remembered beside what is stored."""

    def counts(self) -> dict[str, int]:
        counted: dict[str, int] = {}
        names = (
            *(known.node.label for known in self._graph.known.values()),
            *(edge.kind for edge in self._graph.all_edges),
        )
        for name in names:
            counted[name] = counted.get(name, 0) + 1
        return dict(sorted(counted.items()))

    def check(self) -> None:
        """Find nothing: what lies in memory is what was put there."""

    def close(self) -> None:
        """Release nothing: there is nothing to release."""
