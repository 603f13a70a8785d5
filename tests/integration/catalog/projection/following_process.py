"""A process that takes and projects events for ever, and prints which are in the graph; the test kills it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from catalog.access.keys import KeyFile, local_actor
from catalog.intake import Intake
from catalog.ledger.sqlite import SqliteLedger
from catalog.projection.entry_facts import facts_of
from catalog.projection.follower import Projection
from catalog.store.sqlite import SqliteStore
from tests.support.records import event

ORIGIN = "tests.example/ledger"


def main(folder: Path, round_: int) -> None:
    ledger = SqliteLedger.open(folder / "ledger.sqlite", folder / "keys", ORIGIN)
    store = SqliteStore(folder / "graph.sqlite")
    projection = Projection(ledger, store, batch=20)
    projection.start()
    intake = Intake(ledger, store, projection, KeyFile(folder / "keys.sqlite"), token_key=b"t" * 32, facts_of=facts_of)
    number = 0
    while True:
        number += 1
        body = event(run=f"0190d2e6-0000-7000-8000-{round_:06d}{number:06d}", tags={"tags": []})
        accepted = intake.submit_event(body, local_actor(), "tests").result()
        if number % 10 == 0:
            projection.wait_for(accepted.receipt.index, 60)
            os.write(1, b"%d\n" % accepted.receipt.index)


main(Path(sys.argv[1]), int(sys.argv[2]))
