"""A process that appends for ever and prints each index once it is acknowledged; the test kills it."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from catalog.ledger.sqlite import SqliteLedger
from tests.contract.ledger.making import ORIGIN, make_draft


def main(folder: Path, round_: int) -> None:
    ledger = SqliteLedger.open(folder / "ledger.sqlite", folder / "keys", ORIGIN)
    window = threading.Semaphore(200)
    number = 0
    while True:
        number += 1
        window.acquire()
        name = round_ * 1_000_000 + number
        future = ledger.append(make_draft(name, body=b'{"number":%d,"text":"%s"}' % (name, b"made up " * 100)))

        def acknowledge(done: object, name: int = name) -> None:
            # One write of one short line: a kill leaves the line whole or absent.
            os.write(1, b"%d %d\n" % (done.result().index, name))  # type: ignore[attr-defined]
            window.release()

        future.add_done_callback(acknowledge)
        if number % 500 == 0:
            ledger.checkpoint()


main(Path(sys.argv[1]), int(sys.argv[2]))
