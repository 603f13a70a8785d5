"""Ids as integers and values as addresses of their content, while one batch is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from hashlib import blake2b
from typing import Final

from graph_schema.nodes import Node

_REMEMBERED: Final = 200_000


class Names:
    """What is remembered from batch to batch of the ids seen; forgotten whenever someone else wrote the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Remember nothing."""
        self._connection = connection
        self._version = -1
        self._numbers: dict[str, int] = {}
        self._named: set[str] = set()

    def begin(self) -> None:
        """Check, inside a transaction, that what is remembered still holds."""
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version or len(self._numbers) > _REMEMBERED:
            self.forget()
            self._version = version

    def forget(self) -> None:
        """Remember nothing: after a transaction that was rolled back, and after clearing."""
        self._version = -1
        self._numbers.clear()
        self._named.clear()

    def ensure(self, ids: Iterable[str]) -> None:
        """Give every id a number."""
        missing = [identifier for identifier in dict.fromkeys(ids) if identifier not in self._numbers]
        if missing:
            self._connection.executemany("INSERT OR IGNORE INTO node (id) VALUES (?)", ((one,) for one in missing))
            self._remember(missing)

    def look_up(self, ids: Collection[str]) -> None:
        """Learn the numbers of those of the ids that have one."""
        self._remember([identifier for identifier in ids if identifier not in self._numbers])

    def number(self, identifier: str | None) -> int:
        """Return the number of an id, 0 for none and for an unknown one."""
        return 0 if identifier is None else self._numbers.get(identifier, 0)

    def unnamed(self, nodes: Iterable[tuple[Node, int]]) -> list[tuple[Node, int]]:
        """Return those of the nodes that no entry named yet."""
        return [(node, entry) for node, entry in nodes if node.id not in self._named]

    def name(self, ids: Iterable[str]) -> None:
        """Remember that these are named now."""
        self._named.update(ids)

    def _remember(self, ids: Iterable[str]) -> None:
        for identifier in ids:
            row = self._connection.execute("SELECT n, entry FROM node WHERE id = ?", (identifier,)).fetchone()
            if row is not None:
                self._numbers[identifier] = row[0]
                if row[1] is not None:
                    self._named.add(identifier)


class Values:
    """The texts of one batch, each stored once however often it is said."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Know no text yet."""
        self._connection = connection
        self._numbers: dict[str, int] = {}

    def number(self, text: str | None) -> int:
        """Return the number of a value, stored if it is new; 0 for an ending."""
        if text is None:
            return 0
        known = self._numbers.get(text)
        if known is None:
            digest = blake2b(text.encode(), digest_size=16).digest()
            row = self._connection.execute("SELECT v FROM value WHERE digest = ?", (digest,)).fetchone()
            if row is None:
                done = self._connection.execute(
                    "INSERT INTO value (digest, text, worded) VALUES (?, ?, 0)", (digest, text)
                )
                known = done.lastrowid or 0
            else:
                known = row[0]
            self._numbers[text] = known
        return known
