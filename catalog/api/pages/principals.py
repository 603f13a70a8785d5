"""Who may act here: each principal with its roles, its keys, and in whose place it acts and who in its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from catalog.access.model import PrincipalRecord
from catalog.access.permissions import Permission
from catalog.access.queries import list_principals
from catalog.access.rules import is_permitted
from catalog.api.graphql.cursors import Cursor
from catalog.api.pages.asking import Asking
from catalog.api.pages.kinds import tail
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import command, query
from catalog.approvals.persons import delegations_at
from catalog.approvals.queries import people_of
from catalog.grants.queries import access_delegations
from catalog.view import View

_FIRST: Final = 50
_KEYS: Final = 20
_DELEGATIONS: Final = 20


@dataclass(frozen=True, slots=True)
class Delegated:
    """That one principal may act in the place of another, and whether that holds at the time of the page."""

    of: str
    to: str
    what: tuple[str, ...]
    """The kinds of approval that it decides on, or the actions on data and the kinds of record."""
    is_of_access: bool
    since: int
    until: int
    in_force: bool
    reason: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalsPage(Context):
    """What the page of principals shows."""

    shown: tuple[PrincipalRecord, ...]
    total: int
    valid_keys: int
    """How many keys were issued to all of them and not revoked."""
    after: str | None
    may_define: bool
    """Whether whoever looks may write these records, as of the three."""
    may_issue: bool
    may_revoke: bool
    keys: Mapping[str, Several]
    """By principal, those that were issued to it, the newest first."""
    delegations: Mapping[str, Several]
    """By principal, all that it gave or was given, what is in force first, of that the newest."""


def read(asking: Asking) -> PrincipalsPage:
    """Read those that a record defines, by name."""
    view = asking.view
    every = list_principals(view)
    cursor = Cursor.of("principals")
    place = cursor.read(asking.text("after") or None, (str,))
    delegated = sorted(
        _delegated(view, {one.principal for one in every}), key=lambda one: (one.in_force, one.entry), reverse=True
    )
    rest = [one for one in every if place is None or one.principal > place[0]]
    shown = rest[:_FIRST]
    return PrincipalsPage(
        title="Principals and keys",
        graphql=query(
            "principals",
            {},
            "{ principal displayName active principalKind roles keys { keyId issuedAt revokedAt } }",
            view.as_of,
        ),
        command=command("key", "list"),
        subjects=tuple(one.id for one in shown),
        shown=tuple(shown),
        total=len(every),
        may_define=is_permitted(asking.actor, Permission.DEFINE_PRINCIPAL),
        may_issue=is_permitted(asking.actor, Permission.ISSUE_KEY),
        may_revoke=is_permitted(asking.actor, Permission.REVOKE_KEY),
        valid_keys=sum(key.revoked_at is None for one in every for key in one.keys),
        keys={
            one.principal: Several.of(asking, f"keys-{tail(one.id)}", one.keys[::-1], lambda key: key.key_id, _KEYS)
            for one in shown
        },
        delegations={
            one.principal: Several.of(
                asking,
                f"delegations-{tail(one.id)}",
                [each for each in delegated if one.principal in {each.of, each.to}],
                lambda each: each.entry,
                _DELEGATIONS,
            )
            for one in shown
        },
        after=cursor.write((rest[_FIRST - 1].principal,)) if len(rest) > _FIRST else None,
    )


def _delegated(view: View, seen: Collection[str]) -> Iterator[Delegated]:
    """Yield every delegation between principals that may be seen."""
    given = people_of(view).delegations
    for one in given:
        holds = any(one in delegations_at(given, kind, view.moment) for kind in one.kinds)
        if one.of in seen and one.to in seen and one.kinds:
            kinds = tuple(sorted(one.kinds))
            yield Delegated(
                one.of,
                one.to,
                kinds,
                is_of_access=False,
                since=one.since,
                until=one.until,
                in_force=holds,
                reason=one.reason,
                entry=one.entry,
            )
    for access in access_delegations(view):
        if access.of in seen and access.to in seen:
            yield Delegated(
                access.of,
                access.to,
                (*access.actions, *access.records),
                is_of_access=True,
                since=access.since,
                until=access.until,
                in_force=access.in_force,
                reason=access.reason,
                entry=access.entry,
            )


PAGE = Page("principals", "Principals and keys", PrincipalsPage, read, ("after", "behind"))
