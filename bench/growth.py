"""By how much a graph grows with a run that says nothing that the runs of its job before it did not say."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench import stores
from bench.figures import Figure, Options, command, measured
from bench.filling import filled
from bench.workloads import SIZES, WORKLOADS, events
from catalog.projection.follower import Projection

_JOBS: Final = 10
_RESTATING: Final = frozenset({"small", "large"})
AIMED_NODES, AIMED_RELATIONSHIPS, AIMED_KIBIBYTES = 3, 8, 1.5


def measure(options: Options) -> list[Figure]:
    """Measure what START and COMPLETE of one more run add, on average over a thousand."""
    figures: list[Figure] = []
    for engine, workload in itertools.product(options.engines, options.workloads):
        measuring = _measure_one(engine, workload, runs=10 if options.quick else 100)
        figures += measured("growth with a run", f"{engine}, {SIZES[workload]}", measuring)
    return figures


def _measure_one(engine: str, workload: str, runs: int) -> Iterator[Figure]:
    """Project each job's first run, and then the others: what these add is theirs."""
    setting = f"{engine}, {SIZES[workload]}, {_JOBS * runs:,} runs of {_JOBS} jobs"
    aimed = workload in _RESTATING
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineward-bench-")))
        opened = stores.opened(engine, stack)
        sizes = []
        for first, count in ((0, 1), (1, runs)):
            with filled(data, events(WORKLOADS[workload], _JOBS, count, first)) as ledger:
                projection = Projection(ledger, opened.store)
                projection.resume()
                while projection.step():
                    pass
            sizes.append(opened.size())
    grown = [(after - before) / (_JOBS * runs) for before, after in zip(*sizes, strict=True)]
    if engine == "SQLite":
        (kibibytes,) = grown
        aim = (f"≤ {AIMED_KIBIBYTES} KiB", kibibytes <= AIMED_KIBIBYTES) if aimed else ("", None)
        yield Figure("growth with a run, of the file", setting, f"{kibibytes:.2f} KiB", *aim)
        return
    nodes, relationships = grown
    fits = nodes <= AIMED_NODES and relationships <= AIMED_RELATIONSHIPS
    aim = (f"≤ {AIMED_NODES}, ≤ {AIMED_RELATIONSHIPS}", fits) if aimed else ("", None)
    yield Figure("growth with a run, nodes and relationships", setting, f"{nodes:.1f}, {relationships:.1f}", *aim)


if __name__ == "__main__":
    command(measure)
