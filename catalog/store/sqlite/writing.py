"""One batch of facts into the tables, with what follows from them, inside one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Final

from catalog.store import touches
from catalog.store.indexes import INDEXES
from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes
from catalog.store.indexes.work import Work
from catalog.store.protocol import Quarantined
from catalog.store.sqlite.attributions import packed
from catalog.store.sqlite.index_tables import IndexTables
from catalog.store.sqlite.names import Names
from catalog.store.sqlite.past import SqlitePast
from catalog.store.sqlite.soundness import FACTS_SUM, sum_of
from graph_schema.assertions import Assertion, Content, assertions
from graph_schema.canonical import canonical_text
from graph_schema.facts import Edge, Facts
from graph_schema.nodes import Node
from graph_schema.registry import STRUCTURAL

Rows = list[tuple[object, ...]]

_UNNAMED: Final = (None,) * 4
"""Of an id that is mentioned and not named: label, title, key and entry."""


class Batch:
    """The facts of some entries on their way in."""

    def __init__(self, connection: sqlite3.Connection, names: Names, tables: IndexTables) -> None:
        """Write through this connection, inside a transaction; what is remembered is forgotten where it may be old."""
        self._connection = connection
        self._names = names
        self._tables = tables
        if not names.begin():
            tables.forget()
        self._tally: Counter[str] = Counter()
        self._sum = 0
        self._grown: dict[str, int] = {}
        """By how much the sum of each index grows."""
        self.touched: set[int] = set()
        """See `catalog.store.touches`."""

    def write(self, new: Facts) -> None:
        """Add facts of which none is stored, and everything that follows from them."""
        self._names.ensure(_ids(new))
        named = self._names.unnamed(new.nodes)
        work = Work(
            Facts(tuple(named), new.edges, new.statements), SqlitePast(self._connection, self._names, self._tables)
        )
        for index in INDEXES:
            work.derived[index.name] = index.derive(work)
        self._write_nodes(named)
        structural = self._write_structure(new.edges)
        self.touched |= touches.of_facts(work.new, structural, work.derived.values())
        self._write_assertions(assertions(new))
        for index in INDEXES:
            self.keep(index, work.derived[index.name])
        self._connection.execute(
            "INSERT INTO tally (name, n) SELECT key, value FROM json_each(?) WHERE 1 "
            "ON CONFLICT DO UPDATE SET n = n + excluded.n",
            (json.dumps(self._tally),),
        )

    def keep(self, index: Index, changes: Changes) -> None:
        """Write rows of one index."""
        self._grown[index.name] = self._grown.get(index.name, 0) + self._tables.write(index, changes)

    def close(self, upto: int) -> None:
        """Keep the sums of what was added, and that every index is up to an entry."""
        if self._sum:
            self._connection.execute(
                "INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET entry = entry + excluded.entry",
                (FACTS_SUM, self._sum),
            )
        self._connection.execute(
            "UPDATE index_state SET checkpoint = max(checkpoint, ?2), "
            "sum = sum + ifnull((SELECT value FROM json_each(?1) WHERE key = name), 0)",
            (json.dumps(self._grown), upto),
        )

    def quarantine(self, refused: Iterable[Quarantined]) -> None:
        """Add what could not be projected."""
        rows = {one.entry: (one.entry, one.kind, canonical_text(list(one.subjects)), one.reason) for one in refused}
        if rows:
            self._connection.executemany("INSERT INTO quarantined VALUES (?, ?, ?, ?)", rows.values())
            self.touched.update(touches.quarantined())
            self._sum += sum_of(rows.values())

    def _write_nodes(self, named: Sequence[tuple[Node, int]]) -> None:
        number = self._names.number
        rows = {
            node.id: (number(node.id), node.id, node.label, node.title, canonical_text(list(node.key)), entry)
            for node, entry in named
        }
        new = [rows.get(one) or (number(one), one, *_UNNAMED) for one in self._names.unstored()]
        self._connection.executemany("INSERT INTO node VALUES (?, ?, ?, ?, ?, ?)", new)
        if before := rows.keys() - self._names.fresh:
            self._connection.executemany(
                "UPDATE node SET label = ?, title = ?, key = ?, entry = ? WHERE n = ?",
                [(*rest, place) for place, _, *rest in map(rows.__getitem__, before)],
            )
        self._names.name(rows)
        self._sum += sum_of(rows.values())
        self._tally.update(node.label for node, _ in named)

    def _write_structure(self, edges: Iterable[Edge]) -> list[Edge]:
        """Write the edges that are stored once; return the new ones."""
        number = self._names.number
        new = [
            edge
            for edge in sorted((one for one in edges if one.kind in STRUCTURAL), key=attrgetter("entry"))
            if self._names.is_new_structure(edge.source, edge.kind, edge.target)
        ]
        rows = [(number(edge.source), edge.kind, number(edge.target), edge.entry) for edge in new]
        self._connection.executemany("INSERT INTO structure VALUES (?, ?, ?, ?)", rows)
        self._sum += sum_of(rows)
        self._tally.update(edge.kind for edge in new)
        return new

    def _write_assertions(self, assertions: Sequence[Assertion]) -> None:
        attributions: Rows = []
        statements: Rows = []
        edges: Rows = []
        number, inline = self._names.number, self._names.inline
        for place, one in enumerate(assertions, self._names.next_of("attribution", "a", len(assertions))):
            attributions.append((place, *self._attributed(one)))
            for statement in one.statements:
                value = inline(statement.value)
                statements.append((number(statement.subject), statement.aspect, place, value, statement.role))
            for edge in one.edges:
                edges.append((number(edge.source), edge.kind, number(edge.target), place, inline(edge.value)))
            self._tally.update(edge.kind for edge in one.edges)
            if one.content is not None:
                self._tally.update(edge.kind for edge in one.content.edges)
        self._connection.executemany("INSERT INTO attribution VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", attributions)
        self._connection.executemany("INSERT INTO statement VALUES (?, ?, ?, ?, ?)", statements)
        self._connection.executemany("INSERT INTO edge VALUES (?, ?, ?, ?, ?)", edges)
        self._sum += sum_of(attributions) + sum_of(statements) + sum_of(edges)

    def _attributed(self, assertion: Assertion) -> tuple[object, ...]:
        run, job, valid_from, rank, tie, entry, by, authenticated = assertion.attribution
        number = self._names.number
        return (
            *(number(run), number(job), valid_from, rank, packed(tie), entry),
            *(self._names.value(by), int(authenticated), self._content(assertion.content)),
        )

    def _content(self, content: Content | None) -> int:
        if content is None:
            return 0
        known = self._names.content(content.digest)
        return known or self._add_content(content)

    def _add_content(self, content: Content) -> int:
        number, value = self._names.number, self._names.value
        place = self._connection.execute("INSERT INTO content (digest) VALUES (?)", (content.digest,)).lastrowid or 0
        statements: Rows = [
            (place, number(statement.subject), statement.aspect, value(statement.value), statement.role)
            for statement in content.statements
        ]
        edges: Rows = [
            (place, number(edge.source), edge.kind, number(edge.target), value(edge.value)) for edge in content.edges
        ]
        self._connection.executemany("INSERT INTO content_statement VALUES (?, ?, ?, ?, ?)", statements)
        self._connection.executemany("INSERT INTO content_edge VALUES (?, ?, ?, ?, ?)", edges)
        self._sum += sum_of([(place, content.digest)]) + sum_of(statements) + sum_of(edges)
        self._names.remember(place, content)
        return place


def _ids(new: Facts) -> dict[str, None]:
    """Return every id that the facts mention, once, in a fixed order."""
    ids = dict.fromkeys([node.id for node, _ in new.nodes])
    for edge in new.edges:
        ids[edge.source] = ids[edge.target] = None
        if edge.run:
            ids[edge.run] = None
        if edge.job:
            ids[edge.job] = None
    for statement in new.statements:
        ids[statement.subject] = None
        if statement.run:
            ids[statement.run] = None
        if statement.job:
            ids[statement.job] = None
    return ids
