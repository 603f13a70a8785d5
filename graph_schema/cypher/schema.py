"""What must be there before the first fact: constraints, indexes, the state of the graph."""

from __future__ import annotations

from collections.abc import Iterable

from graph_schema.cypher import TITLED, label, lookup
from graph_schema.cypher.rows import Rows, indexes
from graph_schema.registry import NODES


def schema(tables: Iterable[Rows], lookups: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the constraints and indexes, each of which may be there already: of `tables`, and of the fields by which
    nodes of a label are looked up.
    """
    unique = (
        ("Entity", "id"),
        ("Record", "id"),
        ("Content", "digest"),
        ("Value", "digest"),
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
    # The next in time is found without sorting only if ORDER BY names all of these columns.
    records = ("CREATE INDEX record_of_run IF NOT EXISTS FOR (r:Record) ON (r.run, r.valid_from)",)
    # Those of earlier releases do not go by themselves.
    earlier = tuple(
        f"DROP INDEX {name} IF EXISTS" for name in ("search", "terms", *(f"{one.lower()}_title" for one in TITLED))
    )
    carried = tuple(
        f"CREATE INDEX entity_{name} IF NOT EXISTS FOR (n:Entity) ON (n.{name})"
        for name in ("search_number", "search_name", "search_digits")
    )
    # With the number, so that the order is read of the index alone.
    titles = tuple(
        f"CREATE INDEX {name.lower()}_order IF NOT EXISTS FOR (n:{label(name)}) ON (n.title, n.id, n.search_number)"
        for name in TITLED
    )
    of_rows = tuple(text for rows in tables for text in indexes(rows))
    of_fields = tuple(
        f"CREATE INDEX lookup_{name.lower()}_{field} IF NOT EXISTS FOR (n:{label(name)}) ON (n.{lookup(field)})"
        for name, field in lookups
    )
    return (
        *constraints,
        *keys,
        *records,
        *of_rows,
        *of_fields,
        *earlier,
        *carried,
        *titles,
        "CALL db.awaitIndexes(120)",
    )


def lock() -> str:
    """Take the one checkpoint for this transaction and return the state: no two batches are written at a time."""
    return f"MERGE (l:Lineward {{name: 'graph'}}) {_BEGUN} SET l.locked = true RETURN {_STATE}"


def state() -> str:
    """Return how far the graph is, and what is counted of it."""
    return f"MATCH (l:Lineward {{name: 'graph'}}) RETURN {_STATE}"


_STATE = (
    "coalesce(l.checkpoint, -1) AS checkpoint, coalesce(l.counts, '{}') AS counts, coalesce(l.rows, '{}') AS rows, "
    "coalesce(l.alias_reach, 0) AS alias_reach, coalesce(l.indexes, '{}') AS indexes, "
    "coalesce(l.numbers, '{}') AS numbers, coalesce(l.filling, '') AS filling, "
    "coalesce(l.begun, '') AS begun, coalesce(l.sets, '{}') AS sets, coalesce(l.touched, 0) AS touched"
)
_BEGUN = "ON CREATE SET l.begun = randomUUID()"
"""Tells a graph from one that was there before it: what was remembered of that one is of no use."""


def advance() -> str:
    """Write the checkpoint and what is counted, and let the lock go."""
    return (
        "MATCH (l:Lineward {name: 'graph'}) SET l.checkpoint = $checkpoint, l.counts = $counts, l.rows = $rows, "
        "l.alias_reach = $alias_reach, l.indexes = $indexes, l.numbers = $numbers, l.filling = $filling, "
        "l.sets = $sets, l.touched = $touched REMOVE l.locked"
    )


def touch() -> str:
    """Write the checkpoint and what is counted, with what was touched by then, and let the lock go."""
    return f"{advance()} MERGE (t:Lineward {{name: 'touched'}}) SET t += $keys"


def touched() -> str:
    """Return what was touched, under each of these names of where it is kept."""
    return "MATCH (t:Lineward {name: 'touched'}) RETURN [place IN $places | t[place]] AS found"


def touched_since() -> str:
    """Return which graph it is, how many batches it took, and what those behind one touched, of as many as are kept."""
    return (
        "MATCH (l:Lineward {name: 'graph'}) OPTIONAL MATCH (t:Lineward {name: 'touched'}) "
        "WITH l, t, coalesce(l.touched, 0) AS touched, size($ring) AS kept "
        "RETURN coalesce(l.begun, '') AS begun, touched, CASE WHEN touched - $since > kept THEN [] ELSE "
        "[number IN range($since + 1, touched) | t[$ring[number % kept]]] END AS found"
    )


def version() -> str:
    """Return which version of the projection made the graph, and whether it was being cleared."""
    return "MATCH (l:Lineward {name: 'graph'}) RETURN l.version AS version, coalesce(l.clearing, false) AS clearing"


def mark() -> str:
    """Write which version of the projection makes the graph."""
    return f"MERGE (l:Lineward {{name: 'graph'}}) {_BEGUN} SET l.version = $version"


def begin_clearing() -> str:
    """Let the graph be empty for whoever reads the checkpoint, and note that the rest is going."""
    return (
        "MERGE (l:Lineward {name: 'graph'}) SET l.clearing = true, l.checkpoint = -1, l.counts = '{}', l.rows = '{}', "
        "l.alias_reach = 0, l.indexes = '{}', l.numbers = '{}', l.filling = '' REMOVE l.begun"
    )


def clear() -> str:
    """Remove up to so many nodes with all that hangs on them, but not the state."""
    return "MATCH (n) WHERE NOT n:Lineward WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS removed"


def size() -> str:
    """Return how many nodes and relationships there are, of whatever kind."""
    return "CALL () { MATCH (n) RETURN count(n) AS n } CALL () { MATCH ()-[r]->() RETURN count(r) AS r } RETURN n, r"


def end_clearing() -> str:
    """Remove the state: nothing is left."""
    return "MATCH (l:Lineward) DELETE l"
