"""The store in Neo4j 5, Community or Enterprise."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import neo4j

from catalog.errors import OperatorError
from catalog.store.neo4j.connection import Run, runner, translated
from catalog.store.neo4j.reading import Neo4jReading
from catalog.store.neo4j.writing import Batch, counted
from catalog.store.ordering import Row, unseen
from catalog.store.protocol import Deadline, Quarantined, StoreReader
from catalog.store.run_memory import RunMemory
from catalog.store.single import SingleReads
from graph_schema import cypher
from graph_schema.facts import Facts
from graph_schema.registry import check_facts

_REMEMBERED: Final = 500_000
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
        self._named: set[str] = set()
        self._named_at = -1
        self._memory = RunMemory()
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
                for statement in cypher.schema():
                    session.run(statement).consume()
            # What looks at the graph uses the same verbs, in this thread; all others wait for the lock.
            self._looking = True
            try:
                self._admit(self)
                self._prepared.set()
            finally:
                self._looking = False

    def apply(self, facts: Facts, upto: int, quarantined: Sequence[Quarantined] = ()) -> None:
        check_facts(facts)

        def work(transaction: neo4j.ManagedTransaction) -> tuple[int, set[str]]:
            return self._add(runner(transaction), facts, upto, quarantined)

        with self._writing, translated(self._uri), self._session() as session:
            try:
                checkpoint, named = session.execute_write(work)
            except BaseException:
                self._named, self._named_at = set(), -1
                raise
            self._named = named if len(named) <= _REMEMBERED else set()
            self._named_at = checkpoint

    def _add(self, run: Run, facts: Facts, upto: int, quarantined: Sequence[Quarantined]) -> tuple[int, set[str]]:
        before = run(cypher.lock())[0]
        checkpoint, alias_reach = before["checkpoint"], before["alias_reach"]
        new = unseen(facts, checkpoint, upto)
        # What was named at this checkpoint is named: the graph is a function of the ledger up to it.
        batch = Batch(run, self._named if checkpoint == self._named_at else set())
        if new:
            batch.write(new)
        batch.quarantine(one for one in quarantined if one.entry > checkpoint)
        now = max(checkpoint, upto)
        aliased = sorted({edge.source for edge in new.edges if edge.kind == "IS_ALIAS_OF"})
        run(
            cypher.advance(),
            checkpoint=now,
            counts=counted(before["counts"], batch.tally),
            alias_reach=max(alias_reach, _longest_chain(run, aliased)) if aliased else alias_reach,
            hubs=before["hubs"] + batch.new_hubs,
            joined=before["joined"] or batch.joined,
        )
        kept = self._named if checkpoint == self._named_at else set()
        return now, kept | batch.newly_named

    @contextmanager
    def reading(self, deadline: Deadline | None = None) -> Iterator[StoreReader]:
        with self._reading(None if deadline is None else deadline.remaining + _GRACE_SECONDS) as read:
            yield read

    def scan(self) -> Iterator[Row]:
        with self._reading() as read:
            yield from read.scan()

    def clear(self) -> None:
        with self._writing, translated(self._uri), self._session() as session:
            self._named, self._named_at = set(), -1
            self._memory.forget()
            # Who is killed in between leaves a graph that says so, and that the next one clears to its end.
            session.execute_write(lambda tx: runner(tx)(cypher.begin_clearing()))
            while session.execute_write(lambda tx: runner(tx)(cypher.clear(), limit=_CLEARED_AT_ONCE)[0]["removed"]):
                pass
            session.execute_write(lambda tx: runner(tx)(cypher.end_clearing()))

    def version(self) -> str | None:
        with translated(self._uri), self._session(reads=True) as session:
            found = session.execute_read(lambda tx: runner(tx)(cypher.version()))
        if found and found[0]["clearing"]:
            return _CLEARING
        return found[0]["version"] if found else None

    def mark(self, version: str) -> None:
        with self._writing, translated(self._uri), self._session() as session:
            session.execute_write(lambda tx: runner(tx)(cypher.mark(), version=version))

    def forget(self) -> None:
        self._memory.forget()

    def counts(self) -> dict[str, int]:
        with self._reading() as read:
            return read.counts()

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
            yield Neo4jReading(runner(transaction), self._memory)


def _longest_chain(run: Run, datasets: Sequence[str]) -> int:
    """Return how many aliases lie at most between two names of any of the datasets."""
    read = Neo4jReading(run, RunMemory())
    read.see_everything()
    return max(len(_names(read, dataset)) - 1 for dataset in datasets)


def _names(read: Neo4jReading, dataset: str) -> set[str]:
    names, frontier = {dataset}, {dataset}
    while frontier:
        edges = read.edges(sorted(frontier), ("IS_ALIAS_OF",), "both")
        frontier = {end for edge in edges for end in (edge.source, edge.target)} - names
        names |= frontier
    return names
