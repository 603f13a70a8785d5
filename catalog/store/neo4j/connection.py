"""The driver's errors as ours, and one way to run a statement."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import neo4j
from neo4j.exceptions import AuthError, ClientError, DriverError, Neo4jError, ServiceUnavailable, TransientError

from catalog.errors import OperatorError
from catalog.store.deadline import ReadEndedError

Run = Callable[..., Sequence[neo4j.Record]]
"""Run one statement with its parameters and return all its records: one round trip."""

ROWS: Final = 2_000
"""Rows that one statement takes: more only cost the server memory."""


class SharedDriver:
    """A driver that many threads use, closed behind the last of them: its own `close` may not meet one that uses it."""

    def __init__(self, uri: str, driver: neo4j.Driver) -> None:
        """Take over a driver that is open."""
        self._uri = uri
        self._driver = driver
        self._lock = threading.Lock()
        self._users = 0
        self._closing = False

    @contextmanager
    def used(self) -> Iterator[neo4j.Driver]:
        """Keep it open until the block ends; raises OperatorError where it is to be closed."""
        with self._lock:
            if self._closing:
                raise OperatorError(f"The graph in Neo4j at {self._uri} was closed.", action="Open it again.")
            self._users += 1
        try:
            yield self._driver
        finally:
            with self._lock:
                self._users -= 1
                last = self._closing and not self._users
            if last:
                self._driver.close()

    def close(self) -> None:
        """Let nobody use it any more, and close it now or as soon as nobody does."""
        with self._lock:
            self._closing, idle = True, not self._users
        if idle:
            self._driver.close()


@contextmanager
def session_of(driver: neo4j.Driver, database: str | None, access: str = neo4j.WRITE_ACCESS) -> Iterator[neo4j.Session]:
    """Open a session until the block ends.

    What was asked within is answered by then, or has failed. Where the server is gone as the driver rolls back what is
    open still, it leaves the session half closed, and closes it when it is asked again.
    """
    session = driver.session(database=database, default_access_mode=access)
    try:
        yield session
    finally:
        try:
            session.close()
        except (DriverError, Neo4jError, OSError):
            session.close()


@contextmanager
def translated(uri: str) -> Iterator[None]:
    """Turn what the driver says of the server into what the operator can do about it."""
    try:
        yield
    except AuthError as error:
        raise OperatorError(
            f"Neo4j at {uri} refuses the user or the password.", action="Set the right ones for LINEWARD_NEO4J."
        ) from error
    except (ServiceUnavailable, TransientError) as error:
        if isinstance(error, Neo4jError) and error.code == _OUT_OF_MEMORY:
            raise OperatorError(
                f"Neo4j at {uri} has too little memory for one transaction.",
                action="Raise server.memory.heap.max_size, or dbms.memory.transaction.total.max, and restart it; what "
                "was taken is safe in the ledger and is projected afterwards.",
                retry_after=30,
            ) from error
        raise OperatorError(
            f"Neo4j at {uri} cannot be reached or is busy: {_line(error)}.",
            action="Start it or wait, and ask or send again; what was taken is safe in the ledger and is projected"
            " afterwards.",
            retry_after=10,
        ) from error
    except ClientError as error:
        if (error.code or "").startswith(_TIMED_OUT):
            raise ReadEndedError from error
        if not (error.code or "").startswith(_OUTSIDE):
            raise
        raise OperatorError(
            f"Neo4j at {uri} cannot write: {error.message}.",
            action="Look at its disk, rights and settings.",
            retry_after=30,
        ) from error
    except Neo4jError as error:
        raise OperatorError(
            f"Neo4j at {uri} failed: {error.message}.", action="Look at its log.", retry_after=30
        ) from error
    except DriverError as error:
        if not error.is_retryable():
            raise
        raise OperatorError(
            f"Neo4j at {uri} went away: {_line(error)}.", action="Start it or wait; nothing is lost.", retry_after=10
        ) from error


def _line(error: Exception) -> str:
    """Return what the driver says in one line: the system's own reason alone where it names one."""
    text = " ".join(str(error).split()).rstrip(".")
    found = _REASON.search(text)
    return text if found is None else found["reason"]


_REASON: Final = re.compile(r"\(reason (?:\[Errno -?\d+\] )?(?P<reason>[^()]+)\)")
_OUT_OF_MEMORY: Final = "Neo.TransientError.General.MemoryPoolOutOfMemoryError"
_TIMED_OUT: Final = "Neo.ClientError.Transaction.TransactionTimedOut"
_OUTSIDE: Final = (
    "Neo.ClientError.Security",
    "Neo.ClientError.Database",
    "Neo.ClientError.General",
    "Neo.ClientError.Cluster",
)


def planned_once(query: str) -> str:
    """Return a statement with its parameters in one map, `given`.

    Of parameters that stand alone the server makes another plan for each power of ten that each list and text may be as
    long as: of a statement with seven lists hundreds, at 0.3 s each.
    """
    return query.replace("$", "$given.")


def runner(transaction: neo4j.Transaction | neo4j.ManagedTransaction) -> Run:
    """Return how statements run inside this transaction."""

    def run(query: str, **parameters: object) -> Sequence[neo4j.Record]:
        return list(transaction.run(planned_once(query), {"given": parameters}))

    return run


class SilentMismatchError(AssertionError):
    """A statement touched other than the rows it was sent: a defect of ours, and nothing was written."""


def write(run: Run, query: str, rows: Sequence[Mapping[str, Any]], expected: int | None = None) -> None:
    """Run a writing statement over rows and hold what it wrote to what it was sent.

    Raises:
        SilentMismatchError: some row matched nothing, or more than one.
    """
    written = 0
    for start in range(0, len(rows), ROWS):
        part = rows[start : start + ROWS]
        written += run(query, rows=part)[0]["written"]
    wanted = len(rows) if expected is None else expected
    if written != wanted:
        raise SilentMismatchError(f"wrote {written} of {wanted} rows: {query}")
