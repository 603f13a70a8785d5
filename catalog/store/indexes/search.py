"""By which terms and facets a node is found: those of its key and of what is in force about it.

A store's `find` asks these tables, or keeps the same in an index of its engine. What a word holds inside is found by
way of the suffixes of all words there are, of which each is kept once, however many nodes it is a word of.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from catalog.store.indexes.effects import IN_FORCE, Candidate, Transition
from catalog.store.indexes.in_force import IN_FORCE_NOW
from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Past, Row, Table
from catalog.store.indexes.work import Work
from catalog.store.words import FACET_OF, facets_of, is_facet, is_searchable, key_terms, suffixes, value_terms
from graph_schema.aspects import BY_NAME, DECLARED_OF_SOURCE, MANDATORY, PHI
from graph_schema.facts import Edge, Facts
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset, Node, PhiTag, Source
from graph_schema.supply import given, supplier
from graph_schema.vocabulary.words import PhiKind, Stance, TagOrigin

WORD: Final = Table(
    "word",
    (("term", Kind.TEXT), ("node", Kind.ID), ("aspect", Kind.TEXT)),
    key=3,
    prefix=3,
    packed="node",
)
"""The aspect is empty for the terms of a key."""

SUFFIX: Final = Table("suffix", (("suffix", Kind.TEXT), ("term", Kind.TEXT)), key=2, prefix=2)
"""Every word with each of its ends. It stays when nothing is called so any more."""

FACET: Final = Table(
    "facet",
    (("node", Kind.ID), ("name", Kind.TEXT), ("value", Kind.TEXT), ("source", Kind.ID)),
    key=4,
    prefix=4,
)
"""The source is what the value was said of: the node itself, or one of its columns."""

LISTED: Final = Table(
    "listed",
    (("name", Kind.TEXT), ("value", Kind.TEXT), ("node", Kind.ID)),
    key=3,
    prefix=3,
    packed="node",
)
"""Each node under its label, under each value of a facet, and under each aspect that is in force of it (`HELD`)."""

LABEL: Final = "label"
HELD: Final = "held"
GAP: Final = "gap"
"""The facet whose values are the mandatory fields that nobody recorded, of a dataset itself or of its source."""

UNRECORDED: Final = Table(
    "unrecorded",
    (("dataset", Kind.ID), ("fields", Kind.TEXT)),
    key=1,
    prefix=1,
    merge=(Merge.NEWEST,),
)
"""The values of `GAP` that a dataset has, with spaces between: most that are only read or written have all of them."""

SUPPLIED: Final = Table(
    "supplied",
    (("source", Kind.TEXT), ("dataset", Kind.ID), ("words", Kind.VALUE)),
    key=2,
    prefix=2,
    merge=(Merge.NEWEST,),
)
"""Which datasets a source supplies, by its name, and the terms by which each is found for what it has of it."""

PHI_CLAIM: Final = Table("phi_claim", (("subject", Kind.ID), ("kind", Kind.TEXT)), key=2, prefix=2)
"""The kinds of PHI that an emitter says a dataset or column holds; it can take none back."""

_Pair = tuple[str, str]
_KINDS: Final = {PhiTag(kind.value).id: kind.value for kind in PhiKind}


def _derive(work: Work) -> Changes:
    changes = Changes()
    for node, _ in work.new.nodes:
        changes.add(WORD, _of_key(node))
        changes.add(LISTED, [(LABEL, node.label, node.id)])
    tagged: dict[_Pair, tuple[Candidate | None, Candidate | None]] = {}
    for before, now in work.transitions:
        either = now or before
        if either is not None and either.statement.aspect.startswith(PHI):
            subject, aspect = either.statement[:2]
            tagged[subject, aspect.removeprefix(PHI)] = before, now
            continue
        was, is_now = _held(before), _held(now)
        changes.add(LISTED, is_now - was)
        changes.remove(LISTED, was - is_now)
        if before is None or now is None or before.statement.value != now.statement.value:
            for table, found_by in ((WORD, _words_of), (FACET, _facets_of)):
                old, new = found_by(before), found_by(now)
                changes.add(table, new - old)
                changes.remove(table, old - new)
    _derive_supply(work, changes)
    changes.add(SUFFIX, _new_suffixes(changes, work.past))
    _derive_tags(work, tagged, changes)
    _list(work.past, changes)
    return changes


def _list(past: Past, changes: Changes) -> None:
    """List nodes under the values of facets that they have now, from wherever, and no longer under those they had."""
    put, gone = _sources(changes.put.get(FACET.name, ())), _sources(changes.drop.get(FACET.name, ()))
    touched = put.keys() | gone.keys()
    # Only where a value may come from several places does what was there before decide.
    shared = [one for one in touched if one[1] in _OF_SEVERAL]
    known = past.under(FACET, shared) if shared else {}
    for one in touched:
        before = {row[3] for row in known.get(one, ())}
        now = (before - gone.get(one, set())) | put.get(one, set())
        (changes.add if now else changes.remove)(LISTED, [(*one[1:], one[0])])


def _sources(rows: Iterable[Row]) -> dict[Row, set[str]]:
    found: dict[Row, set[str]] = {}
    for *triple, source in rows:
        found.setdefault(tuple(triple), set()).add(source)
    return found


_OF_SEVERAL: Final = frozenset(
    {"phi", *(FACET_OF.get(aspect, aspect) for aspect in DECLARED_OF_SOURCE), "source_system"}
)
"""The facets of which a node may have one value from several places."""


def _derive_supply(work: Work, changes: Changes) -> None:
    """Add what changes of what datasets have by their sources, and of what is missing of them."""
    moved: dict[str, dict[str, Transition]] = {}
    for one in work.transitions:
        either = one.now or one.before
        if either is not None and either.statement.aspect in _SUPPLYING.get(label_of(either.statement.subject), ()):
            moved.setdefault(either.statement.subject, {})[either.statement.aspect] = one
    new = {node.id for node, _ in work.new.nodes if isinstance(node, Dataset)}
    sources = {one for one in moved if label_of(one) == "Source"}
    named = _nodes(sources, work)
    prefixes = [(node.name,) for node in named.values() if isinstance(node, Source)]
    supplied = {row[1] for rows in (work.past.under(SUPPLIED, prefixes).values() if prefixes else ()) for row in rows}
    datasets = {*new, *supplied, *(moved.keys() - sources)}
    if not datasets:
        return
    known = {*new, *supplied, *_nodes(datasets - new - supplied, work)}
    own = _both(known, _OF_DATASET, moved, work.past, new)
    suppliers = {supplier(values) for both in own.values() for values in both}
    of_sources = {name: Source(name).id for name in suppliers if name is not None}
    declared = _both(of_sources.values(), _OF_SOURCE, moved, work.past)
    for dataset in known:
        rows: list[dict[str, set[Row]]] = []
        for at, values in enumerate(own[dataset]):
            name = supplier(values)
            rows.append(_supply(dataset, values, name, {} if name is None else declared[of_sources[name]][at]))
        before, now = rows
        if dataset in new:
            before = {}
        was, is_now = _gaps(before), _gaps(now)
        changes.add(LISTED, is_now - was)
        changes.remove(LISTED, was - is_now)
        for table in _SUPPLY:
            was, is_now = before.get(table.name, set()), now.get(table.name, set())
            changes.add(table, is_now - was)
            changes.remove(table, [row[: table.key] for row in was - is_now])


def _supply(dataset: str, own: Mapping[str, Any], name: str | None, declared: Mapping[str, Any]) -> dict[str, set[Row]]:
    """Return the rows of what a dataset has by its source and of what is missing of it, given the values in force."""
    has = {} if name is None else given(own, name, declared)
    missing = [field for field in MANDATORY if field not in own and field not in has]
    rows: dict[str, set[Row]] = {UNRECORDED.name: {(dataset, " ".join(missing))}} if missing else {}
    if name is not None:
        source = Source(name).id
        rows[FACET.name] = {(dataset, *pair, source) for one in has.items() for pair in facets_of(*one)}
        words = sorted({term for one in has.items() for term in value_terms(*one)})
        rows[WORD.name] = {(term, dataset, _BY_SOURCE) for term in words}
        rows[SUPPLIED.name] = {(name, dataset, " ".join(words))}
    return rows


def _gaps(supply: Mapping[str, set[Row]]) -> set[Row]:
    """Return under which values of `GAP` a dataset is listed by what is missing of it."""
    return {(GAP, field, dataset) for dataset, fields in supply.get(UNRECORDED.name, ()) for field in fields.split()}


def _both(
    subjects: Collection[str],
    aspects: Collection[str],
    moved: Mapping[str, Mapping[str, Transition]],
    past: Past,
    new: Collection[str] = (),
) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Return the values in force of each subject, before the new facts and with them.

    Of the `new` ones hardly anything was said before, so that they are asked for as a whole.
    """
    prefixes = [(subject,) for subject in subjects if subject in new]
    pairs = [(subject, aspect) for subject in subjects if subject not in new for aspect in aspects]
    known = [past.under(IN_FORCE, asked) for asked in (prefixes, pairs) if asked]
    held = [row for some in known for rows in some.values() for row in rows]
    found: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {subject: ({}, {}) for subject in subjects}
    for before in map(Candidate.of, held):
        subject, aspect = before.statement[:2]
        if aspect in aspects and before.statement.value is not None:
            for values in found[subject]:
                values[aspect] = before.statement.data
    for subject in found.keys() & moved.keys():
        now = found[subject][1]
        for aspect, one in moved[subject].items():
            now.pop(aspect, None)
            if aspect in aspects and one.now is not None and one.now.statement.value is not None:
                now[aspect] = one.now.statement.data
    return found


