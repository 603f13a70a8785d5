"""The Neo4j that is measured: the one that the environment names, or one started for as long as it is needed."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from neo4j import GraphDatabase

from graph_schema.cypher import schema
from tests.support.neo4j_server import Neo4jEndpoint, endpoint_from_environment, running


def endpoint(stack: ExitStack) -> Neo4jEndpoint:
    """Return where it listens; one that is started here ends with the stack.

    Raises:
        Neo4jUnobtainableError: none is named, and none can be had.
    """
    named = endpoint_from_environment()
    if named is not None:
        return named
    home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineward-bench-neo4j-")))
    return stack.enter_context(running(home / "neo4j")).endpoint


def counts(endpoint: Neo4jEndpoint) -> tuple[float, ...]:
    """Return how many nodes and relationships it holds."""
    with GraphDatabase.driver(endpoint.uri, auth=(endpoint.user, endpoint.password)) as driver:
        return tuple(driver.execute_query(schema.size()).records[0].values())
