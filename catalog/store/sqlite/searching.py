"""Search over what is current: conditions on the node, then page, total and counts of the same set."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.store.indexes.effects import IN_FORCE
from catalog.store.indexes.search import FACET, SUFFIX, WORD
from catalog.store.protocol import Query
from catalog.store.words import Asked, Question, question

_LAST: Final = "\U0010ffff"
"""Sorts after every letter and digit, so that it ends the range of a prefix."""

_BEGINS_WORD: Final = (
    f"SELECT node, CASE aspect WHEN '' THEN 2 ELSE 4 END AS r FROM {WORD.name} WHERE term >= ? AND term < ?"  # noqa: S608  # names of ours
)
_IS_IN_WORD: Final = (
    "SELECT w.node, CASE w.aspect WHEN '' THEN 2 ELSE 4 END + (s.suffix <> s.term) AS r "  # noqa: S608  # as above
    f"FROM {SUFFIX.name} s CROSS JOIN {WORD.name} w ON w.term = s.term WHERE s.suffix >= ? AND s.suffix < ?"
)
_IS_TERM: Final = f"SELECT node, 0 AS r FROM {WORD.name} WHERE term IN (SELECT value FROM json_each(?))"  # noqa: S608
_BEGINS_NAME: Final = f"SELECT node, 1 AS r FROM {WORD.name} WHERE aspect = '' AND term >= ? AND term < ?"  # noqa: S608
_HOLDS: Final = (
    f"(EXISTS (SELECT 1 FROM {IN_FORCE.name} c WHERE c.subject = node.n AND c.aspect = ? AND c.value <> 0) "  # noqa: S608
    f"OR EXISTS (SELECT 1 FROM {FACET.name} f WHERE f.node = node.n AND f.name = ?))"
)
_IS_ONE: Final = "node.id IN (SELECT value FROM json_each(?))"
_HAS_FACET: Final = (
    f"node.n IN (SELECT f.node FROM {FACET.name} f WHERE f.name = ? "  # noqa: S608  # names of ours
    "AND f.value IN (SELECT value FROM json_each(?)))"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the node, with the values of its parameters."""

    text: str
    values: tuple[object, ...] = ()

    @classmethod
    def all(cls, some: Iterable[Condition]) -> Condition:
        """Return that all hold."""
        return cls._joined(" AND ", "1", some)

    @classmethod
    def any(cls, some: Iterable[Condition]) -> Condition:
        """Return that one holds."""
        return cls._joined(" OR ", "0", some)

    @classmethod
    def _joined(cls, by: str, none: str, some: Iterable[Condition]) -> Condition:
        every = tuple(some)
        text = by.join(one.text for one in every) or none
        return cls(f"({text})" if len(every) > 1 else text, tuple(value for one in every for value in one.values))


