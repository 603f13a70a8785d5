"""Kinds to Cypher: all that is sent to Neo4j comes from here, identifiers from the registry, values as parameters.

What stands in the graph, for a person in Neo4j Browser: nodes with their label, key and aspects now in force as plain
properties (every one also carries `Entity`, under which an id is found whatever the label); an edge of its own type
where something was said first, and one of the type with `_RESTATED` behind it for
each record that said the same again; `(:Statement)-[:IS_ABOUT]->()` for everything ever stated, and
`(:Statement)-[:IS_IN_FORCE_FOR]->()` for what holds now; `FEEDS` from each dataset or model version to what its data
reached, by way of a `(:Hub)` where one run or declaration names so many that the pairs would outgrow it;
`(:Contribution)` for what may have put a dataset or model version into its state, newest first by its index.
Properties that begin with `search_` serve the catalog's search.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from graph_schema.aspects import ASPECTS
from graph_schema.registry import LABELS, NODES, STRUCTURAL, TYPES, UnregisteredError

RESTATED: Final = "_RESTATED"

SEARCHED: Final = ("search_key", *(f"search_{aspect.name}" for aspect in ASPECTS if aspect.searchable))


def label(name: str) -> str:
    """Return a label as it is written in Cypher.

    Raises:
        UnregisteredError: the registry does not know it.
    """
    if name not in LABELS:
        raise UnregisteredError(f"{name} is no registered kind of node")
    return name


def edge_type(name: str) -> str:
    """Return an edge's type as it is written in Cypher.

    Raises:
        UnregisteredError: the registry does not know it.
    """
    if name not in TYPES:
        raise UnregisteredError(f"{name} is no registered kind of edge")
    return name


def types_said(kinds: Iterable[str]) -> str:
    """Return the types under which edges of these kinds are stored, joined for a pattern; empty for no kind."""
    wanted = sorted({edge_type(kind) for kind in kinds})
    return "|".join(name for kind in wanted for name in _names(kind))


def _names(kind: str) -> tuple[str, ...]:
    return (kind,) if kind in STRUCTURAL else (kind, kind + RESTATED)


def schema() -> tuple[str, ...]:
    """Return the constraints and indexes, each of which may be there already."""
    unique = (
        ("Entity", "id"),
        ("Statement", "id"),
        ("Value", "digest"),
        ("Hub", "key"),
        ("HubShape", "key"),
        ("Output", "key"),
        ("Moment", "key"),
        ("Contribution", "key"),
        ("Quarantined", "entry"),
        ("Lineward", "name"),
    )
    constraints = tuple(
        f"CREATE CONSTRAINT {name.lower()}_{field} IF NOT EXISTS FOR (n:{name}) REQUIRE n.{field} IS UNIQUE"
        for name, field in unique
    )
    keys = tuple(
        f"CREATE INDEX {kind.__name__.lower()}_key IF NOT EXISTS FOR (n:{kind.__name__}) "
        f"ON ({', '.join(f'n.{field}' for field in kind.key_fields())})"
        for kind in NODES
    )
    indexes = (
        "CREATE INDEX statement_history IF NOT EXISTS FOR (s:Statement) ON (s.subject, s.aspect, s.valid_from)",
        "CREATE INDEX statement_waiting IF NOT EXISTS FOR (s:Statement) ON (s.waits_for, s.valid_from)",
        "CREATE INDEX output_of IF NOT EXISTS FOR (o:Output) ON (o.target)",
        "CREATE INDEX moment_newest IF NOT EXISTS FOR (m:Moment) ON (m.run, m.at)",
        "CREATE INDEX hub_shape IF NOT EXISTS FOR (s:HubShape) ON (s.digest, s.last_entry, s.last_at)",
        # The newest is found without sorting only if ORDER BY names all of these columns.
        "CREATE INDEX contribution_newest IF NOT EXISTS FOR (c:Contribution) ON (c.target, c.job, c.at, c.run, c.tie)",
        "CREATE INDEX contribution_bound IF NOT EXISTS FOR (c:Contribution) ON (c.replaced, c.at, c.run, c.tie, c.job)",
    )
    found = ", ".join(f"n.{name}" for name in SEARCHED)
    search = (
        f"CREATE FULLTEXT INDEX search IF NOT EXISTS FOR (n:{'|'.join(LABELS)}) ON EACH [{found}] "
        "OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace'}}"
    )
    return (*constraints, *keys, *indexes, search, "CALL db.awaitIndexes(120)")


# Writing.


def lock() -> str:
    """Take the one checkpoint for this transaction and return it: no two batches are written at a time."""
    return (
        "MERGE (l:Lineward {name: 'graph'}) SET l.locked = true "
        "RETURN coalesce(l.checkpoint, -1) AS checkpoint, coalesce(l.counts, '{}') AS counts, "
        "coalesce(l.alias_reach, 0) AS alias_reach, coalesce(l.hubs, 0) AS hubs, coalesce(l.joined, false) AS joined"
    )


def advance() -> str:
    """Write the checkpoint, the counts, the bound on alias chains and what is joined when read, and let the lock go."""
    return (
        "MATCH (l:Lineward {name: 'graph'}) SET l.checkpoint = $checkpoint, l.counts = $counts, "
        "l.alias_reach = $alias_reach, l.hubs = $hubs, l.joined = $joined REMOVE l.locked"
    )


def version() -> str:
    """Return which version of the projection made the graph, and whether it was being cleared."""
    return "MATCH (l:Lineward {name: 'graph'}) RETURN l.version AS version, coalesce(l.clearing, false) AS clearing"


def mark() -> str:
    """Write which version of the projection makes the graph."""
    return "MERGE (l:Lineward {name: 'graph'}) SET l.version = $version"


def existing() -> str:
    """Return which of the ids are there, and whether an entry named them."""
    return "UNWIND $ids AS id MATCH (n:Entity {id: id}) RETURN n.id AS id, n.known_from IS NOT NULL AS named"


def create_nodes(name: str) -> str:
    """Create nodes that are not there, named or only mentioned."""
    return f"UNWIND $rows AS row CREATE (n:Entity:{label(name)}) SET n = row RETURN count(n) AS written"


def name_nodes() -> str:
    """Give nodes that were only mentioned their key."""
    return "UNWIND $rows AS row MATCH (n:Entity {id: row.id}) SET n += row RETURN count(n) AS written"


_ENDS: Final = "UNWIND $rows AS row MATCH (a:Entity {id: row.source}) MATCH (b:Entity {id: row.target})"


def create_edges(kind: str, *, restated: bool) -> str:
    """Create one edge for each row."""
    name = edge_type(kind) + (RESTATED if restated else "")
    return (
        f"{_ENDS} "
        f"CREATE (a)-[e:{name}]->(b) SET e = row.said, "
        "e.said_at = CASE WHEN row.said.valid_from IS NULL THEN null ELSE "
        "datetime({epochMillis: row.said.valid_from / 1000}) END RETURN count(e) AS written"
    )


def create_values() -> str:
    """Keep long texts, each once."""
    return (
        "UNWIND $rows AS row MERGE (v:Value {digest: row.digest}) ON CREATE SET v.text = row.text "
        "RETURN count(v) AS written"
    )


def create_statements() -> str:
    """Create one statement about its subject for each row."""
    return (
        "UNWIND $rows AS row MATCH (n:Entity {id: row.subject}) "
        "CREATE (s:Statement)-[:IS_ABOUT]->(n) SET s = row, "
        "s.said_at = datetime({epochMillis: row.valid_from / 1000}) RETURN count(s) AS written"
    )


def release() -> str:
    """Take away what is in force no more, on the relationship's side."""
    return (
        "UNWIND $rows AS row MATCH (n:Entity {id: row.subject})<-[h:IS_IN_FORCE_FOR]-() "
        "WHERE h.aspect = row.aspect DELETE h RETURN count(h) AS written"
    )


