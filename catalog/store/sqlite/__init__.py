"""The store in one SQLite file: the embedded default."""

from __future__ import annotations

from catalog.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
