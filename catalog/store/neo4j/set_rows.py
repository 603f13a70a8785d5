"""The packed tables of search as rows of sets, one for each chunk in which a set has any node."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from hashlib import blake2b
from typing import Final

from catalog.store.indexes.search import LISTED, WORD
from catalog.store.indexes.table import Changes, Key, Row, Table
from catalog.store.neo4j.forms import LIST_SET, MARK_SET, SETS, WORD_SET
from catalog.store.neo4j.past import Neo4jPast
from catalog.store.packed import places, places_of, stored
from catalog.store.words import carried, is_word

_LONGEST: Final = 512
"""Characters of a value in an index, whose keys may have 8 KB."""

_Place = tuple[Table, Key, str | None]
"""The table, the first two columns, and the whole of a long value."""


def indexed(value: str) -> str:
    """Return a value as an index takes it."""
    if len(value) <= _LONGEST:
        return value
    digest = blake2b(value.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{value[:_LONGEST]}{digest}"


def nodes_of(made: Changes) -> set[str]:
    """Return the nodes that the changes of sets name."""
    at = {WORD.name: WORD.place("node"), LISTED.name: LISTED.place("node")}
    return {row[place] for name, place in at.items() for rows in (made.put, made.drop) for row in rows.get(name, ())}


def rows_of_sets(
    made: Changes, number: Callable[[str], int], past: Neo4jPast, alone: Collection[tuple[str, str]] | None = None
) -> Changes:
    """Return the rows that become of the sets where terms and lists change so; each id has a number.

    `alone` are the (node, term) that nodes carry themselves, by default those among what changes of their keys.
    """
    more, less = _chunks(made.put, number, alone), _chunks(made.drop, number, alone)
    touched = {*more, *less}
    for table in SETS:
        past.look_up(table, {(*key, chunk) for (of, key, _), chunk in touched if of is table})
    changes = Changes()
    for place, chunk in touched:
        table, key, whole = place
        row = (*key, chunk)
        known = past.seen[table.name, row].get(row)
        before = 0 if known is None else places(chunk, known[table.place("bits")])
        put = more.get((place, chunk), 0)
        now = (before | put) & ~(less.get((place, chunk), 0) & ~put)
        if now and now != before:
            changes.add(table, [(*row, stored(chunk, now), *((whole,) if table is LIST_SET else ()))])
        elif before and not now:
            changes.remove(table, [row])
    return changes


def _chunks(
    rows: dict[str, list[Row]], number: Callable[[str], int], alone: Collection[tuple[str, str]] | None
) -> dict[tuple[_Place, int], int]:
    """Return the places of the nodes that rows name, by set and chunk."""
    numbers: dict[_Place, set[int]] = {}
    words = rows.get(WORD.name, ())
    kept = carried_among(words) if alone is None else alone
    for place, node in (*_of_words(words, kept), *_of_lists(rows.get(LISTED.name, ()))):
        numbers.setdefault(place, set()).add(number(node))
    return {(place, chunk): found for place, some in numbers.items() for chunk, found in places_of(some)}


def carried_among(rows: Iterable[Row]) -> set[tuple[str, str]]:
    """Return the (node, term) that nodes carry themselves, of all terms of their keys."""
    keys: dict[str, list[str]] = {}
    for term, node, aspect in rows:
        if not aspect:
            keys.setdefault(node, []).append(term)
    return {(node, term) for node, terms in keys.items() for term in carried(terms)}


def _of_words(rows: Iterable[Row], alone: Collection[tuple[str, str]]) -> Iterator[tuple[_Place, str]]:
    for term, node, aspect in rows:
        if not aspect and (node, term) in alone:
            continue
        yield (WORD_SET if is_word(term) else MARK_SET, (term, aspect), None), node


def _of_lists(rows: Iterable[Row]) -> Iterator[tuple[_Place, str]]:
    for name, value, node in rows:
        short = indexed(value)
        yield (LIST_SET, (name, short), None if short == value else value), node