def hold() -> str:
    """Put statements in force."""
    return (
        "UNWIND $rows AS row MATCH (n:Entity {id: row.subject}) MATCH (s:Statement {id: row.statement}) "
        "CREATE (s)-[h:IS_IN_FORCE_FOR {aspect: row.aspect, spoken: row.spoken, since: row.since}]->(n) "
        "RETURN count(h) AS written"
    )


def show() -> str:
    """Let nodes show what is in force, and be found by it."""
    return (
        "UNWIND $rows AS row MATCH (n:Entity {id: row.subject}) SET n += row.properties, "
        "n.search_facets = [f IN coalesce(n.search_facets, []) WHERE NOT f IN row.lost] + row.won, "
        "n.search_has = [a IN coalesce(n.search_has, []) WHERE NOT a IN row.aspects] + row.has "
        "WITH n, [f IN n.search_facets WHERE f STARTS WITH 'phi=' | substring(f, 4)] AS phi "
        "SET n.phi = CASE WHEN size(phi) > 0 THEN phi END RETURN count(n) AS written"
    )


def run_states() -> str:
    """Keep what is known of runs now."""
    return (
        "UNWIND $rows AS row MATCH (r:Entity {id: row.id}) SET r += row, "
        "r.started_at = datetime({epochMillis: coalesce(row.start_event_at, row.first_event_at) / 1000}), "
        "r.ended_at = CASE WHEN row.end_event_at IS NULL THEN null "
        "ELSE datetime({epochMillis: row.end_event_at / 1000}) END RETURN count(r) AS written"
    )


