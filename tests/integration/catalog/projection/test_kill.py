from __future__ import annotations

import random
from pathlib import Path

from catalog.ledger.sqlite import SqliteLedger
from catalog.projection.follower import Projection
from catalog.projection.rebuilding import rebuild
from catalog.store.memory import MemoryStore
from catalog.store.sqlite import SqliteStore
from tests.support.killing import killed

ROUNDS = 4
PROCESS = "tests.integration.catalog.projection.following_process"


def test_a_kill_while_projecting_leaves_a_graph_that_goes_on_where_it_was(tmp_path: Path) -> None:
    moments = random.Random(9162)  # noqa: S311  moments, not secrets
    seen: list[int] = []
    for round_ in range(ROUNDS):
        seen += map(int, killed(PROCESS, tmp_path, round_, moments.uniform(0.01, 0.4)))
    ledger = SqliteLedger.open(tmp_path / "ledger.sqlite", tmp_path / "keys", "tests.example/ledger")
    store, fresh = SqliteStore(tmp_path / "graph.sqlite"), MemoryStore()
    try:
        assert len(seen) >= ROUNDS
        assert store.checkpoint() >= max(seen)
        projection = Projection(ledger, store)
        projection.resume()
        while projection.step():
            pass
        rebuild(ledger, fresh)
        assert store.checkpoint() == ledger.size() - 1
        assert store.quarantined() == []
        assert list(store.scan()) == list(fresh.scan())
    finally:
        store.close()
        ledger.close()
