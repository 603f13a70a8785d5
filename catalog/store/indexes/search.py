"""By which words and facets a node is found: those of its key and of what is in force about it.

A store's `find` asks these tables, or keeps the same in an index of its engine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from catalog.store.indexes.effects import IN_FORCE, Candidate
from catalog.store.indexes.in_force import IN_FORCE_NOW
from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, IndexReader, Kind, Row, Table
from catalog.store.indexes.work import Work
from catalog.store.words import facets_of, indexed_words, is_facet, is_searchable
from graph_schema.aspects import PHI
from graph_schema.facts import Facts
from graph_schema.nodes import Node

WORD: Final = Table(
    "word",
    (("term", Kind.TEXT), ("node", Kind.ID), ("aspect", Kind.TEXT)),
    key=3,
    prefix=3,
)
"""The aspect is empty for the words of a key."""

FACET: Final = Table(
    "facet",
    (("node", Kind.ID), ("name", Kind.TEXT), ("value", Kind.TEXT)),
    key=3,
    prefix=3,
    orders=(("name", "value"),),
)


def _derive(work: Work) -> Changes:
    changes = Changes()
    for node, _ in work.new.nodes:
        changes.add(WORD, _words_of_key(node))
    for before, now in work.transitions:
        if before is not None and now is not None and before.statement.value == now.statement.value:
            continue
        old, new = _found_by(before), _found_by(now)
        for table, place in ((WORD, 0), (FACET, 1)):
            changes.add(table, new[place] - old[place])
            changes.remove(table, old[place] - new[place])
    return changes


def _found_by(held: Candidate | None) -> tuple[set[Row], set[Row]]:
    """Return the words and the facets that a statement gives its subject while it is in force."""
    if held is None or held.statement.value is None:
        return set(), set()
    subject, aspect, text = held.statement[:3]
    searched = is_searchable(aspect)
    if not searched and not is_facet(aspect) and not aspect.startswith(PHI):
        return set(), set()
    value = json.loads(text or "null")
    words = {(word, subject, aspect) for word in indexed_words(value)} if searched else set()
    return words, {(subject, *pair) for pair in facets_of(aspect, value)}


def _words_of_key(node: Node) -> set[Row]:
    return {(word, node.id, "") for word in indexed_words(list(node.key))}


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    for node in {node.id: node for node, _ in facts.nodes}.values():
        changes.add(WORD, _words_of_key(node))
    for row in IN_FORCE_NOW.specification(facts).put.get(IN_FORCE.name, ()):
        words, facets = _found_by(Candidate.of(row))
        changes.add(WORD, words)
        changes.add(FACET, facets)
    return changes


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    yield from sorted(reader.rows(FACET, [(identifier,) for identifier in ids]))


SEARCH: Final = Index("search", 1, (WORD, FACET), _derive, _specification, _answers, uses=("runs", "in_force"))
