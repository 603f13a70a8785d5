"""Which code a job and each of its runs ran, apart from what they read and write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Final

from catalog.view import View
from graph_schema.facet_reading import text
from graph_schema.facts import Statement

_Location = tuple[str | None, str | None, str | None]
_NOWHERE: _Location = (None, None, None)
_OF_CODE: Final = ("source_code_location", "sql")
_REVISION: Final = "facet:lineward_codeRevision"


@dataclass(frozen=True, slots=True)
class CodeVersion:
    """The code of a job from one time on, in UTC microseconds, as the event of an entry first says."""

    repository: str | None
    path: str | None
    revision: str | None
    statement: str | None
    """SHA-256 over the statement's shape, whose literals are replaced."""
    since: int
    entry: int
    run: str | None


def code_versions(view: View, jobs: Sequence[str]) -> dict[str, tuple[CodeVersion, ...]]:
    """Return the versions of each job's code, the oldest first; a job of which nobody says its code is absent.

    Another revision or another shape of the statement is another version; other inputs and outputs are none.
    """
    statements: dict[str, list[Statement]] = defaultdict(list)
    for each in view.statements(jobs, _OF_CODE):
        statements[each.subject].append(each)
    found = {job: tuple(_versions(of)) for job, of in statements.items()}
    return {job: versions for job, versions in found.items() if versions}


def ran_code(view: View, runs: Sequence[str]) -> dict[str, tuple[CodeVersion, ...]]:
    """Return the code that each run's own events name, the oldest first; a run whose events name none is absent.

    It is what they say of their job (SourceCodeLocationJobFacet 1-0-1, SQLJobFacet 1-1-0), then the revision that the
    run says it ran (LinewardCodeRevisionRunFacet 1-0-0).
    """
    jobs = sorted({edge.target for edge in view.edges(runs, ("EXECUTED",), "out")})
    wanted = frozenset(runs)
    of_jobs: dict[str, list[Statement]] = defaultdict(list)
    for each in view.statements(jobs, _OF_CODE) if jobs else ():
        if each.run in wanted:
            of_jobs[each.run].append(each)
    of_runs: dict[str, list[Statement]] = defaultdict(list)
    for each in view.statements(runs, (_REVISION,)):
        of_runs[each.subject].append(each)
    found = {run: (*_versions(of_jobs[run]), *_versions(of_runs[run])) for run in dict.fromkeys(runs)}
    return {run: versions for run, versions in found.items() if versions}


def _versions(statements: Sequence[Statement]) -> Iterator[CodeVersion]:
    location: _Location = _NOWHERE
    query: str | None = None
    before = location, query
    # What one event says of both is one version.
    for _, of_event in groupby(sorted(statements, key=lambda one: (one.order, one.aspect)), key=lambda one: one.order):
        for one in of_event:
            if one.aspect == "sql":
                query = _statement(one)
            else:
                location = _location(one)
        if (location, query) != before and (query is not None or location != _NOWHERE):
            yield CodeVersion(*location, query, one.valid_from, one.entry, one.run)
        before = location, query


def _location(one: Statement) -> _Location:
    if one.aspect == _REVISION:
        return text(one.data, "repository"), None, text(one.data, "revision")
    return text(one.data, "repoUrl") or text(one.data, "url"), text(one.data, "path"), text(one.data, "version")


def _statement(one: Statement) -> str | None:
    query = text(one.data, "query")
    return None if query is None else f"sha256:{sha256(query.encode('utf-8', 'surrogatepass')).hexdigest()}"
