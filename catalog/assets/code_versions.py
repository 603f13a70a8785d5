"""Which code a job ran, one version after the other, apart from what it reads and writes."""

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
    return text(one.data, "repoUrl") or text(one.data, "url"), text(one.data, "path"), text(one.data, "version")


def _statement(one: Statement) -> str | None:
    query = text(one.data, "query")
    return None if query is None else f"sha256:{sha256(query.encode('utf-8', 'surrogatepass')).hexdigest()}"