def _nodes(ids: Collection[str], work: Work) -> dict[str, Node]:
    """Return the nodes of these ids that are named, now or before."""
    if not ids:
        return {}
    known: dict[str, Node] = {node.id: node for node, _ in work.new.nodes if node.id in ids}
    known.update(work.past.nodes([one for one in ids if one not in known]))
    return known


_BY_SOURCE: Final = "by source"
"""Stands in the place of an aspect where a dataset has a word by its source."""

_OF_DATASET: Final = ("source", *MANDATORY)
_OF_SOURCE: Final = DECLARED_OF_SOURCE
_SUPPLYING: Final = {"Dataset": _OF_DATASET, "Source": _OF_SOURCE}
_SUPPLY: Final = (WORD, FACET, SUPPLIED, UNRECORDED)


def _held(one: Candidate | None) -> set[Row]:
    """Return under which aspect a statement lists its subject while it is in force."""
    if one is None or one.statement.value is None or one.statement.aspect not in BY_NAME:
        return set()
    return {(HELD, one.statement.aspect, one.statement.subject)}


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
    known = _nodes(subjects, work)
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
        changes.add(LISTED, [(LABEL, node.label, node.id)])
    claims = _claims(facts.edges)
    tagged: dict[_Pair, Candidate] = {}
    values: dict[str, dict[str, Any]] = {}
    for row in IN_FORCE_NOW.specification(facts).put.get(IN_FORCE.name, ()):
        held = Candidate.of(row)
        subject, aspect = held.statement[:2]
        if aspect.startswith(PHI):
            tagged[subject, aspect.removeprefix(PHI)] = held
        else:
            changes.add(LISTED, _held(held))
            if held.statement.value is not None:
                values.setdefault(subject, {})[aspect] = held.statement.data
            changes.add(WORD, _words_of(held))
            changes.add(FACET, _facets_of(held))
    _specify_supply(nodes, values, changes)
    changes.add(PHI_CLAIM, list(claims))
    for pair in {*claims, *tagged}:
        if _is_held(tagged.get(pair), pair in claims):
            owners = _found_by_tag(pair[0], nodes.get(pair[0]))
            changes.add(FACET, {(node, "phi", pair[1], pair[0]) for node in owners})
    changes.add(LISTED, {(*row[1:3], row[0]) for row in changes.put.get(FACET.name, ())})
    terms = {row[0] for row in changes.put.get(WORD.name, ())}
    changes.add(SUFFIX, [(suffix, term) for term in terms for suffix in suffixes(term)])
    return changes


