"""The store in Neo4j: the graph that people can open in Neo4j Browser."""

from __future__ import annotations

from catalog.store.neo4j.store import Neo4jStore

__all__ = ["Neo4jStore"]
