"""Facts into the graph: nodes, contents, the records that state them, what is shown of them."""

from __future__ import annotations

from graph_schema.cypher import ABOUT, FACET_SOURCE, MOMENT_OF, label


def existing() -> str:
    """Return which of the ids are there, whether an entry named them, and their numbers."""
    return (
        "UNWIND $ids AS id MATCH (n:Entity {id: id}) "
        "RETURN collect([n.id, n.known_from IS NOT NULL, n.search_number]) AS found"
    )


def create_nodes(name: str) -> str:
    """Create nodes that are not there, named or only mentioned."""
    return f"UNWIND $rows AS row CREATE (n:Entity:{label(name)}) SET n = row RETURN count(n) AS written"


def name_nodes() -> str:
    """Give nodes that were only mentioned their key."""
    return "UNWIND $rows AS row MATCH (n:Entity {id: row.id}) SET n += row RETURN count(n) AS written"


def existing_values() -> str:
    """Return which long texts are kept."""
    return "UNWIND $digests AS digest MATCH (v:Value {digest: digest}) RETURN collect(v.digest) AS found"


def create_values() -> str:
    """Keep long texts, each once."""
    return "UNWIND $rows AS row CREATE (v:Value) SET v = row RETURN count(v) AS written"


def existing_contents() -> str:
    """Return which contents are kept."""
    return "UNWIND $digests AS digest MATCH (c:Content {digest: digest}) RETURN collect(c.digest) AS found"


def create_contents() -> str:
    """Keep what records state, each once."""
    return "UNWIND $rows AS row CREATE (c:Content) SET c = row RETURN count(c) AS written"


def content_is_about(*, momentary: bool) -> str:
    """Lead from contents to the nodes that they name, with the aspects and kinds of edges."""
    return (
        "UNWIND $rows AS row MATCH (c:Content {digest: row.of}) MATCH (n:Entity {id: row.node}) "
        f"CREATE (c)-[a:{MOMENT_OF if momentary else ABOUT}]->(n) SET a = row.what RETURN count(a) AS written"
    )


def create_records() -> str:
    """Create records that state a content."""
    return (
        "UNWIND $rows AS row MATCH (c:Content {digest: row.content}) CREATE (r:Record)-[s:STATES]->(c) "
        f"SET r = row.record, {_STATED_AT} RETURN count(s) AS written"
    )


def create_single_records() -> str:
    """Create records that state nothing but what is theirs alone."""
    return f"UNWIND $rows AS row CREATE (r:Record) SET r = row.record, {_STATED_AT} RETURN count(r) AS written"


_STATED_AT = "r.stated_at = datetime({epochMillis: row.record.valid_from / 1000})"


def record_is_about(*, momentary: bool) -> str:
    """Lead from records to the nodes that they alone name, with the aspects and kinds of edges."""
    return (
        "UNWIND $rows AS row MATCH (r:Record {id: row.of}) MATCH (n:Entity {id: row.node}) "
        f"CREATE (r)-[a:{MOMENT_OF if momentary else ABOUT}]->(n) SET a = row.what RETURN count(a) AS written"
    )


def show() -> str:
    """Let nodes show what is in force, and by which facets they are counted."""
    return (
        "UNWIND $rows AS row MATCH (n:Entity {id: row.subject}) SET n += row.properties, "
        "n.search_facets = [f IN coalesce(n.search_facets, []) WHERE NOT f IN (row.lost + row.won)] + row.won "
        "WITH n CALL (n) { UNWIND [f IN n.search_facets WHERE f STARTS WITH 'phi='] AS facet "
        f"WITH DISTINCT split(substring(facet, 4), '{FACET_SOURCE}')[0] AS kind ORDER BY kind "
        "RETURN collect(kind) AS phi } "
        "SET n.phi = CASE WHEN size(phi) > 0 THEN phi END RETURN count(n) AS written"
    )


def hide() -> str:
    """Let up to so many nodes not be counted by what is in force about them: they are shown anew."""
    return (
        "MATCH (n:Entity) WHERE n.search_gaps IS NOT NULL OR n.search_facets IS NOT NULL WITH n LIMIT $limit "
        "REMOVE n.search_facets, n.search_gaps, n.phi RETURN count(*) AS removed"
    )


def look_up_by() -> str:
    """Let nodes be looked up by fields of theirs."""
    return "UNWIND $rows AS row MATCH (n:Entity {id: row.id}) SET n += row.fields RETURN count(n) AS written"


def without_number() -> str:
    """Return up to so many of the nodes that have no number by which sets name them."""
    return (
        "MATCH (n:Entity) WHERE n.search_number IS NULL WITH n ORDER BY n.id LIMIT $limit RETURN collect(n.id) AS found"
    )


def number_nodes() -> str:
    """Give nodes their numbers."""
    return (
        "UNWIND $rows AS row MATCH (n:Entity {id: row.id}) SET n.search_number = row.number RETURN count(n) AS written"
    )


def show_runs() -> str:
    """Let runs show their state and times."""
    return "UNWIND $rows AS row MATCH (r:Entity {id: row.id}) SET r += row.properties RETURN count(r) AS written"


def create_quarantined() -> str:
    """Keep what could not be projected."""
    return "UNWIND $rows AS row CREATE (q:Quarantined) SET q = row RETURN count(q) AS written"
