"""Which run a record names, by its id and its job, and what is added where it leaves the job out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from catalog.assets.naming import full_name
from catalog.record import Admission, JobRef, UnknownSubjectError
from catalog.view import View
from graph_schema.builder import FactBuilder
from graph_schema.edges import Executed
from graph_schema.nodes import Job, Run

_SHOWN = 5


def run_named(run_id: str | None, job: JobRef | None, added: Mapping[str, Any]) -> Run | None:
    """Return the run that a record names: of the job that it names, else of the one that its admission added.

    A record of a version that knew runs by their ids alone has neither; see `catalog.run_ids`.
    """
    if run_id is None:
        return None
    ran = job_named(job, added)
    return Run.of(None if ran is None else ran.node, run_id)


def job_named(job: JobRef | None, added: Mapping[str, Any]) -> JobRef | None:
    """Return the job that a record names, else the one that its admission added."""
    known = added.get("job")
    return job if job is not None or known is None else JobRef.model_validate(known)


def add_run(builder: FactBuilder, run: Run) -> str:
    """Add the run with the job that it executed; return its id."""
    if (job := run.executed) is None:
        return builder.add_node(run)
    builder.add_edge(Executed(run, job))
    return run.id


def admit_run(run_id: str | None, job: JobRef | None, admission: Admission) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what the catalog adds to a record that names a run, and sentences for its receipt.

    Where the record names no job, it is the one that ran under the id; raises UnknownSubjectError 422 at `/run_id`
    where none or several did. A run of a job that it names is taken before its events, with a sentence.
    """
    if run_id is None:
        return {}, ()
    known = jobs_of_runs(admission.view, [run_id]).get(run_id, ())
    if job is not None:
        return {}, () if job.node in known else ("No event of the run that it names has arrived.",)
    if not known:
        sentence = "No event of this run has arrived: send its events first, or name in `job` what it is a run of."
        raise UnknownSubjectError(sentence, "/run_id")
    if len(known) > 1:
        raise UnknownSubjectError(
            f"Several jobs ran under this run id: {in_words(known)}. Name one in `job`.", "/run_id"
        )
    return {"job": {"namespace": known[0].namespace, "name": known[0].name}}, ()


def jobs_of_runs(view: View, run_ids: Collection[str]) -> dict[str, tuple[Job, ...]]:
    """Return the jobs that ran under each run id, by namespace and name; an id that nothing names is absent."""
    return {
        run_id: tuple(job for run in runs if (job := run.executed) is not None)
        for run_id, runs in view.runs_of_ids(run_ids).items()
    }


def in_words(jobs: Collection[Job]) -> str:
    """Return the jobs by name, of many the first."""
    more = f" and {len(jobs) - _SHOWN} more" if len(jobs) > _SHOWN else ""
    return ", ".join(full_name(one) for one in list(jobs)[:_SHOWN]) + more
