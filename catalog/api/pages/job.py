"""A job: its code, its runs, what it reads and writes, what is attested of it, and what stands before and after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.facets import facets_of
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import command, query
from catalog.assets.code_versions import CodeVersion, code_versions
from catalog.assets.feeds import fed_by, feeding
from catalog.assets.hierarchy import child_jobs, jobs_after, jobs_before, parent_jobs
from catalog.assets.model import JobRecord, NamedRun, RunRecord
from catalog.assets.queries import jobs, runs, runs_of
from catalog.errors import AskerError
from catalog.findings.queries import findings_on
from catalog.labels.queries import attestations_of
from catalog.places.queries import job_places
from catalog.store.indexes.uses import WRITES

_RUNS: Final = 25
_NEXT: Final = (
    ("parents", "Part of", parent_jobs),
    ("children", "Has parts", child_jobs),
    ("before", "Comes after", jobs_before),
    ("after_it", "Comes before", jobs_after),
    ("fed_by", "Fed by", fed_by),
    ("feeds", "Feeds", feeding),
)
"""The jobs around one: what their list is called in the address and on the page, and what answers them."""


@dataclass(frozen=True, slots=True)
class Used:
    """A dataset or model version that a job reads or writes, since when, and by which entry that was first known."""

    of: Link
    writes: bool
    since: int
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage(Context):
    """What the page of a job shows."""

    record: JobRecord
    runs: tuple[RunRecord, ...]
    total_runs: int
    after: str | None
    """Where the next runs go on: the entry that names the last one shown, and its id."""
    names: Mapping[str, Link]
    around: tuple[tuple[str, Several], ...]
    """The jobs around it, by what each list is called."""
    place: str | None
    """Where it runs, as declared."""
    attested: Several
    """The attestations of de-identification of it or of any one run of it, the newest first."""
    used: Several
    code: Several
    facets: Several
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
    around = tuple(
        (title, Several.of(asking, name, answer(view, [identifier]).get(identifier, ()), str))
        for name, title, answer in _NEXT
    )
    attested = attestations_of(view, [identifier]).get(identifier, ())[::-1]
    return JobPage(
        title=record.name,
        graphql=query(
            "node",
            {"id": identifier},
            "{\n    ... on Job {\n      name documentation runsAt jobType { processingType integration jobType }\n"
            "      runs(first: 25) { nodes { runId runState } } codeVersions { repository path revision entry }\n"
            "      attestations { method attestedBy entry } parentJobs { name } childJobs { name }\n"
            "      upstreamJobs { name } downstreamJobs { name } fedByJobs { name } feedsJobs { name }\n"
            "      findings { text }\n    }\n  }",
            view.as_of,
        ),
        command=command("runs", identifier, as_of=view.as_of),
        subjects=(identifier,),
        record=record,
        runs=tuple(found[one] for one in shown if one in found),
        total_runs=len(every),
        after=shown[-1] if len(rest) > _RUNS else None,
        names=links_to(view, {one for _, several in around for one in several.shown}),
        around=around,
        place=job_places(view, [identifier]).get(identifier),
        attested=Several.of(asking, "attestations", attested, lambda one: one.entry),
        used=Several.of(asking, "used", _used(asking, identifier), lambda one: f"{one.of.id} {one.writes}"),
        facets=facets_of(asking, record.aspects),
        code=Several.of(asking, "code", code_versions(view, [identifier]).get(identifier, ())[::-1], _of_code),
        findings=Several.of(
            asking, "findings", findings_on(view, [identifier]).get(identifier, ()), lambda one: one.id
        ),
    )


def _used(asking: Asking, job: str) -> list[Used]:
    """Return what it reads and writes, by name, what it reads first; of several ways the earliest counts."""
    uses = sorted(asking.view.uses([job]), key=lambda one: (one.valid_from, one.entry))
    links = links_to(asking.view, {one.dataset for one in uses})
    found: dict[tuple[str, bool], Used] = {}
    for one in uses:
        writes = one.how in WRITES
        if one.dataset in links:
            found.setdefault((one.dataset, writes), Used(links[one.dataset], writes, one.valid_from, one.entry))
    return sorted(found.values(), key=lambda one: (one.writes, one.of.name, one.of.id))


def _of_code(one: CodeVersion) -> str:
    return f"{one.entry} {one.revision} {one.path} {one.statement}"


def _behind(every: tuple[NamedRun, ...], asking: Asking) -> tuple[NamedRun, ...]:
    """Return the runs behind the one that the address names, all where it names none of them."""
    after = asking.text("after")
    at = next((place for place, one in enumerate(every, 1) if one.id == after), 0)
    return every[at:]


PAGE = Page("job", "Job", JobPage, read, ("id", "after", "behind"))
