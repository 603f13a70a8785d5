"""What a measurement says: one row of the table, with its aim where there is one."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


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
        return {None: "", True: "met", False: "**falls short**"}[self.met]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie, as one that was really measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def spread(seconds: Sequence[float]) -> str:
    """Return the median and the 95th percentile as people write them."""
    return f"{milliseconds(statistics.median(seconds))} / {milliseconds(percentile(seconds, 0.95))}"


def markdown(figures: Sequence[Figure]) -> str:
    lines = ["| measure | setting | result | aim | |", "|---|---|---|---|---|"]
    for figure in figures:
        cells = (figure.measure, figure.setting, figure.result, figure.aim, figure.verdict)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


Measure = Callable[[bool], list[Figure]]


def command(measure: Measure) -> None:
    """Run one measurement by itself and print its rows."""
    parser = argparse.ArgumentParser(description=measure.__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the load or less, to see that it runs")
    print(markdown(measure(parser.parse_args().quick)), end="")
