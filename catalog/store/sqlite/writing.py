"""One batch of facts into the tables, with what follows from them, inside one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

from catalog.store.deriving import Derived, Held, derive, is_nobody, replaces
from catalog.store.protocol import Quarantined
from catalog.store.sqlite.names import Names, Values
from catalog.store.sqlite.past import SqlitePast
from catalog.store.sqlite.schema import AGAIN, FIRST, FIRST_REPLACING
from catalog.store.sqlite.soundness import FACTS_SUM, sum_of
from catalog.store.words import facets_of, indexed_words, is_facet, is_momentary, is_searchable
from graph_schema.aspects import PHI
from graph_schema.canonical import canonical_text
from graph_schema.facts import Edge, Facts, Role, Statement
from graph_schema.folding import Hub
from graph_schema.registry import STRUCTURAL


class Batch:
    """The facts of some entries on their way in."""

    def __init__(self, connection: sqlite3.Connection, names: Names) -> None:
        """Write through this connection."""
        self._connection = connection
        self._names = names
        self._values = Values(connection)
        self._attributions: dict[tuple[object, ...], int] = {}
        self._tally: Counter[str] = Counter()
        self._sum = 0

    def write(self, new: Facts) -> None:
        """Add facts of which none is stored, and everything that follows from them."""
        self._names.begin()
        self._names.ensure(_ids(new))
        derived = derive(new, SqlitePast(self._connection, self._names))
        self._names.ensure(end for flow in derived.flows for end in (flow.source, flow.target, flow.job) if end)
        self._names.ensure(end for one in derived.hubs for end in _ends(one.hub))
        self._write_nodes(new)
        self._write_edges(new.edges, derived.first)
        self._write_statements(new.statements)
        self._write_runs(derived)
        self._write_flows(derived)
        self._write_hubs(derived)
        self._write_contributions(derived)
        for held, before in derived.held:
            self._hold(held, before)
        self._connection.executemany(
            "INSERT INTO tally (name, n) VALUES (?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
            self._tally.items(),
        )

    def close(self) -> None:
        """Keep the sum of what was added."""
        self._connection.execute(
            "INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET entry = entry + excluded.entry",
            (FACTS_SUM, self._sum),
        )

    def quarantine(self, refused: Iterable[Quarantined]) -> None:
        """Add what could not be projected."""
        rows = {one.entry: (one.entry, one.kind, canonical_text(list(one.subjects)), one.reason) for one in refused}
        self._connection.executemany(
            "INSERT INTO quarantined (entry, kind, subjects, reason) VALUES (?, ?, ?, ?)", rows.values()
        )
        self._sum += sum_of(rows.values())

    def _write_nodes(self, new: Facts) -> None:
        named = [
            (node.id, node, canonical_text(list(node.key)), entry) for node, entry in self._names.unnamed(new.nodes)
        ]
        number = self._names.number
        self._connection.executemany(
            "UPDATE node SET label = ?, title = ?, key = ?, entry = ? WHERE n = ?",
            ((node.label, node.title, key, entry, number(identifier)) for identifier, node, key, entry in named),
        )
        self._connection.executemany(
            "INSERT INTO key_word (term, n) VALUES (?, ?)",
            ((term, number(identifier)) for identifier, node, _, _ in named for term in indexed_words(list(node.key))),
        )
        self._names.name(identifier for identifier, _, _, _ in named)
        self._sum += sum_of(
            (number(identifier), identifier, node.label, node.title, key, entry)
            for identifier, node, key, entry in named
        )
        self._tally.update(node.label for _, node, _, _ in named)

    def _write_edges(self, edges: Sequence[Edge], first: frozenset[Edge]) -> None:
        number = self._names.number
        rows = [
            (
                number(edge.source),
                edge.kind,
                _saying(edge, first),
                number(edge.target),
                self._attribution(edge),
                self._values.number(edge.value),
            )
            for edge in edges
            if edge.kind not in STRUCTURAL or edge in first
        ]
        self._connection.executemany("INSERT INTO edge VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._sum += sum_of(rows)
        self._tally.update(row[1] for row in rows)

    def _write_statements(self, statements: Sequence[Statement]) -> None:
        number = self._names.number
        rows = [
            (
                number(said.subject),
                said.aspect,
                said.valid_from,
                self._attribution(said),
                str(said.role),
                self._values.number(said.value),
                number(said.run) or None if said.role == Role.OUT and not is_momentary(said.aspect) else None,
            )
            for said in statements
        ]
        self._connection.executemany("INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        self._sum += sum_of(rows)

    def _attribution(self, fact: Edge | Statement) -> int:
        key = (fact.entry, fact.valid_from, fact.rank, fact.tie, fact.run, fact.job, fact.by, fact.authenticated)
        known = self._attributions.get(key)
        if known is None:
            number = self._names.number
            by = self._values.number(fact.by)
            row = (*key[:4], number(fact.run) or None, number(fact.job) or None, by, int(fact.authenticated))
            done = self._connection.execute(
                "INSERT INTO attribution (entry, valid_from, rank, tie, run, job, by, authenticated) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            known = self._attributions[key] = done.lastrowid or 0
            self._sum += sum_of([(known, *row)])
        return known

    def _write_runs(self, derived: Derived) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    self._names.number(run.run),
                    run.first_at,
                    run.started_at,
                    *(run.ended or (None, None, None)),
                    run.ended_by,
                    int(run.streams),
                    run.entry,
                    run.moments,
                    int(run.joined),
                )
                for run in derived.runs
            ),
        )

    def _write_flows(self, derived: Derived) -> None:
        number = self._names.number
        self._connection.executemany(
            "INSERT INTO flow (source, target, job, how, entry, valid_from) VALUES (?, ?, ?, ?, ?, ?)",
            (
                (number(flow.source), number(flow.target), number(flow.job), flow.how, flow.entry, flow.valid_from)
                for flow in derived.flows
            ),
        )

    def _write_hubs(self, derived: Derived) -> None:
        number = self._names.number
        for hub, shape, _ in derived.hubs:
            row = self._connection.execute(
                "INSERT INTO hub (key, inlets, outlets) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE "
                "SET inlets = inlets + excluded.inlets, outlets = outlets + excluded.outlets RETURNING h",
                (hub.key, len(hub.inlets), len(hub.outlets)),
            ).fetchone()
            self._connection.executemany(
                "INSERT OR IGNORE INTO inlet VALUES (?, ?, ?, ?)",
                ((number(one.source), row[0], one.valid_from, one.entry) for one in hub.inlets),
            )
            self._connection.executemany(
                "INSERT OR IGNORE INTO outlet VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (number(one.target), row[0], number(one.job), one.how, one.valid_from, one.entry)
                    for one in hub.outlets
                ),
            )
            if shape is not None:
                self._connection.execute(
                    "INSERT OR IGNORE INTO hub_shape VALUES (?, ?, ?)", (shape.digest, shape.last_entry, shape.last_at)
                )

    def _write_contributions(self, derived: Derived) -> None:
        number = self._names.number
        rows = [
            (
                number(one.target),
                number(one.job),
                one.at,
                number(one.run),
                one.how,
                one.tie,
                one.entry,
                int(one.replaces),
            )
            for one in derived.contributions
        ]
        self._connection.executemany(
            "INSERT INTO contribution VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE "
            "SET entry = min(entry, excluded.entry), replaces = max(replaces, excluded.replaces) "
            "WHERE excluded.entry < entry OR excluded.replaces > replaces",
            rows,
        )
        self._connection.executemany("INSERT OR IGNORE INTO producer VALUES (?, ?)", {row[:2] for row in rows})
        self._connection.executemany(
            "INSERT INTO output VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE "
            "SET entry = min(entry, excluded.entry), replaces = max(replaces, excluded.replaces)",
            (
                (number(one.target), number(one.job), number(one.run), one.entry, one.replaces)
                for one in derived.outputs
            ),
        )
        self._connection.executemany(
            "INSERT INTO moment VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET entry = min(entry, excluded.entry)",
            ((number(one.run), one.at, one.entry) for one in derived.moments),
        )

    def _hold(self, held: Held, before: Held | None) -> None:
        subject, aspect = self._names.number(held.claim.subject), held.claim.aspect
        attribution, role, value = self._place(held)
        nobody = is_nobody(held)
        if nobody:
            self._connection.execute("DELETE FROM current WHERE subject = ? AND aspect = ?", (subject, aspect))
        else:
            self._connection.execute(
                "INSERT OR REPLACE INTO current VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    subject,
                    aspect,
                    value,
                    int(held.spoken),
                    held.order[0],
                    attribution,
                    role,
                    int(is_searchable(aspect) and value != 0),
                ),
            )
        former = self._place(before)[2] if before else 0
        now = 0 if nobody else value
        if now != former:
            self._index(subject, aspect, former, now)

    def _index(self, subject: int, aspect: str, former: int, now: int) -> None:
        if is_facet(aspect) or aspect.startswith(PHI):
            gone, come = (set(facets_of(aspect, self._value(v))) if v else set() for v in (former, now))
            self._connection.executemany(
                "DELETE FROM facet WHERE n = ? AND name = ? AND value = ?", ((subject, *pair) for pair in gone - come)
            )
            self._connection.executemany(
                "INSERT INTO facet VALUES (?, ?, ?)", ((subject, *pair) for pair in come - gone)
            )
        if now and is_searchable(aspect):
            fresh = self._connection.execute("UPDATE value SET worded = 1 WHERE v = ? AND worded = 0", (now,)).rowcount
            if fresh:
                self._connection.executemany(
                    "INSERT INTO value_word (term, v) VALUES (?, ?)",
                    ((term, now) for term in indexed_words(self._value(now))),
                )

    def _place(self, held: Held) -> tuple[int, str, int]:
        place = held.claim.place
        if isinstance(place, Statement):
            return self._attribution(place), place.role, self._values.number(place.value)
        return place  # type: ignore[return-value]  # (attribution, role, value), as SqlitePast made it

    def _value(self, number: int) -> object:
        return json.loads(self._connection.execute("SELECT text FROM value WHERE v = ?", (number,)).fetchone()[0])


def _saying(edge: Edge, first: frozenset[Edge]) -> int:
    if edge not in first:
        return AGAIN
    return FIRST_REPLACING if replaces(edge) else FIRST


def _ends(hub: Hub) -> Iterable[str]:
    for inlet in hub.inlets:
        yield inlet.source
    for outlet in hub.outlets:
        yield outlet.target
        if outlet.job:
            yield outlet.job


def _ids(new: Facts) -> Iterable[str]:
    for node, _ in new.nodes:
        yield node.id
    for edge in new.edges:
        yield edge.source
        yield edge.target
        yield from (one for one in (edge.run, edge.job) if one)
    for said in new.statements:
        yield said.subject
        yield from (one for one in (said.run, said.job) if one)
