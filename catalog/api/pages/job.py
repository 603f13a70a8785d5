"""A job: its code, its runs, and what stands before and after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import command, query
from catalog.assets.code_versions import CodeVersion, code_versions
from catalog.assets.hierarchy import child_jobs, parent_jobs
from catalog.assets.model import JobRecord, NamedRun, RunRecord
from catalog.assets.queries import jobs, runs, runs_of
from catalog.errors import AskerError
from catalog.findings.queries import findings_on

_RUNS: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage(Context):
    """What the page of a job shows."""

    record: JobRecord
    runs: tuple[RunRecord, ...]
    total_runs: int
    after: str | None
    """Where the next runs go on: the entry that names the last one shown, and its id."""
    names: Mapping[str, Link]
    parents: Several
    children: Several
    code: Several
    findings: Several


def read(asking: Asking) -> JobPage:
    """Read a job; raises AskerError 404 where it is not there."""
    view, identifier = asking.view, asking.identifier({"Job"})
    record = jobs(view, [identifier]).get(identifier)
    if record is None:
        raise AskerError(NOT_THERE)
    every = runs_of(view, [identifier]).get(identifier, ())
    rest = _behind(every, asking)
    shown = [one.id for one in rest[:_RUNS]]
    found = runs(view, shown)
    above = Several.of(asking, "parents", parent_jobs(view, [identifier]).get(identifier, ()), str)
    below = Several.of(asking, "children", child_jobs(view, [identifier]).get(identifier, ()), str)
    return JobPage(
        title=record.name,
        graphql=query(
            "node", {"id": identifier}, "{\n    ... on Job { name runs { nodes { runId runState } } }\n  }", view.as_of
        ),
        command=command("runs", identifier, as_of=view.as_of),
        subjects=(identifier,),
        record=record,
        runs=tuple(found[one] for one in shown if one in found),
        total_runs=len(every),
        after=shown[-1] if len(rest) > _RUNS else None,
        names=links_to(view, {*above.shown, *below.shown}),
        parents=above,
        children=below,
        code=Several.of(asking, "code", code_versions(view, [identifier]).get(identifier, ())[::-1], _of_code),
        findings=Several.of(
            asking, "findings", findings_on(view, [identifier]).get(identifier, ()), lambda one: one.id
        ),
    )


def _of_code(one: CodeVersion) -> str:
    return f"{one.entry} {one.revision} {one.path} {one.statement}"


def _behind(every: tuple[NamedRun, ...], asking: Asking) -> tuple[NamedRun, ...]:
    """Return the runs behind the one that the address names, all where it names none of them."""
    after = asking.text("after")
    at = next((place for place, one in enumerate(every, 1) if one.id == after), 0)
    return every[at:]


PAGE = Page("job", "Job", JobPage, read, ("id", "after", "behind"))
