"""A process whose files may not grow beyond a size, until it is told that there is room again.

It prints what became of each append, one word a line, and at last whether the ledger verifies.
"""

from __future__ import annotations

import resource
import signal
import sys
from pathlib import Path

from catalog.errors import OperatorError
from catalog.ledger.sqlite import SqliteLedger
from tests.contract.ledger.making import ORIGIN, make_draft

LIMIT = 400_000
REFUSALS = 3


def outcome(ledger: SqliteLedger, number: int) -> str:
    body = b'{"number":%d,"text":"%s"}' % (
        number,
        bytes(b"0123456789abcdef"[(number * i * i) % 13] for i in range(4_000)),
    )
    futures = [ledger.append(make_draft(number * 10 + part, body=body)) for part in range(10)]
    try:
        for future in futures:
            future.result(timeout=10)
    except OperatorError as error:
        return f"refused:{error.retry_after}"
    return "taken"


def main(folder: Path) -> None:
    # A write beyond the limit shall fail, as on a full disk, and not end the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    ledger = SqliteLedger.open(folder / "ledger.sqlite", folder / "keys", ORIGIN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, resource.RLIM_INFINITY))
    number, refused = 0, 0
    # After the first refusal the log may be folded into the file, which makes room once more.
    while refused < REFUSALS:
        became = outcome(ledger, number)
        sys.stdout.write(f"{became}\n")
        refused, number = (0, number + 1) if became == "taken" else (refused + 1, number)
    full = ledger.size()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    sys.stdout.write(f"{outcome(ledger, number)}\n")
    report = ledger.verify()
    sys.stdout.write(f"{full} {ledger.size()} {number} {report.ok}\n")
    ledger.close()


main(Path(sys.argv[1]))
