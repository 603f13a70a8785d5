"""Search over what is current: conditions on the node, then page, total and counts of the same set."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from catalog.store.indexes.effects import IN_FORCE
from catalog.store.indexes.search import FACET, WORD
from catalog.store.protocol import Query
from catalog.store.words import words

_LAST: Final = "\U0010ffff"
"""Sorts after every letter and digit, so that it ends the range of a prefix."""

_HAS_WORD: Final = f"node.n IN (SELECT w.node FROM {WORD.name} w WHERE w.term >= ? AND w.term < ?)"  # noqa: S608
_HOLDS: Final = (
    f"(EXISTS (SELECT 1 FROM {IN_FORCE.name} c WHERE c.subject = node.n AND c.aspect = ? AND c.value <> 0) "  # noqa: S608
    f"OR EXISTS (SELECT 1 FROM {FACET.name} f WHERE f.node = node.n AND f.name = ?))"
)
_HAS_FACET: Final = (
    f"node.n IN (SELECT f.node FROM {FACET.name} f WHERE f.name = ? "  # noqa: S608  # names of ours
    "AND f.value IN (SELECT value FROM json_each(?)))"
)


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows of (id, label, key, entry), the total, the counts, and whether more follow."""

    hits: list[tuple[str, str, str, int]]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    more: bool


def search(connection: sqlite3.Connection, query: Query) -> Hits:
    """Return a page of what is current."""
    where, values = _conditions(query)
    total = connection.execute(f"SELECT count(*) FROM node WHERE {where}", values).fetchone()[0]  # noqa: S608  # ours
    place, after = (" AND (title, id) > (?, ?)", query.after) if query.after is not None else ("", ())
    hits = connection.execute(
        f"SELECT id, label, key, entry FROM node WHERE {where}{place} ORDER BY title, id LIMIT ?",  # noqa: S608  # ours
        (*values, *after, query.first + 1),
    ).fetchall()
    return Hits(hits[: query.first], total, _counts(connection, query, where, values), len(hits) > query.first)


def _counts(
    connection: sqlite3.Connection, query: Query, where: str, values: tuple[object, ...]
) -> Mapping[str, Mapping[str, int]]:
    counts: dict[str, dict[str, int]] = {facet: {} for facet in query.facets}
    if "label" in counts:
        counts["label"] = dict(
            connection.execute(
                f"SELECT label, count(*) FROM node WHERE {where} GROUP BY label ORDER BY label",  # noqa: S608  # ours
                values,
            ).fetchall()
        )
    if set(counts) - {"label"}:
        found = connection.execute(
            f"SELECT f.name, f.value, count(*) FROM node CROSS JOIN {FACET.name} f ON f.node = node.n "  # noqa: S608  # ours
            f"AND f.name IN (SELECT value FROM json_each(?)) WHERE {where} GROUP BY f.name, f.value ORDER BY 1, 2",
            (json.dumps(list(counts)), *values),
        )
        for name, value, count in found:
            counts[name][value] = count
    return counts


def _conditions(query: Query) -> tuple[str, tuple[object, ...]]:
    labels = set(query.labels)
    conditions: list[str] = []
    values: list[object] = []
    for facet, allowed in query.filters.items():
        if facet == "label":
            labels &= set(allowed)
        else:
            conditions.append(_HAS_FACET)
            values += [facet, json.dumps(list(allowed))]
    for names, negation in ((query.has, ""), (query.missing, "NOT ")):
        for name in names:
            conditions.append(f"{negation}1" if name == "label" else f"{negation}{_HOLDS}")
            values += [] if name == "label" else [name, name]
    for term in words(query.text):
        conditions.append(_HAS_WORD)
        values += [term, term + _LAST]
    listed = "entry IS NOT NULL AND label IN (SELECT value FROM json_each(?))"
    if len(labels) == 1:  # one label is walked in the order of the index, page by page
        listed = "entry IS NOT NULL AND label = ?"
    named = next(iter(labels)) if len(labels) == 1 else json.dumps(sorted(labels))
    return " AND ".join([listed, *conditions]), (named, *values)
