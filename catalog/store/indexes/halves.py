"""Halves of streams: a streaming run that reads and one that writes are joined in the hub of the run they are parts of.

Kept by single events, so that nothing later takes it back: an event counts that says that its run streams and names
only inputs or only outputs, and the parent of any such event of its run, where that is known to stream. A parent goes
by its run id alone, however its job is spelled, or not named: which run that is, and whether a half never did the
other, is judged when read, by `catalog.lineage.halves` and `graph_schema.bitemporal.Half`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from catalog.store.indexes.hubs import Hub, Inlet, Outlet
from catalog.store.indexes.table import Changes, Kind, Merge, Past, Row, Table
from graph_schema.aspects.events import Event
from graph_schema.bitemporal import STREAMING, earliest, event_of
from graph_schema.facts import NOW, Edge, Facts, Order, Statement
from graph_schema.nodes import Node, Run

STREAM: Final = Table(
    "stream",
    (("run", Kind.ID), ("entry", Kind.INTEGER), ("valid_from", Kind.INTEGER)),
    key=2,
    prefix=1,
    merge=(Merge.LEAST,),
)
"""The ids of runs that stream, as runs of no job, with the earliest points at which they say so."""
STREAM_PART: Final = Table(
    "stream_part",
    (("run", Kind.ID), ("parent", Kind.ID), ("entry", Kind.INTEGER), ("valid_from", Kind.INTEGER)),
    key=3,
    prefix=1,
    merge=(Merge.LEAST,),
)
"""The parents of runs that stream, as runs of no job."""
STREAM_CHILD: Final = Table("stream_child", (("parent", Kind.ID), ("run", Kind.ID)), key=2, prefix=1)
STREAM_END: Final = Table(
    "stream_end",
    (
        ("run", Kind.ID),
        ("wrote", Kind.INTEGER),
        ("dataset", Kind.ID),
        ("job", Kind.ID),
        ("entry", Kind.INTEGER),
        ("valid_from", Kind.INTEGER),
    ),
    key=5,
    prefix=1,
    merge=(Merge.LEAST,),
)
"""What they read or wrote by events that name one side alone."""

TABLES: Final = (STREAM, STREAM_PART, STREAM_CHILD, STREAM_END)

_Points = dict[tuple[object, ...], list[tuple[int, int]]]
"""The first columns of a row, to (valid_from, entry)."""


@dataclass(slots=True)
class _Stated:
    """What events of streaming runs say, or what is kept of it: by table, then by run."""

    rows: dict[str, dict[str, _Points]] = field(default_factory=lambda: {one.name: defaultdict(dict) for one in TABLES})

    def of(self, table: Table, run: str) -> _Points:
        """Return what is said of a run, to add to."""
        return self.rows[table.name][run]

    def runs(self, table: Table) -> set[str]:
        """Return the runs of which anything is said."""
        return {run for run, points in self.rows[table.name].items() if points}

    def take(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows that are kept."""
        for *key, entry, valid_from in rows:
            self.of(table, key[0]).setdefault(tuple(key), []).append((valid_from, entry))

    def hubs(self, runs: Iterable[str], since: int = -1) -> list[Hub]:
        """Return what the runs bring into the hubs of their parents by an entry from `since` on."""
        inlets: dict[str, dict[Inlet, None]] = defaultdict(dict)
        outlets: dict[str, dict[Outlet, None]] = defaultdict(dict)
        for run in sorted(runs):
            for (_, parent), joined in self.of(STREAM_PART, run).items():
                streams = self.of(STREAM, str(parent)).get((parent,), ())
                for (_, wrote, dataset, job), named in self.of(STREAM_END, run).items():
                    for valid_from, entry in earliest(map(_both, product(streams, joined, named))):
                        if entry < since:
                            continue
                        point = valid_from, entry
                        if wrote:
                            end = Outlet(str(dataset), None if job is None else str(job), "ran", *point)
                            outlets[str(parent)][end] = None
                        else:
                            inlets[str(parent)][Inlet(str(dataset), *point)] = None
        return [
            Hub(f"{parent}.halves", tuple(inlets[parent]), tuple(outlets[parent]))
            for parent in sorted(inlets.keys() | outlets.keys())
        ]


