"""Who may act here: each principal with its roles, and the keys that were issued to it and revoked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.access.model import PrincipalRecord
from catalog.access.queries import list_principals
from catalog.api.graphql.cursors import Cursor
from catalog.api.pages.asking import Asking
from catalog.api.pages.page import Context, Page
from catalog.api.pages.questions import command, query

_FIRST: Final = 50
_KEYS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalsPage(Context):
    """What the page of principals shows."""

    shown: tuple[PrincipalRecord, ...]
    total: int
    valid_keys: int
    """How many keys were issued to all of them and not revoked."""
    after: str | None
    most_keys: int = _KEYS


def read(asking: Asking) -> PrincipalsPage:
    """Read those that a record defines, by name."""
    view = asking.view
    every = list_principals(view)
    cursor = Cursor.of("principals")
    place = cursor.read(asking.text("after") or None, (str,))
    rest = [one for one in every if place is None or one.principal > place[0]]
    return PrincipalsPage(
        title="Principals and keys",
        graphql=query(
            "principals",
            {},
            "{ principal displayName active principalKind roles keys { keyId issuedAt revokedAt } }",
            view.as_of,
        ),
        command=command("key", "list"),
        subjects=tuple(one.id for one in rest[:_FIRST]),
        shown=tuple(rest[:_FIRST]),
        total=len(every),
        valid_keys=sum(key.revoked_at is None for one in every for key in one.keys),
        after=cursor.write((rest[_FIRST - 1].principal,)) if len(rest) > _FIRST else None,
    )


PAGE = Page("principals", "Principals and keys", PrincipalsPage, read, ("after",))
