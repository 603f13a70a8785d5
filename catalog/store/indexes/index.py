"""What an index is: tables of rows that follow from the facts, kept and read by every engine alike.

An index says which rows new facts add, given what was there, and, as its specification, which rows follow from all
facts at once. An engine keeps the rows by their declaration and knows none by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from catalog.store.indexes.table import Changes, IndexReader, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.facts import Facts


@dataclass(frozen=True)
class Index:
    """A name, a version, the tables, and the two ways in which their rows come about.

    A table may hold rows of a follower as well, which no fact adds: see `Store.keep`.

    The version is raised whenever the same facts would give other rows: the tables are then filled anew from the facts
    that are stored. `uses` names the indexes whose work on a batch this one builds on.
    """

    name: str
    version: int
    tables: tuple[Table, ...]
    derive: Callable[[Work], Changes]
    """The rows that new facts add, given what was there."""
    specification: Callable[[Facts], Changes]
    """The rows that follow from all facts; where a store may keep other rows, they give the same answers."""
    answers: Callable[[IndexReader, Sequence[str]], Iterator[Row]]
    """All that is answered about nodes: what two stores, or rows and specification, are compared by."""
    uses: tuple[str, ...] = ()
