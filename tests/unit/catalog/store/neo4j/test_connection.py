from __future__ import annotations

import pytest
from neo4j.exceptions import Neo4jError, ServiceUnavailable

from catalog.errors import OperatorError
from catalog.store.neo4j.connection import translated

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
