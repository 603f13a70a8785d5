"""Lineage ever stated: that data of one node reached another, by every flow ever stated, at whatever outcome.

A flow stands as a row of its own with its earliest points in time, so that a walk meets one row for a thousand runs of
a job. What one run or declaration read and wrote so widely that the pairs would outgrow it is kept as a hub: sources
in, targets out, joined when read. So are the halves of a stream that runs below one parent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple, TypeVar

from catalog.store.indexes import halves
from catalog.store.indexes.hubs import Hub, Inlet, Outlet, flows_of_edges, hub_of_run, hubs_of_records, renames
from catalog.store.indexes.index import Index
from catalog.store.indexes.run_states import FLOWING
from catalog.store.indexes.table import Changes, Direction, IndexReader, Kind, Merge, Past, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.bitemporal import Flow, earliest
from graph_schema.facts import ALWAYS, NOW, Edge, Facts

Ends = TypeVar("Ends")

FLOW: Final = Table(
    "flow",
    (
        ("source", Kind.ID),
        ("target", Kind.ID),
        ("job", Kind.ID),
        ("how", Kind.TEXT),
        ("entry", Kind.INTEGER),
        ("valid_from", Kind.INTEGER),
    ),
    key=5,
    prefix=4,
    merge=(Merge.LEAST,),
    orders=(("target", "source"),),
    valid="valid_from",
    known="entry",
)
ALIAS: Final = Table(
    "alias",
    (("source", Kind.ID), ("target", Kind.ID), ("entry", Kind.INTEGER)),
    key=2,
    prefix=2,
    merge=(Merge.LEAST,),
    known="entry",
)
"""Both ways for each alias: a step that costs nothing."""

HUB: Final = Table(
    "hub",
    (("hub", Kind.ID), ("inlets", Kind.INTEGER), ("outlets", Kind.INTEGER)),
    key=1,
    prefix=1,
    merge=(Merge.MOST, Merge.MOST),
)
INLET: Final = Table(
    "inlet",
    (("source", Kind.ID), ("hub", Kind.ID), ("valid_from", Kind.INTEGER), ("entry", Kind.INTEGER)),
    key=4,
    prefix=4,
    orders=(("hub", "source"),),
    valid="valid_from",
    known="entry",
)
OUTLET: Final = Table(
    "outlet",
    (
        ("target", Kind.ID),
        ("hub", Kind.ID),
        ("job", Kind.ID),
        ("how", Kind.TEXT),
        ("valid_from", Kind.INTEGER),
        ("entry", Kind.INTEGER),
    ),
    key=6,
    prefix=6,
    orders=(("hub", "target"),),
    valid="valid_from",
    known="entry",
)
SHAPE: Final = Table(
    "hub_shape",
    (("digest", Kind.TEXT), ("last_entry", Kind.INTEGER), ("last_at", Kind.INTEGER)),
    key=3,
    prefix=1,
)
"""What stored hubs join, as a digest, and by when all their ends were so: another of the same shape adds nothing."""


def flow_order(flow: Flow) -> tuple[str | int, ...]:
    """Return what `flows` sorts by."""
    return flow.source, flow.target, flow.job or "", flow.how, flow.valid_from, flow.entry


def one_each(found: Iterable[Flow]) -> list[Flow]:
    """Return of each (source, target, job, how) the flow with the earliest (valid_from, entry), in order."""
    first: dict[tuple[str, str, str | None, str], Flow] = {}
    for flow in sorted(found, key=flow_order):
        first.setdefault((flow.source, flow.target, flow.job, flow.how), flow)
    return list(first.values())


def flows_within(
    limit: int, ids: Iterable[str], degrees: Mapping[str, int], fetch: Callable[[list[str]], list[Flow]]
) -> list[Flow]:
    """Return the flows of the first ids, ascending, that have more than `limit` together, or of all.

    `degrees` are never less than the flows that `fetch` returns; little more than the limit is ever fetched.
    """
    asked = sorted(set(ids))
    if sum(degrees.get(identifier, 0) for identifier in asked) <= limit:
        return fetch(asked)
    found: dict[Flow, None] = {}
    place = 0
    while place < len(asked) and len(found) <= limit:
        room, begin = limit - len(found), place
        while place < len(asked) and (place == begin or degrees.get(asked[place], 0) <= room):
            room -= degrees.get(asked[place], 0)
            place += 1
        found.update(dict.fromkeys(fetch(asked[begin:place])))
    return sorted(found, key=flow_order)


def _derive(work: Work) -> Changes:
    changes, fresh = Changes(), work.runs.fresh
    stated = _stated(work.new, changes)
    stored = {key: rows[0] for (key,), rows in work.past.under(HUB, [(run,) for run in fresh]).items() if rows}
    accesses = work.runs.old_accesses(fresh.keys() - stored.keys())
    wide: list[Hub] = []
    grown = [_hub(run, fresh[run]) for run in stored]
    hubs = (_hub(run, (*old, *fresh[run])) for run, old in accesses.items())
    for hub in (*hubs, *hubs_of_records(work.new.statements)):
        if hub.is_wide:
            wide.append(hub)
        else:
            stated += hub.flows()
    changes.add(FLOW, _new_points(stated, work.past))
    _put_hubs(changes, (*grown, *_uncovered(wide, work.past, changes)), stored)
    if joining := halves.derived(work.new, work.past, changes):
        sizes = work.past.under(HUB, [(hub.key,) for hub in joining])
        _put_hubs(changes, joining, {key: rows[0] for (key,), rows in sizes.items() if rows})
    return changes


def _stated(facts: Facts, changes: Changes) -> list[Flow]:
    """Return the flows that single edges state; aliases go to a table of their own."""
    stated = [*renames(edge for edge in facts.edges if edge.kind == "WROTE")]
    for flow in flows_of_edges(facts.edges):
        if flow.how == "alias":
            changes.add(ALIAS, [(flow.source, flow.target, flow.entry)])
        else:
            stated.append(flow)
    return stated


def _new_points(stated: Iterable[Flow], past: Past) -> list[Row]:
    points: dict[tuple[str, str, str | None, str], list[tuple[int, int]]] = {}
    for flow in stated:
        points.setdefault(flow[:4], []).append(flow[4:])
    if not points:
        return []
    known = past.under(FLOW, points.keys())
    return [
        (*key, entry, valid_from)
        for key, some in points.items()
        for valid_from, entry in earliest(some)
        if all(valid_from < row[5] for row in known[key])
    ]


def _hub(run: str, edges: Iterable[Edge]) -> Hub:
    of_kind: dict[str, list[Edge]] = {kind: [] for kind in FLOWING}
    for edge in edges:
        of_kind[edge.kind].append(edge)
    return hub_of_run(run, of_kind["READ"], of_kind["WROTE"], of_kind["PRODUCED"])


def _uncovered(wide: Sequence[Hub], past: Past, changes: Changes) -> Iterator[Hub]:
    """Yield the hubs to write: none for a run that only did what another did before, as most runs of a job do."""
    shapes = {hub.key: _shape(hub) for hub in wide}
    found = past.under(SHAPE, {(shape.digest,) for shape in shapes.values()}) if shapes else {}
    known = {digest: [Shape(*row) for row in rows] for (digest,), rows in found.items()}
    for hub in sorted(wide, key=lambda hub: (shapes[hub.key].last_entry, hub.key)):
        shape, first_entry, first_at = shapes[hub.key], *_first(hub)
        before = known.setdefault(shape.digest, [])
        if not any(one.last_entry <= first_entry and one.last_at <= first_at for one in before):
            before.append(shape)
            changes.add(SHAPE, [tuple(shape)])
            yield hub


class Shape(NamedTuple):
    """What a hub joins, as a digest, and by which entry and time all its ends had become so."""

    digest: str
    last_entry: int
    last_at: int


def _shape(hub: Hub) -> Shape:
    digest = sha256(repr([sorted(ends, key=repr) for ends in hub.ends]).encode()).hexdigest()
    times, entries = _points(hub)
    return Shape(digest, max(entries), max(times))


def _points(hub: Hub) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the valid times and the entries of all ends."""
    points = [one[-2:] for one in hub.inlets] + [one[-2:] for one in hub.outlets]
    times, entries = zip(*points, strict=True)
    return times, entries


