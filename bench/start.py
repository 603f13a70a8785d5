"""How long a cold start takes, and what memory the server holds when it has done nothing yet."""

from __future__ import annotations

import statistics

from bench.figures import Figure, Options, command, milliseconds
from bench.machine import resident_mebibytes
from bench.server import serving


def measure(options: Options) -> list[Figure]:
    """Measure the time from the start of the process to readiness, and its memory then."""
    seconds, mebibytes = [], []
    for _ in range(1 if options.quick else 5):
        with serving() as server:
            seconds.append(server.started_in)
            mebibytes.append(resident_mebibytes(server.pid))
    setting = f"SQLite, empty, median of {len(seconds)}"
    memory = statistics.median(mebibytes)
    return [
        Figure("cold start to ready", setting, milliseconds(statistics.median(seconds))),
        Figure("resident memory", setting, f"{memory:.0f} MiB", "< 512 MiB", memory < 512),
    ]


if __name__ == "__main__":
    command(measure)
