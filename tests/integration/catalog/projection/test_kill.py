from __future__ import annotations

import random
import subprocess
import sys
import threading
from pathlib import Path

from catalog.ledger.sqlite import SqliteLedger
from catalog.projection import Projection, rebuild
from catalog.store.memory import MemoryStore
from catalog.store.sqlite import SqliteStore

ROUNDS = 4
REPOSITORY = Path(__file__).resolve().parents[4]


def killed_while_projecting(folder: Path, round_: int, seconds: float) -> list[int]:
    """Run the process for so long after its first entry stood in the graph; return all the entries that it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.catalog.projection.following_process", str(folder), str(round_)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    with process:
        first = process.stdout.readline()
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        rest = process.stdout.read()
        timer.join()
    return [int(index) for index in (first + rest).split(b"\n")[:-1]]


def test_a_kill_while_projecting_leaves_a_graph_that_goes_on_where_it_was(tmp_path: Path) -> None:
    moments = random.Random(9162)  # noqa: S311  moments, not secrets
    seen: list[int] = []
    for round_ in range(ROUNDS):
        seen += killed_while_projecting(tmp_path, round_, moments.uniform(0.01, 0.4))
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