def create_flows() -> str:
    """Create one FEEDS for each row."""
    return f"{_ENDS} CREATE (a)-[f:FEEDS]->(b) SET f = row.said RETURN count(f) AS written"


def merge_hubs() -> str:
    """Create hubs, or count what is added to them."""
    return (
        "UNWIND $rows AS row MERGE (h:Hub {key: row.key}) SET h.inlets = coalesce(h.inlets, 0) + row.inlets, "
        "h.outlets = coalesce(h.outlets, 0) + row.outlets RETURN count(h) AS written"
    )


def create_inlets() -> str:
    """Let a source feed a hub, for each row."""
    return (
        "UNWIND $rows AS row MATCH (a:Entity {id: row.end}) MATCH (h:Hub {key: row.hub}) "
        "CREATE (a)-[f:FEEDS]->(h) SET f = row.said RETURN count(f) AS written"
    )


def create_outlets() -> str:
    """Let a hub feed a target, for each row."""
    return (
        "UNWIND $rows AS row MATCH (a:Entity {id: row.end}) MATCH (h:Hub {key: row.hub}) "
        "CREATE (h)-[f:FEEDS]->(a) SET f = row.said RETURN count(f) AS written"
    )


def merge_shapes() -> str:
    """Remember what hubs join, and by when."""
    return "UNWIND $rows AS row MERGE (s:HubShape {key: row.key}) ON CREATE SET s = row RETURN count(s) AS written"


def merge_contributions() -> str:
    """Keep candidates: of the same one the earlier entry, and that it replaces if either says so."""
    return (
        "UNWIND $rows AS row MERGE (c:Contribution {key: row.key}) ON CREATE SET c = row "
        "ON MATCH SET c.known_from = "
        "CASE WHEN row.known_from < c.known_from THEN row.known_from ELSE c.known_from END, "
        "c.replaced = coalesce(row.replaced, c.replaced) RETURN count(c) AS written"
    )


def merge_outputs() -> str:
    """Keep outputs of runs: of the same one the earlier entry, and that it replaces if any fact says so."""
    return (
        "UNWIND $rows AS row MERGE (o:Output {key: row.key}) ON CREATE SET o = row ON MATCH SET o.known_from = "
        "CASE WHEN row.known_from < o.known_from THEN row.known_from ELSE o.known_from END, "
        "o.replaces = o.replaces OR row.replaces RETURN count(o) AS written"
    )


def merge_moments() -> str:
    """Keep when outputs of runs may have taken effect: of the same time the earlier entry."""
    return (
        "UNWIND $rows AS row MERGE (m:Moment {key: row.key}) ON CREATE SET m = row ON MATCH SET m.known_from = "
        "CASE WHEN row.known_from < m.known_from THEN row.known_from ELSE m.known_from END RETURN count(m) AS written"
    )


def add_contributors() -> str:
    """Remember which jobs ever contributed to a node."""
    return (
        "UNWIND $rows AS row MATCH (n:Entity {id: row.target}) SET n.contributors = "
        "coalesce(n.contributors, []) + [j IN row.jobs WHERE NOT j IN coalesce(n.contributors, [])] "
        "RETURN count(n) AS written"
    )


def create_quarantined() -> str:
    """Keep what could not be projected."""
    return "UNWIND $rows AS row CREATE (q:Quarantined) SET q = row RETURN count(q) AS written"


