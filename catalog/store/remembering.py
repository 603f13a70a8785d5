"""A reading that asks the store for each thing once, and answers every earlier point from what it then holds.

Whether something changed is asked of one graph at many points. Facts say of themselves from when they hold and by which
entry they are known, so that an earlier point is a selection of them. Of what an index answers with its earliest
(valid_from, entry) that is so where this entry was known by then; of the others alone the store is asked once more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from catalog.store import row_places
from catalog.store.deadline import Deadline
from catalog.store.indexes.column_coverage import Covered
from catalog.store.indexes.column_flows import ColumnFlow, How
from catalog.store.indexes.contributions import by_target_and_job
from catalog.store.indexes.flows import flow_order
from catalog.store.indexes.grounds import FEW, Ground
from catalog.store.indexes.in_force import InForce
from catalog.store.indexes.keys import CARRIES, looked_up_by
from catalog.store.indexes.named_in_facets import NAMED_IN_FACET, NamedInFacet
from catalog.store.indexes.pointers import LISTING, POINTER, Listing, Pointer
from catalog.store.indexes.record_states import RecordState
from catalog.store.indexes.schemas import SchemaStated
from catalog.store.indexes.table import Table
from catalog.store.indexes.uses import Use
from catalog.store.ordering import edge_order, statement_order
from catalog.store.protocol import Direction, Either, KnownNode, Page, Quarantined, Query, StoreReader
from catalog.store.row_cache import NOTHING_CACHED, CachedRows, Place
from catalog.store.rows_about import Row, RowsAbout
from catalog.store.single import SingleReads
from graph_schema.bitemporal import Contribution, Flow, RunFacts
from graph_schema.column_lineage import Mentioned
from graph_schema.facts import NOW, Edge, Statement

Value = TypeVar("Value")
K = TypeVar("K", bound=Hashable)


def _source(row: Any) -> tuple[str, ...]:  # noqa: ANN401  an edge or a flow of any kind
    return (row.source,)


def _target(row: Any) -> tuple[str, ...]:  # noqa: ANN401  an edge or a flow of any kind
    return (row.target,)


def _subject(row: Statement) -> tuple[str, ...]:
    return (row.subject,)


def _dataset(row: SchemaStated) -> tuple[str, ...]:
    return (row.dataset,)


def _both(row: Pointer) -> tuple[str, ...]:
    return row.source, row.target


def _job_and_dataset(row: Use) -> tuple[str | None, ...]:
    return row.job, row.dataset


def _itself(row: SchemaStated) -> SchemaStated:
    return row


def _coverage_order(row: Covered) -> tuple[Any, ...]:
    return (row.target, row.job or "", *row[2:])


def _use_order(row: Use) -> tuple[Any, ...]:
    return (row.job or "", *row[1:])


def _column_flow_order(row: ColumnFlow) -> tuple[str, ...]:
    return row.target, row.source, row.job or "", row.how


def _pointer_order(row: Pointer) -> tuple[str | bool, ...]:
    return row.source, row.target, row.job or "", row.ended


_ENDS: Final[Mapping[Direction, Callable[[Any], tuple[str, ...]]]] = {"out": _source, "in": _target}
_WAYS: Final[Mapping[Direction | Either, tuple[Direction, ...]]] = {
    "in": ("in",),
    "out": ("out",),
    "both": ("out", "in"),
}


class _TooManyError(Exception):
    """There are more rows than the limit."""


class Remembering(SingleReads):
    """Reads one state of a store, each thing once; what is asked as known later than `newest` is not remembered.

    It lives as long as one answer, and holds all that the answer looked at. What earlier answers read of the same
    graph and stands is taken from there, and what is read is given to later ones.
    """

    def __init__(self, reader: StoreReader, newest: int, given: CachedRows = NOTHING_CACHED) -> None:
        """Read through this reader, which is one consistent state; `given` is what is held of it."""
        self._reader = reader
        self.remote = reader.remote
        self._newest = newest
        self._given = given if given.newest == newest else NOTHING_CACHED
        self._edges: dict[tuple[str, Direction], RowsAbout[Edge]] = {}
        self._statements: dict[str | None, RowsAbout[Statement]] = {}
        self._flows = {way: self._rows(_ENDS[way], flow_order, row_places.FLOWS[way]) for way in _ENDS}
        self._column_flows = {
            way: self._rows(_ENDS[way], _column_flow_order, row_places.COLUMN_FLOWS[way]) for way in _ENDS
        }
        self._coverage = self._rows(_target, _coverage_order, row_places.COVERAGE)
        self._schemas = self._rows(_dataset, _itself, row_places.SCHEMAS)
        self._pointers = self._rows(_both, _pointer_order, row_places.POINTERS)
        self._uses = self._rows(_job_and_dataset, _use_order, row_places.USES)
        self._nodes: dict[str, KnownNode | None] = {}
        self._in_force: dict[str, tuple[InForce, ...]] = {}
        self._runs: dict[str, RunFacts | None] = {}
        self._states: dict[str, RecordState | None] = {}
        self._hows: dict[str, How | None] = {}
        self._mentioned: dict[str, Mentioned | None] = {}
        self._contributions: dict[tuple[int, bool], dict[str, list[Contribution]]] = {}
        self._listings: dict[str, list[Listing] | None] = {}
        self._named: dict[str, list[NamedInFacet] | None] = {}
        self._looked_up: dict[tuple[str, str], dict[str, list[str]]] = {}
        self._grounds: dict[str, frozenset[Ground]] = {}
        self._answers: dict[tuple[object, ...], Any] = {}

    def _rows(
        self, owners: Callable[[Row], tuple[str | None, ...]], order: Callable[[Row], Any], place: Place
    ) -> RowsAbout[Row]:
        return RowsAbout(owners, order, place, self._given)

    @contextmanager
    def reading(self, deadline: Deadline | None = None) -> Iterator[StoreReader]:  # noqa: ARG002  it is open already
        yield self._reader

    def together(self, asks: Sequence[Callable[[], object]]) -> None:
        self._reader.together(asks)

    def checkpoint(self) -> int:
        found: int = self._once(("checkpoint",), self._reader.checkpoint)
        return found

    def nodes(self, ids: Sequence[str], known_at: int = NOW) -> dict[str, KnownNode]:
        if known_at > self._newest:
            return self._reader.nodes(ids, known_at)
        found = self._each(row_places.NODES, self._nodes, ids, lambda new: self._reader.nodes(new, self._newest))
        return {one: known for one, known in found.items() if known.entry <= known_at}

    def edges(
        self,
        ids: Sequence[str],
        kinds: Sequence[str],
        direction: Direction | Either,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Edge]:
        if known_at > self._newest:
            return self._reader.edges(ids, kinds, direction, valid_at, known_at)
        found: dict[Edge, None] = {}
        for way in _WAYS[direction]:
            for rows in self._edges_of(ids, kinds, way):
                found.update(dict.fromkeys(rows.answer(ids, valid_at, known_at, self._newest)))
        return sorted(found, key=edge_order)

    def _lacks(self, kind: str) -> bool:
        """Tell whether nobody ever stated an edge of a kind: of that nothing is held for each node."""
        found: bool = self._once(("lacks", kind), lambda: self._reader.lacks(kind))
        return found

    def _is_empty(self, table: Table) -> bool:
        """Tell the same of the rows of a table."""
        found: bool = self._once(("is empty", table.name), lambda: self._reader.has_at_most(table, 0))
        return found

    def _edges_of(self, ids: Sequence[str], kinds: Sequence[str], way: Direction) -> list[RowsAbout[Edge]]:
        """Return the edges of each kind, fetched together of the nodes of which not all of them are held."""
        every = {kind: self._edges_at(kind, way) for kind in kinds if not self._lacks(kind)}
        new = list(dict.fromkeys(one for rows in every.values() for one in rows.missing(ids, self._newest)))
        if new:
            of: dict[str, list[Edge]] = {kind: [] for kind in every}
            for edge in self._reader.edges(new, list(every), way, NOW, self._newest):
                of[edge.kind].append(edge)
            for kind, edges in of.items():
                every[kind].hold(new, edges, self._newest)
        return list(every.values())

    def _edges_at(self, kind: str, way: Direction) -> RowsAbout[Edge]:
        rows = self._edges.get((kind, way))
        if rows is None:
            rows = self._edges[kind, way] = self._rows(_ENDS[way], edge_order, row_places.edges(kind, way))
        return rows

    def statements(
        self,
        ids: Sequence[str],
        aspects: Sequence[str] | None = None,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Statement]:
        if known_at > self._newest:
            return self._reader.statements(ids, aspects, valid_at, known_at)
        wanted: list[str | None] = [None] if aspects is None else list(dict.fromkeys(aspects))
        every = {one: self._statements_of(one) for one in wanted}
        new = list(dict.fromkeys(one for rows in every.values() for one in rows.missing(ids, self._newest)))
        if new:
            of: dict[str | None, list[Statement]] = {one: [] for one in every}
            for one in self._reader.statements(new, aspects, NOW, self._newest):
                of[None if aspects is None else one.aspect].append(one)
            for aspect, some in of.items():
                every[aspect].hold(new, some, self._newest)
        found = [one for rows in every.values() for one in rows.answer(ids, valid_at, known_at, self._newest)]
        return sorted(found, key=statement_order)

    def _statements_of(self, aspect: str | None) -> RowsAbout[Statement]:
        rows = self._statements.get(aspect)
        if rows is None:
            rows = self._statements[aspect] = self._rows(_subject, statement_order, row_places.statements(aspect))
        return rows

    def in_force(self, ids: Sequence[str], *, endings: bool = False) -> list[InForce]:
        if not self._gives:
            return self._reader.in_force(ids, endings=endings)
        held, asked = self._in_force, dict.fromkeys(ids)
        new = [one for one in asked if one not in held]
        if new:
            held.update(self._given.take(row_places.IN_FORCE, new))
            new = [one for one in new if one not in held]
        if new:
            of: dict[str, list[InForce]] = {one: [] for one in new}
            for each in self._reader.in_force(new, endings=True):
                of[each.statement.subject].append(each)
            made = {one: tuple(some) for one, some in of.items()}
            held.update(made)
            self._given.give(row_places.IN_FORCE, made, _size)
        found = (each for one in asked for each in held[one] if endings or each.statement.value is not None)
        return sorted(found, key=lambda each: each.statement[:2])

    def lookup(self, label: str, field: str, values: Sequence[str], known_at: int = NOW) -> list[str]:
        asked = tuple(dict.fromkeys(values))
        if field == CARRIES and known_at == self._newest:
            # Which of several values a node has is not answered.
            place = row_places.carrying(label)
            of_all = self._whole(place, asked, lambda some: self._reader.lookup(label, field, some, known_at), _size)
            return list(of_all)
        if field == CARRIES or known_at > self._newest:
            key = "lookup", label, field, asked, known_at
            answer: list[str] = self._once(key, lambda: self._reader.lookup(label, field, asked, known_at))
            return list(answer)
        # What a node is looked up by is of its key, and holds since it is known.
        of, place = self._looked_up.setdefault((label, field), {}), row_places.lookup(label, field)
        new = [one for one in asked if one not in of]
        if new:
            of.update(self._given.take(place, new))
            new = [one for one in new if one not in of]
        if new:
            met = self._reader.lookup(label, field, new, self._newest)
            made = {one: met if len(new) == 1 else list[str]() for one in new}
            for id_, known in self.nodes(met, self._newest).items() if len(new) > 1 and met else ():
                for name, value in looked_up_by(known.node):
                    if name == field and value in made:
                        made[value].append(id_)
            of.update(made)
            self._given.give(place, made, _size)
        found = sorted({id_ for one in asked for id_ in of[one]})
        return found if known_at == self._newest or not found else sorted(self.nodes(found, known_at))

    def runs(self, ids: Sequence[str]) -> dict[str, RunFacts]:
        return self._each(row_places.RUNS, self._runs, ids, self._reader.runs, _size_of_run)

    def flows(
        self,
        ids: Sequence[str],
        direction: Direction,
        valid_at: int = NOW,
        known_at: int = NOW,
        limit: int | None = None,
    ) -> list[Flow]:
        def fetch(some: Sequence[str], known: int) -> list[Flow]:
            found = self._reader.flows(some, direction, NOW, known, limit)
            if limit is not None and len(found) > limit:
                raise _TooManyError
            return found

        try:
            found = self._earliest(self._flows[direction], fetch, ids, valid_at, known_at)
            if limit is None or len(found) <= limit:
                return found
        except _TooManyError:
            pass
        # Which of them are answered where there are too many is for the store to say.
        key = "flows", tuple(sorted(set(ids))), direction, valid_at, known_at, limit
        some: list[Flow] = self._once(key, lambda: self._reader.flows(ids, direction, valid_at, known_at, limit))
        return list(some)

    def neighbours(
        self, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
    ) -> frozenset[str]:
        key = "neighbours", tuple(sorted(set(ids))), direction, valid_at, known_at
        found: frozenset[str] = self._once(key, lambda: self._reader.neighbours(ids, direction, valid_at, known_at))
        return found

    def reach(self, ids: Sequence[str], direction: Direction, depth: int, limit: int) -> frozenset[str] | None:
        found = self._within(ids, direction, limit)
        if found is None:
            key = "reach", tuple(sorted(set(ids))), direction, depth, limit
            found = self._once(key, lambda: self._reader.reach(ids, direction, depth, limit))
        return found

    def _within(self, ids: Sequence[str], direction: Direction, limit: int) -> frozenset[str] | None:
        """Return all that lies within any number of flows, None where not all of these are held, or it is too much."""
        if self._newest < self.checkpoint():
            return None
        rows, found, front = self._flows[direction], set(ids), list(ids)
        while front:
            if rows.missing(front, self._newest) or len(found) > limit:
                return None
            flows = rows.answer(front, NOW, self._newest, self._newest)
            new = {flow.target if direction == "out" else flow.source for flow in flows} - found
            found |= new
            front = list(new)
        return frozenset(found)

    def contributions(
        self, asks: Sequence[tuple[str, int]], known_at: int = NOW, newest: int = 1, *, by_job: bool = True
    ) -> list[Contribution]:
        if known_at > self._newest:
            return self._reader.contributions(asks, known_at, newest, by_job=by_job)
        held = self._contributions.setdefault((newest, by_job), {})
        asked = dict.fromkeys(asks)
        place = row_places.contributions(newest, by_job)
        new = [one for one in dict.fromkeys(target for target, _ in asked) if one not in held]
        if new:
            held.update(self._given.take(place, new))
            new = [one for one in new if one not in held]
        if new:
            made: dict[str, list[Contribution]] = {one: [] for one in new}
            for row in self._reader.contributions([(one, NOW) for one in new], self._newest, newest, by_job=by_job):
                made[row.target].append(row)
            held.update(made)
            self._given.give(place, made, _size)
        # What is newest of all is newest before as well, as long as all of it was there.
        late = [
            (target, at) for target, at in asked if any(row.at > at or row.entry > known_at for row in held[target])
        ]
        if not late:
            return by_target_and_job(row for one in dict.fromkeys(target for target, _ in asked) for row in held[one])
        key = "contributions", tuple(sorted(asked)), known_at, newest, by_job
        found: list[Contribution] = self._once(
            key, lambda: self._reader.contributions(asks, known_at, newest, by_job=by_job)
        )
        return list(found)

    def listings(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Listing]:
        if known_at > self._newest:
            return self._reader.listings(ids, valid_at, known_at)
        if self._is_empty(LISTING):
            return []

        def fetch(new: list[str]) -> dict[str, list[Listing]]:
            found: dict[str, list[Listing]] = {}
            for row in self._reader.listings(new, NOW, self._newest):
                found.setdefault(row.carrier, []).append(row)
            return found

        # What never listed any did not before either.
        held = self._each(row_places.LISTINGS, self._listings, ids, fetch, _size)
        some = tuple(held)
        if not some:
            return []
        if valid_at == NOW and known_at == self._newest:
            return [row for one in sorted(held) for row in held[one]]
        key = "listings", some, valid_at, known_at
        found: list[Listing] = self._once(key, lambda: self._reader.listings(some, valid_at, known_at))
        return list(found)

    def named_in_facets(self, ids: Sequence[str], known_at: int = NOW) -> list[NamedInFacet]:
        if known_at > self._newest:
            return self._reader.named_in_facets(ids, known_at)
        if self._is_empty(NAMED_IN_FACET):
            return []

        def fetch(new: list[str]) -> dict[str, list[NamedInFacet]]:
            found: dict[str, list[NamedInFacet]] = {}
            for row in self._reader.named_in_facets(new, self._newest):
                found.setdefault(row.dataset, []).append(row)
            return found

        held = self._each(row_places.NAMED, self._named, ids, fetch, _size)
        return sorted(row for some in held.values() for row in some if row.entry <= known_at)

    def uses(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Use]:
        return self._earliest(
            self._uses, lambda some, known: self._reader.uses(some, NOW, known), ids, valid_at, known_at
        )

    def schemas(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[SchemaStated]:
        if known_at > self._newest:
            return self._reader.schemas(ids, valid_at, known_at)
        if new := self._schemas.missing(ids, self._newest):
            self._schemas.hold(new, self._reader.schemas(new, NOW, self._newest), self._newest)
        return self._schemas.answer(ids, valid_at, known_at, self._newest)

    def pointers(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Pointer]:
        if self._is_empty(POINTER):
            return []
        return self._earliest(
            self._pointers, lambda some, known: self._reader.pointers(some, NOW, known), ids, valid_at, known_at
        )

    def column_flows(
        self, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
    ) -> list[ColumnFlow]:
        def fetch(some: Sequence[str], known: int) -> list[ColumnFlow]:
            return self._reader.column_flows(some, direction, NOW, known)

        return self._earliest(self._column_flows[direction], fetch, ids, valid_at, known_at)

    def column_coverage(self, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Covered]:
        return self._earliest(
            self._coverage, lambda some, known: self._reader.column_coverage(some, NOW, known), ids, valid_at, known_at
        )

    def _earliest(
        self,
        rows: RowsAbout[Row],
        fetch: Callable[[Sequence[str], int], list[Row]],
        ids: Sequence[str],
        valid_at: int,
        known_at: int,
    ) -> list[Row]:
        """Return rows of which each stands for those that came later: where one came too late, the earlier ones are
        asked for.
        """
        newest = max(self._newest, known_at)
        if new := rows.missing(ids, newest):
            rows.hold(new, fetch(new, newest), newest)
        late = frozenset(rows.late(ids, newest, known_at))
        if rows.missing(late, known_at):
            # Whoever looks at an earlier point goes on to the others.
            new = rows.missing(rows.late(None, newest, known_at), known_at)
            rows.hold(new, fetch(new, known_at), known_at)
        return rows.answer(ids, valid_at, known_at, newest, late)

    def transformations(self, hows: Collection[str]) -> dict[str, How]:
        return self._each(row_places.HOWS, self._hows, hows, self._reader.transformations)

    def mentioned(self, stated: Collection[str]) -> dict[str, Mentioned]:
        return self._each(row_places.MENTIONED, self._mentioned, stated, self._reader.mentioned)

    def grounds(
        self, wanted: Sequence[Ground], ids: Sequence[str] | None = None, known_at: int = NOW
    ) -> dict[Ground, tuple[str, ...]]:
        asked = dict.fromkeys(ids or ())
        new = [one for one in asked if one not in self._grounds]
        if new and known_at == self._newest:
            self._grounds.update(self._given.take(row_places.GROUNDS, new))
            new = [one for one in new if one not in self._grounds]
        if ids is None or known_at != self._newest or (new and len(wanted) <= FEW and not self._gives):
            found: dict[Ground, tuple[str, ...]]
            if ids is None and known_at == self._newest:
                found = self._whole(
                    row_places.ALL_GROUNDS,
                    tuple(wanted),
                    lambda some: self._reader.grounds(some, None, known_at),
                    _size_of_all,
                )
                return dict(found)
            key = "grounds", tuple(wanted), None if ids is None else tuple(ids), known_at
            found = self._once(key, lambda: self._reader.grounds(wanted, ids, known_at))
            return dict(found)
        if new:
            of: dict[str, set[Ground]] = {one: set() for one in new}
            for ground, nodes in self._reader.grounds(list(Ground), new, known_at).items():
                for one in nodes:
                    of[one].add(ground)
            made = {one: frozenset(some) for one, some in of.items()}
            self._grounds.update(made)
            self._given.give(row_places.GROUNDS, made, _size)
        return {one: tuple(sorted(id_ for id_ in asked if one in self._grounds[id_])) for one in wanted}

    @property
    def _gives(self) -> bool:
        """Tell whether what is read is given to later answers."""
        return self._given is not NOTHING_CACHED

    def record_states(self, ids: Sequence[str] | None = None) -> list[RecordState]:
        if ids is None:
            return self._reader.record_states()

        def ask(new: Sequence[str]) -> dict[str, RecordState]:
            return {one.dataset: one for one in self._reader.record_states(new)}

        return sorted(self._each(row_places.RECORD_STATES, self._states, ids, ask).values())

    def last_boundary(self, until: int) -> int | None:
        found: int | None = self._once(("last_boundary", until), lambda: self._reader.last_boundary(until))
        return found

    def find(self, query: Query) -> Page:
        found: Page = self._once(("find", repr(query)), lambda: self._reader.find(query))
        return found

    def quarantined(self) -> list[Quarantined]:
        found: list[Quarantined] = self._whole(row_places.QUARANTINED, (), lambda _: self._reader.quarantined(), _size)
        return list(found)

    def _each(
        self,
        place: Place,
        held: dict[str, Value | None],
        keys: Iterable[str],
        ask: Callable[[list[str]], Mapping[str, Value]],
        size: Callable[[Any], int] = lambda _: 1,
    ) -> dict[str, Value]:
        """Return what is answered of each key, asked of those that are not held; None is held where nothing was."""
        asked = list(dict.fromkeys(keys))
        new = [one for one in asked if one not in held]
        if new:
            held |= self._given.take(place, new)
            new = [one for one in new if one not in held]
        if new:
            made: dict[str, Value | None] = {**dict.fromkeys(new), **ask(new)}
            held |= made
            self._given.give(place, made, size)
        return {one: value for one in asked if (value := held[one]) is not None}

    def _whole(self, place: Place, asked: K, ask: Callable[[K], Value], size: Callable[[Value], int]) -> Value:
        """Return what is answered of something as a whole, as it is now."""
        key = place.name, asked
        if key not in self._answers:
            found = self._given.take(place, (asked,))
            if not found:
                found = {asked: ask(asked)}
                self._given.give(place, found, size)
            self._answers[key] = found[asked]
        answer: Value = self._answers[key]
        return answer

    def _once(self, key: tuple[object, ...], ask: Callable[[], Any]) -> Any:  # noqa: ANN401  whatever is asked
        if key not in self._answers:
            self._answers[key] = ask()
        return self._answers[key]


def _size(some: Collection[Any] | None) -> int:
    return 1 if some is None else 1 + len(some)


def _size_of_all(found: Mapping[Any, Collection[Any]]) -> int:
    return sum(map(_size, found.values()))


def _size_of_run(run: RunFacts | None) -> int:
    return 1 if run is None else 1 + len(run.events) + len(run.reads) + len(run.writes)
