"""Which access was granted to whom, as functions of a View."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from catalog.access.queries import definitions
from catalog.grants.model import Grant
from catalog.grants.rules import covers, lost_role
from catalog.view import View
from graph_schema.aspects.access import AccessGrant, GrantEnd, Target
from graph_schema.facts import Statement
from graph_schema.nodes import Principal
from graph_schema.times import parse_zoned


def grants_of(view: View, principals: Sequence[str]) -> dict[str, tuple[Grant, ...]]:
    """Return what was granted to each principal by then, over or not, the first first; one without any is absent."""
    known = view.nodes(principals)
    stated: dict[str, list[Statement]] = defaultdict(list)
    ended: dict[tuple[str, int], int] = {}
    for one in view.statements(list(known), ("access_grant", "access_grant_end")):
        if one.value is None:
            continue
        if one.aspect == "access_grant":
            stated[one.subject].append(one)
        else:
            place = one.subject, GrantEnd.from_json(one.data).grant
            ended[place] = min(one.entry, ended.get(place, one.entry))
    return {
        id_: tuple(
            _grant(known[id_].node.title, one, ended.get((id_, one.entry)))
            for one in sorted(stated[id_], key=lambda each: each.entry)
        )
        for id_ in dict.fromkeys(principals)
        if id_ in stated
    }


def granting(
    view: View, principal: str, action: str, target: Target, purpose: str | None, project: str | None
) -> Grant | None:
    """Return the grant that covers a request at the view's own time, None where none does.

    One is over where the principal lost a role since that it had when it was granted.
    """
    id_ = Principal(principal).id
    for grant in grants_of(view, [id_]).get(id_, ()):
        if covers(grant, action, target, purpose, project, view.moment) and not _decayed(view, id_, grant):
            view.cite(grant.entry)
            return grant
    return None


def _decayed(view: View, principal: str, grant: Grant) -> bool:
    defined = [one for one in definitions(view, [principal]).get(principal, ()) if one.entry <= view.known_at]
    before = [one.roles for one in defined if one.entry < grant.entry][-1:]
    return not before or lost_role([*before, *(one.roles for one in defined if one.entry > grant.entry)])


def _grant(principal: str, statement: Statement, ended_by: int | None) -> Grant:
    content = AccessGrant.from_json(statement.data)
    since = statement.valid_from if content.since is None else parse_zoned(content.since)
    return Grant(principal, content, statement.entry, statement.by, since, parse_zoned(content.until), ended_by)
