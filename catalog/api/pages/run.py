"""A run: its attempts, the code that it ran, what it read and wrote, what went wrong, and what it is a part of."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.facets import facets_of
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import command, query
from catalog.assets.code_versions import CodeVersion, ran_code
from catalog.assets.hierarchy import Closed, closed_with, of_same_id
from catalog.assets.model import EventNotes, RunRecord
from catalog.assets.queries import children_of, event_notes, runs, runs_of
from catalog.assets.retries import LOOKED_BACK, retried
from catalog.assets.run_facets import Dependency, InferredStart, dependencies, inferred_start, nominal_times
from catalog.assets.uses import Use, uses
from catalog.errors import AskerError
from catalog.findings.queries import findings_on
from catalog.lineage.attempts import RunAttempts, attempts_of
from graph_schema.facet_reading import text
from graph_schema.facts import Role

_MOST: Final = 50
_NONE: Final = EventNotes()
_NO_ATTEMPTS: Final = RunAttempts((), ())
_REVISION: Final = "facet:lineward_codeRevision"
_ENVIRONMENT: Final = "facet:lineward_environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage(Context):
    """What the page of a run shows."""

    record: RunRecord
    names: Mapping[str, Link]
    attempts: Several
    oddities: tuple[str, ...]
    """What is odd about the order of its events."""
    nominal: tuple[int | None, int | None]
    """The time that it stands for, from when to when."""
    inferred_start: InferredStart | None
    inferred_end: Closed | None
    code: tuple[CodeVersion, ...]
    """What its own events name."""
    is_clean: bool | None
    """Whether the tree was exactly the revision, None where the run does not say."""
    environment: tuple[str, str] | None
    """The digest of the environment that it ran in, and what that is in short."""
    environment_entry: int | None
    error: str | None
    """Its message, as it was redacted when it was taken."""
    language: str | None
    """The language of the program that failed."""
    before_and_after: tuple[Dependency, ...]
    same_id: tuple[str, ...]
    """Runs of other jobs under the same run id."""
    retried_by: str | None
    """The run of the same job that completed after it, where it did not."""
    reads: Several
    writes: Several
    children: Several
    retries: tuple[str, ...]
    """The runs that it retries, by id."""
    flags: Several
    redactions: int
    findings: Several
    facets: Several


def read(asking: Asking) -> RunPage:
    """Read a run; raises AskerError 404 where it is not there."""
    view, identifier = asking.view, asking.identifier({"Run"})
    record = runs(view, [identifier]).get(identifier)
    if record is None:
        raise AskerError(NOT_THERE)
    reads: tuple[Use, ...] = uses(record, Role.IN)
    writes: tuple[Use, ...] = uses(record, Role.OUT)
    children = tuple(one.id for one in children_of(view, [identifier]).get(identifier, ()))
    failed, by = _retries(asking, record)
    notes = event_notes(view, [identifier]).get(identifier, _NONE)
    read_, written = (
        Several.of(asking, name, several, lambda one: f"{one.dataset} {one.version or ''}", _MOST)
        for name, several in (("reads", reads), ("writes", writes))
    )
    started = Several.of(asking, "children", children, str, _MOST)
    attempts = attempts_of(view, [identifier]).get(identifier, _NO_ATTEMPTS)
    closed = closed_with(view, [identifier]).get(identifier)
    same = tuple(one for one in of_same_id(view, [identifier]).get(identifier, ()) if one != identifier)
    around = tuple(dependencies(record.aspects))
    facets = facets_of(asking, record.aspects, (*record.inputs, *record.outputs))
    named = {one.dataset for one in (*read_.shown, *written.shown)} | {*started.shown, *failed, *record.parents, *same}
    named |= {one.on for one in facets.shown if one.on} | {one.run or one.job for one in around}
    named |= {one for one in (record.job, by, closed.parent if closed else None) if one}
    environment = _text_of(record, _ENVIRONMENT, "digest")
    return RunPage(
        title=f"Run {record.run_id}",
        graphql=query(
            "node",
            {"id": identifier},
            "{\n    ... on Run {\n      runId runState startedAt startKnown endedAt entries oddities\n"
            "      attempts { number state startedAt endedAt }\n"
            "      codeVersions { repository path revision statement entry }\n"
            "      error { message programmingLanguage } parents { runId } reads { version rows size files }\n"
            "      writes { version lifecycle rows size files } flags { code pointer } findings { text }\n    }\n  }",
            view.as_of,
        ),
        command=command("runs", identifier, as_of=view.as_of),
        subjects=(identifier,),
        record=record,
        names=links_to(view, named),
        attempts=Several.of(asking, "attempts", attempts.attempts, lambda one: one.number, _MOST),
        oddities=attempts.oddities,
        nominal=nominal_times(record.aspects),
        inferred_start=inferred_start(record),
        inferred_end=closed,
        code=ran_code(view, [identifier]).get(identifier, ()),
        is_clean=_is_clean(record),
        environment=None if environment is None else (environment, _text_of(record, _ENVIRONMENT, "description") or ""),
        environment_entry=None if environment is None else record.aspects[_ENVIRONMENT].entry,
        error=None if record.error is None else text(record.error.value, "message"),
        language=None if record.error is None else text(record.error.value, "programmingLanguage"),
        before_and_after=around,
        same_id=same,
        retried_by=by,
        reads=read_,
        writes=written,
        children=started,
        retries=failed,
        flags=Several.of(asking, "flags", notes.flags, lambda one: f"{one.entry} {one.code} {one.pointer}", _MOST),
        redactions=len(notes.redactions),
        findings=Several.of(
            asking, "findings", findings_on(view, [identifier]).get(identifier, ()), lambda one: one.id
        ),
        facets=facets,
    )


def _retries(asking: Asking, record: RunRecord) -> tuple[tuple[str, ...], str | None]:
    """Return the runs that a run which completed retries, and by which run one that did not was retried."""
    if record.job is None or record.state is None:
        return (), None
    if record.state == "COMPLETE":
        again = retried(asking.view, {record.id: record.job})
        return tuple(sorted(one for one, by in again.items() if by == record.id)), None
    every = [one.id for one in runs_of(asking.view, [record.job]).get(record.job, ())]
    later = itertools.takewhile(lambda one: one != record.id, every)
    done = asking.view.runs(list(later)[-LOOKED_BACK:])
    completed = {one: record.job for one, fold in done.items() if fold is not None and fold.state == "COMPLETE"}
    return (), retried(asking.view, completed).get(record.id) if completed else None


def _text_of(record: RunRecord, aspect: str, member: str) -> str | None:
    held = record.aspects.get(aspect)
    return None if held is None else text(held.value, member)


def _is_clean(record: RunRecord) -> bool | None:
    held = record.aspects.get(_REVISION)
    found = held.value.get("clean") if held is not None and isinstance(held.value, dict) else None
    return found if isinstance(found, bool) else None


PAGE = Page("run", "Run", RunPage, read, ("id", "behind"))
