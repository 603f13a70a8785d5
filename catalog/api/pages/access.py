"""Who has, or had, access to a thing, by which grants, who was permitted it, and which jobs use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from catalog.api.graphql.cursors import Cursor
from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to, tail
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import command, query
from catalog.decisions.holders import Holder, holders
from catalog.errors import AskerError
from catalog.store.indexes.uses import WRITES
from graph_schema.identity import node_id

_LABELS: Final = frozenset({"Dataset", "ModelVersion"})
_FIRST: Final = 50
_JOBS: Final = 50
_GRANTS: Final = 20


@dataclass(frozen=True, slots=True)
class Used:
    """That a job uses it: whether it writes it, since when, and by which entry that was first known."""

    job: Link
    writes: bool
    how: str
    """The type of the edge that says so."""
    since: int
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPage(Context):
    """What the page of access to a thing shows."""

    of: Link
    holders: tuple[Holder, ...]
    grants: Mapping[str, Several]
    """By principal, the newest first."""
    total: int
    has_grant: int
    """How many have a grant that is in force."""
    after: str | None
    used: Several


def read(asking: Asking) -> AccessPage:
    """Read who has access, by name, and who used it; raises AskerError 404 where there is no such thing."""
    view, identifier = asking.view, asking.identifier(_LABELS)
    of = links_to(view, [identifier]).get(identifier)
    if of is None:
        raise AskerError(NOT_THERE)
    cursor = Cursor.of("access", identifier)
    place = cursor.read(asking.text("after") or None, (str,))
    every = holders(view, identifier)
    rest = [one for one in every if place is None or one.principal > place[0]]
    used = _used(asking, identifier)
    return AccessPage(
        title=f"Access to {of.name}",
        graphql=query(
            "accessHolders",
            {"of": identifier},
            "{ principal hasGrant permitted lastPermittedAt grants { entry grantState until } }",
            view.as_of,
        ),
        command=command("access", "who", identifier, as_of=view.as_of),
        subjects=(identifier,),
        of=of,
        holders=tuple(rest[:_FIRST]),
        grants={
            one.principal: Several.of(
                asking,
                f"grants-{tail(node_id('Principal', (one.principal,)))}",
                one.grants,
                lambda grant: grant.entry,
                _GRANTS,
            )
            for one in rest[:_FIRST]
        },
        total=len(every),
        has_grant=sum(one.has_grant for one in every),
        after=cursor.write((rest[_FIRST - 1].principal,)) if len(rest) > _FIRST else None,
        used=Several.of(asking, "used", used, lambda one: f"{one.job.id} {one.how} {one.since} {one.entry}", _JOBS),
    )


def _used(asking: Asking, identifier: str) -> tuple[Used, ...]:
    """Return the jobs that read or write it, what came last first."""
    uses = [(one.job, one) for one in asking.view.uses([identifier]) if one.job is not None]
    links: Mapping[str, Link] = links_to(asking.view, {job for job, _ in uses})
    found = [
        Used(links[job], one.how in WRITES, one.how, one.valid_from, one.entry) for job, one in uses if job in links
    ]
    return tuple(sorted(found, key=lambda one: (-one.since, one.job.id, one.how)))


PAGE = Page("access", "Access", AccessPage, read, ("id", "after", "behind"))