def _first(hub: Hub) -> tuple[int, int]:
    times, entries = _points(hub)
    return min(entries), min(times)


def _put_hubs(changes: Changes, hubs: Iterable[Hub], stored: Mapping[str, Row]) -> None:
    for hub in hubs:
        _, inlets, outlets = stored.get(hub.key, (hub.key, 0, 0))
        changes.add(HUB, [(hub.key, inlets + len(hub.inlets), outlets + len(hub.outlets))])
        changes.add(INLET, [(one.source, hub.key, one.valid_from, one.entry) for one in hub.inlets])
        changes.add(OUTLET, [(one.target, hub.key, one.job, one.how, one.valid_from, one.entry) for one in hub.outlets])


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    stated = _stated(facts, changes)
    runs: dict[str, list[Edge]] = {}
    for edge in facts.edges:
        if edge.kind in FLOWING:
            runs.setdefault(edge.source, []).append(edge)
    for hub in (*(_hub(run, edges) for run, edges in runs.items()), *hubs_of_records(facts.statements)):
        if hub.is_wide:
            _put_hubs(changes, [hub], {})
        else:
            stated += hub.flows()
    _put_hubs(changes, halves.specified(facts, changes), {})
    points: dict[tuple[str, str, str | None, str], list[tuple[int, int]]] = {}
    for flow in stated:
        points.setdefault(flow[:4], []).append(flow[4:])
    changes.add(FLOW, [(*key, entry, at) for key, some in points.items() for at, entry in earliest(some)])
    return changes


