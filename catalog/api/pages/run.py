"""A run: its state, what it read and wrote, what went wrong, and what it is a part of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import command, query
from catalog.assets.model import EventNotes, RunRecord
from catalog.assets.queries import children_of, event_notes, runs
from catalog.assets.retries import retried
from catalog.assets.uses import Use, uses
from catalog.errors import AskerError
from catalog.findings.queries import findings_on
from graph_schema.facet_reading import text
from graph_schema.facts import Role

_MOST: Final = 50
_NONE: Final = EventNotes()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage(Context):
    """What the page of a run shows."""

    record: RunRecord
    names: Mapping[str, Link]
    error: str | None
    """Its message, as it was redacted when it was taken."""
    reads: Several
    writes: Several
    children: Several
    retries: tuple[str, ...]
    """The runs that it retries, by id."""
    flags: Several
    redactions: int
    findings: Several
    facets: tuple[str, ...]


def read(asking: Asking) -> RunPage:
    """Read a run; raises AskerError 404 where it is not there."""
    view, identifier = asking.view, asking.identifier({"Run"})
    record = runs(view, [identifier]).get(identifier)
    if record is None:
        raise AskerError(NOT_THERE)
    reads: tuple[Use, ...] = uses(record, Role.IN)
    writes: tuple[Use, ...] = uses(record, Role.OUT)
    children = tuple(one.id for one in children_of(view, [identifier]).get(identifier, ()))
    again = retried(view, {identifier: record.job}) if record.state == "COMPLETE" and record.job else {}
    failed = tuple(sorted(one for one, by in again.items() if by == identifier))
    notes = event_notes(view, [identifier]).get(identifier, _NONE)
    read_, written = (
        Several.of(asking, name, several, lambda one: f"{one.dataset} {one.version or ''}", _MOST)
        for name, several in (("reads", reads), ("writes", writes))
    )
    started = Several.of(asking, "children", children, str, _MOST)
    named = {one.dataset for one in (*read_.shown, *written.shown)} | {*started.shown, *failed, *record.parents}
    return RunPage(
        title=f"Run {record.run_id}",
        graphql=query(
            "node",
            {"id": identifier},
            "{\n    ... on Run { runId runState startedAt endedAt }\n  }",
            view.as_of,
        ),
        command=command("runs", identifier, as_of=view.as_of),
        subjects=(identifier,),
        record=record,
        names=links_to(view, named | ({record.job} if record.job else set())),
        error=None if record.error is None else text(record.error.value, "message"),
        reads=read_,
        writes=written,
        children=started,
        retries=failed,
        flags=Several.of(asking, "flags", notes.flags, lambda one: f"{one.entry} {one.code} {one.pointer}", _MOST),
        redactions=len(notes.redactions),
        findings=Several.of(
            asking, "findings", findings_on(view, [identifier]).get(identifier, ()), lambda one: one.id
        ),
        facets=tuple(sorted(set(map(_facet, record.aspects)))),
    )


def _facet(aspect: str) -> str:
    """Return what an aspect of a run is called: of a facet its name, of one of a use what it was on as well."""
    on, _, of = aspect.removeprefix("use:").partition(":")
    if aspect.startswith("use:"):
        return f"{of.rpartition(':')[0].replace('_', ' ')} of an {'input' if on == Role.IN else 'output'}"
    return aspect.removeprefix("facet:").replace("_", " ")


PAGE = Page("run", "Run", RunPage, read, ("id", "behind"))
