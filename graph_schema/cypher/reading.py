"""Facts out of the graph: a record's attribution with what it states, to be joined with contents by whoever asks.

Answers of many rows come as one list, which driver and server handle in a third of the time that rows take.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from graph_schema.cypher import FACET_SOURCE, edge_type, label, lookup
from graph_schema.registry import STRUCTURAL, TYPES

_RECORD: Final = "[r.id, r.run, r.job, r.valid_from, r.rank, r.tie, r.entry, r.by, r.authenticated, r.own, {content}]"
_BY_RUN: Final = " USING INDEX SEEK r:Record(run, valid_from)"
"""Planned on an empty graph, all records would be scanned for long."""
_SEEN: Final = "r.entry <= $known_at AND r.valid_from <= $valid_at"
_LEFT: Final = {"out": "-", "in": "<-", "both": "-"}
_RIGHT: Final = {"out": "->", "in": "-", "both": "-"}


def nodes() -> str:
    """Return named nodes with their keys."""
    return (
        "UNWIND $ids AS id MATCH (n:Entity {id: id}) WHERE n.known_from <= $known_at "
        "RETURN collect([n.id, n.known_from, n.key]) AS found"
    )


def looked_up(name: str, field: str, *, values: bool) -> str:
    """Return the nodes of a label that have one of these values in a field, or any, named by then."""
    property_ = lookup(field)
    sought = f"USING INDEX n:{label(name)}({property_}) "
    where = f"n.{property_} = value" if values else f"n.{property_} IS NOT NULL"
    return (
        f"{'UNWIND $values AS value ' if values else ''}MATCH (n:{label(name)}) {sought}WHERE {where} "
        f"AND n.known_from <= $known_at RETURN collect([n.{property_}, n.id, n.known_from]) AS found"
    )


def records_of_runs() -> str:
    """Return the records of runs, valid and known by then."""
    return (
        f"UNWIND $ids AS id MATCH (r:Record){_BY_RUN} WHERE r.run = id AND r.valid_from >= $always AND {_SEEN} "
        f"OPTIONAL MATCH (r)-[:STATES]->(c:Content) RETURN collect({_RECORD.format(content='c.digest')}) AS found"
    )


def records_within() -> str:
    """Return the records of runs within spans of time."""
    return (
        f"UNWIND $rows AS row MATCH (r:Record){_BY_RUN} WHERE r.run = row.run AND r.valid_from > row.after "
        "AND r.valid_from <= row.until OPTIONAL MATCH (r)-[:STATES]->(c:Content) "
        f"RETURN collect({_RECORD.format(content='c.digest')}) AS found"
    )


def moments() -> str:
    """Return when runs were COMPLETE or otherwise named datasets (NAMED), and the first entry that states it."""
    return (
        f"UNWIND $ids AS id MATCH (r:Record){_BY_RUN} WHERE r.run = id AND r.valid_from >= $always "
        "AND (r.event = 'COMPLETE' OR r.names_datasets) WITH r.run AS run, "
        "CASE r.event WHEN 'COMPLETE' THEN 'COMPLETE' ELSE 'NAMED' END AS type, r.valid_from AS at, "
        "min(r.entry) AS entry RETURN collect([run, type, at, entry]) AS found"
    )


def records_about(which: str) -> str:
    """Return the records that state, themselves or by their content, one of the named aspects or kinds of nodes.

    `which` is what is named: `aspects`, `kinds`, or nothing for all that is stated.
    """
    named = f" WHERE any(one IN ${which} WHERE one IN a.{which})" if which else ""
    return (
        "UNWIND $ids AS id MATCH (n:Entity {id: id}) CALL (n) { "
        f"MATCH (n)<-[a:IS_ABOUT]-(c:Content){named} MATCH (c)<-[:STATES]-(r:Record) WHERE {_SEEN} "
        "RETURN r, c.digest AS content "
        f"UNION ALL MATCH (n)<-[a:IS_ABOUT]-(r:Record){named or ' WHERE true'} AND {_SEEN} "
        "RETURN r, null AS content } "
        f"RETURN collect({_RECORD.format(content='content')}) AS found"
    )


def with_arrows(kinds: Iterable[str], direction: str) -> str:
    """Return which of the nodes have an arrow of one of these kinds."""
    return (
        "UNWIND $ids AS id MATCH (n:Entity {id: id}) "
        f"WHERE EXISTS {{ (n){_LEFT[direction]}[:{_joined(kinds)}]{_RIGHT[direction]}() }} "
        "RETURN collect(n.id) AS found"
    )


def structural(kinds: Iterable[str], direction: str) -> str:
    """Return the edges of these kinds that follow from what their ends are."""
    return (
        f"UNWIND $ids AS id MATCH (n:Entity {{id: id}})"
        f"{_LEFT[direction]}[e:{_joined(kinds)}]{_RIGHT[direction]}(:Entity) WHERE e.entry <= $known_at "
        f"RETURN collect({_STRUCTURAL}) AS found"
    )


_STRUCTURAL: Final = "[type(e), startNode(e).id, endNode(e).id, e.entry]"


def _joined(kinds: Iterable[str]) -> str:
    return "|".join(sorted({edge_type(kind) for kind in kinds}))


def contents() -> str:
    """Return what contents state."""
    return "UNWIND $digests AS digest MATCH (c:Content {digest: digest}) RETURN collect([c.digest, c.states]) AS found"


def values() -> str:
    """Return long texts."""
    return "UNWIND $digests AS digest MATCH (v:Value {digest: digest}) RETURN collect([v.digest, v.text]) AS found"


def reach(direction: str, depth: int) -> str:
    """Return every node within so many flows; DISTINCT lets the planner prune, paths would never end."""
    return (
        f"UNWIND $ids AS id MATCH (n:Entity {{id: id}}) MATCH (n){_LEFT[direction]}[:FEEDS*0..{int(depth)}]"
        f"{_RIGHT[direction]}(m:Entity) WITH DISTINCT m LIMIT $limit RETURN collect(m.id) AS found"
    )


def column_reach(direction: str, levels: int) -> str:
    """Return the columns and wholes within so many flows, those of the last level (`front`) beside all (`found`).

    Each level is a subquery of its own, so that a node is followed once however many ways lead to it.
    """
    level = (
        f"CALL (front) {{ UNWIND front AS a {_COLUMN_STEPS[direction]} RETURN collect(DISTINCT c) AS met }} "
        "WITH found, [one IN met WHERE NOT one IN found][..$limit] AS front WITH front, found + front AS found "
    )
    return (
        "UNWIND $ids AS id MATCH (n:Entity {id: id}) WITH collect(n) AS front WITH front, front AS found "
        f"{level * int(levels)}RETURN [one IN front | one.id] AS front, [one IN found | one.id] AS found"
    )


_COLUMN_STEPS: Final = {
    "in": "MATCH (a)-[:DERIVES_FROM]->(b) MATCH (b)<-[:HAS_COLUMN*0..1]-(c:Entity)",
    "out": "MATCH (a)<-[:DERIVES_FROM]-(b) UNWIND [a, b] AS end MATCH (end)-[:HAS_COLUMN*0..1]-(c:Entity)",
}
"""From a node to the other end of a flow and its dataset; out of a whole, and out of what reads it, to its columns."""


def alias_reach() -> str:
    """Return how many names hang together at most with any of the datasets."""
    return (
        "UNWIND $ids AS id MATCH (n:Entity {id: id}) CALL (n) { MATCH (n)-[:IS_ALIAS_OF*0..]-(m:Entity) "
        "RETURN count(DISTINCT m) AS names } RETURN max(names) AS names"
    )


def find(labels: Iterable[str], *, text: bool, after: bool, beside: bool = False) -> str:
    """Return a page of (id, rank, facets) with the total and the counts, all of one set; `beside` tells whether facets
    are given that count beside those that nodes carry.
    """
    named = sorted(label(name) for name in labels)
    start = (
        f"CALL () {{ {' UNION ALL '.join(map(_asked, range(len(_RANKED))))} }} WITH node AS n, min(rank) AS rank "
        f"WHERE ({' OR '.join(f'n:{name}' for name in named)}) AND"
        if text
        else f"MATCH (n:{'|'.join(named)}) WITH n, 0 AS rank WHERE"
    )
    facets = "coalesce(n.search_facets, [])"
    if beside:
        facets = f"({facets} + coalesce($beside[n.id], []))"
    held = f"(name IN coalesce(n.search_has, []) OR any(f IN {facets} WHERE f STARTS WITH name + '='))"
    place = (
        "WHERE rank > $rank OR (rank = $rank AND (n.title > $title OR (n.title = $title AND n.id > $id))) "
        if after
        else ""
    )
    # Of all that is found only nodes are collected: with what stands on them the server would run out of memory.
    each = "UNWIND found AS hit WITH hit[0] AS n, hit[1] AS rank"
    return (
        f"{start} n.known_from IS NOT NULL "
        f"AND all(allowed IN $filters WHERE any(f IN {facets} WHERE split(f, '{FACET_SOURCE}')[0] IN allowed)) "
        f"AND all(name IN $has WHERE {held}) AND none(name IN $missing WHERE {held}) "
        "WITH collect([n, rank]) AS found "
        f"CALL (found) {{ {each} {place}WITH n, rank ORDER BY rank, n.title, n.id LIMIT $first "
        f"RETURN collect([n.id, rank, {facets}]) AS page }} "
        f"CALL (found) {{ {each} UNWIND {facets} AS facet "
        "WITH n, facet WHERE any(name IN $facets WHERE facet STARTS WITH name + '=') "
        f"WITH DISTINCT n, split(facet, '{FACET_SOURCE}')[0] AS facet "
        "WITH facet, count(*) AS counted RETURN collect([facet, counted]) AS facets } "
        f"CALL (found) {{ {each} WITH split(n.id, ':')[0] AS label, count(*) AS counted "
        "RETURN collect([label, counted]) AS labels } "
        "RETURN size(found) AS total, page, facets, labels"
    )


_RANKED: Final = ("$exact", "$named", "$begun", "$inside", "$said", "$within")


def _asked(rank: int) -> str:
    return f"CALL db.index.fulltext.queryNodes('terms', {_RANKED[rank]}) YIELD node RETURN node, {rank} AS rank"


def quarantined() -> str:
    """Return what could not be projected."""
    return "MATCH (q:Quarantined) RETURN q.entry, q.kind, q.subjects, q.reason ORDER BY q.entry"


def scan_nodes() -> str:
    """Return all named nodes."""
    return "MATCH (n:Entity) WHERE n.known_from IS NOT NULL RETURN n.id, n.known_from, n.key"


def scan_records() -> str:
    """Return all records after an entry up to another."""
    return (
        "MATCH (r:Record) WHERE r.entry > $after AND r.entry <= $until OPTIONAL MATCH (r)-[:STATES]->(c:Content) "
        f"RETURN {_RECORD.format(content='c.digest')} AS found"
    )


def scan_structural() -> str:
    """Return all edges that follow from what their ends are."""
    return (
        f"MATCH (:Entity)-[e:{_joined(kind for kind in TYPES if kind in STRUCTURAL)}]->() RETURN {_STRUCTURAL} AS found"
    )
