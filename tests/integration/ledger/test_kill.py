from __future__ import annotations

import random
import subprocess
import sys
import threading
from pathlib import Path

from catalog.ledger.sqlite import SqliteLedger
from tests.contract.ledger.making import ORIGIN

ROUNDS = 10
REPOSITORY = Path(__file__).resolve().parents[3]


def killed_under_load(folder: Path, round_: int, seconds: float) -> list[tuple[int, int]]:
    """Run the process for so long after its first acknowledgement; return (index, name) of all that it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.ledger.appending_process", str(folder), str(round_)],
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
    assert first, "the process ended before it acknowledged anything"
    lines = (first + rest).decode().splitlines()
    return [(int(index), int(name)) for index, name in map(str.split, lines)]


def test_a_kill_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    moments = random.Random(6962)  # noqa: S311 (moments, not secrets)
    acknowledged: dict[int, int] = {}
    for round_ in range(ROUNDS):
        acknowledged |= killed_under_load(tmp_path, round_, moments.uniform(0.005, 0.3))
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