def begin_clearing() -> str:
    """Let the graph be empty for whoever reads the checkpoint, and say that the rest is going."""
    return (
        "MERGE (l:Lineward {name: 'graph'}) SET l.clearing = true, l.checkpoint = -1, l.counts = '{}', "
        "l.alias_reach = 0, l.hubs = 0, l.joined = false"
    )


def clear() -> str:
    """Remove up to so many nodes with all that hangs on them, but not the checkpoint."""
    return "MATCH (n) WHERE NOT n:Lineward WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS removed"


def end_clearing() -> str:
    """Remove the checkpoint: nothing is left."""
    return "MATCH (l:Lineward {name: 'graph'}) DELETE l"


# Reading what is stored while a batch is derived.


def run_states_of() -> str:
    """Return what is kept of runs."""
    return (
        "UNWIND $ids AS id MATCH (r:Entity {id: id}) WHERE r.first_event_at IS NOT NULL "
        "RETURN r.id AS id, r.first_event_at AS first_at, r.start_event_at AS started_at, r.end_event_at AS ended_at, "
        "r.end_rank AS ended_rank, r.end_tie AS ended_tie, r.state AS state, r.streams AS streams, "
        "r.newest_entry AS entry, coalesce(r.moments, 0) AS moments, coalesce(r.joined, false) AS joined"
    )


def run_stamps() -> str:
    """Return the newest entry with an event of each run."""
    return (
        "UNWIND $ids AS id MATCH (r:Entity {id: id}) WHERE r.newest_entry IS NOT NULL "
        "RETURN r.id AS id, r.newest_entry AS entry"
    )


def sayings(kind: str) -> str:
    """Return the earliest valid time of each saying."""
    return (
        f"{_ENDS} "
        f"MATCH (a)-[e:{edge_type(kind)}]->(b) "
        "WHERE coalesce(e.job, '') = row.job AND coalesce(e.replaces, false) = row.replaces "
        f"RETURN row.place AS place, min(coalesce(e.valid_from, $always)) AS valid_from"
    )


def accesses() -> str:
    """Return what runs read, wrote and produced, as it was first said."""
    return (
        "UNWIND $ids AS id MATCH (r:Entity {id: id})-[e:READ|WROTE|PRODUCED]->(t) "
        "RETURN id AS run, type(e) AS kind, t.id AS target, e.job AS job, e.valid_from AS valid_from, "
        "e.known_from AS entry, coalesce(e.replaces, false) AS replaces"
    )


def moments() -> str:
    """Return the RUNNING and COMPLETE events of runs."""
    return (
        "UNWIND $ids AS id MATCH (s:Statement {subject: id, aspect: 'event'}) "
        "WHERE s.valid_from >= $always AND s.rank IN $ranks "
        "RETURN id AS run, s.rank AS rank, s.valid_from AS at, min(s.known_from) AS entry"
    )


def around() -> str:
    """Return the RUNNING events next to points in time."""
    event = "MATCH (s:Statement {subject: row.run, aspect: 'event'}) WHERE s.rank = $rank AND s.valid_from"
    order = "ORDER BY s.subject {0}, s.aspect {0}, s.valid_from {0} LIMIT 1"
    return (
        "UNWIND $rows AS row "
        f"OPTIONAL CALL (row) {{ {event} < row.at RETURN s.valid_from AS earlier {order.format('DESC')} }} "
        f"OPTIONAL CALL (row) {{ {event} >= row.at RETURN s.valid_from AS later {order.format('ASC')} }} "
        "RETURN row.run AS run, row.at AS at, earlier, later"
    )


def flow_times() -> str:
    """Return the earliest valid time of flows."""
    return (
        f"{_ENDS} "
        "MATCH (a)-[f:FEEDS]->(b) WHERE coalesce(f.job, '') = row.job AND f.how = row.how "
        "RETURN row.place AS place, min(f.valid_from) AS valid_from"
    )


def hubs_stored() -> str:
    """Return which of the hubs are there."""
    return "UNWIND $keys AS key MATCH (h:Hub {key: key}) RETURN h.key AS key"


def covered() -> str:
    """Return which of the rows some hub joined before."""
    return (
        "UNWIND $rows AS row WITH row WHERE EXISTS { MATCH (s:HubShape) WHERE s.digest = row.digest "
        "AND s.last_entry <= row.first_entry AND s.last_at <= row.first_at } RETURN row.place AS place"
    )


