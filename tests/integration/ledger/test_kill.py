from __future__ import annotations

import random
from pathlib import Path

from catalog.ledger.sqlite import SqliteLedger
from tests.contract.ledger.making import ORIGIN
from tests.support.killing import killed

ROUNDS = 10
PROCESS = "tests.integration.ledger.appending_process"
"""It prints the index and the name of each entry that was acknowledged."""


def test_a_kill_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    moments = random.Random(6962)  # noqa: S311 (moments, not secrets)
    acknowledged: dict[int, int] = {}
    for round_ in range(ROUNDS):
        lines = killed(PROCESS, tmp_path, round_, moments.uniform(0.005, 0.3))
        acknowledged |= {int(index): int(name) for index, name in map(str.split, lines)}
    ledger = SqliteLedger.open(tmp_path / "ledger.sqlite", tmp_path / "keys", ORIGIN)
    try:
        kept = {stored.index: stored.entry.correlation_id for stored in ledger.entries(0, ledger.size())}
        report = ledger.verify()
    finally:
        ledger.close()
    assert len(acknowledged) >= ROUNDS
    assert {index: kept.get(index) for index in acknowledged} == {
        index: f"request-{name}" for index, name in acknowledged.items()
    }
    assert report.ok, report.problems
