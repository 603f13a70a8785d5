"""A graph that could not even be opened: every verb says so, and events are taken all the same."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from catalog.errors import DamagedGraphError
from catalog.store.deadline import Deadline
from catalog.store.indexes.table import Changes, Table
from catalog.store.indexes.table import Row as IndexRow
from catalog.store.ordering import Row
from catalog.store.protocol import Quarantined, StoreReader
from catalog.store.single import SingleReads
from graph_schema.facts import Facts


class DamagedStore(SingleReads):
    """Stands where the graph would until it is made anew; each verb raises DamagedGraphError."""

    name = "damaged"

    def __init__(self, where: str, what: str) -> None:
        """Keep which graph it is and what was found."""
        self._where = where
        self._what = what

    def apply(self, facts: Facts, upto: int, quarantined: Sequence[Quarantined] = ()) -> None:  # noqa: ARG002
        self._refuse()

    def keep(self, changes: Changes, table: Table, now: IndexRow, before: IndexRow | None) -> bool:  # noqa: ARG002
        self._refuse()

    @contextmanager
    def reading(self, deadline: Deadline | None = None) -> Iterator[StoreReader]:  # noqa: ARG002
        self._refuse()
        yield  # what is never reached makes it a context manager

    def scan(self) -> Generator[Row]:
        self._refuse()

    def clear(self) -> None:
        self._refuse()

    def version(self) -> str | None:
        self._refuse()

    def mark(self, version: str) -> None:  # noqa: ARG002
        self._refuse()

    def forget(self) -> None:
        """Remember nothing: nothing was read."""

    def check(self) -> None:
        self._refuse()

    def counts(self) -> dict[str, int]:
        self._refuse()

    def close(self) -> None:
        """Release nothing: nothing was opened."""

    def _refuse(self) -> NoReturn:
        raise DamagedGraphError(self._where, self._what)
