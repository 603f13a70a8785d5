"""Run every measurement, or those named, and write RESULTS.md beside this file; `compare` sets another beside it."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

from bench.compare.__main__ import command as compare
from bench.figures import Figure, Measure, Options, markdown
from bench.machine import describe

MEASURES = (
    "redaction",
    "hashing",
    "ingest",
    "projection",
    "growth",
    "lineage",
    "columns",
    "connected",
    "search",
    "pages",
    "labels",
    "findings",
    "use",
    "gate",
    "access",
    "wide",
    "ledger",
    "report",
    "start",
)
RESULTS = Path(__file__).with_name("RESULTS.md")
INTRODUCTION = """# Measured

By `make bench`, on one machine at one time; the aims are what this release is held to. Clients run on the same cores as
the server. p50 and p95 are the median and the 95th percentile of single requests, as the client saw them.

"""


def main() -> int:
    """Measure, print and write; the exit code tells whether every measurement ran, not whether aims were met."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("measures", nargs="*", choices=[*MEASURES, []], help="all of them by default")
    Options.add_to(parser)
    given = parser.parse_args()
    options = Options.of(given)
    figures: list[Figure] = []
    failed = 0
    for name in given.measures or MEASURES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        began = time.perf_counter()
        measure: Measure = importlib.import_module(f"bench.{name}").measure
        try:
            figures += measure(options)
        except Exception as error:  # noqa: BLE001  # one that fails is reported, and the others still run
            failed += 1
            figures.append(Figure(name, "", f"not measured: {str(error).strip().splitlines()[0]}"))
            print(error, file=sys.stderr)
        print(f"{name} took {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    text = INTRODUCTION + describe() + "\n" + markdown(figures)
    print(text, end="")
    if options == Options() and not given.measures:
        RESULTS.write_text(text)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(compare(sys.argv[2:]) if sys.argv[1:2] == ["compare"] else main())
