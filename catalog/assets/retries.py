"""The runs that failed before a run of the same job succeeded: the work behind what a model version rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from catalog.view import View

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
        ends = (each.ended_at for each in others.values() if each.completed and each.ended_at is not None)
        earlier = max((end for end in ends if end <= began), default=0)
        for name, each in others.items():
            if not each.completed and earlier <= each.started_at < began:
                found.setdefault(name, run)
    return found


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