def flows(  # both times and a bound
    reader: IndexReader,
    ids: Sequence[str],
    direction: Direction,
    valid_at: int = NOW,
    known_at: int = NOW,
    limit: int | None = None,
) -> list[Flow]:
    """Return the flows out of ("out") or into ("in") the nodes valid and known by then, one for each
    (source, target, job, how) with its earliest (valid_from, entry), in that order.

    Where there are more than `limit`, those of the first ids, ascending, that have more than that together: an answer
    longer than the limit is not whole.
    """

    def fetch(some: Sequence[str]) -> list[Flow]:
        return _flows_of(reader, some, direction, valid_at, known_at)

    # Where no hub makes more of them, and there are no more in all, none needs to be counted.
    if limit is None or (
        reader.has_at_most(HUB, 0) and reader.has_at_most(FLOW, limit // 2) and reader.has_at_most(ALIAS, limit // 2)
    ):
        return fetch(ids)
    return flows_within(limit, ids, _degrees(reader, ids, direction), fetch)


def _flows_of(
    reader: IndexReader, ids: Sequence[str], direction: Direction, valid_at: int, known_at: int
) -> list[Flow]:
    here = [(identifier,) for identifier in dict.fromkeys(ids)]
    way = _WAYS[direction]
    near = INLET if direction == "out" else OUTLET
    stated, aliases, entering = reader.several(
        [(FLOW, here, way), (ALIAS, here, 0), (near, here, 0)], valid_at=valid_at, known_at=known_at
    )
    found = [Flow(source, target, job, how, at, entry) for source, target, job, how, entry, at in stated]
    for one, other, entry in aliases:
        source, target = (one, other) if direction == "out" else (other, one)
        found.append(Flow(source, target, None, "alias", ALWAYS, entry))
    for hub in _hubs(reader, entering, direction, valid_at, known_at):
        found += reader.while_awaited(hub.flows())
    return one_each(found)


def _hubs(
    reader: IndexReader, entering: Sequence[Row], direction: Direction, valid_at: int, known_at: int
) -> Iterator[Hub]:
    """Yield the hubs that nodes lead to by these rows, with these nodes alone on their side."""
    if not entering:
        return
    far = OUTLET if direction == "out" else INLET
    keys = dict.fromkeys((row[1],) for row in entering)
    leaving = reader.rows(far, list(keys), 1, valid_at=valid_at, known_at=known_at)
    inlets, outlets = (entering, leaving) if direction == "out" else (leaving, entering)
    into = _by_hub(inlets, lambda row: Inlet(row[0], *row[2:]))
    out_of = _by_hub(outlets, lambda row: Outlet(row[0], *row[2:]))
    for (key,) in keys:
        yield Hub(key, tuple(into.get(key, ())), tuple(out_of.get(key, ())))


def _by_hub(rows: Iterable[Row], end: Callable[[Row], Ends]) -> dict[str, list[Ends]]:
    found: dict[str, list[Ends]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(end(row))
    return found


def _degrees(reader: IndexReader, ids: Sequence[str], direction: Direction) -> dict[str, int]:
    """Return how many flows each of the ids has at the most."""
    here = [(identifier,) for identifier in dict.fromkeys(ids)]
    near, size = (INLET, HUB.place("outlets")) if direction == "out" else (OUTLET, HUB.place("inlets"))
    single, alias = reader.counts(FLOW, here, _WAYS[direction]), reader.counts(ALIAS, here)
    entering = reader.rows(near, here)
    sizes = {row[0]: row[size] for row in reader.rows(HUB, [*{(row[1],) for row in entering}])} if entering else {}
    degrees = {key[0]: single.get(key, 0) + alias.get(key, 0) for key in here}
    for row in entering:
        degrees[row[0]] += sizes[row[1]]
    return degrees


def neighbours(
    reader: IndexReader, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
) -> frozenset[str]:
    """Return the other ends of these flows, of which there may be far more than there are ends."""
    aliases = reader.ends(ALIAS, [(one,) for one in ids], "target", known_at=known_at)
    return frozenset(_beyond(reader, ids, direction, valid_at, known_at) | aliases)


def _beyond(
    reader: IndexReader, ids: Iterable[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
) -> set[str]:
    """Return the other ends of flows but aliases; a hub is passed once however many lead to it."""
    here = [(identifier,) for identifier in ids]
    near, far, there = (INLET, OUTLET, "target") if direction == "out" else (OUTLET, INLET, "source")
    found = reader.ends(FLOW, here, there, _WAYS[direction], valid_at=valid_at, known_at=known_at)
    hubs = reader.ends(near, here, "hub", valid_at=valid_at, known_at=known_at)
    if hubs:
        passed = [(hub,) for hub in hubs]
        found |= reader.ends(far, passed, there, 1, valid_at=valid_at, known_at=known_at)
    return found


def reach(
    reader: IndexReader, ids: Sequence[str], direction: Direction, depth: int, limit: int
) -> frozenset[str] | None:
    """Return every node within `depth` flows of the nodes at any time, aliases costing no step, themselves included;
    None where that would be more than `limit` nodes. It fetches ahead.
    """
    reached, level = set(ids), set(ids)
    for step in range(depth + 1):
        ring, names = level, set(level)
        while ring:
            ring = reader.ends(ALIAS, [(one,) for one in ring], "target") - reached
            reached |= ring
            names |= ring
        level = _beyond(reader, names, direction) - reached if step < depth else set()
        reached |= level
        if len(reached) > limit:
            return None
        if not level:
            break
    return frozenset(reached)


_WAYS: Final[Mapping[Direction, int]] = {"out": 0, "in": 1}
"""By which order of a flow's columns its ends are found."""


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    yield from flows(reader, ids, "in", limit=_COMPARED)


_COMPARED: Final = 1_000
"""How many flows are compared of so many nodes: more than that have only those that a hub joins, all alike."""

FLOWS: Final = Index(
    "flows",
    5,
    (FLOW, ALIAS, HUB, INLET, OUTLET, SHAPE, *halves.TABLES),
    _derive,
    _specification,
    _answers,
    uses=("runs",),
)
