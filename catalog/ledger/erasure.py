"""Which record erases which bodies. A body without such a record is not erased, it is gone."""

from __future__ import annotations

from typing import Any

import orjson

from catalog.ledger.protocol import StoredEntry

KIND = "record.erase_entries"
"""The kind of an entry that erases; its body's record lists the indexes under `entries`."""

LASTING = frozenset({KIND, "record.release_quarantined", "record.restore_ledger"})
"""Kinds whose bodies are never erased: what says that something is gone, or was let in, must not go itself."""


def named_by(stored: StoredEntry) -> frozenset[int]:
    """Return the indexes that an entry erases: none where it is no record of an erasure."""
    if stored.entry.kind != KIND or stored.body is None:
        return frozenset()
    try:
        body: Any = orjson.loads(stored.body)
        entries = body["record"]["entries"]
        return frozenset(index for index in entries if type(index) is int)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return frozenset()
