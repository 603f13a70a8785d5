"""By which terms and facets a node is found: those of its key and of what is in force about it.

A store's `find` asks these tables, or keeps the same in an index of its engine. What a word holds inside is found by
way of the suffixes of all words there are, of which each is kept once, however many nodes it is a word of.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from catalog.store.indexes.effects import IN_FORCE, Candidate
from catalog.store.indexes.in_force import IN_FORCE_NOW
from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, IndexReader, Kind, Past, Row, Table
from catalog.store.indexes.work import Work
from catalog.store.words import facets_of, is_facet, is_searchable, key_terms, suffixes, value_terms
from graph_schema.aspects import PHI
from graph_schema.facts import Edge, Facts
from graph_schema.nodes import Column, Dataset, Node, PhiTag
from graph_schema.vocabulary.words import PhiKind, Stance, TagOrigin

WORD: Final = Table(
    "word",
    (("term", Kind.TEXT), ("node", Kind.ID), ("aspect", Kind.TEXT)),
    key=3,
    prefix=3,
)
"""The aspect is empty for the terms of a key."""

SUFFIX: Final = Table("suffix", (("suffix", Kind.TEXT), ("term", Kind.TEXT)), key=2, prefix=2)
"""Every word with each of its ends. It stays when nothing is called so any more."""

FACET: Final = Table(
    "facet",
    (("node", Kind.ID), ("name", Kind.TEXT), ("value", Kind.TEXT), ("source", Kind.ID)),
    key=4,
    prefix=4,
    orders=(("name", "value"),),
)
"""The source is what the value was said of: the node itself, or one of its columns."""

PHI_CLAIM: Final = Table("phi_claim", (("subject", Kind.ID), ("kind", Kind.TEXT)), key=2, prefix=2)
"""The kinds of PHI that an emitter says a dataset or column holds; it can take none back."""

_Pair = tuple[str, str]
_KINDS: Final = {PhiTag(kind.value).id: kind.value for kind in PhiKind}


def _derive(work: Work) -> Changes:
    changes = Changes()
    for node, _ in work.new.nodes:
        changes.add(WORD, _of_key(node))
    tagged: dict[_Pair, tuple[Candidate | None, Candidate | None]] = {}
    for before, now in work.transitions:
        either = now or before
        if either is not None and either.statement.aspect.startswith(PHI):
            subject, aspect = either.statement[:2]
            tagged[subject, aspect.removeprefix(PHI)] = before, now
        elif before is None or now is None or before.statement.value != now.statement.value:
            for table, found_by in ((WORD, _words_of), (FACET, _facets_of)):
                old, new = found_by(before), found_by(now)
                changes.add(table, new - old)
                changes.remove(table, old - new)
    changes.add(SUFFIX, _new_suffixes(changes, work.past))
    _derive_tags(work, tagged, changes)
    return changes


def _derive_tags(
    work: Work, tagged: Mapping[_Pair, tuple[Candidate | None, Candidate | None]], changes: Changes
) -> None:
    """Add what changes of the kinds of PHI that a dataset or column holds, as `labels.rules.label` judges it."""
    claimed = _claims(work.new.edges)
    stored = {pair for pair, rows in work.past.under(PHI_CLAIM, {*claimed, *tagged}).items() if rows}
    claims = claimed - stored
    others = {(subject, PHI + kind): (subject, kind) for subject, kind in claims - tagged.keys()}
    held = {others[pair]: Candidate.of(rows[0]) for pair, rows in work.past.under(IN_FORCE, others).items() if rows}
    subjects = _owners({subject for subject, _ in (*claims, *tagged)}, work)
    changes.add(PHI_CLAIM, list(claims))
    for pair in {*claims, *tagged}:
        before, now = tagged.get(pair, (held.get(pair), held.get(pair)))
        old, new = _is_held(before, pair in stored), _is_held(now, pair in stored or pair in claims)
        rows = {(node, "phi", pair[1], pair[0]) for node in subjects[pair[0]]}
        if new and not old:
            changes.add(FACET, rows)
        elif old and not new:
            changes.remove(FACET, rows)


def _claims(edges: Iterable[Edge]) -> set[_Pair]:
    return {
        (edge.source, _KINDS[edge.target])
        for edge in edges
        if edge.kind == "IS_TAGGED"
        and edge.target in _KINDS
        and edge.data.get("origin") != TagOrigin.ASSERTED
        and edge.data.get("stance") != Stance.REJECT
    }


def _is_held(recorded: Candidate | None, claimed: bool) -> bool:  # noqa: FBT001  both are what is known
    if recorded is None or recorded.statement.value is None:
        return claimed
    return bool(recorded.statement.data["stance"] != Stance.REJECT)


def _owners(subjects: Collection[str], work: Work) -> dict[str, set[str]]:
    """Return what is found by a tag of each: itself, and the dataset that it is a column of."""
    if not subjects:
        return {}
    known: dict[str, Node] = {node.id: node for node, _ in work.new.nodes if node.id in subjects}
    known |= work.past.nodes([one for one in subjects if one not in known])
    return {one: _found_by_tag(one, known.get(one)) for one in subjects}


def _found_by_tag(identifier: str, node: Node | None) -> set[str]:
    return {identifier} | ({Dataset(node.namespace, node.dataset).id} if isinstance(node, Column) else set())


def _new_suffixes(changes: Changes, past: Past) -> list[Row]:
    """Return the suffixes of words that nothing was called until now."""
    terms = {row[0] for row in changes.put.get(WORD.name, ())}
    whole = {(term, term) for term in terms if any(suffixes(term))}
    return [
        (suffix, term) for (_, term), rows in past.under(SUFFIX, whole).items() if not rows for suffix in suffixes(term)
    ]


def _words_of(held: Candidate | None) -> set[Row]:
    """Return the terms that a statement gives its subject while it is in force."""
    if held is None or held.statement.value is None or not is_searchable(held.statement.aspect):
        return set()
    subject, aspect, text = held.statement[:3]
    return {(term, subject, aspect) for term in value_terms(aspect, json.loads(text or "null"))}


def _facets_of(held: Candidate | None) -> set[Row]:
    """Return the facets that a statement gives its subject while it is in force, but those of tags."""
    if held is None or held.statement.value is None or not is_facet(held.statement.aspect):
        return set()
    subject, aspect, text = held.statement[:3]
    return {(subject, *pair, subject) for pair in facets_of(aspect, json.loads(text or "null"))}


def _of_key(node: Node) -> set[Row]:
    return {(term, node.id, "") for term in key_terms(node)}


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    nodes = {node.id: node for node, _ in facts.nodes}
    for node in nodes.values():
        changes.add(WORD, _of_key(node))
    claims = _claims(facts.edges)
    tagged: dict[_Pair, Candidate] = {}
    for row in IN_FORCE_NOW.specification(facts).put.get(IN_FORCE.name, ()):
        held = Candidate.of(row)
        subject, aspect = held.statement[:2]
        if aspect.startswith(PHI):
            tagged[subject, aspect.removeprefix(PHI)] = held
        else:
            changes.add(WORD, _words_of(held))
            changes.add(FACET, _facets_of(held))
    changes.add(PHI_CLAIM, list(claims))
    for pair in {*claims, *tagged}:
        if _is_held(tagged.get(pair), pair in claims):
            owners = _found_by_tag(pair[0], nodes.get(pair[0]))
            changes.add(FACET, {(node, "phi", pair[1], pair[0]) for node in owners})
    terms = {row[0] for row in changes.put.get(WORD.name, ())}
    changes.add(SUFFIX, [(suffix, term) for term in terms for suffix in suffixes(term)])
    return changes


def facets(reader: IndexReader, ids: Sequence[str]) -> dict[str, frozenset[_Pair]]:
    """Return the (facet, value) pairs by which each node is counted and filtered; one without any is absent."""
    found: dict[str, set[_Pair]] = {}
    for node, name, value, _ in reader.rows(FACET, [(identifier,) for identifier in dict.fromkeys(ids)]):
        found.setdefault(node, set()).add((name, value))
    return {node: frozenset(pairs) for node, pairs in found.items()}


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    yield from sorted(reader.rows(FACET, [(identifier,) for identifier in ids]))


SEARCH: Final = Index(
    "search", 4, (WORD, SUFFIX, FACET, PHI_CLAIM), _derive, _specification, _answers, uses=("runs", "in_force")
)