_CLAIM: Final = (
    "s.subject AS subject, s.aspect AS aspect, s.role AS role, s.run AS run, s.valid_from AS valid_from, "
    "s.rank AS rank, s.tie AS tie, s.known_from AS entry, s.id AS place"
)


def outputs() -> str:
    """Return what was said of runs' outputs within spans of time."""
    return (
        "UNWIND $rows AS row MATCH (s:Statement) "
        "WHERE s.waits_for = row.run AND s.valid_from > row.after AND s.valid_from <= row.until "
        f"RETURN DISTINCT {_CLAIM}"
    )


def history() -> str:
    """Return what was ever said of pairs of node and aspect."""
    return (
        "UNWIND $rows AS row MATCH (s:Statement {subject: row.subject, aspect: row.aspect}) "
        f"WHERE s.valid_from >= $always RETURN {_CLAIM}"
    )


def holders() -> str:
    """Return what is in force for pairs of node and aspect."""
    return (
        "UNWIND $rows AS row MATCH (n:Entity {id: row.subject})<-[h:IS_IN_FORCE_FOR]-(s:Statement) "
        f"WHERE h.aspect IN row.aspects RETURN {_CLAIM}, h.spoken AS spoken, h.since AS since"
    )


def texts() -> str:
    """Return the values of statements."""
    return (
        "UNWIND $ids AS id MATCH (s:Statement {id: id}) OPTIONAL MATCH (v:Value {digest: s.digest}) "
        "RETURN s.id AS id, coalesce(s.value, v.text) AS value"
    )


# Reading for answers.


def checkpoint() -> str:
    """Return how far the graph is, and the bound on alias chains."""
    return (
        "MATCH (l:Lineward {name: 'graph'}) "
        "RETURN coalesce(l.checkpoint, -1) AS checkpoint, coalesce(l.counts, '{}') AS counts, "
        "coalesce(l.alias_reach, 0) AS alias_reach, coalesce(l.hubs, 0) AS hubs, coalesce(l.joined, false) AS joined"
    )


_START: Final = "UNWIND $ids AS id MATCH (n:Entity {id: id})"


def nodes() -> str:
    """Return named nodes with their keys."""
    return f"{_START} WHERE n.known_from <= $known_at RETURN n.id AS id, n.known_from AS entry, n.key AS key"


_EDGE: Final = (
    "type(e) AS type, startNode(e).id AS source, endNode(e).id AS target, e.value AS value, e.run AS run, "
    "e.job AS job, e.valid_from AS valid_from, e.rank AS rank, e.tie AS tie, e.known_from AS entry, "
    "e.by AS by, e.authenticated AS authenticated"
)


def edges(kinds: Iterable[str], direction: str) -> str:
    """Return the edges of these kinds that leave ("out") or reach ("in") the nodes, or either ("both")."""
    left, right = {"out": ("-", "->"), "in": ("<-", "-"), "both": ("-", "-")}[direction]
    return (
        f"{_START} MATCH (n){left}[e:{types_said(kinds)}]{right}() "
        f"WHERE e.known_from <= $known_at AND coalesce(e.valid_from, $valid_at) <= $valid_at RETURN {_EDGE}"
    )


def statements(*, aspects: bool) -> str:
    """Return what was said of nodes, of some aspects or all."""
    which = (
        "UNWIND $aspects AS aspect MATCH (s:Statement {subject: id, aspect: aspect})"
        if aspects
        else ("MATCH (s:Statement {subject: id})")
    )
    every = "" if aspects else "s.aspect >= '' AND "
    return (
        f"UNWIND $ids AS id {which} WHERE {every}s.valid_from >= $always AND s.valid_from <= $valid_at "
        "AND s.known_from <= $known_at "
        "OPTIONAL MATCH (v:Value {digest: s.digest}) "
        "RETURN s.subject, s.aspect, coalesce(s.value, v.text), s.role, s.run, s.job, s.valid_from, s.rank, s.tie, "
        "s.known_from, s.by, s.authenticated"
    )


