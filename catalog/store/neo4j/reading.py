"""The verbs that read, a round trip or two each whatever the number of ids.

Neo4j reads what is committed at the moment, so that an answer of several statements is made consistent here: the
checkpoint is read first, and facts of later entries do not exist for this reading. What is in force has no history: it
is what held when that statement ran, and `touched_meanwhile` tells what changed since the checkpoint was read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from catalog.store.indexes.column_flows import COLUMN_FLOW, ColumnReach
from catalog.store.indexes.flows import HUB
from catalog.store.indexes.in_force import by_aspect
from catalog.store.indexes.keys import EVERY, FIELDS, KEY_FIELD
from catalog.store.indexes.reads import IndexReads
from catalog.store.indexes.run_states import FLOWING, MOMENT, RUN_STATE
from catalog.store.indexes.table import Direction, Either, Key, Table
from catalog.store.indexes.table import Row as IndexRow
from catalog.store.neo4j.connection import Run
from catalog.store.neo4j.contents import Contents, Recorded, recorded
from catalog.store.neo4j.forms import SENTENCES, is_structural, rows_of, touched_place
from catalog.store.neo4j.gathering import Gathering
from catalog.store.neo4j.past import records_about, under_fields, under_moments
from catalog.store.neo4j.row_values import read, stored_key
from catalog.store.neo4j.search_memory import Made, SearchMemory
from catalog.store.neo4j.searching import search
from catalog.store.ordering import Row, edge_order, rows, statement_order
from catalog.store.protocol import Found, KnownNode, Page, Quarantined, Query
from catalog.store.run_memory import ACCESSES, RunMemory, assemble
from catalog.store.touches import KEPT, Stamp, Touched, unpacked
from graph_schema.aspects import is_momentary
from graph_schema.bitemporal import RunFacts
from graph_schema.cypher import reading, schema
from graph_schema.cypher import rows as cypher_rows
from graph_schema.facts import ALWAYS, NOW, Edge, Facts, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Node
from graph_schema.registry import labels_at

_Arrow = tuple[str, str, str, int]


class Neo4jReading(IndexReads):
    """One consistent state of the graph."""

    remote = True

    def __init__(self, run: Run, memory: RunMemory, contents: Contents, searched: SearchMemory) -> None:
        """Read inside this transaction, up to the checkpoint of now."""
        self.memo = {}
        self._run = run
        self._memory = memory
        self._contents = contents
        self._searched = searched
        found = run(schema.state())
        state: Mapping[str, Any] = found[0] if found else {}
        self._checkpoint: int = state.get("checkpoint", -1)
        self._met: dict[str, tuple[int, Sequence[str]]] = {}
        """The nodes that were met, each with the entry that first named it and its key."""
        self._whole: dict[str, tuple[Recorded, ...] | None] = {}
        """Of nodes of which all was read the records that state anything lasting of them, None of one with many."""
        self._arrows_of: dict[str, list[_Arrow]] = {}
        self._every: dict[str, list[IndexRow]] = {}
        """The nodes of labels that have few, each as a row of KEY_FIELD."""
        self._kinds: dict[str, int] = json.loads(state.get("counts", "{}"))
        """How many nodes and edges of each kind there are: of an edge that nobody ever stated nothing is asked."""
        self._made: tuple[str, str] = state.get("begun", ""), state.get("sets", "{}")
        self._stamp = Stamp(state.get("begun", ""), state.get("touched", 0))
        self._alias_reach: int = state.get("alias_reach", 0)
        self.filling = bool(state.get("filling"))
        """Whether an index is being filled anew, so that not all of its rows are there."""
        self._rows: dict[str, int] = json.loads(state.get("rows", "{}"))
        """How many rows each table has: an empty one is never asked."""

    def checkpoint(self) -> int:
        return self._checkpoint

    def stamp(self) -> Stamp:
        return self._stamp

    def touched(self, since: int) -> list[Touched]:
        numbers = range(max(since, self._stamp.number - KEPT) + 1, self._stamp.number + 1)
        found = self._found(schema.touched(), places=[touched_place(number) for number in numbers]) if numbers else ()
        # A place may have been taken since, by a batch that is not seen here.
        return [one for kept in found if kept is not None and (one := unpacked(kept)).number in numbers]

    def touched_meanwhile(self) -> list[Touched]:
        graph, since = self._stamp
        found = self._run(schema.touched_since(), since=since, ring=list(map(touched_place, range(KEPT))))
        if not found or found[0]["begun"] != graph:
            # It was emptied, or is another graph.
            return [Touched(since + 1, None)]
        now = found[0]["touched"]
        kept = [one for each in found[0]["found"] if each is not None and (one := unpacked(each)).number > since]
        missing = set(range(since + 1, now + 1)).difference(one.number for one in kept)
        return [*kept, *(Touched(number, None) for number in sorted(missing)[:1])]

    def nodes(self, ids: Sequence[str], known_at: int = NOW) -> dict[str, KnownNode]:
        known, asked = self._known(known_at), _once(ids)
        new = [one for one in asked if one not in self._met]
        if new and len(new) <= _FEW and all(map(_is_small, new)):
            self._load_whole(new)
        elif new:
            self._meet(self._found(reading.nodes(), known_at=self._checkpoint, ids=new))
        met = ((one, self._met[one]) for one in asked if one in self._met)
        return {one: _node(one, entry, key) for one, (entry, key) in met if entry <= known}

    def _meet(self, nodes: Iterable[tuple[str, int | None, Sequence[str]]]) -> None:
        """Remember named nodes that were met on the way to others, which are not asked for then."""
        self._met.update((one, (entry, key)) for one, entry, key in nodes if entry is not None)

    def edges(
        self,
        ids: Sequence[str],
        kinds: Sequence[str],
        direction: Direction | Either,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Edge]:
        asked, known = _once(ids), self._known(known_at)
        found: dict[Edge, None] = {}
        there = [kind for kind in dict.fromkeys(kinds) if self._kinds.get(kind)]
        structural = [kind for kind in there if is_structural(kind)]
        out, into = direction in ("out", "both"), direction in ("in", "both")
        every = frozenset(asked)
        scarce = {kind for kind in there if self._is_scarce(kind, len(_of_ends(asked, [kind], direction)))}
        if of_scarce := scarce.intersection(structural):
            met = [row for row in self._arrows(of_scarce) if (out and row[1] in every) or (into and row[2] in every)]
            found.update((_structural(*row), None) for row in met if row[3] <= known)
        common = [kind for kind in structural if kind not in scarce]
        if common and (ends := _of_ends(asked, common, direction)):
            answer = self._found(reading.structural(common, direction), ids=ends, known_at=known)
            found.update((_structural(*row), None) for row in answer)
        stated = frozenset(there).difference(structural)
        asked = _of_ends(asked, stated, direction)
        if len(asked) > _FEW and scarce.issuperset(stated):
            arrows = self._arrows(stated)
            at_arrows = {row[1] for row in arrows if out} | {row[2] for row in arrows if into}
            asked = [one for one in asked if one in at_arrows]
        if asked:
            at = frozenset(asked)

            def wanted(kind: str, source: str, target: str) -> bool:
                return kind in stated and ((out and source in at) or (into and target in at))

            times = valid_at, known
            for record in self._records(asked, "kinds", stated, times, (stated, direction)):
                found.update((edge, None) for edge in record.edges(wanted))
        return sorted(found, key=edge_order)

    def _is_scarce(self, kind: str, asked: int) -> bool:
        """Tell whether all arrows of a kind are read at once: there are few, or no more than nodes that are asked for
        them.
        """
        if not asked or kind in FLOWING:
            return False
        return kind in self._arrows_of or kind in self._rare or self._kinds[kind] <= min(asked, _ARROWS)

    @cached_property
    def _rare(self) -> frozenset[str]:
        """The kinds of which there are fewest, as many as have few arrows together."""
        found, total = set[str](), 0
        for count, kind in sorted((self._kinds[kind], kind) for kind in SENTENCES if self._kinds.get(kind)):
            total += count
            if total > _RARE:
                break
            found.add(kind)
        return frozenset(found)

    def _arrows(self, kinds: Collection[str]) -> list[_Arrow]:
        """Return the arrows of scarce kinds, each as (kind, source, target, the first entry that states it)."""
        if missing := self._rare.union(kinds).difference(self._arrows_of):
            found: dict[str, list[_Arrow]] = {kind: [] for kind in missing}
            for row in self._found(reading.arrows(missing), known_at=self._checkpoint):
                found[row[0]].append(tuple(row))
            self._arrows_of |= found
        return [row for kind in kinds for row in self._arrows_of[kind]]

    def statements(
        self,
        ids: Sequence[str],
        aspects: Sequence[str] | None = None,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Statement]:
        asked, named = frozenset(ids), None if aspects is None else frozenset(aspects)

        def wanted(subject: str, aspect: str) -> bool:
            return subject in asked and (named is None or aspect in named)

        which, times = "" if named is None else "aspects", (valid_at, self._known(known_at))
        records = self._records(asked, which, named or (), times)
        return sorted({statement for record in records for statement in record.statements(wanted)}, key=statement_order)

    def _records(
        self,
        ids: Collection[str],
        which: str,
        names: Collection[str],
        times: tuple[int, int],
        having: reading.Arrows | None = None,
    ) -> list[Recorded]:
        """Return what `records_about` does. Of a few nodes of which little is recorded all of it is read at once: most
        of what is asked of one node is asked of it alone, one aspect after the other.
        """
        if which == "aspects" and any(map(is_momentary, names)):
            return records_about(self._run, self._contents, ids, which, names, times, having)
        new = [one for one in ids if one not in self._whole]
        if which and new and len(new) <= _FEW and all(map(_is_small, ids)):
            self._load_whole(new)
        rest = [one for one in ids if self._whole.get(one) is None] if which else list(ids)
        found = records_about(self._run, self._contents, rest, which, names, times, having) if rest else []
        if which:
            valid_at, known_at = times
            held = [record for one in ids for record in self._whole.get(one) or ()]
            found += [
                one for one in held if one.attribution.valid_from <= valid_at and one.attribution.entry <= known_at
            ]
        return found

    def _load_whole(self, ids: Sequence[str]) -> None:
        """Read nodes, and all that records state of them but moments, unless that is much."""
        answer = self._run(reading.whole(), ids=ids, known_at=self._checkpoint, most=_MUCH, contents=_CONTENTS)[0]
        self._meet(node[:3] for node in answer["found"])
        records_of = {node[0]: node[3] for node in answer["found"]}
        few = [records for records in records_of.values() if len(records) < _MUCH]
        rows_ = [row for records in few for row in records]
        places = recorded(self._run, self._contents, rows_, answer["contents"])
        by_place = dict(zip(dict.fromkeys((row[0], row[10]) for row in rows_), places, strict=True))
        for one in ids:
            records = records_of.get(one, ())
            held = tuple(by_place[row[0], row[10]] for row in records) if len(records) < _MUCH else None
            self._whole[one] = held

    def runs(self, ids: Sequence[str]) -> dict[str, RunFacts]:
        # What was committed since this reading began is not fetched, so that it is not what is remembered either.
        query = cypher_rows.under(rows_of(RUN_STATE), ("run",), wanted=("run", "entry"))
        stamps = {
            run: min(entry, self._checkpoint)
            for run, entry in self._found(query, prefixes=[[one] for one in _once(ids)])
        }
        return self._memory.read(stamps, self._fetch_runs)

    def _fetch_runs(self, runs: list[str]) -> dict[str, RunFacts]:
        wanted = frozenset(runs)
        query, known = reading.records_of_runs(), self._checkpoint
        answer = self._run(query, ids=runs, always=ALWAYS, valid_at=NOW, known_at=known)[0]
        records: list[Recorded] = recorded(self._run, self._contents, answer["found"], answer["contents"])
        events = {
            statement
            for record in records
            for statement in record.statements(lambda subject, aspect: aspect == "event" and subject in wanted)
        }
        accesses = {
            edge
            for record in records
            for edge in record.edges(lambda kind, source, _: kind in ACCESSES and source in wanted)
        }
        return assemble(runs, sorted(events, key=statement_order), sorted(accesses, key=edge_order))

    def rows(
        self, table: Table, prefixes: Sequence[Key], order: int = 0, *, valid_at: int = NOW, known_at: int = NOW
    ) -> list[IndexRow]:
        if table == MOMENT:
            return under_moments(self._run, prefixes)
        if table == KEY_FIELD and all(prefix[1:] == (EVERY, "") for prefix in prefixes):
            return [row for name, *_ in dict.fromkeys(prefixes) for row in self._all_of(name, self._known(known_at))]
        if table == KEY_FIELD:
            found = under_fields(self._run, prefixes, self._known(known_at))
            self._meet((row[3], row[4], key) for row, key in found)
            return [row for row, _ in found]
        if not prefixes or not self._rows.get(table.name):
            return []
        fields, asked = self._asked(table, prefixes, order)
        query = cypher_rows.under(rows_of(table), fields, **_times(table, valid_at))
        return read(table, self._found(query, prefixes=asked, valid_at=valid_at, known_at=self._known(known_at)))

    def _all_of(self, name: str, known_at: int) -> list[IndexRow]:
        """Return the nodes of a label that are looked up together: of all labels that have few of them at once."""
        if not self._kinds.get(name):
            return []
        if self._kinds[name] > _MUCH:
            found = under_fields(self._run, [(name, EVERY, "")], known_at)
            self._meet((row[3], row[4], key) for row, key in found)
            return [row for row, _ in found]
        if name not in self._every:
            wanted = {one: [""] if 0 < self._kinds.get(one, 0) <= _MUCH else [] for one in _FEW_OF}
            for one, nodes in self._found(
                reading.every(_FEW_OF, EVERY), wanted=wanted, known_at=self._checkpoint
            ).items():
                self._meet(nodes)
                self._every[one] = [(one, EVERY, "", node, entry) for node, entry, _ in nodes]
        return [row for row in self._every[name] if row[4] <= known_at]

    def several(
        self, asks: Sequence[tuple[Table, Sequence[Key], int]], *, valid_at: int = NOW, known_at: int = NOW
    ) -> list[list[IndexRow]]:
        found: list[list[IndexRow]] = [[] for _ in asks]
        there = [place for place, (table, prefixes, _) in enumerate(asks) if prefixes and self._rows.get(table.name)]
        if len(there) == 1:
            (place,) = there
            found[place] = self.rows(*asks[place], valid_at=valid_at, known_at=known_at)
        elif there:
            queries, given = [], {}
            for number, place in enumerate(there):
                table, prefixes, order = asks[place]
                fields, asked = self._asked(table, prefixes, order)
                queries.append(cypher_rows.under(rows_of(table), fields, **_times(table, valid_at)))
                known = self._known(known_at)
                given[f"of_{number}"] = {"prefixes": asked, "valid_at": valid_at, "known_at": known}
            for place, (rows_,) in zip(there, self._found(reading.together(queries), **given), strict=True):
                found[place] = read(asks[place][0], rows_)
        return found

    def together(self, asks: Sequence[Callable[[], object]]) -> None:
        run, gathering = self._run, Gathering(self._run)
        self._run = gathering.run
        try:
            left = gathering.read(asks)
        finally:
            self._run = run
        for ask in left:
            ask()

    def lacks(self, kind: str) -> bool:
        return not self._kinds.get(kind)

    def has_at_most(self, table: Table, count: int) -> bool:
        return self._rows.get(table.name, 0) <= count

    def ends(  # both times and what is wanted
        self,
        table: Table,
        prefixes: Sequence[Key],
        column: str,
        order: int = 0,
        *,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> set[Any]:
        if not prefixes or not self._rows.get(table.name):
            return set()
        fields, asked = self._asked(table, prefixes, order)
        query = cypher_rows.ends(rows_of(table), fields, column, **_times(table, valid_at))
        return set(self._found(query, prefixes=asked, valid_at=valid_at, known_at=self._known(known_at)))

    def newest(
        self, table: Table, asks: Sequence[tuple[Key, int]], count: int, *, known_at: int = NOW
    ) -> list[IndexRow]:
        if not asks or not self._rows.get(table.name):
            return []
        query = cypher_rows.newest(rows_of(table), len(asks[0][0]), known=table.known or "")
        asked = [[*stored_key(table, prefix), bound] for prefix, bound in dict.fromkeys(asks)]
        return read(table, self._found(query, asks=asked, count=count, known_at=self._known(known_at)))

    def counts(self, table: Table, prefixes: Sequence[Key], order: int = 0) -> dict[Key, int]:
        if not prefixes or not self._rows.get(table.name):
            return dict.fromkeys(prefixes, 0)
        fields, asked = self._asked(table, prefixes, order)
        answer = self._found(cypher_rows.counts(rows_of(table), fields), prefixes=asked)
        counted = {tuple(prefix): count for prefix, count in answer}
        return {prefix: counted.get(tuple(stored_key(table, prefix, order)), 0) for prefix in prefixes}

    def _asked(self, table: Table, prefixes: Sequence[Key], order: int) -> tuple[Sequence[str], list[list[Any]]]:
        leading = table.orders[order - 1] if order else table.names
        sent = [stored_key(table, prefix, order) for prefix in dict.fromkeys(prefixes)]
        return leading[: len(prefixes[0])], sent

    def reach(self, ids: Sequence[str], direction: Direction, depth: int, limit: int) -> frozenset[str] | None:
        asked = frozenset(ids)
        # An alias is a step like any other there, no chain of them longer than was ever seen; a hub makes one flow two.
        steps = (depth + (depth + 1) * self._alias_reach) * (2 if self._rows.get(HUB.name) else 1)
        met = self._found(reading.reach(direction, steps), limit=limit + 1, ids=sorted(asked))
        self._meet(one for one in met if one[1] is not None and one[1] <= self._checkpoint)
        reached = asked.union(one[0] for one in met)
        return reached if len(reached) <= limit else None

    def column_reach(
        self,
        ids: Sequence[str],
        direction: Direction,
        depth: int,
        limit: int,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> ColumnReach | None:
        if not self._rows.get(COLUMN_FLOW.name):
            return ColumnReach(frozenset(ids), [])
        reached, front, left = frozenset[str](), frozenset(ids), depth - 1
        while front and left > 0 and len(reached | front) <= limit:
            levels = min(left, _LEVELS_AT_ONCE)
            row = self._run(reading.column_reach(direction, levels), ids=sorted(front), limit=limit + 1)[0]
            reached |= front
            front, reached, left = frozenset(row["front"]) - reached, reached.union(row["found"]), left - levels
        reached |= front
        if len(reached) > limit:
            return None
        return ColumnReach(reached, self.column_flows(sorted(reached), direction, valid_at, known_at))

    def find(self, query: Query) -> Page:
        found = search(self._found, query, self._searched, Made.of(*self._made))
        if not query.with_aspects:
            bare = (Found(hit.id, hit.node, hit.entry, {}, rank=hit.rank) for hit in found.hits)
            return Page(tuple(bare), found.total, found.facets, found.more)
        current = by_aspect(self.in_force([hit.id for hit in found.hits]))
        hits = tuple(
            Found(
                hit.id,
                hit.node,
                hit.entry,
                current.get(hit.id, {}),
                query.facets_with(hit.id, hit.facets),
                hit.rank,
            )
            for hit in found.hits
        )
        return Page(hits, found.total, found.facets, found.more)

    def quarantined(self) -> list[Quarantined]:
        return [
            Quarantined(entry, kind, tuple(subjects), reason)
            for entry, kind, subjects, reason in (row.values() for row in self._run(reading.quarantined()))
            if entry <= self._checkpoint
        ]

    def counts_of_kinds(self) -> dict[str, int]:
        """Return what `Store.counts` returns."""
        return dict(sorted(self._kinds.items()))

    def scan(self) -> Iterator[Row]:
        """Yield what `Store.scan` yields."""
        named = {row[0]: _node(*row) for row in (one.values() for one in self._run(reading.scan_nodes()))}
        records = self.all_records(-1, NOW)
        edges = {edge for record in records for edge in record.edges(lambda *_: True)}
        edges |= {_structural(*row["found"]) for row in self._run(reading.scan_structural())}
        statements = {one for record in records for one in record.statements(lambda *_: True)}
        return rows(
            sorted(named.items()),
            sorted(edges, key=edge_order),
            sorted(statements, key=statement_order),
            ((one.subject, one.aspect, one.value or "", since, one.entry) for since, one in self.in_force(list(named))),
            self.quarantined(),
        )

    def all_records(self, after: int, until: int) -> list[Recorded]:
        """Return the records of all entries after one up to another."""
        answer = [row["found"] for row in self._run(reading.scan_records(), after=after, until=until)]
        return recorded(self._run, self._contents, answer)

    def all_facts(self) -> Facts:
        """Return everything that is stored, in ledger order: what an index is filled anew from."""
        named = [(_node(*row.values())) for row in self._run(reading.scan_nodes())]
        records = sorted(self.all_records(-1, NOW), key=lambda record: record.attribution.entry)
        structural = (_structural(*row["found"]) for row in self._run(reading.scan_structural()))
        return Facts(
            tuple((known.node, known.entry) for known in sorted(named, key=lambda known: known.entry)),
            (*structural, *(edge for record in records for edge in record.edges(lambda *_: True))),
            tuple(one for record in records for one in record.statements(lambda *_: True)),
        )

    def _found(self, query: str, **parameters: object) -> Any:  # noqa: ANN401  # one list, of what the query returns
        answer = self._run(query, **parameters)
        return answer[0]["found"] if answer else ()

    def _known(self, known_at: int) -> int:
        return min(known_at, self._checkpoint)


_FEW: Final = 16
"""Of so many nodes, asked about together, all that is recorded is read."""
_ARROWS: Final = 512
"""So many arrows of a kind are read at once at the most."""
_RARE: Final = 128
"""So many arrows, of the kinds of which there are fewest, are read together."""
_MUCH: Final = 24
"""From so many records about a node, or nodes of a label, on they are read as they are asked for."""
_CONTENTS: Final = 4 * _FEW
_MANY_OF: Final = frozenset({"Column", "Dataset", "Job", "Run", "Source"})
"""The labels of which a node may be named by any number of records."""
_FEW_OF: Final = tuple(label for label, fields in sorted(FIELDS.items()) if EVERY in fields)


def _is_small(identifier: str) -> bool:
    return label_of(identifier) not in _MANY_OF


_LEVELS_AT_ONCE: Final = 7
"""How many levels of a walk one statement takes: each is planned once, at some 50 ms, and saves a round trip."""


def _once(ids: Collection[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def _of_ends(ids: Iterable[str], kinds: Iterable[str], direction: Direction | Either) -> list[str]:
    """Return those of the ids that edges of any of the kinds may leave or reach: of the others there are none."""
    labels = frozenset(label for kind in kinds for label in labels_at(kind, direction))
    return [one for one in ids if label_of(one) in labels]


def _node(identifier: str, entry: int, key: Sequence[str]) -> KnownNode:
    return KnownNode(Node.registered[label_of(identifier)].from_key(list(key)), entry)


def _structural(kind: str, source: str, target: str, entry: int) -> Edge:
    return Edge(kind, source, target, "{}", None, None, ALWAYS, 0, "", entry)


def _times(table: Table, valid_at: int) -> dict[str, str]:
    """Return the columns that a read compares; of all that holds at whatever time only what was known by then."""
    return {"valid": (table.valid or "") if valid_at != NOW else "", "known": table.known or ""}
