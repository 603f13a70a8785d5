"""How long the model dossier takes to typeset, from its context to the last byte of the PDF."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

from bench.figures import Figure, Options, command, milliseconds, percentile, spread
from reports.drawing import render
from tests.support.dossier import clinical_dossier, large_dossier

FIRST = (
    "import json, sys; from reports.drawing import render; from reports.kinds import ModelDossier;"
    " render(ModelDossier.from_json(json.load(sys.stdin)), 'pdf')"
)


def measure(options: Options) -> list[Figure]:
    """Measure the dossier as PDF and HTML in a process that made one before, and as PDF in one that did not."""
    repeat = 3 if options.quick else 30
    figures = []
    for name, context in (("an ordinary model", clinical_dossier()), ("1,000 rows", large_dossier(1_000))):
        pdf, page = render(context, "pdf"), render(context, "html")
        seconds = _times(partial(render, context, "pdf"), repeat)
        aim = ("≤ 1.5 s", percentile(seconds, 0.95) <= 1.5) if name == "an ordinary model" else ("", None)
        setting = f"{name}, {len(pdf) / 1024:.0f} KiB"
        figures.append(Figure("dossier as PDF, p50 / p95", setting, spread(seconds), *aim))
        seconds = _times(partial(render, context, "html"), repeat)
        figures.append(Figure("dossier as HTML, p50 / p95", f"{name}, {len(page) / 1024:.0f} KiB", spread(seconds)))
    given, alone = json.dumps(clinical_dossier().to_json()), [sys.executable, "-c", FIRST]
    seconds = _times(lambda: subprocess.run(alone, input=given, text=True, check=True), 1 if options.quick else 5)
    median = milliseconds(statistics.median(seconds))
    return [*figures, Figure("dossier as PDF, in a new process", "an ordinary model", median)]


def _times(do: Callable[[], object], repeat: int) -> list[float]:
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        do()
        times.append(time.perf_counter() - began)
    return times


if __name__ == "__main__":
    command(measure)