def flows(direction: str) -> str:
    """Return the flows out of or into nodes, those that stand by themselves and those through hubs."""
    if direction == "out":
        single, first, second = "(n)-[f:FEEDS]->(m:Entity)", "(n)-[i:FEEDS]->(h:Hub)", "(h)-[o:FEEDS]->(m:Entity)"
        ends = "n.id AS source, m.id AS target"
    else:
        single, first, second = "(n)<-[f:FEEDS]-(m:Entity)", "(n)<-[o:FEEDS]-(h:Hub)", "(h)<-[i:FEEDS]-(m:Entity)"
        ends = "m.id AS source, n.id AS target"
    return (
        f"{_START} CALL (n) {{ MATCH {single} WHERE f.valid_from <= $valid_at AND f.known_from <= $known_at "
        f"RETURN {ends}, f.job AS job, f.how AS how, f.valid_from AS valid_from, f.known_from AS known_from "
        f"UNION ALL MATCH {first} MATCH {second} "
        "WHERE i.valid_from <= $valid_at AND i.known_from <= $known_at "
        "AND o.valid_from <= $valid_at AND o.known_from <= $known_at "
        f"RETURN {ends}, o.job AS job, o.how AS how, {_later('valid_from')}, {_later('known_from')} }} "
        "RETURN source, target, job, how, valid_from, known_from"
    )


def _later(time: str) -> str:
    return f"CASE WHEN i.{time} > o.{time} THEN i.{time} ELSE o.{time} END AS {time}"


def degrees(direction: str) -> str:
    """Return how many flows each node has at the most."""
    left, right, sizes = ("-", "->", "outlets") if direction == "out" else ("<-", "-", "inlets")
    return (
        f"{_START} OPTIONAL MATCH (n){left}[:FEEDS]{right}(h:Hub) WITH n, sum(coalesce(h.{sizes}, 0)) AS joined "
        f"RETURN n.id AS id, joined + COUNT {{ (n){left}[:FEEDS]{right}(:Entity) }} AS most"
    )


def neighbours(direction: str) -> str:
    """Return the other ends of the flows out of or into nodes, each once."""
    left, right = ("-", "->") if direction == "out" else ("<-", "-")
    seen = "{0}.valid_from <= $valid_at AND {0}.known_from <= $known_at"
    return (
        f"CALL () {{ {_START} MATCH (n){left}[f:FEEDS]{right}(m:Entity) WHERE {seen.format('f')} RETURN m "
        f"UNION {_START} MATCH (n){left}[i:FEEDS]{right}(h:Hub) WHERE {seen.format('i')} WITH DISTINCT h "
        f"MATCH (h){left}[o:FEEDS]{right}(m:Entity) WHERE {seen.format('o')} RETURN m }} RETURN m.id AS id"
    )


def reach(direction: str, depth: int) -> str:
    """Return every node within so many flows; DISTINCT lets the planner prune, paths would never end."""
    left, right = ("-", "->") if direction == "out" else ("<-", "-")
    return f"{_START} MATCH (n){left}[:FEEDS*0..{int(depth)}]{right}(m:Entity) RETURN DISTINCT m.id AS id LIMIT $limit"


def contributions(*, replacing: bool) -> str:
    """Return the newest candidates of each job, and those that may replace the whole."""
    fields = "c.target, c.job, c.at, c.run, c.how, c.tie, c.known_from, c.replaced"
    newest = (
        "MATCH (c:Contribution) WHERE c.target = n.id AND c.job = job AND c.at <= at AND c.run >= '' AND c.tie >= '' "
        "AND c.known_from <= $known_at RETURN c "
        "ORDER BY c.target DESC, c.job DESC, c.at DESC, c.run DESC, c.tie DESC LIMIT $newest"
    )
    beside = (
        " UNION MATCH (c:Contribution) WHERE c.replaced = n.id AND c.at <= at AND c.run >= '' AND c.tie >= '' "
        "AND c.job >= '' AND c.known_from <= $known_at RETURN c "
        "ORDER BY c.replaced DESC, c.at DESC, c.run DESC, c.tie DESC, c.job DESC LIMIT $newest"
    )
    return (
        f"{_START} UNWIND $asks[n.id] AS at CALL (n, at) {{ "
        f"UNWIND n.contributors AS job CALL (n, at, job) {{ {newest} }} RETURN c{beside if replacing else ''} }} "
        f"WITH DISTINCT c RETURN {fields}"
    )


