"""How the rows of an index are declared, and the verbs by which any engine keeps and reads them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, Literal, Protocol, TypeVar

from catalog.store.deadline import Deadline, ReadEndedError
from graph_schema.facts import NOW, Statement
from graph_schema.nodes import Node

T = TypeVar("T")
_MADE_AT_ONCE: Final = 4_096

Direction = Literal["out", "in"]
Either = Literal["both"]

Row = tuple[Any, ...]
"""One value for each column, in the table's order."""
Key = tuple[Any, ...]
"""Values of the first columns of a row, in a table's or an order's order."""
Span = tuple[str, int, int]
"""(run, after, until): what was said by the run later than `after`, at `until` at the latest."""


class Kind(StrEnum):
    """What a column holds."""

    ID = "id"
    """An id, or None: of few that stand in many rows."""
    TEXT = "text"
    INTEGER = "integer"
    VALUE = "value"
    """A text that may be long and that many rows share, or None."""


class Merge(StrEnum):
    """What becomes of a field where a row of the same key is there already."""

    NEWEST = "newest"
    LEAST = "least"
    MOST = "most"


@dataclass(frozen=True, eq=False)
class Table:
    """The columns of a table, of which the first `key` name a row, and the first `prefix` are asked for when writing.

    Rows are sorted by their key; `orders` are further orders of columns in which they are read. `valid` and `known` are
    the columns that a read at a time compares, where the table has such. Of a table with `packed`, all of whose columns
    are its key, an engine may keep the set of the ids in that column for each value of the others; nobody but its own
    search reads it.
    """

    name: str
    columns: tuple[tuple[str, Kind], ...]
    key: int
    prefix: int
    merge: tuple[Merge, ...] = ()
    orders: tuple[tuple[str, ...], ...] = ()
    valid: str | None = None
    known: str | None = None
    packed: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(name for name, _ in self.columns)

    def place(self, column: str) -> int:
        """Return where in a row the column stands."""
        return self.names.index(column)

    def merged(self, before: Row, now: Row) -> Row:
        """Return what a row becomes where another of the same key is written."""
        kept = [(place, choose(before[place], now[place])) for place, choose in self._chosen]
        if all(now[place] == one for place, one in kept):
            return now
        fields = list(now)
        for place, one in kept:
            fields[place] = one
        return tuple(fields)

    @cached_property
    def _chosen(self) -> tuple[tuple[int, Callable[[Any, Any], Any]], ...]:
        """The places of the fields of which not simply the newer stays, and what chooses."""
        return tuple(
            (place, min if merge is Merge.LEAST else max)
            for place, merge in enumerate(self.merge, self.key)
            if merge is not Merge.NEWEST
        )


@dataclass(slots=True)
class Changes:
    """Rows to write and rows to take away, by table; what is taken away is not written."""

    put: dict[str, list[Row]] = field(default_factory=dict)
    drop: dict[str, list[Key]] = field(default_factory=dict)

    def add(self, table: Table, rows: Collection[Row]) -> None:
        """Write these rows too."""
        if rows:
            self.put.setdefault(table.name, []).extend(rows)

    def remove(self, table: Table, keys: Collection[Key]) -> None:
        """Take these rows away too, by their whole keys."""
        if keys:
            self.drop.setdefault(table.name, []).extend(keys)


class Past(Protocol):
    """What is stored, asked in bulk by whoever writes; nothing of the facts being added is in it."""

    def under(self, table: Table, prefixes: Collection[Key]) -> Mapping[Key, Sequence[Row]]:
        """Return the rows that begin with each of the prefixes, which are of the table's `prefix` columns."""

    def history(self, pairs: Collection[tuple[str, str]]) -> list[Statement]:
        """Return every statement about the (subject, aspect) pairs."""

    def outputs(self, spans: Collection[Span]) -> list[Statement]:
        """Return the lasting statements about outputs that runs made within the spans."""

    def nodes(self, ids: Collection[str]) -> Mapping[str, Node]:
        """Return the nodes of these ids that have a key."""


class IndexReader(ABC):
    """The rows of one consistent state, read by whoever answers."""

    deadline: Deadline | None = None
    """Until when somebody waits for the answer, where it is known: an engine looks at it, and whoever joins rows."""

    memo: dict[str, Any] | None = None
    """What indexes, by their names, remember of rows that they read, where this reader sees one state and no other."""

    def while_awaited(self, made: Iterable[T]) -> Iterator[T]:
        """Yield what is made of rows; raises ReadEndedError in the middle where nobody waits for it any more."""
        for count, one in enumerate(made):
            if count % _MADE_AT_ONCE == 0 and self.deadline is not None and not self.deadline.lasts():
                raise ReadEndedError
            yield one

    @abstractmethod
    def rows(  # both times and what is wanted
        self,
        table: Table,
        prefixes: Sequence[Key],
        order: int = 0,
        *,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Row]:
        """Return the rows that begin with any of the prefixes, valid and known by then, each once and in any order.

        `order` 0 is the table's own, 1 the first of its `orders`.
        """

    def several(
        self, asks: Sequence[tuple[Table, Sequence[Key], int]], *, valid_at: int = NOW, known_at: int = NOW
    ) -> list[list[Row]]:
        """Return what `rows` answers of each (table, prefixes, order): an engine that is far away is asked once."""
        return [self.rows(*one, valid_at=valid_at, known_at=known_at) for one in asks]

    def has_at_most(self, table: Table, count: int) -> bool:  # noqa: ARG002  an engine that is near counts no rows ahead
        """Tell whether it is known, before anything is asked, that a table has no more rows than that."""
        return False

    @abstractmethod
    def ends(  # both times and what is wanted
        self,
        table: Table,
        prefixes: Sequence[Key],
        column: str,
        order: int = 0,
        *,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> set[Any]:
        """Return the values of one column in these rows."""

    @abstractmethod
    def newest(self, table: Table, asks: Sequence[tuple[Key, int]], count: int, *, known_at: int = NOW) -> list[Row]:
        """Return for each (first columns, bound) the `count` greatest rows, by the rest of the key, that begin with
        them and whose next column is no greater than the bound; each row once. Ids are compared as texts.
        """

    @abstractmethod
    def counts(self, table: Table, prefixes: Sequence[Key], order: int = 0) -> dict[Key, int]:
        """Return how many rows begin with each of the prefixes, at whatever time."""
