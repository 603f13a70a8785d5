from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import neo4j
import pytest
from neo4j.exceptions import Neo4jError, ServiceUnavailable

from catalog.errors import OperatorError
from catalog.store.neo4j.connection import runner, session_of, translated

URI = "bolt://127.0.0.1:7687"


def test_too_little_memory_for_a_transaction_is_told_with_what_to_raise() -> None:
    full = Neo4jError._hydrate_neo4j(code="Neo.TransientError.General.MemoryPoolOutOfMemoryError", message="full")
    with pytest.raises(OperatorError) as raised, translated(URI):
        raise full
    assert "too little memory" in raised.value.detail
    assert "server.memory.heap.max_size" in raised.value.action


def test_a_server_that_is_away_is_waited_for() -> None:
    with pytest.raises(OperatorError) as raised, translated(URI):
        raise ServiceUnavailable
    assert "cannot be reached" in raised.value.detail


def test_of_what_the_driver_says_the_reason_is_told_and_that_what_was_not_taken_is_sent_again() -> None:
    said = (
        "Couldn't connect to 127.0.0.1:7687 (resolved to ('127.0.0.1:7687',)):\nFailed to establish connection to "
        "ResolvedIPv4Address(('127.0.0.1', 7687)) (reason [Errno 111] Connection refused)"
    )
    with pytest.raises(OperatorError) as raised, translated(URI):
        raise ServiceUnavailable(said)
    assert raised.value.detail == f"Neo4j at {URI} cannot be reached or is busy: Connection refused."
    assert "send again" in raised.value.action
    assert "what was taken is safe" in raised.value.action


class GoneOnRollback:
    """A transaction that is still open while its server is gone, as the driver has it: rolled back, it is closed."""

    def __init__(self) -> None:
        self.closed = False

    def _closed(self) -> bool:
        return self.closed

    def _rollback(self) -> None:
        self.closed = True
        raise ServiceUnavailable("made up: the server is gone")


class Connection:
    def send_all(self) -> None:
        """Send nothing."""

    fetch_all = send_all


@pytest.mark.parametrize("fails", [False, True], ids=["after all was read", "where the block fails as well"])
def test_a_session_whose_server_is_gone_is_closed_all_the_same(monkeypatch: pytest.MonkeyPatch, *, fails: bool) -> None:
    with neo4j.GraphDatabase.driver("bolt://127.0.0.1:1") as driver:
        monkeypatch.setattr(neo4j.Session, "_disconnect", lambda session: setattr(session, "_connection", None))
        expected = pytest.raises(ServiceUnavailable, match="asked") if fails else nullcontext()
        with expected, session_of(driver, None) as session:
            held: Any = session
            held._connection, held._transaction = Connection(), GoneOnRollback()
            if fails:
                raise ServiceUnavailable("made up: gone when it was asked")
        assert held._closed


def test_statements_of_lists_of_any_length_are_one_to_the_planner() -> None:
    sent: list[tuple[str, dict[str, Any]]] = []

    class Transaction:
        def run(self, query: str, parameters: dict[str, Any]) -> list[neo4j.Record]:
            sent.append((query, parameters))
            return []

    transaction: Any = Transaction()
    for ids in ([], ["a"], ["a"] * 200):
        runner(transaction)("UNWIND $ids AS id MATCH (n {id: id}) RETURN n LIMIT $limit", ids=ids, limit=1)
    # Of what stands in a map the server looks neither at the length nor at the kind.
    assert {query for query, _ in sent} == {"UNWIND $given.ids AS id MATCH (n {id: id}) RETURN n LIMIT $given.limit"}
    assert [(list(given), given["given"]["limit"]) for _, given in sent] == [(["given"], 1)] * 3
