"""The store in Neo4j 5, Community or Enterprise."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import neo4j

from catalog import logs
from catalog.errors import OperatorError
from catalog.store.deadline import Deadline
from catalog.store.indexes import INDEXES
from catalog.store.indexes.index import Index
from catalog.store.indexes.keys import LOOKED_UP
from catalog.store.indexes.table import Changes, Table
from catalog.store.indexes.table import Row as IndexRow
from catalog.store.neo4j.connection import Run, runner, translated
from catalog.store.neo4j.contents import Contents
from catalog.store.neo4j.forms import TABLES, kept_of, rows_of
from catalog.store.neo4j.reading import Neo4jReading
from catalog.store.neo4j.writing import Batch, Written
from catalog.store.ordering import Row, unseen
from catalog.store.protocol import Quarantined, StoreReader
from catalog.store.run_memory import RunMemory
from catalog.store.single import SingleReads
from graph_schema.canonical import canonical_text
from graph_schema.cypher import rows, schema
from graph_schema.facts import Facts
from graph_schema.registry import check_facts

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
        self._writing = threading.Lock()
        self._driver = neo4j.GraphDatabase.driver(
            uri,
            auth=(user, password),
            max_transaction_retry_time=retry_seconds,
            connection_acquisition_timeout=retry_seconds,
            connection_timeout=_CONNECT_SECONDS,
            notifications_min_severity="OFF",
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
            self._driver.verify_connectivity()
            with self._driver.session(database=self._database) as session:
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
        if state and state[0]["checkpoint"] >= 0 and _behind(state[0]):
            with self._session() as session:
                session.execute_write(lambda tx: self._add(runner(tx), Facts(), -1, ()))
            self._written.forget()

    def apply(self, facts: Facts, upto: int, quarantined: Sequence[Quarantined] = ()) -> None:
        check_facts(facts)

        def work(transaction: neo4j.ManagedTransaction) -> tuple[int, Batch]:
            return self._add(runner(transaction), facts, upto, quarantined)

        with self._writing, translated(self._uri), self._session() as session:
            try:
                checkpoint, batch = session.execute_write(work)
            except BaseException:
                self._written.forget()
                raise
            batch.remember(checkpoint)

    def keep(self, changes: Changes, table: Table, now: IndexRow, before: IndexRow | None) -> bool:
        def work(transaction: neo4j.ManagedTransaction) -> tuple[int, Batch] | None:
            run = runner(transaction)
            state = run(schema.lock())[0]
            if state["checkpoint"] != self._written.checkpoint:
                self._written.forget()
            batch = Batch(run, self._written, self._contents, state["numbers"])
            kept = batch.keep(changes, table, now, before)
            grown = {"rows": added(state["rows"], batch.rows), "numbers": batch.numbers.kept()}
            run(schema.advance(), **{**state, **grown})
            return (state["checkpoint"], batch) if kept else None

        with self._writing, translated(self._uri), self._session() as session:
            try:
                done = session.execute_write(work)
            except BaseException:
                self._written.forget()
                raise
            if done is not None:
                done[1].remember(done[0])
        return done is not None

    def _add(self, run: Run, facts: Facts, upto: int, quarantined: Sequence[Quarantined]) -> tuple[int, Batch]:
        state = run(schema.lock())[0]
        checkpoint = state["checkpoint"]
        new = unseen(facts, checkpoint, upto)
        # What was written at this checkpoint is there: the graph is a function of the ledger up to it.
        if checkpoint != self._written.checkpoint:
            self._written.forget()
        batch = Batch(run, self._written, self._contents, state["numbers"])
        indexes = self._brought_up(run, batch, state)
        if new:
            batch.write(new)
        batch.quarantine(one for one in quarantined if one.entry > checkpoint)
        now = max(checkpoint, upto)
        run(
            schema.advance(),
            checkpoint=now,
            counts=added(state["counts"], batch.tally),
            rows=added(state["rows"], batch.rows),
            alias_reach=max(state["alias_reach"], batch.alias_reach),
            indexes=indexes,
            numbers=batch.numbers.kept(),
        )
        return now, batch

    def _brought_up(self, run: Run, batch: Batch, state: Mapping[str, Any]) -> str:
        """Fill anew the indexes that another version of them made; return the versions that there are now."""
        behind = _behind(state) if state["checkpoint"] >= 0 else []
        if behind:
            facts = Neo4jReading(run, RunMemory(), self._contents).all_facts()
            for index in behind:
                for table in kept_of(index):
                    run(rows.clear(rows_of(table)))
                    batch.rows[table.name] -= json.loads(state["rows"]).get(table.name, 0)
                batch.refill(index, facts)
                logs.logger.info("an index was filled anew from the facts", extra={"reason": index.name})
        return canonical_text({index.name: index.version for index in INDEXES})

    @contextmanager
    def reading(self, deadline: Deadline | None = None) -> Iterator[StoreReader]:
        with self._reading(None if deadline is None else deadline.remaining + _GRACE_SECONDS) as read:
            read.deadline = deadline
            yield read

    def scan(self) -> Iterator[Row]:
        with self._reading() as read:
            yield from read.scan()

    def clear(self) -> None:
        with self._writing, translated(self._uri), self._session() as session:
            self._written.forget()
            self._memory.forget()
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

    def counts(self) -> dict[str, int]:
        with self._reading() as read:
            return read.counts_of_kinds()

    def check(self) -> None:
        """Neo4j looks after its own pages, by checksums."""

    def close(self) -> None:
        self._driver.close()

    def _session(self, *, reads: bool = False) -> neo4j.Session:
        self._prepare()
        mode = neo4j.READ_ACCESS if reads else neo4j.WRITE_ACCESS
        return self._driver.session(database=self._database, default_access_mode=mode)

    @contextmanager
    def _reading(self, seconds: float | None = None) -> Iterator[Neo4jReading]:
        """Open a transaction, which the server ends after so many seconds, in the middle of a query too."""
        with (
            translated(self._uri),
            self._session(reads=True) as session,
            session.begin_transaction(timeout=seconds) as transaction,
        ):
            yield Neo4jReading(runner(transaction), self._memory, self._contents)


def _behind(state: Mapping[str, Any]) -> list[Index]:
    """Return the indexes of which the graph holds other versions, or none."""
    made = json.loads(state["indexes"])
    return [index for index in INDEXES if made.get(index.name) != index.version]


def added(before: str, more: Mapping[str, int]) -> str:
    """Return counts, as they are kept beside the checkpoint, with more of them."""
    total = Counter(json.loads(before))
    total.update(more)
    return canonical_text({name: count for name, count in total.items() if count})
