"""What a measurement says: one row of the table, with its aim where there is one."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from bench.workloads import WORKLOADS
from tests.support.neo4j_server import Neo4jUnobtainableError

ENGINES: Final = ("SQLite", "Neo4j")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row. `met` is None where there is no aim to meet."""

    measure: str
    setting: str
    result: str
    aim: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """Return in words whether the aim is met; nothing where there is none."""
        return {None: "", True: "met", False: "**falls short**"}[self.met]


def measured(name: str, setting: str, figures: Iterable[Figure]) -> list[Figure]:
    """Return the figures of one store; where one cannot be had, it says why instead: those of the other stand."""
    found: list[Figure] = []
    try:
        found += figures
    except (Neo4jUnobtainableError, RuntimeError) as error:
        print(error, file=sys.stderr)
        found.append(Figure(name, setting, f"not measured: {str(error).strip().splitlines()[-1]}"))
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie, as one that was really measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(seconds: float) -> str:
    """Return a duration as people write it, in milliseconds below one second."""
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def spread(seconds: Sequence[float]) -> str:
    """Return the median and the 95th percentile as people write them."""
    return f"{milliseconds(statistics.median(seconds))} / {milliseconds(percentile(seconds, 0.95))}"


def markdown(figures: Sequence[Figure]) -> str:
    """Return the figures as a table, one a row."""
    lines = ["| measure | setting | result | aim | |", "|---|---|---|---|---|"]
    for figure in figures:
        cells = (figure.measure, figure.setting, figure.result, figure.aim, figure.verdict)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Options:
    """What one asks of a measurement: all of it, or less."""

    quick: bool = False
    engines: tuple[str, ...] = ENGINES
    """The stores to measure; a measurement that needs none does not ask."""
    workloads: tuple[str, ...] = tuple(WORKLOADS)
    """The events to measure, where a measurement knows several."""

    @classmethod
    def add_to(cls, parser: argparse.ArgumentParser) -> None:
        """Let a command take them."""
        parser.add_argument("--quick", action="store_true", help="a tenth of the load or less, to see that it runs")
        parser.add_argument("--engine", choices=[engine.lower() for engine in ENGINES], help="on this store alone")
        parser.add_argument("--workload", choices=WORKLOADS, help="with these events alone, see `bench.workloads`")

    @classmethod
    def of(cls, given: argparse.Namespace) -> Self:
        """Return what a command was given."""
        engines = tuple(engine for engine in ENGINES if given.engine in {None, engine.lower()})
        return cls(given.quick, engines, (given.workload,) if given.workload else tuple(WORKLOADS))


Measure = Callable[[Options], list[Figure]]


def command(measure: Measure) -> None:
    """Run one measurement by itself and print its rows."""
    parser = argparse.ArgumentParser(description=measure.__doc__)
    Options.add_to(parser)
    print(markdown(measure(Options.of(parser.parse_args()))), end="")
