"""The graph's facts behind a few verbs: in memory, in SQLite, in Neo4j."""