_Hit = tuple[str, str, str, int, int]


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows of (id, label, key, entry, rank), the total, the counts, and whether more follow."""

    hits: list[_Hit]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    more: bool


def search(connection: sqlite3.Connection, query: Query) -> Hits:
    """Return a page of what is current."""
    where = _condition(query)
    return (_ranked if question(query.text).words else _listed)(connection, query, where)


def _listed(connection: sqlite3.Connection, query: Query, where: Condition) -> Hits:
    """Return what is found without a text, walked in the order of the index where there is one label."""
    total = connection.execute(f"SELECT count(*) FROM node WHERE {where.text}", where.values).fetchone()[0]  # noqa: S608
    counts: Mapping[str, Mapping[str, int]] = {}
    if query.facets:
        sql = f"WITH hit AS (SELECT n, label FROM node WHERE {where.text}) SELECT {_COUNTS}"  # noqa: S608  # ours
        counts = _counts(query, connection.execute(sql, (*where.values, *_counted(query))).fetchone()[0])
    # All are of rank 0; compared together with it, title and id would not be sought in the index.
    rank, *after = query.after or (-1, "", "")
    if rank > 0:
        return Hits([], total, counts, more=False)
    place, values = (" AND (title, id) > (?, ?)", after) if rank == 0 else ("", [])
    hits = connection.execute(
        f"SELECT id, label, key, entry, 0 FROM node WHERE {where.text}{place} ORDER BY title, id LIMIT ?",  # noqa: S608
        (*where.values, *values, query.first + 1),
    ).fetchall()
    return Hits(hits[: query.first], total, counts, len(hits) > query.first)


def _ranked(connection: sqlite3.Connection, query: Query, where: Condition) -> Hits:
    """Return what a text is found in, looked for once."""
    found = _found(question(query.text))
    place, after = ("", ()) if query.after is None else (" WHERE (rank, title, id) > (?, ?, ?)", query.after)
    total, counts, page = connection.execute(
        f"WITH found AS MATERIALIZED ({found.text}), hit AS MATERIALIZED (SELECT node.n, label, title, id, "  # noqa: S608
        f"found.r AS rank FROM found CROSS JOIN node ON node.n = found.node WHERE {where.text}) "
        f"SELECT (SELECT count(*) FROM hit), {_COUNTS if query.facets else 'NULL'}, "
        f"(SELECT json_group_array(json_array(n, rank)) FROM (SELECT n, rank FROM hit{place} "
        "ORDER BY rank, title, id LIMIT ?))",
        (*found.values, *where.values, *(_counted(query) if query.facets else ()), *after, query.first + 1),
    ).fetchone()
    places = json.loads(page)
    hits = connection.execute(
        "SELECT node.id, label, node.key, entry, a.value ->> 1 "
        "FROM json_each(?) a CROSS JOIN node ON node.n = a.value ->> 0 ORDER BY a.key",
        (json.dumps(places[: query.first]),),
    ).fetchall()
    return Hits(hits, total, _counts(query, counts) if query.facets else {}, len(places) > query.first)


_COUNTS: Final = (
    "(SELECT json_group_array(json_array(name, value, number)) FROM ("  # noqa: S608  # names of ours
    "SELECT 'label' AS name, label AS value, count(*) AS number FROM hit GROUP BY label UNION ALL "
    "SELECT name, value, count(DISTINCT n) FROM ("
    f"SELECT f.name, f.value, f.node AS n FROM hit CROSS JOIN {FACET.name} f ON f.node = hit.n "
    "AND f.name IN (SELECT value FROM json_each(?)) UNION ALL "
    "SELECT b.value ->> 1, b.value ->> 2, node.n FROM json_each(?) b CROSS JOIN node ON node.id = b.value ->> 0 "
    "WHERE node.n IN (SELECT n FROM hit)) GROUP BY name, value))"
)


def _counted(query: Query) -> tuple[str, str]:
    """Return the parameters of `_COUNTS`."""
    beside = sorted(one for one in query.beside if one[1] in query.facets)
    return json.dumps(query.facets), json.dumps(beside)


def _counts(query: Query, found: str) -> Mapping[str, Mapping[str, int]]:
    counts: dict[str, dict[str, int]] = {facet: {} for facet in query.facets}
    for name, value, number in sorted(json.loads(found)):
        if name in counts:
            counts[name][value] = number
    return counts


def _found(asked: Question) -> Condition:
    """Return the query for every node that a text is found in, with its rank; see `Question.rank`."""
    words = _together([_union([_together([_place(one) for one in way]) for way in ways]) for ways in asked.words])
    found = [words, Condition(_IS_TERM, (json.dumps(sorted(asked.exact)),))]
    if asked.begun:
        found.append(Condition(_BEGINS_NAME, (asked.begun, asked.begun + _LAST)))
    return _best(_union(found))


def _place(asked: Asked) -> Condition:
    """Return the query for where a term is found: of one node perhaps at several places."""
    return Condition(_IS_IN_WORD if asked.inside else _BEGINS_WORD, (asked.text, asked.text + _LAST))


def _together(some: Sequence[Condition]) -> Condition:
    """Return the query for the nodes that all of these find, each with its worst rank."""
    if len(some) == 1:
        return some[0]
    every = _union([_best(one) for one in some])
    return Condition(
        f"SELECT node, max(r) AS r FROM ({every.text}) GROUP BY node HAVING count(*) = {len(some)}",  # noqa: S608  # ours
        every.values,
    )


def _best(one: Condition) -> Condition:
    """Return the query for each node once, with its best rank."""
    return Condition(f"SELECT node, min(r) AS r FROM ({one.text}) GROUP BY node", one.values)  # noqa: S608  # ours


def _union(some: Sequence[Condition]) -> Condition:
    """Return the query for the nodes that one of these finds, perhaps several times."""
    return Condition(
        " UNION ALL ".join(f"SELECT node, r FROM ({one.text})" for one in some),  # noqa: S608  # names of ours
        tuple(value for one in some for value in one.values),
    )


def _is_one(ids: Iterable[str]) -> Condition:
    return Condition(_IS_ONE, (json.dumps(sorted(ids)),))


def _condition(query: Query) -> Condition:
    labels = set(query.labels)
    conditions: list[Condition] = []
    for facet, allowed in query.filters.items():
        if facet == "label":
            labels &= set(allowed)
        else:
            kept = Condition(_HAS_FACET, (facet, json.dumps(list(allowed))))
            beside = {node for node, name, value in query.beside if name == facet and value in allowed}
            conditions.append(Condition.any((kept, _is_one(beside))) if beside else kept)
    for names, negation in ((query.has, ""), (query.missing, "NOT ")):
        for name in names:
            held = Condition("1") if name == "label" else Condition(_HOLDS, (name, name))
            if beside := {node for node, facet, _ in query.beside if facet == name}:
                held = Condition.any((held, _is_one(beside)))
            conditions.append(Condition(negation + held.text, held.values))
    listed = Condition("entry IS NOT NULL AND label IN (SELECT value FROM json_each(?))", (json.dumps(sorted(labels)),))
    if len(labels) == 1:
        listed = Condition("entry IS NOT NULL AND label = ?", tuple(labels))
    return Condition.all((listed, *conditions))
