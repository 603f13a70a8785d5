"""Ids as integers and values and contents as addresses of what they hold, remembered from batch to batch."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b
from typing import Final

from graph_schema.assertions import Content, StatedAspect, StatedEdge
from graph_schema.facts import Facts, Structure
from graph_schema.nodes import Node

_REMEMBERED: Final = 200_000
_CONTENTS: Final = 4_096
INLINE: Final = 96
"""Characters up to which a text of one fact alone stands in its row."""


class Names:
    """What is remembered of ids, values, structural edges and contents; forgotten whenever someone else wrote."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Remember nothing."""
        self._connection = connection
        self._version = -1
        self._numbers: dict[str, int] = {}
        self._named: set[str] = set()
        self._values: dict[str, int] = {}
        self._structure: set[tuple[str, str, str]] = set()
        self._structures: set[Structure] = set()
        self._size = 0
        self._contents: dict[bytes, int] = {}
        self._content_of: dict[int, Content] = {}
        self._next: dict[str, int] = {}
        self._unstored: list[str] = []
        self.fresh: set[str] = set()
        """The ids that this batch mentions first: nothing is stored of them."""

    def begin(self) -> bool:
        """Check, inside a transaction, that what is remembered still holds; return whether it does."""
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        self.fresh.clear()
        if version == self._version and len(self._numbers) + len(self._structure) <= _REMEMBERED:
            return True
        self.forget()
        self._version = version
        return False

    def forget(self) -> None:
        """Remember nothing: after a transaction that was rolled back, and after clearing."""
        self._version = -1
        self._numbers, self._named, self._structure = {}, set(), set()
        self._values, self._contents, self._content_of = {}, {}, {}
        self._next, self._unstored = {}, []
        self._structures, self._size = set(), 0
        self.fresh = set()

    def ensure(self, ids: Iterable[str]) -> None:
        """Give every id a number; what is new of them `unstored` tells, once."""
        numbers = self._numbers
        missing = dict.fromkeys([identifier for identifier in ids if identifier not in numbers])
        if not missing:
            return
        self.look_up(missing)
        fresh = [identifier for identifier in missing if identifier not in numbers]
        if fresh:
            first = self.next_of("node", "n", len(fresh))
            numbers.update(zip(fresh, range(first, first + len(fresh)), strict=True))
            self.fresh.update(fresh)
            self._unstored += fresh

    def look_up(self, ids: Iterable[str]) -> None:
        """Remember the numbers of those of the ids that have one: one query, however many they are."""
        unknown = [identifier for identifier in ids if identifier not in self._numbers]
        if not unknown:
            return
        for identifier, number, entry in self._connection.execute(_NODES, (json.dumps(unknown),)):
            self._numbers[identifier] = number
            if entry is not None:
                self._named.add(identifier)

    def unstored(self) -> list[str]:
        """Return the ids that got a number and have no row yet; who asks writes them."""
        new, self._unstored = self._unstored, []
        return new

    def next_of(self, table: str, column: str, count: int) -> int:
        """Return the first of so many numbers in a row that no row of the table has; nobody else gets them."""
        first = self._next.get(table)
        if first is None:
            query = f"SELECT coalesce(max({column}), 0) + 1 FROM {table}"  # noqa: S608  # names of ours
            first = int(self._connection.execute(query).fetchone()[0])
        self._next[table] = first + count
        return first

    def number(self, identifier: str | None) -> int:
        """Return the number of an id, 0 for none and for an unknown one."""
        return 0 if identifier is None else self._numbers.get(identifier, 0)

    def unnamed(self, nodes: Iterable[tuple[Node, int]]) -> list[tuple[Node, int]]:
        """Return those of the nodes that no entry named yet."""
        named = self._named
        return [(node, entry) for node, entry in nodes if node.id not in named]

    def name(self, ids: Iterable[str]) -> None:
        """Remember that these are named now."""
        self._named.update(ids)

    def without_stored(self, facts: Facts) -> Facts:
        """Return the facts without the structures that are stored already."""
        new = tuple([one for one in facts.structures if one[0] not in self._structures])
        return facts if len(new) == len(facts.structures) else replace(facts, structures=new)

    def keep(self, structures: Iterable[tuple[Structure, int]]) -> None:
        """Remember that these are stored now; of very many, the newest."""
        for structure, _ in structures:
            if self._size + len(structure) > _REMEMBERED:
                self._structures.clear()
                self._size = 0
            self._structures.add(structure)
            self._size += len(structure)

    def is_new_structure(self, source: str, kind: str, target: str) -> bool:
        """Tell whether an edge that is stored once is not, and remember that it will be."""
        edge = source, kind, target
        if edge in self._structure:
            return False
        self._structure.add(edge)
        if source in self.fresh or target in self.fresh:
            return True
        found = self._connection.execute(
            "SELECT 1 FROM structure WHERE source = ? AND kind = ? AND target = ?",
            (self.number(source), kind, self.number(target)),
        ).fetchone()
        return found is None

    def value(self, text: str | None) -> int:
        """Return the number of a value, stored if it is new; 0 for none."""
        if text is None:
            return 0
        known = self._values.get(text)
        if known is None:
            digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            row = self._connection.execute("SELECT v FROM value WHERE digest = ?", (digest,)).fetchone()
            if row is None:
                done = self._connection.execute("INSERT INTO value (digest, text) VALUES (?, ?)", (digest, text))
                known = done.lastrowid or 0
            else:
                known = row[0]
            if len(self._values) >= _CONTENTS:
                self._values.clear()
            self._values[text] = known
        return known

    def inline(self, text: str | None) -> int | str:
        """Return what stands in the row of one fact: a short text, the number of a longer one, 0 for an ending."""
        return text if text is not None and len(text) <= INLINE else self.value(text)

    def content(self, digest: bytes) -> int:
        """Return the number of a content, 0 for one that is not stored."""
        known = self._contents.get(digest, 0)
        if not known:
            row = self._connection.execute("SELECT c FROM content WHERE digest = ?", (digest,)).fetchone()
            if row is not None:
                known = self._contents[digest] = row[0]
        return known

    def remember(self, number: int, content: Content) -> None:
        """Remember a content and its number."""
        if len(self._content_of) >= _CONTENTS:
            self._content_of.clear()
        if len(self._contents) >= _REMEMBERED:
            self._contents.clear()
        self._contents[content.digest] = number
        self._content_of[number] = content

    def content_of(self, number: int) -> Content:
        """Return a stored content."""
        known = self._content_of.get(number)
        if known is None:
            known = Content(
                self._connection.execute("SELECT digest FROM content WHERE c = ?", (number,)).fetchone()[0],
                tuple(map(StatedAspect._make, self._connection.execute(_STATEMENTS, (number,)))),
                tuple(map(StatedEdge._make, self._connection.execute(_EDGES, (number,)))),
            )
            self.remember(number, known)
        return known


_NODES: Final = "SELECT node.id, n, entry FROM json_each(?) a CROSS JOIN node ON node.id = a.value"
_STATEMENTS: Final = (
    "SELECT subject.id, s.aspect, v.text, s.role FROM content_statement s JOIN node subject ON subject.n = s.subject "
    "LEFT JOIN value v ON v.v = s.value WHERE s.content = ?"
)
_EDGES: Final = (
    "SELECT e.kind, source.id, target.id, v.text FROM content_edge e LEFT JOIN node source ON source.n = e.source "
    "JOIN node target ON target.n = e.target JOIN value v ON v.v = e.value WHERE e.content = ?"
)
