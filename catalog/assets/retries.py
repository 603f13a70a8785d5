"""The runs that failed before a run of the same job succeeded: the work behind what a model version rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from catalog.view import View
from graph_schema.bitemporal import RunFold

LOOKED_BACK = 50
"""Runs of a job, the last known before the one that succeeded, among which a failure is sought."""


def retried(view: View, succeeded: Mapping[str, str]) -> dict[str, str]:
    """Return the runs that did not complete, each with the run of the same job that completed after it.

    `succeeded` maps runs that completed to their jobs. What failed before an even earlier completion of the job belongs
    to that one and is left out. Two store calls, however many runs the jobs had.
    """
    near = _near(view, succeeded)
    judged = view.runs({run for each in near.values() for run in each})
    folds = {id_: fold for id_, fold in judged.items() if fold}
    found: dict[str, str] = {}
    for run in sorted(near):
        if run not in folds:
            continue
        began = folds[run].started_at
        others = {name: folds[name] for name in near[run] if name != run and name in folds}
        ends = (end for each in others.values() for end in _completions(each))
        earlier = max((end for end in ends if end <= began), default=0)
        for name, each in others.items():
            if not list(_completions(each)) and earlier <= each.started_at < began:
                found.setdefault(name, run)
    return found


def _completions(fold: RunFold) -> Iterator[int]:
    """Yield when attempts of a run completed."""
    for attempt in fold.attempts:
        if attempt.completed and attempt.ended_at is not None:
            yield attempt.ended_at


def _near(view: View, succeeded: Mapping[str, str]) -> dict[str, list[str]]:
    known: defaultdict[str, dict[str, int]] = defaultdict(dict)
    jobs = sorted(set(succeeded.values()))
    for edge in view.edges(jobs, ("EXECUTED",), "in"):
        runs = known[edge.target]
        runs[edge.source] = max(edge.entry, runs.get(edge.source, -1))
    found = {}
    for run, job in succeeded.items():
        until = known[job].get(run, -1)
        before = sorted((entry, name) for name, entry in known[job].items() if entry <= until)
        found[run] = [name for _, name in before[-LOOKED_BACK:]]
    return found
