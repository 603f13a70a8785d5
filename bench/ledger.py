"""How long it takes to verify a ledger of 100,000 entries: every byte read again, every hash made again."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import orjson

from bench.estates import load
from bench.figures import Figure, Options, command, milliseconds
from catalog.ledger.backup import Site, back_up
from catalog.ledger.protocol import Draft
from catalog.ledger.sqlite import SqliteLedger


def measure(options: Options) -> list[Figure]:
    """Measure appending to the SQLite ledger, opening it again, verifying it, and backing it up."""
    entries = 5_000 if options.quick else 100_000
    with tempfile.TemporaryDirectory(prefix="lineward-bench-") as scratch:
        path, keys = Path(scratch) / "ledger.sqlite", Path(scratch) / "keys"
        ledger = SqliteLedger.open(path, keys, "lineward.local/bench")
        appended = _append(ledger, entries)
        ledger.checkpoint()
        ledger.close()
        size = path.stat().st_size
        began = time.perf_counter()
        ledger = SqliteLedger.open(path, keys, "lineward.local/bench")
        opened = time.perf_counter() - began
        began = time.perf_counter()
        report = ledger.verify()
        verified = time.perf_counter() - began
        began = time.perf_counter()
        site = Site(path, Path(scratch) / "keys.db", keys, "lineward.local/bench")
        back_up(site, Path(scratch) / "backup", version="bench", made_at="", with_keys=False)
        backed_up = time.perf_counter() - began
        ledger.close()
    if not report.ok or report.entries != entries:
        raise RuntimeError(f"the ledger does not verify: {report.problems[:1]}")
    setting = f"{entries:,} entries, {size / entries:,.0f} bytes each on disk"
    return [
        Figure("ledger append, durable, in process", setting, f"{entries / appended:,.0f}/s"),
        Figure("ledger opened", setting, milliseconds(opened)),
        Figure("ledger verified", setting, milliseconds(verified)),
        Figure("ledger backed up, and the copy verified", setting, milliseconds(backed_up)),
    ]


def _append(ledger: SqliteLedger, entries: int) -> float:
    drafts = [
        Draft("openlineage.run_event", "principal:bench", f"bench-{number}", (), body, body)
        for number, body in enumerate(orjson.dumps(event, option=orjson.OPT_SORT_KEYS) for event in load(entries, 3))
    ]
    began = time.perf_counter()
    for start in range(0, len(drafts), 500):
        for receipt in [ledger.append(draft) for draft in drafts[start : start + 500]]:
            receipt.result(60)
    return time.perf_counter() - began


if __name__ == "__main__":
    command(measure)
