"""The stored graph as deriving sees it, inside the transaction that will add to it, and what was asked of it before."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence

from catalog.store.indexes.keys import KEY_FIELD
from catalog.store.indexes.run_states import MOMENT
from catalog.store.indexes.search import FACET
from catalog.store.indexes.table import Key, Kind, Row, Span, Table
from catalog.store.neo4j.connection import Run
from catalog.store.neo4j.contents import Contents, Recorded, recorded
from catalog.store.neo4j.facets import sources_of
from catalog.store.neo4j.forms import SETS, is_kept, rows_of
from catalog.store.neo4j.row_values import read, stored_key
from graph_schema.aspects import is_momentary
from graph_schema.cypher import reading, rows
from graph_schema.facts import ALWAYS, NOW, Role, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Node

_REMEMBERED = 200_000
_OF_SETS = frozenset(table.name for table in SETS)

Found = dict[Key, Row]
"""Rows by their keys."""


class RowMemory:
    """The rows that writers asked for, by table and prefix: true as long as nobody else writes."""

    def __init__(self, capacity: int = _REMEMBERED) -> None:
        """Remember nothing yet."""
        self._capacity = capacity
        self._held: OrderedDict[tuple[str, Key], Found] = OrderedDict()
        self.opened: set[int] = set()
        """The chunks of sets of which everything is remembered."""

    def get(self, table: Table, prefix: Key) -> Found | None:
        """Return the rows under a prefix, None where they are not remembered."""
        place = table.name, prefix
        found = self._held.get(place)
        if found is not None:
            self._held.move_to_end(place)
        return found

    def put(self, found: Mapping[tuple[str, Key], Found]) -> None:
        """Remember rows; those asked for longest ago are forgotten."""
        for place, some in found.items():
            self._held[place] = some
            self._held.move_to_end(place)
        while len(self._held) > self._capacity:
            (table, _), _ = self._held.popitem(last=False)
            if table in _OF_SETS:
                self.opened = set()

    def forget(self) -> None:
        """Start anew."""
        self._held.clear()
        self.opened = set()


class Neo4jPast:
    """What is stored, asked in bulk; what is among `absent` is known not to be stored."""

    def __init__(  # through what is asked, what is remembered, and what is known not to be there
        self,
        run: Run,
        memory: RowMemory,
        contents: Contents,
        absent: Collection[str],
        opened: Collection[int] = (),
        *,
        empty: bool = False,
    ) -> None:
        """Ask through this transaction, up to what is stored when it begins.

        Of `opened` chunks no set has anything yet; of an `empty` past no table.
        """
        self._run = run
        self._memory = memory
        self._contents = contents
        self._absent = absent
        self._opened = opened
        self._empty = empty
        self.seen: dict[tuple[str, Key], Found] = {}
        """The rows that this transaction looked at, with what it makes of them: remembered once it is committed."""
        self.before: dict[tuple[str, Key], Row | None] = {}
        """What rows were before this transaction changed them, None for those that are new."""

    def under(self, table: Table, prefixes: Collection[Key]) -> Mapping[Key, Sequence[Row]]:
        if table == MOMENT:
            return self._moments(prefixes)
        if table == FACET:
            return self._facets(prefixes)
        if table == KEY_FIELD:
            return self._fields(prefixes)
        if not is_kept(table):
            return dict.fromkeys(prefixes, ())
        if prefixes and len(next(iter(prefixes))) != table.prefix:
            found: dict[Key, list[Row]] = {prefix: [] for prefix in prefixes}
            there = [prefix for prefix in prefixes if not self._is_absent(table, prefix)]
            for row in self._ask(table, there) if there else ():
                found[row[: len(next(iter(prefixes)))]].append(row)
            return found
        self.look_up(table, prefixes)
        return {prefix: list(self.seen[table.name, prefix].values()) for prefix in prefixes}

    def look_up(self, table: Table, prefixes: Collection[Key]) -> None:
        """Let the rows under these prefixes be among those seen."""
        missing: list[Key] = []
        for prefix in prefixes:
            place = table.name, prefix
            if place in self.seen:
                continue
            held = self._memory.get(table, prefix)
            if held is not None:
                self.seen[place] = dict(held)
            else:
                self.seen[place] = {}
                if not self._is_absent(table, prefix):
                    missing.append(prefix)
        for row in self._ask(table, missing) if missing else ():
            self.seen[table.name, row[: table.prefix]][row[: table.key]] = row

    def _is_absent(self, table: Table, prefix: Key) -> bool:
        if self._empty or (table in SETS and (prefix[-1] in self._opened or prefix[-1] in self._memory.opened)):
            return True
        columns = zip(prefix, table.columns, strict=False)
        return any(kind is Kind.ID and part in self._absent for part, (_, kind) in columns)

    def _ask(self, table: Table, prefixes: Sequence[Key]) -> list[Row]:
        if not is_kept(table):
            return []
        fields = table.names[: len(prefixes[0])]
        sent = [stored_key(table, prefix) for prefix in prefixes]
        return read(table, self._run(rows.under(rows_of(table), fields), prefixes=sent)[0]["found"])

    def _moments(self, prefixes: Collection[Key]) -> Mapping[Key, Sequence[Row]]:
        found: dict[Key, list[Row]] = {prefix: [] for prefix in prefixes}
        known = [prefix for prefix in prefixes if prefix[0] not in self._absent]
        for row in under_moments(self._run, known):
            for length in (1, 2, 3):
                if row[:length] in found:
                    found[row[:length]].append(row)
        return found

    def _facets(self, prefixes: Collection[Key]) -> Mapping[Key, Sequence[Row]]:
        """Return the rows of FACET that begin with (node, name, value): nodes carry them."""
        known = sorted({prefix[0] for prefix in prefixes if prefix[0] not in self._absent})
        answer = self._run(reading.facets(), ids=known)[0]["found"] if known and not self._empty else ()
        found: dict[Key, list[Row]] = {prefix: [] for prefix in prefixes}
        for node, texts in answer:
            for name, value, source in sources_of(texts, node):
                if (node, name, value) in found:
                    found[node, name, value].append((node, name, value, source))
        return found

    def _fields(self, prefixes: Collection[Key]) -> Mapping[Key, Sequence[Row]]:
        """Return the rows of KEY_FIELD that begin with (label, field, value): nodes are those rows."""
        found: dict[Key, list[Row]] = {prefix: [] for prefix in prefixes}
        for row, _ in () if self._empty else under_fields(self._run, list(prefixes), NOW):
            found[row[:3]].append(row)
        return found

    def outputs(self, spans: Collection[Span]) -> list[Statement]:
        sent = [{"run": run, "after": after, "until": until} for run, after, until in spans if run not in self._absent]
        if not sent:
            return []
        answer = self._run(reading.records_within(), rows=sent)[0]["found"]
        return [
            statement
            for record in recorded(self._run, self._contents, answer)
            for statement in record.statements(lambda _, aspect: not is_momentary(aspect))
            if statement.role == Role.OUT
        ]

    def history(self, pairs: Collection[tuple[str, str]]) -> list[Statement]:
        subjects, aspects = {subject for subject, _ in pairs}, {aspect for _, aspect in pairs}
        records = records_about(self._run, self._contents, subjects, "aspects", aspects, (NOW, NOW))
        wanted = frozenset(pairs)
        return [statement for record in records for statement in record.statements(lambda *place: place in wanted)]

    def nodes(self, ids: Collection[str]) -> Mapping[str, Node]:
        known = [one for one in ids if one not in self._absent]
        answer = self._run(reading.nodes(), ids=known, known_at=NOW)[0]["found"] if known else ()
        return {one: Node.registered[label_of(one)].from_key(key) for one, _, key in answer}


def under_moments(run: Run, prefixes: Collection[Key]) -> list[Row]:
    """Return the rows of MOMENT that begin with any of the prefixes: records are those rows."""
    wanted = frozenset(prefixes)
    answer = run(reading.moments(), ids=sorted({prefix[0] for prefix in wanted}), always=ALWAYS) if wanted else ()
    rows_ = [tuple(row) for row in answer[0]["found"]] if answer else []
    return [row for row in rows_ if not wanted.isdisjoint((row[:1], row[:2], row[:3]))]


def under_fields(run: Run, prefixes: Sequence[Key], known_at: int) -> list[tuple[Row, Sequence[str]]]:
    """Return the rows of KEY_FIELD that begin with any of the (label, field) or (label, field, value), each with the
    key of its node: nodes are those rows.
    """
    asked: dict[tuple[str, str], list[str]] = {}
    for name, field, *values in dict.fromkeys(prefixes):
        asked.setdefault((name, field), []).extend(values)
    found: list[tuple[Row, Sequence[str]]] = []
    for (name, field), values in asked.items():
        query = reading.looked_up(name, field, values=bool(values))
        for *row, key in run(query, values=values, known_at=known_at)[0]["found"]:
            found.append(((name, field, *row), key))
    return found


def records_about(  # which nodes and what of them, and both times
    run: Run,
    contents: Contents,
    ids: Collection[str],
    which: str,
    names: Collection[str],
    times: tuple[int, int],
    having: reading.Arrows | None = None,
) -> list[Recorded]:
    """Return the records that state any of the aspects or kinds of edges that are named, all of them for no `which`,
    about the nodes, or those of them that have an arrow: up to the (valid_at, known_at).
    """
    valid_at, known_at = times
    query = reading.records_about(
        which,
        having,
        momentary=which == "aspects" and any(map(is_momentary, names)),
        of_runs=any(label_of(one) == "Run" for one in ids),
    )
    sought: dict[str, object] = {"ids": list(ids), which or "all": sorted(names)}
    answer = run(query, **sought, always=ALWAYS, valid_at=valid_at, known_at=known_at)[0]
    return recorded(run, contents, answer["found"], answer["contents"])