def _both(points: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return from when and by which entry all of it is so."""
    return max(at for at, _ in points), max(entry for _, entry in points)


def _stated(facts: Facts, known: Callable[[Sequence[str]], Mapping[str, Node]]) -> _Stated:
    """Return what the facts say; `known` gives those of the runs' nodes that are not among them."""
    found, streaming = _Stated(), dict[tuple[str, Order, int], Statement]()
    for statement in facts.statements:
        if statement.aspect == "event" and _event(statement.value).processing in STREAMING:
            streaming[statement.subject, statement.order, statement.entry] = statement
    if streaming:
        named = [edge for edge in facts.edges if (edge.source, edge.order, edge.entry) in streaming]
        runs = {statement.subject for statement in streaming.values()}
        runs |= {edge.target for edge in named if edge.kind == "IS_PART_OF"}
        bare = _bare(runs, facts, known)
        for statement in streaming.values():
            run = bare[statement.subject]
            found.of(STREAM, run).setdefault((run,), []).append((statement.valid_from, statement.entry))
        _take_named(found, named, bare)
    return found


def _bare(runs: Collection[str], facts: Facts, known: Callable[[Sequence[str]], Mapping[str, Node]]) -> dict[str, str]:
    """Return each run as one of no job: all spellings of a run's job have that in common."""
    nodes: dict[str, Node] = {node.id: node for node, _ in facts.nodes if isinstance(node, Run) and node.id in runs}
    missing = sorted(runs - nodes.keys())
    nodes |= known(missing) if missing else {}
    return {one: Run.of(None, node.run_id).id if isinstance(node := nodes.get(one), Run) else one for one in runs}


def _take_named(found: _Stated, edges: Iterable[Edge], bare: Mapping[str, str]) -> None:
    """Add the parents and the ends that streaming events name."""
    accesses: dict[tuple[str, int], list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.kind in {"READ", "WROTE"}:
            accesses[edge.source, edge.entry].append(edge)
        elif edge.kind == "IS_PART_OF" and edge.source != edge.target and not edge.data.get("root"):
            place = edge.source, bare[edge.target]
            found.of(STREAM_PART, edge.source).setdefault(place, []).append((edge.valid_from, edge.entry))
    for some in accesses.values():
        if len({edge.kind for edge in some}) == 1:
            for edge in some:
                key = edge.source, int(edge.kind == "WROTE"), edge.target, edge.job
                found.of(STREAM_END, edge.source).setdefault(key, []).append((edge.valid_from, edge.entry))


def _event(value: str | None) -> Event:
    return event_of(value or "{}")


def _put(changes: Changes, stated: _Stated) -> None:
    for table in (STREAM, STREAM_PART, STREAM_END):
        for points in stated.rows[table.name].values():
            changes.add(table, [(*key, entry, at) for key, some in points.items() for at, entry in earliest(some)])
    changes.add(
        STREAM_CHILD, [(parent, run) for run in stated.runs(STREAM_PART) for _, parent in stated.of(STREAM_PART, run)]
    )


def derived(new: Facts, past: Past, changes: Changes) -> list[Hub]:
    """Keep what new events of streaming runs say, and return what it adds to hubs; other events cost no look-up."""
    given = _stated(new, past.nodes)
    streams = given.runs(STREAM)
    if not streams:
        return []
    runs = given.runs(STREAM_PART) | given.runs(STREAM_END)
    kept, fresh = _Stated(), _Stated()
    for table, of in ((STREAM, streams), (STREAM_PART, runs), (STREAM_END, runs)):
        _take(kept, table, past, of)
        for run in of:
            for key, points in given.of(table, run).items():
                least = min((at for at, _ in kept.of(table, run).get(key, ())), default=NOW)
                if some := [point for point in earliest(points) if point[0] < least]:
                    fresh.of(table, run)[key] = some
    _put(changes, fresh)
    below = past.under(STREAM_CHILD, [(run,) for run in fresh.runs(STREAM)]) if fresh.runs(STREAM) else {}
    children = {run for rows in below.values() for _, run in rows} | _parts_of(fresh, fresh.runs(STREAM))
    touched = children | fresh.runs(STREAM_PART) | fresh.runs(STREAM_END)
    for table in (STREAM_PART, STREAM_END):
        _take(kept, table, past, touched - runs)
    for table in (STREAM, STREAM_PART, STREAM_END):
        for run in fresh.runs(table):
            for key, points in fresh.of(table, run).items():
                kept.of(table, run).setdefault(key, []).extend(points)
    _take(kept, STREAM, past, {str(parent) for run in touched for _, parent in kept.of(STREAM_PART, run)} - streams)
    return kept.hubs(touched, min(one.entry for one in new.statements))


def _parts_of(stated: _Stated, parents: Collection[str]) -> set[str]:
    return {
        run for run in stated.runs(STREAM_PART) if any(parent in parents for _, parent in stated.of(STREAM_PART, run))
    }


def _take(kept: _Stated, table: Table, past: Past, runs: Collection[str]) -> None:
    """Look up what is kept of runs."""
    found: Mapping[Row, Sequence[Row]] = past.under(table, [(run,) for run in sorted(runs)]) if runs else {}
    for rows in found.values():
        kept.take(table, rows)


def specified(facts: Facts, changes: Changes) -> list[Hub]:
    """Keep what all events of streaming runs say, and return the hubs that follow."""
    stated = _stated(facts, lambda _: {})
    _put(changes, stated)
    return stated.hubs(stated.runs(STREAM_PART) & stated.runs(STREAM_END))
