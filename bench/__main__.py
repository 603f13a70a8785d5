"""Run every measurement, or those named, and write their sections of RESULTS.md beside this file.

A section says when, of which commit and on what machine it was measured, so that a part of them can be measured anew.
`compare` sets another receiver beside Lineward.
"""

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
    "pictures",
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

By `make bench`, each section on one machine at one time; the aims are what this release is held to. Clients run on the
same cores as the server. p50 and p95 are the median and the 95th percentile of single requests, as the client saw them.
"""
HEADING = "\n## "


def main() -> int:
    """Measure, print and write; the exit code tells whether every measurement ran, not whether aims were met."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("measures", nargs="*", choices=[*MEASURES, []], help="all of them by default")
    Options.add_to(parser)
    given = parser.parse_args()
    options = Options.of(given)
    failed = 0
    for name in given.measures or MEASURES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        began = time.perf_counter()
        measure: Measure = importlib.import_module(f"bench.{name}").measure
        try:
            figures = measure(options)
        except Exception as error:  # noqa: BLE001  # one that fails is reported, and the others still run
            failed += 1
            figures = [Figure(name, "", f"not measured: {str(error).strip().splitlines()[0]}")]
            print(error, file=sys.stderr)
        print(f"{name} took {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
        section = f"{describe()}\n{markdown(figures)}"
        print(f"{HEADING}{name}\n\n{section}", end="", flush=True)
        if options == Options():
            RESULTS.write_text(with_section(RESULTS.read_text(), name, section))
    return 1 if failed else 0


def with_section(results: str, name: str, section: str) -> str:
    """Return the results with the section of one measurement in place of the one before, in the order of MEASURES."""
    sections = dict(part.split("\n\n", 1) for part in results.split(HEADING)[1:])
    sections[name] = section
    known = [f"{HEADING}{measure}\n\n{sections[measure].strip()}\n" for measure in MEASURES if measure in sections]
    return INTRODUCTION + "".join(known)


if __name__ == "__main__":
    sys.exit(compare(sys.argv[2:]) if sys.argv[1:2] == ["compare"] else main())
