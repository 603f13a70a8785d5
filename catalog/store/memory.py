"""The store in memory: the rules of `graph_schema.folding` applied to all facts, with no index of its own.

It is the specification that the other stores are held to, and the seam at which tests feed facts. Every `apply` makes
a new immutable graph, so that whoever reads keeps the one that he began with.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from catalog.store import words
from catalog.store.ordering import (
    InForce,
    Row,
    edge_order,
    flow_order,
    newest_of,
    rows,
    standing_order,
    statement_order,
    unseen,
)
from catalog.store.protocol import (
    Deadline,
    Direction,
    Either,
    Found,
    KnownNode,
    Page,
    Quarantined,
    Query,
    Snapshotted,
    Standing,
)
from catalog.store.single import SingleReads
from graph_schema import folding
from graph_schema.facts import NOW, Edge, Facts, Statement
from graph_schema.folding import Contribution, Flow, Hub, Output, RunFacts, RunFold
from graph_schema.identity import label_of
from graph_schema.registry import STRUCTURAL, check_facts

Key = TypeVar("Key")
Value = TypeVar("Value")

_RUN_EDGES = ("READ", "WROTE", "PRODUCED")


@dataclass(frozen=True)
class _Graph:
    """All facts up to one checkpoint, and what follows from them, computed when first asked for."""

    upto: int = -1
    known: Mapping[str, KnownNode] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    said: tuple[Statement, ...] = ()
    refused: tuple[Quarantined, ...] = ()

    def checkpoint(self) -> int:
        return self.upto

    def nodes(self, ids: Sequence[str], known_at: int = NOW) -> dict[str, KnownNode]:
        wanted = ((identifier, self.known.get(identifier)) for identifier in dict.fromkeys(ids))
        return {identifier: node for identifier, node in wanted if node is not None and node.entry <= known_at}

    def hop(
        self, ids: Sequence[str], kinds: Sequence[str], direction: Direction | Either, known_at: int = NOW
    ) -> list[Edge]:
        indexes = {"out": (self._edges_out,), "in": (self._edges_in,), "both": (self._edges_out, self._edges_in)}
        found = {edge for index in indexes[direction] for identifier in ids for edge in index.get(identifier, ())}
        return sorted((edge for edge in found if edge.kind in kinds and edge.entry <= known_at), key=edge_order)

    def statements(
        self, ids: Sequence[str], aspects: Sequence[str] | None = None, known_at: int = NOW
    ) -> list[Statement]:
        found = (said for identifier in set(ids) for said in self._statements_about.get(identifier, ()))
        wanted = (said for said in found if said.entry <= known_at and (aspects is None or said.aspect in aspects))
        return sorted(wanted, key=statement_order)

    def current(self, ids: Sequence[str]) -> dict[str, dict[str, object]]:
        present = ((identifier, self._current.get(identifier)) for identifier in dict.fromkeys(ids))
        return {identifier: dict(aspects) for identifier, aspects in present if aspects}

    def in_force(self, ids: Sequence[str]) -> list[Standing]:
        asked = set(ids)
        return sorted((one for one in self.standing if one.said.subject in asked), key=standing_order)

    def runs(self, ids: Sequence[str]) -> dict[str, RunFacts]:
        told = {run: facts for run, facts in self._runs.items() if facts.events}
        return {run: told[run] for run in ids if run in told}

    def flows(
        self,
        ids: Sequence[str],
        direction: Direction,
        valid_at: int = NOW,
        known_at: int = NOW,
        limit: int | None = None,
    ) -> list[Flow]:
        first: dict[tuple[str, str, str | None, str], Flow] = {}
        for identifier in sorted(set(ids)):
            if limit is not None and len(first) > limit:
                break
            for flow in sorted(self._flows(identifier, direction), key=flow_order):
                if flow.valid_from <= valid_at and flow.entry <= known_at:
                    first.setdefault((flow.source, flow.target, flow.job, flow.how), flow)
        return sorted(first.values(), key=flow_order)

    def neighbours(
        self, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
    ) -> frozenset[str]:
        steps = (flow for identifier in set(ids) for flow in self._single_flows(identifier, direction))
        seen = [flow for flow in steps if flow.valid_from <= valid_at and flow.entry <= known_at]
        found = {flow.target if direction == "out" else flow.source for flow in seen}
        for hub in self._hubs_of(ids, direction):
            inlets, outlets = (
                {one[0] for one in side if one.valid_from <= valid_at and one.entry <= known_at}
                for side in (hub.inlets, hub.outlets)
            )
            here, there = (inlets, outlets) if direction == "out" else (outlets, inlets)
            if not here.isdisjoint(ids):
                found |= there
        return frozenset(found)

    def reach(self, ids: Sequence[str], direction: Direction, depth: int, limit: int) -> frozenset[str] | None:
        reached = set(ids)
        frontier = self._with_aliases(reached)
        for _ in range(depth):
            reached |= frontier
            beyond = self.neighbours(list(frontier), direction)
            frontier = self._with_aliases(set(beyond - reached)) - reached
            if not frontier:
                break
        reached |= frontier
        return frozenset(reached) if len(reached) <= limit else None

    def contributions(
        self, asks: Sequence[tuple[str, int]], known_at: int = NOW, newest: int = 1, *, by_job: bool = True
    ) -> list[Contribution]:
        wanted = {target for target, _ in asks}
        known = (one for target in wanted for one in self._candidates(target) if one.entry <= known_at)
        return newest_of(asks, known, newest, by_job=by_job)

    def _candidates(self, target: str) -> Iterator[Contribution]:
        yield from self._registrations.get(target, ())
        for output in self._outputs.get(target, ()):
            for at, entry in self._moments[output.run].items():
                yield output.at(at, entry)

    def aliases(self, ids: Sequence[str], known_at: int = NOW) -> list[Edge]:
        found: dict[Edge, None] = {}
        seen: set[str] = set()
        frontier = set(ids)
        while frontier:
            seen |= frontier
            beyond = [
                *self.hop(list(frontier), ("IS_ALIAS_OF",), "out", known_at),
                *self.hop(list(frontier), ("IS_ALIAS_OF",), "in", known_at),
            ]
            found.update(dict.fromkeys(beyond))
            frontier = {end for edge in beyond for end in (edge.source, edge.target)} - seen
        return sorted(found, key=edge_order)

    def find(self, query: Query) -> Page:
        wanted = words.words(query.text)
        matching = [
            (known.node.title, identifier)
            for identifier, known in self.known.items()
            if known.node.label in query.labels and self._matches(identifier, query, wanted)
        ]
        following = sorted(place for place in matching if query.after is None or place > query.after)
        counts: dict[str, dict[str, int]] = {facet: {} for facet in query.facets}
        for _, identifier in matching:
            for facet, value in self._facets(identifier):
                if facet in counts:
                    counts[facet][value] = counts[facet].get(value, 0) + 1
        hits = tuple(
            Found(identifier, known.node, known.entry, dict(self._current.get(identifier, {})))
            for _, identifier in following[: query.first]
            for known in (self.known[identifier],)
        )
        ordered = {facet: dict(sorted(values.items())) for facet, values in counts.items()}
        return Page(hits, len(matching), ordered, len(following) > query.first)

    def quarantined(self) -> list[Quarantined]:
        return list(self.refused)

    def _matches(self, identifier: str, query: Query, wanted: Sequence[str]) -> bool:
        aspects = self._current.get(identifier, {})
        facets = self._facets(identifier)
        held = {*aspects, *(facet for facet, _ in facets)}
        if any(name in held for name in query.missing) or any(name not in held for name in query.has):
            return False
        if any(not any((facet, value) in facets for value in allowed) for facet, allowed in query.filters.items()):
            return False
        if not wanted:
            return True
        found = words.indexed_words(list(self.known[identifier].node.key)).union(
            *(words.indexed_words(value) for aspect, value in aspects.items() if words.is_searchable(aspect))
        )
        return all(any(word.startswith(term) for word in found) for term in wanted)

    def _facets(self, identifier: str) -> frozenset[tuple[str, str]]:
        aspects = self._current.get(identifier, {})
        said = (facet for aspect, value in aspects.items() for facet in words.facets_of(aspect, value))
        return frozenset({("label", label_of(identifier)), *said})

    def _with_aliases(self, ids: set[str]) -> set[str]:
        found, frontier = set(ids), set(ids)
        while frontier:
            steps = (flow for identifier in frontier for flow in self._single_flows(identifier, "out"))
            frontier = {flow.target for flow in steps if flow.how == "alias"} - found
            found |= frontier
        return found

    def _flows(self, identifier: str, direction: Direction) -> Iterator[Flow]:
        yield from self._single_flows(identifier, direction)
        ends = (identifier,)
        for hub in self._hubs_of(ends, direction):
            yield from hub.flows(sources=ends) if direction == "out" else hub.flows(targets=ends)

    def _single_flows(self, identifier: str, direction: Direction) -> Sequence[Flow]:
        return (self._flows_out if direction == "out" else self._flows_in).get(identifier, ())

    def _hubs_of(self, ids: Iterable[str], direction: Direction) -> Iterable[Hub]:
        index = self._hubs_from if direction == "out" else self._hubs_into
        return {hub.key: hub for identifier in ids for hub in index.get(identifier, ())}.values()

    @cached_property
    def _edges_out(self) -> dict[str, list[Edge]]:
        return _grouped((edge.source, edge) for edge in self.edges)

    @cached_property
    def _edges_in(self) -> dict[str, list[Edge]]:
        return _grouped((edge.target, edge) for edge in self.edges)

    @cached_property
    def _statements_about(self) -> dict[str, list[Statement]]:
        return _grouped((said.subject, said) for said in self.said)

    @cached_property
    def _flows_out(self) -> dict[str, list[Flow]]:
        return _grouped((flow.source, flow) for flow in self._flows_of_edges)

    @cached_property
    def _flows_in(self) -> dict[str, list[Flow]]:
        return _grouped((flow.target, flow) for flow in self._flows_of_edges)

    @cached_property
    def _flows_of_edges(self) -> list[Flow]:
        wrote = (edge for edge in self.edges if edge.kind == "WROTE")
        return [*folding.flows_of_edges(self.edges), *folding.renames(wrote)]

    @cached_property
    def _hubs(self) -> list[Hub]:
        runs = (folding.hub_of_run(run, facts) for run, facts in self._runs.items())
        return [*runs, *folding.hubs_of_records(self.said)]

    @cached_property
    def _hubs_from(self) -> dict[str, list[Hub]]:
        return _grouped((source, hub) for hub in self._hubs for source in {one.source for one in hub.inlets})

    @cached_property
    def _hubs_into(self) -> dict[str, list[Hub]]:
        return _grouped((target, hub) for hub in self._hubs for target in {one.target for one in hub.outlets})

    @cached_property
    def _registrations(self) -> dict[str, list[Contribution]]:
        return _grouped((one.target, one) for one in folding.contributions_of_records(self.said))

    @cached_property
    def _outputs(self) -> dict[str, list[Output]]:
        return _grouped(
            (output.target, output)
            for run, facts in self._runs.items()
            for output in folding.outputs_of(run, facts.writes)
        )

    @cached_property
    def _moments(self) -> dict[str, dict[int, int]]:
        return {run: folding.moments_of(facts.events) for run, facts in self._runs.items()}

    @cached_property
    def _runs(self) -> dict[str, RunFacts]:
        events = _grouped((said.subject, said) for said in self.said if said.aspect == "event")
        edges = _grouped(((edge.source, edge.kind), edge) for edge in self.edges if edge.kind in _RUN_EDGES)
        return {
            run: RunFacts(tuple(events.get(run, ())), *(tuple(edges.get((run, kind), ())) for kind in _RUN_EDGES))
            for run in {*events, *(run for run, _ in edges)}
        }

    @cached_property
    def _folds(self) -> dict[str, RunFold | None]:
        return {run: folding.fold_run(facts) for run, facts in self._runs.items() if facts.events}

    @cached_property
    def standing(self) -> list[Standing]:
        about = _grouped(
            ((said.subject, said.aspect), said)
            for said in sorted(self.said, key=statement_order)
            if not words.is_momentary(said.aspect)
        )
        held = (folding.in_force(history, self._folds.get) for history in about.values())
        return [Standing(one[0][0], one[1]) for one in held if one is not None and one[1].value is not None]

    @cached_property
    def all_in_force(self) -> list[InForce]:
        return [InForce(said.subject, said.aspect, said.value or "", at, said.entry) for at, said in self.standing]

    @cached_property
    def _current(self) -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, object]] = {}
        for held in self.all_in_force:
            found.setdefault(held.subject, {})[held.aspect] = json.loads(held.value)
        return found


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
            structural = {(edge.kind, edge.source, edge.target) for edge in graph.edges if edge.kind in STRUCTURAL}
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
                known,
                (*graph.edges, *edges),
                (*graph.said, *new.statements),
                tuple(refused[entry] for entry in sorted(refused)),
            )

    @contextmanager
    def reading(self, deadline: Deadline | None = None) -> Iterator[Snapshotted]:  # noqa: ARG002  each verb is quick
        yield self._graph

    def scan(self) -> Iterator[Row]:
        graph = self._graph
        return rows(
            sorted(graph.known.items(), key=lambda item: item[0]),
            sorted(graph.edges, key=edge_order),
            sorted(graph.said, key=statement_order),
            graph.all_in_force,
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
            *(edge.kind for edge in self._graph.edges),
        )
        for name in names:
            counted[name] = counted.get(name, 0) + 1
        return dict(sorted(counted.items()))

    def check(self) -> None:
        """Find nothing: what lies in memory is what was put there."""

    def close(self) -> None:
        """Release nothing: there is nothing to release."""