def joined_contributions() -> str:
    """Return the newest candidates of each run whose outputs and moments are kept apart."""
    return (
        "UNWIND $ids AS id MATCH (o:Output {target: id}) WHERE o.known_from <= $known_at UNWIND $asks[id] AS at "
        "CALL (o, at) { MATCH (m:Moment) WHERE m.run = o.run AND m.at <= at AND m.known_from <= $known_at "
        "RETURN m ORDER BY m.run DESC, m.at DESC LIMIT $newest } "
        "RETURN DISTINCT o.target, o.job, m.at, o.run, "
        "CASE WHEN o.known_from > m.known_from THEN o.known_from ELSE m.known_from END, o.replaces"
    )


def find(labels: Iterable[str], *, text: bool, after: bool) -> str:
    """Return a page of ids with the total and the counts, all of one set."""
    named = sorted(label(name) for name in labels)
    start = (
        "CALL db.index.fulltext.queryNodes('search', $text) YIELD node AS n WITH n "
        f"WHERE ({' OR '.join(f'n:{name}' for name in named)}) AND"
        if text
        else f"MATCH (n:{'|'.join(named)}) WHERE"
    )
    held = (
        "(name IN coalesce(n.search_has, []) OR any(f IN coalesce(n.search_facets, []) WHERE f STARTS WITH name + '='))"
    )
    place = "WHERE hit.title > $title OR (hit.title = $title AND hit.id > $id) " if after else ""
    return (
        f"{start} n.known_from IS NOT NULL "
        "AND all(allowed IN $filters WHERE any(f IN coalesce(n.search_facets, []) WHERE f IN allowed)) "
        f"AND all(name IN $has WHERE {held}) AND none(name IN $missing WHERE {held}) "
        "WITH collect({title: n.title, id: n.id, label: split(n.id, ':')[0], "
        "facets: coalesce(n.search_facets, [])}) AS found "
        f"CALL (found) {{ UNWIND found AS hit WITH hit {place}"
        "ORDER BY hit.title, hit.id LIMIT $first RETURN collect(hit.id) AS page } "
        "CALL (found) { UNWIND found AS hit UNWIND hit.facets AS facet "
        "WITH facet WHERE any(name IN $facets WHERE facet STARTS WITH name + '=') "
        "WITH facet, count(*) AS counted RETURN collect([facet, counted]) AS facets } "
        "CALL (found) { UNWIND found AS hit WITH hit.label AS label, count(*) AS counted "
        "RETURN collect([label, counted]) AS labels } "
        "RETURN size(found) AS total, page, facets, labels"
    )


def quarantined() -> str:
    """Return what could not be projected."""
    return "MATCH (q:Quarantined) RETURN q.entry, q.kind, q.subjects, q.reason ORDER BY q.entry"


def scan_nodes() -> str:
    """Return all named nodes."""
    return "MATCH (n:Entity) WHERE n.known_from IS NOT NULL RETURN n.id AS id, n.known_from AS entry, n.key AS key"


def scan_edges() -> str:
    """Return all edges."""
    return f"MATCH ()-[e:{types_said(TYPES)}]->() RETURN {_EDGE}"


def scan_statements() -> str:
    """Return all statements."""
    return (
        "MATCH (s:Statement) OPTIONAL MATCH (v:Value {digest: s.digest}) "
        "RETURN s.subject, s.aspect, coalesce(s.value, v.text), s.role, s.run, s.job, s.valid_from, s.rank, s.tie, "
        "s.known_from, s.by, s.authenticated"
    )


def in_force() -> str:
    """Return the statements in force and since when."""
    return (
        f"{_START} MATCH (n)<-[h:IS_IN_FORCE_FOR]-(s:Statement) OPTIONAL MATCH (v:Value {{digest: s.digest}}) "
        "WITH n, h, s, coalesce(s.value, v.text) AS value WHERE value IS NOT NULL "
        "RETURN h.since, n.id, h.aspect, value, s.role, s.run, s.job, s.valid_from, s.rank, s.tie, s.known_from, "
        "s.by, s.authenticated"
    )


def scan_current() -> str:
    """Return all that is in force."""
    return (
        "MATCH (n)<-[h:IS_IN_FORCE_FOR]-(s:Statement) OPTIONAL MATCH (v:Value {digest: s.digest}) "
        "WITH n, h, s, coalesce(s.value, v.text) AS value WHERE value IS NOT NULL "
        "RETURN n.id, h.aspect, value, h.since, s.known_from"
    )
