"""Search over what is current: conditions on the node, then page, total and counts of the same set."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from catalog.store.indexes.effects import IN_FORCE
from catalog.store.indexes.search import FACET, SUFFIX, WORD
from catalog.store.protocol import Query
from catalog.store.words import Asked, Question, question

_LAST: Final = "\U0010ffff"
"""Sorts after every letter and digit, so that it ends the range of a prefix."""

_BEGINS_WORD: Final = f"node.n IN (SELECT w.node FROM {WORD.name} w WHERE w.term >= ? AND w.term < ?)"  # noqa: S608
_IS_IN_WORD: Final = (
    f"node.n IN (SELECT w.node FROM {SUFFIX.name} s CROSS JOIN {WORD.name} w ON w.term = s.term "  # noqa: S608
    "WHERE s.suffix >= ? AND s.suffix < ?)"
)
_IS_TERM: Final = f"node.n IN (SELECT w.node FROM {WORD.name} w WHERE w.term IN (SELECT value FROM json_each(?)))"  # noqa: S608
_HOLDS: Final = (
    f"(EXISTS (SELECT 1 FROM {IN_FORCE.name} c WHERE c.subject = node.n AND c.aspect = ? AND c.value <> 0) "  # noqa: S608
    f"OR EXISTS (SELECT 1 FROM {FACET.name} f WHERE f.node = node.n AND f.name = ?))"
)
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
    if question(query.text).words:
        total, hits = _ranked(connection, query, where)
    else:
        total, hits = _listed(connection, query, where)
    return Hits(hits[: query.first], total, _counts(connection, query, where), len(hits) > query.first)


def _listed(connection: sqlite3.Connection, query: Query, where: Condition) -> tuple[int, list[_Hit]]:
    """Return the total and a page and one more, walked in the order of the index where there is one label."""
    total = connection.execute(f"SELECT count(*) FROM node WHERE {where.text}", where.values).fetchone()[0]  # noqa: S608
    # All are of rank 0; compared together with it, title and id would not be sought in the index.
    rank, *after = query.after or (-1, "", "")
    if rank > 0:
        return total, []
    place, values = (" AND (title, id) > (?, ?)", after) if rank == 0 else ("", [])
    hits = connection.execute(
        f"SELECT id, label, key, entry, 0 FROM node WHERE {where.text}{place} ORDER BY title, id LIMIT ?",  # noqa: S608
        (*where.values, *values, query.first + 1),
    ).fetchall()
    return total, hits


def _ranked(connection: sqlite3.Connection, query: Query, where: Condition) -> tuple[int, list[_Hit]]:
    """Return the total and a page and one more, the hits looked for once."""
    rank = _rank(question(query.text))
    place, after = ("", ()) if query.after is None else (" WHERE (rank, title, id) > (?, ?, ?)", query.after)
    found = connection.execute(
        f"WITH hit AS MATERIALIZED (SELECT n, title, id, {rank.text} AS rank FROM node WHERE {where.text}), "  # noqa: S608
        f"page AS (SELECT n, title, id, rank FROM hit{place} ORDER BY rank, title, id LIMIT ?) "
        "SELECT (SELECT count(*) FROM hit), page.id, label, key, entry, rank "
        "FROM (SELECT 1) LEFT JOIN page LEFT JOIN node USING (n) ORDER BY rank, page.title, page.id",
        (*rank.values, *where.values, *after, query.first + 1),
    ).fetchall()
    return found[0][0], [row[1:] for row in found if row[1] is not None]


def _counts(connection: sqlite3.Connection, query: Query, where: Condition) -> Mapping[str, Mapping[str, int]]:
    counts: dict[str, dict[str, int]] = {facet: {} for facet in query.facets}
    if "label" in counts:
        counts["label"] = dict(
            connection.execute(
                f"SELECT label, count(*) FROM node WHERE {where.text} GROUP BY label ORDER BY label",  # noqa: S608
                where.values,
            ).fetchall()
        )
    if set(counts) - {"label"}:
        found = connection.execute(
            f"SELECT f.name, f.value, count(DISTINCT f.node) FROM node CROSS JOIN {FACET.name} f ON f.node = node.n "  # noqa: S608
            f"AND f.name IN (SELECT value FROM json_each(?)) WHERE {where.text} GROUP BY f.name, f.value ORDER BY 1, 2",
            (json.dumps(list(counts)), *where.values),
        )
        for name, value, count in found:
            counts[name][value] = count
    return counts


def _rank(asked: Question) -> Condition:
    """Return what a node is sorted by before its title; see `Question.rank`."""
    exact, begun = _is_exact(asked), _is_asked(asked, _begins)
    return Condition(f"CASE WHEN {exact.text} THEN 0 WHEN {begun.text} THEN 1 ELSE 2 END", exact.values + begun.values)


def _is_exact(asked: Question) -> Condition:
    return Condition(_IS_TERM, (json.dumps(sorted(asked.exact)),))


def _is_asked(asked: Question, matches: Callable[[Asked], Condition]) -> Condition:
    return Condition.all(Condition.any(Condition.all(map(matches, way)) for way in ways) for ways in asked.words)


def _begins(asked: Asked) -> Condition:
    return Condition(_BEGINS_WORD, (asked.text, asked.text + _LAST))


def _stands(asked: Asked) -> Condition:
    return Condition(_IS_IN_WORD if asked.inside else _BEGINS_WORD, (asked.text, asked.text + _LAST))


def _condition(query: Query) -> Condition:
    labels = set(query.labels)
    conditions: list[Condition] = []
    for facet, allowed in query.filters.items():
        if facet == "label":
            labels &= set(allowed)
        else:
            conditions.append(Condition(_HAS_FACET, (facet, json.dumps(list(allowed)))))
    for names, negation in ((query.has, ""), (query.missing, "NOT ")):
        for name in names:
            known = name == "label"
            conditions.append(Condition(f"{negation}1") if known else Condition(negation + _HOLDS, (name, name)))
    asked = question(query.text)
    if asked.words:
        conditions.append(Condition.any((_is_asked(asked, _stands), _is_exact(asked))))
    listed = Condition("entry IS NOT NULL AND label IN (SELECT value FROM json_each(?))", (json.dumps(sorted(labels)),))
    if len(labels) == 1:
        listed = Condition("entry IS NOT NULL AND label = ?", tuple(labels))
    return Condition.all((listed, *conditions))
