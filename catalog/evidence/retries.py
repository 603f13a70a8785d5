"""The runs that failed before a run of the same job succeeded: the work behind what a model version rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.reading import AsOf
from catalog.store.protocol import Snapshotted

LOOKED_BACK = 50
"""Runs of a job, the last that the ledger heard of before the one that succeeded, among which a failure is sought."""


@dataclass(slots=True)
class _Course:
    """When a run was first heard of, and when it completed, if it did, by its events alone."""

    began: int
    completed: int | None = None


def retried(reader: Snapshotted, succeeded: Mapping[str, str], at: AsOf) -> dict[str, str]:
    """Return the runs without a completion, each with the run of the same job that completed after it.

    `succeeded` maps runs that completed to their jobs. What failed before an even earlier completion of the job belongs
    to that one and is left out. Two store calls, however many runs the jobs had.
    """
    near = _near(reader, succeeded, at)
    courses = _courses(reader, sorted({run for each in near.values() for run in each}), at)
    found: dict[str, str] = {}
    for run in sorted(near):
        if run not in courses:
            continue
        began = courses[run].began
        others = {name: courses[name] for name in near[run] if name != run and name in courses}
        ends = (each.completed for each in others.values() if each.completed is not None)
        earlier = max((end for end in ends if end <= began), default=0)
        for name, each in others.items():
            if each.completed is None and earlier <= each.began < began:
                found.setdefault(name, run)
    return found


def _near(reader: Snapshotted, succeeded: Mapping[str, str], at: AsOf) -> dict[str, list[str]]:
    heard: defaultdict[str, dict[str, int]] = defaultdict(dict)
    jobs = sorted(set(succeeded.values()))
    for edge in reader.hop(jobs, ("EXECUTED",), "in", at.known_at) if jobs else ():
        runs = heard[edge.target]
        runs[edge.source] = max(edge.entry, runs.get(edge.source, -1))
    found = {}
    for run, job in succeeded.items():
        until = heard[job].get(run, -1)
        before = sorted((entry, name) for name, entry in heard[job].items() if entry <= until)
        found[run] = [name for _, name in before[-LOOKED_BACK:]]
    return found


def _courses(reader: Snapshotted, runs: Sequence[str], at: AsOf) -> dict[str, _Course]:
    courses: dict[str, _Course] = {}
    events = reader.statements(runs, ("event",), at.known_at) if runs else []
    for said in sorted(events, key=lambda one: one.order):
        if said.valid_from > at.valid_at:
            continue
        course = courses.setdefault(said.subject, _Course(said.valid_from))
        if said.data.get("type") == "COMPLETE" and course.completed is None:
            course.completed = said.valid_from
    return courses
