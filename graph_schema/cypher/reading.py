"""Facts out of the graph: a record's attribution with what it states, to be joined with contents by whoever asks.

Answers of many rows come as one list, which driver and server handle in a third of the time that rows take.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from graph_schema.cypher import ABOUT, MOMENT_OF, edge_type, label, lookup
from graph_schema.registry import STRUCTURAL, TYPES

_RECORD: Final = "[r.id, r.run, r.job, r.valid_from, r.rank, r.tie, r.entry, r.by, r.authenticated, r.own, {content}]"
_BY_RUN: Final = " USING INDEX SEEK r:Record(run, valid_from)"
"""Planned on an empty graph, all records would be scanned for long."""
CONTENTS_AT_ONCE: Final = 16
"""So many contents come with the records that state them: more may be remembered already."""
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
    """Return the nodes of a label that have one of these values in a field, or any, named by then, with their keys."""
    property_ = lookup(field)
    sought = f"USING INDEX n:{label(name)}({property_}) "
    where = f"n.{property_} = value" if values else f"n.{property_} IS NOT NULL"
    return (
        f"{'UNWIND $values AS value ' if values else ''}MATCH (n:{label(name)}) {sought}WHERE {where} "
        f"AND n.known_from <= $known_at RETURN collect([n.{property_}, n.id, n.known_from, n.key]) AS found"
    )


def every(labels: Iterable[str], field: str) -> str:
    """Return the nodes of each of the labels for which `$wanted` has its values of a field, by label."""
    each = [
        f"CALL () {{ UNWIND $wanted.{label(one)} AS value MATCH (n:{label(one)}) "
        f"USING INDEX n:{label(one)}({lookup(field)}) WHERE n.{lookup(field)} = value AND n.known_from <= $known_at "
        f"RETURN collect([n.id, n.known_from, n.key]) AS {label(one)} }}"
        for one in labels
    ]
    return f"{' '.join(each)} RETURN {{{', '.join(f'{one}: {one}' for one in labels)}}} AS found"


def together(queries: Sequence[str]) -> str:
    """Return what several queries find, of each its `columns`, with its parameters as one, `$of_0` and so on: one round
    trip.
    """
    each = [
        f"CALL () {{ CALL () {{ {query.replace('$', f'$of_{place}.')} }} "
        f"RETURN [{', '.join(columns(query) or ())}] AS found_{place} }}"
        for place, query in enumerate(queries)
    ]
    return f"{' '.join(each)} RETURN [{', '.join(f'found_{place}' for place in range(len(queries)))}] AS found"


def columns(query: str) -> tuple[str, ...] | None:
    """Return what a query that answers in one line returns, None of one that answers in several."""
    if query.endswith(_CONTENTS):
        return "found", "contents"
    return ("found",) if query.endswith(_FOUND_ALONE) else None


_CONTENTS: Final = " AS contents"
_FOUND_ALONE: Final = " AS found"


Arrows = tuple[Iterable[str], str]
"""Kinds of edges, and the direction in which a node has any of them."""


_WITH_CONTENTS: Final = (
    f"WITH collect({_RECORD.format(content='c.digest')}) AS found, collect(DISTINCT c)[..{CONTENTS_AT_ONCE}] AS stated "
    "RETURN found, [one IN stated | [one.digest, one.states]] AS contents"
)
"""Records, and beside them what the first of their contents state, which else take another round trip."""


def records_of_runs() -> str:
    """Return the records of runs, valid and known by then, with the first contents."""
    return (
        f"UNWIND $ids AS id MATCH (r:Record){_BY_RUN} WHERE r.run = id AND r.valid_from >= $always AND {_SEEN} "
        f"OPTIONAL MATCH (r)-[:STATES]->(c:Content) {_WITH_CONTENTS}"
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


def records_about(which: str, having: Arrows | None = None, *, momentary: bool = False, of_runs: bool = False) -> str:
    """Return the records that state, themselves or by their content, one of the named aspects or kinds of nodes, with
    the first contents.

    `which` is what is named: `aspects`, of which some may be `momentary`, `kinds`, or nothing for all that is stated.
    Of nodes alone that have an arrow, where one is named. Where there are runs among them, all records `of_runs` too.
    """
    lead = ABOUT if which and not momentary else f"{ABOUT}|{MOMENT_OF}"
    such = "" if having is None else f" WHERE {_has(*having)}"
    # Whether anything is named is looked at once for each arrow, before what it leads from: most name nothing of it.
    named = f" WHERE any(one IN a.{which} WHERE one IN ${which})" if which else ""
    return (
        f"UNWIND $ids AS id MATCH (n:Entity {{id: id}}){such} CALL (n) {{ MATCH (n)<-[a:{lead}]-(x){named} CALL (x) {{ "
        f"WITH x AS r WHERE r:Record AND {_SEEN} RETURN r, null AS c "
        f"UNION ALL MATCH (x)<-[:STATES]-(r:Record) WHERE {_SEEN} RETURN r, x AS c }} RETURN r, c "
        f"{_RECORDS_OF_RUN if of_runs else ''}}} {_WITH_CONTENTS}"
    )


def whole() -> str:
    """Return named nodes, and the first records that state anything lasting of each, with the first contents.

    Of one that has as many as `$most` there may be more.
    """
    return (
        "UNWIND $ids AS id MATCH (n:Entity {id: id}) CALL (n) { CALL (n) { "
        f"MATCH (n)<-[:{ABOUT}]-(c:Content)<-[:STATES]-(r:Record) WHERE r.entry <= $known_at RETURN r, c "
        f"UNION ALL MATCH (n)<-[:{ABOUT}]-(r:Record) WHERE r.entry <= $known_at RETURN r, null AS c }} "
        f"WITH r, c LIMIT $most RETURN collect({_RECORD.format(content='c.digest')}) AS records, "
        "collect(DISTINCT c) AS stated } "
        "WITH collect([n.id, n.known_from, n.key, records]) AS found, collect(stated) AS stated "
        "RETURN found, [one IN reduce(every = [], some IN stated | every + some)[..$contents] | "
        "[one.digest, one.states]] AS contents"
    )


_RECORDS_OF_RUN: Final = (
    f"UNION ALL MATCH (r:Record){_BY_RUN} WHERE r.run = n.id AND r.valid_from >= $always AND {_SEEN} "
    "OPTIONAL MATCH (r)-[:STATES]->(c:Content) RETURN r, c "
)


def _has(kinds: Iterable[str], direction: str) -> str:
    """Return the condition that a node `n` has an arrow of one of these kinds."""
    return f"EXISTS {{ (n){_LEFT[direction]}[:{_joined(kinds)}]{_RIGHT[direction]}() }}"


def structural(kinds: Iterable[str], direction: str) -> str:
    """Return the edges of these kinds that follow from what their ends are."""
    return (
        f"UNWIND $ids AS id MATCH (n:Entity {{id: id}})"
        f"{_LEFT[direction]}[e:{_joined(kinds)}]{_RIGHT[direction]}(:Entity) WHERE e.entry <= $known_at "
        f"RETURN collect({_STRUCTURAL}) AS found"
    )


def arrows(kinds: Iterable[str]) -> str:
    """Return all arrows of these kinds, of which there are few."""
    return f"MATCH ()-[e:{_joined(kinds)}]->() WHERE e.entry <= $known_at RETURN collect({_STRUCTURAL}) AS found"


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
    """Return every node within so many flows, with its key; DISTINCT lets the planner prune, paths would never end."""
    return (
        f"UNWIND $ids AS id MATCH (n:Entity {{id: id}}) MATCH (n){_LEFT[direction]}[:FEEDS*0..{int(depth)}]"
        f"{_RIGHT[direction]}(m:Entity) WITH DISTINCT m LIMIT $limit "
        "RETURN collect([m.id, m.known_from, m.key]) AS found"
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


def facets() -> str:
    """Return by which facets nodes are counted."""
    return (
        "UNWIND $ids AS id MATCH (n:Entity {id: id}) WHERE n.search_facets IS NOT NULL "
        "RETURN collect([n.id, n.search_facets]) AS found"
    )


def alias_reach() -> str:
    """Return how many names hang together at most with any of the datasets."""
    return (
        "UNWIND $ids AS id MATCH (n:Entity {id: id}) CALL (n) { MATCH (n)-[:IS_ALIAS_OF*0..]-(m:Entity) "
        "RETURN count(DISTINCT m) AS names } RETURN max(names) AS names"
    )


def sets() -> str:
    """Return the rows of sets that a search compares, and the numbers of nodes that are given.

    `words` and `marks` are what terms begin with, `parts` what is inside words, `terms` whole ones; `lists` are names
    with a value, `names` those of which every value is wanted. Each of `words_in`, `parts_in` and `names_in` is given
    with the chunk that alone is wanted. Terms that nodes carry are asked of these too. Found of a term are, by whether
    it is of keys, the numbers that are alone in a chunk, and the chunks with their bits. `made` is by what one tells
    that sets are what they were, read before them.
    """
    found = {**{given: _set_of(given) for given in _SETS}, **{name: _carried(name) for name in _CARRIED}}
    asked = ", ".join(f"{given}: {given}" for given in ("made", *found, "nodes"))
    return f"{_MADE} {' '.join(found.values())} {_NUMBERED} RETURN {{{asked}}} AS found"


_OF_TERM: Final = (
    "WITH one, r.aspect = '' AS of_key, collect(CASE WHEN r.bits IS :: INTEGER THEN r.bits END) AS single, "
    "collect(CASE WHEN NOT r.bits IS :: INTEGER THEN [r.chunk, r.bits] END) AS several "
    "RETURN collect([one, of_key, single, several])"
)
_OF_LIST: Final = "RETURN collect([r.name, coalesce(r.whole, r.value), r.chunk, r.bits])"
_IN_CHUNK: Final = "each WITH each[0] AS one, each[1] AS chunk"
_ANY: Final = "r.aspect >= '' AND r.chunk >= 0"
_SETS: Final = {
    "words": ("one", "WordSet", "INDEX SEEK", "term, aspect, chunk", f"r.term STARTS WITH one AND {_ANY}", _OF_TERM),
    "marks": ("one", "MarkSet", "INDEX SEEK", "term, aspect, chunk", f"r.term STARTS WITH one AND {_ANY}", _OF_TERM),
    "terms": ("one", "MarkSet", "INDEX SEEK", "term, aspect, chunk", f"r.term = one AND {_ANY}", _OF_TERM),
    "parts": ("one", "WordSet", "TEXT INDEX", "term", f"r.term CONTAINS one AND {_ANY}", _OF_TERM),
    "words_in": (
        _IN_CHUNK,
        "WordSet",
        "INDEX SEEK",
        "chunk, term, aspect",
        "r.chunk = chunk AND r.term STARTS WITH one AND r.aspect >= ''",
        _OF_TERM,
    ),
    "parts_in": (
        _IN_CHUNK,
        "WordSet",
        "INDEX SEEK",
        "chunk, term, aspect",
        "r.chunk = chunk AND r.term >= '' AND r.term CONTAINS one AND r.aspect >= ''",
        _OF_TERM,
    ),
    "lists": (
        "one",
        "ListSet",
        "INDEX SEEK",
        "name, value, chunk",
        "r.name = one[0] AND r.value = one[1] AND r.chunk >= 0",
        _OF_LIST,
    ),
    "names": (
        "one",
        "ListSet",
        "INDEX SEEK",
        "name, value, chunk",
        "r.name = one AND r.value >= '' AND r.chunk >= 0",
        _OF_LIST,
    ),
    "names_in": (
        _IN_CHUNK,
        "ListSet",
        "INDEX SEEK",
        "name, chunk, value",
        "r.name = one AND r.chunk = chunk AND r.value >= ''",
        _OF_LIST,
    ),
}
_MADE: Final = (
    "CALL () { OPTIONAL MATCH (l:Lineward {name: 'graph'}) "
    "RETURN [coalesce(l.begun, ''), coalesce(l.sets, '{}')] AS made }"
)
_NUMBERED: Final = (
    "CALL () { UNWIND $nodes AS id MATCH (n:Entity {id: id}) RETURN collect([n.id, n.search_number]) AS nodes }"
)


def _set_of(given: str) -> str:
    each, name, index, fields, where, wanted = _SETS[given]
    return (
        f"CALL () {{ UNWIND ${given} AS {each} MATCH (r:{name}) USING {index} r:{name}({fields}) "
        f"WHERE {where} {wanted} AS {given} }}"
    )


_CARRIED: Final = {
    f"{place}_{how}": (f"search_{place}", given, compared)
    for place in ("name", "digits")
    for how, given, compared in (("begun", "marks", "STARTS WITH"), ("whole", "terms", "="))
}


def _carried(name: str) -> str:
    place, given, compared = _CARRIED[name]
    return (
        f"CALL () {{ UNWIND ${given} AS one MATCH (n:Entity) USING INDEX SEEK n:Entity({place}) "
        f"WHERE n.{place} {compared} one RETURN collect([one, n.search_number]) AS {name} }}"
    )


def sorted_finds() -> str:
    """Return the first of (number, rank) behind a place, by rank, title and id."""
    return (
        "UNWIND $asked AS one MATCH (n:Entity) USING INDEX SEEK n:Entity(search_number) "
        "WHERE n.search_number = one[0] AND n.known_from IS NOT NULL "
        "AND (one[1] > $rank OR n.title > $title OR (n.title = $title AND n.id > $id)) "
        f"WITH n, one[1] AS rank ORDER BY rank, n.title, n.id LIMIT $first RETURN collect({_FOUND}) AS found"
    )


def walked_finds(name: str) -> str:
    """Return the first of a label behind a place, by title and id, of those whose number has a 1 in `flags`; no more
    than so many titles are looked at.
    """
    return (
        f"WITH $flags AS flags MATCH {_by_title('n', name)} WHERE n.title >= $title AND {_ANY_OF_TITLE.format('n')} "
        "AND (n.title > $title OR n.id > $id) WITH n, flags ORDER BY n.title, n.id LIMIT $looked "
        "WHERE flags[n.search_number - $from] = 1 "
        f"WITH n, $rank AS rank ORDER BY n.title, n.id LIMIT $first RETURN collect({_FOUND}) AS found"
    )


def in_title_order(name: str) -> str:
    """Return the numbers of all nodes of a label, by title and id."""
    return (
        f"MATCH {_by_title('n', name)} WHERE n.title >= '' AND {_ANY_OF_TITLE.format('n')} "
        "WITH n ORDER BY n.title, n.id RETURN collect(n.search_number) AS found"
    )


def following(name: str) -> str:
    """Return for each of some numbers, from the last title to the first, the number of the node of its label that comes
    next, null where none does.
    """
    return (
        "UNWIND $numbers AS number MATCH (n:Entity) USING INDEX SEEK n:Entity(search_number) "
        "WHERE n.search_number = number WITH n ORDER BY n.title DESC, n.id DESC "
        f"RETURN collect([n.search_number, head(COLLECT {{ {_behind(name, 'n.title', 'n.id')} }})]) AS found"
    )


def behind(name: str) -> str:
    """Return the number of the first node of a label behind a place, by title and id, in a list; none where all end."""
    return f"RETURN COLLECT {{ {_behind(name, '$title', '$id')} }} AS found"


def _behind(name: str, title: str, identifier: str) -> str:
    return (
        f"MATCH {_by_title('m', name)} WHERE m.title >= {title} AND {_ANY_OF_TITLE.format('m')} "
        f"AND (m.title > {title} OR m.id > {identifier}) RETURN m.search_number ORDER BY m.title, m.id LIMIT 1"
    )


def _by_title(node: str, name: str) -> str:
    """Match the nodes of a label that an entry named, which alone have a title, by the index of their order."""
    return f"({node}:{label(name)}) USING INDEX SEEK {node}:{label(name)}(title, id, search_number)"


_ANY_OF_TITLE: Final = "{0}.id >= '' AND {0}.search_number >= 0"
_FOUND: Final = "[n.id, rank, n.known_from, n.key, coalesce(n.search_facets, []), n.search_gaps]"


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