def _specify_supply(nodes: Mapping[str, Node], values: Mapping[str, Mapping[str, Any]], changes: Changes) -> None:
    for node in nodes.values():
        if isinstance(node, Dataset):
            own = {aspect: value for aspect, value in values.get(node.id, {}).items() if aspect in _OF_DATASET}
            name = supplier(own)
            rows = _supply(node.id, own, name, {} if name is None else values.get(Source(name).id, {}))
            for table in _SUPPLY:
                changes.add(table, rows.get(table.name, set()))
            changes.add(LISTED, _gaps(rows))


def facets(reader: IndexReader, ids: Sequence[str]) -> dict[str, frozenset[_Pair]]:
    """Return the (facet, value) pairs by which each node is counted and filtered; one without any is absent."""
    asked = [(identifier,) for identifier in dict.fromkeys(ids)]
    found: dict[str, set[_Pair]] = {}
    for node, name, value, _ in reader.rows(FACET, asked):
        found.setdefault(node, set()).add((name, value))
    for node, fields in reader.rows(UNRECORDED, asked):
        found.setdefault(node, set()).update((GAP, field) for field in fields.split())
    return {node: frozenset(pairs) for node, pairs in found.items()}


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    for table in (FACET, UNRECORDED):
        yield from sorted(reader.rows(table, [(identifier,) for identifier in ids]))


SEARCH: Final = Index(
    "search",
    8,
    (WORD, SUFFIX, FACET, LISTED, SUPPLIED, UNRECORDED, PHI_CLAIM),
    _derive,
    _specification,
    _answers,
    uses=("runs", "in_force"),
)
