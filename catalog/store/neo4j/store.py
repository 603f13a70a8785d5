"""The store in Neo4j 5, Community or Enterprise."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import neo4j

from catalog.errors import OperatorError
from catalog.store.deadline import Deadline
from catalog.store.indexes.keys import LOOKED_UP
from catalog.store.indexes.table import Changes, Table
from catalog.store.indexes.table import Row as IndexRow
from catalog.store.neo4j.connection import Run, SharedDriver, runner, session_of, translated
from catalog.store.neo4j.contents import Contents
from catalog.store.neo4j.forms import TABLES, rows_of
from catalog.store.neo4j.reading import Neo4jReading
from catalog.store.neo4j.refilling import VERSIONS, Refilling, behind
from catalog.store.neo4j.search_memory import SearchMemory
from catalog.store.neo4j.writing import Batch, Written, added
from catalog.store.ordering import Row, unseen
from catalog.store.protocol import Quarantined, StoreReader
from catalog.store.run_memory import RunMemory
from catalog.store.single import SingleReads
from graph_schema.canonical import canonical_text
from graph_schema.cypher import schema
from graph_schema.facts import Facts
from graph_schema.registry import check_facts

T = TypeVar("T")
_CONNECT_SECONDS: Final = 5
_GRACE_SECONDS: Final = 0.5
"""After a deadline, so that whoever set it has seen it pass when the server says so."""
_CLEARED_AT_ONCE: Final = 10_000
_CLEARING: Final = "none: it was being cleared"


class Neo4jStore(SingleReads):
    """A graph in one Neo4j database, for any number of readers and one writer at a time."""

    name = "neo4j"

    def __init__(
        self,
        uri: str,
        user: str,
        password: str,
        *,
        database: str | None = None,
        retry_seconds: float = 30,
        admit: Callable[[Neo4jStore], None] = lambda _: None,
        patient: bool = False,
    ) -> None:
        """Connect, make the constraints and indexes that are not there, and let `admit` look at the graph.

        What `admit` raises, every verb raises until it does not. A `patient` caller takes a server that is not there
        yet: every verb tries it again.

        Raises:
            OperatorError: the server cannot be reached or refuses the user.
        """
        self._uri = uri
        self._database = database
        self._written = Written()
        self._memory = RunMemory()
        self._contents = Contents()
        self._searched = SearchMemory()
        self._writing = threading.Lock()
        self._driver = SharedDriver(
            uri,
            neo4j.GraphDatabase.driver(
                uri,
                auth=(user, password),
                max_transaction_retry_time=retry_seconds,
                connection_acquisition_timeout=retry_seconds,
                connection_timeout=_CONNECT_SECONDS,
                notifications_min_severity="OFF",
            ),
        )
        self._admit = admit
        self._preparing = threading.RLock()
        self._prepared, self._looking = threading.Event(), False
        try:
            with translated(uri):
                self._prepare()
        except BaseException as error:
            # A password that is wrong does not become right by waiting, nor does a graph become another's.
            if not (patient and isinstance(error, OperatorError) and error.retry_after is not None):
                self._driver.close()
                raise

    def _prepare(self) -> None:
        """Make the graph ready for use, unless that was done."""
        if self._prepared.is_set():
            return
        with self._preparing:
            if self._prepared.is_set() or self._looking:
                return
            with self._driver.used() as driver:
                driver.verify_connectivity()
                with session_of(driver, self._database) as session:
                    for statement in schema.schema(map(rows_of, TABLES), LOOKED_UP):
                        session.run(statement).consume()
            # What looks at the graph uses the same verbs, in this thread; all others wait for the lock.
            self._looking = True
            try:
                self._admit(self)
                self._bring_up()
                self._prepared.set()
            finally:
                self._looking = False

    def _bring_up(self) -> None:
        """Fill anew the indexes that another version of them made, or none, before anybody reads them."""
        with self._session(reads=True) as session:
            state = session.execute_read(lambda tx: runner(tx)(schema.state()))
        if state and (behind(state[0]) or state[0]["filling"]):
            with self._session() as session:
                Refilling(
                    lambda work: session.execute_write(lambda tx: work(runner(tx))), self._everything, self._contents
                ).run()
            self._written.forget()

    def _everything(self) -> tuple[int, Facts]:
        """Return all facts that are stored, with the last entry of them."""
        with self._reading(unfinished=True) as read:
            return read.checkpoint(), read.all_facts()

    def apply(self, facts: Facts, upto: int, quarantined: Sequence[Quarantined] = ()) -> None:
        check_facts(facts)

        def work(run: Run) -> tuple[int, Batch]:
            return self._add(run, facts, upto, quarantined)

        checkpoint, batch = self._write(work)
        batch.remember(checkpoint)

    def keep(self, changes: Changes, table: Table, now: IndexRow, before: IndexRow | None) -> bool:
        def work(run: Run) -> tuple[int, Batch] | None:
            state, batch = self._begun(run)
            kept = batch.keep(changes, table, now, before)
            batch.advance({**state, **batch.grown(state)})
            return (state["checkpoint"], batch) if kept else None

        done = self._write(work)
        if done is not None:
            done[1].remember(done[0])
        return done is not None

    def _write(self, work: Callable[[Run], T]) -> T:
        """Do work in one transaction of the only writer here, on indexes that are those of this version."""
        with self._writing, translated(self._uri):
            while True:
                try:
                    with self._session() as session:
                        return session.execute_write(lambda tx: work(runner(tx)))
                except _BehindError:
                    # Another version has written since the graph was looked at.
                    self._written.forget()
                    self._bring_up()
                except BaseException:
                    self._written.forget()
                    raise

    def _begun(self, run: Run) -> tuple[Mapping[str, Any], Batch]:
        """Return the state, which no other transaction changes until this one ends, and what writes."""
        state: Mapping[str, Any] = run(schema.lock())[0].data()
        if behind(state) or state["filling"]:
            raise _BehindError
        # What was written at this checkpoint is there: the graph is a function of the ledger up to it.
        if state["checkpoint"] != self._written.checkpoint:
            self._written.forget()
        return state, Batch(run, self._written, self._contents, state["numbers"])

    def _add(self, run: Run, facts: Facts, upto: int, quarantined: Sequence[Quarantined]) -> tuple[int, Batch]:
        state, batch = self._begun(run)
        checkpoint = state["checkpoint"]
        new = unseen(facts, checkpoint, upto)
        if new:
            batch.write(new)
        batch.quarantine(one for one in quarantined if one.entry > checkpoint)
        now = max(checkpoint, upto)
        batch.advance(
            {
                "checkpoint": now,
                "counts": added(state["counts"], batch.tally),
                "alias_reach": max(state["alias_reach"], batch.alias_reach),
                "indexes": canonical_text(VERSIONS),
                "filling": "",
                "touched": state["touched"],
                **batch.grown(state),
            }
        )
        return now, batch

    @contextmanager
    def reading(self, deadline: Deadline | None = None) -> Iterator[StoreReader]:
        with self._reading(None if deadline is None else deadline.remaining + _GRACE_SECONDS) as read:
            read.deadline = deadline
            yield read

    def scan(self) -> Generator[Row]:
        with self._reading() as read:
            yield from read.scan()

    def clear(self) -> None:
        with self._writing, translated(self._uri), self._session() as session:
            self._written.forget()
            self._memory.forget()
            self._searched.forget()
            # Who is killed in between leaves a graph that says so, and that the next one clears to its end.
            session.execute_write(lambda tx: runner(tx)(schema.begin_clearing()))
            while session.execute_write(lambda tx: runner(tx)(schema.clear(), limit=_CLEARED_AT_ONCE)[0]["removed"]):
                pass
            session.execute_write(lambda tx: runner(tx)(schema.end_clearing()))

    def version(self) -> str | None:
        with translated(self._uri), self._session(reads=True) as session:
            found = session.execute_read(lambda tx: runner(tx)(schema.version()))
        if found and found[0]["clearing"]:
            return _CLEARING
        return found[0]["version"] if found else None

    def mark(self, version: str) -> None:
        with self._writing, translated(self._uri), self._session() as session:
            session.execute_write(lambda tx: runner(tx)(schema.mark(), version=version))

    def forget(self) -> None:
        self._memory.forget()
        self._searched.forget()

    def counts(self) -> dict[str, int]:
        with self._reading() as read:
            return read.counts_of_kinds()

    def check(self) -> None:
        """Neo4j looks after its own pages, by checksums."""

    def close(self) -> None:
        """Close it now, or as soon as no thread reads or writes; from now on none begins to."""
        self._driver.close()

    @contextmanager
    def _session(self, *, reads: bool = False) -> Iterator[neo4j.Session]:
        self._prepare()
        access = neo4j.READ_ACCESS if reads else neo4j.WRITE_ACCESS
        with self._driver.used() as driver, session_of(driver, self._database, access) as session:
            yield session

    @contextmanager
    def _reading(self, seconds: float | None = None, *, unfinished: bool = False) -> Iterator[Neo4jReading]:
        """Open a transaction, which the server ends after so many seconds, in the middle of a query too.

        Where indexes are `unfinished` nothing but facts is read.
        """
        with (
            translated(self._uri),
            self._session(reads=True) as session,
            session.begin_transaction(timeout=seconds) as transaction,
        ):
            read = Neo4jReading(runner(transaction), self._memory, self._contents, self._searched)
            if read.filling and not unfinished and not self._looking:
                raise OperatorError(
                    f"Indexes of the graph in Neo4j at {self._uri} are being filled anew.",
                    action="Wait until it is done; nothing is lost.",
                    retry_after=10,
                )
            yield read


class _BehindError(Exception):
    """The indexes are of another version."""
