"""The two stores as a measurement wants them: by the settings of a server, or opened here."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from bench import neo4j
from catalog.store.neo4j import Neo4jStore
from catalog.store.protocol import Store
from catalog.store.sqlite import SqliteStore


def settings(engine: str, stack: ExitStack) -> dict[str, str]:
    """Return what a server is told to use the store; a Neo4j that is started for it ends with the stack.

    Raises:
        Neo4jUnobtainableError: there is none to be had.
    """
    if engine == "SQLite":
        return {"LINEWARD_STORE": "sqlite"}
    endpoint = neo4j.endpoint(stack)
    return {
        "LINEWARD_STORE": "neo4j",
        "LINEWARD_NEO4J_URI": endpoint.uri,
        "LINEWARD_NEO4J_USER": endpoint.user,
        "LINEWARD_NEO4J_PASSWORD": endpoint.password,
    }


@dataclass(frozen=True, slots=True)
class Opened:
    """A store, and how to see how large it is."""

    store: Store
    size: Callable[[], tuple[float, ...]]
    """KiB of the file in SQLite, nodes and relationships in Neo4j."""


def opened(engine: str, stack: ExitStack) -> Opened:
    """Return the store, empty, until the stack ends; raises as `settings`."""
    if engine == "SQLite":
        path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineward-bench-"))) / "graph.db"
        store: Store = SqliteStore(path)
        found = Opened(store, lambda: (_used_kibibytes(path),))
    else:
        endpoint = neo4j.endpoint(stack)
        store = Neo4jStore(endpoint.uri, endpoint.user, endpoint.password)
        found = Opened(store, lambda: neo4j.counts(endpoint))
    stack.callback(store.close)
    store.clear()
    return found


def _used_kibibytes(path: Path) -> float:
    """Return how much of the file is in use, what waits in its log included."""
    with closing(sqlite3.connect(path)) as connection:
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]  # a name of ours
            for name in ("page_count", "freelist_count", "page_size")
        )
    return float((pages - free) * size) / 1024
